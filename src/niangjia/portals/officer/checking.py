"""Random re-checks 核实抽查: the draw and how to repeat it, what came of it by union and verifier, and where two findings differ."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.cases import actions as cases
from niangjia.apps.cases import forms, queries
from niangjia.apps.cases.types import Ruling
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations.types import Level
from niangjia.kernel.months import Month
from niangjia.kernel.problems import Refusal
from niangjia.portals.design import words
from niangjia.portals.design.pages import page
from niangjia.portals.design.people import household_names, record_seen
from niangjia.portals.design.requests import PageRequest, whole
from niangjia.portals.design.showing import show
from niangjia.portals.design.staleness import watch

ROWS = 50
FILTERS = ("month", "result")


class NoMonth(Refusal):
    def __init__(self) -> None:
        super().__init__("月份应写作 2024-05。", "A month is written 2024-05.")


def found_checks(request: PageRequest) -> QuerySet[Any]:
    month, result = (request.GET.get(name, "").strip() for name in FILTERS)
    return queries.list_spot_checks(request.viewer, month=month, result=result)


def _counties(viewer: Viewer) -> list[Any]:
    own = organizations.get_union(viewer.org_id)
    if own.level is Level.COUNTY:
        return [own]
    return [one for one in organizations.list_children(viewer.org_id) if one.level is Level.COUNTY and one.is_active]


@page("cases.see_checks")
def checks(request: PageRequest) -> HttpResponse:
    viewer: Viewer = request.viewer
    given = {name: request.GET.get(name, "") for name in FILTERS}
    draws = list(queries.list_spot_draws(viewer)[:24])
    rows = Paginator(found_checks(request), ROWS).get_page(request.GET.get("page"))
    can_draw = permissions.may(viewer, "cases.review")
    context = {
        "rows": rows,
        "names": household_names(check.finding.case.household_id for check in rows),
        "given": given,
        "results": words.choices("spot_result"),
        "draws": draws,
        "months": sorted({one.month for one in draws}, reverse=True),
        "by_union": queries.spot_rates(viewer, by="union", month=given["month"]),
        "by_verifier": queries.spot_rates(viewer, by="verifier", month=given["month"]),
        "counties": _counties(viewer) if can_draw else [],
        "last_month": Month.of(timezone.localdate()).previous(),
    }
    return show(request, "officer/checks.html", context)


@page("cases.review", methods=("POST",), shown_on=checks)
def draw(request: PageRequest) -> HttpResponse:
    try:
        month = Month(request.POST.get("month", "").strip())
    except ValueError as error:
        raise NoMonth from error
    org_id = whole(request.POST.get("org", ""))
    count = cases.draw_spot_checks(viewer=request.viewer, org_id=org_id, month=month, now=timezone.now())
    messages.success(request, _("已抽出 %(count)s 件，并派给没有参加过首次核实的人。") % {"count": count})
    return redirect("officer:checks")


@page("cases.see_checks")
def check(request: PageRequest, check_id: int) -> HttpResponse:
    viewer: Viewer = request.viewer
    watch(request)
    found = queries.get_spot_check(viewer, check_id)
    if found is None:
        raise queries.NotFound
    household_id = found.finding.case.household_id
    watch(request, *([f"case:{found.case_id}"] if found.case_id else []))
    record_seen(viewer, household_id, "spot check", timezone.now())
    context = {
        "check": found,
        "home": household_names([household_id]).get(household_id),
        "compared": _compared(found) if found.second else [],
        "can_rule": found.result == "DIFFERS" and not found.ruling and viewer.role is Role.COUNTY,
        "rulings": Ruling.choices,
    }
    return show(request, "officer/check.html", context)


def _compared(found: Any) -> list[tuple[object, object, object, bool]]:
    """What the first visit wrote down beside what the second did, one row a fact; whether they differ."""

    def of(finding: Any) -> list[object]:
        form = finding.visit.form
        return [
            words.word("outcome", finding.outcome)[0],
            finding.visit.visited_on,
            finding.submitted_by.name,
            words.word("cause", finding.main_cause)[0] if finding.main_cause else None,
            form.get("people"),
            forms.total(form["income_items"]) if form.get("income_items") else None,
            forms.total(form["rigid_items"]) if form.get("rigid_items") else None,
        ]

    names = (_("核实结论"), _("走访日期"), _("上报人"), _("主要原因"), _("家庭人口"), _("家庭收入（12个月，元）"), _("刚性支出（12个月，元）"))  # fmt: skip
    pairs = zip(names, of(found.finding), of(found.second), strict=True)
    return [(name, first, second, place not in (1, 2) and first != second) for place, (name, first, second) in enumerate(pairs)]  # fmt: skip


@page("cases.review", methods=("POST",), shown_on=check)
def rule(request: PageRequest, check_id: int) -> HttpResponse:
    said = request.POST.get("ruling", "")
    if said not in Ruling.values:
        raise NoRuling
    cases.rule_spot_check(
        viewer=request.viewer,
        check_id=check_id,
        ruling=Ruling(said),
        reason=request.POST.get("reason", ""),
        now=timezone.now(),
    )
    messages.success(request, _("已裁定。家庭的待遇没有改动；需要更正的，请打开原来的个案办理。"))
    return redirect("officer:check", check_id)


class NoRuling(Refusal):
    def __init__(self) -> None:
        super().__init__("请先选一项裁定。", "Choose a ruling first.")
