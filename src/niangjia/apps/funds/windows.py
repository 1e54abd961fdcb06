"""
What a window holds, as plain arithmetic over the uses of one counter.

A year, an event and a lifetime hold what they hold, whichever day of theirs a use falls on: a new use must fit beside all the
others. The rolling twelve months end with the day of each use: a new use must fit into its own, and into those of later days that
reach back to it (it came in late, or is dated back), under the limits that those were held to.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from niangjia.apps.funds.types import Cap, CapUseRow, HeldTo, Window
from niangjia.kernel.money import ZERO
from niangjia.kernel.months import add_months

Key = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class Used:
    """Times and yuan."""

    count: int = 0
    amount: Decimal = ZERO

    def as_pair(self) -> tuple[int, Decimal]:
        return self.count, self.amount


def total(uses: Iterable[CapUseRow]) -> Used:
    count, amount = 0, ZERO
    for use in uses:
        count += use.times
        amount += use.amount
    return Used(count, amount)


@lru_cache(maxsize=4096)
def opens_after(day: date) -> date:
    """
    The twelve months that end with `day` begin on the day after this one.

    >>> opens_after(date(2024, 2, 29)), opens_after(date(2025, 2, 28))
    (datetime.date(2023, 2, 28), datetime.date(2024, 2, 28))
    """
    return add_months(day, -12)


def in_window(uses: Iterable[CapUseRow], window: Window, day: date, event: str) -> list[CapUseRow]:
    """Those that the window of a use on `day` (and for `event`) holds beside it."""
    if window is Window.YEAR:
        return [use for use in uses if use.day.year == day.year]
    if window is Window.EVENT:
        return [use for use in uses if use.event == event]
    if window is Window.ROLLING_12_MONTHS:
        opens = opens_after(day)
        return [use for use in uses if opens < use.day <= day]
    return list(uses)


def reaching_back(uses: Sequence[CapUseRow], day: date) -> list[CapUseRow]:
    """Uses of later days whose twelve months still hold `day`."""
    return [use for use in uses if use.day > day and opens_after(use.day) < day]


def before_and_with(uses: Sequence[CapUseRow], last: CapUseRow) -> list[CapUseRow]:
    """What lies in the twelve months of `last`: earlier days, and of its own day what was entered before it."""
    opens = opens_after(last.day)
    return [use for use in uses if opens < use.day and (use.day, use.order) <= (last.day, last.order)]


def peak(uses: Sequence[CapUseRow], cap: Cap) -> Used:
    """The most that any window holds into which a use on the cap's day would fall: what deciding has to reckon with."""
    own = total(in_window(uses, cap.window, cap.day, cap.event))
    if cap.window is not Window.ROLLING_12_MONTHS:
        return own
    found = [own, *(total(before_and_with(uses, later)) for later in reaching_back(uses, cap.day))]
    return Used(max(one.count for one in found), max(one.amount for one in found))


def fits(limit: HeldTo | Cap, used: Used, times: int, amount: Decimal) -> bool:
    """Whether that much more stays within the limit. Nothing more of one side is never too much of it."""
    return not (
        (limit.count is not None and times > 0 and used.count + times > limit.count)
        or (limit.amount is not None and amount > 0 and used.amount + amount > limit.amount)
    )


def first_over(uses: Sequence[CapUseRow], cap: Cap, times: int, amount: Decimal) -> Used | None:
    """What the first window holds that a use of that much would make too full; None = it fits everywhere."""
    own = total(in_window(uses, cap.window, cap.day, cap.event))
    if not fits(cap, own, times, amount):
        return own
    if cap.window is not Window.ROLLING_12_MONTHS:
        return None
    return later_over(uses, cap.day, times, amount)


def later_over(uses: Sequence[CapUseRow], day: date, times: int, amount: Decimal) -> Used | None:
    """As `first_over`, of the twelve months of later uses only: those bind whatever window the new use is held to itself."""
    for later in reaching_back(uses, day):
        held = total(before_and_with(uses, later))
        for limit in later.held_to:
            # As in `broken`: a use that took no time is not bound by a number of times, one that took no money not by a sum.
            counted, paid = (times if later.times > 0 else 0), (amount if later.amount > 0 else ZERO)
            if limit.window is Window.ROLLING_12_MONTHS and not fits(limit, held, counted, paid):
                return held
    return None


def broken(uses: Sequence[CapUseRow]) -> list[str]:
    """
    Holders whose own window holds more than they were held to; empty = the counter is in order.

    Of a year, an event or a lifetime: what was entered up to the use. Of rolling months: what lies in its twelve months.
    """
    found = []
    for use in uses:
        for limit in use.held_to:
            if limit.window is Window.ROLLING_12_MONTHS:
                held = total(before_and_with(uses, use))
            else:
                entered = [one for one in uses if one.order <= use.order]
                held = total(in_window(entered, limit.window, use.day, use.event))
            if (limit.count is not None and use.times > 0 and held.count > limit.count) or (
                limit.amount is not None and use.amount > 0 and held.amount > limit.amount
            ):
                found.append(use.holder)
                break
    return found


class Book:
    """What some subjects used, held in memory; `note` adds what is being granted now, before it is reserved."""

    def __init__(self, uses: dict[Key, list[CapUseRow]]) -> None:
        self._uses = uses

    def used(self, cap: Cap) -> Used:
        return peak(self._uses.get((cap.group, cap.per, cap.subject_id), ()), cap)

    def note(self, caps: Iterable[Cap], amount: Decimal) -> None:
        """As reserving would enter it; nothing is stored and nothing refused."""
        noted: dict[Key, Cap] = {(cap.group, cap.per, cap.subject_id): cap for cap in caps}
        for key, cap in noted.items():
            uses = self._uses.setdefault(key, [])
            share = amount if cap.share is None else cap.share
            order = uses[-1].order + 1 if uses else 1
            uses.append(
                CapUseRow(
                    order,
                    cap.group,
                    cap.subject,
                    cap.day,
                    cap.event,
                    cap.times,
                    share,
                    (),
                    "",
                    None,
                    "",
                    "",
                    None,
                    None,
                )
            )
