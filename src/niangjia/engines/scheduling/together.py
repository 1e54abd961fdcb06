"""Visits where two crews must meet, or that may be late, by CP-SAT: small ones to the proved best, larger ones with what is proved of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ortools.sat.python import cp_model

from niangjia.engines.scheduling.problem import Crew, Plan, Problem, Stop, Visit, Work, can_do, can_reach, cost_of


@dataclass(frozen=True)
class _Task:
    """One work of a visit; `number` its node in a crew's round, where 0 is home."""

    number: int
    visit: Visit
    work: Work
    at: int


def meet(problem: Problem, *, seconds: float, seed: int, threads: int, told: Callable[[float], None]) -> Plan:
    """As `solve`, for any visits. With one thread and time enough the plan is the same at every call."""
    model = _Model(problem)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = threads
    solver.parameters.random_seed = seed
    solver.solve(model.model, _Telling(seconds, told))
    routes = model.routes(solver)
    made = {stop.visit for stops in routes.values() for stop in stops}
    left_out = tuple(visit.name for visit in problem.visits if visit.name not in made)
    return Plan(routes, left_out, cost_of(problem, routes, left_out), -int(-solver.best_objective_bound // 1))


class _Telling(cp_model.CpSolverSolutionCallback):
    def __init__(self, seconds: float, told: Callable[[float], None]) -> None:
        super().__init__()
        self.seconds, self.told = seconds, told

    def on_solution_callback(self) -> None:
        self.told(self.wall_time / self.seconds)


class _Model:
    """Each crew goes one round through home; a task is in one round or its whole visit is left out."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self.model = problem, cp_model.CpModel()
        pairs = [(visit, number) for visit in problem.visits for number in range(len(visit.works))]
        self.tasks = [
            _Task(place + 1, visit, visit.works[number], number) for place, (visit, number) in enumerate(pairs)
        ]
        self.latest = max((crew.ends for crew in problem.crews), default=0)
        self.begins = {task.number: self._beginning(task) for task in self.tasks}
        self.left_out = {visit.name: self.model.new_bool_var("") for visit in problem.visits}
        self.done_by: dict[int, dict[str, cp_model.IntVar]] = {task.number: {} for task in self.tasks}
        self.ways: dict[str, dict[tuple[int, int], cp_model.IntVar]] = {}
        self.costs: list[cp_model.LinearExprT] = []
        for crew in problem.crews:
            self._add_round(crew)
        for task in self.tasks:
            self.model.add_exactly_one([*self.done_by[task.number].values(), self.left_out[task.visit.name]])
        for visit in problem.visits:
            self._add_meeting(visit)
            self.costs.append(problem.worth_of(visit) * self.left_out[visit.name])
        self._add_lateness()
        self.model.minimize(sum(self.costs))

    def _beginning(self, task: _Task) -> cp_model.IntVar:
        windows = [(first, min(last, self.latest)) for first, last in task.visit.windows]
        if task.visit.may_be_late:
            windows[-1] = (windows[-1][0], max(windows[-1][1], self.latest))
        return self.model.new_int_var_from_domain(cp_model.Domain.from_intervals([list(one) for one in windows]), "")

    def _add_round(self, crew: Crew) -> None:
        mine = [
            task
            for task in self.tasks
            if can_do(crew, task.visit, task.work) and can_reach(self.problem, crew, task.visit, task.work)
        ]
        ways = {(0, 0): self.model.new_bool_var("")}
        loads = []
        for task in mine:
            stays = self.model.new_bool_var("")
            ways[task.number, task.number] = stays
            does = ~stays
            self.done_by[task.number][crew.name] = does  # type: ignore[assignment]
            loads.append(task.visit.load * (1 - stays))
            out, back = self._way(ways, crew, 0, crew.home, task), self.model.new_bool_var("")
            self.model.add(
                self.begins[task.number] >= crew.starts + self.problem.travel[crew.home][task.visit.place]
            ).only_enforce_if(out)
            ways[task.number, 0] = back
            self.costs.append(self.problem.distance[task.visit.place][crew.home] * back)
            ends = self.begins[task.number] + task.work.lasts + self.problem.travel[task.visit.place][crew.home]
            self.model.add(ends <= crew.ends).only_enforce_if(back)
            for other in mine:
                if other.number != task.number and not (other.visit is task.visit and task.visit.apart):
                    goes = self._way(ways, crew, task.number, task.visit.place, other)
                    arrives = (
                        self.begins[task.number]
                        + task.work.lasts
                        + self.problem.travel[task.visit.place][other.visit.place]
                    )
                    self.model.add(self.begins[other.number] >= arrives).only_enforce_if(goes)
        if crew.capacity is not None:
            self.model.add(sum(loads) <= crew.capacity)
        self.model.add_circuit([(here, there, way) for (here, there), way in ways.items()])
        self.ways[crew.name] = ways

    def _way(
        self, ways: dict[tuple[int, int], cp_model.IntVar], crew: Crew, here: int, place: int, to: _Task
    ) -> cp_model.IntVar:
        way = ways[here, to.number] = self.model.new_bool_var("")
        self.costs.append(self.problem.distance[place][to.visit.place] * way)
        return way

    def _add_meeting(self, visit: Visit) -> None:
        if visit.apart is None:
            return
        first, second = (task.number for task in self.tasks if task.visit is visit)
        for crew in self.done_by[first].keys() & self.done_by[second].keys():
            self.model.add_at_most_one([self.done_by[first][crew], self.done_by[second][crew]])
        between = self.begins[second] - self.begins[first]
        self.model.add_linear_constraint(between, *visit.apart).only_enforce_if(~self.left_out[visit.name])

    def _add_lateness(self) -> None:
        worst = self.model.new_int_var(0, self.latest, "")
        for task in self.tasks:
            if task.visit.may_be_late:
                late = self.model.new_int_var(0, self.latest, "")
                is_made = ~self.left_out[task.visit.name]
                self.model.add(late >= self.begins[task.number] - task.visit.windows[-1][1]).only_enforce_if(is_made)
                self.model.add(worst >= late)
                self.costs.append(self.problem.late_costs * late)
        self.costs.append(self.problem.worst_late_costs * worst)

    def routes(self, solver: cp_model.CpSolver) -> dict[str, tuple[Stop, ...]]:
        by_number = {task.number: task for task in self.tasks}
        found = {}
        for crew, ways in self.ways.items():
            follows = {
                here: there for (here, there), way in ways.items() if here != there and solver.boolean_value(way)
            }
            stops, here = [], follows.get(0, 0)
            while here:
                task, begins = by_number[here], solver.value(self.begins[here])
                stops.append(Stop(task.visit.name, task.at, begins, begins + task.work.lasts))
                here = follows[here]
            if stops:
                found[crew] = tuple(stops)
        return found
