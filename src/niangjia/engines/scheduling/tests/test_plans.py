"""Plans are as good as the best of all there are, where all can be looked at; and what cannot be carried out is told."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from niangjia.engines.scheduling import Crew, Plan, Problem, Stop, Visit, Work, cost_of, faults_of, solve
from niangjia.engines.scheduling.problem import can_do
from niangjia.engines.scheduling.together import meet

SILENT = {"told": lambda share: None}


def cheapest(problem: Problem) -> int:
    """Of every way to share, to order and to leave out visits of one work, the cheapest that can be carried out."""
    names = [crew.name for crew in problem.crews]
    best = None
    for shared in product([None, *names], repeat=len(problem.visits)):
        cost = sum(problem.worth_of(visit) for visit, crew in zip(problem.visits, shared, strict=True) if crew is None)
        for crew in problem.crews:
            mine = [visit for visit, name in zip(problem.visits, shared, strict=True) if name == crew.name]
            ways = [way for order in permutations(mine) if (way := way_of(problem, crew, order)) is not None]
            if not ways:
                break
            cost += min(ways)
        else:
            best = cost if best is None else min(best, cost)
    assert best is not None
    return best


def way_of(problem: Problem, crew: Crew, order: tuple[Visit, ...]) -> int | None:
    clock, here, way = crew.starts, crew.home, 0
    if crew.capacity is not None and sum(visit.load for visit in order) > crew.capacity:
        return None
    for visit in order:
        arrives = clock + problem.travel[here][visit.place]
        begins = min((max(arrives, first) for first, last in visit.windows if arrives <= last), default=None)
        if begins is None or not can_do(crew, visit, visit.works[0]):
            return None
        way, clock, here = way + problem.distance[here][visit.place], begins + visit.works[0].lasts, visit.place
    return None if clock + problem.travel[here][crew.home] > crew.ends else way + problem.distance[here][crew.home]


@st.composite
def problems(draw):
    count = draw(st.integers(1, 4))
    spots = [(draw(st.integers(0, 9)), draw(st.integers(0, 9))) for _ in range(count + 1)]
    table = [[abs(a - c) + abs(b - d) for c, d in spots] for a, b in spots]
    visits = []
    for place in range(1, count + 1):
        starts = draw(st.integers(0, 30))
        windows = [(starts, starts + draw(st.integers(0, 15)))]
        if draw(st.booleans()):
            windows.append((windows[0][1] + 10, windows[0][1] + 20))
        skill = draw(st.sampled_from(["", "", "eyes"]))
        only = draw(st.sampled_from([None, None, frozenset({"a"})]))
        work = Work(draw(st.integers(0, 8)), skill)
        worth = draw(st.sampled_from([None, None, 3, 15]))
        visits.append(
            Visit(f"v{place}", place, (work,), tuple(windows), only=only, worth=worth, load=draw(st.integers(0, 3)))
        )
    crews = (
        Crew("a", draw(st.integers(0, 5)), 60, skills=frozenset({"eyes"}), capacity=draw(st.sampled_from([None, 4]))),
        Crew("b", 0, draw(st.integers(10, 60))),
    )
    return Problem(tuple(visits), crews, table, table)


@given(problems())
@settings(max_examples=60, deadline=None)
def test_both_ways_of_planning_find_the_cheapest_plan_there_is(problem):
    best = cheapest(problem)
    assert solve(problem, seconds=5, idle_rounds=200).cost == best
    proved = meet(problem, seconds=5, seed=0, threads=1, **SILENT)
    assert faults_of(problem, proved) == [] and proved.cost == best and proved.is_best


TABLE = [[0, 4, 6], [4, 0, 3], [6, 3, 0]]
PAIR = Visit("both", 1, (Work(10, "nurse"), Work(5, "doctor")), ((0, 20),), apart=(15, 20))
NURSE, DOCTOR = Crew("n", 0, 100, skills=frozenset({"nurse"})), Crew("d", 0, 100, skills=frozenset({"doctor"}))


def test_two_crews_meet_the_time_apart_that_was_asked():
    problem = Problem((PAIR,), (NURSE, DOCTOR), TABLE, TABLE)
    plan = solve(problem, seconds=5)
    (first,), (second,) = plan.routes["n"], plan.routes["d"]
    assert 15 <= second.begins - first.begins <= 20 and plan.is_best and plan.cost == 16


def test_nobody_meets_themselves():
    everything = Crew("one", 0, 100, skills=frozenset({"nurse", "doctor"}))
    plan = solve(Problem((PAIR,), (everything,), TABLE, TABLE), seconds=5)
    assert plan.left_out == ("both",) and plan.routes == {}


def test_lateness_is_allowed_where_it_was_said_and_costs():
    late = Visit("late", 2, (Work(1),), ((0, 2),), may_be_late=True)
    plan = solve(Problem((late,), (NURSE,), TABLE, TABLE, late_costs=2, worst_late_costs=3), seconds=5)
    assert plan.routes["n"][0].begins == 6 and plan.cost == 12 + 4 * (2 + 3)
    on_time = replace(late, may_be_late=False)
    assert solve(Problem((on_time,), (NURSE,), TABLE, TABLE), seconds=1, idle_rounds=10).left_out == ("late",)


def test_planning_can_be_stopped_while_it_runs():
    class Stopped(Exception):
        pass

    def stop(share: float) -> None:
        raise Stopped

    visits = tuple(Visit(str(place), place, (Work(1),), ((0, 100),)) for place in (1, 2))
    with pytest.raises(Stopped):
        solve(Problem(visits, (NURSE,), TABLE, TABLE), seconds=30, told=stop)


HELD = Problem(
    (Visit("x", 1, (Work(5, "nurse"),), ((4, 10), (30, 40)), load=2), Visit("y", 2, (Work(5),), ((0, 50),), load=2)),
    (replace(NURSE, capacity=4, ends=60), replace(DOCTOR, ends=60)),
    TABLE,
    TABLE,
)
X, Y = Stop("x", 0, 4, 9), Stop("y", 0, 12, 17)


@pytest.mark.parametrize(
    ("routes", "left_out", "words"),
    [
        ({"n": (X, replace(Y, begins=11, ends=16))}, (), "not yet at y"),
        ({"n": (Y, replace(X, begins=20, ends=25))}, (), "outside its windows"),
        ({"n": (replace(X, ends=8), Y)}, (), "lasts 4, not 5"),
        ({"d": (X, Y)}, (), "cannot do x"),
        ({"n": (X, Y), "d": (Y,)}, (), "made twice"),
        ({"n": (X,)}, (), "halves"),
        ({"n": (X, Y)}, ("y",), "halves"),
        ({"n": (X, replace(Y, begins=50, ends=55))}, (), "back after 60"),
    ],
)
def test_a_plan_that_cannot_be_carried_out_is_told(routes, left_out, words):
    plan = Plan(routes, left_out, cost_of(HELD, routes, left_out))
    assert any(words in told for told in faults_of(HELD, plan)), faults_of(HELD, plan)


def test_a_plan_that_can_be_carried_out_has_no_faults_and_its_cost_is_counted_again():
    plan = Plan({"n": (X, Y)}, (), 13)
    assert faults_of(HELD, plan) == []
    assert faults_of(HELD, replace(plan, cost=12)) == ["it costs 13, not 12"]
    full = Problem(HELD.visits, (replace(NURSE, capacity=3),), TABLE, TABLE)
    assert faults_of(full, plan) == ["n carries 4 of 3"]
