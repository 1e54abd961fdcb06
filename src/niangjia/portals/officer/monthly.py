"""The monthly list: reading it, looking at its sample, releasing it, sending its orders."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.alerts import actions as alerts
from niangjia.apps.alerts import queries
from niangjia.apps.alerts.types import AlertFilter, RunState
from niangjia.apps.cases import queries as cases
from niangjia.apps.organizations import areas
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.registry import queries as registry
from niangjia.jobs import dispatch_month
from niangjia.kernel.months import Month
from niangjia.portals.design import words
from niangjia.portals.design.pages import page
from niangjia.portals.design.paging import Paginator
from niangjia.portals.design.people import household_names
from niangjia.portals.design.requests import PageRequest, whole
from niangjia.portals.design.showing import deployment, show
from niangjia.portals.design.staleness import watch
from niangjia.portals.design.tags import say, trigger_title
from niangjia.portals.officer.narrowing import unknown_in

ROWS = 25


def _asked(text: str) -> Month:
    """Raises NotFound: an address with something else than a month leads nowhere."""
    month = _month(text)
    if month is None:
        raise queries.NotFound
    return month


def _month(text: str) -> Month | None:
    try:
        return Month(text)
    except ValueError:
        return None


def _read(request: PageRequest, month: Month | None) -> AlertFilter:
    """The filters of the address bar; what nobody knows is no filter."""
    given = {
        name: request.GET.get(name, "").strip() for name in ("area", "cause", "grade", "state", "suppressed", "text")
    }
    return AlertFilter(
        month=month,
        area=given["area"] if given["area"].isdigit() else "",
        cause=given["cause"],
        grade=given["grade"],
        state=given["state"],
        suppressed={"yes": True, "no": False}.get(given["suppressed"]),
        active_only=given["state"] == ""
        and given["suppressed"] == ""
        and request.GET.get("all") != "1"
        and not given["text"],
        text=given["text"],
    )


def _reachable(viewer: Viewer, household_ids: list[int]) -> set[int]:
    """Households whose own page the viewer may open: one listed here may have its member's union, and so its files, elsewhere."""
    return set(registry.visible_households(viewer).filter(pk__in=household_ids).values_list("pk", flat=True))


def _asked_month(request: PageRequest) -> Month | None:
    """The month of the address, else the latest that the viewer may see."""
    return _month(request.GET.get("month", "")) or next(iter(queries.list_months(request.viewer)), None)


def found_alerts(request: PageRequest) -> QuerySet[Any] | list[Any]:
    """What the monthly list's address asks for."""
    month = _asked_month(request)
    return queries.list_alerts(request.viewer, _read(request, month)) if month else []


def found_corrections(request: PageRequest) -> list[Any]:
    month = _asked_month(request)
    return queries.list_differences(request.viewer, month) if month else []


_SHOWN_IN_ROWS = ("grade", "causes", "triggers", "size", "M4", "I5", "students", "dis_grade", "months_uninsured")


def _told(alert: Any, compared: tuple[Any, ...]) -> list[Any]:
    """What changed since last month and belongs in a row; nothing of a household that was not on that list."""
    if alert.state in ("NEW", "RETURNED") or next(one for one in compared if one.name == "state").before is None:
        return []
    return [one for one in compared if one.name in _SHOWN_IN_ROWS and one.differs]


def gaps_of(gaps: Iterable[str], area: str) -> list[str]:
    """Of the areas without a standard those of a union's own division that the directory knows; every code stands on the page of the house's health."""
    own = areas.shorten(area)
    codes = [(gap, gap.partition("：")[0]) for gap in gaps]
    return [gap for gap, code in codes if code.startswith(own) and areas.name_of(code) != code]


@page("alerts.view")
def monthly_list(request: PageRequest) -> HttpResponse:
    viewer: Viewer = request.viewer
    months = queries.list_months(viewer)
    month = _month(request.GET.get("month", "")) or next(iter(months), None)
    if month is None:
        return show(request, "officer/list.html", {"months": [], "month": None})
    run = queries.get_run(viewer, month)
    narrow = _read(request, month)
    rows = Paginator(queries.list_alerts(viewer, narrow), ROWS).get_page(request.GET.get("page"))
    tally = queries.tally(viewer, month)
    names = household_names(alert.household_id for alert in rows)
    compared = queries.compare_with_month_before(viewer, rows)
    context: dict[str, Any] = {
        "months": months,
        "month": month,
        "run": run,
        "gaps": gaps_of(run.gaps, organizations.get_union(request.viewer.org_id).area) if run.gaps else [],
        "narrow": narrow,
        "rows": rows,
        "listed": [
            (alert, names.get(alert.household_id), queries.sentences(alert), _told(alert, compared[alert.household_id]))
            for alert in rows
        ],
        "figures": words.FIGURES,
        "unknown": unknown_in(
            request,
            {
                "month": map(str, months),
                "grade": words.WORDS["grade"],
                "state": words.WORDS["alert_state"],
                "cause": words.WORDS["cause"],
            },
        ),
        "reachable": _reachable(viewer, [alert.household_id for alert in rows]),
        "counts": tally.diff,
        "tiles": [(state, tally.diff.by_state.get(state, 0)) for state in words.WORDS["alert_state"]],
        "balance": queries.balance_of(viewer, month),
        "causes": tally.by_cause,
        "areas": sorted((code, areas.name_of(code)) for code in tally.by_area),
        "grades": words.choices("grade"),
        "can_release": permissions.may(viewer, "alerts.release"),
    }
    return show(request, "officer/list.html", context)


@page("alerts.view")
def corrections(request: PageRequest) -> HttpResponse:
    viewer: Viewer = request.viewer
    months = queries.list_months(viewer)
    month = _asked_month(request)
    rows = Paginator(found_corrections(request), ROWS).get_page(request.GET.get("page"))
    names = household_names(difference.household_id for difference in rows)
    context = {
        "months": months,
        "month": month,
        "rows": rows,
        "listed": [(difference, names.get(difference.household_id)) for difference in rows],
        "reachable": _reachable(viewer, [difference.household_id for difference in rows]),
        "can_release": permissions.may(viewer, "alerts.release"),
    }
    return show(request, "officer/corrections.html", context)


@page("alerts.release")
def release_page(request: PageRequest, month: str) -> HttpResponse:
    viewer: Viewer = request.viewer
    asked = _asked(month)
    watch(request)
    run = queries.get_run(viewer, asked)
    watch(request, f"run:{run.id}")
    counts = queries.count_by_state(viewer, asked)
    progress = queries.sample_progress(viewer, asked)
    found = queries.list_sample(viewer, asked)
    left, is_open = progress.size - progress.looked_at, request.GET.get("left") == "1"
    shown, count = (found.filter(is_right=None), left) if is_open else (found, progress.size)
    rows = Paginator(shown, ROWS, known=count).get_page(_page_of(request))
    sample = list(rows)
    names = household_names(row.alert.household_id for row in sample)
    *precise, by_month = cases.precision_of(viewer, through=asked)
    context = {
        "month": asked,
        "run": run,
        "is_released": run.state == RunState.RELEASED,
        "counts": counts,
        "active_count": queries.count_active(counts),
        "balance": queries.balance_of(viewer, asked),
        "progress": progress,
        "left": left,
        "is_open": is_open,
        "rows": rows,
        "triggers": {code: trigger_title(say(said)) for code, said in queries.trigger_words(asked).items()},
        "precise": [(title, rows) for title, rows in zip((_("按等级"), _("按触发条件")), precise, strict=True)],
        "precise_by_month": [
            (Month(row.code), row, row.ratio is not None and round(row.ratio * 100, 1)) for row in by_month
        ],
        "is_charted": sum(row.ratio is not None for row in by_month) > 1,  # one point is no line
        "sample": [(row, names.get(row.alert.household_id), queries.sentences(row.alert)) for row in sample],
        "step": "released"
        if run.state == RunState.RELEASED
        else "release"
        if progress.size and progress.is_complete
        else "look",
    }
    return show(request, "officer/release.html", context)


def _page_of(request: PageRequest) -> str:
    """Of the sample; a form that is shown again after a refusal stands on the page it was sent from."""
    return request.POST.get("page") or request.GET.get("page") or "1"


def _back(month: str) -> HttpResponse:
    return redirect("officer:release", month)


@page("alerts.release", methods=("POST",), shown_on=release_page)
def draw_sample(request: PageRequest, month: str) -> HttpResponse:
    size = alerts.draw_sample(viewer=request.viewer, month=_asked(month), now=timezone.now())
    messages.success(request, _("已抽出 %(size)s 户，请逐户看过再发布。") % {"size": size})
    return _back(month)


@page("alerts.release", methods=("POST",), shown_on=release_page)
def mark_sample(request: PageRequest, month: str) -> HttpResponse:
    """Each looked-at row of the page comes as ``mark-<alert>`` = right or wrong; the other pages' rows stay as they were."""
    now = timezone.now()
    marked: dict[bool, list[int]] = {True: [], False: []}
    for name, value in request.POST.items():
        if name.startswith("mark-") and whole(name[5:]) and value in ("right", "wrong"):
            marked[value == "right"].append(whole(name[5:]))
    for is_right, alert_ids in marked.items():
        if alert_ids:
            alerts.record_sample(viewer=request.viewer, alert_ids=alert_ids, is_right=is_right, now=now)
    messages.success(request, _("已记下 %(count)s 户的抽查结果。") % {"count": sum(map(len, marked.values()))})
    return redirect(f"{reverse('officer:release', args=[month])}?page={whole(_page_of(request)) or 1}")


@page("alerts.release", methods=("POST",), shown_on=release_page)
def release(request: PageRequest, month: str) -> HttpResponse:
    """Release, then send the orders. If sending is refused or cut off, the list stays released and `dispatch` goes on."""
    alerts.release(
        viewer=request.viewer, month=_asked(month), now=timezone.now(), reason=request.POST.get("reason", "")
    )
    messages.success(request, _("%(month)s 名单已发布。") % {"month": month})
    return _dispatch(request, month)


@page("alerts.release", methods=("POST",), shown_on=release_page)
def dispatch(request: PageRequest, month: str) -> HttpResponse:
    return _dispatch(request, month)


def _dispatch(request: PageRequest, month: str) -> HttpResponse:
    sent = dispatch_month.dispatch(deployment(), _asked(month), viewer=request.viewer, now=timezone.now())
    messages.success(
        request,
        _("派单完成：新派 %(opened)s 户，并入在办 %(joined)s 户，近期已有结论 %(settled)s 户。")
        % {"opened": sent.opened, "joined": sent.joined, "settled": sent.settled},
    )
    if sent.not_routed:
        messages.warning(
            request, _("%(count)s 户没有可承办的工会，未立案；请核对组织表后再派。") % {"count": len(sent.not_routed)}
        )
    return redirect(f"{reverse('officer:orders')}?scope=all&month={month}")


@page("alerts.release", methods=("POST",), shown_on=release_page)
def release_corrections(request: PageRequest, month: str) -> HttpResponse:
    alerts.release_correction(viewer=request.viewer, month=_asked(month), now=timezone.now())
    messages.success(request, _("更正名单已下发。"))
    return redirect(f"{reverse('officer:corrections')}?month={month}")
