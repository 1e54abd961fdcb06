"""What a merger of two bidders leaves behind, and what `verify` finds of a done task."""

from __future__ import annotations

from niangjia.apps.tasks import actions, queries
from niangjia.apps.tasks.models import Bid, Task
from niangjia.apps.tasks.tests.test_tasks import LATER, NOW, built, given, offer, place, posted, reported  # noqa: F401


def test_a_bidder_who_was_picked_merges_into_another_bidder_and_its_bid_stands(place):  # noqa: F811
    task_id = posted(place)
    first = offer(place.county, task_id)
    second = offer(place.other_county, task_id)
    actions.pick(viewer=place.city, task_id=task_id, bid_id=first, reason="办法更细更好", now=LATER)
    actions.rehome(viewer=place.city, from_id=place["X"].id, to_id=place["Y"].id, now=LATER)
    assert Task.objects.get(pk=task_id).owner_id == place["Y"].id
    assert [Bid.objects.get(pk=pk).withdrawn_at is None for pk in (first, second)] == [True, False]
    assert not list(queries.verify())


def test_two_bidders_that_become_one_have_one_bid(place):  # noqa: F811
    task_id = posted(place)
    first, second = offer(place.county, task_id), offer(place.other_county, task_id)
    actions.rehome(viewer=place.city, from_id=place["X"].id, to_id=place["Y"].id, now=NOW)
    assert [Bid.objects.get(pk=pk).withdrawn_at is None for pk in (first, second)] == [False, True]


def test_a_bid_that_came_with_a_merger_is_the_successors_to_change_and_to_take_back(place):  # noqa: F811
    task_id = posted(place)
    offer(place.other_county, task_id)
    actions.withdraw_bid(viewer=place.other_county, task_id=task_id, now=NOW)
    came = offer(place.county, task_id)
    actions.rehome(viewer=place.city, from_id=place["X"].id, to_id=place["Y"].id, now=NOW)
    assert offer(place.other_county, task_id, plan="并入后一起办") == came
    assert Bid.objects.get(task=task_id, withdrawn_at=None).plan == "并入后一起办"
    for _again in range(2):
        actions.withdraw_bid(viewer=place.other_county, task_id=task_id, now=NOW)
        assert not Bid.objects.filter(task=task_id, withdrawn_at=None).exists()
    offer(place.other_county, task_id)
    assert Bid.objects.filter(task=task_id, withdrawn_at=None).count() == 1


def test_a_key_that_looks_like_a_number_sets_a_task(place):  # noqa: F811
    number = Task.objects.get(pk=given(place)).number
    assert given(place, key=number)


def test_a_done_task_whose_evidence_is_gone_is_found(place):  # noqa: F811
    pk = reported(place)
    actions.accept(viewer=place.city, task_id=pk, now=NOW)
    Task.objects.filter(pk=pk).update(no_evidence="")
    assert [one.invariant for one in queries.verify()] == ["TASK_PROVED"]
