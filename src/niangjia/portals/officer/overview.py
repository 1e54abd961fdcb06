"""Where a union stands: twelve months as a chart with its table, and for city and province one figure by county."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.alerts import queries as alerts
from niangjia.apps.cases import queries as cases
from niangjia.apps.funds import queries as funds
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations.types import Level
from niangjia.apps.workorders import queries as workorders
from niangjia.kernel.money import ZERO
from niangjia.kernel.months import Month
from niangjia.portals.design.county_map import CountyMap, map_of
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show

MONTHS = 12
FIGURES = (
    ("late", gettext_lazy("超期"), gettext_lazy("超期件数"), "workorders.view"),
    ("list", gettext_lazy("在册"), gettext_lazy("在册户数"), "alerts.view"),
    ("paid", gettext_lazy("已发放"), gettext_lazy("今年已发放（元）"), "funds.view"),
)


@dataclass(frozen=True)
class MonthRow:
    """Of one month; null = no list yet, or not for the viewer to see."""

    month: Month
    listed: int | None
    visits: int | None
    paid: Decimal | None


@page("alerts.release")
def overview(request: PageRequest) -> HttpResponse:
    """A county sees its months alone."""
    viewer: Viewer = request.viewer
    is_above = viewer.role in (Role.CITY, Role.PROVINCE)
    figures = [one for one in FIGURES if is_above and permissions.may(viewer, one[3])]
    asked = request.GET.get("map", "")
    chosen = next((one for one in figures if one[0] == asked), figures[0] if figures else None)
    months = _months(viewer)
    latest = max((row.month for row in months if row.listed is not None), default=None)
    context = {
        "months": months,
        "figures": figures,
        "figure": chosen[0] if chosen else "",
        "county_map": _map(viewer, chosen[0], str(chosen[2]), latest) if chosen else None,
    }
    return show(request, "officer/overview.html", context)


def _months(viewer: Viewer) -> list[MonthRow]:
    last = Month.of(timezone.localdate())
    since = last.plus(1 - MONTHS)
    start = timezone.make_aware(datetime.combine(since.first_day, time()))
    listed = alerts.count_active_by_month(viewer, since=since) if permissions.may(viewer, "alerts.view") else {}
    visits = cases.count_visits_by_month(viewer, since=since.first_day) if permissions.may(viewer, "cases.view") else None  # fmt: skip
    paid = funds.paid_by_month(viewer, since=start) if permissions.may(viewer, "funds.view") else None
    rows = [
        MonthRow(
            month,
            listed.get(month.text),
            None if visits is None else visits.get(month.text, 0),
            None if paid is None else paid.get(month.text, ZERO),
        )
        for month in (since.plus(place) for place in range(MONTHS))
    ]
    first = next((place for place, row in enumerate(rows) if row.listed or row.visits or row.paid), len(rows))
    return rows[first:]


def _map(viewer: Viewer, figure: str, unit: str, month: Month | None) -> CountyMap:
    """`month`: of the latest list, null = none yet."""
    unions = organizations.list_subtree(viewer.org_path).filter(level__in=(Level.PROVINCE, Level.CITY, Level.COUNTY))
    places = {org_id: (area, level) for org_id, area, level in unions.values_list("pk", "area", "level")}
    values: dict[str, int] = {}
    links: dict[str, str] = {}
    if figure == "late":
        values = workorders.count_late_by_county(viewer, now=timezone.now())
        counties = [(area[:6], org_id) for org_id, (area, level) in places.items() if level == Level.COUNTY]
        links = {area: f"{reverse('officer:late')}?union={org_id}" for area, org_id in counties}
    elif figure == "list" and month:
        values = dict(alerts.tally(viewer, month).by_area)
    elif figure == "paid":
        paid = funds.paid_by_county(viewer, year=timezone.localdate().year)
        values = {area: int(amount) for area, amount in paid.items()}
    return map_of(values, area=places[viewer.org_id][0], unit=unit, links=links)
