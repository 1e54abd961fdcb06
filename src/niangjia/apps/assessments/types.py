"""What may leave the room: sheets as their files say them, what was counted and pinned, rounds with their looks and corrections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from niangjia.apps.assessments.score import Rule, Standing, Weighed
from niangjia.apps.organizations.types import Level
from niangjia.apps.targets.types import Counts, Title, Unit
from niangjia.apps.tasks.types import LIVE, TaskCard, TaskState
from niangjia.engines.counting import Measure


class State(StrEnum):
    DRAFT = "DRAFT"  # counted anew from the newest roll-up whenever it is looked at
    PUBLISHED = "PUBLISHED"
    WITHDRAWN = "WITHDRAWN"


class Result(StrEnum):
    IN_ORDER = "IN_ORDER"
    TO_CORRECT = "TO_CORRECT"


@dataclass(frozen=True)
class Item:
    """
    `counts`: what is counted, in `unit`, from January to the roll-up's day; null: `indicator` of `programme` is, and then the figure is reached ÷ asked.
    """

    id: str
    title: Title
    clause: str
    weight: Decimal
    rule: Rule
    unit: Unit
    counts: Counts | None
    programme: str = ""
    indicator: str = ""

    @property
    def weighed(self) -> Weighed:
        return Weighed(self.id, self.weight, self.rule)


@dataclass(frozen=True)
class Sheet:
    """`extra` and `off`: the most that persons may add, and take. `level`: whose unions of `area` are compared."""

    id: str
    title: Title
    about: Title
    issuer: str
    year: int
    area: str
    level: Level
    items: Sequence[Item]
    extra: Decimal
    off: Decimal

    @property
    def weighed(self) -> list[Weighed]:
        return [item.weighed for item in self.items]


@dataclass(frozen=True)
class Behind:
    """The rows behind an item's figures: what is counted, from when to when."""

    measure: Measure
    since: date
    until: date


@dataclass(frozen=True)
class Figures:
    """
    What a job counted: the value by union and item, null = not known; `as_of`: when the roll-up was made, `run`: its name, `behind`: by item; empty =
    nothing is behind them.
    """

    as_of: datetime
    values: Mapping[int, Mapping[str, Decimal | None]]
    run: str = ""
    behind: Mapping[str, Behind] = field(default_factory=dict)


@dataclass(frozen=True)
class AdjustmentCard:
    """`points` below zero: a deduction. `confirmed_by` null: it does not count yet."""

    id: int
    org_id: int
    org_name: str
    points: Decimal
    reason: str
    proposed_by: int
    proposed_at: datetime
    confirmed_by: int | None


@dataclass(frozen=True)
class Published:
    """A sheet as it was published: figures, the rules in words, and what follows. `run` and `behind`: as of its `Figures`."""

    id: int
    sheet: str
    state: State
    org_id: int
    as_of: datetime
    rules: Sequence[Mapping[str, Any]]
    standings: Sequence[Standing]
    published_at: datetime
    reason: str
    run: str
    behind: Mapping[str, Behind]


@dataclass(frozen=True)
class CorrectionCard:
    """`is_late`: its day is over and it was not reported, or was reported after it."""

    id: int
    task: TaskCard
    is_late: bool


@dataclass(frozen=True)
class LookCard:
    """`result` null: nobody looked yet."""

    id: int
    round_id: int
    org_id: int
    org_name: str
    note: str
    result: Result | None
    corrections: Sequence[CorrectionCard]


@dataclass(frozen=True)
class RoundCard:
    """`seed` empty: its unions were listed, not drawn. `population`: of how many were drawn."""

    id: int
    title: str
    about: str
    org_id: int
    org_name: str
    seed: str
    population: int
    made_at: datetime
    looks: Sequence[LookCard]

    @property
    def points(self) -> Sequence[str]:
        """What is looked at, a line each."""
        return [line.strip() for line in self.about.splitlines() if line.strip()]

    @property
    def asked(self) -> Sequence[CorrectionCard]:
        """Those that were not withdrawn."""
        return [one for look in self.looks for one in look.corrections if one.task.state is not TaskState.WITHDRAWN]

    @property
    def done(self) -> int:
        return sum(one.task.state is TaskState.DONE for one in self.asked)

    @property
    def late(self) -> int:
        """Late and still to be done."""
        return sum(one.is_late and one.task.state in LIVE for one in self.asked)


@dataclass(frozen=True)
class Violation:
    """Something that must never be so, is so."""

    invariant: str
    object: str
    zh: str
    en: str
