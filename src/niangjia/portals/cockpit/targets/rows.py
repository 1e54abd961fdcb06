"""The rows that a number counts: as many as it says, in the viewer's part of the tree; that they were opened is on record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, overload

from django.core import paginator
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations.types import Union
from niangjia.apps.targets import actions, queries
from niangjia.apps.targets.types import Indicator, Unit
from niangjia.engines import counting
from niangjia.jobs.target_figures import Counter
from niangjia.kernel.months import Month
from niangjia.portals.cockpit.rooms import address_of
from niangjia.portals.cockpit.targets.asked import Asked, counter, number
from niangjia.portals.cockpit.targets.opening import in_words
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show
from niangjia.portals.officer.exporting import Column, Listing, export_of

ROWS = 50


class Rows(Sequence[Any]):
    """The rows behind a number, asked for some at a time; there are as many as the number says."""

    def __init__(self, count: Counter, asked: Asked, one: Indicator, month: Month | None) -> None:
        self.count_by, self.asked, self.one, self.month = count, asked, one, month
        self.figure = count.figure(asked.programme, one, asked.union, asked.period(one), month)
        self.source = one.counts.source if one.counts else ""
        self.total = self.figure.rows if self.figure else 0

    def __len__(self) -> int:
        return self.total

    @overload
    def __getitem__(self, place: int) -> Any: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Any]: ...
    def __getitem__(self, place: int | slice) -> Any:
        if isinstance(place, int):
            return self[place : place + 1][0]
        first, last, _step = place.indices(self.total)
        found = self.count_by.rows(
            self.asked.programme, self.one, self.asked.union, self.asked.period(self.one), self.month, offset=first, limit=max(last - first, 0)
        )  # fmt: skip
        return [(self.source, row) for row in found]

    def __iter__(self) -> Iterator[Any]:
        for first in range(0, self.total, 500):
            yield from self[first : first + 500]


@dataclass(frozen=True)
class Shown:
    """`url` empty: the viewer may not open it, or there is no page for it."""

    row: counting.Row
    union: Union | None
    url: str
    tags: str


def _month(said: str) -> Month | None:
    try:
        return Month(said)
    except ValueError:
        return None


def whole_of(rate: Indicator) -> Indicator:
    """What is below the line of a rate, counted by itself. Raises NotFound: it is no rate."""
    if rate.counts is None or rate.counts.of is None:
        raise queries.NotFound
    return replace(rate, counts=rate.counts.of, unit=Unit.PIECES)


def _parts(found: Rows, rate: Indicator) -> list[dict[str, Any]]:
    """Of a rate, what is above and below its line: how many rows each, and which are shown."""
    if rate.counts is None or rate.counts.of is None:
        return []
    is_whole = found.one.unit is not rate.unit
    other = Rows(found.count_by, found.asked, rate if is_whole else whole_of(rate), found.month)
    above, below = (other, found) if is_whole else (found, other)
    query = found.asked.query + (f"&month={found.month.text}" if found.month else "")
    return [
        {"title": _("分子"), "rows": len(above), "query": query, "is_shown": not is_whole},
        {"title": _("分母"), "rows": len(below), "query": f"{query}&part=whole", "is_shown": is_whole},
    ]


def _found(request: PageRequest, programme_id: str, indicator_id: str) -> Rows:
    asked = Asked.of(request, programme_id)
    one = queries.find_indicator(asked.programme, indicator_id)
    if request.GET.get("part") == "whole":
        one = whole_of(one)
    return Rows(counter(), asked, one, _month(request.GET.get("month", "")))


Counted = tuple[str, counting.Row]
"""The source's id and the row."""


def _shown(request: PageRequest, found: Sequence[Counted]) -> list[Shown]:
    unions = organizations.get_unions({row.union_id for _source, row in found})
    return [
        Shown(row, unions.get(row.union_id), address_of(request.viewer, row), words)
        for (_source, row), words in zip(found, in_words(found), strict=True)
    ]


@page("targets.view")
def rows(request: PageRequest, programme_id: str, indicator_id: str) -> HttpResponse:
    found = _found(request, programme_id, indicator_id)
    if not found.one.counts:
        raise queries.NotFound
    listed = paginator.Paginator(found, ROWS).get_page(request.GET.get("page"))
    cards = _shown(request, list(listed))
    detail: dict[str, object] = {"year": found.asked.year, "union": found.asked.union.id, "rows": len(found)}
    if found.month:
        detail["month"] = found.month.text
    actions.note_looking(
        viewer=request.viewer, what=f"{programme_id}/{indicator_id}", detail=detail, now=timezone.now()
    )
    context = {
        "asked": found.asked,
        "programme": found.asked.programme,
        "indicator": found.one,
        "month": found.month,
        "figure": number(found.figure.value if found.figure else None, found.one.unit),
        "rows": listed,
        "cards": cards,
        "as_of": found.count_by.made_at,
        "parts": _parts(found, queries.find_indicator(found.asked.programme, indicator_id)),
    }
    return show(request, "targets/rows.html", context)


LIST = Listing(
    name="target-rows",
    title=lazy("数字背后的明细"),
    found=_found,
    lines=_shown,
    columns=lambda request: [
        Column(lazy("日期"), lambda one: one.row.day, 12),
        Column(lazy("工会"), lambda one: one.union.name if one.union else None, 30),
        Column(lazy("编号"), lambda one: one.row.ref, 24),
        Column(lazy("明细"), lambda one: one.tags, 40),
        Column(lazy("人次"), lambda one: one.row.count, 8),
        Column(lazy("金额（元）"), lambda one: one.row.amount),
    ],
    filters=("year", "union", "month", "part"),
)
export = export_of(LIST, rows)
