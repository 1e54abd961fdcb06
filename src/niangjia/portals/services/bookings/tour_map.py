"""A bus plan as a map drawn here: sites where they lie, each day's way as a line, the stops numbered in their order. No tiles, no script."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from niangjia.apps.bookings.queries.tours import TourCard

WIDTH, HEIGHT, MARGIN = 480, 340, 40
_STEP = 1_000_000
LOOKS = 6
"""Colours for days; with more days they begin anew, and the numbers tell them apart."""


@dataclass(frozen=True)
class Point:
    """In the drawing's units. `stops`: the plan's numbers of the stops here; `is_home`: where the bus starts."""

    name: str
    left: int
    top: int
    stops: str
    people: int
    waiting: int
    is_home: bool = False
    is_right: bool = False

    @property
    def words_left(self) -> int:
        return self.left - 12 if self.is_right else self.left + 12


@dataclass(frozen=True)
class Way:
    """One bus on one day; `points` as SVG wants them."""

    on: date
    bus: int
    look: int
    points: str


@dataclass(frozen=True)
class TourMap:
    points: tuple[Point, ...]
    ways: tuple[Way, ...]
    width: int = WIDTH
    height: int = HEIGHT


def map_of(card: TourCard) -> TourMap:
    tour = card.tour
    north = [tour.latitude, *(one.latitude for one in card.sites)]
    east = [tour.longitude, *(one.longitude for one in card.sites)]
    place = _Scale(min(north), max(north), min(east), max(east)).place
    numbers: dict[int, list[str]] = {}
    ways: dict[tuple[date, int], list[tuple[int, int]]] = {}
    home = place(tour.latitude, tour.longitude)
    by_id = {one.pk: one for one in card.sites}
    for number, stop in enumerate(card.stops, start=1):
        site = by_id[stop.site_id]
        numbers.setdefault(site.pk, []).append(str(number))
        path = ways.setdefault((timezone.localdate(stop.begins), stop.bus), [home])
        path.append(place(site.latitude, site.longitude))
    points = [Point(tour.org.name, *home, "", 0, 0, True, home[0] > WIDTH * 2 // 3)]
    for site in card.sites:
        at = place(site.latitude, site.longitude)
        points.append(
            Point(
                site.name,
                *at,
                "·".join(numbers.get(site.pk, [])),
                site.people,
                card.waiting.get(site.pk, 0),
                is_right=at[0] > WIDTH * 2 // 3,
            )
        )
    drawn = [
        Way(on, bus, number % LOOKS + 1, " ".join(f"{left},{top}" for left, top in [*path, home]))
        for number, ((on, bus), path) in enumerate(sorted(ways.items()))
    ]
    return TourMap(tuple(points), tuple(drawn))


@dataclass(frozen=True)
class _Scale:
    """The smallest frame around all points; a degree east is taken as five sixths of one north (at 30° of latitude about so)."""

    south: int
    north: int
    west: int
    east: int

    def place(self, latitude: int, longitude: int) -> tuple[int, int]:
        high, wide = max(1, self.north - self.south), max(1, (self.east - self.west) * 5 // 6)
        room_high, room_wide = HEIGHT - 2 * MARGIN, WIDTH - 2 * MARGIN
        # The scale, as room per millionth of a degree in parts of `_STEP`: the tighter of the two.
        per = min(room_high * _STEP // high, room_wide * _STEP // wide)
        left = MARGIN + (room_wide - wide * per // _STEP) // 2 + (longitude - self.west) * 5 // 6 * per // _STEP
        top = MARGIN + (room_high - high * per // _STEP) // 2 + (self.north - latitude) * per // _STEP
        return left, top
