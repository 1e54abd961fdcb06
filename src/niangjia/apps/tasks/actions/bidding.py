"""The open-bid board: bid, take back, pick, or assign where nobody bid."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import F
from django.utils.timezone import localdate

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.tasks import access, moving
from niangjia.apps.tasks.actions.setting import require_below
from niangjia.apps.tasks.lifecycle import Step, TaskState
from niangjia.apps.tasks.models import Bid, Task
from niangjia.apps.tasks.problems import BidsStand, BoardClosed, BoardOpen, FieldsRefused, NoSuchBid


def bid(*, viewer: Viewer, task_id: int, plan: str, promised_on: date, now: datetime) -> int:
    """
    The viewer's union offers to take it; return the bid's id. Bidding again replaces its plan and day until the deadline.

    Raises NotAllowed, NotFound, NotPossibleNow, BoardClosed, FieldsRefused.
    """
    with transaction.atomic():
        task = access.to_bid(viewer, task_id)
        _require_bidding(task, localdate(now))
        said = plan.strip()
        wrong = {}
        if not 4 <= len(said) <= 600:
            wrong["plan"] = ("请写明怎么做，4 至 600 字。", "Say how it will be done, in 4 to 600 characters.")
        if not localdate(now) <= promised_on <= task.due_on:
            wrong["promised_on"] = (
                "承诺完成日须在今天与期限之间。",
                "The promised day lies between today and the due day.",
            )
        if wrong:
            raise FieldsRefused(wrong)
        audit.refuse_personal_data(said, "plan")
        changes = {
            "plan": said,
            "promised_on": promised_on,
            "by_id": viewer.account_id,
            "at": now,
            "withdrawn_at": None,
        }
        row = _own_bid(task, viewer.org_id) or Bid(task=task, org_id=viewer.org_id)
        for name, value in changes.items():
            setattr(row, name, value)
        row.save()
        _record(viewer, task, "tasks.bid", now)
    return row.pk


def withdraw_bid(*, viewer: Viewer, task_id: int, now: datetime) -> None:
    """Until the deadline. Safe to repeat. Raises NotAllowed, NotFound, NotPossibleNow, BoardClosed, NoSuchBid."""
    with transaction.atomic():
        task = access.to_bid(viewer, task_id)
        _require_bidding(task, localdate(now))
        row = _own_bid(task, viewer.org_id)
        if row is None:
            raise NoSuchBid
        if row.withdrawn_at is None:
            Bid.objects.filter(pk=row.pk).update(withdrawn_at=now)
            _record(viewer, task, "tasks.unbid", now)


def pick(*, viewer: Viewer, task_id: int, bid_id: int, reason: str, now: datetime) -> None:
    """
    One bid gets the task, after the deadline and with a reason that all bidders are told.

    Raises NotAllowed, NotFound, NotTheSetter, NotPossibleNow, BoardOpen, NoSuchBid, ReasonMissing.
    """
    said = moving.reason_of(reason)
    with transaction.atomic():
        task = access.to_steer(viewer, task_id)
        _require_free(task, localdate(now))
        bids = {row.pk: row for row in Bid.objects.filter(task=task, withdrawn_at__isnull=True)}
        if bid_id not in bids:
            raise NoSuchBid
        Bid.objects.filter(pk=bid_id).update(picked_at=now)
        told = [row.org_id for row in bids.values()]
        moving.move(viewer, task, Step.PICK, now, told=told, reason=said, owner_id=bids[bid_id].org_id)


def assign(*, viewer: Viewer, task_id: int, owner_id: int, reason: str, now: datetime) -> None:
    """
    Nobody bid: it is given to a union. Its origin stays the board.

    Raises NotAllowed, NotFound, NotTheSetter, NotPossibleNow, BoardOpen, BidsStand, NotYourSubtree, ReasonMissing.
    """
    said = moving.reason_of(reason)
    with transaction.atomic():
        task = access.to_steer(viewer, task_id)
        _require_free(task, localdate(now))
        if Bid.objects.filter(task=task, withdrawn_at__isnull=True).exists():
            raise BidsStand
        require_below(viewer, owner_id)
        moving.move(viewer, task, Step.ASSIGN, now, told=[owner_id], reason=said, owner_id=owner_id)


def _own_bid(task: Task, org_id: int) -> Bid | None:
    """The union's bid that stands, else the last that it took back: by a merger there may be several."""
    return Bid.objects.filter(task=task, org=org_id).order_by(F("withdrawn_at").desc(nulls_first=True), "-pk").first()


def _require_on_board(task: Task) -> date:
    """The last day of bidding. Raises NotPossibleNow."""
    if task.state != TaskState.OPEN or task.owner_id is not None or task.bids_until is None:
        raise moving.not_possible(TaskState(task.state))
    return task.bids_until


def _require_bidding(task: Task, today: date) -> None:
    until = _require_on_board(task)
    if today > until:
        raise BoardClosed(until)


def _require_free(task: Task, today: date) -> None:
    until = _require_on_board(task)
    if today <= until:
        raise BoardOpen(until)


def _record(viewer: Viewer, task: Task, action: str, now: datetime) -> None:
    detail = {"org": task.setter_id, "number": task.number, "bidder": viewer.org_id}
    audit.record(viewer, action=action, object=f"task:{task.pk}", detail=detail, now=now)
