"""The questions that the cockpit puts to the roll-up, and the numbers that come back, each with the address of its rows."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Set
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from niangjia.apps.organizations.types import Level
from niangjia.engines import counting
from niangjia.kernel.months import Month
from niangjia.portals.cockpit.figures.asked import LISTS, Asked
from niangjia.portals.cockpit.figures.declared import Figure, Span, declared
from niangjia.portals.cockpit.figures.hidden import Hidden, own_part
from niangjia.portals.cockpit.figures.shown import Cell

Part = TypeVar("Part", bound=Hashable)


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
        if self.is_unlisted(figure, self.asked.month):
            return self.none(figure)
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
        hides = self._hides(figure.span)
        is_hidden = any(hides.whole(rate, days) for rate in rates_of(figure))
        return self._cell(figure, self._found(figure, days), url, is_hidden=is_hidden)

    def _hides(self, *spans: Span) -> Hidden:
        return Hidden(self.rollup, self.asked, self.beside(*spans))

    def _found(self, figure: Figure, days: tuple[date, date]) -> counting.Figure:
        return self.rollup.figure(
            figure.measure, within=self.asked.union.id, since=days[0], until=days[1], beside=self.beside(figure.span)
        )

    def months(self, figure: Figure) -> list[tuple[Month, Cell]]:
        """36 months; each month by itself, whatever the figure's span. Of what stands: none."""
        if figure.span is Span.STANDING:
            return []
        days = self.asked.months[0].first_day, self.asked.months[-1].last_day
        spans = Span.MONTH, Span.YEAR
        hides = self._hides(*spans)
        hidden = {month for rate in rates_of(figure) for month in hides.months(rate, days)}
        found = dict(
            self.rollup.by_month(
                figure.measure, within=self.asked.union.id, since=days[0], until=days[1], beside=self.beside(*spans)
            )
        )
        return [
            (
                month,
                self._cell(
                    figure, found[month], self.asked.at(month).rows_url(figure, span=Span.MONTH.value), is_hidden=month in hidden
                ),
            )
            for month in self.asked.months
            if month in found and not self.is_unlisted(figure, month)
        ]  # fmt: skip

    def is_unlisted(self, figure: Figure, month: Month) -> bool:
        """No list was made of that month: how many are on it nobody can say, and nought would be wrong."""
        if figure.measure.source != LISTS or (self.asked.span or figure.span) is not Span.MONTH:
            return False
        listed = self.rollup.days_of(LISTS)
        return listed is None or not Month.of(listed[0]) <= month <= Month.of(listed[1])

    def children(self, figure: Figure) -> dict[int, Cell]:
        """Of each union right below, by id, and of the union's own rows by `own_part`: together the whole."""
        days, hides = self.asked.days(figure), self._hides(figure.span)
        found = hides.parts(figure, self.asked.union.id, days)
        hidden = {part for rate in rates_of(figure) for part in hides.children(rate, days)}
        return self._table(figure, found, hidden, lambda part: {"own": 1} if part < 0 else {"union": part})

    def counties(self, figure: Figure) -> dict[int, Cell]:
        """Of each county union within, by id."""
        days, hides = self.asked.days(figure), self._hides(figure.span)
        found = self.rollup.by_union(
            figure.measure, within=self.asked.union.id, level=Level.COUNTY.value, since=days[0], until=days[1], beside=hides.beside
        )  # fmt: skip
        hidden = {union for rate in rates_of(figure) for union in hides.counties(rate, days)}
        return self._table(figure, found, hidden, lambda union: {"union": union})

    def by(self, figure: Figure, tag: str) -> dict[str, Cell]:
        """Of each value of a tag, by code; all hidden where together they say a rate that is."""
        days, hides = self.asked.days(figure), self._hides(figure.span)
        found = self._by_tag(figure, tag)
        if any(hides.whole(rate, days) for rate in declared().rates_told_by(figure, tag)):
            hidden = set(found)
        else:
            hidden = {
                code
                for rate in rates_of(figure)
                for code in counting.hide_small(self._by_tag(rate, tag), is_whole_hidden=hides.whole(rate, days))
            }
        return self._table(figure, found, hidden, lambda code: {"tag": tag, "is": code})

    def _by_tag(self, figure: Figure, tag: str) -> dict[str, counting.Figure]:
        since, until = self.asked.days(figure)
        return self.rollup.by(
            figure.measure, tag, within=self.asked.union.id, since=since, until=until, beside=self.beside(figure.span)
        )

    def one(self, figure: Figure, tag: str, code: str) -> Cell:
        """The number of one value of a tag, as its table shows it; without a tag, of all, or of the union's own."""
        if self.asked.is_own:
            return self.children(figure).get(own_part(self.asked.union.id)) or self.none(figure)
        if not tag:
            return self.figure(figure)
        return self.by(figure, tag).get(code) or self.none(figure)

    def unsaid(self, figure: Figure, tag: str, code: str) -> frozenset[str]:
        """The tags of its rows that, counted up, would say a rate that is hidden."""
        tags = {name for rate in declared().rates for name in rate.asks_of}
        return frozenset(
            name
            for name in tags
            if any(self.one(rate, tag, code).is_hidden for rate in declared().rates_told_by(figure, name))
        )

    def rows(self, figure: Figure, tag: str, code: str, *, offset: int, limit: int) -> list[counting.Row]:
        since, until = self.asked.days(figure)
        return self.rollup.rows(
            figure.measure, within=self.asked.union.id, since=since, until=until, offset=offset, limit=limit, tag=tag, code=code,
            is_own=self.asked.is_own,
        )  # fmt: skip

    def none(self, figure: Figure) -> Cell:
        """Of a part that has no row at all: no rate and no mean, nor a list that was not made; else zero."""
        is_unknown = figure.is_rate or figure.unit == "days" or self.is_unlisted(figure, self.asked.month)
        return Cell(figure, None if is_unknown else Decimal(0), 0, "")

    def _cell(self, figure: Figure, found: counting.Figure, url: str, *, is_hidden: bool = False) -> Cell:
        return Cell(figure, None if is_hidden else found.value, found.rows, url, found.people or 0, is_hidden)

    def _table(
        self, figure: Figure, found: Mapping[Part, counting.Figure], hidden: Set[Part], asks: Callable[[Part], Mapping[str, Any]]
    ) -> dict[Part, Cell]:  # fmt: skip
        """Cells of the parts of a whole; of what is hidden, also where there are none: that, too, would say the rate."""
        nothing = counting.Figure(Decimal(0), 0)
        return {
            part: self._cell(
                figure, found.get(part, nothing), self.asked.rows_url(figure, **asks(part)), is_hidden=part in hidden
            )
            for part in [*found, *(hidden - found.keys())]
        }


def rates_of(figure: Figure) -> tuple[Figure, ...]:
    """The rates that decide whether a figure may be shown: it itself, or those above whose line it is counted."""
    return (figure,) if figure.is_rate else declared().rates_above(figure)
