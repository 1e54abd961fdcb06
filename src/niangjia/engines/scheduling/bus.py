"""
A bus that brings a service: which site on which day, in which order, from when to when, and how many people a slot (E05).

The bus stands at a site while `lanes` people at a time take `minutes_each`; a site with more people than a day holds gets several sessions.
Times are minutes from the first day's midnight, distances metres.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from niangjia.engines.scheduling.plans import solve
from niangjia.engines.scheduling.problem import Crew, Problem, Table, Visit, Work


@dataclass(frozen=True)
class Site:
    """`people` who want to come. `open_at`: when the bus may stand there, ascending; empty = whenever it drives."""

    name: str
    place: int
    people: int
    open_at: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Outing:
    """One bus on one day; `name` tells both."""

    name: str
    starts: int
    ends: int
    home: int = 0


@dataclass(frozen=True)
class Session:
    """The bus at a site, from `begins` to `ends`, for at most `people`."""

    site: str
    outing: str
    begins: int
    ends: int
    people: int


@dataclass(frozen=True)
class BusPlan:
    """
    `sessions` in order of time. `waiting`: people by site for whom no session was found; `unkept`: fixed sessions that cannot be held beside
    the others. `metres` driven.
    """

    sessions: tuple[Session, ...]
    waiting: dict[str, int]
    unkept: tuple[Session, ...]
    metres: int


@dataclass(frozen=True)
class Lanes:
    """How the bus works: that many at a time, each for so long."""

    count: int
    minutes_each: int

    def minutes(self, people: int) -> int:
        return -(-people // self.count) * self.minutes_each

    def people(self, minutes: int) -> int:
        return minutes // self.minutes_each * self.count


def slots(session: Session, lanes: Lanes) -> list[tuple[int, int]]:
    """When people are asked to come, and how many: (begins, seats), the seats together the session's people."""
    starts = range(session.begins, session.ends, lanes.minutes_each)
    return [(start, min(lanes.count, session.people - lanes.count * turn)) for turn, start in enumerate(starts)]


def plan_bus(
    sites: Sequence[Site],
    outings: Sequence[Outing],
    lanes: Lanes,
    *,
    distance: Table,
    travel: Table,
    fixed: Sequence[Session] = (),
    seconds: float = 20,
    told: Callable[[float], None] = lambda share: None,
) -> BusPlan:
    """
    Sessions for as many people as the outings hold, with as little driving as was found.

    `fixed` sessions stay as they are; what they hold is taken off their site's people, and the rest is planned around them.
    """
    held = {f"fixed {number}": session for number, session in enumerate(fixed)}
    places = {site.name: site.place for site in sites}
    visits = [
        Visit(name, places[one.site], (Work(one.ends - one.begins),), ((one.begins, one.begins),), only=frozenset({one.outing}))
        for name, one in held.items()
    ]  # fmt: skip
    pieces: dict[str, tuple[str, int]] = {name: (one.site, one.people) for name, one in held.items()}
    waiting: dict[str, int] = {}
    for site in sites:
        people = site.people - sum(one.people for one in fixed if one.site == site.name)
        most = max((lanes.people(room) for room in _rooms(site, outings, travel)), default=0)
        sizes = [most] * (people // most) + [people % most] if most and people > 0 else []
        if people > 0 and not most:
            waiting[site.name] = people
        for number, size in enumerate(size for size in sizes if size):
            name, lasts = f"{site.name} {number}", lanes.minutes(size)
            pieces[name] = site.name, size
            open_at = site.open_at or ((0, max(one.ends for one in outings)),)
            windows = tuple((first, last - lasts) for first, last in open_at if last - lasts >= first)
            visits.append(Visit(name, site.place, (Work(lasts),), windows, worth=size * _worth_of_one(distance, sites)))
    crews = tuple(Crew(one.name, one.starts, one.ends, one.home) for one in outings)
    plan = solve(Problem(tuple(visits), crews, distance, travel), seconds=seconds, told=told)
    sessions = [
        Session(pieces[stop.visit][0], outing, stop.begins, stop.ends, pieces[stop.visit][1])
        for outing, stops in plan.routes.items()
        for stop in stops
    ]
    for name in plan.left_out:
        if name not in held:
            site_name, size = pieces[name]
            waiting[site_name] = waiting.get(site_name, 0) + size
    unkept = tuple(held[name] for name in plan.left_out if name in held)
    in_time = tuple(sorted(sessions, key=lambda one: (one.begins, one.outing)))
    return BusPlan(in_time, waiting, unkept, metres_of(in_time, sites, outings, distance))


def metres_of(sessions: Sequence[Session], sites: Sequence[Site], outings: Sequence[Outing], distance: Table) -> int:
    places, way = {site.name: site.place for site in sites}, 0
    for outing in outings:
        here = outing.home
        for one in sorted((one for one in sessions if one.outing == outing.name), key=lambda one: one.begins):
            way, here = way + distance[here][places[one.site]], places[one.site]
        way += distance[here][outing.home]
    return way


def _rooms(site: Site, outings: Sequence[Outing], travel: Table) -> list[int]:
    """How long the bus could stand there, by outing and opening."""
    rooms = []
    for outing in outings:
        arrives = outing.starts + travel[outing.home][site.place]
        leaves = outing.ends - travel[site.place][outing.home]
        for first, last in site.open_at or ((arrives, leaves),):
            rooms.append(max(0, min(last, leaves) - max(first, arrives)))
    return rooms


def _worth_of_one(distance: Table, sites: Sequence[Site]) -> int:
    """One person examined weighs more than any drive."""
    return 1 + 4 * max((max(row) for row in distance), default=0)
