"""Many orders at once: who has room, what a bulk step would do, and that each order goes by itself."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts.types import Role
from niangjia.apps.registry import actions as registry
from niangjia.apps.registry.types import HouseholdFacts, MemberFacts
from niangjia.apps.workorders import actions as workorders
from niangjia.apps.workorders import queries
from niangjia.apps.workorders.tests import unions
from niangjia.apps.workorders.tests.unions import NOW
from niangjia.apps.workorders.types import BulkMove, OrderState

HOUSEHOLDS = 14


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield unions.build(HOUSEHOLDS)
        transaction.set_rollback(True)


@pytest.fixture
def place(built, db):
    return built


def accepted(place, number: int):
    """An order that has come down to the firm's union and waits for somebody to visit."""
    order = place.dispatch(number)
    do = {"order_id": order.id, "now": NOW}
    workorders.forward(viewer=place.county, to_org_id=place["XT"].id, **do)
    workorders.forward(viewer=place.town, to_org_id=place["XG"].id, **do)
    return workorders.accept(viewer=place.grassroots, **do)


def moved(rows, **targets):
    return [BulkMove(row.order.id, row.candidates[0].org_id, row.order.step) for row in rows if row.refusal is None]


# --- forwarding ---------------------------------------------------------------------------------------------------


def test_the_preview_says_where_each_order_goes_and_why_others_stay(place):
    goes = place.dispatch(0)
    there = accepted(place, 1)
    submitted = place.at(OrderState.SUBMITTED, 2)
    plan = {
        row.order.id: row for row in queries.plan_forwarding(place.county, [goes.id, there.id, submitted.id], now=NOW)
    }
    assert plan[goes.id].refusal is None
    assert [(one.name, one.is_suggested) for one in plan[goes.id].candidates][0] == ("羽林街道总工会", True)
    assert "没有在用的工会可转" in plan[there.id].refusal.zh
    assert "已上报" in plan[submitted.id].refusal.zh and "不能转派" in plan[submitted.id].refusal.zh
    assert "刷新" not in plan[submitted.id].refusal.zh and "先退回，再转派" in plan[submitted.id].refusal.zh
    assert queries.get_card(goes.id, now=NOW).org_id == place["X"].id, "a preview changes nothing"


def test_an_order_that_reached_its_verifying_union_is_not_swept_further_down(place):
    order = place.dispatch(0, union=None)  # no member union: the town's own to visit
    workorders.forward(viewer=place.county, order_id=order.id, to_org_id=place["XT"].id, now=NOW)
    (row,) = queries.plan_forwarding(place.town, [order.id], now=NOW)
    assert row.candidates and "已到核实工会" in row.refusal.zh


def test_each_order_goes_by_itself_and_one_that_is_refused_stops_no_other(place):
    orders = [place.dispatch(number) for number in range(3)]
    moves = moved(queries.plan_forwarding(place.county, [order.id for order in orders], now=NOW))
    workorders.accept(viewer=place.city, order_id=orders[1].id, now=NOW)  # meanwhile somebody else took it in hand
    results = {one.order_id: one for one in workorders.forward_many(viewer=place.county, moves=moves, now=NOW)}
    assert [results[order.id].refusal is None for order in orders] == [True, False, True]
    assert "刚刚已被他人处理" in results[orders[1].id].refusal.zh
    assert queries.get_card(orders[0].id, now=NOW).org_id == place["XT"].id
    assert queries.get_card(orders[1].id, now=NOW).org_id == place["X"].id


def test_a_bulk_step_sent_twice_changes_nothing_the_second_time(place):
    orders = [place.dispatch(number) for number in range(3)]
    moves = moved(queries.plan_forwarding(place.county, [order.id for order in orders], now=NOW))
    first = workorders.forward_many(viewer=place.county, moves=moves[:2], now=NOW)  # broken off after two
    again = workorders.forward_many(viewer=place.county, moves=moves, now=NOW)
    assert all(one.refusal is None for one in [*first, *again])
    assert {len(queries.list_history(order.id)) for order in orders} == {2}


def test_an_order_is_asked_for_once_a_day_by_whoever_asks_first(place):
    order, over = place.dispatch(0), place.at(OrderState.CLOSED, 1)
    moves = [BulkMove(order.id, 0), BulkMove(over.id, 0)]
    asked, refused = workorders.urge_many(viewer=place.city, moves=moves, now=NOW)
    assert asked.refusal is None and "已办结" in refused.refusal.zh
    workorders.urge_many(viewer=place.county, moves=moves, now=NOW + timedelta(hours=1))
    assert [one.action for one in queries.list_history(order.id)] == ["DISPATCH", "URGE"]
    (row,) = queries.plan_urging(place.county, [order.id], now=NOW + timedelta(hours=1))
    assert "今天已经催办过" in row.refusal.zh
    workorders.urge_many(viewer=place.city, moves=moves, now=NOW + timedelta(days=1))
    assert [one.action for one in queries.list_history(order.id)] == ["DISPATCH", "URGE", "URGE"]


def test_who_has_an_order_open_on_a_page_goes_on_though_it_was_asked_for_meanwhile(place):
    order = place.dispatch(0)
    workorders.urge(viewer=place.city, order_id=order.id, now=NOW)
    assert workorders.accept(viewer=place.county, order_id=order.id, step=order.step, now=NOW).state == "ACCEPTED"


def test_what_lies_outside_ones_part_of_the_tree_is_not_even_named(place):
    order = place.dispatch(0)
    assert queries.plan_forwarding(place.other_county, [order.id], now=NOW) == []
    (result,) = workorders.forward_many(
        viewer=place.other_county, moves=[BulkMove(order.id, place["Y"].id, order.step)], now=NOW
    )
    assert "不在您的管辖范围内" in result.refusal.zh


def test_a_preview_asks_the_same_few_questions_for_two_orders_and_for_twelve(place):
    ids = [place.dispatch(number).id for number in range(12)]

    def asked(some, plan, viewer):
        with CaptureQueriesContext(connection) as found:
            plan(viewer, some, now=NOW)
        return len(found)

    assert (
        asked(ids[:2], queries.plan_forwarding, place.county) == asked(ids, queries.plan_forwarding, place.county) <= 5
    )
    assert asked(ids[:2], queries.plan_assigning, place.county) == asked(ids, queries.plan_assigning, place.county) <= 7


# --- who has room -------------------------------------------------------------------------------------------------


def capacities(place, *orders):
    return {one.name: one for one in queries.list_capacities([place["XG"].id], orders, now=NOW)[place["XG"].id]}


def test_what_a_colleague_has_in_hand_is_what_still_asks_something_of_them(place):
    late, soon, done = accepted(place, 0), accepted(place, 1), accepted(place, 2)
    for order in (late, soon, done):
        workorders.assign(
            viewer=place.grassroots, order_id=order.id, assignee=place.verifier(place.grassroots), now=NOW
        )
    both = [place.verifier(place.grassroots), place.verifier(place.grassroots_second)]
    workorders.mark_visited(viewer=place.grassroots, order_id=done.id, verifiers=both, way="HOME", now=NOW)
    workorders.submit(viewer=place.grassroots, order_id=done.id, outcome="V1", now=NOW)
    then = NOW + timedelta(days=9)
    found = {one.name: one for one in queries.list_capacities([place["XG"].id], now=then)[place["XG"].id]}
    assert (found["grassroots"].open_count, found["grassroots"].overdue_count, found["grassroots"].due_soon_count) == (
        2,
        0,
        2,
    )
    later = {
        one.name: one for one in queries.list_capacities([place["XG"].id], now=NOW + timedelta(days=40))[place["XG"].id]
    }
    assert later["grassroots"].overdue_count == 2
    assert found["grassroots.second"].open_count == 0


def test_who_is_away_is_said_with_who_stands_in_and_is_proposed_last(place):
    order = accepted(place, 0)
    accounts.hand_over(
        viewer=place.grassroots_second, account_id=place.grassroots.account_id, starts_on=NOW.date(),
        last_on=date(2023, 11, 20), now=NOW,
    )  # fmt: skip
    found = capacities(place, order)
    assert found["grassroots.second"].away_until == date(2023, 11, 20)
    assert found["grassroots.second"].stand_in == "grassroots"
    assert found["grassroots"].stands_in_for == ("grassroots.second",)
    workorders.assign(viewer=place.grassroots, order_id=order.id, assignee=place.verifier(place.grassroots), now=NOW)
    fresh = queries.get_card(accepted(place, 1).id, now=NOW)
    proposal = queries.propose([fresh], list(capacities(place, fresh).values()))[fresh.id]
    assert proposal.name == "grassroots", "the one who is away has less in hand, but is away"


def test_kin_and_who_stood_aside_are_never_proposed(place):
    home = registry.receive_households(
        [HouseholdFacts("K", (MemberFacts("c" * 32), MemberFacts("d" * 32)), place["XG"].id)], now=NOW
    )
    person = home.person_ids["c" * 32]
    kin = accounts.create_account(viewer=None, username="kin", name="亲属", password=None, person_id=person, now=NOW)
    accounts.appoint(
        viewer=None, account_id=kin, org_id=place["XG"].id, role=Role.GRASSROOTS, starts_on=date(2020, 1, 1), now=NOW
    )
    order = accepted(place, 0)
    from niangjia.apps.workorders.models import WorkOrder

    WorkOrder.objects.filter(pk=order.id).update(
        subject_person_ids=[home.person_ids["d" * 32]], excluded_ids=[place.grassroots.account_id]
    )
    order = queries.get_card(order.id, now=NOW)
    found = capacities(place, order)
    assert {name for name, one in found.items() if order.id in one.aside} == {"亲属", "grassroots"}
    proposal = queries.propose([order], list(found.values()))[order.id]
    assert proposal.name == "grassroots.second" and "其他同事须回避" in proposal.why.zh


def test_a_batch_is_shared_so_that_all_have_about_as_much_with_the_reason_beside_each(place):
    for number in range(4):
        order = accepted(place, number)
        workorders.assign(
            viewer=place.grassroots, order_id=order.id, assignee=place.verifier(place.grassroots), now=NOW
        )
    batch = [accepted(place, number).id for number in range(4, 10)]
    (group,) = queries.plan_assigning(place.grassroots, batch, now=NOW)
    assert group.shares == {place.grassroots.account_id: 1, place.grassroots_second.account_id: 5}
    assert all(row.proposal.why.zh and row.proposal.why.en for row in group.rows)
    assert group.rows[0].proposal.why.zh == "手上最少：0 件"


def test_nobody_to_propose_is_said_in_words(place):
    order = accepted(place, 0)
    from niangjia.apps.workorders.models import WorkOrder

    everyone = [place.grassroots.account_id, place.grassroots_second.account_id]
    WorkOrder.objects.filter(pk=order.id).update(excluded_ids=everyone)
    (group,) = queries.plan_assigning(place.grassroots, [order.id], now=NOW)
    assert group.rows[0].proposal.account_id is None and "都须回避" in group.rows[0].proposal.why.zh


def test_a_bulk_assignment_keeps_every_rule_of_a_single_one(place):
    orders = [accepted(place, number) for number in range(3)]
    workorders.assign(
        viewer=place.grassroots, order_id=orders[0].id, assignee=place.verifier(place.grassroots), now=NOW
    )
    workorders.declare_conflict(viewer=place.grassroots, order_id=orders[0].id, reason="表亲", now=NOW)
    step = queries.get_card(orders[0].id, now=NOW).step
    moves = [
        BulkMove(orders[0].id, place.grassroots.account_id, step),
        BulkMove(orders[1].id, place.neighbour.account_id, orders[1].step),
        BulkMove(orders[2].id, place.grassroots_second.account_id, orders[2].step),
    ]
    results = workorders.assign_many(viewer=place.grassroots, moves=moves, now=NOW)
    assert "不能核实" in results[0].refusal.zh
    assert "没有办理业务的岗位" in results[1].refusal.zh
    assert results[2].order.assignee_id == place.grassroots_second.account_id
