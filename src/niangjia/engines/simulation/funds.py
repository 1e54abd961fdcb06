"""When a fund runs out, given what each simulated month would cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal

from niangjia.kernel.months import Month

FURTHEST = 120
"""Months ahead that are looked at; a fund that lasts longer is said to last."""


@dataclass(frozen=True)
class Exhaustion:
    """
    `on`: the day on which the balance no longer covers the cost; None = not within ten years. `is_projected`: that day lies
    after the simulated months, at their mean cost. `left`: yuan left after the simulated months (negative = that much is lacking).
    """

    on: date | None
    is_projected: bool
    left: Decimal


def exhaustion(balance: Decimal, costs: Sequence[tuple[Month, Decimal]]) -> Exhaustion:
    """
    The balance stands at the first day of the first month; a month's cost falls due evenly, day by day.

    >>> exhaustion(Decimal("1500"), [(Month("2023-10"), Decimal("1000")), (Month("2023-11"), Decimal("1000"))]).on
    datetime.date(2023, 11, 16)
    >>> exhaustion(Decimal("1000"), [(Month("2023-10"), Decimal("100"))])
    Exhaustion(on=datetime.date(2024, 8, 1), is_projected=True, left=Decimal('900'))
    """
    left = balance
    for month, cost in costs:
        if cost > left:
            return Exhaustion(_day(month, left, cost), False, balance - sum((one for _, one in costs), Decimal(0)))
        left -= cost
    whole = sum((cost for _, cost in costs), Decimal(0))
    if not costs or whole <= 0:
        return Exhaustion(None, False, left)
    pace, rest, month = whole / len(costs), left, costs[-1][0]
    for _ in range(FURTHEST):
        month = month.next()
        if pace > rest:
            return Exhaustion(_day(month, rest, pace), True, left)
        rest -= pace
    return Exhaustion(None, True, left)


def _day(month: Month, left: Decimal, cost: Decimal) -> date:
    """The first day at whose end more has fallen due than is left."""
    days = month.last_day.day
    covered = int((max(left, Decimal(0)) * days / cost).to_integral_value(ROUND_CEILING))
    exactly = max(left, Decimal(0)) * days == cost * covered
    return month.first_day + timedelta(days=min(covered - (0 if exactly else 1), days - 1))
