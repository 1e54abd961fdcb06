"""What was asked may be changed while it is owed, on record; who owes it is reminded once; what was given back wants new evidence."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from niangjia.apps.accounts.permissions import NotAllowed
from niangjia.apps.audit.models import AuditEvent
from niangjia.apps.files.tests import pictures
from niangjia.apps.tasks import actions, problems, queries
from niangjia.apps.tasks.models import Task
from niangjia.apps.tasks.tests import test_tasks as base
from niangjia.apps.tasks.types import TaskState

built, place = base.built, base.place
NOW, DUE, LATER = base.NOW, base.DUE, base.LATER
SOON = NOW + timedelta(days=(DUE - NOW.date()).days - 3)
PAST = NOW + timedelta(days=(DUE - NOW.date()).days + 1)


def change(place, task_id, *, viewer=None, reason="上级延长了期限", now=NOW, **said):
    row = Task.objects.get(pk=task_id)
    facts = {"title": row.title, "what": row.what, "due_on": row.due_on, "owner_id": row.owner_id} | said
    actions.change(viewer=viewer or place.city, task_id=task_id, reason=reason, now=now, **facts)


def told(action):
    return sorted(json.loads(one.detail_text)["org"] for one in AuditEvent.objects.filter(action=action))


def test_a_change_keeps_what_was_and_why_and_tells_the_owner(place):
    task_id = base.given(place)
    change(place, task_id, title="爱心驿站春季检查", due_on=DUE + timedelta(days=30))
    found = base.seen(place.county, task_id)
    assert (found.card.title, found.card.due_on) == ("爱心驿站春季检查", DUE + timedelta(days=30))
    last = found.moves[-1]
    assert (last.step, last.to, last.reason) == ("CHANGE", TaskState.OPEN, "上级延长了期限")
    assert last.changed == {"title": ["爱心驿站冬季检查", "爱心驿站春季检查"], "due_on": ["2023-12-20", "2024-01-19"]}
    assert told("tasks.change") == [place["X"].id] and not list(queries.verify())


def test_what_is_so_already_is_no_change(place):
    task_id = base.given(place)
    change(place, task_id)
    assert [one.step for one in base.seen(place.city, task_id).moves] == ["SET"]


def test_the_owner_may_be_changed_before_it_begins_and_both_are_told(place):
    task_id = base.given(place)
    change(place, task_id, owner_id=place["XG"].id)
    assert base.seen(place.grassroots, task_id).card.owner_name == "轴承厂工会"
    assert told("tasks.change") == sorted([place["X"].id, place["XG"].id])
    with pytest.raises(problems.NotTheOwner):
        actions.begin(viewer=place.county, task_id=task_id, now=NOW)


def test_the_owner_of_one_that_has_begun_or_of_the_board_is_not_changed(place):
    for task_id, owner in ((base.doing(place), place["XG"].id), (base.posted(place), place["X"].id)):
        with pytest.raises(problems.FieldsRefused) as refused:
            change(place, task_id, owner_id=owner)
        assert list(refused.value.fields) == ["owner"]


def test_the_owner_stays_in_the_setters_part_of_the_tree(place):
    task_id = base.given(place, "XG", viewer=place.county)
    with pytest.raises(problems.NotYourSubtree):
        change(place, task_id, viewer=place.county, owner_id=place["Y"].id)


def test_only_the_setters_union_changes_it_with_a_reason(place):
    task_id = base.given(place)
    with pytest.raises(problems.NotTheSetter):
        change(place, task_id, viewer=place.county)
    with pytest.raises(NotAllowed):
        change(place, task_id, viewer=place.auditor)
    with pytest.raises(problems.ReasonMissing):
        change(place, task_id, title="换个标题", reason="改")


def test_what_is_reported_or_over_is_not_changed(place):
    task_id = base.reported(place)
    with pytest.raises(problems.NotPossibleNow):
        change(place, task_id, title="换个标题")
    assert "CHANGE" not in base.seen(place.city, task_id).may


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("title", {"title": "查"}),
        ("what", {"what": "做完"}),
        ("due_on", {"due_on": NOW.date() - timedelta(days=1)}),
    ],
)
def test_a_wrong_change_is_named_by_its_field(place, field, said):
    with pytest.raises(problems.FieldsRefused) as refused:
        change(place, base.given(place), **said)
    assert list(refused.value.fields) == [field]


def test_a_late_one_may_get_other_words_without_another_day(place):
    task_id = base.given(place)
    change(place, task_id, title="换个标题", now=PAST)
    assert base.seen(place.city, task_id).card.due_on == DUE


def test_a_task_of_the_board_is_not_due_before_its_bidding_ends(place):
    task_id = base.posted(place)
    with pytest.raises(problems.FieldsRefused):
        change(place, task_id, due_on=NOW.date() + timedelta(days=1))


def test_bidders_hear_of_a_change_on_the_board(place):
    task_id = base.posted(place)
    base.offer(place.county, task_id)
    base.offer(place.other_county, task_id)
    change(place, task_id, what="每个驿站查两遍，问题改完")
    assert told("tasks.change") == sorted([place["X"].id, place["Y"].id])


def test_the_owner_is_reminded_once_before_the_day_and_once_after(place):
    base.given(place)
    assert [actions.remind(now=at) for at in (NOW, SOON, SOON, PAST, PAST)] == [0, 1, 0, 1, 0]
    assert told("tasks.due_soon") == told("tasks.overdue") == [place["X"].id]


def test_nobody_is_reminded_of_what_is_reported_over_or_on_the_board(place):
    base.reported(place)
    base.posted(place)
    actions.withdraw(viewer=place.city, task_id=base.given(place), reason="不再需要", now=NOW)
    assert (actions.remind(now=SOON), actions.remind(now=PAST)) == (0, 0)


def test_after_a_silence_what_is_late_is_not_told_to_be_due_soon(place):
    base.given(place)
    assert actions.remind(now=PAST) == 1 and told("tasks.due_soon") == []


def test_another_day_is_reminded_anew_another_title_is_not(place):
    task_id = base.given(place)
    actions.remind(now=PAST)
    change(place, task_id, title="换个标题", now=PAST)
    assert actions.remind(now=PAST) == 0
    change(place, task_id, due_on=DUE + timedelta(days=2), now=PAST)
    assert actions.remind(now=PAST) == 1 and told("tasks.due_soon") == [place["X"].id]


def test_who_was_reminded_of_one_day_is_reminded_of_the_next_too(place):
    task_id = base.given(place)
    assert actions.remind(now=SOON) == 1
    change(place, task_id, due_on=DUE + timedelta(days=10), now=SOON)
    assert [actions.remind(now=SOON + timedelta(days=days)) for days in (0, 10, 11)] == [0, 1, 0]


def test_evidence_from_before_a_return_proves_nothing(place):
    task_id = base.doing(place)
    actions.report(viewer=place.county, task_id=task_id, evidence=[pictures.jpeg()], now=NOW)
    actions.give_back(viewer=place.city, task_id=task_id, reason="还差四个驿站", now=LATER)
    with pytest.raises(problems.EvidenceMissing):
        actions.report(viewer=place.county, task_id=task_id, now=LATER)
    found = base.seen(place.city, task_id)
    assert len(found.evidence) == 1 and found.proof == frozenset()
    actions.report(viewer=place.county, task_id=task_id, evidence=[pictures.jpeg(width=90)], now=LATER)
    found = base.seen(place.city, task_id)
    assert len(found.evidence) == 2 and len(found.proof) == 1


def test_a_done_task_whose_evidence_is_older_than_its_return_is_found(place):
    task_id = base.doing(place)
    actions.report(viewer=place.county, task_id=task_id, evidence=[pictures.jpeg()], now=NOW)
    actions.accept(viewer=place.city, task_id=task_id, now=NOW)
    assert not list(queries.verify())
    Task.objects.filter(pk=task_id).update(returned_at=LATER)
    assert [one.invariant for one in queries.verify()] == ["TASK_PROVED"]


def test_a_list_of_a_union_holds_what_those_below_it_owe(place):
    base.given(place, "XG")
    listed = lambda code: queries.list_tasks(place.city, today=base.TODAY, owner_id=place[code].id).count()  # noqa: E731
    assert (listed("X"), listed("XG"), listed("Y")) == (1, 1, 0)


def test_what_is_not_over_of_a_union_is_counted_once(place):
    base.given(place)
    base.offer(place.county, base.posted(place))
    base.given(place, "X", viewer=place.county)
    actions.withdraw(viewer=place.city, task_id=base.given(place), reason="不再需要", now=NOW)
    assert queries.count_living_at(place["X"].id) == 3 == queries.count_living_within(place["X"].path)
    assert (queries.count_living_at(place["XG"].id), queries.count_living_at(place["Y"].id)) == (0, 0)
