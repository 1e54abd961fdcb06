"""Visits of one crew each, by PyVRP: in seconds within a percent of the best known for a hundred visits."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import pyvrp

from niangjia.engines.scheduling.problem import Crew, Plan, Problem, Stop, Visit, can_do, can_reach, cost_of

UNREACHABLE = 1 << 40


def route(problem: Problem, *, seconds: float, seed: int, idle_rounds: int, told: Callable[[float], None]) -> Plan:
    """
    As `solve`, for visits with one work that are never late. `idle_rounds`: rounds without anything better after which it ends; a plan that
    ended so is the same at every call.
    """
    model = pyvrp.Model()
    places = _Places(model, problem)
    _add_crews(model, problem, places)
    stop = _Stop(seconds, idle_rounds, told)
    dearest = max((problem.worth_of(visit) for visit in problem.visits), default=0)
    params = pyvrp.SolveParams(penalty=pyvrp.PenaltyParams(max_penalty=max(100_000, 2 * dearest)))
    found = model.solve(stop, seed, collect_stats=False, display=False, params=params, missing_value=UNREACHABLE).best
    crews = list(problem.crews)
    routes = {}
    for one in found.routes():
        if found.is_feasible() and one.num_clients():
            crew = crews[one.vehicle_type()]
            routes[crew.name] = _timed(
                problem, crew, [places.choices[step.idx] for step in one.schedule() if step.is_client()]
            )
    made = {stop.visit for stops in routes.values() for stop in stops}
    left_out = tuple(visit.name for visit in problem.visits if visit.name not in made)
    return Plan(routes, left_out, cost_of(problem, routes, left_out))


class _Places:
    """One place of the model a crew's home and a choice (a visit in one of its windows); `choices` in the model's order."""

    def __init__(self, model: pyvrp.Model, problem: Problem) -> None:
        self.homes = {home: model.add_location(0, 0) for home in {crew.home for crew in problem.crews}}
        self.depots = {home: model.add_depot(place) for home, place in self.homes.items()}
        self.choices: list[tuple[Visit, int]] = []
        self.here: list[tuple[pyvrp.Location, int, Visit | None]] = [
            (place, home, None) for home, place in self.homes.items()
        ]
        for visit in problem.visits:
            group = model.add_client_group(required=False) if len(visit.windows) > 1 else None
            for number, (first, last) in enumerate(visit.windows):
                place = model.add_location(0, 0)
                model.add_client(
                    place, delivery=[visit.load], service_duration=visit.works[0].lasts, tw_early=first, tw_late=last,
                    prize=problem.worth_of(visit), required=False, group=group,
                )  # fmt: skip
                self.choices.append((visit, number))
                self.here.append((place, visit.place, visit))


def _add_crews(model: pyvrp.Model, problem: Problem, places: _Places) -> None:
    """Crews that may make the same visits share one table of ways."""
    tables: dict[frozenset[str], pyvrp.Profile] = {}
    for crew in problem.crews:
        mine = frozenset(visit.name for visit in problem.visits if _is_for(problem, crew, visit))
        if mine not in tables:
            tables[mine] = model.add_profile()
            _add_ways(model, problem, places, mine, tables[mine])
        home = places.depots[crew.home]
        capacity = UNREACHABLE if crew.capacity is None else crew.capacity
        model.add_vehicle_type(
            1, [capacity], home, home, tw_early=crew.starts, tw_late=crew.ends, profile=tables[mine], name=crew.name
        )


def _is_for(problem: Problem, crew: Crew, visit: Visit) -> bool:
    return can_do(crew, visit, visit.works[0]) and can_reach(problem, crew, visit, visit.works[0])


def _add_ways(
    model: pyvrp.Model, problem: Problem, places: _Places, mine: frozenset[str], table: pyvrp.Profile
) -> None:
    reached = [(place, row) for place, row, visit in places.here if visit is None or visit.name in mine]
    for here, row in reached:
        for there, column in reached:
            model.add_edge(here, there, problem.distance[row][column], problem.travel[row][column], profile=table)


def _timed(problem: Problem, crew: Crew, choices: Sequence[tuple[Visit, int]]) -> tuple[Stop, ...]:
    """Each as early as the way and its window let it."""
    clock, here, stops = crew.starts, crew.home, []
    for visit, window in choices:
        begins = max(clock + problem.travel[here][visit.place], visit.windows[window][0])
        clock, here = begins + visit.works[0].lasts, visit.place
        stops.append(Stop(visit.name, 0, begins, clock))
    return tuple(stops)


class _Stop:
    """Asked after each round, with the cost of the best plan so far."""

    def __init__(self, seconds: float, idle_rounds: int, told: Callable[[float], None]) -> None:
        self.ends, self.seconds, self.idle_rounds, self.told = time.monotonic() + seconds, seconds, idle_rounds, told
        self.best, self.idle, self.rounds = UNREACHABLE * UNREACHABLE, 0, 0

    def __call__(self, best_cost: int) -> bool:
        self.idle = self.idle + 1 if best_cost >= self.best else 0
        self.best, self.rounds = min(best_cost, self.best), self.rounds + 1
        left = self.ends - time.monotonic()
        if self.rounds % 100 == 0:
            self.told(max(1 - left / self.seconds, self.idle / self.idle_rounds))
        return left <= 0 or self.idle >= self.idle_rounds
