"""A work order's life: sent, taken, passed on, visited, answered, reviewed, closed; and who may not do what."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from niangjia.apps.accounts.permissions import NotAllowed
from niangjia.apps.audit import queries as audit
from niangjia.apps.organizations.models import OrgUnit
from niangjia.apps.workorders import actions as workorders
from niangjia.apps.workorders import problems, queries
from niangjia.apps.workorders.actions import dispatching
from niangjia.apps.workorders.lifecycle import RULES, Action, OrderState
from niangjia.apps.workorders.models import WorkOrder, WorkOrderMove
from niangjia.apps.workorders.tests import unions
from niangjia.apps.workorders.tests.unions import NOW, SHANGHAI, working
from niangjia.apps.workorders.types import NewOrder, OrderKind, RoutingFacts, SweepReport, Urgency, Verifier, VisitWay
from niangjia.kernel.months import Month

S = OrderState
pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return unions.build()


@pytest.fixture(autouse=True)
def _invariants_hold_after_every_test(db):
    yield
    assert queries.verify() == []


def midnight_after(day: int, month: int = 11) -> datetime:
    return datetime(2023, month, day, tzinfo=SHANGHAI) + timedelta(days=1)


# --- the table: every action in every state ---------------------------------------------------------------------------


def act(place, action: Action, order_id: int):
    do = {"order_id": order_id, "now": NOW + timedelta(hours=1)}
    both = [place.verifier(place.county_second), Verifier("李主席")]
    calls = {
        Action.ACCEPT: lambda: workorders.accept(viewer=place.county_second, **do),
        Action.FORWARD: lambda: workorders.forward(
            viewer=place.county_second, to_org_id=forward_to(place, order_id), **do
        ),
        Action.HAND_BACK: lambda: workorders.hand_back(viewer=place.county_second, reason="非本会职工", **do),
        Action.ASSIGN: lambda: workorders.assign(
            viewer=place.county_second, assignee=place.verifier(place.grassroots_second), **do
        ),
        Action.DECLARE_CONFLICT: lambda: workorders.declare_conflict(viewer=place.county_second, reason="亲属", **do),
        Action.RECORD_CONTACT_TRY: lambda: workorders.record_contact_try(viewer=place.county_second, way="PHONE", **do),
        Action.MARK_VISITED: lambda: workorders.mark_visited(
            viewer=place.county_second, verifiers=both, way=VisitWay.HOME, **do
        ),
        Action.SUBMIT: lambda: workorders.submit(viewer=place.county_second, outcome="V1", **do),
        Action.SUBMIT_UNREACHED: lambda: workorders.submit_unreached(
            viewer=place.county_second, outcome="V7", reason="无人", **do
        ),
        Action.RETURN: lambda: workorders.return_order(viewer=place.county_second, reason="缺材料", **do),
        Action.REVIEW: lambda: workorders.review(viewer=place.county_second, **do),
        Action.CLOSE: lambda: workorders.close(viewer=place.county_second, **do),
        Action.CANCEL: lambda: workorders.cancel(viewer=place.county_second, reason="重复", **do),
        Action.TRANSFER: lambda: workorders.transfer(
            viewer=place.county_second, reason="迁出", target_area="330681", **do
        ),
        Action.URGE: lambda: workorders.urge(viewer=place.county_second, **do),
    }
    return calls[action]()


def forward_to(place, order_id: int) -> int:
    return place["XH"].id if WorkOrder.objects.get(pk=order_id).org_id == place["XT"].id else place["XG"].id


def prepare(place, state: OrderState, action: Action):
    """The order in `state`; for actions that want more than the state, with that too."""
    order = place.at(state)
    if action == Action.SUBMIT_UNREACHED:
        WorkOrder.objects.update(contact_try_count=2)
    if state == S.CREATED and action == Action.HAND_BACK:
        workorders.forward(viewer=place.county, order_id=order.id, to_org_id=place["XT"].id, now=NOW)
    return order


USER_ACTIONS = [action for action in RULES if RULES[action].permission]
CELLS = list(itertools.product(S, USER_ACTIONS))


@pytest.mark.parametrize("state,action", [cell for cell in CELLS if cell[0] not in RULES[cell[1]].to])
def test_an_illegal_move_is_refused_and_changes_nothing(place, state, action):
    order = prepare(place, state, action)
    before = (queries.get_card(order.id, now=NOW), WorkOrderMove.objects.count())
    with pytest.raises(problems.IllegalMove, match=order.number):
        act(place, action, order.id)
    assert (queries.get_card(order.id, now=NOW), WorkOrderMove.objects.count()) == before


@pytest.mark.parametrize("state,action", [cell for cell in CELLS if cell[0] in RULES[cell[1]].to])
def test_a_legal_move_leads_where_the_table_says_and_is_kept(place, state, action):
    if (state, action) == (S.ACCEPTED, Action.FORWARD):
        order = place.dispatch()
        workorders.accept(viewer=place.county, order_id=order.id, now=NOW)
    else:
        order = prepare(place, state, action)
    steps = queries.get_card(order.id, now=NOW).step
    after = act(place, action, order.id)
    assert (after.state, after.step) == (RULES[action].to[state], steps + 1)
    last = queries.list_history(order.id)[-1]
    assert (last.action, last.from_state, last.to_state, last.actor_id) == (
        action,
        state,
        after.state,
        place.county_second.account_id,
    )


@pytest.mark.parametrize("action", [action for action in USER_ACTIONS if RULES[action].needs_reason])
@pytest.mark.parametrize("reason", ["", "  "])
def test_what_needs_a_reason_is_refused_without_one(place, action, reason):
    state = next(iter(RULES[action].to))
    order = place.at(state)
    more = (
        {"target_area": "330681"}
        if action == Action.TRANSFER
        else {"outcome": "V7"}
        if action == Action.SUBMIT_UNREACHED
        else {}
    )
    call = workorders.return_order if action == Action.RETURN else getattr(workorders, action.lower())
    with pytest.raises(problems.ReasonMissing):
        call(viewer=place.county, order_id=order.id, reason=reason, now=NOW, **more)


# --- dispatch -----------------------------------------------------------------------------------------------------


def test_an_order_goes_to_the_county_first_and_its_clocks_count_working_days(place):
    order = place.dispatch()
    assert (order.number, order.state, order.org_id) == ("GD202311000001", S.CREATED, place["X"].id)
    assert order.step_due_at == midnight_after(8)  # two working days after Monday the 6th
    assert order.due_at == midnight_after(1, 12)  # 2 + 2 + 10 + 5 working days
    assert [move.action for move in queries.list_history(order.id)] == [Action.DISPATCH]


def test_a_red_order_has_five_days_to_be_verified(place):
    order = place.dispatch(urgency=Urgency.RED)
    workorders.forward(viewer=place.county, order_id=order.id, to_org_id=place["XG"].id, now=NOW)
    assert queries.get_card(order.id, now=NOW).step_due_at == midnight_after(13)


def test_deadlines_step_over_the_spring_festival_and_its_make_up_days(place):
    friday = datetime(
        2024, 2, 2, 17, 0, tzinfo=SHANGHAI
    )  # Sunday the 4th is worked, 10–17 February are free, Sunday the 18th is worked
    order = place.dispatch(now=friday)
    workorders.forward(viewer=place.county, order_id=order.id, to_org_id=place["XG"].id, now=friday)
    assert queries.get_card(order.id, now=friday).step_due_at == datetime(2024, 2, 22, tzinfo=SHANGHAI)


def test_dispatching_again_returns_the_order_that_stands(place):
    first = place.dispatch()
    assert place.dispatch().id == first.id
    assert place.dispatch(month="2023-11").id == first.id, "it is still open"
    report = workorders.dispatch_many(orders=[place.new(0), place.new(1), place.new(1)], now=NOW)
    assert (report.created_count, report.existing_count, report.order_ids["H0"]) == (1, 2, first.id)


def test_a_closed_order_never_reopens_and_the_next_months_refers_to_it(place):
    closed = place.at(S.CLOSED)
    assert place.dispatch().id == closed.id, "not twice in one month"
    following = place.dispatch(month="2023-11")
    assert following.id != closed.id and following.previous_id == closed.id


def test_a_cancelled_order_makes_room_for_another_of_the_month(place):
    cancelled = place.at(S.CANCELLED)
    again = place.dispatch()
    assert again.id != cancelled.id and again.previous_id is None


def test_the_database_refuses_a_second_open_order_of_a_household(place):
    order, other = place.dispatch(0), place.dispatch(1)
    with pytest.raises(IntegrityError), transaction.atomic():
        WorkOrder.objects.filter(pk=other.id).update(subject_key=order.subject_key, month="2023-11")


def test_an_order_nobody_can_take_is_set_aside_and_the_others_go(place):
    report = workorders.dispatch_many(
        orders=[place.new(0), place.new(1, union=None, residence_area="110101001001")], now=NOW
    )
    assert (report.created_count, [found.subject_key for found in report.not_routed]) == (1, ["H1"])
    with pytest.raises(problems.NoUnionCovers):
        workorders.dispatch(order=place.new(1, union=None, residence_area=""), now=NOW)


def test_a_run_that_died_in_the_middle_is_finished_by_running_it_again(place, monkeypatch):
    monkeypatch.setattr(dispatching, "CHUNK", 1)
    orders = [place.new(number) for number in range(3)]
    whole, calls = dispatching._dispatch_chunk, itertools.count()

    def dies(*args):
        if next(calls) == 2:
            raise KeyboardInterrupt
        return whole(*args)

    monkeypatch.setattr(dispatching, "_dispatch_chunk", dies)
    with pytest.raises(KeyboardInterrupt):
        workorders.dispatch_many(orders=orders, now=NOW)
    assert WorkOrder.objects.count() == 2
    report = workorders.dispatch_many(orders=orders, now=NOW)
    assert (report.created_count, report.existing_count, WorkOrder.objects.count()) == (1, 2, 3)


def test_a_program_may_set_its_own_limits(place):
    order = workorders.dispatch(order=place.new(), limits={"accept": 1}, now=NOW)
    assert order.step_due_at == midnight_after(7)


def test_grassroots_officers_do_not_dispatch(place):
    with pytest.raises(NotAllowed):
        workorders.dispatch(order=place.new(), viewer=place.grassroots, now=NOW)


# --- on the way down ----------------------------------------------------------------------------------------------


def test_the_next_union_on_the_route_is_suggested_first(place):
    order = place.dispatch()
    shown = queries.list_forward_candidates(place.county, order.id)
    assert shown[0].org_id == place["XT"].id and shown[0].is_suggested
    assert {candidate.name for candidate in shown[1:]} == {"澄潭街道总工会", "新昌县货运行业工会联合会"}
    OrgUnit.objects.filter(code="XT").update(state="CLOSED")
    assert place["XT"].id not in {
        candidate.org_id for candidate in queries.list_forward_candidates(place.county, order.id)
    }


def test_forwarding_starts_the_clock_of_the_next_union(place):
    order = place.dispatch()
    at_town = workorders.forward(
        viewer=place.county, order_id=order.id, to_org_id=place["XT"].id, now=working(9, day=7)
    )
    assert (at_town.org_id, at_town.step_due_at) == (place["XT"].id, midnight_after(9))
    at_firm = workorders.forward(viewer=place.town, order_id=order.id, to_org_id=place["XG"].id, now=working(9, day=9))
    assert at_firm.step_due_at == midnight_after(23) and at_firm.due_at == order.due_at


def test_an_order_may_be_forwarded_to_another_union_which_then_verifies(place):
    order = place.dispatch()
    moved = workorders.forward(viewer=place.county, order_id=order.id, to_org_id=place["XH"].id, now=NOW)
    assert moved.verify_org_id == place["XH"].id


@pytest.mark.parametrize("code", ["X", "Y", "YG", "C"])
def test_an_order_goes_down_only_and_not_to_itself(place, code):
    order = place.dispatch()
    with pytest.raises(problems.CannotForward):
        workorders.forward(viewer=place.county, order_id=order.id, to_org_id=place[code].id, now=NOW)


def test_a_closed_union_gets_no_orders(place):
    order = place.dispatch()
    OrgUnit.objects.filter(code="XT").update(state="CLOSED")
    with pytest.raises(problems.CannotForward):
        workorders.forward(viewer=place.county, order_id=order.id, to_org_id=place["XT"].id, now=NOW)


def test_the_wrong_union_hands_it_back_to_the_one_that_sent_it(place):
    order = place.at(S.ACCEPTED)
    back = workorders.hand_back(viewer=place.grassroots, order_id=order.id, reason="已离职", now=NOW)
    assert (back.org_id, back.state, back.returned_count) == (place["XT"].id, S.CREATED, 1)
    workorders.hand_back(viewer=place.town, order_id=order.id, reason="不在本街道", now=NOW)
    with pytest.raises(problems.NobodyAbove):
        workorders.hand_back(viewer=place.county, order_id=order.id, reason="x", now=NOW)


def test_who_finds_at_the_door_that_nobody_of_theirs_lives_there_hands_it_back(place):
    order = place.at(S.ASSIGNED)
    with pytest.raises(problems.ReasonMissing):
        workorders.hand_back(viewer=place.grassroots, order_id=order.id, reason=" ", now=NOW)
    back = workorders.hand_back(viewer=place.grassroots, order_id=order.id, reason="查无此人", now=NOW)
    assert (back.org_id, back.state, back.assignee_id) == (place["XT"].id, S.CREATED, None)


def test_the_town_may_keep_the_order_and_verify_itself(place):
    order = place.dispatch()
    workorders.forward(viewer=place.county, order_id=order.id, to_org_id=place["XT"].id, now=NOW)
    workorders.accept(viewer=place.town, order_id=order.id, now=NOW)
    kept = workorders.assign(viewer=place.town, order_id=order.id, assignee=place.verifier(place.town), now=NOW)
    assert kept.verify_org_id == place["XT"].id and kept.step_due_at == midnight_after(20)


# --- verifying ----------------------------------------------------------------------------------------------------


def test_kin_or_somebody_of_the_household_is_not_assigned(place):
    order = place.at(S.ACCEPTED)
    kin = place.verifier(place.grassroots, 999, place.households[0][1])
    with pytest.raises(problems.ConflictOfInterest, match="请另派他人"):
        workorders.assign(viewer=place.grassroots, order_id=order.id, assignee=kin, now=NOW)
    workorders.assign(
        viewer=place.grassroots, order_id=order.id, assignee=place.verifier(place.grassroots_second, 999), now=NOW
    )


def test_only_an_officer_of_the_union_that_holds_the_order_is_assigned(place):
    order = place.at(S.ACCEPTED)
    with pytest.raises(problems.NotOfThisUnion, match="请从本工会的干部中选择"):
        workorders.assign(viewer=place.grassroots, order_id=order.id, assignee=place.verifier(place.town), now=NOW)


def test_whoever_stands_aside_is_never_assigned_again_and_somebody_else_is(place):
    order = place.at(S.ASSIGNED)
    aside = workorders.declare_conflict(viewer=place.grassroots, order_id=order.id, reason="表亲", now=NOW)
    assert (aside.state, aside.assignee_id) == (S.ACCEPTED, None)
    with pytest.raises(problems.ConflictOfInterest):
        workorders.assign(viewer=place.town, order_id=order.id, assignee=place.verifier(place.grassroots), now=NOW)
    # Assigned by the town, the town verifies; by the firm's other officer, the firm does.
    other = place.verifier(place.grassroots_second)
    assert (
        workorders.assign(viewer=place.grassroots_second, order_id=order.id, assignee=other, now=NOW).assignee_id
        == other.account_id
    )
    with pytest.raises(problems.ConflictOfInterest):
        workorders.mark_visited(
            viewer=place.grassroots,
            order_id=order.id,
            verifiers=[other, Verifier("李主席")],
            way=VisitWay.HOME,
            now=NOW,
        )


def test_a_visitor_of_the_household_is_refused(place):
    order = place.at(S.ASSIGNED)
    son = Verifier("王二", None, frozenset({place.households[0][1]}))
    with pytest.raises(problems.ConflictOfInterest, match="王二"):
        workorders.mark_visited(
            viewer=place.grassroots,
            order_id=order.id,
            verifiers=[place.verifier(place.grassroots), son],
            way=VisitWay.HOME,
            now=NOW,
        )


def test_one_person_without_a_photograph_is_no_visit(place):
    order = place.at(S.ASSIGNED)
    alone = {
        "viewer": place.grassroots,
        "order_id": order.id,
        "verifiers": [place.verifier(place.grassroots)],
        "way": VisitWay.HOME,
        "now": NOW,
    }
    with pytest.raises(problems.TooFewVerifiers):
        workorders.mark_visited(**alone)
    with pytest.raises(problems.TooFewVerifiers):
        workorders.mark_visited(**(alone | {"verifiers": [], "has_photo": True}))
    assert workorders.mark_visited(**alone, has_photo=True).state == S.VISITED


def test_two_tries_before_somebody_is_reported_as_unreached(place):
    order = place.at(S.ASSIGNED)
    do = {"viewer": place.grassroots, "order_id": order.id, "now": NOW}
    first = workorders.record_contact_try(way="PHONE", step=order.step, **do)
    assert workorders.record_contact_try(way="PHONE", step=order.step, **do) == first, "the same try, sent twice"
    with pytest.raises(problems.TooFewTries):
        workorders.submit_unreached(outcome="V7", reason="电话无人接听", **do)
    workorders.record_contact_try(way="VISIT", step=first.step, **do)
    sent = workorders.submit_unreached(outcome="V7", reason="两次均未联系上", **do)
    assert (sent.state, sent.outcome, sent.org_id) == (S.SUBMITTED, "V7", place["X"].id)


def test_the_answer_goes_back_to_the_county_with_a_clock_of_five_days(place):
    order = place.at(S.SUBMITTED)
    assert (order.org_id, order.outcome, order.step_due_at) == (place["X"].id, "V1", midnight_after(13))
    assert queries.get_order(place.grassroots, order.id, now=NOW).id == order.id, "who verified still sees it"
    with pytest.raises(NotAllowed):
        workorders.review(viewer=place.grassroots, order_id=order.id, now=NOW)
    with pytest.raises(problems.NotHolder):
        workorders.review(viewer=place.town, order_id=order.id, now=NOW)


def test_a_returned_order_keeps_its_due_date_and_comes_back_twice_at_most(place):
    order = place.at(S.RETURNED)
    assert (order.org_id, order.returned_count, order.step_due_at) == (place["XG"].id, 1, order.due_at)
    workorders.submit(viewer=place.grassroots, order_id=order.id, outcome="V1", now=NOW)
    workorders.return_order(viewer=place.county, order_id=order.id, reason="仍缺", now=NOW)
    workorders.submit(viewer=place.grassroots, order_id=order.id, outcome="V2", now=NOW)
    with pytest.raises(problems.ReturnedTooOften, match="已退回 2 次"):
        workorders.return_order(viewer=place.county, order_id=order.id, reason="还缺", now=NOW)


def test_whoever_verified_recorded_or_submitted_does_not_review(place):
    order = place.at(S.VISITED)
    workorders.submit(viewer=place.county, order_id=order.id, outcome="V1", now=NOW)
    with pytest.raises(problems.NotSeparate):
        workorders.review(viewer=place.county, order_id=order.id, now=NOW)
    with pytest.raises(problems.ConflictOfInterest):
        workorders.review(
            viewer=place.county_second,
            order_id=order.id,
            related_person_ids=frozenset({place.households[0][1]}),
            now=NOW,
        )
    assert (
        workorders.review(viewer=place.county_second, order_id=order.id, now=NOW).reviewer_id
        == place.county_second.account_id
    )


def test_a_household_that_moved_away_is_transferred(place):
    order = place.at(S.SUBMITTED)
    with pytest.raises(problems.AreaMissing):
        workorders.transfer(viewer=place.county, order_id=order.id, reason="迁出", target_area="绍兴", now=NOW)
    gone = workorders.transfer(viewer=place.county, order_id=order.id, reason="迁往杭州", target_area="330106", now=NOW)
    assert (gone.state, gone.target_area, gone.step_due_at) == (S.TRANSFERRED, "330106", None)


def test_a_household_that_no_longer_wants_the_visit_ends_the_order_once(place):
    order = place.at(S.ASSIGNED)
    for _ in range(2):
        workorders.cancel_for_subject(order_id=order.id, reason="本人撤回", now=NOW)
    last = queries.list_history(order.id)[-1]
    assert (last.step, last.action, last.to_state, last.actor_id) == (order.step + 1, Action.CANCEL, S.CANCELLED, None)


# --- twice, and two at once -----------------------------------------------------------------------------------------


def test_the_same_act_twice_is_one_move(place):
    order = place.at(S.SUBMITTED)
    moves = WorkOrderMove.objects.count()
    assert workorders.submit(viewer=place.grassroots, order_id=order.id, outcome="V1", now=NOW) == order
    assert (
        workorders.submit(viewer=place.grassroots, order_id=order.id, outcome="V1", step=order.step - 1, now=NOW)
        == order
    )
    assert WorkOrderMove.objects.count() == moves


def test_who_saw_an_older_step_is_told_that_it_moved_on(place):
    order = place.at(S.SUBMITTED)
    workorders.review(viewer=place.county, order_id=order.id, step=order.step, now=NOW)
    with pytest.raises(problems.OrderMovedOn):
        workorders.return_order(viewer=place.county_second, order_id=order.id, reason="x", step=order.step, now=NOW)


def test_a_step_that_nobody_can_have_seen_moves_nothing(place):
    order = place.dispatch()
    moves = WorkOrderMove.objects.count()
    for step in (order.step + 1, 999):
        with pytest.raises(problems.OrderMovedOn):
            workorders.accept(viewer=place.county, order_id=order.id, step=step, now=NOW)
    assert WorkOrderMove.objects.count() == moves


def test_a_reminder_in_between_does_not_make_a_page_stale(place):
    order = place.dispatch()
    workorders.sweep(now=working(1, day=8))
    assert (
        workorders.accept(viewer=place.county, order_id=order.id, step=order.step, now=working(9, day=8)).state
        == S.ACCEPTED
    )


# --- scope --------------------------------------------------------------------------------------------------------


def test_an_order_is_seen_and_touched_only_along_its_own_branch(place):
    order = place.at(S.ACCEPTED)
    for viewer in (place.other_county, place.neighbour):
        with pytest.raises(problems.NoSuchOrder):
            queries.get_order(viewer, order.id, now=NOW)
        with pytest.raises(problems.NoSuchOrder):
            workorders.accept(viewer=viewer, order_id=order.id, now=NOW)
        assert not queries.list_orders(viewer, now=NOW).exists() and queries.count_by_state(viewer, now=NOW) == []
    for viewer in (place.province, place.city, place.county, place.town, place.grassroots):
        assert [found.pk for found in queries.list_orders(viewer, now=NOW)] == [order.id]


def test_the_firm_sees_what_is_on_its_way_but_cannot_act_before_it_arrives(place):
    order = place.dispatch()
    assert queries.get_order(place.grassroots, order.id, now=NOW).org_name == "新昌县总工会"
    with pytest.raises(problems.NotHolder, match="新昌县总工会"):
        workorders.accept(viewer=place.grassroots, order_id=order.id, now=NOW)


# --- the clock ----------------------------------------------------------------------------------------------------


def test_a_reminder_at_80_percent_and_one_level_up_when_overdue_each_once(place):
    order = place.dispatch()
    before = working(23, day=7)
    assert workorders.sweep(now=before).reminded_ids == ()
    assert workorders.sweep(now=working(0, day=8)).reminded_ids == (order.id,)
    assert workorders.sweep(now=working(23, day=8)) == SweepReport((), ())
    overdue = workorders.sweep(now=working(0, day=9))
    assert (overdue.reminded_ids, overdue.escalated_ids) == ((), (order.id,))
    assert queries.list_history(order.id)[-1].detail == {"told_org": place["C"].id}
    assert workorders.sweep(now=working(0, day=9)).escalated_ids == ()
    assert workorders.sweep(now=midnight_after(13)).escalated_ids == (order.id,)
    assert queries.list_history(order.id)[-1].detail == {"told_org": place["P"].id}
    assert workorders.sweep(now=midnight_after(30)).escalated_ids == (), "nobody above the province"


def test_a_sweep_after_days_of_silence_misses_nothing(place):
    orders = [place.at(S.CREATED, 0), place.at(S.ACCEPTED, 1), place.at(S.SUBMITTED, 2)]
    swept = workorders.sweep(now=datetime(2024, 3, 1, 9, 0, tzinfo=SHANGHAI))
    assert set(swept.escalated_ids) == {order.id for order in orders}
    assert workorders.sweep(now=datetime(2024, 3, 1, 9, 0, tzinfo=SHANGHAI)).escalated_ids == ()


def test_a_new_step_starts_a_new_clock(place):
    order = place.dispatch()
    workorders.sweep(now=working(0, day=9))
    workorders.forward(viewer=place.county, order_id=order.id, to_org_id=place["XT"].id, now=working(9, day=9))
    assert workorders.sweep(now=working(10, day=9)).escalated_ids == ()
    assert workorders.sweep(now=midnight_after(13)).escalated_ids == (order.id,)
    assert queries.list_history(order.id)[-1].detail == {"told_org": place["X"].id}


@pytest.mark.parametrize("state", [S.CLOSED, S.CANCELLED, S.TRANSFERRED, S.REVIEWED])
def test_no_clock_runs_for_what_is_answered(place, state):
    place.at(state)
    swept = workorders.sweep(now=datetime(2025, 1, 1, tzinfo=SHANGHAI))
    assert (swept.reminded_ids, swept.escalated_ids) == ((), ())


# --- lists and scores ---------------------------------------------------------------------------------------------


def test_due_lists_loads_and_scores(place):
    late = place.dispatch(0)
    workorders.forward(viewer=place.county, order_id=late.id, to_org_id=place["XT"].id, now=working(9, day=9))
    place.at(S.ASSIGNED, 1)
    place.dispatch(2)
    now = working(12, day=9)
    counts = queries.count_open(place.city, now=now)
    assert (counts.all, counts.late) == (3, 1)
    assert [card.subject_key for card in queries.list_due(place.county, before=working(23, day=9), now=now)] == ["H2"]
    assert [
        (row.org_name, row.open_count, row.overdue_count, row.assignee_count)
        for row in queries.list_loads(place.county, now=now)
    ] == [
        ("新昌县总工会", 1, 1, 0),
        ("羽林街道总工会", 1, 0, 0),
        ("轴承厂工会", 1, 0, 1),
    ]
    counts = {row.org_name: dict(row.by_state) for row in queries.count_by_state(place.county, now=now)}
    assert counts == {"新昌县总工会": {S.CREATED: 1}, "羽林街道总工会": {S.CREATED: 1}, "轴承厂工会": {S.ASSIGNED: 1}}
    scores = {
        row.org_name: (row.step_count, row.late_count, row.on_time_ratio)
        for row in queries.list_scores(place.city, month=Month("2023-11"))
    }
    assert scores == {"新昌县总工会": (2, 1, 0.5), "羽林街道总工会": (1, 0, 1.0)}
    assert queries.list_scores(place.city, month=Month("2023-12")) == []


def test_what_breaks_an_invariant_is_found(place):
    order = place.at(S.ASSIGNED)
    WorkOrderMove.objects.filter(order_id=order.id, step=3).update(to_org=place["XH"].id)
    OrgUnit.objects.filter(code="XG").update(state="CLOSED")
    assert {(found.invariant, found.object) for found in queries.verify()} == {("INV 4", f"workorder:{order.id}")}
    assert len(queries.verify()) == 2
    WorkOrderMove.objects.filter(order_id=order.id, step=3).update(to_org=place["XG"].id)
    OrgUnit.objects.filter(code="XG").update(state="ACTIVE")


def test_every_move_is_in_the_audit_chain_without_a_word_about_the_person(place):
    order = place.at(S.CLOSED)
    events = audit.list_about(f"workorder:{order.id}")[::-1]
    assert [event.action for event in events] == [
        f"workorders.{move.action.lower()}" for move in queries.list_history(order.id)
    ]
    assert audit.verify_chain().is_whole


def test_two_thousand_orders_with_history_and_audit(place):
    """The figure of ten thousand stands in the benchmarks; here only that bulk is complete, and repeated is nothing."""
    orders = [
        NewOrder(
            f"B{number}",
            *place.households[0],
            (),
            OrderKind.VERIFICATION,
            "2023-10",
            "ILLNESS",
            RoutingFacts(place["XG"].id, "", "330624001"),
        )
        for number in range(2000)
    ]
    report = workorders.dispatch_many(orders=orders, now=NOW)
    assert (report.created_count, WorkOrderMove.objects.count(), len(set(report.order_ids.values()))) == (
        2000,
        2000,
        2000,
    )
    assert workorders.dispatch_many(orders=orders, now=NOW).existing_count == 2000
    assert len(set(WorkOrder.objects.values_list("number", flat=True))) == 2000


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite says how it would look")
def test_a_provinces_open_orders_are_counted_and_put_in_order_without_reading_one(place):
    with CaptureQueriesContext(connection) as asked:
        queries.count_open(place.province, now=NOW)
        queries.list_loads(place.province, now=NOW, most=10)
        list(queries.list_orders(place.province, now=NOW, only_open=True).values("pk")[:50])
        queries.count_late_by_county(place.province, now=NOW)
    with connection.cursor() as cursor:
        plans = [cursor.execute(f"explain query plan {query['sql']}").fetchall() for query in asked]
    looks = [said for plan in plans for *_ids, said in plan if " workorders_workorder" in said]
    assert len(looks) >= len(plans) and all("COVERING INDEX" in said for said in looks), looks
