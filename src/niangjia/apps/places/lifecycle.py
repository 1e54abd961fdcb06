"""The standing of a place, as one table: what each step needs, where it leads, who may take it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import TextChoices


class PlaceState(TextChoices):
    APPLIED = "APPLIED", "待验收"
    LISTED = "LISTED", "在册"
    SUSPENDED = "SUSPENDED", "暂停开放"
    CLOSED = "CLOSED", "已撤销"


class Step(StrEnum):
    APPLY = "APPLY"  # the first: from nothing
    LIST = "LIST"
    REFUSE = "REFUSE"
    INSPECT = "INSPECT"
    SUSPEND = "SUSPEND"
    REOPEN = "REOPEN"
    RAISE = "RAISE"
    LOWER = "LOWER"
    CLOSE = "CLOSE"
    HAND_OVER = "HAND_OVER"


S = PlaceState
OPEN = (S.APPLIED, S.LISTED, S.SUSPENDED)


@dataclass(frozen=True, slots=True)
class Rule:
    """`from_above`: whoever takes it is of a union above the one that keeps the place, or of the place's level: nobody lists their own."""

    to: dict[PlaceState, PlaceState]
    needs_reason: bool = False
    from_above: bool = False


RULES: dict[Step, Rule] = {
    Step.LIST: Rule({S.APPLIED: S.LISTED}, from_above=True),
    Step.REFUSE: Rule({S.APPLIED: S.CLOSED}, needs_reason=True, from_above=True),
    Step.INSPECT: Rule({S.LISTED: S.LISTED, S.SUSPENDED: S.SUSPENDED}, from_above=True),
    Step.SUSPEND: Rule({S.LISTED: S.SUSPENDED}, needs_reason=True),
    Step.REOPEN: Rule({S.SUSPENDED: S.LISTED}),
    Step.RAISE: Rule({S.LISTED: S.LISTED}, from_above=True),
    Step.LOWER: Rule({S.LISTED: S.LISTED, S.SUSPENDED: S.SUSPENDED}, needs_reason=True, from_above=True),
    Step.CLOSE: Rule(dict.fromkeys(OPEN, S.CLOSED), needs_reason=True),
    Step.HAND_OVER: Rule({state: state for state in OPEN}, needs_reason=True),
}

IN_CHINESE: dict[Step, str] = {
    Step.APPLY: "申报", Step.LIST: "验收入册", Step.REFUSE: "不予验收", Step.INSPECT: "复验", Step.SUSPEND: "暂停开放", Step.REOPEN: "恢复开放",
    Step.RAISE: "升级", Step.LOWER: "降级", Step.CLOSE: "撤销", Step.HAND_OVER: "移交管理",
}  # fmt: skip
