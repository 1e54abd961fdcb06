"""One door for both ways of planning."""

from __future__ import annotations

from collections.abc import Callable

from niangjia.engines.scheduling.problem import Plan, Problem, faults_of

IDLE_ROUNDS = 3_000


class BrokenPlan(Exception):
    """A solver handed out what cannot be carried out; its faults are the arguments."""


def solve(
    problem: Problem,
    *,
    seconds: float,
    seed: int = 0,
    threads: int = 1,
    idle_rounds: int = IDLE_ROUNDS,
    told: Callable[[float], None] = lambda share: None,
) -> Plan:
    """
    The cheapest plan that is found in `seconds`: as few left out as their worth says, short ways, little lateness.

    `told` hears the share of the work that is done and may raise to stop it. Every plan is checked before it is handed out.

    Raises:
        BrokenPlan: a fault of the solver, never of the question.
    """
    if all(len(visit.works) == 1 and not visit.may_be_late for visit in problem.visits):
        from niangjia.engines.scheduling.routing import route  # a solver is half a second and 100 MB: for whoever plans

        plan = route(problem, seconds=seconds, seed=seed, idle_rounds=idle_rounds, told=told)
    else:
        from niangjia.engines.scheduling.together import meet

        plan = meet(problem, seconds=seconds, seed=seed, threads=threads, told=told)
    if faults := faults_of(problem, plan):
        raise BrokenPlan(*faults)
    return plan
