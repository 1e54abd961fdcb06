"""The owner's steps: begin, note progress, add evidence, report done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.files import actions as files
from niangjia.apps.files.types import FileContent
from niangjia.apps.tasks import access, moving
from niangjia.apps.tasks.evidence import evidence_of
from niangjia.apps.tasks.lifecycle import Step, TaskState
from niangjia.apps.tasks.models import Progress
from niangjia.apps.tasks.problems import EvidenceMissing, FieldsRefused, ReasonMissing


def begin(*, viewer: Viewer, task_id: int, now: datetime) -> None:
    """The owner starts. Raises NotAllowed, NotFound, NotTheOwner, NotPossibleNow."""
    with transaction.atomic():
        task = access.to_work(viewer, task_id)
        moving.move(viewer, task, Step.BEGIN, now, told=[task.setter_id])


def note(
    *, viewer: Viewer, task_id: int, percent: int, text: str, key: str, now: datetime, evidence: Sequence[bytes] = ()
) -> None:
    """
    How far it is, in the owner's words. Safe to repeat with the same `key`.

    Raises NotAllowed, NotFound, NotTheOwner, NotPossibleNow, FieldsRefused, FileRefused.
    """
    with transaction.atomic():
        task = access.to_work(viewer, task_id)
        if Progress.objects.filter(key=key, task=task).exists():
            return
        if task.state != TaskState.DOING:
            raise moving.not_possible(TaskState(task.state))
        said = " ".join(text.split())[:300]
        wrong = {}
        if not 0 <= percent <= 100:
            wrong["percent"] = ("进度写 0 至 100 的整数。", "Write progress as a whole number from 0 to 100.")
        if len(said) < moving.SHORTEST_REASON:
            wrong["note"] = ("请写明进展，至少四个字。", "Say what was done, in at least four characters.")
        if wrong:
            raise FieldsRefused(wrong)
        audit.refuse_personal_data(said, "note")
        Progress.objects.create(task=task, key=key, percent=percent, note=said, by_id=viewer.account_id, at=now)
        _keep(viewer, task_id, evidence, now)
        detail = {"org": task.owner_id, "number": task.number, "percent": percent}
        audit.record(viewer, action="tasks.note", object=f"task:{task.pk}", detail=detail, now=now)


def add_evidence(*, viewer: Viewer, task_id: int, content: bytes, now: datetime) -> None:
    """Raises NotAllowed, NotFound, NotTheOwner, NotPossibleNow; FileRefused: it cannot be read."""
    with transaction.atomic():
        task = access.to_work(viewer, task_id)
        if task.state != TaskState.DOING:
            raise moving.not_possible(TaskState(task.state))
        _keep(viewer, task_id, [content], now)


def report(
    *, viewer: Viewer, task_id: int, now: datetime, no_evidence: str = "", evidence: Sequence[bytes] = ()
) -> None:
    """
    The owner says it is done, with evidence (after a return: newer than that) or the reason why there is none.

    Raises NotAllowed, NotFound, NotTheOwner, NotPossibleNow, EvidenceMissing, FileRefused.
    """
    with transaction.atomic():
        task = access.to_work(viewer, task_id)
        if task.state != TaskState.DOING:
            raise moving.not_possible(TaskState(task.state))
        _keep(viewer, task_id, evidence, now)
        why = ""
        if not evidence_of(task):
            try:
                why = moving.reason_of(no_evidence)
            except ReasonMissing:
                raise EvidenceMissing from None
        moving.move(
            viewer, task, Step.REPORT, now, told=[task.setter_id], reason=why,
            reported_by_id=viewer.account_id, reported_on=localdate(now), no_evidence=why,
        )  # fmt: skip


def open_evidence(*, viewer: Viewer, task_id: int, key: str, now: datetime) -> FileContent:
    """Of a task whose work the viewer sees. Raises NotAllowed, NotFound, NoSuchFile."""
    access.find_worked(viewer, task_id)
    return files.open_file(viewer=viewer, owner=access.owner_of(task_id), key=key, now=now)


def _keep(viewer: Viewer, task_id: int, evidence: Sequence[bytes], now: datetime) -> None:
    for content in evidence:
        files.keep_file(viewer=viewer, owner=access.owner_of(task_id), part=access.EVIDENCE, content=content, now=now)
