"""The pages of the cockpit: one a panel, and the rows behind a number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from niangjia.apps.organizations.types import Union
from niangjia.portals.cockpit.figures import equity, mapped, rowed, targeting
from niangjia.portals.cockpit.figures.asked import BEGINNING, Asked
from niangjia.portals.cockpit.figures.blocks import Table, spread, table_of
from niangjia.portals.cockpit.figures.counting_up import Counter
from niangjia.portals.cockpit.figures.declared import Declared, Figure, Kind, Panel, declared
from niangjia.portals.cockpit.figures.measuring import open_rollup
from niangjia.portals.cockpit.figures.problems import NoSuchFigure
from niangjia.portals.cockpit.figures.shown import Cell, Change, area_points, change, heading, line_points, noun
from niangjia.portals.design import words
from niangjia.portals.design.pages import page
from niangjia.portals.design.paging import Paginator
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show
from niangjia.portals.design.tags import day, say

ROWS = 50


@dataclass(frozen=True)
class Tile:
    figure: Figure
    cell: Cell
    noun: str
    change: Change | None
    points: str

    @property
    def area(self) -> str:
        return area_points(self.points)


@dataclass(frozen=True)
class Chosen:
    figure: Figure
    heading: str
    file_name: str


@page("cockpit.view")
def cockpit(request: PageRequest) -> HttpResponse:
    return _panel(request, declared().panels[0])


@page("cockpit.view")
def panel(request: PageRequest, panel: str) -> HttpResponse:
    found = declared().panel(panel)
    if found is None:
        raise NoSuchFigure
    return _panel(request, found)


def _panel(request: PageRequest, panel: Panel) -> HttpResponse:
    rollup, is_broken = open_rollup()
    if rollup is None:
        return show(request, "cockpit/page.html", {"panel": panel, "is_broken": is_broken})
    asked = Asked.of(request, rollup)
    counter, pages = Counter(rollup, asked, panel.figures), declared()
    children = mapped.children_of(asked.union)
    context: dict[str, Any] = {
        "panel": panel,
        "asked": asked,
        "panels": [{"id": one.id, "title": one.title, "url": _address(one, asked)} for one in pages.panels],
        "months": asked.months[::-1],
        "earlier": asked.at(asked.month.previous()).query() if asked.month > asked.months[0] else "",
        "later": asked.at(asked.month.next()).query() if asked.month < asked.last else "",
        "tiles": [tile_of(counter, figure) for figure in panel.tiles],
        "blocks": tables_of(panel, counter, children, pages),
    }
    if any(block.kind is Kind.GAPS for block in panel.blocks):
        context["alarm_words"] = equity.rule_in_words(pages.alarm)
    if panel.has_targets:
        boards = targeting.boards_of(request.viewer, asked.union)
        count = sum(len(board.rows) + len(board.open_rows) for board in boards)
        context |= {"boards": boards, "lights": targeting.lights_of(boards), "target_count": count}
    if panel.map:
        context |= _places(request, panel, counter, children)
    numbers = sum(len(line.cells) for table in context["blocks"] for line in table.lines)
    placed = len(context["places"]["rows"]) + len(context["trend"]) if panel.map else 0
    context["line_count"] = len(context["tiles"]) + numbers + placed
    return show(request, "cockpit/page.html", context)


def _address(panel: Panel, asked: Asked) -> str:
    is_first = panel.id == declared().panels[0].id
    return f"{reverse('cockpit:cockpit') if is_first else reverse('cockpit:panel', args=[panel.id])}?{asked.query()}"


def tables_of(panel: Panel, counter: Counter, children: Sequence[Union], pages: Declared) -> list[Table]:
    return spread([table_of(block, counter, children, pages) for block in panel.blocks])


def tile_of(counter: Counter, figure: Figure) -> Tile:
    cell = counter.figure(figure)
    before = counter.before(figure)
    months = [found.value for _month, found in counter.months(figure)][-12:]
    return Tile(
        figure, cell, noun(figure), change(figure, cell.value, before.value) if before else None, line_points(months)
    )


def chosen_of(request: PageRequest, panel: Panel) -> tuple[Figure, ...]:
    """The figure of the page's map; none on a page without one."""
    name = request.GET.get("figure", "")
    return (next((one for one in panel.map if one.id == name), panel.map[0]),) if panel.map else ()


def _places(request: PageRequest, panel: Panel, counter: Counter, children: list[Union]) -> Mapping[str, Any]:
    (figure,) = chosen_of(request, panel)
    places = mapped.places_of(counter, figure, children)
    file_name = f"{say(dict(figure.title))}_{counter.asked.union.name}_{counter.asked.month}"
    return {
        "chosen": Chosen(figure, heading(figure), file_name),
        "places": {"head": words.word("level", places.level)[0], "rows": places.rows},
        "county_map": mapped.map_of(counter, figure),
        "trend": counter.months(figure),
    }


@page("cockpit.view")
def rows(request: PageRequest, figure: str) -> HttpResponse:
    """The rows that a number counts, 50 at a time."""
    found = rowed.rows_of(request, figure)
    rowed.record_opened(request.viewer, found)
    asked, paged = found.counter.asked, Paginator(found, ROWS).get_page(request.GET.get("page"))
    lines = rowed.shown(request.viewer, paged.object_list)
    since, until = asked.days(found.figure)
    context = {
        "asked": asked,
        "figure": found.figure,
        "heading": say(dict(found.figure.title)),
        "noun": noun(found.figure),
        "cell": found.cell,
        "days_words": _("到 %(until)s 为止") % {"until": day(until)}
        if since == BEGINNING
        else f"{day(since)} – {day(until)}",
        "beside": rowed.beside(found),
        "how": rowed.how_counted(found.figure),
        "narrowed": found.narrowed,
        "all_url": f"?{asked.query()}",
        "back": f"{reverse('cockpit:cockpit')}?{asked.query()}",
        "rows": paged,
        "lines": lines,
        "total": len(found),
        "has_amount": any(line.amount is not None for line in lines),
        "has_days": any(line.days is not None for line in lines),
    }
    return show(request, "cockpit/rows.html", context)
