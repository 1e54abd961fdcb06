"""The standing of a place and its steps: what each needs, where it leads, who may take it is read from ``programs/vocabulary/place_steps.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import TextChoices


class PlaceState(TextChoices):
    APPLIED = "APPLIED", "待验收"
    ANNOUNCED = "ANNOUNCED", "公示中"
    LISTED = "LISTED", "在册"
    SUSPENDED = "SUSPENDED", "暂停开放"
    CLOSED = "CLOSED", "已撤销"


class PairingState(TextChoices):
    PROPOSED = "PROPOSED", "待对方确认"
    CONFIRMED = "CONFIRMED", "已确认"
    DECLINED = "DECLINED", "未达成"


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


def read_rules(given: Mapping[str, Any], of_kind: Mapping[str, Any]) -> dict[Step, Rule]:
    """The house's steps, changed where a kind says so. Raises ValueError: a word that no step has, a step that nobody knows."""
    if strange := set(of_kind) - set(given):
        raise ValueError(f"no such steps of a place: {', '.join(sorted(strange))}")
    if moved := [name for name, one in of_kind.items() if one and "to" in one]:
        raise ValueError(f"where a step leads is not a kind's to change: {', '.join(moved)}")
    return {
        Step(name.upper()): _rule(one, of_kind.get(name, {}))
        for name, one in given.items()
        if of_kind.get(name, {}) is not None
    }


def _rule(given: Mapping[str, Any], of_kind: Mapping[str, Any]) -> Rule:
    said = {**given, **of_kind}
    if strange := set(said) - {"from", "to", "needs_reason", "from_above", "names_level"}:
        raise ValueError(f"no such words of a step: {', '.join(sorted(strange))}")
    start = [PlaceState(one.upper()) for one in said.pop("from")]
    to = said.pop("to", None)
    return Rule({one: PlaceState(to.upper()) if to else one for one in start}, **said)


LOOKS = (Step.INSPECT, Step.VISIT)
"""Steps at which somebody stood there and looked."""

IN_CHINESE: dict[Step, str] = {
    Step.APPLY: "申报", Step.ANNOUNCE: "公示", Step.VISIT: "监督走访", Step.MEND: "报告整改", Step.LIST: "验收入册", Step.REFUSE: "不予验收", Step.INSPECT: "复验", Step.SUSPEND: "暂停开放", Step.REOPEN: "恢复开放",
    Step.RAISE: "升级", Step.LOWER: "降级", Step.CLOSE: "撤销", Step.HAND_OVER: "移交管理",
}  # fmt: skip
