"""The questions that the cockpit puts to the roll-up, and the numbers that come back, each with the address of its rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from niangjia.apps.organizations.types import Level
from niangjia.engines import counting
from niangjia.kernel.months import Month
from niangjia.portals.cockpit.figures.asked import Asked
from niangjia.portals.cockpit.figures.declared import Figure, Span
from niangjia.portals.cockpit.figures.shown import Cell


@dataclass(frozen=True)
class Counter:
    """One roll-up, asked about one union and one month."""

    rollup: counting.Rollup
    asked: Asked
    page: tuple[Figure, ...] = ()
    """What the same page asks: it is counted together."""

    def beside(self, *spans: Span) -> list[counting.Measure]:
        return [figure.measure for figure in self.page if figure.span in spans]

    def figure(self, figure: Figure) -> Cell:
        since, until = self.asked.days(figure)
        found = self.rollup.figure(
            figure.measure, within=self.asked.union.id, since=since, until=until, beside=self.beside(figure.span)
        )
        return self._cell(figure, found, self.asked.rows_url(figure))

    def before(self, figure: Figure) -> Cell | None:
        """The same of the month before, of a year so far that of the year before, each as far into it as this one is; of what stands, none."""
        if figure.span is Span.STANDING:
            return None
        month = self.asked.month.plus(-12) if figure.span is Span.YEAR else self.asked.month.previous()
        since, until = self.asked.at(month).days(figure)
        if self.asked.is_so_far:  # as many days of the month as of this one
            until = min(until, until.replace(day=1) + timedelta(days=self.asked.today.day - 1))
        found = self.rollup.figure(
            figure.measure, within=self.asked.union.id, since=since, until=until, beside=self.beside(figure.span)
        )
        return self._cell(figure, found, "")

    def months(self, figure: Figure) -> list[tuple[Month, Cell]]:
        """36 months; each month by itself, whatever the figure's span. Of what stands: none."""
        if figure.span is Span.STANDING:
            return []
        months = self.asked.months
        found = dict(
            self.rollup.by_month(
                figure.measure,
                within=self.asked.union.id,
                since=months[0].first_day,
                until=months[-1].last_day,
                beside=self.beside(Span.MONTH, Span.YEAR),
            )
        )
        return [
            (month, self._cell(figure, found[month], self.asked.at(month).rows_url(figure, span=Span.MONTH.value)))
            for month in months
            if month in found
        ]

    def children(self, figure: Figure) -> dict[int, Cell]:
        """Of each union right below, by id."""
        since, until = self.asked.days(figure)
        found = self.rollup.by_union(
            figure.measure, within=self.asked.union.id, since=since, until=until, beside=self.beside(figure.span)
        )
        return self._table(figure, found, lambda union: {"union": union})

    def counties(self, figure: Figure) -> dict[int, Cell]:
        """Of each county union within, by id."""
        since, until = self.asked.days(figure)
        found = self.rollup.by_union(
            figure.measure,
            within=self.asked.union.id,
            level=Level.COUNTY.value,
            since=since,
            until=until,
            beside=self.beside(figure.span),
        )
        return self._table(figure, found, lambda union: {"union": union})

    def by(self, figure: Figure, tag: str) -> dict[str, Cell]:
        """Of each value of a tag, by code."""
        since, until = self.asked.days(figure)
        found = self.rollup.by(
            figure.measure, tag, within=self.asked.union.id, since=since, until=until, beside=self.beside(figure.span)
        )
        return self._table(figure, found, lambda code: {"tag": tag, "is": code})

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

    def _cell(self, figure: Figure, found: counting.Figure, url: str) -> Cell:
        is_small = figure.is_rate and 0 < (found.people or 0) < counting.SMALLEST
        return Cell(figure, None if is_small else found.value, found.rows, url, found.people or 0, is_small)

    def _table(
        self, figure: Figure, found: Mapping[Any, counting.Figure], parts: Callable[[Any], Mapping[str, Any]]
    ) -> dict[Any, Cell]:
        """Cells of the parts of a whole; of rates the small ones are hidden, and what would give them away."""
        hidden = counting.hide_small(found) if figure.is_rate else set()
        cells = {
            part: self._cell(figure, one, self.asked.rows_url(figure, **parts(part))) for part, one in found.items()
        }
        return {
            part: replace(cell, value=None, is_hidden=True) if part in hidden else cell for part, cell in cells.items()
        }
