"""The rows behind one item of one union: as many as its figure says; that they were opened is on record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, overload

from django.core import paginator
from django.http import HttpResponse
from django.utils import timezone

from niangjia.apps.assessments import actions, queries
from niangjia.apps.assessments.types import Item, Sheet
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations.types import Union
from niangjia.jobs import assessing
from niangjia.portals.cockpit.assessments.sheets import figure_in_words
from niangjia.portals.cockpit.rooms import address_of
from niangjia.portals.cockpit.targets.opening import in_words
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import deployment, show

ROWS = 50


class Rows(Sequence[Any]):
    """Asked for some at a time."""

    def __init__(self, counted: assessing.Assessor, sheet: Sheet, item: Item, union: Union) -> None:
        self.counted, self.sheet, self.item, self.union = counted, sheet, item, union
        self.figure = counted.figure(sheet, item, union)
        self.measure = counted.measure(sheet, item)

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
        return self.counted.rows(self.sheet, self.item, self.union, offset=first, limit=max(last - first, 0))


@page("assessments.view")
def rows(request: PageRequest, sheet_id: str, org_id: int, item_id: str) -> HttpResponse:
    """Of a union of the viewer's part of the tree, by the newest roll-up."""
    sheet = queries.get_sheet(sheet_id)
    item = queries.find_item(sheet, item_id)
    union = queries.get_assessor(request.viewer, org_id)
    counted = assessing.open_assessor(deployment(), today=timezone.localdate())
    found = Rows(counted, sheet, item, union)
    listed = paginator.Paginator(found, ROWS).get_page(request.GET.get("page"))
    unions = organizations.get_unions({row.union_id for row in listed})
    actions.note_looking(
        viewer=request.viewer, what=f"{sheet_id}/{item_id}", detail={"union": union.id, "rows": len(found)}, now=timezone.now()
    )  # fmt: skip
    context = {
        "sheet": sheet,
        "item": item,
        "union": union,
        "rows": listed,
        "as_of": counted.made_at,
        "figure": figure_in_words(found.figure.value if found.figure else None, found.measure.unit),
        "cards": [
            (row, unions.get(row.union_id), address_of(request.viewer, row.ref), in_words(found.measure.source, row))
            for row in listed
        ],
    }
    return show(request, "assessments/rows.html", context)
