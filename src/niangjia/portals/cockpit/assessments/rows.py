"""The rows behind one item of one union: as many as its figure says; that they were opened is on record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from typing import Any, overload

from django.core import paginator
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.assessments import actions, queries
from niangjia.apps.assessments.types import Published
from niangjia.apps.organizations import queries as organizations
from niangjia.engines.counting import Figure, Measure, Row, Unit
from niangjia.jobs import assessing
from niangjia.portals.cockpit.assessments.sheets import figure_in_words, title_of
from niangjia.portals.cockpit.rooms import address_of
from niangjia.portals.cockpit.targets.opening import in_words
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import deployment, show

ROWS = 50


class Rows(Sequence[Any]):
    """Asked for some at a time."""

    def __init__(self, figure: Figure | None, ask: Callable[..., Sequence[Row]]) -> None:
        self.figure, self.ask = figure, ask

    def __len__(self) -> int:
        return self.figure.rows if self.figure else 0

    @overload
    def __getitem__(self, place: int) -> Any: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Any]: ...
    def __getitem__(self, place: int | slice) -> Any:
        if isinstance(place, int):
            return self[place : place + 1][0]
        first, last, _step = place.indices(len(self))
        return self.ask(offset=first, limit=max(last - first, 0))


@page("assessments.view")
def rows(request: PageRequest, sheet_id: str, org_id: int, item_id: str) -> HttpResponse:
    """Of a union of the viewer's part of the tree, by the newest roll-up."""
    sheet = queries.get_sheet(sheet_id)
    item = queries.find_item(sheet, item_id)
    union = queries.get_assessor(request.viewer, org_id)
    counted = assessing.open_assessor(deployment(), today=timezone.localdate())

    def part(*, is_whole: bool) -> Rows:
        asked = (sheet, item, union)
        return Rows(counted.figure(*asked, is_whole=is_whole), partial(counted.rows, *asked, is_whole=is_whole))

    measure = counted.measure(sheet, item)
    is_hidden = counted.is_hidden(sheet, item, union)
    context = {"sheet": sheet, "title": item.title, "union": union, "as_of": counted.made_at, "is_hidden": is_hidden}
    return _show(request, f"{sheet_id}/{item_id}", part, measure, context)


@page("assessments.view")
def published_rows(request: PageRequest, publication_id: int, org_id: int, item_id: str) -> HttpResponse:
    """Those that the published point was given for, by the roll-up of that day; of a union of the viewer's part of the tree."""
    card = queries.get_publication(request.viewer, publication_id)
    union = queries.get_assessor(request.viewer, org_id)
    behind, rule = card.behind.get(item_id), next((one for one in card.rules if one["id"] == item_id), None)
    if behind is None or rule is None or all(one.union != org_id for one in card.standings):
        raise queries.NotFound
    is_hidden = behind.measure.unit == Unit.PERCENT and _pinned(card, org_id, item_id) is None

    def part(*, is_whole: bool) -> Rows:
        kept = assessing.KeptRows(deployment(), card, behind, union, is_whole=is_whole)
        return Rows(None if is_hidden else kept.figure, kept.rows)

    title = {"zh": rule["zh"], "en": rule["en"]}
    context = {
        "card": card,
        "sheet_title": title_of(card.sheet),
        "title": title,
        "union": union,
        "as_of": card.as_of,
        "is_hidden": is_hidden,
    }
    return _show(request, f"{card.sheet}/{item_id}", part, behind.measure, context)


def _pinned(card: Published, org_id: int, item_id: str) -> Decimal | None:
    """The figure that was scored; null: not known, or hidden."""
    points = (one for standing in card.standings if standing.union == org_id for one in standing.items)
    return next((one.figure for one in points if one.item == item_id), None)


def _show(
    request: PageRequest, what: str, part: Callable[..., Rows], measure: Measure, context: dict[str, Any]
) -> HttpResponse:
    """One page of the rows of a number, of a rate those above or below its line; that they were opened is on record."""
    is_rate = measure.of is not None and not context["is_hidden"]
    is_whole = is_rate and request.GET.get("part") == "whole"
    found, measure = part(is_whole=is_whole), assessing.part_of(measure, is_whole=is_whole)
    listed = paginator.Paginator(found, ROWS).get_page(request.GET.get("page"))
    unions = organizations.get_unions({row.union_id for row in listed})
    detail = {"union": context["union"].id, "rows": len(found)}
    detail |= {"publication": context["card"].id} if "card" in context else {}
    actions.note_looking(viewer=request.viewer, what=what, detail=detail, now=timezone.now())
    said = in_words((measure.source, row) for row in listed)
    context |= {
        "parts": _parts(part, is_whole=is_whole) if is_rate else [],
        "rows": listed, "figure": figure_in_words(found.figure.value if found.figure else None, measure.unit),
        "cards": [(row, unions.get(row.union_id), address_of(request.viewer, row), words) for row, words in zip(listed, said, strict=True)],
    }  # fmt: skip
    return show(request, "assessments/rows.html", context)


def _parts(part: Callable[..., Rows], *, is_whole: bool) -> list[dict[str, Any]]:
    return [
        {"title": _("分子"), "rows": len(part(is_whole=False)), "query": "", "is_shown": not is_whole},
        {"title": _("分母"), "rows": len(part(is_whole=True)), "query": "part=whole", "is_shown": is_whole},
    ]
