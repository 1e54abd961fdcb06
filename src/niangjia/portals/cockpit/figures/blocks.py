"""The tables of a panel, each with what its chart is drawn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils.translation import gettext as _

from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations.types import Level, Union
from niangjia.portals.cockpit.figures import equity
from niangjia.portals.cockpit.figures.counting_up import Counter
from niangjia.portals.cockpit.figures.declared import Block, Declared, Kind
from niangjia.portals.cockpit.figures.equity import Gap
from niangjia.portals.cockpit.figures.hidden import own_part
from niangjia.portals.cockpit.figures.shown import Cell, heading, short_name
from niangjia.portals.cockpit.figures.wording import tag_title, value_word
from niangjia.portals.design.tags import month_name, say

MANY = 4
SERIES = ("after", "less", "more", "warm", "cool", "before")
"""The looks of a chart's columns, in order: `charts.js`."""


@dataclass(frozen=True)
class Line:
    """One row: a month, a value of a tag, or a union. `short`: its name on the chart."""

    name: str
    short: str
    cells: tuple[Cell, ...]
    url: str = ""
    gap: Gap | None = None
    people: int = 0
    is_total: bool = False

    @property
    def is_empty(self) -> bool:
        """Nothing was counted here, and nothing is hidden."""
        return not self.is_total and not any(cell.rows or cell.people or cell.is_hidden for cell in self.cells)


@dataclass(frozen=True)
class Head:
    """Of a column. `series`: its look on the chart, empty = it is not drawn; `is_below`: it is drawn below the line."""

    title: str
    series: str
    is_below: bool


@dataclass(frozen=True)
class Table:
    id: str
    title: Mapping[str, str]
    note: Mapping[str, str]
    head: str
    heads: tuple[Head, ...]
    lines: tuple[Line, ...]
    chart: str
    suffix: str
    file_name: str
    is_long: bool = False
    is_months: bool = False
    is_gaps: bool = False
    is_wide: bool = False
    is_by_union: bool = False

    @property
    def figure_id(self) -> str:
        return f"c-{self.id}"

    @property
    def empty(self) -> tuple[Line, ...]:
        """Unions of which there is nothing to say, where they are many: they stand apart."""
        lines = tuple(line for line in self.lines if line.is_empty)
        return lines if self.is_by_union and len(lines) >= MANY else ()

    @property
    def shown(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line not in self.empty) if self.empty else self.lines


def table_of(block: Block, counter: Counter, children: Sequence[Union], declared: Declared) -> Table:
    tag = block.tag
    lines = {
        Kind.MONTHS: lambda: _months(block, counter),
        Kind.BY: lambda: _by(block, counter),
        Kind.UNIONS: lambda: _unions(block, counter, children),
        Kind.GAPS: lambda: _gaps(block, counter, children, declared),
    }[block.kind]()
    is_drawn = bool(block.chart) and len(lines) > 1 and any(cell.value for line in lines for cell in line.cells)
    heads = tuple(
        Head(
            heading(figure),
            SERIES[place % len(SERIES)] if is_drawn and figure.unit == block.figures[0].unit else "",
            figure in block.below,
        )
        for place, figure in enumerate(block.figures)
    )
    head = (
        _("月份")
        if block.kind is Kind.MONTHS
        else tag_title(tag, block.figures[0].measure.source)
        if tag
        else _("工会")
    )
    asked = counter.asked
    return Table(
        id=block.id,
        title=block.title,
        note=block.note,
        head=head,
        heads=heads,
        lines=tuple(lines),
        chart=block.chart if is_drawn else "",
        suffix="%" if block.figures[0].is_rate else "",
        file_name=f"{say(dict(block.title))}_{asked.union.name}_{asked.month}",
        is_long=block.kind is Kind.MONTHS and is_drawn,
        is_months=block.kind is Kind.MONTHS,
        is_gaps=block.kind is Kind.GAPS,
        is_wide=len(block.figures) > 3 or (block.kind is Kind.GAPS and not tag),
        is_by_union=not tag and block.kind is not Kind.MONTHS,
    )


def spread(tables: Sequence[Table]) -> list[Table]:
    """Two narrow ones stand side by side; one that would stand beside nothing takes the whole width."""
    placed: list[Table] = []
    waits = False
    for table in tables:
        if waits and table.is_wide:
            placed[-1] = replace(placed[-1], is_wide=True)
        waits = not table.is_wide and not waits
        placed.append(table)
    if waits:
        placed[-1] = replace(placed[-1], is_wide=True)
    return placed


def _months(block: Block, counter: Counter) -> list[Line]:
    found = [dict(counter.months(figure)) for figure in block.figures]
    months = [month for month in counter.asked.months if any(month in one for one in found)]
    lines = [
        Line(month_name(month), month.text, tuple(one.get(month) or counter.none(figure) for one, figure in zip(found, block.figures, strict=True)))
        for month in months
    ]  # fmt: skip
    first = next((place for place, line in enumerate(lines) if any(cell.value for cell in line.cells)), len(lines))
    return lines[first:]


def _by(block: Block, counter: Counter) -> list[Line]:
    found = [counter.by(figure, block.tag) for figure in block.figures]
    codes = sorted(
        {code for one in found for code in one}, key=lambda code: (-max(_size(one.get(code)) for one in found), code)
    )
    return [
        Line(word := value_word(block.tag, code, block.figures[0].measure.source, counter.asked.month), word, tuple(one.get(code) or counter.none(figure) for one, figure in zip(found, block.figures, strict=True)))
        for code in codes
    ]  # fmt: skip


def _size(cell: Cell | None) -> Decimal:
    return Decimal(cell.rows) if cell else Decimal(0)


def _unions(block: Block, counter: Counter, children: Sequence[Union]) -> list[Line]:
    """Each union right below, and the union's own rows where it has any: together the whole."""
    found = [counter.children(figure) for figure in block.figures]
    above, own = counter.asked.union, own_part(counter.asked.union.id)

    def cells(part: int) -> tuple[Cell, ...]:
        return tuple(one.get(part) or counter.none(figure) for one, figure in zip(found, block.figures, strict=True))

    lines = [
        Line(
            child.name,
            short_name(child.name, above.name),
            cells(child.id),
            f"?{counter.asked.query(union=child.id)}" if child.level in (Level.CITY, Level.COUNTY) else "",
        )
        for child in children
    ]
    return [*lines, Line(_("本级，不含下级"), _("本级"), cells(own))] if any(own in one for one in found) else lines


def _counties(block: Block, counter: Counter) -> list[Line]:
    """Of a province each county, the lowest rate first; of a city its counties are right below anyhow."""
    if counter.asked.union.level is not Level.PROVINCE:
        return []
    (rate,) = block.figures
    found = counter.counties(rate)
    cells = sorted(found.items(), key=lambda one: (one[1].value is None, one[1].value or 0))
    unions = organizations.get_unions(found)
    return [
        Line(unions[union].name, short_name(unions[union].name), (cell,), f"?{counter.asked.query(union=union)}")
        for union, cell in cells
    ]


def _gaps(block: Block, counter: Counter, children: Sequence[Union], declared: Declared) -> list[Line]:
    (rate,) = block.figures
    whole = counter.figure(rate)
    lines = _by(block, counter) if block.tag else _counties(block, counter) or _unions(block, counter, children)
    with_gaps = [
        Line(line.name, line.short, line.cells, line.url, equity.gap_of(line.cells[0].value, line.cells[0].people, whole.value, declared.alarm), 0 if line.cells[0].is_hidden else line.cells[0].people)
        for line in lines
    ]  # fmt: skip
    return [*with_gaps, Line(_("全体"), "", (whole,), is_total=True, people=whole.people)] if lines else []
