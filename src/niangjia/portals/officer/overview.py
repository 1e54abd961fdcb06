"""What stands on the first page of who leads a city or the province: twelve months as a chart with its table, and one figure by county."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from typing import Any

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
from niangjia.portals.design.requests import PageRequest

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


def overview(request: PageRequest) -> dict[str, Any]:
    """Empty for whoever leads neither a city nor the province."""
    viewer: Viewer = request.viewer
    if viewer.role not in (Role.CITY, Role.PROVINCE):
        return {}
    figures = [one for one in FIGURES if permissions.may(viewer, one[3])]
    asked = request.GET.get("map", "")
    chosen = next((one for one in figures if one[0] == asked), figures[0] if figures else None)
    return {
        "months": _months(viewer),
        "figures": figures,
        "figure": chosen[0] if chosen else "",
        "county_map": _map(viewer, chosen[0], str(chosen[2])) if chosen else None,
    }


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


def _map(viewer: Viewer, figure: str, unit: str) -> CountyMap:
    union = organizations.get_union(viewer.org_id)
    values: dict[str, int] = {}
    if figure == "late":
        values = workorders.count_late_by_county(viewer, now=timezone.now())
    elif figure == "list" and (months := alerts.list_months(viewer)):
        values = dict(alerts.tally(viewer, months[0]).by_area)
    elif figure == "paid":
        paid = funds.paid_by_county(viewer, year=timezone.localdate().year)
        values = {area: int(amount) for area, amount in paid.items()}
    counties = organizations.list_subtree(union.path).filter(level=Level.COUNTY).values_list("area", "pk")
    links = {area[:6]: f"{reverse('officer:late')}?union={org_id}" for area, org_id in counties} if figure == "late" else {}
    return map_of(values, area=union.area, unit=unit, links=links)

