"""What an address asks for: programme, indicator, year and union; and how its numbers are said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property
from urllib.parse import urlencode

from django.utils import timezone

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope
from niangjia.apps.organizations.types import Union
from niangjia.apps.targets import queries
from niangjia.apps.targets.types import Indicator, Period, Programme, StatementCard, Unit
from niangjia.jobs import target_figures
from niangjia.jobs.target_figures import Counter, Line, Statements
from niangjia.portals.design.requests import PageRequest, whole
from niangjia.portals.design.showing import deployment


def counter() -> Counter:
    """The newest roll-up of the deployment, today."""
    return target_figures.open_counter(deployment(), today=timezone.localdate())


@dataclass(frozen=True)
class Asked:
    """One page of one programme. Raises NoSuchProgramme, NotAllowed, NotFound when made by `of`."""

    viewer: Viewer
    programme: Programme
    union: Union
    year: int
    years: Sequence[int]

    @classmethod
    def of(cls, request: PageRequest, programme_id: str) -> Asked:
        viewer: Viewer = request.viewer
        programme = queries.get_programme(programme_id)
        union = queries.get_union(viewer, whole(request.GET.get("union", "")))
        years = queries.list_years(programme)
        asked = whole(request.GET.get("year") or request.POST.get("year", ""))
        return cls(viewer, programme, union, asked if asked in years else years[0], years)

    @property
    def query(self) -> str:
        """Of the same union and year, behind ``?``."""
        told = {"year": self.year} | ({"union": self.union.id} if self.union.id != self.viewer.org_id else {})
        return urlencode(told)

    @property
    def is_here(self) -> bool:
        return queries.is_here(self.programme, self.union.area)

    @cached_property
    def above(self) -> list[Union]:
        """From the viewer's union down to the one above this."""
        return [
            one for one in organizations.list_ancestors(self.union.id) if scope.covers(self.viewer.org_path, one.path)
        ]

    def period(self, indicator: Indicator) -> Period:
        return self.programme.period_of(indicator, self.year)

    def statements(self) -> dict[str, list[StatementCard]]:
        """Of this union, by indicator."""
        found: dict[str, list[StatementCard]] = {}
        for card in queries.list_statements(self.viewer, self.programme, self.year, org_id=self.union.id):
            found.setdefault(card.indicator, []).append(card)
        return found

    def stated(self, statements: Mapping[str, Sequence[StatementCard]]) -> dict[str, Statements]:
        """What was stated, by indicator: by offices of this union, else by the paper in its own year."""
        found: dict[str, Statements] = {}
        for one in self.programme.indicators:
            if cards := statements.get(one.id):
                found[one.id] = Statements(sum((card.total for card in cards), Decimal(0)), is_of_paper=False)
            elif one.stated and self.year == self.programme.year:
                found[one.id] = Statements(sum((said.total for said in one.stated), Decimal(0)), is_of_paper=True)
        return found


def number(value: Decimal | None, unit: Unit | str) -> str:
    """100,000; 90.5 for a percentage; 1,234.50 for yuan; a dash for what is not known."""
    if value is None:
        return "—"
    if unit == Unit.YUAN:
        return f"{value:,.2f}"
    said = f"{value:,.1f}" if unit == Unit.PERCENT or value != value.to_integral_value() else f"{value:,.0f}"
    return said.removesuffix(".0")


class Unread(Exception):
    """No number."""


def read_number(said: str) -> Decimal:
    """
    A number as people write it: with commas, with a unit behind it, in 万 or 亿. Raises Unread.

    >>> read_number("56.79万"), read_number("1,500 人"), read_number("90%")
    (Decimal('567900.00'), Decimal('1500'), Decimal('90'))
    """
    text = said.strip().replace(",", "").replace("，", "").replace(" ", "")
    for unit in ("人次", "人", "个", "元", "天", "%", "％"):
        text = text.removesuffix(unit)
    times = next((many for mark, many in (("万", 10_000), ("亿", 100_000_000)) if text.endswith(mark)), 1)
    try:
        value = Decimal(text.rstrip("万亿")) * times
    except InvalidOperation as error:
        raise Unread from error
    if not value.is_finite():
        raise Unread
    return value


def part(ratio: Decimal | None) -> str:
    """0.6953 → 69.5%."""
    return "—" if ratio is None else f"{100 * ratio:,.1f}%"


@dataclass(frozen=True)
class Shown:
    """A line in words."""

    line: Line

    @property
    def unit(self) -> Unit:
        return self.line.indicator.unit

    @property
    def goal(self) -> str:
        goal = self.line.asked.goal
        return number(goal.value, self.unit) if goal else ""

    @property
    def reached(self) -> str:
        return number(self.line.reached, self.unit)

    @property
    def stated(self) -> str:
        return number(self.line.stated.total if self.line.stated else None, self.unit)

    @property
    def stated_part(self) -> str:
        return part(self.line.stated_part)

    @property
    def is_counted(self) -> bool:
        return self.line.indicator.counts is not None

    @property
    def part(self) -> str:
        return part(self.line.pace.part)

    @property
    def bar(self) -> Decimal:
        """Of a hundred, for the length of a bar."""
        return min(100 * (self.line.pace.part or Decimal(0)), Decimal(100))

    @property
    def due(self) -> str:
        due = self.line.pace.due
        return number(due.quantize(Decimal(1)) if due is not None else None, self.unit)

    @property
    def forecast(self) -> str:
        return number(self.line.pace.forecast, self.unit)

    @property
    def is_short(self) -> bool:
        """Whether the forecast misses what is asked of this union itself."""
        goal, forecast = self.line.asked.goal, self.line.pace.forecast
        return bool(
            goal
            and self.line.asked.is_own
            and forecast is not None
            and not goal.comparator.is_met(forecast, goal.value)
        )
