"""What places were used and brought in: entered month by month, and the sums of a kind beside what the papers ask of it."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.places import actions as places
from niangjia.apps.places import queries
from niangjia.apps.places.types import AimRow
from niangjia.kernel.months import Month
from niangjia.kernel.problems import Refusal
from niangjia.portals.design.county_map import map_of
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest, whole
from niangjia.portals.design.showing import show
from niangjia.portals.design.tags import say, share
from niangjia.portals.services.places.officer import place
from niangjia.portals.services.places.parts import series_of, sum_cell, units_of
from niangjia.portals.services.places.shown import figure, unit_in_words


class FigureUnread(Refusal):
    def __init__(self, said: str) -> None:
        super().__init__(
            f"“{said}”不是数字。请写数字，例如 1234.5。",
            f"{said!r} is no number. Write one such as 1234.5.",
        )


class MonthUnread(Refusal):
    def __init__(self, said: str) -> None:
        super().__init__(
            f"月份“{said}”读不懂。请写作 2022-11，按年的写年份 2022。",
            f"The month {said!r} cannot be read. Write it as 2022-11, or 2022 for a yearly figure.",
        )


class NothingTold(Refusal):
    def __init__(self) -> None:
        super().__init__("请至少填一个数。", "Fill in at least one figure.")


@page("places.manage", methods=("POST",), shown_on=place)
def record(request: PageRequest, place_id: int) -> HttpResponse:
    """Every figure of a month that was filled in; what is left empty stays as it was."""
    viewer: Viewer = request.viewer
    kind = queries.kind_of(queries.get_place(viewer, place_id, now=timezone.now()).kind)
    month = _month(request.POST.get("month", ""))
    told = {name: request.POST.get(f"m-{name}", "").strip() for name in kind.measures}
    values = {name: _figure(said) for name, said in told.items() if said}
    if not values:
        raise NothingTold
    source = request.POST.get("source", "").strip()[:120] or str(_("页面录入"))
    places.record_measures(
        viewer=viewer, place_id=place_id, month=month, values=values, source=source, now=timezone.now()
    )
    messages.success(request, _("已登记 %(month)s 的用量。") % {"month": month.text})
    return redirect(reverse("places:desk_place", args=[place_id]) + "#d-measures")


def _month(said: str) -> Month:
    """A year alone is its January. Raises MonthUnread."""
    said = said.strip()
    try:
        return Month(f"{said}-01" if len(said) == 4 else said)
    except ValueError as error:
        raise MonthUnread(said[:20]) from error


def _figure(said: str) -> Decimal:
    """Raises FigureUnread."""
    try:
        value = Decimal(said.replace(",", "").replace("，", ""))
    except InvalidOperation as error:
        raise FigureUnread(said[:20]) from error
    if not value.is_finite() or abs(value) >= 10**13 or value != value.quantize(Decimal("0.0001")):
        raise FigureUnread(said[:20])
    return value


@page("places.view")
def kind_page(request: PageRequest, kind: str) -> HttpResponse:
    viewer: Viewer = request.viewer
    one, today = queries.kind_of(kind), timezone.localdate()
    years = queries.list_years(viewer, kind)
    asked = whole(request.GET.get("year", ""))
    year = asked if asked in years else (years[0] if years else today.year)
    sums = queries.year_of(viewer, kind, year)
    series = series_of(one)
    monthly = [told for told in sums if not one.measures[told.measure].is_yearly]
    area = organizations.get_union(viewer.org_id).area
    context = {
        "kind": one,
        "title": say(dict(one.title)),
        "count": next((row for row in queries.count_by_kind(viewer, today=today) if row.kind == kind), None),
        "aims": [_aim(row) for row in queries.list_aims(viewer, kind, today=today)],
        "series": series,
        "units": units_of(series),
        "months": [
            (number, [sum_cell(told.by_month[number - 1], column) for told, column in zip(monthly, series, strict=True)])
            for number in range(1, 13)
            if any(told.by_month[number - 1] is not None for told in monthly)
        ],
        "totals": [
            (column.title, figure(told.total, column.unit)) for told, column in zip(monthly, series, strict=True)
        ],
        "year": year,
        "years": years,
        "county_map": map_of(
            queries.count_by_county(viewer, kind), area=area, unit=unit_in_words("count"), links={}
        ),
    }  # fmt: skip
    return show(request, "places/kind.html", context)


def _aim(row: AimRow) -> tuple[AimRow, str, str]:
    """With its value and what is asked, in words."""

    def said(value: Decimal | None) -> str:
        if value is None:
            return "—"
        return share(float(value)) if row.aim.what == "passed" else figure(value.quantize(Decimal("0.01")), "")

    return row, said(row.value), said(row.aim.least)
