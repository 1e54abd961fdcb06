"""The standing of a place, as one table: what each step needs, where it leads, who may take it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import TextChoices


class PlaceState(TextChoices):
    APPLIED = "APPLIED", "待验收"
    ANNOUNCED = "ANNOUNCED", "公示中"
    LISTED = "LISTED", "在册"
    SUSPENDED = "SUSPENDED", "暂停开放"
    CLOSED = "CLOSED", "已撤销"


class Step(StrEnum):
    APPLY = "APPLY"  # the first: from nothing
    ANNOUNCE = "ANNOUNCE"
    LIST = "LIST"
    REFUSE = "REFUSE"
    INSPECT = "INSPECT"  # when it is due: it holds for as long as the kind says
    VISIT = "VISIT"  # supervision, at any time
    MEND = "MEND"  # whoever keeps it says what was mended
    SUSPEND = "SUSPEND"
    REOPEN = "REOPEN"
    RAISE = "RAISE"
    LOWER = "LOWER"
    CLOSE = "CLOSE"
    HAND_OVER = "HAND_OVER"


S = PlaceState
IN_USE = (S.LISTED, S.SUSPENDED)
OPEN = (S.APPLIED, S.ANNOUNCED, *IN_USE)


@dataclass(frozen=True, slots=True)
class Rule:
    """
    `from_above`: whoever takes it is of a union above the one that keeps the place, or has nobody above: nobody lists their own.
    `names_level`: whoever takes it is of the level that the place gets, or has, or above: who named it takes the name away.
    """

    to: dict[PlaceState, PlaceState]
    needs_reason: bool = False
    from_above: bool = False
    names_level: bool = False


RULES: dict[Step, Rule] = {
    Step.ANNOUNCE: Rule({S.APPLIED: S.ANNOUNCED}, from_above=True, names_level=True),
    Step.LIST: Rule({S.APPLIED: S.LISTED, S.ANNOUNCED: S.LISTED}, from_above=True, names_level=True),
    Step.REFUSE: Rule(dict.fromkeys((S.APPLIED, S.ANNOUNCED), S.CLOSED), needs_reason=True, from_above=True),
    Step.INSPECT: Rule({state: state for state in IN_USE}, from_above=True),
    Step.VISIT: Rule({state: state for state in IN_USE}, from_above=True),
    Step.MEND: Rule({state: state for state in IN_USE}, needs_reason=True),
    Step.SUSPEND: Rule({S.LISTED: S.SUSPENDED}, needs_reason=True),
    Step.REOPEN: Rule({S.SUSPENDED: S.LISTED}),
    Step.RAISE: Rule({S.LISTED: S.LISTED}, from_above=True, names_level=True),
    Step.LOWER: Rule({state: state for state in IN_USE}, needs_reason=True, from_above=True, names_level=True),
    Step.CLOSE: Rule(dict.fromkeys(OPEN, S.CLOSED), needs_reason=True),
    Step.HAND_OVER: Rule({state: state for state in OPEN}, needs_reason=True),
}
LOOKS = (Step.INSPECT, Step.VISIT)
"""Steps at which somebody stood there and looked."""

IN_CHINESE: dict[Step, str] = {
    Step.APPLY: "申报", Step.ANNOUNCE: "公示", Step.VISIT: "监督走访", Step.MEND: "报告整改", Step.LIST: "验收入册", Step.REFUSE: "不予验收", Step.INSPECT: "复验", Step.SUSPEND: "暂停开放", Step.REOPEN: "恢复开放",
    Step.RAISE: "升级", Step.LOWER: "降级", Step.CLOSE: "撤销", Step.HAND_OVER: "移交管理",
}  # fmt: skip
