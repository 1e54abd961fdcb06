"""
Visits to be made and crews to make them: the question, the plan, its cost, and what is wrong with a plan.

Times, distances and loads are whole numbers in units of the caller's choosing, one unit of each throughout. A day is no concept here: a
crew is one bus or one pair of people on one day, and times run on from day to day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

Table = Sequence[Sequence[int]]


@dataclass(frozen=True)
class Work:
    """One crew's share of a visit. `skill` empty: anybody."""

    lasts: int
    skill: str = ""


@dataclass(frozen=True)
class Visit:
    """
    `place`: its row in the tables. `windows`: when a work may begin, in order of time, none touching another. `apart`, of a
    visit with two works: they take two crews, the second beginning at least `apart[0]` and at most `apart[1]` after the first, (0, 0) =
    together. `only`: the crews that may go; None =
    all with the skill. `worth`: what leaving it out costs; None = more than anything that could be saved by it. `may_be_late`: beginning after
    the last window is allowed, and costs.
    """

    name: str
    place: int
    works: tuple[Work, ...]
    windows: tuple[tuple[int, int], ...]
    apart: tuple[int, int] | None = None
    only: frozenset[str] | None = None
    worth: int | None = None
    may_be_late: bool = False
    load: int = 0


@dataclass(frozen=True)
class Crew:
    """Leaves `home` not before `starts`, is back by `ends`. `capacity` None: carries anything."""

    name: str
    starts: int
    ends: int
    home: int = 0
    skills: frozenset[str] = frozenset()
    capacity: int | None = None


@dataclass(frozen=True)
class Problem:
    """`distance` and `travel` (time) from place to place. A plan costs its distance, and by these weights all lateness and the worst one."""

    visits: tuple[Visit, ...]
    crews: tuple[Crew, ...]
    distance: Table
    travel: Table
    late_costs: int = 1
    worst_late_costs: int = 1

    def worth_of(self, visit: Visit) -> int:
        if visit.worth is not None:
            return visit.worth
        farthest = max((max(row) for row in self.distance), default=0)
        latest = max((crew.ends for crew in self.crews), default=0) * (self.late_costs + self.worst_late_costs)
        return 1 + 2 * farthest * (1 + len(self.visits)) + latest


@dataclass(frozen=True)
class Stop:
    """The work number `work` of a visit, from `begins` to `ends`."""

    visit: str
    work: int
    begins: int
    ends: int


@dataclass(frozen=True)
class Plan:
    """
    `routes`: by crew, in order of time; crews that stay at home are not in it. `left_out`: visits nobody makes. `bound`: no plan costs less,
    as far as was proved; None = nothing was.
    """

    routes: dict[str, tuple[Stop, ...]]
    left_out: tuple[str, ...]
    cost: int
    bound: int | None = None

    @property
    def is_best(self) -> bool:
        return self.bound is not None and self.bound >= self.cost


def can_do(crew: Crew, visit: Visit, work: Work) -> bool:
    return (not work.skill or work.skill in crew.skills) and (visit.only is None or crew.name in visit.only)


def can_reach(problem: Problem, crew: Crew, visit: Visit, work: Work) -> bool:
    """Whether the crew could make this visit if it made no other."""
    arrives = crew.starts + problem.travel[crew.home][visit.place]
    leaves = crew.ends - work.lasts - problem.travel[visit.place][crew.home]
    if visit.may_be_late:
        return max(arrives, visit.windows[0][0]) <= leaves
    return any(max(arrives, first) <= min(last, leaves) for first, last in visit.windows)


def distance_of(problem: Problem, routes: dict[str, tuple[Stop, ...]]) -> int:
    places, homes = {one.name: one.place for one in problem.visits}, {one.name: one.home for one in problem.crews}
    way = 0
    for name, stops in routes.items():
        path = [homes[name], *(places[stop.visit] for stop in stops), homes[name]]
        way += sum(problem.distance[here][there] for here, there in pairwise(path))
    return way


def lateness_of(problem: Problem, routes: dict[str, tuple[Stop, ...]]) -> list[int]:
    last = {one.name: one.windows[-1][1] for one in problem.visits}
    return [max(0, stop.begins - last[stop.visit]) for stops in routes.values() for stop in stops]


def cost_of(problem: Problem, routes: dict[str, tuple[Stop, ...]], left_out: Sequence[str] = ()) -> int:
    late = lateness_of(problem, routes)
    missed = sum(problem.worth_of(visit) for visit in problem.visits if visit.name in set(left_out))
    weighed = problem.late_costs * sum(late) + problem.worst_late_costs * max(late, default=0)
    return distance_of(problem, routes) + weighed + missed


def faults_of(problem: Problem, plan: Plan) -> list[str]:
    """What a plan breaks, a sentence each; empty = it can be carried out and costs what it says. Shares no code with what makes plans."""
    visits, crews = {one.name: one for one in problem.visits}, {one.name: one for one in problem.crews}
    made: dict[tuple[str, int], tuple[str, Stop]] = {}
    told: list[str] = []
    for name, stops in plan.routes.items():
        crew = crews[name]
        clock, here, load = crew.starts, crew.home, 0
        for stop in stops:
            visit = visits[stop.visit]
            work = visit.works[stop.work]
            if (stop.visit, stop.work) in made:
                told.append(f"{stop.visit} {stop.work} is made twice")
            made[stop.visit, stop.work] = name, stop
            if not can_do(crew, visit, work):
                told.append(f"{name} cannot do {stop.visit}")
            if stop.ends - stop.begins != work.lasts:
                told.append(f"{stop.visit} lasts {stop.ends - stop.begins}, not {work.lasts}")
            if stop.begins < clock + problem.travel[here][visit.place]:
                told.append(f"{name} is not yet at {stop.visit}")
            is_inside = any(first <= stop.begins <= last for first, last in visit.windows)
            if not is_inside and not (visit.may_be_late and stop.begins > visit.windows[-1][1]):
                told.append(f"{stop.visit} begins at {stop.begins}, outside its windows")
            clock, here, load = stop.ends, visit.place, load + visit.load
        if clock + problem.travel[here][crew.home] > crew.ends:
            told.append(f"{name} is back after {crew.ends}")
        if crew.capacity is not None and load > crew.capacity:
            told.append(f"{name} carries {load} of {crew.capacity}")
    for visit in problem.visits:
        works = [made.get((visit.name, number)) for number in range(len(visit.works))]
        if any(work is None for work in works) == (visit.name not in plan.left_out):
            told.append(f"{visit.name} is made by halves, or both made and left out")
        elif visit.apart and None not in works:
            (one, first), (other, second) = works  # type: ignore[misc]
            if one == other or not visit.apart[0] <= second.begins - first.begins <= visit.apart[1]:
                told.append(f"{visit.name} is not made by two crews at the right times")
    if plan.cost != cost_of(problem, plan.routes, plan.left_out):
        told.append(f"it costs {cost_of(problem, plan.routes, plan.left_out)}, not {plan.cost}")
    return told
