"""A bus plan as a map drawn here: sites where they lie, each day's way as a line, the stops numbered in their order, their names beside it. No tiles, no script."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import count

from django.utils import timezone

from niangjia.apps.bookings.queries.tours import TourCard

WIDTH, HEIGHT, MARGIN = 480, 340, 40
_STEP = 1_000_000
LOOKS = 6
"""Colours for days; with more days they begin anew, and the numbers tell them apart."""
TALL, GAP = 28, 2
_GRID, _FAR = 8, 200
_AROUND = sorted(
    ((right, down) for right in range(-_FAR, _FAR + 1, _GRID) for down in range(-_FAR, _FAR + 1, _GRID)),
    key=lambda at: (at[0] ** 2 + at[1] ** 2, at[1], at[0]),
)
"""Where else a mark may stand, the nearest first."""


@dataclass(frozen=True)
class Point:
    """
    In the drawing's units: `left`, `top` where it lies, `mark_left`, `mark_top` the middle of its mark, which gives way to those before it.
    `stops`: the plan's numbers of the stops here, `letter` where there is none; `is_home`: where the bus starts.
    """

    name: str
    left: int
    top: int
    stops: str
    people: int
    waiting: int
    is_home: bool = False
    letter: str = ""
    mark_left: int = 0
    mark_top: int = 0

    @property
    def mark(self) -> str:
        return self.stops or self.letter

    @property
    def wide(self) -> int:
        return TALL if len(self.mark) < 3 else 12 + 9 * len(self.mark)

    @property
    def box(self) -> tuple[int, int]:
        """The mark's upper left corner."""
        return self.mark_left - self.wide // 2, self.mark_top - TALL // 2

    @property
    def is_aside(self) -> bool:
        return (self.mark_left, self.mark_top) != (self.left, self.top)


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
    letters = (chr(ord("A") + number % 26) for number in count())
    points = [Point(tour.org.name, *home, "", 0, 0, is_home=True)]
    for site in sorted(
        card.sites, key=lambda one: (int(numbers[one.pk][0]) if one.pk in numbers else len(card.stops) + 1, one.pk)
    ):
        at = place(site.latitude, site.longitude)
        stops = "·".join(numbers.get(site.pk, []))
        letter = "" if stops else next(letters)
        points.append(Point(site.name, *at, stops, site.people, card.waiting.get(site.pk, 0), letter=letter))
    drawn = [
        Way(on, bus, number % LOOKS + 1, " ".join(f"{left},{top}" for left, top in [*path, home]))
        for number, ((on, bus), path) in enumerate(sorted(ways.items()))
    ]
    return TourMap(tuple(set_apart(points)), tuple(drawn))


def set_apart(points: Sequence[Point]) -> list[Point]:
    """Each with its mark at the nearest place where it covers no mark before it; where there is none, at its own."""
    found: list[Point] = []
    for point in points:
        left, top = next(_places_for(point, found), (point.left, point.top))
        found.append(replace(point, mark_left=left, mark_top=top))
    return found


def _places_for(point: Point, others: Sequence[Point]) -> Iterator[tuple[int, int]]:
    taken = [(one.mark_left, one.mark_top, (one.wide + point.wide) // 2 + GAP) for one in others]
    half = point.wide // 2
    for right, down in _AROUND:
        left, top = point.left + right, point.top + down
        is_inside = half <= left <= WIDTH - half and TALL // 2 <= top <= HEIGHT - TALL // 2
        if is_inside and not any(abs(left - x) < wide and abs(top - y) < TALL + GAP for x, y, wide in taken):
            yield left, top


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
