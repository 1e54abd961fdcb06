"""The board of what is late: by union and step, down to the rows, with a map for those who stand above counties."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope
from niangjia.apps.organizations.types import Level, Union
from niangjia.apps.workorders import queries
from niangjia.apps.workorders.types import LateRow
from niangjia.portals.design import words
from niangjia.portals.design.county_map import map_of, official_map
from niangjia.portals.design.pages import Access, page
from niangjia.portals.design.people import household_names
from niangjia.portals.design.requests import PageRequest, whole
from niangjia.portals.design.showing import show


def _union(request: PageRequest) -> Union:
    """The union of the address if it is the viewer's to see, else their own."""
    viewer: Viewer = request.viewer
    asked = organizations.get_unions([whole(request.GET.get("union", ""))]).get(whole(request.GET.get("union", "")))
    return asked if asked and scope.covers(viewer.org_path, asked.path) else organizations.get_union(viewer.org_id)


def found_late(request: PageRequest) -> list[LateRow]:
    return queries.list_late(request.viewer, path=_union(request).path, now=timezone.now())


@page("workorders.view")
def board(request: PageRequest) -> HttpResponse:
    viewer: Viewer = request.viewer
    union, now = _union(request), timezone.now()
    rows = queries.list_late(viewer, path=union.path, now=now)
    clocks = words.choices("order_clock")
    county_map = None
    if viewer.role in (Role.CITY, Role.PROVINCE, Role.AUDITOR) and union.id == viewer.org_id:
        counties = organizations.list_subtree(union.path).filter(level=Level.COUNTY).values_list("area", "pk")
        links = {area[:6]: f"?union={org_id}" for area, org_id in counties}
        county_map = map_of(
            queries.count_late_by_county(viewer, now=now), area=union.area, unit=_("超期件数"), links=links
        )
    context = {
        "union": union,
        "above": organizations.get_unions([union.parent_id]).get(union.parent_id)
        if union.parent_id and union.id != viewer.org_id
        else None,
        "rows": [(row, [(code, row.by_clock.get(code, 0)) for code, _label in clocks]) for row in rows],
        "clocks": clocks,
        "totals": [(code, sum(row.by_clock.get(code, 0) for row in rows)) for code, _label in clocks],
        "total": sum(row.count for row in rows),
        "county_map": county_map,
        "sees_transfers": permissions.may(viewer, "alerts.release"),
        "may_urge": permissions.may(viewer, "workorders.forward"),
    }
    return show(request, "officer/late.html", context)


def found_transfers(request: PageRequest) -> QuerySet[Any]:
    return queries.list_transfers(request.viewer)


@page("alerts.release")
def transfers(request: PageRequest) -> HttpResponse:
    """Households handed from one county to another: whether somebody took them up."""
    rows = Paginator(found_transfers(request), 50).get_page(request.GET.get("page"))
    names = household_names(row.household_id for row in rows)
    return show(request, "officer/transfers.html", {"rows": rows, "names": names})


@page(Access.ANY_POST)
def county_borders(request: PageRequest) -> HttpResponse:
    """The deployment's own map, for the script that draws it; 404 where there is none."""
    path = official_map()
    if path is None:
        return HttpResponse(status=404)
    return FileResponse(path.open("rb"), content_type="application/geo+json")  # type: ignore[return-value]
