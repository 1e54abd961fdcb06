"""What may leave the room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from niangjia.apps.bookings.lifecycle import BookingState, Giving, OfferState


@dataclass(frozen=True, slots=True)
class OfferFacts:
    """
    What is offered, to whom, by the union `org_id`. `program`: the pack it is under; empty = none. `most_companions`: family that may come
    along. `every_years`: who had a seat under the same program less than so many years ago is not taken; null = no such rule.
    """

    title: str
    kind: str
    org_id: int
    area: str
    giving: Giving
    opens_at: datetime
    closes_at: datetime
    program: str = ""
    place_id: int | None = None
    most_companions: int = 0
    every_years: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class SlotFacts:
    """When, and for how many. `label` tells apart what begins at the same time (a lane, a route)."""

    begins: datetime
    ends: datetime
    seats: int
    label: str = ""


@dataclass(frozen=True, slots=True)
class SlotCard:
    id: int
    begins: datetime
    ends: datetime
    seats: int
    taken: int
    label: str

    @property
    def free(self) -> int:
        return self.seats - self.taken


@dataclass(frozen=True, slots=True)
class OfferCard:
    """`seal`: the hash of a draw's seed, shown from the start; `seed` once it was drawn, else empty."""

    id: int
    number: str
    title: str
    kind: str
    org_id: int
    org_name: str
    area: str
    program: str
    place_id: int | None
    giving: Giving
    state: OfferState
    opens_at: datetime
    closes_at: datetime
    most_companions: int
    every_years: int | None
    note: str
    seal: str
    seed: str
    slots: tuple[SlotCard, ...]


@dataclass(frozen=True, slots=True)
class BookingCard:
    """`line`: place in the line of those who wait, from 1; null = does not wait. `code`: what the check-in reads, for its owner and the desk."""

    id: int
    number: str
    offer_id: int
    person_id: int
    name: str
    org_id: int
    slot_id: int | None
    state: BookingState
    seats: int
    line: int | None
    asked_at: datetime
    checked_in_at: datetime | None
    code: str


@dataclass(frozen=True, slots=True)
class Attendance:
    """Of one offer. `persons` came themselves, `companions` with them."""

    seats: int
    seated: int
    waiting: int
    persons: int
    companions: int
    missed: int


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that must never be so, is so."""

    rule: str
    place: str
    detail: str
