"""Tasks from being set to being accepted, and the board: who may take which step, and what is refused."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from niangjia.apps.accounts.permissions import NotAllowed
from niangjia.apps.files.tests import pictures
from niangjia.apps.programs.tests import town
from niangjia.apps.targets import queries as targets
from niangjia.apps.tasks import actions, problems, queries
from niangjia.apps.tasks.models import Task
from niangjia.apps.tasks.types import Origin, TaskState

NOW, TODAY = town.NOW, town.NOW.date()
DUE = date(2023, 12, 20)
LATER = NOW + timedelta(days=10)


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield town.build()
        transaction.set_rollback(True)


@pytest.fixture
def place(built, db):
    return built


def given(place, owner="X", *, viewer=None, due_on=DUE, **more):
    facts = {"title": "爱心驿站冬季检查", "what": "每个驿站查一遍，问题改完", "key": uuid.uuid4().hex} | more
    owner_id = place[owner].id if owner else None
    return actions.set_task(viewer=viewer or place.city, owner_id=owner_id, due_on=due_on, now=NOW, **facts)


def posted(place, *, until=date(2023, 11, 10)):
    return given(place, None, bids_until=until)


def offer(viewer, task_id, *, now=NOW, plan="分三组两周查完", promised_on=date(2023, 12, 1)):
    return actions.bid(viewer=viewer, task_id=task_id, plan=plan, promised_on=promised_on, now=now)


def doing(place, **more):
    task_id = given(place, **more)
    actions.begin(viewer=place.county, task_id=task_id, now=NOW)
    return task_id


def reported(place, viewer=None, **more):
    task_id = doing(place, **more)
    actions.report(viewer=viewer or place.county, task_id=task_id, no_evidence="现场检查没有书面材料", now=NOW)
    return task_id


def seen(viewer, task_id, today=TODAY):
    return queries.get_task(viewer, task_id, today=today)


def test_a_task_goes_from_being_set_to_being_accepted(place):
    task_id = doing(place)
    actions.note(viewer=place.county, task_id=task_id, percent=60, text="查了六个驿站", key="a", now=NOW)
    actions.report(viewer=place.county, task_id=task_id, evidence=[pictures.jpeg()], now=NOW)
    actions.give_back(viewer=place.city, task_id=task_id, reason="还差四个驿站", now=NOW)
    actions.report(viewer=place.county_second, task_id=task_id, evidence=[pictures.jpeg(width=90)], now=LATER)
    actions.accept(viewer=place.city, task_id=task_id, now=LATER)
    found = seen(place.city, task_id)
    assert [one.step for one in found.moves] == ["SET", "BEGIN", "REPORT", "RETURN", "REPORT", "ACCEPT"]
    assert (found.card.state, found.card.percent, found.card.origin) == (TaskState.DONE, 60, Origin.ASSIGNED)
    assert len(found.evidence) == 2 and not list(queries.verify())


def test_setting_twice_with_the_same_key_sets_one_task(place):
    assert given(place, key="same") == given(place, key="same")


def test_a_task_is_set_only_for_a_union_of_ones_own_part_of_the_tree(place):
    with pytest.raises(problems.NotYourSubtree):
        given(place, "Y", viewer=place.county)


@pytest.mark.parametrize("who", ["grassroots", "finance", "auditor"])
def test_only_leads_of_a_township_or_more_set_tasks(place, who):
    with pytest.raises(NotAllowed):
        given(place, "XG", viewer=getattr(place, who))


@pytest.mark.parametrize(
    ("field", "facts"),
    [
        ("title", {"title": "查"}),
        ("what", {"what": "做完"}),
        ("due_on", {"due_on": TODAY - timedelta(days=1)}),
        ("bids_until", {"owner": None}),
        ("bids_until", {"bids_until": TODAY}),
        ("bids_until", {"owner": None, "bids_until": DUE + timedelta(days=1)}),
    ],
)
def test_what_is_missing_or_wrong_is_named_by_its_field(place, field, facts):
    with pytest.raises(problems.FieldsRefused) as refused:
        given(place, **facts)
    assert list(refused.value.fields) == [field]


def test_a_task_without_an_owner_begins_nowhere_but_on_the_board(place):
    task_id = given(place)
    with pytest.raises(IntegrityError), transaction.atomic():
        Task.objects.filter(pk=task_id).update(owner=None)


def test_only_the_owners_staff_takes_the_owners_steps(place):
    task_id = given(place)
    with pytest.raises(problems.NotTheOwner):
        actions.begin(viewer=place.city, task_id=task_id, now=NOW)
    with pytest.raises(problems.NotFound):
        actions.begin(viewer=place.township, task_id=task_id, now=NOW)


@pytest.mark.parametrize("who", ["other_county", "township", "grassroots"])
def test_nobody_beside_or_below_the_owner_sees_a_task(place, who):
    task_id = given(place)
    with pytest.raises(problems.NotFound):
        seen(getattr(place, who), task_id)
    assert not queries.list_tasks(getattr(place, who), today=TODAY).exists()


def test_the_owner_the_setter_and_the_auditor_see_it_and_a_lead_above_both_too(place):
    task_id = given(place, "XG", viewer=place.county)
    for viewer in (place.grassroots, place.county, place.township, place.city, place.auditor):
        assert seen(viewer, task_id).card.owner_name == "轴承厂工会"


def test_who_has_nothing_to_do_with_tasks_sees_none(place):
    given(place)
    with pytest.raises(NotAllowed):
        queries.list_tasks(place.finance, today=TODAY)


def test_the_auditor_takes_no_step(place):
    task_id = given(place)
    assert seen(place.auditor, task_id).may == frozenset()
    with pytest.raises(NotAllowed):
        actions.withdraw(viewer=place.auditor, task_id=task_id, reason="不再需要", now=NOW)


def test_progress_is_noted_once_a_key_and_only_while_it_is_being_done(place):
    task_id = given(place)
    with pytest.raises(problems.NotPossibleNow):
        actions.note(viewer=place.county, task_id=task_id, percent=10, text="已经开始", key="k", now=NOW)
    actions.begin(viewer=place.county, task_id=task_id, now=NOW)
    for _ in range(2):
        actions.note(viewer=place.county, task_id=task_id, percent=10, text="已经开始", key="k", now=NOW)
    assert len(seen(place.city, task_id).progress) == 1


@pytest.mark.parametrize(("field", "percent", "text"), [("percent", 101, "已经开始"), ("percent", -1, "已经开始"), ("note", 5, "做")])  # fmt: skip
def test_progress_has_a_percentage_and_a_sentence(place, field, percent, text):
    with pytest.raises(problems.FieldsRefused) as refused:
        actions.note(viewer=place.county, task_id=doing(place), percent=percent, text=text, key="k", now=NOW)
    assert list(refused.value.fields) == [field]


def test_a_report_has_evidence_or_says_why_there_is_none(place):
    task_id = doing(place)
    with pytest.raises(problems.EvidenceMissing):
        actions.report(viewer=place.county, task_id=task_id, no_evidence="无", now=NOW)


def test_whoever_reported_it_does_not_accept_it_though_both_are_one_union(place):
    task_id = given(place, "X", viewer=place.county)
    actions.begin(viewer=place.county, task_id=task_id, now=NOW)
    actions.report(viewer=place.county, task_id=task_id, no_evidence="现场检查没有材料", now=NOW)
    assert "ACCEPT" not in seen(place.county, task_id).may
    with pytest.raises(problems.SameHand):
        actions.accept(viewer=place.county, task_id=task_id, now=NOW)
    actions.accept(viewer=place.county_second, task_id=task_id, now=NOW)


def test_only_the_setters_union_accepts_returns_or_withdraws(place):
    task_id = reported(place)
    for act, more in (
        (actions.accept, {}),
        (actions.give_back, {"reason": "还差四个"}),
        (actions.withdraw, {"reason": "不再需要"}),
    ):
        with pytest.raises(problems.NotTheSetter):
            act(viewer=place.county, task_id=task_id, now=NOW, **more)


def test_returning_and_withdrawing_want_a_reason(place):
    task_id = reported(place)
    for act in (actions.give_back, actions.withdraw):
        with pytest.raises(problems.ReasonMissing):
            act(viewer=place.city, task_id=task_id, reason=" 不 ", now=NOW)


def test_what_is_over_takes_no_more_steps(place):
    task_id = given(place)
    actions.withdraw(viewer=place.city, task_id=task_id, reason="已由省里统一做", now=NOW)
    with pytest.raises(problems.NotPossibleNow):
        actions.begin(viewer=place.county, task_id=task_id, now=NOW)
    assert seen(place.city, task_id).may == frozenset()


def test_it_is_late_from_the_day_after_it_was_due_until_it_is_reported(place):
    task_id = doing(place)
    late = lambda day: queries.list_tasks(place.city, today=day, is_late=True).count()  # noqa: E731
    assert (late(DUE), late(DUE + timedelta(days=1))) == (0, 1)
    assert seen(place.city, task_id, DUE + timedelta(days=1)).card.is_late
    actions.report(viewer=place.county, task_id=task_id, no_evidence="现场检查没有材料", now=NOW)
    assert late(DUE + timedelta(days=1)) == 0


def test_a_task_serves_a_measure_of_a_programme_and_is_listed_with_its_owner_and_progress(place):
    """E23: what a measure comes to is not its indicator alone; who does it and how far it is stands with it."""
    served = doing(place, programme="workforce-reform-2022", measure="lead-geese")
    counted = given(place, programme="workforce-reform-2022", indicator="evaluated")
    actions.note(viewer=place.county, task_id=served, percent=40, text="推荐了四家", key="p", now=NOW)
    withdrawn = given(place, programme="workforce-reform-2022", measure="lead-geese")
    actions.withdraw(viewer=place.city, task_id=withdrawn, reason="并入别的任务", now=NOW)
    found = queries.list_of_programme(place.city, "workforce-reform-2022", today=TODAY)
    assert {measure: [one.id for one in cards] for measure, cards in found.items()} == {"lead-geese": [served], "projects": [counted]}  # fmt: skip
    (card,) = found["lead-geese"]
    assert (card.owner_name, card.percent) == (place["X"].name, 40)
    Task.objects.filter(pk=counted).update(measure="")  # as set before tasks named their measure
    assert "projects" in queries.list_of_programme(place.city, "workforce-reform-2022", today=TODAY)
    assert queries.list_of_programme(place.other_county, "workforce-reform-2022", today=TODAY) == {}
    for strange in ({"measure": "geese"}, {"indicator": "geese"}, {}):
        with pytest.raises(targets.NoSuchProgramme):
            given(place, programme="workforce-reform-2022", **strange)
