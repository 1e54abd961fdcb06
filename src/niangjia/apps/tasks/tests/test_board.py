"""The open-bid board: unions bid, one is picked with a reason, all are told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from niangjia.apps.files.tests import pictures
from niangjia.apps.tasks import actions, counted, problems, queries
from niangjia.apps.tasks.models import Bid, Move, Task
from niangjia.apps.tasks.tests.test_tasks import (  # noqa: F401
    DUE,
    LATER,
    NOW,
    TODAY,
    built,
    given,
    offer,
    place,
    posted,
    reported,
    seen,
)
from niangjia.apps.tasks.types import TaskState


def test_unions_beneath_the_setter_bid_and_one_of_them_gets_the_task(place):  # noqa: F811
    task_id = posted(place)
    first, second = offer(place.county, task_id), offer(place.other_county, task_id)
    actions.pick(viewer=place.city, task_id=task_id, bid_id=second, reason="办法更细，日期更早", now=LATER)
    found = seen(place.other_county, task_id)
    assert (found.card.owner_id, found.card.state) == (place["Y"].id, TaskState.OPEN)
    assert [one.id for one in found.bids] == [second] and "BEGIN" in found.may
    assert [one.id for one in seen(place.city, task_id).bids] == [first, second]
    told = Move.objects.get(task=task_id, step="PICK")
    assert told.reason == "办法更细，日期更早" and not list(queries.verify())


def test_a_bidder_who_was_not_picked_still_sees_the_choice_and_its_reason(place):  # noqa: F811
    task_id = posted(place)
    offer(place.county, task_id)
    actions.pick(
        viewer=place.city, task_id=task_id, bid_id=offer(place.other_county, task_id), reason="日期更早一周", now=LATER
    )
    found = seen(place.county, task_id)
    assert found.moves[-1].reason == "日期更早一周" and found.may == frozenset()


def test_a_bidder_sees_no_other_bid_before_the_choice(place):  # noqa: F811
    task_id = posted(place)
    offer(place.other_county, task_id)
    own = offer(place.county, task_id)
    assert [one.id for one in seen(place.county, task_id).bids] == [own]


def test_one_bid_a_union_and_bidding_again_replaces_it(place):  # noqa: F811
    task_id = posted(place)
    assert offer(place.county, task_id) == offer(place.county_second, task_id, plan="改为两组三周")
    assert Bid.objects.get(task=task_id).plan == "改为两组三周"


def test_after_the_deadline_nobody_bids_or_takes_a_bid_back(place):  # noqa: F811
    task_id = posted(place)
    offer(place.county, task_id)
    with pytest.raises(problems.BoardClosed):
        offer(place.other_county, task_id, now=LATER)
    with pytest.raises(problems.BoardClosed):
        actions.withdraw_bid(viewer=place.county, task_id=task_id, now=LATER)


def test_before_the_deadline_nobody_is_picked_and_nothing_is_assigned(place):  # noqa: F811
    task_id = posted(place)
    bid_id = offer(place.county, task_id)
    with pytest.raises(problems.BoardOpen):
        actions.pick(viewer=place.city, task_id=task_id, bid_id=bid_id, reason="只有这一家", now=NOW)
    with pytest.raises(problems.BoardOpen):
        actions.assign(viewer=place.city, task_id=task_id, owner_id=place["X"].id, reason="无人揭榜", now=NOW)


def test_a_bid_that_was_taken_back_cannot_be_picked(place):  # noqa: F811
    task_id = posted(place)
    bid_id = offer(place.county, task_id)
    actions.withdraw_bid(viewer=place.county, task_id=task_id, now=NOW)
    with pytest.raises(problems.NoSuchBid):
        actions.pick(viewer=place.city, task_id=task_id, bid_id=bid_id, reason="只有这一家", now=LATER)


def test_where_nobody_bid_it_stays_and_may_be_assigned(place):  # noqa: F811
    task_id = posted(place)
    assert queries.list_board(place.city, today=LATER.date()).count() == 1
    actions.assign(viewer=place.city, task_id=task_id, owner_id=place["X"].id, reason="无人揭榜，由新昌办", now=LATER)
    assert seen(place.county, task_id).card.owner_id == place["X"].id


def test_where_a_bid_stands_the_task_is_not_assigned_past_it(place):  # noqa: F811
    task_id = posted(place)
    offer(place.county, task_id)
    with pytest.raises(problems.BidsStand):
        actions.assign(viewer=place.city, task_id=task_id, owner_id=place["Y"].id, reason="由诸暨来办", now=LATER)


@pytest.mark.parametrize(("field", "facts"), [("plan", {"plan": "做"}), ("promised_on", {"promised_on": DUE + timedelta(days=1)})])  # fmt: skip
def test_a_bid_has_a_plan_and_a_day_before_the_due_day(place, field, facts):  # noqa: F811
    with pytest.raises(problems.FieldsRefused) as refused:
        offer(place.county, posted(place), **facts)
    assert list(refused.value.fields) == [field]


def test_the_setter_does_not_bid_for_its_own_task(place):  # noqa: F811
    with pytest.raises(problems.NotFound):
        offer(place.city, posted(place))


def test_a_successor_owes_what_the_ended_union_owed_and_what_is_over_stays(place):  # noqa: F811
    live, over = given(place), reported(place)
    actions.accept(viewer=place.city, task_id=over, now=NOW)
    assert actions.rehome(viewer=place.city, from_id=place["X"].id, to_id=place["Y"].id, now=NOW) == 1
    assert seen(place.other_county, live).card.owner_id == place["Y"].id
    assert Task.objects.get(pk=over).owner_id == place["X"].id and not list(queries.verify())


def test_a_successor_that_has_bid_itself_keeps_one_bid(place):  # noqa: F811
    task_id = posted(place)
    offer(place.county, task_id)
    own = offer(place.other_county, task_id)
    actions.rehome(viewer=place.city, from_id=place["X"].id, to_id=place["Y"].id, now=NOW)
    assert list(Bid.objects.filter(task=task_id, withdrawn_at__isnull=True).values_list("pk", flat=True)) == [own]


def test_it_is_counted_with_its_state_and_whether_it_was_in_time(place):  # noqa: F811
    over = reported(place)
    actions.accept(viewer=place.city, task_id=over, now=NOW)
    given(place)
    rows = list(counted.tasks(DUE + timedelta(days=1)))
    assert [(one["is_late"], one["is_done_on_time"]) for one in rows] == [(False, True), (True, False)]


def test_verify_finds_a_state_that_is_not_the_last_moves(place):  # noqa: F811
    task_id = given(place)
    Task.objects.filter(pk=task_id).update(state=TaskState.DOING)
    assert [one.invariant for one in queries.verify()] == ["TASK_STATE"]


def test_verify_finds_a_picked_bid_that_is_not_the_owners(place):  # noqa: F811
    task_id = posted(place)
    bid_id = offer(place.county, task_id)
    actions.pick(viewer=place.city, task_id=task_id, bid_id=bid_id, reason="只有这一家", now=LATER)
    Task.objects.filter(pk=task_id).update(owner=place["Y"].id)
    assert [one.invariant for one in queries.verify()] == ["TASK_PICKED"]


def test_a_bidder_who_was_not_picked_sees_nothing_of_how_the_other_works(place):  # noqa: F811
    task_id = posted(place)
    offer(place.county, task_id)
    actions.pick(
        viewer=place.city, task_id=task_id, bid_id=offer(place.other_county, task_id), reason="日期更早一周", now=LATER
    )
    owner = place.other_county
    actions.begin(viewer=owner, task_id=task_id, now=LATER)
    paper = pictures.jpeg()
    actions.note(viewer=owner, task_id=task_id, percent=40, text="查了四个驿站", key="p", evidence=[paper], now=LATER)
    (kept,) = seen(place.city, task_id).evidence
    found = seen(place.county, task_id)
    assert (found.evidence, found.progress, found.card.percent) == ([], [], None)
    assert [one.step for one in found.moves] == ["SET", "PICK"]
    with pytest.raises(problems.NotFound):
        actions.open_evidence(viewer=place.county, task_id=task_id, key=kept.key, now=LATER)
    assert actions.open_evidence(viewer=owner, task_id=task_id, key=kept.key, now=LATER).content
