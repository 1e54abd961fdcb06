"""How a figure stands against its target, and where it will be at the end. Plain arithmetic; the pages say the method in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from niangjia.apps.targets.types import Comparator, Goal, Period

AMBER_FROM = Decimal("0.8")
"""Below this part of what should be reached by today the light is red; from there to the whole of it amber. The house's own line, not a paper's."""
FEWEST_LAST_YEAR = 12
"""So many must have been counted last year for its course to say anything."""
ALL = (Decimal(1), Decimal(1))


class Light(StrEnum):
    REACHED = "REACHED"
    GREEN = "GREEN"
    AMBER = "AMBER"
    RED = "RED"
    NONE = "NONE"  # nothing to hold it against, or it has not begun


class Method(StrEnum):
    DAYS = "DAYS"  # as many days as are over
    LAST_YEAR = "LAST_YEAR"  # the course of last year
    STANDING = "STANDING"  # where things stand: not a matter of pace


@dataclass(frozen=True)
class LastYear:
    """What was reached last year by the same day, and in all of it."""

    by_then: Decimal
    whole: Decimal


@dataclass(frozen=True)
class Pace:
    """
    `part`: reached ÷ asked, null without a target. `due`: what should be reached by today. `forecast`: at the end of the period; null: a
    twelfth of the period is not over yet, it is over, or nothing to foretell.
    """

    light: Light
    method: Method
    part: Decimal | None
    due: Decimal | None
    forecast: Decimal | None


def pace(
    *,
    reached: Decimal | None,
    goal: Goal | None,
    period: Period,
    today: date,
    last_year: LastYear | None = None,
    is_rate: bool = False,
) -> Pace:
    """`reached` null: nothing is counted, so nothing is judged. `today`: the day up to which was counted."""
    is_standing = period.is_standing or is_rate
    (done, whole), method = (ALL, Method.STANDING) if is_standing else _over(period, today, last_year)
    if reached is None:
        return Pace(Light.NONE, method, None, None, None)
    forecast = None
    if not is_standing and _is_time_to_foretell(period, today) and done:
        forecast = _rounded(reached * whole / done)
    if goal is None or not goal.value:
        return Pace(Light.NONE, method, None, None, forecast)
    part, due = reached / goal.value, goal.value * done / whole
    return Pace(_light(reached, goal, period, today, due), method, part, due, forecast)


def _light(reached: Decimal, goal: Goal, period: Period, today: date, due: Decimal) -> Light:
    if goal.comparator.is_met(reached, goal.value):
        return Light.REACHED
    if today < period.starts_on:
        return Light.NONE
    if today > period.ends_on:
        return Light.RED
    if reached >= due:
        return Light.GREEN if goal.comparator is not Comparator.OVER or due < goal.value else Light.AMBER
    return Light.AMBER if reached >= due * AMBER_FROM else Light.RED


def _days(period: Period, today: date) -> tuple[Decimal, Decimal]:
    """How many days of the period are over, today included, and how many it has."""
    days = (period.ends_on - period.starts_on).days + 1
    return Decimal(min(max((today - period.starts_on).days + 1, 0), days)), Decimal(days)


def _is_time_to_foretell(period: Period, today: date) -> bool:
    over, days = _days(period, today)
    return days <= over * 12 and over < days


def _over(period: Period, today: date, last_year: LastYear | None) -> tuple[tuple[Decimal, Decimal], Method]:
    """What part of the whole belongs to the days up to today, as a fraction."""
    over, days = _days(period, today)
    if 0 < over < days and last_year and last_year.whole >= FEWEST_LAST_YEAR and last_year.by_then > 0:
        return (min(last_year.by_then, last_year.whole), last_year.whole), Method.LAST_YEAR
    return (over, days), Method.DAYS


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(Decimal(1), ROUND_HALF_UP)
