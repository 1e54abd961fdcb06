"""Setting a task: for one union below, or on the board."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope
from niangjia.apps.targets import queries as targets
from niangjia.apps.tasks import moving
from niangjia.apps.tasks.lifecycle import Origin, Step
from niangjia.apps.tasks.models import Task
from niangjia.apps.tasks.problems import FieldsRefused, NotYourSubtree

Fault = tuple[str, str]


def set_task(
    *,
    viewer: Viewer,
    title: str,
    what: str,
    owner_id: int | None,
    due_on: date,
    key: str,
    now: datetime,
    bids_until: date | None = None,
    is_rectification: bool = False,
    programme: str = "",
    measure: str = "",
    indicator: str = "",
) -> int:
    """
    Set a task for a union of the viewer's part of the tree, or post it on the board until `bids_until`; return its id.

    Of a `programme` it serves the `measure`, or that of the `indicator` whose figure shall stand beside it.

    Safe to repeat: with the same `key` the one that is there is returned.

    Raises:
        NotAllowed; NotYourSubtree: the owner is elsewhere or has ended; FieldsRefused: `fields` has the sentence by field;
        NoSuchProgramme: the measure or indicator is not in the packs.
    """
    permissions.require(viewer, "tasks.set")
    if known := Task.objects.filter(key=key, set_by=viewer.account_id).first():
        return known.pk
    title, what = " ".join(title.split()), what.strip()
    wrong = _faults(title, what, owner_id, due_on, bids_until, now)
    if wrong:
        raise FieldsRefused(wrong)
    if programme:
        found = targets.get_programme(programme)
        served = found.measure_with(targets.find_indicator(found, indicator)) if indicator else targets.find_measure(found, measure)  # fmt: skip
        measure = served.id
    audit.refuse_personal_data([title, what], "task")
    if owner_id is not None:
        require_below(viewer, owner_id)
    origin = Origin.BID if owner_id is None else Origin.RECTIFICATION if is_rectification else Origin.ASSIGNED
    with transaction.atomic():
        task = Task.objects.create(
            key=key, number=uuid.uuid4().hex[:24], title=title, what=what, setter_id=viewer.org_id, owner_id=owner_id, origin=origin, due_on=due_on,
            bids_until=bids_until, programme=programme, measure=measure if programme else "", indicator=indicator, set_by_id=viewer.account_id, set_at=now,
        )  # fmt: skip
        task.number = f"RW{task.pk:07}"
        task.save(update_fields=["number"])
        moving.keep(viewer, task, Step.SET, now, told=[owner_id or viewer.org_id])
    return task.pk


def require_below(viewer: Viewer, org_id: int) -> None:
    """Raises NotYourSubtree."""
    union = organizations.get_unions([org_id]).get(org_id)
    if union is None or not union.is_active or not scope.covers(viewer.org_path, union.path):
        raise NotYourSubtree


def wrong_words(title: str, what: str) -> dict[str, Fault]:
    """The sentence by field."""
    wrong = {}
    if not 2 <= len(title) <= 80:
        wrong["title"] = ("请写标题，2 至 80 字。", "Write a title of 2 to 80 characters.")
    if not 4 <= len(what) <= 600:
        wrong["what"] = ("请写明做到什么算完成，4 至 600 字。", "Say what counts as done, in 4 to 600 characters.")
    return wrong


def _faults(
    title: str, what: str, owner_id: int | None, due_on: date, bids_until: date | None, now: datetime
) -> dict[str, Fault]:
    today, wrong = localdate(now), wrong_words(title, what)
    if due_on < today:
        wrong["due_on"] = ("期限不能早于今天。", "The due day is not before today.")
    if owner_id is None and bids_until is None:
        wrong["bids_until"] = ("请写揭榜截止日，或选择责任工会。", "Give the last day of bidding, or choose the owner.")
    elif owner_id is not None and bids_until is not None:
        wrong["bids_until"] = ("已选责任工会，就不再揭榜。请去掉其中一个。", "A task with an owner is not on the board. Remove one of the two.")  # fmt: skip
    elif bids_until is not None and not today <= bids_until <= due_on:
        wrong["bids_until"] = ("揭榜截止日须在今天与期限之间。", "Bidding ends between today and the due day.")
    return wrong
