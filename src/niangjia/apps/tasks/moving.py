"""One move of a task, by the table, kept with who and why; and the reason that is asked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from django.utils.translation import override

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.audit.types import Entry
from niangjia.apps.tasks.lifecycle import STEPS, Step, TaskState
from niangjia.apps.tasks.models import Move, Task
from niangjia.apps.tasks.problems import NotPossibleNow, ReasonMissing

SHORTEST_REASON = 4


def reason_of(said: str) -> str:
    """Raises ReasonMissing, PersonalDataInAudit."""
    said = " ".join(said.split())[:300]
    if len(said) < SHORTEST_REASON:
        raise ReasonMissing
    audit.refuse_personal_data(said, "reason")
    return said


def not_possible(state: TaskState) -> NotPossibleNow:
    with override("zh-hans"):
        zh = str(state.label)
    with override("en"):
        return NotPossibleNow(zh, str(state.label))


def move(
    viewer: Viewer, task: Task, step: Step, now: datetime, *, told: Collection[int], reason: str = "",
    changed: Mapping[str, list[str]] | None = None, **changes: object,
) -> None:  # fmt: skip
    """
    Raises NotPossibleNow: the task is not where this step begins. The task is held by the caller. `told`: the unions whose staff
    the inbox tells, one event each. `changed`: as `Move.changed`.
    """
    to = STEPS[step].get(TaskState(task.state))
    if to is None:
        raise not_possible(TaskState(task.state))
    for name, value in {"state": to, **changes}.items():
        setattr(task, name, value)
    task.save()
    keep(viewer, task, step, now, told=told, reason=reason, changed=changed)


def keep(
    viewer: Viewer | None, task: Task, step: Step, now: datetime, *, told: Collection[int], reason: str = "",
    changed: Mapping[str, list[str]] | None = None,
) -> None:  # fmt: skip
    """The move and its events, of a task that stands already."""
    Move.objects.create(
        task=task, step=step, to=task.state, reason=reason, changed=dict(changed or {}), by_id=viewer.account_id if viewer else None, at=now
    )  # fmt: skip
    entries = [
        Entry(f"tasks.{step.value.lower()}", f"task:{task.pk}", {"org": org, "number": task.number, "state": str(task.state)}, reason)
        for org in sorted(set(told))
    ]  # fmt: skip
    audit.record_many(viewer, entries=entries, now=now)
