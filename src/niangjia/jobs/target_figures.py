"""Targets and what was counted for them: where programmes, shares and the roll-up meet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.utils import timezone

from niangjia.apps.organizations.types import Union
from niangjia.apps.targets import queries as targets
from niangjia.apps.targets.pace import LastYear, Pace, pace
from niangjia.apps.targets.types import Asked, Indicator, Period, Programme, Unit
from niangjia.engines import counting
from niangjia.jobs import rollup
from niangjia.kernel.deployment import Deployment
from niangjia.kernel.months import Month

BEGINNING = date(1949, 1, 1)
"""Where things stand counts whatever is there, however old."""


@dataclass(frozen=True)
class Statements:
    """The sum of what was stated. `is_of_paper`: by the paper that the programme comes from, of the whole of its area."""

    total: Decimal
    is_of_paper: bool


@dataclass(frozen=True)
class Line:
    """
    One indicator of one union in one year. `figure` null: nothing here counts it, or nothing was counted yet. `stated`: what other
    offices said, null = nothing; never added to `figure`.
    """

    indicator: Indicator
    period: Period
    asked: Asked
    figure: counting.Figure | None
    pace: Pace
    stated: Statements | None

    @property
    def reached(self) -> Decimal | None:
        return self.figure.value if self.figure else None

    @property
    def stated_part(self) -> Decimal | None:
        """What was stated ÷ what is asked, where both are about the same part of the tree."""
        goal, stated = self.asked.goal, self.stated
        is_alike = stated is not None and (self.asked.org_id is None if stated.is_of_paper else self.asked.is_own)
        return stated.total / goal.value if stated and goal and goal.value and is_alike else None


@dataclass(frozen=True)
class Span:
    """The days that a figure counts, both included."""

    since: date
    until: date


def span_of(period: Period, as_of: date, month: Month | None = None) -> Span:
    """What of the period is over by `as_of`; where things stand, from the beginning of things. A `month` of it, if given."""
    since, until = BEGINNING if period.is_standing else period.starts_on, min(period.ends_on, as_of)
    if month is not None:
        return Span(max(since, month.first_day), min(until, month.last_day))
    return Span(since, until)


def open_counter(deployment: Deployment, *, today: date) -> Counter:
    """The newest roll-up of the deployment. Raises RollupDamaged."""
    return Counter(rollup.open_newest(deployment), today)


class Counter:
    """
    What the newest roll-up counted, of unions that the caller has found to be the viewer's. `rollup` null: none was made yet.
    `made_at`: when; null as well. `as_of`: the last day that is counted.
    """

    def __init__(self, newest: counting.Rollup | None, today: date) -> None:
        self.rollup, self.today = newest, today
        self.made_at = newest.as_of if newest else None
        self.as_of = timezone.localtime(newest.as_of).date() if newest else today

    def figure(
        self, programme: Programme, indicator: Indicator, union: Union, period: Period, month: Month | None = None
    ) -> counting.Figure | None:
        """Null: nothing here counts it, or it has not begun."""
        if not self._is_counted(indicator, period):
            return None
        return self._at(programme, indicator, union, span_of(period, self.as_of, month))

    def _is_counted(self, indicator: Indicator, period: Period) -> bool:
        return self.rollup is not None and indicator.counts is not None and period.starts_on <= self.as_of

    def _at(self, programme: Programme, indicator: Indicator, union: Union, span: Span) -> counting.Figure:
        assert self.rollup is not None
        measure = targets.measure_of(programme, indicator)
        beside = [targets.measure_of(programme, one) for one in programme.indicators if one.counts]
        found = self.rollup.figure(measure, within=union.id, since=span.since, until=span.until, beside=beside)
        return _whole(found, indicator)

    def _below(
        self, programme: Programme, indicator: Indicator, union: Union, span: Span
    ) -> dict[int, counting.Figure]:
        """Of the unions right below that have rows."""
        assert self.rollup is not None
        measure = targets.measure_of(programme, indicator)
        found = self.rollup.by_union(measure, within=union.id, since=span.since, until=span.until)
        return {org_id: _whole(figure, indicator) for org_id, figure in found.items()}

    def _year_before(self, indicator: Indicator, period: Period) -> tuple[Span, Span] | None:
        """All of the year before, and as much of it as is over now; null: the period is no single year, is over, or is not added up."""
        is_added_up = not period.is_standing and indicator.unit is not Unit.PERCENT and period.first == period.last
        if not is_added_up or not period.starts_on <= self.as_of < period.ends_on:
            return None
        before = period.later(-1)
        month = Month(f"{before.last}-{self.as_of.month:02}")
        until = month.first_day.replace(day=min(self.as_of.day, month.last_day.day))
        return Span(before.starts_on, before.ends_on), Span(before.starts_on, until)

    def line(
        self, programme: Programme, indicator: Indicator, union: Union, asked: Asked, year: int, stated: Statements | None
    ) -> Line:  # fmt: skip
        period = programme.period_of(indicator, year)
        figure, before = self.figure(programme, indicator, union, period), None
        if figure and (spans := self._year_before(indicator, period)):
            whole, by_then = (_value(self._at(programme, indicator, union, span)) for span in spans)
            before = LastYear(by_then, whole)
        return self._judged(indicator, period, asked, figure, before, stated)

    def _judged(
        self, indicator: Indicator, period: Period, asked: Asked, figure: counting.Figure | None, before: LastYear | None,
        stated: Statements | None = None,
    ) -> Line:  # fmt: skip
        # A share of the union above is no measure of this one alone: its number is shown, and nothing is judged by it.
        found = pace(
            reached=figure.value if figure else None, goal=asked.goal if asked.is_own else None, period=period, today=self.as_of,
            last_year=before, is_rate=indicator.unit is Unit.PERCENT,
        )  # fmt: skip
        return Line(indicator, period, asked, figure, found, stated)

    def lines(
        self, programme: Programme, union: Union, *, year: int, stated: Mapping[str, Statements], only: str = ""
    ) -> dict[str, Line]:
        """Every indicator of the programme, or one, for one union, by id. `stated`: what was stated, by indicator."""
        asked = targets.asked_of(programme, [union], year=year, today=self.today)[union.id]
        return self._lines(programme, union, year, asked, stated, only)

    def lines_of_each(
        self, programmes: Sequence[tuple[Programme, int]], union: Union
    ) -> list[tuple[Programme, int, dict[str, Line]]]:
        """Every indicator of many programmes, each in its year, for one union, without what was stated; in their order."""
        asked = targets.asked_of_each(programmes, [union], today=self.today)
        return [
            (programme, year, self._lines(programme, union, year, asked[programme.id][union.id], {}))
            for programme, year in programmes
        ]

    def _lines(
        self, programme: Programme, union: Union, year: int, asked: Mapping[str, Asked], stated: Mapping[str, Statements], only: str = ""
    ) -> dict[str, Line]:  # fmt: skip
        return {
            one.id: self.line(programme, one, union, asked[one.id], year, stated.get(one.id))
            for one in programme.indicators
            if not only or one.id == only
        }

    def children(
        self, programme: Programme, indicator: Indicator, union: Union, children: Sequence[Union], year: int
    ) -> dict[int, Line]:
        """The same indicator for each union right below, by id; counted for all of them at once."""
        asked = targets.asked_of(programme, children, year=year, today=self.today)
        period = programme.period_of(indicator, year)
        is_counted = self._is_counted(indicator, period)
        found = self._below(programme, indicator, union, span_of(period, self.as_of)) if is_counted else {}
        spans = self._year_before(indicator, period) if is_counted else None
        whole, by_then = (self._below(programme, indicator, union, span) for span in spans) if spans else ({}, {})
        nothing = _nothing(indicator) if is_counted else None
        return {
            one.id: self._judged(
                indicator, period, asked[one.id][indicator.id], found.get(one.id, nothing),
                LastYear(_value(by_then.get(one.id)), _value(whole.get(one.id))) if spans else None,
            )
            for one in children
        }  # fmt: skip

    def months(
        self, programme: Programme, indicator: Indicator, union: Union, period: Period
    ) -> list[tuple[Month, Decimal | None]]:
        """Month by month as far as was counted; a person who came in two months is in both. Nothing for what only stands."""
        if self.rollup is None or period.is_standing or not self._is_counted(indicator, period):
            return []
        measure, span = targets.measure_of(programme, indicator), span_of(period, self.as_of)
        found = self.rollup.by_month(measure, within=union.id, since=span.since, until=span.until)
        return [(month, _whole(figure, indicator).value) for month, figure in found]

    def rows(
        self, programme: Programme, indicator: Indicator, union: Union, period: Period, month: Month | None, *, offset: int, limit: int
    ) -> Sequence[counting.Row]:  # fmt: skip
        """Some of the rows behind the number; there are as many in all as its figure says."""
        if self.rollup is None or not self._is_counted(indicator, period):
            return []
        measure, span = targets.measure_of(programme, indicator), span_of(period, self.as_of, month)
        return self.rollup.rows(measure, within=union.id, since=span.since, until=span.until, offset=offset, limit=limit)  # fmt: skip


def _value(figure: counting.Figure | None) -> Decimal:
    return figure.value or Decimal(0) if figure else Decimal(0)


def _whole(figure: counting.Figure, indicator: Indicator) -> counting.Figure:
    """A rate in percent, as targets are written."""
    if figure.value is None or indicator.unit is not Unit.PERCENT:
        return figure
    return replace(figure, value=100 * figure.value)


def _nothing(indicator: Indicator) -> counting.Figure:
    return counting.Figure(None if indicator.unit in (Unit.PERCENT, Unit.DAYS) else Decimal(0), 0)
