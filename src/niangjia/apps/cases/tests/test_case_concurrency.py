"""Two at once: exactly one wins, the other is told so, and nothing is done twice. On file SQLite and on PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from niangjia.apps.alerts import queries as alerts
from niangjia.apps.cases import actions as cases
from niangjia.apps.cases import moving, queries
from niangjia.apps.cases.actions import opening
from niangjia.apps.cases.lifecycle import NotInThisState
from niangjia.apps.cases.models import Case, CaseMove, Entitlement
from niangjia.apps.cases.tests.desk import OCTOBER, Desk, build_desk, give_budget
from niangjia.apps.cases.types import CaseAction, CaseState, Outcome
from niangjia.apps.funds import queries as funds
from niangjia.apps.programs import queries as programs
from niangjia.apps.workorders import queries as orders

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 5
LOSES = (moving.SomeoneWasFirst, NotInThisState)


@pytest.fixture
def town_at_work() -> Desk:
    desk = build_desk()
    give_budget(desk)
    give_budget(desk, "graded-aid")
    return desk


def at_once(*acts: Callable[[], object]) -> list[object]:
    """What each act returned or raised, all started together."""
    barrier, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        try:
            barrier.wait()
            results[place] = act()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def one_wins(results: list[object]) -> None:
    lost = [result for result in results if isinstance(result, Exception)]
    assert len(lost) == len(results) - 1, results
    assert all(isinstance(error, LOSES) for error in lost), lost


def test_of_two_officers_who_approve_one_file_exactly_one_wins(town_at_work):
    desk = town_at_work
    for number in range(1, ROUNDS + 1):
        case = desk.announced(start=number, month=OCTOBER.plus(number))
        desk.pass_days(10)

        def approve(viewer, case=case):
            return lambda: cases.approve(viewer=viewer, case_id=case.pk, now=desk.now)

        results = at_once(approve(desk.town.county_second), approve(desk.town.county_third), approve(desk.town.city))
        one_wins(results)
        assert CaseMove.objects.filter(case=case, action=CaseAction.APPROVE).count() == 1
        assert Entitlement.objects.filter(case=case, program="graded-aid").count() == 1
    assert queries.verify() == [] and funds.verify() == []


def test_of_two_officers_who_accept_one_finding_exactly_one_wins_and_one_grant_is_made(town_at_work):
    desk = town_at_work
    for number in range(1, ROUNDS + 1):
        case = desk.opened(start=number, month=OCTOBER.plus(number))
        desk.hand_down(case)
        desk.visit(case)
        desk.submit(case)
        one_wins(at_once(lambda: desk.accept(case), lambda: desk.accept(case, desk.town.county_second)))  # noqa: B023
        assert Entitlement.objects.filter(case=case).count() == 1
    assert queries.verify() == [] and funds.verify() == [] and orders.verify() == [] and programs.verify() == []


def test_accepting_and_returning_at_once_leaves_one_of_both(town_at_work):
    desk = town_at_work
    case = desk.opened()
    desk.hand_down(case)
    desk.visit(case)
    desk.submit(case)
    results = at_once(
        lambda: desk.accept(case),
        lambda: cases.return_finding(viewer=desk.town.county_second, case_id=case.pk, reason="材料不全", now=desk.now),
    )
    one_wins(results)
    assert queries.verify() == [] and orders.verify() == []


def test_approving_and_withdrawing_at_once_leaves_one_of_both(town_at_work):
    desk = town_at_work
    case = desk.announced()
    desk.pass_days(10)
    worker = desk.worker(case)
    results = at_once(
        lambda: cases.approve(viewer=desk.town.county_second, case_id=case.pk, now=desk.now),
        lambda: cases.withdraw(viewer=worker, case_id=case.pk, now=desk.now),
    )
    one_wins(results)
    assert queries.verify() == [] and desk.fresh(case).state in (CaseState.ON_FILE, CaseState.CLOSED)


def test_one_list_dispatched_by_two_at_once_opens_each_case_once(town_at_work):
    desk = town_at_work
    desk.list_month(desk.homes(20))
    ids = alerts.list_active_ids(desk.town.city, OCTOBER)
    results = at_once(*[lambda: cases.open_cases(viewer=desk.town.city, alert_ids=ids, now=desk.now)] * 3)
    assert sum(result.opened for result in results) == 20, results
    assert Case.objects.count() == 20 and queries.verify() == [] and orders.verify() == []


def test_two_workers_of_one_household_who_apply_at_once_share_one_case(town_at_work):
    desk = town_at_work
    home = desk.homes()[0]
    first, second = (desk.worker(Case(person_id=person)) for person in desk.members(home))
    results = at_once(
        lambda: cases.apply_for_help(viewer=first, causes=["因病"], now=desk.now),
        lambda: cases.apply_for_help(viewer=second, causes=["失业"], now=desk.now),
    )
    assert {result.id for result in results} == {Case.objects.get().pk}


# --- a crash before every statement ---


class Crash(BaseException):
    """The process ends here; its transaction is rolled back by the database."""


def crash_before(number: int) -> Callable:
    left = [number]

    def wrapper(execute, sql, params, many, context):
        left[0] -= 1
        if left[0] == 0:
            raise Crash
        return execute(sql, params, many, context)

    return wrapper


def crash_everywhere(act: Callable[[], object], check: Callable[[], None]) -> int:
    """Run `act` with a crash before its 1st, 2nd, … statement, until it passes untouched; `check` after each. Returns the points."""
    for number in range(1, 2000):
        try:
            with connection.execute_wrapper(crash_before(number)):
                act()
            return number - 1
        except Crash:
            check()
    raise AssertionError("never passed untouched")


def test_a_dispatch_that_crashes_before_any_statement_loses_nothing_and_doubles_nothing(town_at_work, monkeypatch):
    monkeypatch.setattr(opening, "CHUNK", 2)
    desk = town_at_work
    desk.list_month(desk.homes(5))
    ids = alerts.list_active_ids(desk.town.city, OCTOBER)

    def check():
        assert orders.verify() == []
        assert {breach.place.split()[0] for breach in queries.verify()} <= {"alert"}  # not dispatched yet, nothing else

    points = crash_everywhere(lambda: cases.open_cases(viewer=desk.town.city, alert_ids=ids, now=desk.now), check)
    assert points > 20
    assert Case.objects.count() == 5 and queries.verify() == []
    print(f"{points} crash points")


def test_a_review_that_crashes_before_any_statement_is_done_whole_or_not_at_all(town_at_work):
    desk = town_at_work
    case = desk.opened()
    desk.hand_down(case)
    desk.visit(case)
    desk.submit(case, Outcome.V1)

    def check():
        assert desk.fresh(case).state == CaseState.SUBMITTED and not Entitlement.objects.exists()
        assert queries.verify() == [] and funds.verify() == [] and orders.verify() == []

    points = crash_everywhere(lambda: desk.accept(case), check)
    assert points > 30 and Entitlement.objects.count() == 1 and queries.verify() == []
    print(f"{points} crash points")
