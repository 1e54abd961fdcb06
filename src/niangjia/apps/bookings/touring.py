"""The bus plan between its table and the engine: sites and days as the engine asks for them, its sessions as stops, and what is wrong with stops."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from niangjia.apps.bookings.lifecycle import OfferState
from niangjia.apps.bookings.models import Tour, TourSite, TourStop
from niangjia.apps.bookings.types import StopFacts
from niangjia.engines.scheduling import Lanes, Outing, Session, Site

MICRO = 1_000_000
_EARTH_M = 6_371_000
DETOUR_PERCENT = 130
"""A road is about so much longer than the straight line (hills and rivers of Zhejiang); where it is more, a stop is fixed by hand."""


@dataclass(frozen=True)
class Fault:
    """What cannot be carried out, in words. `stop_ids`: where."""

    stop_ids: tuple[int, ...]
    zh: str
    en: str


def is_published(tour: Tour) -> bool:
    """Its stops are an offer that stands. One that was called off leaves the plan free to be changed and published anew."""
    return tour.offer is not None and tour.offer.state != OfferState.CANCELLED


def lanes_of(tour: Tour) -> Lanes:
    return Lanes(tour.lanes, tour.minutes_each)


def days_of(tour: Tour) -> list[date]:
    return sorted(date.fromisoformat(one) for one in tour.days)


def tables_of(tour: Tour, sites: Sequence[TourSite]) -> tuple[list[list[int]], list[list[int]]]:
    """Metres and minutes from place to place; home is place 0, then the sites in their order."""
    points = [(tour.latitude, tour.longitude), *((one.latitude, one.longitude) for one in sites)]
    metres = [[_metres(here, there) for there in points] for here in points]
    return metres, [[minutes_for(way, tour.kmh) for way in row] for row in metres]


def minutes_for(metres: int, kmh: int) -> int:
    """Rounded up: a bus that is late keeps everybody waiting."""
    return -(-metres * 60 // (kmh * 1000))


def _metres(here: tuple[int, int], there: tuple[int, int]) -> int:
    first, second = (math.radians(one[0] / MICRO) for one in (here, there))
    north, east = math.radians((there[0] - here[0]) / MICRO), math.radians((there[1] - here[1]) / MICRO)
    part = math.sin(north / 2) ** 2 + math.cos(first) * math.cos(second) * math.sin(east / 2) ** 2
    return round(2 * _EARTH_M * math.asin(math.sqrt(part))) * DETOUR_PERCENT // 100


def outings_of(tour: Tour) -> list[Outing]:
    """One a bus and day, named ``2023-11-20/1``."""
    start, days = _midnight(tour), days_of(tour)
    return [
        Outing(f"{day}/{bus}", _minute(start, day, tour.leaves), _minute(start, day, tour.returns))
        for day in days
        for bus in range(1, tour.buses + 1)
    ]


def sites_of(tour: Tour, sites: Sequence[TourSite]) -> list[Site]:
    """Named by their ids."""
    start, found = _midnight(tour), []
    for place, one in enumerate(sites, start=1):
        open_at: tuple[tuple[int, int], ...] = ()
        if one.opens and one.closes:
            open_at = tuple((_minute(start, day, one.opens), _minute(start, day, one.closes)) for day in days_of(tour))
        found.append(Site(str(one.pk), place, one.people, open_at))
    return found


def sessions_of(tour: Tour, stops: Iterable[TourStop]) -> list[Session]:
    start = _midnight(tour)
    return [
        Session(
            str(one.site_id),
            f"{timezone.localdate(one.begins)}/{one.bus}",
            _minutes_since(start, one.begins),
            _minutes_since(start, one.ends),
            one.people,
        )
        for one in stops
    ]


def stops_of(tour: Tour, sessions: Iterable[Session], fixed: Iterable[Session]) -> list[StopFacts]:
    start, kept = _midnight(tour), set(fixed)
    return [
        StopFacts(
            int(one.site),
            int(one.outing.rpartition("/")[2]),
            start + timedelta(minutes=one.begins),
            start + timedelta(minutes=one.ends),
            one.people,
            one in kept,
        )
        for one in sessions
    ]


def lasts(tour: Tour, people: int) -> timedelta:
    return timedelta(minutes=lanes_of(tour).minutes(people))


def faults_of(tour: Tour, sites: Sequence[TourSite], stops: Sequence[TourStop]) -> list[Fault]:
    """What keeps the stops from being carried out as they stand; whoever put them there, a solver or a hand."""
    by_id = {one.pk: (place, one) for place, one in enumerate(sites, start=1)}
    _metres_table, minutes = tables_of(tour, sites)
    found: list[Fault] = []
    for (day, bus), theirs in _by_outing(stops).items():
        if day.isoformat() not in tour.days or bus > tour.buses:
            found.append(Fault(tuple(one.pk for one in theirs), f"{day} 第 {bus} 车没有出车", f"bus {bus} does not go out on {day}"))  # fmt: skip
            continue
        here, free = 0, _at(day, tour.leaves)
        last: TourStop | None = None
        for stop in theirs:
            place, site = by_id[stop.site_id]
            if free + timedelta(minutes=minutes[here][place]) > stop.begins:
                ids = (stop.pk,) if last is None else (last.pk, stop.pk)
                found.append(Fault(ids, f"{_hour(stop.begins)} 赶不到“{site.name}”", f"{site.name} cannot be reached by {_hour(stop.begins)}"))  # fmt: skip
            found += _faults_of_stop(tour, site, stop)
            here, free, last = place, stop.ends, stop
        if last and free + timedelta(minutes=minutes[here][0]) > _at(day, tour.returns):
            found.append(Fault((last.pk,), f"{day} 收车晚于 {tour.returns:%H:%M}", f"on {day} the bus is back after {tour.returns:%H:%M}"))  # fmt: skip
    return found


def _faults_of_stop(tour: Tour, site: TourSite, stop: TourStop) -> list[Fault]:
    found = []
    if stop.ends - stop.begins < lasts(tour, stop.people):
        zh, en = f"“{site.name}”时间不够 {stop.people} 人", f"{site.name}: not enough time for {stop.people} people"
        found.append(Fault((stop.pk,), zh, en))
    day = timezone.localdate(stop.begins)
    if site.opens and site.closes and not (_at(day, site.opens) <= stop.begins and stop.ends <= _at(day, site.closes)):
        found.append(Fault((stop.pk,), f"“{site.name}”那时不开放", f"{site.name} is not open then"))
    return found


def _by_outing(stops: Sequence[TourStop]) -> dict[tuple[date, int], list[TourStop]]:
    found: dict[tuple[date, int], list[TourStop]] = {}
    for one in sorted(stops, key=lambda one: (one.begins, one.pk)):
        found.setdefault((timezone.localdate(one.begins), one.bus), []).append(one)
    return found


def metres_driven(tour: Tour, sites: Sequence[TourSite], stops: Sequence[TourStop]) -> int:
    places = {one.pk: place for place, one in enumerate(sites, start=1)}
    metres, _minutes = tables_of(tour, sites)
    way = 0
    for theirs in _by_outing(stops).values():
        path = [0, *(places[one.site_id] for one in theirs), 0]
        way += sum(metres[here][there] for here, there in zip(path, path[1:], strict=False))
    return way


def _midnight(tour: Tour) -> datetime:
    return _at(days_of(tour)[0], time())


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, tzinfo=timezone.get_default_timezone())


def _minute(start: datetime, day: date, hour: time) -> int:
    return _minutes_since(start, _at(day, hour))


def _minutes_since(start: datetime, at: datetime) -> int:
    return int((at - start).total_seconds()) // 60


def _hour(at: datetime) -> str:
    return f"{timezone.localtime(at):%m-%d %H:%M}"
