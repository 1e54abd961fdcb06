"""What leaves the cockpit as a workbook: a page's numbers, and the rows of one number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from niangjia.portals.cockpit.figures import mapped, rowed, views
from niangjia.portals.cockpit.figures.asked import Asked
from niangjia.portals.cockpit.figures.counting_up import Counter
from niangjia.portals.cockpit.figures.declared import Figure, Panel, declared
from niangjia.portals.cockpit.figures.equity import Gap
from niangjia.portals.cockpit.figures.measuring import open_rollup
from niangjia.portals.cockpit.figures.problems import NoRollup, NoSuchFigure
from niangjia.portals.cockpit.figures.shown import Cell, noun
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.tags import say
from niangjia.portals.officer.exporting import Column, Listing, export_of


@dataclass(frozen=True)
class NumberLine:
    """One number of a page: where it stands, what it is called, it, and how far it is from all together."""

    part: str
    line: str
    cell: Cell
    gap: Gap | None = None

    @property
    def value(self) -> Decimal | None:
        """A rate in percent, so that the unit beside it is right."""
        if self.cell.value is None:
            return None
        return (self.cell.value * 100).quantize(Decimal("0.01")) if self.cell.figure.is_rate else self.cell.value

    @property
    def people(self) -> int | None:
        """Below the line of a rate; null where none is, or it is hidden."""
        return self.cell.people if self.cell.figure.is_rate and not self.cell.is_hidden else None

    @property
    def gap_words(self) -> str | None:
        if self.gap is None:
            return None
        return f"{self.gap.words} {_('差距大')}" if self.gap.is_alarm else self.gap.words

    @property
    def unit(self) -> str:
        return "%" if self.cell.figure.is_rate else noun(self.cell.figure)


def found_numbers(request: PageRequest, panel: str) -> Sequence[NumberLine]:
    """Every number of the page, as it shows them; what is hidden there stays empty here."""
    page = declared().panel(panel)
    rollup, _is_broken = open_rollup()
    if page is None:
        raise NoSuchFigure
    if rollup is None:
        raise NoRollup
    counter = Counter(rollup, Asked.of(request, rollup), page.figures)
    return numbers_of(page, counter, views.chosen_of(request, page))


def numbers_of(page: Panel, counter: Counter, chosen: Sequence[Figure]) -> list[NumberLine]:
    """Of a page with these figures chosen for its map."""
    children = mapped.children_of(counter.asked.union)
    union = counter.asked.union.name
    lines = [NumberLine(union, counter.asked.month.text, counter.figure(figure)) for figure in page.tiles]
    for figure in chosen:
        title = say(dict(figure.title))
        lines += [NumberLine(title, row.name, row.cell) for row in mapped.places_of(counter, figure, children).rows]
        lines += [NumberLine(title, month.text, cell) for month, cell in counter.months(figure)]
    for table in views.tables_of(page, counter, children, declared()):
        title = say(dict(table.title))
        lines += [NumberLine(title, line.name, cell, line.gap) for line in table.lines for cell in line.cells]
    return lines


NUMBERS = Listing(
    "cockpit",
    _("驾驶舱"),
    found_numbers,
    lambda request: (
        Column(_("哪里"), lambda line: line.part, 26),
        Column(_("哪一行"), lambda line: line.line, 26),
        Column(_("数字"), lambda line: say(dict(line.cell.figure.title)), 20),
        Column(_("数值"), lambda line: line.value, 16),
        Column(_("单位"), lambda line: line.unit, 8),
        Column(_("明细行数"), lambda line: None if line.cell.is_hidden else line.cell.rows, 10),
        Column(_("比率的人数"), lambda line: line.people, 12),
        Column(_("与全体相比"), lambda line: line.gap_words, 24),
    ),
    filters=("union", "month", "figure"),
)
export_panel = export_of(NUMBERS, views.panel)


def found_rows(request: PageRequest, figure: str) -> rowed.Rows:
    return rowed.rows_of(request, figure)


ROWS = Listing(
    "cockpit-rows",
    _("驾驶舱的行"),
    found_rows,
    lambda request: (
        Column(_("是什么"), lambda row: row.name, 22),
        Column(_("日期"), lambda row: row.day, 12),
        Column(_("工会"), lambda row: row.union, 26),
        Column(_("情况"), lambda row: "；".join(row.tags), 40),
        Column(_("金额（元）"), lambda row: row.amount, 14),
        Column(_("天数"), lambda row: row.days, 8),
    ),
    lines=lambda request, rows: rowed.shown(request.viewer, rows),
    filters=("union", "month", "span", "tag", "is"),
)
export_rows = export_of(ROWS, views.rows)
