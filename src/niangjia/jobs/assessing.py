"""A sheet's figures, from the newest roll-up: where assessments, targets and what was counted meet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.assessments import actions, queries
from niangjia.apps.assessments.problems import NothingCounted
from niangjia.apps.assessments.types import Behind, Figures, Item, Published, Sheet
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations.types import Union
from niangjia.apps.targets import queries as targets
from niangjia.apps.targets.types import Indicator, Programme
from niangjia.engines import counting
from niangjia.jobs import rollup
from niangjia.jobs.target_figures import Span, span_of
from niangjia.kernel.deployment import Deployment

_ADDED_UP = ("persons", "person_times", "pieces", "yuan")
"""Of these nothing is a number: zero. A rate or a mean of nothing is not known."""
_FOUR = Decimal("0.0001")
"""Rates and shares have four decimals, so that what is pinned is what was scored."""

Values = Mapping[int, Decimal | None]


def open_assessor(deployment: Deployment, *, today: date) -> Assessor:
    """The newest roll-up of the deployment. Raises RollupDamaged."""
    return Assessor(rollup.open_newest(deployment), today)


class Assessor:
    """`newest` null: nothing was counted yet. `made_at`: when it was."""

    def __init__(self, newest: counting.Rollup | None, today: date) -> None:
        self.newest, self.today = newest, today
        self.made_at = newest.as_of if newest else None
        self.as_of = timezone.localtime(newest.as_of).date() if newest else today

    def figures(self, sheet: Sheet, union: Union) -> Figures | None:
        """Of every union of the sheet's level within `union`, which the caller has found to be the viewer's; null: nothing was counted yet."""
        if self.newest is None:
            return None
        unions = queries.compared(sheet, union)
        columns = {item.id: self._column(self.newest, sheet, item, union, unions) for item in sheet.items}
        values = {one.id: {key: found.get(one.id) for key, found in columns.items()} for one in unions}
        behind = {item.id: self._behind(sheet, item) for item in sheet.items}
        return Figures(
            self.newest.as_of, values, self.newest.run.name, {key: one for key, one in behind.items() if one}
        )

    def _behind(self, sheet: Sheet, item: Item) -> Behind | None:
        span = self.span(sheet, item)
        return Behind(self.measure(sheet, item), span.since, span.until) if span.since <= span.until else None

    def span(self, sheet: Sheet, item: Item) -> Span:
        """The days that a figure counts; of an indicator those of its programme."""
        if item.programme:
            programme, indicator = _indicator(item)
            return span_of(programme.period_of(indicator, sheet.year), self.as_of)
        return Span(date(sheet.year, 1, 1), min(date(sheet.year, 12, 31), self.as_of))

    def measure(self, sheet: Sheet, item: Item, *, is_whole: bool = False) -> counting.Measure:
        """Of an indicator: what was reached. `is_whole`: what is below the line of a rate."""
        own = targets.measure_of(*_indicator(item)) if item.programme else queries.measure_of(sheet, item)
        return part_of(own, is_whole=is_whole)

    def _column(
        self, newest: counting.Rollup, sheet: Sheet, item: Item, union: Union, unions: Sequence[Union]
    ) -> Values:
        span, measure = self.span(sheet, item), self.measure(sheet, item)
        if span.since > span.until:
            return {}
        found = newest.by_union(measure, within=union.id, since=span.since, until=span.until, level=sheet.level.value)
        hidden = _hidden(found, measure)
        nothing = Decimal(0) if measure.unit in _ADDED_UP else None
        reached = {
            one.id: found[one.id].value if one.id in found else nothing for one in unions if one.id not in hidden
        }
        reached |= dict.fromkeys(hidden)
        return (
            _of_asked(item, sheet, unions, reached, self.today) if item.programme else _rounded(reached, measure.unit)
        )

    def figure(self, sheet: Sheet, item: Item, union: Union, *, is_whole: bool = False) -> counting.Figure | None:
        """What is behind one union's item: its value before anything is made of it, and how many rows; null also where the sheet hides it."""
        span = self.span(sheet, item)
        if self.newest is None or span.since > span.until or self.is_hidden(sheet, item, union):
            return None
        measure = self.measure(sheet, item, is_whole=is_whole)
        return self.newest.figure(measure, within=union.id, since=span.since, until=span.until)

    def is_hidden(self, sheet: Sheet, item: Item, union: Union) -> bool:
        """Whether it is a rate over few people, or one that would say another union's beside it."""
        measure, span = self.measure(sheet, item), self.span(sheet, item)
        if self.newest is None or measure.unit != counting.Unit.PERCENT:
            return False
        found = self.newest.by_union(
            measure, within=union.parent_id or union.id, since=span.since, until=span.until, level=sheet.level.value
        )
        return union.id in _hidden(found, measure)

    def rows(
        self, sheet: Sheet, item: Item, union: Union, *, offset: int, limit: int, is_whole: bool = False
    ) -> Sequence[counting.Row]:
        """As many in all as its figure says."""
        span = self.span(sheet, item)
        if self.newest is None or span.since > span.until or self.is_hidden(sheet, item, union):
            return []
        measure = self.measure(sheet, item, is_whole=is_whole)
        return self.newest.rows(
            measure, within=union.id, since=span.since, until=span.until, offset=offset, limit=limit
        )


def part_of(measure: counting.Measure, *, is_whole: bool) -> counting.Measure:
    """A rate's rows are those above its line; `is_whole`: those below it."""
    return measure.of if is_whole and measure.of else measure


class KeptRows:
    """What a published item of one union counted, on the day. Raises RollupDamaged: the roll-up of that day is gone."""

    def __init__(
        self, deployment: Deployment, card: Published, behind: Behind, union: Union, *, is_whole: bool = False
    ) -> None:
        self.counted, self.behind, self.union = rollup.open_kept(deployment, card.run), behind, union
        self.measure = part_of(behind.measure, is_whole=is_whole)
        self.figure = self.counted.figure(self.measure, within=union.id, since=behind.since, until=behind.until)

    def rows(self, *, offset: int, limit: int) -> Sequence[counting.Row]:
        """As many in all as its figure says."""
        return self.counted.rows(
            self.measure, within=self.union.id, since=self.behind.since, until=self.behind.until, offset=offset, limit=limit
        )  # fmt: skip


def publish(deployment: Deployment, *, viewer: Viewer, sheet_id: str, now: datetime) -> int:
    """Publish the sheet of the viewer's union by the newest roll-up, which is kept; return its id. Raises RollupDamaged, and what `actions.publish` raises."""
    sheet = queries.get_sheet(sheet_id)
    figures = open_assessor(deployment, today=timezone.localdate(now)).figures(
        sheet, organizations.get_union(viewer.org_id)
    )
    if figures is None:
        raise NothingCounted
    rollup.keep(deployment, figures.run)
    return actions.publish(viewer=viewer, sheet_id=sheet_id, figures=figures, now=now)


def _hidden(found: Mapping[int, counting.Figure], measure: counting.Measure) -> set[int]:
    """The unions whose rate is not shown and so gives no points, as everywhere in the house."""
    return counting.hide_small(found) if measure.unit == counting.Unit.PERCENT else set()


def _indicator(item: Item) -> tuple[Programme, Indicator]:
    programme = targets.get_programme(item.programme)
    return programme, targets.find_indicator(programme, item.indicator)


def _rounded(values: Values, unit: str) -> Values:
    is_share = unit in ("percent", "days")
    return {key: value.quantize(_FOUR) if is_share and value is not None else value for key, value in values.items()}


def _of_asked(item: Item, sheet: Sheet, unions: Sequence[Union], reached: Values, today: date) -> Values:
    """Reached ÷ asked; null where nothing is asked of the union itself."""
    asked = targets.asked_of(targets.get_programme(item.programme), unions, year=sheet.year, today=today)
    found: dict[int, Decimal | None] = {}
    for one in unions:
        goal, value = asked[one.id][item.indicator], reached[one.id]
        is_known = goal.is_own and goal.goal is not None and goal.goal.value > 0 and value is not None
        found[one.id] = (
            (value / goal.goal.value).quantize(_FOUR) if is_known and goal.goal and value is not None else None
        )
    return found
