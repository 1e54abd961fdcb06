"""What may leave the room: what is told of a place, and what is told to the room about one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal

from niangjia.apps.places.kinds import Aim
from niangjia.apps.places.lifecycle import PairingState, PlaceState, Step

MICRO = 1_000_000


@dataclass(frozen=True, slots=True)
class Position:
    """WGS-84, in degrees."""

    latitude: Decimal
    longitude: Decimal


@dataclass(frozen=True, slots=True)
class Hours:
    """Open on these days of the week (1 Monday … 7 Sunday) from `opens` to `closes`; midnight at the end is 00:00."""

    days: tuple[int, ...]
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """
    What somebody tells of a place. `org_id` keeps it. `position` and `hours` as far as known. `details`: the answers to what its kind asks,
    by name: text as typed, a number, a day, true or false.
    """

    kind: str
    name: str
    org_id: int
    area: str
    level: str
    address: str = ""
    position: Position | None = None
    hours: tuple[Hours, ...] = ()
    equipment: tuple[str, ...] = ()
    partner: str = ""
    service_phone: str = ""
    batch: str = ""
    recommended_by_id: int | None = None
    household_id: int | None = None
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlaceCard:
    """
    A place as lists and maps show it. `metres` from where was asked, `bearing` the way there (N, NE …); null = nobody asked, or its position
    is not known. `details` as the table holds them: text, or true and false.
    """

    id: int
    number: str
    kind: str
    name: str
    org_id: int
    org_name: str
    area: str
    address: str
    level: str
    state: PlaceState
    position: Position | None
    hours: tuple[Hours, ...]
    equipment: tuple[str, ...]
    service_phone: str
    step: int
    inspect_by: date | None = None
    valid_until: date | None = None
    is_open: bool | None = None
    metres: int | None = None
    bearing: str = ""
    recommended_by: str = ""
    recommended_by_id: int | None = None
    partner: str = ""
    batch: str = ""
    household_id: int | None = None
    details: Mapping[str, object] = field(default_factory=dict)
    listed_on: date | None = None
    announced_until: date | None = None
    mend_by: date | None = None


@dataclass(frozen=True, slots=True)
class ProjectFacts:
    """What is told of a project with a partner. `details`: the answers to what its kind asks of one."""

    name: str
    partner: str
    contract: str
    since: date
    until: date | None = None
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProjectCard:
    """`findings` by check; empty = nobody looked. `is_running` today; `passed`: every check was found."""

    id: int
    facts: ProjectFacts
    findings: Mapping[str, bool]
    checked_by: str
    checked_at: datetime | None
    is_running: bool
    passed: bool


@dataclass(frozen=True, slots=True)
class EventRow:
    """One line of a place's history. `mend_by`: until when it asked for what was missing."""

    kind: Step
    level: str
    findings: Mapping[str, bool]
    reason: str
    org_name: str
    by_name: str
    at: datetime
    mend_by: date | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(name for name, is_there in self.findings.items() if not is_there)


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """`month` its first day. `was`: what it said before it was corrected; null = never was."""

    measure: str
    month: date
    value: Decimal
    was: Decimal | None
    source: str


@dataclass(frozen=True, slots=True)
class Earned:
    """What a place brought its household in some months, yuan: from `first` to `last` (their first days), of which `months` are known."""

    number: str
    kind: str
    total: Decimal
    months: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class KindCount:
    """
    How many places of a kind stand where, among those the viewer sees. `applied` also counts those announced. `late`: their inspection is
    overdue; `mending`: something has to be mended; `ending`: their validity is over or ends within some weeks.
    """

    kind: str
    applied: int
    listed: int
    suspended: int
    late: int
    mending: int
    ending: int


@dataclass(frozen=True, slots=True)
class AimRow:
    """An aim of a kind and where the viewer's places stand. `value` null = cannot be told yet; `counted`: over how many places."""

    aim: Aim
    value: Decimal | None
    counted: int

    @property
    def is_met(self) -> bool | None:
        return None if self.value is None else self.value >= self.aim.least


@dataclass(frozen=True, slots=True)
class YearOfMeasure:
    """A measure over the places of a kind, month by month of a year; null = nobody told."""

    measure: str
    by_month: tuple[Decimal | None, ...]
    is_rate: bool = False

    @property
    def total(self) -> Decimal | None:
        told = [one for one in self.by_month if one is not None]
        return sum(told, Decimal(0)) if told and not self.is_rate else None


@dataclass(frozen=True, slots=True)
class ExchangeYear:
    """
    A year of a pairing in persons, from the viewer's side: `sent` as we counted who left, `arrived` as the other counted them; `received` as we
    counted who came, `came` as the other says it sent. Null = nobody told.
    """

    year: int
    sent: int | None
    arrived: int | None
    received: int | None
    came: int | None

    @property
    def differs(self) -> bool:
        pairs = ((self.sent, self.arrived), (self.received, self.came))
        return any(one is not None and other is not None and one != other for one, other in pairs)


@dataclass(frozen=True, slots=True)
class PairingRow:
    """
    `years` newest first; `until` null = goes on; `with_id` null = the other is not in this house. `is_ours`: the viewer's union proposed it; `is_outside`: the other is not in this house,
    `confirmed_by` who signed there. `reason`: why it was declined, or taken back (`is_answered_by_us`).
    """

    id: int
    kind: str
    with_id: int | None
    with_name: str
    since: date
    until: date | None
    paper: str
    years: tuple[ExchangeYear, ...]
    state: PairingState
    is_ours: bool
    is_outside: bool
    confirmed_by: str
    is_answered_by_us: bool
    reason: str

    def is_in_force(self, day: date) -> bool:
        return self.state == PairingState.CONFIRMED and self.since <= day and (self.until is None or day <= self.until)

    @property
    def sent(self) -> int:
        return sum(one.sent or 0 for one in self.years)

    @property
    def received(self) -> int:
        return sum(one.received or 0 for one in self.years)


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that must never be so, is so."""

    rule: str
    place: str
    detail: str
