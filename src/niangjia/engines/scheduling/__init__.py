"""Scheduling: who takes which piece of work, and when a bus or a pair of people is where."""

from niangjia.engines.scheduling.balance import balance
from niangjia.engines.scheduling.bus import BusPlan, Lanes, Outing, Session, Site, metres_of, plan_bus, slots
from niangjia.engines.scheduling.plans import BrokenPlan, solve
from niangjia.engines.scheduling.problem import Crew, Plan, Problem, Stop, Visit, Work, cost_of, faults_of

__all__ = [
    "BrokenPlan",
    "BusPlan",
    "Crew",
    "Lanes",
    "Outing",
    "Plan",
    "Problem",
    "Session",
    "Site",
    "Stop",
    "Visit",
    "Work",
    "balance",
    "cost_of",
    "faults_of",
    "metres_of",
    "plan_bus",
    "slots",
    "solve",
]
