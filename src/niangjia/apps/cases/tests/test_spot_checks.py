"""Random re-checks: drawn by a seed nobody chose, made by other hands with fresh eyes, compared, ruled on; nothing follows by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from math import ceil

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts.types import Role
from niangjia.apps.cases import actions as cases
from niangjia.apps.cases import drawing, moving, queries
from niangjia.apps.cases.actions import checking
from niangjia.apps.cases.lifecycle import NotOfThisKind
from niangjia.apps.cases.models import Case, Entitlement, Finding, SpotCheck, SpotDraw
from niangjia.apps.cases.tests import desk as desks
from niangjia.apps.cases.types import CaseState, CloseReason, Outcome, Ruling, SpotResult, VisitWay
from niangjia.apps.programs.tests import town
from niangjia.apps.registry import queries as registry
from niangjia.apps.workorders import actions as workorders
from niangjia.apps.workorders import queries as orders
from niangjia.apps.workorders.problems import ConflictOfInterest
from niangjia.apps.workorders.types import OrderState
from niangjia.kernel.months import Month

NOVEMBER = Month("2023-11")
NEXT = timedelta(days=30)  # into December, when November is over


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    """Three findings that the county accepted in November; the town has two officers who had no part in them."""
    with django_db_blocker.unblock(), transaction.atomic():
        desk = desks.build_desk()
        desks.give_budget(desk)
        homes = desk.homes(3)
        desk.list_month(homes)
        desk.dispatch()
        for home, outcome in zip(homes, (Outcome.V1, Outcome.V1, Outcome.V4), strict=True):
            case = Case.objects.get(household_id=home)
            desk.hand_down(case)
            desk.visit(case)
            desk.submit(case, outcome)
            desk.accept(case)
        desk.town_second = town.appoint("town.second", desk.town["XT"], Role.TOWNSHIP)
        desk.now += NEXT
        yield desk
        transaction.set_rollback(True)


@pytest.fixture
def desk(built, db):
    fresh = replace(built)
    fresh.town_second = built.town_second
    return fresh


def draw(desk) -> SpotCheck:
    cases.draw_spot_checks(viewer=desk.town.county, org_id=desk.town["X"].id, month=NOVEMBER, now=desk.now)
    return SpotCheck.objects.select_related("case", "finding__visit").get()


def assignee(desk, check):
    account = orders.get_card(check.case.work_order_id, now=desk.now).assignee_id
    return next(one for one in (desk.town.township, desk.town_second) if one.account_id == account)


def visit_again(desk, check, outcome: Outcome):
    again = assignee(desk, check)
    other = next(one for one in (desk.town.township, desk.town_second) if one != again)
    desk.visit(check.case, again, verifiers=[other.account_id], visited_on=desk.now.date())
    reason = "" if outcome in (Outcome.V1, Outcome.V2, Outcome.V3) else "复访所见"
    cases.submit_finding(viewer=again, case_id=check.case_id, outcome=outcome, reason=reason, now=desk.now)
    return SpotCheck.objects.select_related("case__work_order", "second").get(pk=check.pk)


# --- the draw -----------------------------------------------------------------------------------------------------


@given(
    st.lists(st.integers(1, 10**6), unique=True, max_size=60),
    st.sampled_from(["0.05", "0.1", "0.5", "1", "0"]),
    st.text("ab", max_size=3),
)
def test_a_draw_is_its_share_rounded_up_and_the_same_for_whoever_draws(ids, share, seed):
    drawn = drawing.draw(seed, ids, Decimal(share))
    assert drawn == drawing.draw(seed, sorted(ids, reverse=True), Decimal(share))
    assert len(drawn) == ceil(len(ids) * Decimal(share)) and set(drawn) <= set(ids)


@given(st.dictionaries(st.integers(1, 99), st.sampled_from(["V1", "V4"]), min_size=1))
def test_the_seed_tells_every_finding_and_every_outcome_apart(findings):
    seed = drawing.seed_of(NOVEMBER, "330624", findings.items())
    assert seed == drawing.seed_of(NOVEMBER, "330624", reversed(list(findings.items())))
    first = min(findings)
    altered = findings | {first: "V4" if findings[first] == "V1" else "V1"}
    assert seed != drawing.seed_of(NOVEMBER, "330624", altered.items())
    assert seed != drawing.seed_of(NOVEMBER, "330681", findings.items())


def test_the_share_of_the_longest_division_counts():
    assert drawing.share_of("330624") == Decimal("0.05") and drawing.share_of("110000") == 0


def test_the_draw_is_kept_so_that_it_can_be_repeated_and_is_made_once(desk):
    check = draw(desk)
    made = SpotDraw.objects.get()
    assert (len(made.population), made.share) == (3, Decimal("0.05"))
    assert drawing.draw(made.seed, made.population, made.share) == [check.finding_id]
    assert cases.draw_spot_checks(viewer=desk.town.city, org_id=desk.town["X"].id, month=NOVEMBER, now=desk.now) == 1
    assert SpotDraw.objects.count() == 1 and queries.verify() == []


def test_a_month_that_still_runs_is_not_drawn_from(desk):
    with pytest.raises(checking.MonthNotOver):
        cases.draw_spot_checks(viewer=desk.town.county, org_id=desk.town["X"].id, month=Month("2023-12"), now=desk.now)


def test_only_a_county_of_ones_own_part_of_the_tree_is_drawn_for(desk):
    for viewer, org in ((desk.town.county, "C"), (desk.town.county, "XT")):
        with pytest.raises(checking.NotACounty):
            cases.draw_spot_checks(viewer=viewer, org_id=desk.town[org].id, month=NOVEMBER, now=desk.now)


# --- other hands, fresh eyes --------------------------------------------------------------------------------------


def test_it_goes_to_the_union_above_to_somebody_who_had_no_part(desk):
    check = draw(desk)
    order = orders.get_card(check.case.work_order_id, now=desk.now)
    assert (order.kind, order.state, order.org_id) == ("SPOT_CHECK", OrderState.ASSIGNED, desk.town["XT"].id)
    first = {desk.town.grassroots.account_id, desk.town.grassroots_second.account_id, desk.town.county.account_id}
    assert first <= set(order.excluded_ids) and order.assignee_id not in first


def test_the_household_stays_with_its_own_union(desk):
    check = draw(desk)
    assert registry.get_household(check.case.household_id).org_id == desk.town["XG"].id


def test_whoever_made_the_first_finding_is_refused_by_name_at_every_step(desk):
    check = draw(desk)
    order = orders.get_card(check.case.work_order_id, now=desk.now)
    hand = desk.town.grassroots
    accounts.appoint(
        viewer=None, account_id=hand.account_id, org_id=order.org_id, role=Role.TOWNSHIP, starts_on=date(2023, 1, 1), now=desk.now
    )  # fmt: skip
    with pytest.raises(ConflictOfInterest):
        workorders.assign(viewer=desk.town.township, order_id=order.id, assignee=desks._verifier(hand), now=desk.now)
    again = assignee(desk, check)
    with pytest.raises(checking.FirstHands):
        desk.visit(check.case, again, verifiers=[desk.town.county.account_id], visited_on=desk.now.date())


def test_who_stands_in_for_a_first_hand_counts_as_that_hand(desk):
    check = draw(desk)
    again = assignee(desk, check)
    from niangjia.apps.accounts.models import Post

    own = Post.objects.get(account_id=desk.town.grassroots.account_id)
    Post.objects.create(
        account_id=again.account_id, org=own.org, role=own.role, starts_on=date(2023, 11, 1), ends_before=date(2023, 11, 5),
        stands_in_for=own,
    )  # fmt: skip
    with pytest.raises(checking.FirstHands):
        desk.visit(check.case, again, verifiers=[], visited_on=desk.now.date())


def test_nobody_left_to_send_is_kept_and_said(desk):
    from niangjia.apps.accounts.models import Account

    for viewer in (desk.town.township, desk.town_second, desk.town.county_second, desk.town.county_third):
        Account.objects.filter(pk=viewer.account_id).update(is_active=False)
    check = draw(desk)
    assert check.case is None
    assert list(queries.list_spot_checks(desk.town.county, result="NOBODY")) == [check]
    assert queries.verify() == []


def test_the_first_finding_is_not_shown_to_who_visits_again_until_theirs_is_in(desk):
    check = draw(desk)
    again, first_case = assignee(desk, check), check.finding.case_id
    other = next(one for one in (desk.town.township, desk.town_second) if one != again)
    assert queries.is_blind(again, check.case.household_id) and queries.is_blind(other, check.case.household_id)
    assert not queries.is_blind(desk.town.county, check.case.household_id), "who answers for verifiers sees both"
    with pytest.raises(moving.NotFound):
        queries.get_case(again, first_case)
    assert first_case not in {card.id for card in queries.list_cases_of_household(again, check.case.household_id)}
    with pytest.raises(moving.NotFound):
        queries.get_case(other, first_case)  # it may be given to them yet
    assert queries.get_case(again, check.case_id).outcome == "", "the re-check itself they see, and it says nothing"
    visit_again(desk, check, Outcome.V1)
    assert queries.get_case(again, first_case).pk == first_case


def test_a_worker_sees_no_matter_of_a_re_check(desk):
    check = draw(desk)
    worker = desk.worker(check.finding.case)
    assert check.case_id not in {matter.case_id for matter in queries.get_own_matters(worker)}


# --- what the two say ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "result"),
    [
        ("V1", "V1", "AGREES"), ("V1", "V2", "AGREES"), ("V1", "V3", "DIFFERS"), ("V1", "V4", "DIFFERS"), ("V4", "V4", "AGREES"),
        ("V4", "V5", "DIFFERS"), ("V1", "V7", "INCOMPARABLE"), ("V1", "V9", "INCOMPARABLE"),
    ],
)  # fmt: skip
def test_two_findings_agree_when_they_say_the_same_of_the_hardship(first, second, result):
    from niangjia.apps.cases.spot_checks import compare

    assert compare(first, second) == result


def same(check) -> Outcome:
    return Outcome(check.finding.outcome)


def other_than(check) -> Outcome:
    return Outcome.V4 if check.finding.outcome == Outcome.V1 else Outcome.V1


def test_what_agrees_ends_there(desk):
    check = visit_again(desk, first := draw(desk), same(first))
    assert check.result == SpotResult.AGREES
    assert (check.case.state, check.case.close_reason) == (CaseState.CLOSED, CloseReason.AGREED)
    assert check.case.work_order.state == OrderState.CLOSED
    assert queries.verify() == [] and orders.verify() == []


def test_what_differs_waits_for_the_county_and_decides_nothing(desk):
    first = draw(desk)
    before = (Entitlement.objects.count(), Case.objects.get(pk=first.finding.case_id).state)
    check = visit_again(desk, first, other_than(first))
    assert check.result == SpotResult.DIFFERS and check.case.state == CaseState.SUBMITTED
    assert queries.count_for_desk(desk.town.county, today=desk.now.date()).differing == 1
    cases.rule_spot_check(
        viewer=desk.town.county_third, check_id=check.pk, ruling=Ruling.SECOND, reason="复访凭证齐全", now=desk.now
    )
    assert before == (Entitlement.objects.count(), Case.objects.get(pk=first.finding.case_id).state)
    check.case.refresh_from_db()
    assert check.case.state == CaseState.CLOSED
    assert queries.count_for_desk(desk.town.county, today=desk.now.date()).differing == 0
    assert queries.verify() == [] and orders.verify() == []


def test_nobody_rules_on_a_finding_of_their_own(desk):
    check = visit_again(desk, first := draw(desk), other_than(first))
    with pytest.raises(moving.FourEyes):  # this one accepted the first finding
        cases.rule_spot_check(
            viewer=desk.town.county, check_id=check.pk, ruling=Ruling.FIRST, reason="不改", now=desk.now
        )


def test_a_ruling_says_why_and_only_where_the_two_differ(desk):
    first = draw(desk)
    with pytest.raises(checking.NotToRule):
        cases.rule_spot_check(
            viewer=desk.town.county_third, check_id=first.pk, ruling=Ruling.FIRST, reason="x", now=desk.now
        )
    check = visit_again(desk, first, other_than(first))
    with pytest.raises(moving.ReasonMissing):
        cases.rule_spot_check(
            viewer=desk.town.county_third, check_id=check.pk, ruling=Ruling.FIRST, reason=" ", now=desk.now
        )


def test_who_cannot_be_found_again_says_nothing_of_the_first_finding(desk):
    check = draw(desk)
    again = assignee(desk, check)
    from niangjia.apps.cases.types import ContactTry

    for _ in range(2):
        cases.record_visit(
            viewer=again, case_id=check.case_id, visited_on=desk.now.date(), way=VisitWay.PHONE,
            contact_tries=[ContactTry(desk.now, VisitWay.PHONE, is_reached=False)], now=desk.now,
        )  # fmt: skip
    cases.submit_finding(viewer=again, case_id=check.case_id, outcome=Outcome.V7, reason="两次未联系上", now=desk.now)
    check.refresh_from_db()
    assert check.result == SpotResult.INCOMPARABLE
    assert queries.spot_rates(desk.town.county, by="union") == []


def test_the_household_is_never_handled_through_its_re_check(desk):
    check = visit_again(desk, first := draw(desk), other_than(first))
    with pytest.raises(NotOfThisKind):
        cases.accept_finding(viewer=desk.town.county_third, case_id=check.case_id, now=desk.now)
    with pytest.raises(NotOfThisKind):
        cases.cancel_case(viewer=desk.town.county_third, case_id=check.case_id, reason="x", now=desk.now)


def test_a_new_alert_opens_its_own_case_beside_a_re_check(desk):
    """A re-check is no matter of the household: it neither takes an alert in nor stands in the way of one."""
    check = draw(desk)
    Case.objects.filter(pk=check.finding.case_id).update(
        state=CaseState.CLOSED, closed_at=desk.now, close_reason="REPAIRED"
    )
    desk.list_month([check.case.household_id], NOVEMBER)
    desk.dispatch(NOVEMBER)
    assert Case.objects.filter(household_id=check.case.household_id, kind="HARDSHIP", month="2023-11").count() == 1


def test_the_figure_counts_what_could_be_compared_by_union_and_verifier(desk):
    check = visit_again(desk, first := draw(desk), other_than(first))
    cases.rule_spot_check(
        viewer=desk.town.county_third, check_id=check.pk, ruling=Ruling.SECOND, reason="凭证", now=desk.now
    )
    (union,) = queries.spot_rates(desk.town.county, by="union")
    (person,) = queries.spot_rates(desk.town.county, by="verifier")
    assert (union.name, union.checked_count, union.differing_count, union.wrong_count, union.ratio) == (
        "轴承厂工会",
        1,
        1,
        1,
        None,
    )
    assert person.id == desk.town.grassroots.account_id
    assert queries.spot_rates(desk.town.county, by="union", month="2023-10") == []


# --- the database and verify --------------------------------------------------------------------------------------


def test_the_database_keeps_result_and_second_finding_together(desk):
    check = draw(desk)
    with pytest.raises(IntegrityError), transaction.atomic():
        SpotCheck.objects.filter(pk=check.pk).update(result=SpotResult.AGREES)
    with pytest.raises(IntegrityError), transaction.atomic():
        SpotCheck.objects.filter(pk=check.pk).update(ruling=Ruling.FIRST)


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        (lambda check: SpotDraw.objects.update(seed="f" * 64), "its seed"),
        (lambda check: SpotDraw.objects.update(share=Decimal(1)), "other findings"),
        (lambda check: Finding.objects.filter(pk=check.finding_id).update(outcome="V5"), "its seed"),
        (lambda check: Case.objects.filter(pk=check.case_id).update(kind="HARDSHIP"), "another kind"),
        (lambda check: SpotCheck.objects.update(result="INCOMPARABLE"), "not what the two findings say"),
        (lambda check: Finding.objects.filter(pk=check.second_id).update(submitted_by=check.finding.submitted_by_id), "both times"),
    ],
)  # fmt: skip
def test_verify_notices(desk, break_it, said):
    check = visit_again(desk, first := draw(desk), same(first))
    break_it(check)
    assert any(said in breach.detail for breach in queries.verify() if breach.rule == "SPOT")
