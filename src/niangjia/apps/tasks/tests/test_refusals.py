"""What nobody may write or open, and whose board it is: the rules that no step happens to walk through."""

from __future__ import annotations

from datetime import timedelta

import pytest

from niangjia.apps.accounts.types import Role
from niangjia.apps.audit.actions import PersonalDataInAudit
from niangjia.apps.files.tests import pictures
from niangjia.apps.organizations.models import OrgUnit
from niangjia.apps.organizations.types import UnionState
from niangjia.apps.programs.tests import town
from niangjia.apps.tasks import actions, problems, queries
from niangjia.apps.tasks.models import Bid
from niangjia.apps.tasks.tests import test_tasks as base

built, place = base.built, base.place
NOW, LATER = base.NOW, base.LATER
NUMBER = "330624199001011237"


@pytest.mark.parametrize("field", ["title", "what"])
def test_a_task_holds_nobodys_number(place, field):
    with pytest.raises(PersonalDataInAudit):
        base.given(place, **{field: f"走访 {NUMBER}"})


def test_neither_progress_nor_a_plan_nor_a_reason_nor_a_change_holds_one(place):
    begun, posted, set_ = base.doing(place), base.posted(place), base.given(place)
    for write in (
        lambda: actions.note(viewer=place.county, task_id=begun, percent=5, text=f"走访 {NUMBER}", key="p", now=NOW),
        lambda: base.offer(place.county, posted, plan=f"走访 {NUMBER}"),
        lambda: actions.withdraw(viewer=place.city, task_id=set_, reason=f"走访 {NUMBER}", now=NOW),
        lambda: actions.change(
            viewer=place.city, task_id=set_, title=f"走访 {NUMBER}", what="每个驿站查一遍", due_on=base.DUE, owner_id=place["X"].id,
            reason="换个标题", now=NOW,
        ),
    ):  # fmt: skip
        with pytest.raises(PersonalDataInAudit):
            write()


def test_a_union_that_has_ended_gets_no_task(place):
    OrgUnit.objects.filter(pk=place["XH"].id).update(state=UnionState.CLOSED)
    with pytest.raises(problems.NotYourSubtree):
        base.given(place, "XH")


def test_evidence_is_opened_by_nobody_who_does_not_see_the_task(place):
    task_id = base.doing(place)
    actions.add_evidence(viewer=place.county, task_id=task_id, content=pictures.jpeg(), now=NOW)
    key = base.seen(place.city, task_id).evidence[0].key
    assert actions.open_evidence(viewer=place.city, task_id=task_id, key=key, now=NOW).content
    with pytest.raises(problems.NotFound):
        actions.open_evidence(viewer=place.other_county, task_id=task_id, key=key, now=NOW)


def test_an_auditor_sees_the_board_of_their_own_part_of_the_tree_alone(place):
    task_id = base.posted(place)
    below = town.appoint("audit.x", place["X"], Role.AUDITOR)
    assert base.seen(place.auditor, task_id)
    with pytest.raises(problems.NotFound):
        base.seen(below, task_id)


def test_who_bid_and_was_not_picked_still_sees_it_and_who_never_bid_does_not(place):
    task_id = base.posted(place)
    first = base.offer(place.county, task_id)
    base.offer(place.other_county, task_id)
    actions.pick(viewer=place.city, task_id=task_id, bid_id=first, reason="办法更细更好", now=LATER)
    assert base.seen(place.other_county, task_id).card.owner_id == place["X"].id
    Bid.objects.filter(task=task_id, org=place["Y"].id).delete()
    with pytest.raises(problems.NotFound):
        base.seen(place.other_county, task_id)


def test_who_has_not_bid_takes_nothing_back(place):
    with pytest.raises(problems.NoSuchBid):
        actions.withdraw_bid(viewer=place.county, task_id=base.posted(place), now=NOW)


def test_one_that_was_picked_or_assigned_is_not_on_the_board_any_more(place):
    task_id = base.posted(place)
    bid_id = base.offer(place.county, task_id)
    actions.pick(viewer=place.city, task_id=task_id, bid_id=bid_id, reason="办法更细更好", now=LATER)
    with pytest.raises(problems.NotPossibleNow):
        actions.pick(viewer=place.city, task_id=task_id, bid_id=bid_id, reason="办法更细更好", now=LATER)
    with pytest.raises(problems.NotPossibleNow):
        base.offer(place.county, task_id, now=NOW)


def test_a_task_that_nobody_bid_for_is_assigned_in_ones_own_part_of_the_tree(place):
    task_id = base.given(place, None, viewer=place.county, bids_until=NOW.date() + timedelta(days=1))
    with pytest.raises(problems.NotYourSubtree):
        actions.assign(viewer=place.county, task_id=task_id, owner_id=place["Y"].id, reason="没有工会揭榜", now=LATER)


def test_a_setter_sees_no_late_list_of_what_is_reported(place):
    base.reported(place)
    assert not queries.list_tasks(place.city, today=base.DUE + timedelta(days=9), is_late=True).exists()
