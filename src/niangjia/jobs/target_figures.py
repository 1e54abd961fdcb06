"""Targets and what was counted for them: where programmes, shares and the roll-up meet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils import timezone

from niangjia.apps.organizations.types import Union
from niangjia.apps.targets import queries as targets
from niangjia.apps.targets.pace import LastYear, Pace, pace
from niangjia.apps.targets.types import Asked, Counts, Indicator, Period, Programme, Unit
from niangjia.engines import counting
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


def measure_of(programme: Programme, indicator: Indicator) -> counting.Measure:
    """How the roll-up counts it. Raises KeyError: nothing here counts it."""
    if indicator.counts is None:
        raise KeyError(indicator.id)
    return _measure(f"{programme.id}.{indicator.id}", indicator.counts, indicator.unit)


def _measure(name: str, counts: Counts, unit: Unit) -> counting.Measure:
    whole = _measure(f"{name}.of", counts.of, Unit.PIECES) if counts.of else None
    return counting.Measure(id=name, title={}, source=counts.source, unit=unit.value, where=counts.where, value=counts.value, of=whole)  # fmt: skip


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
    """The newest roll-up of the deployment."""
    return Counter(counting.Rollup.open(deployment.folder / "rollups"), today)


class Counter:
    """
    What the newest roll-up counted, of unions that the caller has found to be the viewer's. `rollup` null: none was made yet.
    `made_at`: when; null as well. `as_of`: the last day that is counted.
    """

    def __init__(self, rollup: counting.Rollup | None, today: date) -> None:
        self.rollup, self.today = rollup, today
        self.made_at = rollup.as_of if rollup else None
        self.as_of = timezone.localtime(rollup.as_of).date() if rollup else today

    def figure(
        self, programme: Programme, indicator: Indicator, union: Union, period: Period
    ) -> counting.Figure | None:
        if self.rollup is None or indicator.counts is None or period.starts_on > self.as_of:
            return None
        span = span_of(period, self.as_of)
        return self.rollup.figure(measure_of(programme, indicator), within=union.id, since=span.since, until=span.until)

    def last_year(self, programme: Programme, indicator: Indicator, union: Union, period: Period) -> LastYear | None:
        """The course of the year before; null: the period is no single year, is over, or nothing was counted then."""
        if period.first != period.last or period.is_standing or not period.starts_on <= self.as_of < period.ends_on:
            return None
        before = period.later(-1)
        whole = self.figure(programme, indicator, union, before)
        if whole is None or not whole.value or self.rollup is None:
            return None
        until = self.as_of.replace(year=before.last, day=min(self.as_of.day, 28) if self.as_of.month == 2 else self.as_of.day)  # fmt: skip
        by_then = self.rollup.figure(
            measure_of(programme, indicator), within=union.id, since=before.starts_on, until=until
        )
        return LastYear(by_then.value or Decimal(0), whole.value)

    def line(
        self, programme: Programme, indicator: Indicator, union: Union, asked: Asked, year: int, stated: Statements | None
    ) -> Line:
        period = programme.period_of(indicator, year)
        figure = self.figure(programme, indicator, union, period)
        is_rate = indicator.unit is Unit.PERCENT
        before = None if is_rate or figure is None else self.last_year(programme, indicator, union, period)
        # A share of the union above is no measure of this one alone: its number is shown, and nothing is judged by it.
        found = pace(
            reached=figure.value if figure else None, goal=asked.goal if asked.is_own else None, period=period, today=self.as_of,
            last_year=before, is_rate=is_rate,
        )  # fmt: skip
        return Line(indicator, period, asked, figure, found, stated)

    def lines(
        self, programme: Programme, union: Union, *, year: int, stated: Mapping[str, Statements], only: str = ""
    ) -> dict[str, Line]:
        """Every indicator of the programme, or one, for one union, by id. `stated`: what was stated, by indicator."""
        asked = targets.asked_of(programme, [union], year=year, today=self.today)[union.id]
        return {
            one.id: self.line(programme, one, union, asked[one.id], year, stated.get(one.id))
            for one in programme.indicators
            if not only or one.id == only
        }

    def children(
        self, programme: Programme, indicator: Indicator, union: Union, children: Sequence[Union], year: int
    ) -> dict[int, Line]:
        """The same indicator for each union right below, by id."""
        asked = targets.asked_of(programme, children, year=year, today=self.today)
        return {
            one.id: self.line(programme, indicator, one, asked[one.id][indicator.id], year, None) for one in children
        }

    def months(
        self, programme: Programme, indicator: Indicator, union: Union, period: Period
    ) -> list[tuple[Month, Decimal | None]]:
        """Month by month as far as was counted; a person who came in two months is in both. Nothing for what only stands."""
        if self.rollup is None or indicator.counts is None or period.is_standing or period.starts_on > self.as_of:
            return []
        span = span_of(period, self.as_of)
        return [
            (month, figure.value)
            for month, figure in self.rollup.by_month(
                measure_of(programme, indicator), within=union.id, since=span.since, until=span.until
            )
        ]

    def count_rows(
        self, programme: Programme, indicator: Indicator, union: Union, period: Period, month: Month | None = None
    ) -> counting.Figure | None:
        """The number whose rows are listed; null: nothing is counted."""
        if self.rollup is None or indicator.counts is None:
            return None
        span = span_of(period, self.as_of, month)
        return self.rollup.figure(measure_of(programme, indicator), within=union.id, since=span.since, until=span.until)

    def rows(
        self,
        programme: Programme,
        indicator: Indicator,
        union: Union,
        period: Period,
        month: Month | None,
        *,
        offset: int,
        limit: int,
    ) -> Sequence[counting.Row]:
        """Some of the rows behind the number, as many in all as it says."""
        if self.rollup is None or indicator.counts is None:
            return []
        span = span_of(period, self.as_of, month)
        return self.rollup.rows(
            measure_of(programme, indicator),
            within=union.id,
            since=span.since,
            until=span.until,
            offset=offset,
            limit=limit,
        )
