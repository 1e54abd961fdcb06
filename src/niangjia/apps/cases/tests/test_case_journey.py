"""A case from the released list to the help, step by step, and what each step refuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts import queries as account_queries
from niangjia.apps.accounts.models import Account
from niangjia.apps.accounts.permissions import NotAllowed
from niangjia.apps.audit import queries as audit
from niangjia.apps.cases import actions as cases
from niangjia.apps.cases import entitlements, forms, moving, queries
from niangjia.apps.cases.actions import filing, opening, verifying
from niangjia.apps.cases.models import Case, CaseAlert, Entitlement, Finding, Visit
from niangjia.apps.cases.tests.desk import FILE, NO_GOODS, OCTOBER, VISIT, give_budget
from niangjia.apps.cases.types import (
    CaseAction,
    CaseFilter,
    CaseState,
    CloseReason,
    EntitlementState,
    Outcome,
    Outsider,
    VisitWay,
)
from niangjia.apps.funds import actions as funds
from niangjia.apps.funds import queries as fund_queries
from niangjia.apps.funds.problems import SamePerson
from niangjia.apps.funds.types import ReservationState
from niangjia.apps.programs import queries as programs
from niangjia.apps.registry import actions as registry_actions
from niangjia.apps.registry import queries as registry
from niangjia.apps.workorders import actions as workorders
from niangjia.apps.workorders import queries as orders
from niangjia.apps.workorders.problems import AreaMissing, ConflictOfInterest
from niangjia.apps.workorders.types import OrderState, Verifier
from niangjia.engines.policy import MissingParameter

S = CaseState
NOVEMBER = OCTOBER.next()


# --- opening ---


def test_open_cases_stand_before_closed_ones_on_either_database(desk):
    first, second = desk.opened(), desk.opened(start=9, month=NOVEMBER)
    Case.objects.filter(pk=first.pk).update(state=S.CLOSED, closed_at=desk.now, close_reason=CloseReason.WITHDRAWN)
    assert [one.pk for one in queries.list_cases(desk.town.county, CaseFilter())] == [second.pk, first.pk]


def test_every_active_household_gets_one_case_and_one_order_and_repeating_adds_none(desk):
    homes = desk.homes(5)
    desk.list_month(homes)
    first = desk.dispatch()
    assert (first.opened, first.untouched, first.not_routed) == (5, 0, ())
    again = desk.dispatch()
    assert (again.opened, again.untouched) == (0, 5)
    assert Case.objects.count() == CaseAlert.objects.count() == 5
    assert queries.verify() == [] and orders.verify() == []
    case = Case.objects.first()
    assert case.org_id == desk.town["XG"].id and case.channel == "SENSING" and case.work_order_id
    assert [event.action for event in audit.list_about(f"case:{case.pk}")] == ["cases.open"]


def test_a_dispatch_that_was_cut_off_goes_on(desk, monkeypatch):
    monkeypatch.setattr(opening, "CHUNK", 2)
    desk.list_month(desk.homes(5))
    alert_ids = opening.alerts.list_active_ids(desk.town.city, OCTOBER)

    def cut(done):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cases.open_cases(viewer=desk.town.city, alert_ids=alert_ids, now=desk.now, progress=cut)
    assert Case.objects.count() == 2 and len(queries.verify()) == 3
    assert desk.dispatch().opened == 3 and queries.verify() == []


def test_held_rows_and_rows_outside_the_viewers_tree_are_left_alone(desk):
    held, theirs = desk.homes(1)[0], desk.homes(1, "YG", start=50)[0]
    desk.list_month([held], state="HELD", suppress_code="S-FILED")
    desk.list_month([theirs], NOVEMBER, union="YG")
    ids = opening.alerts.list_active_ids(desk.town.city, NOVEMBER) + list(
        opening.alerts.list_alerts(desk.town.city, opening.alerts.AlertFilter(month=OCTOBER)).values_list(
            "pk", flat=True
        )
    )
    assert cases.open_cases(viewer=desk.town.county, alert_ids=ids, now=desk.now).untouched == 1
    assert Case.objects.count() == 0


def test_an_alert_of_a_household_with_an_open_case_joins_it(desk):
    case = desk.opened()
    desk.list_month([case.household_id], NOVEMBER, "CONTINUING")
    assert desk.dispatch(NOVEMBER).joined == 1
    assert Case.objects.count() == 1 and queries.verify() == []


def test_a_settled_matter_gets_no_new_order_while_it_merely_stays_on_the_list(desk):
    case = desk.verified(Outcome.V5)
    desk.list_month([case.household_id], NOVEMBER, "CONTINUING")
    assert desk.dispatch(NOVEMBER).settled == 1
    assert Case.objects.count() == 1 and queries.verify() == []


def test_a_settled_matter_that_grew_graver_gets_a_new_case_that_refers_to_the_old(desk):
    case = desk.verified(Outcome.V5)
    desk.list_month([case.household_id], NOVEMBER, "CONTINUING", grade="RED")
    assert desk.dispatch(NOVEMBER).opened == 1
    assert Case.objects.get(month="2023-11").earlier == case


def test_a_household_that_was_not_reached_is_tried_again_with_next_months_list(desk):
    case = desk.verified(Outcome.V7, is_seen=False)
    assert case.state == S.RETRY
    desk.list_month([case.household_id], NOVEMBER, "CONTINUING")
    desk.pass_days(30)
    assert desk.dispatch(NOVEMBER).retried == 1
    again = desk.fresh(case)
    assert again.state == S.OPEN and again.work_order_id != case.work_order_id and again.outcome == ""
    assert queries.verify() == []


@pytest.mark.parametrize("who", ["township", "grassroots", "finance", "auditor"])
def test_who_may_not_dispatch_is_refused(desk, who):
    with pytest.raises(NotAllowed):
        cases.open_cases(viewer=getattr(desk.town, who), alert_ids=[1], now=desk.now)


def test_a_canvass_and_an_application_open_a_case_once_and_keep_where_they_came_from(desk):
    home = desk.homes()[0]
    person = desk.members(home)[0]
    first = cases.report_canvass(viewer=desk.town.grassroots, person_id=person, causes=["因病"], now=desk.now)
    assert first.channel == "CANVASS" and first == cases.report_canvass(
        viewer=desk.town.grassroots, person_id=person, causes=["因病"], now=desk.now
    )
    other = desk.homes(1, start=7)[0]
    case = Case(person_id=desk.members(other)[0])
    worker = desk.worker(case)
    applied = cases.apply_for_help(viewer=worker, causes=["失业"], now=desk.now)
    assert applied.channel == "APPLICATION" and applied == cases.apply_for_help(
        viewer=worker, causes=["失业"], now=desk.now
    )
    assert queries.verify() == [] and Case.objects.count() == 2


@pytest.mark.parametrize(
    ("triggers", "is_unsensed"), [(("T-ILL-2",), False), (("T-ILL-2", "T-MAN-1"), False), (("T-MAN-1",), True)]
)
def test_what_a_union_reported_and_no_other_reason_shows_was_not_found_by_sensing(desk, triggers, is_unsensed):
    case = desk.opened(triggers=triggers)
    (row,) = queries.cases_to_count()
    assert case.channel == "SENSING" and row["is_unsensed"] is is_unsensed


def test_a_household_may_be_canvassed_again_in_the_month_its_case_ended(desk):
    case = desk.verified(Outcome.V5, month=OCTOBER.next())
    again = cases.report_canvass(viewer=desk.town.grassroots, person_id=case.person_id, causes=["因病"], now=desk.now)
    assert again.id != case.pk and again.month == case.month and again.work_order_id != case.work_order_id
    assert queries.verify() == [] and orders.verify() == []


def test_a_canvass_outside_ones_tree_or_with_an_unknown_cause_is_refused(desk):
    theirs = desk.members(desk.homes(1, "YG", start=60)[0])[0]
    mine = desk.members(desk.homes()[0])[0]
    with pytest.raises(moving.NotFound):
        cases.report_canvass(viewer=desk.town.grassroots, person_id=theirs, causes=["因病"], now=desk.now)
    with pytest.raises(opening.UnknownCause):
        cases.report_canvass(viewer=desk.town.grassroots, person_id=mine, causes=["懒"], now=desk.now)
    with pytest.raises(NotAllowed):
        cases.report_canvass(viewer=desk.town.finance, person_id=mine, causes=["因病"], now=desk.now)
    with pytest.raises(NotAllowed):
        cases.apply_for_help(viewer=desk.town.grassroots, causes=["因病"], now=desk.now)


# --- visiting ---


def test_a_visit_keeps_its_form_with_the_secret_part_sealed(desk):
    case = desk.opened()
    desk.hand_down(case)
    visit = Visit.objects.get(pk=desk.visit(case))
    assert "members" not in visit.form and visit.form["people"] == 3
    assert "王小明".encode() not in bytes(visit.secret) and "患病".encode() not in bytes(visit.secret)
    whole = cases.open_visit_form(viewer=desk.town.county, visit_id=visit.pk, reason="复核家庭成员", now=desk.now)
    assert whole["members"][0]["name"] == "王小明"
    assert registry.list_views_of_person(desk.town.county, case.person_id)[0].reason == "复核家庭成员"
    with pytest.raises(NotAllowed):
        cases.open_visit_form(viewer=desk.town.auditor, visit_id=visit.pk, reason="看看", now=desk.now)
    with pytest.raises(registry_actions.ReasonTooShort):
        cases.open_visit_form(viewer=desk.town.county, visit_id=visit.pk, reason=" ", now=desk.now)


def test_opening_whole_forms_counts_with_the_fields_that_an_officer_opens(desk, monkeypatch):
    monkeypatch.setattr(registry_actions, "REVEALS_PER_HOUR", 2)
    case = desk.opened()
    desk.hand_down(case)
    visit_id = desk.visit(case)

    def open_form(reason="复核家庭成员"):
        return cases.open_visit_form(viewer=desk.town.county, visit_id=visit_id, reason=reason, now=desk.now)

    with pytest.raises(registry_actions.ReasonTooShort):
        open_form("看看")
    open_form()
    registry_actions.reveal(
        viewer=desk.town.county, person_id=case.person_id, field="name", reason="电话约定入户", now=desk.now
    )
    with pytest.raises(registry_actions.TooManyReveals):
        open_form()


def test_a_visit_sent_twice_with_one_key_is_one_visit(desk):
    case = desk.opened()
    desk.hand_down(case)
    import uuid

    key = uuid.uuid4()
    assert desk.visit(case, key=key) == desk.visit(case, key=key)


def test_a_visit_needs_two_people_or_a_photo(desk):
    case = desk.opened()
    desk.hand_down(case)
    with pytest.raises(verifying.NotEnoughWitnesses):
        desk.visit(case, verifiers=[])
    desk.visit(case, verifiers=[], form=VISIT | {"photos": ["sha256:ab12"]})
    desk.visit(case, verifiers=[], outsider=Outsider("王芳", "社区网格员"))


def test_who_comes_along_is_a_colleague_with_casework_at_this_union_or_one_above(desk):
    case, town = desk.opened(), desk.town
    desk.hand_down(case)
    for stranger in (town.finance, town.other_county, town.auditor, town.city):
        with pytest.raises(verifying.NoColleague) as refused:
            desk.visit(case, verifiers=[stranger.account_id])
        assert stranger.name not in str(refused.value.zh + refused.value.en)
    with pytest.raises(verifying.NoColleague):
        desk.visit(case, verifiers=[999_999])
    desk.visit(case, verifiers=[town.township.account_id])
    assert Visit.objects.get().verifiers == sorted([town.grassroots.account_id, town.township.account_id])
    with pytest.raises(moving.FourEyes):  # who came along does not review
        desk.submit(case)
        desk.accept(case, replace(town.county, account_id=town.township.account_id))


def test_a_colleague_who_lives_with_the_household_or_stood_aside_does_not_come_along(desk):
    case, town = desk.opened(), desk.town
    desk.hand_down(case)
    Account.objects.filter(pk=town.grassroots_second.account_id).update(person_id=desk.members(case.household_id)[1])
    with pytest.raises(ConflictOfInterest, match=town.grassroots_second.name):
        desk.visit(case)
    Account.objects.filter(pk=town.grassroots_second.account_id).update(person_id=None)
    workorders.assign(
        viewer=town.grassroots,
        order_id=case.work_order_id,
        assignee=Verifier("second", town.grassroots_second.account_id),
        now=desk.now,
    )
    workorders.declare_conflict(viewer=town.grassroots_second, order_id=case.work_order_id, reason="表亲", now=desk.now)
    desk.hand_down(case)
    desk.visit(case, verifiers=[], form=VISIT | {"photos": ["sha256:ab12"]})
    with pytest.raises(ConflictOfInterest):  # not on the second visit either
        desk.visit(case)


@pytest.mark.parametrize("outsider", [Outsider("王芳", " "), Outsider("", "社区网格员")])
def test_somebody_from_outside_comes_with_a_name_and_who_they_are(desk, outsider):
    case = desk.opened()
    desk.hand_down(case)
    with pytest.raises(verifying.OutsiderUnknown):
        desk.visit(case, verifiers=[], outsider=outsider)


def test_a_colleague_is_not_written_in_as_somebody_from_outside(desk):
    case = desk.opened()
    desk.hand_down(case)
    with pytest.raises(verifying.ColleagueAsOutsider):
        desk.visit(case, verifiers=[], outsider=Outsider(desk.town.grassroots_second.name, "同事"))


def test_the_name_of_somebody_from_outside_is_sealed_with_the_form(desk):
    case = desk.opened()
    desk.hand_down(case)
    desk.visit(case, outsider=Outsider("王芳", "社区网格员"))
    visit = Visit.objects.get()
    assert visit.outsider_post == "社区网格员" and "王芳" not in str(visit.__dict__)
    whole = cases.open_visit_form(viewer=desk.town.county, visit_id=visit.pk, reason="复核同行人", now=desk.now)
    assert whole["outsider"] == "王芳"


def test_an_incomplete_form_names_every_field_at_once(desk):
    case = desk.opened()
    desk.hand_down(case)
    broken = VISIT | {"people": -1, "income_items": [{"item": "工资"}], "no_such": 1, "main_cause": ""}
    with pytest.raises(forms.FormIncomplete) as refused:
        desk.visit(case, form=broken)
    assert {name for name, _, _ in refused.value.problems} == {
        "people",
        "income_items/0/amount",
        "no_such",
        "main_cause",
    }
    assert "第1行" in refused.value.zh and Visit.objects.count() == 0


@pytest.mark.parametrize("people", [0, -1, 1001, "两"])
def test_a_household_has_one_person_at_least(desk, people):
    case = desk.opened()
    desk.hand_down(case)
    with pytest.raises(forms.FormIncomplete) as refused:
        desk.visit(case, form=VISIT | {"people": people})
    assert refused.value.problems == (
        ("people", "“家庭人口”：请填 1 至 1000 的整数", "“people”: write a whole number from 1 to 1000"),
    )


def test_nobody_earns_less_than_nothing(desk):
    case = desk.opened()
    desk.hand_down(case)
    with pytest.raises(forms.FormIncomplete) as refused:
        desk.visit(case, form=VISIT | {"income_items": [{"item": "工资", "amount": "-12000"}]})
    [(name, zh, _en)] = refused.value.problems
    assert name == "income_items/0/amount" and zh.endswith("请填不小于 0 的数，例如 12000 或 12,000.50")


@pytest.mark.parametrize("typed", ["22,310.00", "22，310", "22310元", "￥22,310.00", " 2.231万元 "])
def test_an_amount_is_read_as_people_write_it(desk, typed):
    case = desk.opened()
    desk.hand_down(case)
    desk.visit(case, form=VISIT | {"income_items": [{"item": "工资", "amount": typed}]})
    assert Visit.objects.get().form["income_items"][0]["amount"] == "22310.00"


@pytest.mark.parametrize("typed", ["22,31", "1e5", "约两万", "--5", "NaN"])
def test_what_could_be_two_amounts_is_none_and_the_form_says_how_to_write_one(desk, typed):
    case = desk.opened()
    desk.hand_down(case)
    with pytest.raises(forms.FormIncomplete, match=r"第1行：“金额（元）”：请填不小于 0 的数，例如 12000"):
        desk.visit(case, form=VISIT | {"income_items": [{"item": "工资", "amount": typed}]})


def test_a_wrong_id_number_in_a_form_is_told_apart(desk):
    case = desk.opened()
    desk.hand_down(case)
    with pytest.raises(forms.FormIncomplete, match="这里有 3 位"):
        desk.visit(case, form=VISIT | {"members": [{"name": "王小明", "relation": "head", "id_number": "330"}]})


def test_money_in_a_form_is_never_a_float(desk):
    case = desk.opened()
    desk.hand_down(case)
    with pytest.raises(forms.FormIncomplete):
        desk.visit(case, form=VISIT | {"income_items": [{"item": "工资", "amount": 0.1}]})


def test_a_visit_that_lies_ahead_is_refused(desk):
    case = desk.opened()
    desk.hand_down(case)
    with pytest.raises(verifying.VisitInFuture):
        desk.visit(case, visited_on=desk.now.date() + timedelta(days=1))


def test_an_officer_of_the_household_stands_aside(desk):
    case = desk.opened()
    desk.hand_down(case)
    Account.objects.filter(pk=desk.town.grassroots.account_id).update(person_id=desk.members(case.household_id)[1])
    with pytest.raises(moving.OwnHousehold):
        desk.visit(case)


def test_an_officer_who_was_untied_from_the_household_stands_aside_as_before(desk):
    case = desk.opened()
    desk.hand_down(case)
    account = desk.town.grassroots.account_id
    accounts.link_person(viewer=None, account_id=account, person_id=desk.members(case.household_id)[1], now=desk.now)
    accounts.unlink_person(viewer=None, account_id=account, reason="登记错了人，先解除", now=desk.now)
    with pytest.raises(moving.OwnHousehold):
        desk.visit(case)


# --- findings ---


def test_an_outcome_that_needs_the_person_seen_is_refused_without_a_visit(desk):
    case = desk.opened()
    desk.hand_down(case)
    with pytest.raises(verifying.NoVisitYet):
        desk.submit(case, Outcome.V1)
    desk.try_to_reach(case)
    with pytest.raises(verifying.NoVisitYet):
        desk.submit(case, Outcome.V4)


def test_an_outcome_without_help_says_why(desk):
    case = desk.opened()
    desk.hand_down(case)
    desk.visit(case)
    with pytest.raises(moving.ReasonMissing):
        desk.submit(case, Outcome.V4, reason=" ")


def test_help_goes_to_someone_of_the_household(desk):
    case = desk.opened()
    desk.hand_down(case)
    desk.visit(case)
    other = desk.members(desk.homes(1, start=9)[0])[0]
    with pytest.raises(verifying.NotOfThisHousehold):
        desk.submit(case, Outcome.V1, person_id=other)


def test_handing_in_twice_is_one_finding(desk):
    case = desk.opened()
    desk.hand_down(case)
    desk.visit(case)
    assert desk.submit(case) == desk.submit(case)
    assert Finding.objects.count() == 1


@pytest.mark.parametrize(
    ("outcome", "state", "reason"),
    [
        (Outcome.V1, S.CONFIRMED, ""),
        (Outcome.V2, S.CONFIRMED, ""),
        (Outcome.V3, S.WATCH, ""),
        (Outcome.V4, S.CLOSED, CloseReason.NOT_IN_HARDSHIP),
        (Outcome.V5, S.CLOSED, CloseReason.COVERED_ELSEWHERE),
        (Outcome.V6, S.REPAIR, ""),
        (Outcome.V7, S.RETRY, ""),
        (Outcome.V8, S.CLOSED, CloseReason.REFUSED_HELP),
        (Outcome.V9, S.CLOSED, CloseReason.TRANSFERRED),
        (Outcome.V10, S.CLOSED, CloseReason.LEFT),
    ],
)
def test_each_outcome_has_its_effect(funded, outcome, state, reason):
    case = funded.verified(
        outcome,
        is_seen=outcome in (Outcome.V1, Outcome.V2, Outcome.V3, Outcome.V4, Outcome.V5),
        target_area="330100" if outcome is Outcome.V9 else "",
    )
    assert (case.state, case.close_reason, case.outcome) == (state, reason, outcome)
    assert Entitlement.objects.count() == (outcome in (Outcome.V1, Outcome.V2))
    ended = OrderState.TRANSFERRED if outcome is Outcome.V9 else OrderState.CLOSED
    assert orders.get_card(case.work_order_id, now=funded.now).state is ended
    assert queries.verify() == [] and orders.verify() == []
    out = registry.list_optouts()
    assert bool(out) == (outcome is Outcome.V8)


def test_a_case_of_another_area_is_handed_over_with_its_order(desk):
    case = desk.opened()
    desk.hand_down(case)
    desk.try_to_reach(case)
    desk.submit(case, Outcome.V9)
    desk.accept(case, target_area="330100")
    order = orders.get_card(case.work_order_id, now=desk.now)
    assert (order.state, order.target_area) == (OrderState.TRANSFERRED, "330100") and queries.verify() == []
    assert Case.objects.filter(household_id=case.household_id).count() == 1  # Hangzhou is not of this tree


def test_a_household_that_moved_has_a_case_and_an_order_with_a_time_limit_where_it_went(desk):
    case = desk.opened()
    desk.hand_down(case)
    desk.try_to_reach(case)
    desk.submit(case, Outcome.V9)
    with pytest.raises(AreaMissing):
        desk.accept(case)
    assert desk.fresh(case).state == S.SUBMITTED
    for _ in range(2):  # sent again, it makes nothing twice
        desk.accept(case, target_area="330681")
    assert desk.fresh(case).close_reason == CloseReason.TRANSFERRED
    (anew,) = Case.objects.filter(household_id=case.household_id, state=S.OPEN)
    assert (anew.earlier_id, anew.channel, anew.causes, anew.grade) == (case.pk, case.channel, case.causes, case.grade)
    order = orders.get_card(anew.work_order_id, now=desk.now)
    assert (order.state, order.org_id, anew.org_id) == (OrderState.CREATED, desk.town["Y"].id, desk.town["Y"].id)
    assert order.step_due_at > desk.now and queries.verify() == orders.verify() == []
    assert moving.visible(desk.town.other_county).filter(pk=anew.pk).exists()
    assert not moving.visible(desk.town.county).filter(pk=anew.pk).exists()


def test_the_verifier_does_not_review_and_the_reviewer_is_a_second_person(desk):
    case = desk.opened(union="XG")
    desk.hand_down(case)
    desk.visit(case, verifiers=[desk.town.county.account_id])
    desk.submit(case)
    with pytest.raises(moving.FourEyes):
        desk.accept(case)
    with pytest.raises(moving.FourEyes):
        cases.return_finding(viewer=desk.town.county, case_id=case.pk, reason="请补材料", now=desk.now)
    assert desk.accept(case, desk.town.county_second).state == S.CONFIRMED


def test_a_returned_finding_is_verified_again_two_times_at_most(desk):
    case = desk.opened()
    desk.hand_down(case)
    desk.visit(case)
    from niangjia.apps.workorders.problems import ReturnedTooOften

    for _ in range(2):
        desk.submit(case)
        with pytest.raises(moving.ReasonMissing):
            cases.return_finding(viewer=desk.town.county, case_id=case.pk, reason="", now=desk.now)
        cases.return_finding(viewer=desk.town.county, case_id=case.pk, reason="材料不全", now=desk.now)
        cases.return_finding(viewer=desk.town.county, case_id=case.pk, reason="材料不全", now=desk.now)
        assert desk.fresh(case).state == S.OPEN
    desk.submit(case)
    with pytest.raises(ReturnedTooOften):
        cases.return_finding(viewer=desk.town.county, case_id=case.pk, reason="材料不全", now=desk.now)
    assert desk.accept(case).state == S.CONFIRMED
    assert [finding.is_accepted for finding in Finding.objects.order_by("pk")] == [False, False, True]


# --- the special grant ---


def test_a_confirmed_hardship_gets_500_yuan_decided_and_set_aside_once(funded):
    case = funded.verified()
    grant = Entitlement.objects.get()
    assert (grant.amount, grant.state, grant.person_id) == (
        Decimal("500.00"),
        EntitlementState.SET_ASIDE,
        case.person_id,
    )
    decision = programs.get_decision(grant.decision_id)
    assert decision.asof == funded.now.date() and programs.replay(decision.id).is_same
    funded.accept(case)
    assert Entitlement.objects.count() == 1
    assert fund_queries.get_reservation(grant.reservation_id).amount == Decimal("500.00")


def test_a_short_fund_queues_the_grant(desk):
    give_budget(desk, amount="499.99")
    desk.verified()
    grant = Entitlement.objects.get()
    assert fund_queries.get_reservation(grant.reservation_id).state is ReservationState.QUEUED


def test_without_a_budget_the_grant_waits_with_its_reason_and_can_be_tried_again(desk):
    desk.verified()
    grant = Entitlement.objects.get()
    assert grant.state == EntitlementState.BLOCKED and "special-relief" in grant.refusal_zh
    assert queries.list_blocked(desk.town.county).get().pk == grant.case_id and queries.verify() == []
    give_budget(desk)
    assert (
        cases.retry_entitlement(viewer=desk.town.county, entitlement_id=grant.pk, now=desk.now)
        is EntitlementState.SET_ASIDE
    )
    assert (
        cases.retry_entitlement(viewer=desk.town.county, entitlement_id=grant.pk, now=desk.now)
        is EntitlementState.SET_ASIDE
    )


def test_a_files_aid_that_is_tried_again_still_knows_who_set_its_tier(desk):
    give_budget(desk)  # for the grant, not for the file
    case, third = desk.filed(), desk.town.county_third
    cases.decide_tier(viewer=third, case_id=case.pk, facts=NO_GOODS, now=desk.now)
    cases.announce(viewer=third, case_id=case.pk, now=desk.now)
    desk.pass_days(10)
    cases.approve(viewer=desk.town.county_second, case_id=case.pk, now=desk.now)
    aid = Entitlement.objects.get(case=case, program="graded-aid")
    assert aid.state == EntitlementState.BLOCKED
    give_budget(desk, "graded-aid")
    cases.retry_entitlement(viewer=desk.town.county_second, entitlement_id=aid.pk, now=desk.now)
    aid.refresh_from_db()
    with pytest.raises(SamePerson):
        funds.approve(viewer=third, reservation_id=aid.reservation_id, now=desk.now)


def test_a_second_grant_of_the_year_is_refused_with_its_clause_and_nothing_is_set_aside(funded):
    case = funded.verified()
    cases.close_without_file(viewer=funded.town.county, case_id=case.pk, reason="一次性帮扶", now=funded.now)
    funded.list_month([case.household_id], NOVEMBER, "RETURNED")
    funded.pass_days(20)
    funded.dispatch(NOVEMBER)
    again = Case.objects.get(month="2023-11")
    funded.hand_down(again)
    funded.visit(again)
    funded.submit(again)
    assert funded.accept(again).state == S.CONFIRMED
    assert Entitlement.objects.filter(case=again).count() == 0
    refused = programs.list_decisions_about(programs.Subject(programs.SubjectKind.PERSON, again.person_id))[0]
    assert refused.outcome == "REFUSED" and {line.id: line.result for line in refused.trace}["person_year"] == "NO"


def test_nothing_is_set_aside_or_paid_without_an_accepted_finding(funded):
    case = funded.opened()
    funded.hand_down(case)
    funded.visit(case)
    funded.submit(case)
    finding = funded.finding(case)
    with pytest.raises(entitlements.NotVerified):
        entitlements.decide_grant(funded.town.county, case, finding, {}, funded.now)
    funded.accept(case)
    assert Entitlement.objects.get().finding == finding
    assert fund_queries.get_reservation(Entitlement.objects.get().reservation_id).is_approved is False


def test_the_reviewer_and_the_verifier_do_not_approve_the_money(funded):
    from niangjia.apps.funds.problems import SamePerson

    funded.verified()
    reservation_id = Entitlement.objects.get().reservation_id
    with pytest.raises(SamePerson):
        funds.approve(viewer=funded.town.county, reservation_id=reservation_id, now=funded.now)
    assert funds.approve(viewer=funded.town.county_second, reservation_id=reservation_id, now=funded.now).is_approved


def test_an_area_without_the_programme_gives_no_grant_and_no_refusal(desk):
    case = desk.opened()
    Case.objects.update(area="330681000000")
    desk.hand_down(case)
    desk.visit(case)
    desk.submit(case)
    assert desk.accept(case).state == S.CONFIRMED and Entitlement.objects.count() == 0


def test_a_missing_parameter_refuses_the_review_and_changes_nothing(desk):
    case = desk.opened()
    desk.hand_down(case)
    from datetime import date

    Visit.objects.filter(pk=desk.visit(case)).update(visited_on=date(2023, 4, 30))
    desk.submit(case)
    with pytest.raises(MissingParameter, match=r"(?s)330624001000.*2023-04-30"):
        desk.accept(case)
    assert (
        desk.fresh(case).state == S.SUBMITTED
        and orders.get_card(case.work_order_id, now=desk.now).state is OrderState.SUBMITTED
    )


# --- the file ---


def test_a_file_goes_from_draft_to_notice_to_approval_and_its_aid_is_set_aside(funded):
    case = funded.on_file()
    file = funded.file(case)
    assert (case.state, file.tier, file.amount, file.is_open) == (S.ON_FILE, "G1", Decimal("36000.00"), True)
    aid = Entitlement.objects.get(program="graded-aid")
    assert aid.amount == Decimal("36000.00") and aid.state == EntitlementState.SET_ASIDE
    assert FILE["bank_account"].encode() not in bytes(file.secret) and "address" not in file.form
    assert registry.get_person_card(funded.town.county, case.person_id).bank_account == "**** 0123"
    whole = cases.open_file_form(viewer=funded.town.county, file_id=file.pk, reason="年度复核", now=funded.now)
    assert whole["address"] == FILE["address"] and whole["people"] == 3
    assert queries.verify() == [] and fund_queries.verify() == []
    cases.approve(viewer=funded.town.county_second, case_id=case.pk, now=funded.now)
    assert Entitlement.objects.filter(program="graded-aid").count() == 1


def test_one_household_has_one_file_and_nobody_stands_in_two(funded):
    first = funded.filed()
    other = funded.verified(start=5, size=3, month=NOVEMBER)
    stranger = funded.members(first.household_id)[0]
    with pytest.raises(filing.PersonInOtherFile):
        cases.start_file(viewer=funded.town.county, case_id=other.pk, members={stranger: "parent"}, now=funded.now)
    assert funded.fresh(other).state == S.CONFIRMED
    Case.objects.filter(pk=other.pk).update(
        household_id=first.household_id, state=S.CLOSED, closed_at=funded.now, close_reason="CANCELLED"
    )
    Case.objects.filter(pk=first.pk).update(state=S.CLOSED, closed_at=funded.now, close_reason="CANCELLED")
    Case.objects.filter(pk=other.pk).update(state=S.CONFIRMED, closed_at=None, close_reason="")
    with pytest.raises(filing.HouseholdHasFile):
        cases.start_file(viewer=funded.town.county, case_id=other.pk, members={}, now=funded.now)


def test_a_missing_fact_leaves_the_file_a_draft_and_says_what_to_ask(funded):
    case = funded.filed()
    cases.fill_file(
        viewer=funded.town.grassroots,
        case_id=case.pk,
        values={k: v for k, v in FILE.items() if k != "medical_own_cost_12m"},
        now=funded.now,
    )
    decision = cases.decide_tier(viewer=funded.town.county, case_id=case.pk, facts=NO_GOODS, now=funded.now)
    assert decision.outcome == "CANNOT_TELL" and "medical_own_cost_12m" in decision.unknown
    assert funded.fresh(case).state == S.FILE_DRAFT and funded.file(case).tier == ""
    with pytest.raises(moving.lifecycle.NotInThisState):
        cases.announce(viewer=funded.town.county, case_id=case.pk, now=funded.now)


def test_a_tier_is_decided_again_when_the_form_changes(funded):
    case = funded.filed()
    assert funded.file(case).tier == "G1"
    cases.fill_file(
        viewer=funded.town.grassroots, case_id=case.pk, values=FILE | {"rigid_total": "10000"}, now=funded.now
    )
    assert funded.fresh(case).state == S.FILE_DRAFT and funded.file(case).tier == ""
    assert cases.decide_tier(viewer=funded.town.county, case_id=case.pk, facts=NO_GOODS, now=funded.now).tier == "G2"


def test_a_missing_standard_refuses_the_tier_and_names_area_and_day(funded):
    from niangjia.apps.programs.models import Standard

    case = funded.filed()
    Standard.objects.all().delete()
    with pytest.raises(programs.MissingStandard, match=r"(?s)330624001000.*2023-11-06"):
        cases.decide_tier(viewer=funded.town.county, case_id=case.pk, facts=NO_GOODS, now=funded.now)


def test_a_tier_is_not_decided_on_an_empty_file(funded):
    case = funded.verified(size=3)
    cases.start_file(viewer=funded.town.county, case_id=case.pk, members={}, now=funded.now)
    with pytest.raises(filing.FileIsEmpty):
        cases.decide_tier(viewer=funded.town.county, case_id=case.pk, now=funded.now)


def test_nor_does_who_stands_in_for_them_nor_they_for_who_stood_in(funded):
    case = funded.announced()
    funded.pass_days(10)
    town, today = funded.town, funded.now.date()
    post = accounts.hand_over(
        viewer=town.county, account_id=town.county_second.account_id, starts_on=today, last_on=today, now=funded.now
    )
    for viewer, held in ((town.county_second, post), (town.county_second, town.county_second.post_id)):
        again = account_queries.get_viewer(account_id=viewer.account_id, post_id=held, today=today)
        with pytest.raises(moving.FourEyes, match="互相代岗的同事"):
            cases.approve(viewer=again, case_id=case.pk, now=funded.now)


def test_who_had_a_hand_in_the_file_does_not_approve_it(funded):
    case = funded.announced()
    funded.pass_days(10)
    for viewer in (funded.town.county,):
        with pytest.raises(moving.FourEyes):
            cases.approve(viewer=viewer, case_id=case.pk, now=funded.now)
    assert cases.approve(viewer=funded.town.city, case_id=case.pk, now=funded.now).state == S.ON_FILE


def test_an_aid_above_the_line_needs_the_higher_unions_paper(funded):
    from niangjia.apps.programs import actions as program_actions

    case = funded.filed()
    entered = program_actions.enter_parameter(
        viewer=funded.town.county, program="graded-aid", name="province_approves_above", area="330624001", starts_on=funded.now.date(),
        value="20000", source="虚构", now=funded.now,
    )  # fmt: skip
    program_actions.approve_parameter(viewer=funded.town.county_second, parameter_id=entered.id, now=funded.now)
    decision = cases.decide_tier(viewer=funded.town.county, case_id=case.pk, facts=NO_GOODS, now=funded.now)
    assert decision.needs_approval == ("province",)
    cases.announce(viewer=funded.town.county, case_id=case.pk, now=funded.now)
    funded.pass_days(10)
    with pytest.raises(filing.HigherApprovalNeeded, match="province"):
        cases.approve(viewer=funded.town.county_second, case_id=case.pk, now=funded.now)
    approved = cases.approve(
        viewer=funded.town.county_second, case_id=case.pk, higher_approval="浙总工〔2023〕1号", now=funded.now
    )
    assert approved.state == S.ON_FILE


def test_a_refused_file_is_an_officers_act_with_a_reason_and_frees_the_members(funded):
    case = funded.filed()
    with pytest.raises(moving.ReasonMissing):
        cases.refuse_file(viewer=funded.town.county_second, case_id=case.pk, reason="", now=funded.now)
    closed = cases.refuse_file(
        viewer=funded.town.county_second, case_id=case.pk, reason="家庭财产超过规定", now=funded.now
    )
    assert (closed.state, closed.close_reason) == (S.CLOSED, CloseReason.FILE_REFUSED)
    assert not funded.file(case).is_open and not funded.file(case).members.filter(is_open=True).exists()
    assert queries.verify() == []


# --- closing ---


def test_repair_watch_community_and_cancel_close_with_their_reason(funded):
    town = funded.town
    for start, outcome, act, why in [
        (1, Outcome.V6, cases.finish_repair, CloseReason.REPAIRED),
        (2, Outcome.V3, cases.end_watch, CloseReason.WATCHED),
        (3, Outcome.V7, cases.hand_to_community, CloseReason.COMMUNITY),
    ]:
        case = funded.verified(outcome, is_seen=outcome is Outcome.V3, start=start, month=OCTOBER.plus(start))
        with pytest.raises(moving.ReasonMissing):
            act(viewer=town.county, case_id=case.pk, reason="", now=funded.now)
        for _ in range(2):
            assert act(viewer=town.county, case_id=case.pk, reason="已处理", now=funded.now).close_reason == why
    case = funded.opened(start=4, month=OCTOBER.plus(4))
    assert (
        cases.cancel_case(viewer=town.county, case_id=case.pk, reason="误立", now=funded.now).close_reason
        == CloseReason.CANCELLED
    )
    assert orders.get_card(case.work_order_id, now=funded.now).state is OrderState.CANCELLED
    assert queries.verify() == []


def test_a_cancelled_case_gives_its_grant_back(funded):
    case = funded.verified()
    cases.cancel_case(viewer=funded.town.city, case_id=case.pk, reason="冒名", now=funded.now)
    grant = Entitlement.objects.get()
    assert grant.state == EntitlementState.CANCELLED
    assert fund_queries.get_reservation(grant.reservation_id).state is ReservationState.CANCELLED
    assert fund_queries.verify() == []


# --- reading ---


def test_everyone_sees_the_cases_of_their_part_of_the_tree(desk):
    case = desk.opened()
    town = desk.town
    for viewer in (town.city, town.county, town.township, town.grassroots, town.finance, town.auditor):
        assert queries.get_case(viewer, case.pk) == case
    with pytest.raises(moving.NotFound):
        queries.get_case(town.other_county, case.pk)
    assert queries.list_cases(town.other_county, CaseFilter()).count() == 0
    assert queries.count_by_state(town.county)[S.OPEN] == 1
    assert (
        queries.list_cases(town.county, CaseFilter(cause="因病", state="OPEN", area="330624", only_open=True)).get()
        == case
    )
    assert queries.find_open_case(town.county, case.household_id).id == case.pk
    assert queries.find_case_of_order(town.county, case.work_order_id).id == case.pk


def test_a_page_gets_everything_of_a_case_and_the_buttons_of_its_viewer(funded):
    case = funded.on_file()
    details = queries.get_details(funded.town.county, case.pk, now=funded.now)
    assert details.card.state == S.ON_FILE and details.file.tier == "G1" and len(details.decisions) == 2
    assert details.reservation_states == {
        f"case:{case.pk}:special-grant": "RESERVED",
        f"case:{case.pk}:graded-aid": "RESERVED",
    }
    assert set(details.actions) == {"RECORD_INCOME", "PROPOSE_EXIT"}
    assert set(queries.possible_actions(funded.town.finance, case.pk)) == set()
    assert [move.action for move in queries.timeline(funded.town.county, case.household_id)[0]][-1] == "OPEN"
    assert queries.list_files(funded.town.county).get() == funded.file(case)


def test_no_name_or_number_enters_the_audit(funded):
    case = funded.on_file()
    from niangjia.apps.audit.models import AuditEvent

    said = " ".join(f"{event.detail_text}{event.reason}{event.object}" for event in AuditEvent.objects.all())
    for secret in ("王小明", FILE["id_number"], FILE["phone"], FILE["bank_account"], "羽林街道某路", "患病"):
        assert secret not in said
    assert audit.verify_chain().is_whole and case.pk


def test_a_visit_way_that_sees_nobody_is_a_try(desk):
    case = desk.opened()
    desk.hand_down(case)
    desk.visit(case, way=VisitWay.NONE, form=None, verifiers=[])
    assert orders.get_card(case.work_order_id, now=desk.now).contact_try_count == 1


def test_a_finding_that_waits_is_what_the_reviewers_queue_shows_and_filters_by(desk):
    case = desk.opened()
    desk.hand_down(case)
    desk.visit(case)
    desk.submit(case, Outcome.V1)
    county = desk.town.county
    queue = queries.list_waiting_for(county, CaseAction.ACCEPT)
    assert [row.waiting_outcome for row in queries.narrow_to(county, queue, CaseFilter(outcome="V1"))] == ["V1"]
    assert queries.narrow_to(county, queue, CaseFilter(outcome="V4")).count() == 0
    unaware = queries.list_cases(desk.town.finance, CaseFilter())
    assert [row.waiting_outcome for row in unaware] == [""], "who may not examine a case does not read it from a list"
    assert queries.list_cases(desk.town.finance, CaseFilter(outcome="V1")).count() == 0
