"""Any sequence of uses, late ones, releases and money that came back, against a plain model of the rule itself."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from niangjia.apps.funds import caps as book
from niangjia.apps.funds import queries
from niangjia.apps.funds.models import CapCounter
from niangjia.apps.funds.problems import CapExceeded
from niangjia.apps.funds.tests.money import NOW
from niangjia.apps.funds.tests.test_money_machine import DEEP
from niangjia.apps.funds.types import Cap, SubjectKind, Window
from niangjia.kernel.money import ZERO
from tests.soak import often

DAYS = st.one_of(
    st.sampled_from([date(2023, 2, 28), date(2024, 2, 28), date(2024, 2, 29), date(2025, 2, 28), date(2025, 3, 1), date(2023, 12, 31)]),
    st.integers(0, 1000).map(lambda days: date(2022, 12, 1) + timedelta(days=days)),
)  # fmt: skip
CENTS = st.sampled_from([Decimal("100.00"), Decimal("0.01"), Decimal("250.50"), Decimal("999.99")])
COUNTS = st.sampled_from([None, 1, 2, 3])
LIMITS = st.sampled_from([None, Decimal("100.00"), Decimal("1000.00"), Decimal("350.51")])
EVENTS = st.sampled_from(["fire", "flood"])


@dataclass
class Row:
    order: int
    day: date
    event: str
    times: int
    amount: Decimal
    held: list[tuple[Window, int | None, Decimal | None]]
    back_of: int | None = None


def a_year_before(day: date) -> date:
    """The same day of the year before, or the last of its month: written out, not by the house's `add_months`."""
    return date(day.year - 1, day.month, min(day.day, monthrange(day.year - 1, day.month)[1]))


def shares_window(window: Window, one: Row, last: Row) -> bool:
    """Whether `one` lies in the window that ends with `last`."""
    if window == Window.YEAR:
        return one.order <= last.order and one.day.year == last.day.year
    if window == Window.EVENT:
        return one.order <= last.order and one.event == last.event
    if window == Window.LIFETIME:
        return one.order <= last.order
    return a_year_before(last.day) < one.day and (one.day, one.order) <= (last.day, last.order)


def holds(rows: list[Row]) -> bool:
    """The rule: no use whose window, with it, holds more than it was held to."""
    for last in rows:
        for window, count, limit in last.held:
            inside = [one for one in rows if shares_window(window, one, last)]
            if count is not None and last.times > 0 and sum(one.times for one in inside) > count:
                return False
            if limit is not None and last.amount > 0 and sum(one.amount for one in inside) > limit:
                return False
    return True


class CapBook(RuleBasedStateMachine):
    @initialize()
    def empty(self) -> None:
        self.rows: list[Row] = []
        self.example = transaction.atomic()
        self.example.__enter__()
        self.order = 0

    def teardown(self) -> None:
        if hasattr(self, "example"):
            transaction.set_rollback(True)
            self.example.__exit__(None, None, None)

    def fresh(self) -> int:
        self.order += 1
        return self.order

    @rule(
        day=DAYS,
        event=EVENTS,
        amount=CENTS,
        times=st.sampled_from([1, 1, 1, 0]),
        limits=st.dictionaries(st.sampled_from(list(Window)), st.tuples(COUNTS, LIMITS), min_size=1, max_size=3),
    )
    def take(self, day, event, amount, times, limits):
        held = [(window, count, limit) for window, (count, limit) in limits.items()]
        caps = [
            Cap("g", SubjectKind.TRIP, 5, window, day, event=event, count=count, amount=limit, times=times)
            for window, count, limit in held
        ]
        row = Row(self.fresh(), day, event, times, amount, held)
        if holds([*self.rows, row]):
            with transaction.atomic():
                book.take(caps, amount=amount, holder=f"h{row.order}", now=NOW)
            self.rows.append(row)
        else:
            with pytest.raises(CapExceeded), transaction.atomic():
                book.take(caps, amount=amount, holder=f"h{row.order}", now=NOW)

    def draw_use(self, data) -> Row:
        return data.draw(st.sampled_from([row for row in self.rows if row.back_of is None]))

    @precondition(lambda self: self.rows)
    @rule(data=st.data())
    def release(self, data):
        gone = self.draw_use(data)
        for _ in range(2):
            with transaction.atomic():
                book.release(f"h{gone.order}", now=NOW)
        self.rows = [row for row in self.rows if gone.order not in (row.order, row.back_of)]

    @precondition(lambda self: self.rows)
    @rule(data=st.data(), amount=CENTS, is_whole=st.booleans())
    def come_back(self, data, amount, is_whole):
        use = self.draw_use(data)
        before = [row for row in self.rows if row.back_of == use.order]
        back = min(amount, use.amount + sum((row.amount for row in before), ZERO))
        times = use.times + sum(row.times for row in before) if is_whole else 0
        order = self.fresh()
        with transaction.atomic():
            book.give_back(
                f"h{use.order}", amount=amount, shares={}, holder=f"h{order}", is_whole_grant=is_whole, now=NOW
            )
        if back or times:
            self.rows.append(Row(order, use.day, use.event, -times, -back, [], use.order))

    @rule(day=DAYS, window=st.sampled_from(list(Window)), event=EVENTS)
    def what_deciding_reckons_with(self, day, window, event):
        """The fullest window into which a use on that day would fall."""
        new = Row(10**9, day, event, 0, ZERO, [])
        ends = [new]
        if window == Window.ROLLING_12_MONTHS:
            ends += [row for row in self.rows if row.day > day and a_year_before(row.day) < day]
        inside = [[row for row in self.rows if shares_window(window, row, end)] for end in ends]
        expected = (max(sum(row.times for row in one) for one in inside), max(sum((row.amount for row in one), ZERO) for one in inside))  # fmt: skip
        assert queries.cap_used(Cap("g", SubjectKind.TRIP, 5, window, day, event=event)).as_pair() == expected

    @invariant()
    def the_counter_is_the_models(self):
        if not hasattr(self, "rows"):
            return
        counter = CapCounter.objects.filter(group="g").first()
        held = (counter.used_count, counter.used_amount) if counter else (0, ZERO)
        assert held == (sum(row.times for row in self.rows), sum((row.amount for row in self.rows), ZERO))
        assert list(queries.verify()) == []


def run(examples: int, steps: int) -> None:
    run_state_machine_as_test(CapBook, settings=settings(DEEP, max_examples=examples, stateful_step_count=steps))


@pytest.mark.django_db
def test_no_order_of_uses_fills_a_window_over_its_limit():
    run(often(20), 25)


@pytest.mark.slow
@pytest.mark.django_db
def test_no_order_of_uses_fills_a_window_over_its_limit_in_a_long_run():
    run(500, 50)
