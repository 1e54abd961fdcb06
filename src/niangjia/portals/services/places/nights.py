"""The beds of a place, night by night: how many are taken by trips that were booked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from niangjia.apps.bookings import queries as bookings
from niangjia.apps.places.queries import Kind
from niangjia.apps.places.types import PlaceCard
from niangjia.portals.design.requests import whole

WEEKS = 5


@dataclass(frozen=True)
class Night:
    """`beds` null = nobody told how many there are. `is_past`: before today."""

    on: date
    guests: int
    beds: int | None
    is_past: bool

    @property
    def look(self) -> str:
        """Of the night's colour: none, some, most, over."""
        if not self.guests:
            return "none"
        if self.beds is not None and self.guests > self.beds:
            return "over"
        return "most" if self.beds and self.guests * 5 >= self.beds * 4 else "some"


def nights_of(card: PlaceCard, kind: Kind, today: date) -> Sequence[Night]:
    """Whole weeks from Monday on; empty where nobody sleeps in places of the kind."""
    if not kind.occupancy:
        return ()
    first = today - timedelta(days=today.weekday())
    told = whole(str(card.details.get(kind.occupancy, "")), -1)
    beds = told if told >= 0 else None
    guests = bookings.guests_by_night(card.id, first=first, until=first + timedelta(weeks=WEEKS))
    return [Night(on, count, beds, on < today) for on, count in guests.items()]
