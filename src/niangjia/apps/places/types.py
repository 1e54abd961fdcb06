"""What may leave the room: what is told of a place, and what is told to the room about one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from niangjia.apps.places.lifecycle import PlaceState, Step

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
    """What somebody tells of a place. `org_id` keeps it. `position` and `hours` as far as known."""

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


@dataclass(frozen=True, slots=True)
class PlaceCard:
    """A place as lists and maps show it. `metres` from where was asked; null = nobody asked, or its position is not known."""

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


@dataclass(frozen=True, slots=True)
class EventRow:
    """One line of a place's history."""

    kind: Step
    level: str
    findings: Mapping[str, bool]
    reason: str
    org_name: str
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """`month` its first day. `was`: what it said before it was corrected; null = never was."""

    measure: str
    month: date
    value: Decimal
    was: Decimal | None
    source: str


@dataclass(frozen=True, slots=True)
class KindCount:
    """How many places of a kind stand where, among those the viewer sees. `late`: their inspection is overdue."""

    kind: str
    applied: int
    listed: int
    suspended: int
    late: int


@dataclass(frozen=True, slots=True)
class PairingRow:
    """`sent` and `received` by year, from the viewer's side: persons."""

    id: int
    kind: str
    with_name: str
    since: date
    until: date | None
    paper: str
    sent: Mapping[int, int]
    received: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that must never be so, is so."""

    rule: str
    place: str
    detail: str
