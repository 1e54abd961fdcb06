"""States of a task and the moves between them, as one table."""

from __future__ import annotations

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Origin(TextChoices):
    ASSIGNED = "ASSIGNED", _("交办")
    BID = "BID", _("揭榜")
    RECTIFICATION = "RECTIFICATION", _("整改")


class TaskState(TextChoices):
    OPEN = "OPEN", _("未开始")
    DOING = "DOING", _("进行中")
    REPORTED = "REPORTED", _("待验收")
    DONE = "DONE", _("已完成")
    WITHDRAWN = "WITHDRAWN", _("已撤销")


class Step(StrEnum):
    SET = "SET"
    BEGIN = "BEGIN"
    REPORT = "REPORT"
    RETURN = "RETURN"
    ACCEPT = "ACCEPT"
    WITHDRAW = "WITHDRAW"
    PICK = "PICK"
    ASSIGN = "ASSIGN"
    REHOME = "REHOME"
    CHANGE = "CHANGE"


S = TaskState
STEPS: dict[Step, dict[TaskState, TaskState]] = {
    Step.BEGIN: {S.OPEN: S.DOING},
    Step.REPORT: {S.DOING: S.REPORTED},
    Step.RETURN: {S.REPORTED: S.DOING},
    Step.ACCEPT: {S.REPORTED: S.DONE},
    Step.WITHDRAW: {S.OPEN: S.WITHDRAWN, S.DOING: S.WITHDRAWN, S.REPORTED: S.WITHDRAWN},
    Step.PICK: {S.OPEN: S.OPEN},
    Step.ASSIGN: {S.OPEN: S.OPEN},
    Step.REHOME: {one: one for one in S},
    Step.CHANGE: {S.OPEN: S.OPEN, S.DOING: S.DOING},
}
OWED = (S.OPEN, S.DOING)
"""In these a task is late once its due day is past."""
LIVE = (*OWED, S.REPORTED)
"""Not over."""
GIVING = (Step.SET, Step.CHANGE, Step.PICK, Step.ASSIGN)
"""How it came to its owner: what every bidder may read."""
