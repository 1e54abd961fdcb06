"""What must always be so of tasks."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import F, OuterRef, Q, Subquery

from niangjia.apps.tasks.evidence import evidence_of
from niangjia.apps.tasks.lifecycle import TaskState
from niangjia.apps.tasks.models import Bid, Move, Task
from niangjia.apps.tasks.types import Violation


def verify() -> Iterator[Violation]:
    """TASK_ACCEPTED, TASK_PROVED, TASK_PICKED, TASK_STATE. Reads only."""
    for task in Task.objects.filter(state=TaskState.DONE, no_evidence=""):
        if not evidence_of(task):
            yield Violation("TASK_PROVED", f"task:{task.pk}", "任务已完成，却没有佐证，也没有写明理由。请从备份核对附件。", "It is done without evidence and without a reason why. Compare its files with a backup.")  # fmt: skip
    alone = Q(accepted_by__isnull=True) | Q(reported_by__isnull=True) | Q(accepted_by=F("reported_by"))
    for pk in Task.objects.filter(alone, state=TaskState.DONE).values_list("pk", flat=True):
        yield Violation("TASK_ACCEPTED", f"task:{pk}", "任务已完成，却没有另一人验收。请核对记录后重新验收。", "It is done, but nobody else accepted it. Check the record and accept it anew.")  # fmt: skip
    for pk in (
        Bid.objects.filter(picked_at__isnull=False).exclude(org=F("task__owner")).values_list("task_id", flat=True)
    ):
        yield Violation("TASK_PICKED", f"task:{pk}", "选定的揭榜不属于责任工会。请核对记录。", "The picked bid is not the owner's. Check the record.")  # fmt: skip
    last = Move.objects.filter(task=OuterRef("pk")).order_by("-pk").values("to")[:1]
    rows = Task.objects.annotate(last=Subquery(last)).filter(~Q(last=F("state")) | Q(last__isnull=True))
    for pk in rows.values_list("pk", flat=True):
        yield Violation("TASK_STATE", f"task:{pk}", "任务的状态与最后一步不符。请核对记录。", "Its state is not that of its last move. Check the record.")  # fmt: skip
