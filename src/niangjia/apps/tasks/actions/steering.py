"""The setter's steps: accept, return, withdraw."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.tasks import access, moving
from niangjia.apps.tasks.lifecycle import Step, TaskState
from niangjia.apps.tasks.models import Bid
from niangjia.apps.tasks.problems import SameHand


def accept(*, viewer: Viewer, task_id: int, now: datetime) -> None:
    """The setter's union takes it as done. Raises NotAllowed, NotFound, NotTheSetter, NotPossibleNow, SameHand."""
    with transaction.atomic():
        task = access.to_steer(viewer, task_id)
        if task.state == TaskState.REPORTED and viewer.has_hand_in([task.reported_by_id]):
            raise SameHand
        told = [task.owner_id or task.setter_id]
        moving.move(viewer, task, Step.ACCEPT, now, told=told, accepted_by_id=viewer.account_id, accepted_at=now)


def give_back(*, viewer: Viewer, task_id: int, reason: str, now: datetime) -> None:
    """What was reported is not enough, nor is the evidence so far. Raises NotAllowed, NotFound, NotTheSetter, NotPossibleNow, ReasonMissing."""
    said = moving.reason_of(reason)
    with transaction.atomic():
        task = access.to_steer(viewer, task_id)
        moving.move(
            viewer, task, Step.RETURN, now, told=[task.owner_id or task.setter_id], reason=said,
            reported_by_id=None, reported_on=None, no_evidence="", returned_at=now,
        )  # fmt: skip


def withdraw(*, viewer: Viewer, task_id: int, reason: str, now: datetime) -> None:
    """It is owed no more. Raises NotAllowed, NotFound, NotTheSetter, NotPossibleNow, ReasonMissing."""
    said = moving.reason_of(reason)
    with transaction.atomic():
        task = access.to_steer(viewer, task_id)
        bidders = Bid.objects.filter(task=task, withdrawn_at__isnull=True).values_list("org", flat=True)
        told = [task.owner_id] if task.owner_id else list(bidders) or [task.setter_id]
        moving.move(viewer, task, Step.WITHDRAW, now, told=told, reason=said)
