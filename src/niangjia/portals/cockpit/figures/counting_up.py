"""The questions that the cockpit puts to the roll-up, and the numbers that come back, each with the address of its rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from niangjia.apps.organizations.types import Level
from niangjia.engines import counting
from niangjia.kernel.months import Month
from niangjia.portals.cockpit.figures.asked import Asked
from niangjia.portals.cockpit.figures.declared import Figure, Span, declared
from niangjia.portals.cockpit.figures.shown import Cell


@dataclass(frozen=True)
class Counter:
    """One roll-up, asked about one union and one month."""

    rollup: counting.Rollup
    asked: Asked
    page: tuple[Figure, ...] = ()
    """What the same page asks: it is counted together."""

    def beside(self, *spans: Span) -> list[counting.Measure]:
        """What the page asks of these spans, with the rates that decide what may be shown."""
        asked = [figure for figure in self.page if figure.span in spans]
        rates = [rate for figure in asked for rate in declared().rates_above(figure)]
        return [figure.measure for figure in (*asked, *rates)]

    def figure(self, figure: Figure) -> Cell:
        return self._whole(figure, self.asked.days(figure), self.asked.rows_url(figure))

    def before(self, figure: Figure) -> Cell | None:
        """The same of the month before, of a year so far that of the year before, each as far into it as this one is; of what stands, none."""
        if figure.span is Span.STANDING:
            return None
        month = self.asked.month.plus(-12) if figure.span is Span.YEAR else self.asked.month.previous()
        since, until = self.asked.at(month).days(figure)
        if self.asked.is_so_far:  # as many days of the month as of this one
            until = min(until, until.replace(day=1) + timedelta(days=self.asked.today.day - 1))
        return self._whole(figure, (since, until), "")

    def _whole(self, figure: Figure, days: tuple[date, date], url: str) -> Cell:
        """Of the union; hidden where it is a small rate, or would say one."""
        found = self._found(figure, days)
        rates = declared().rates_above(figure)
        return self._cell(
            figure, found, url, is_hidden=any(counting.is_small(self._found(rate, days)) for rate in rates)
        )

    def _found(self, figure: Figure, days: tuple[date, date]) -> counting.Figure:
        return self.rollup.figure(
            figure.measure, within=self.asked.union.id, since=days[0], until=days[1], beside=self.beside(figure.span)
        )

    def months(self, figure: Figure) -> list[tuple[Month, Cell]]:
        """36 months; each month by itself, whatever the figure's span. Of what stands: none."""
        if figure.span is Span.STANDING:
            return []
        found = self._by_month(figure)
        rates = [self._by_month(rate) for rate in declared().rates_above(figure)]
        return [
            (
                month,
                self._cell(
                    figure, found[month], self.asked.at(month).rows_url(figure, span=Span.MONTH.value),
                    is_hidden=any(counting.is_small(rate[month]) for rate in rates),
                ),
            )
            for month in self.asked.months
            if month in found
        ]  # fmt: skip

    def _by_month(self, figure: Figure) -> dict[Month, counting.Figure]:
        first, last = self.asked.months[0].first_day, self.asked.months[-1].last_day
        return dict(
            self.rollup.by_month(
                figure.measure,
                within=self.asked.union.id,
                since=first,
                until=last,
                beside=self.beside(Span.MONTH, Span.YEAR),
            )
        )

    def children(self, figure: Figure) -> dict[int, Cell]:
        """Of each union right below, by id."""
        return self._table(figure, self._by_union, lambda union: {"union": union})

    def counties(self, figure: Figure) -> dict[int, Cell]:
        """Of each county union within, by id."""
        return self._table(
            figure, lambda one: self._by_union(one, level=Level.COUNTY.value), lambda union: {"union": union}
        )

    def _by_union(self, figure: Figure, *, level: str = "") -> dict[int, counting.Figure]:
        since, until = self.asked.days(figure)
        return self.rollup.by_union(
            figure.measure, within=self.asked.union.id, level=level, since=since, until=until, beside=self.beside(figure.span)
        )  # fmt: skip

    def by(self, figure: Figure, tag: str) -> dict[str, Cell]:
        """Of each value of a tag, by code; all hidden where together they say a rate that is."""
        cells = self._table(figure, lambda one: self._by_tag(one, tag), lambda code: {"tag": tag, "is": code})
        days = self.asked.days(figure)
        if any(counting.is_small(self._found(rate, days)) for rate in declared().rates_told_by(figure, tag)):
            return {code: replace(cell, value=None, is_hidden=True) for code, cell in cells.items()}
        return cells

    def _by_tag(self, figure: Figure, tag: str) -> dict[str, counting.Figure]:
        since, until = self.asked.days(figure)
        return self.rollup.by(
            figure.measure, tag, within=self.asked.union.id, since=since, until=until, beside=self.beside(figure.span)
        )

    def one(self, figure: Figure, tag: str, code: str) -> Cell:
        """The number of one value of a tag, as its table shows it; without a tag, of all."""
        if not tag:
            return self.figure(figure)
        return self.by(figure, tag).get(code) or self.none(figure)

    def rows(self, figure: Figure, tag: str, code: str, *, offset: int, limit: int) -> list[counting.Row]:
        since, until = self.asked.days(figure)
        return self.rollup.rows(
            figure.measure, within=self.asked.union.id, since=since, until=until, offset=offset, limit=limit, tag=tag, code=code
        )  # fmt: skip

    def none(self, figure: Figure) -> Cell:
        """Of a part that has no row at all: no rate and no mean, else zero."""
        return Cell(figure, None if figure.is_rate or figure.unit == "days" else Decimal(0), 0, "")

    def _cell(self, figure: Figure, found: counting.Figure, url: str, *, is_hidden: bool = False) -> Cell:
        is_hidden = is_hidden or (figure.is_rate and counting.is_small(found))
        return Cell(figure, None if is_hidden else found.value, found.rows, url, found.people or 0, is_hidden)

    def _table(
        self,
        figure: Figure,
        ask: Callable[[Figure], Mapping[Any, counting.Figure]],
        parts: Callable[[Any], Mapping[str, Any]],
    ) -> dict[Any, Cell]:
        """Cells of the parts of a whole; small rates are hidden, what would give them away, and the counts above their line."""
        found = dict(ask(figure))
        rates = (figure,) if figure.is_rate else declared().rates_above(figure)
        hidden = {part for rate in rates for part in counting.hide_small(ask(rate))}
        found |= {
            part: counting.Figure(Decimal(0), 0) for part in hidden - set(found)
        }  # none of them, too, says the rate
        return {
            part: self._cell(figure, one, self.asked.rows_url(figure, **parts(part)), is_hidden=part in hidden)
            for part, one in found.items()
        }
