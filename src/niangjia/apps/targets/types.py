"""What may leave the room: programmes as their files say them, shares, statements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

Title = Mapping[str, str]


class Comparator(StrEnum):
    AT_LEAST = "at_least"  # 不少于
    OVER = "over"  # 超过
    PLAN = "plan"  # 计划、拟

    def is_met(self, reached: Decimal, asked: Decimal) -> bool:
        return reached > asked if self is Comparator.OVER else reached >= asked


class Unit(StrEnum):
    PERSONS = "persons"
    PERSON_TIMES = "person_times"
    PIECES = "pieces"
    YUAN = "yuan"
    DAYS = "days"
    PERCENT = "percent"


@dataclass(frozen=True)
class Period:
    """`first` to `last`, both whole years. `is_standing`: not what happened in it is counted but where things stand at its end."""

    first: int
    last: int
    is_standing: bool = False

    @property
    def starts_on(self) -> date:
        return date(self.first, 1, 1)

    @property
    def ends_on(self) -> date:
        """Its last day."""
        return date(self.last, 12, 31)

    def later(self, years: int) -> Period:
        """The same span, so many years later."""
        return Period(self.first + years, self.last + years, self.is_standing)


@dataclass(frozen=True)
class Goal:
    comparator: Comparator
    value: Decimal


@dataclass(frozen=True)
class Counts:
    """What is counted: `source`, `where` and `value` as `engines.counting` reads them; `of`: a rate's denominator, null = no rate."""

    source: str
    where: str = ""
    value: str = ""
    of: Counts | None = None


@dataclass(frozen=True)
class Part:
    title: Title
    value: Decimal


@dataclass(frozen=True)
class Stated:
    """A figure of another office, in the indicator's unit. `said`: as the paper puts it, empty = no other way."""

    parts: Sequence[Part]
    total: Decimal
    clause: str
    said: Title = field(default_factory=dict)


@dataclass(frozen=True)
class Indicator:
    """
    `goal` null: the paper gives no number. `counts` null: nothing here counts it, and `elsewhere` says why. `clause`: the sentence that the
    goal comes from. `period` is the programme's unless it has its own.
    """

    id: str
    title: Title
    unit: Unit
    period: Period
    goal: Goal | None
    counts: Counts | None
    elsewhere: Title
    clause: str
    owner: Title
    due: date | None
    evidence: Title
    stated: Sequence[Stated]


@dataclass(frozen=True)
class Measure:
    """`unknown` not empty: the paper has a place for a measure here and does not say what it is; then `title` is empty."""

    id: str
    title: Title
    unknown: Title
    clause: str
    owner: Title
    due: date | None
    evidence: Title
    programs: Sequence[str]
    indicators: Sequence[Indicator]


@dataclass(frozen=True)
class Action:
    id: str
    title: Title
    clause: str
    owner: Title
    measures: Sequence[Measure]


@dataclass(frozen=True)
class Programme:
    id: str
    title: Title
    about: Title
    issuer: str
    area: str
    source: Mapping[str, str]
    period: Period
    actions: Sequence[Action]

    @property
    def year(self) -> int:
        """The paper's own: the last of its period."""
        return self.period.last

    def period_of(self, indicator: Indicator, year: int) -> Period:
        """The indicator's span when the programme is run for `year`; in the paper's year its own."""
        return indicator.period.later(year - self.year)

    @property
    def measures(self) -> Iterator[Measure]:
        for action in self.actions:
            yield from action.measures

    @property
    def indicators(self) -> Iterator[Indicator]:
        for measure in self.measures:
            yield from measure.indicators

    def measure_with(self, indicator: Indicator) -> Measure:
        """The one that this indicator of the programme belongs to."""
        return next(one for one in self.measures if indicator in one.indicators)


@dataclass(frozen=True)
class Asked:
    """
    What is asked of a union for one indicator in one year. `org_id` null: by the programme itself, of the whole of its area; else the
    union whose share it is. `is_own`: it is asked of this union and not of one above it. `later`: a share that has not begun yet.
    """

    goal: Goal | None
    org_id: int | None
    org_name: str
    is_own: bool
    since: date | None = None
    later: ShareCard | None = None


@dataclass(frozen=True)
class ShareCard:
    """`value` null: taken back, from that day the union above's is shown."""

    id: int
    org_id: int
    org_name: str
    value: Decimal | None
    from_day: date
    reason: str
    set_by: int
    set_at: datetime


@dataclass(frozen=True)
class StatementCard:
    """`withdrawn_at` null: it stands. `parts`: name and value, in the indicator's unit; their sum is `total`."""

    id: int
    programme: str
    indicator: str
    year: int
    org_id: int
    org_name: str
    parts: Sequence[tuple[str, Decimal]]
    total: Decimal
    source: str
    stated_by: int
    stated_at: datetime
    withdrawn_at: datetime | None
    reason: str


@dataclass(frozen=True)
class Violation:
    """Something that must never be so, is so."""

    invariant: str
    object: str
    zh: str
    en: str
