"""Conflicts of interest of a month, as they were found when somebody last searched; each with the rows it rests on, looked into with a remark."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.accounts import queries as accounts
from niangjia.apps.inspections import actions, queries
from niangjia.apps.inspections.conflicts import rules
from niangjia.apps.inspections.types import Found
from niangjia.portals.cockpit.desk import shown
from niangjia.portals.design.pages import page
from niangjia.portals.design.paging import Paginator
from niangjia.portals.design.requests import PageRequest, whole
from niangjia.portals.design.showing import show

ROWS = 20


@page("audit.view")
def conflicts(request: PageRequest) -> HttpResponse:
    """What the last search found, page by page; whoever comes first searches."""
    viewer, month = request.viewer, shown.month_of(request)
    search = queries.last_search(viewer, month)
    actions.note_reading(viewer=viewer, page="conflicts", about=month.text, now=timezone.now())
    found = search.found if search else []
    rows = Paginator(found, ROWS).get_page(request.GET.get("page") or request.POST.get("page"))
    numbers = shown.numbers_in(one.of for one in rows)
    names = accounts.names_of(_people(rows) | {search.account_id or 0 if search else 0})
    context = {
        "search": search, "rows": rows, "names": names, "open": sum(one.looked_at is None for one in found),
        "cards": [(one, shown.thing(one.of, numbers), shown.hand_lines(one.hands, names), [names.get(pk, "") for pk in one.account_ids]) for one in rows],
        "rules": rules(), "months": shown.months(), "month": month.text, "tab": "conflicts",
    }  # fmt: skip
    return show(request, "auditing/conflicts.html", context)


def _people(rows: Iterable[Found]) -> set[int]:
    found = {pk for one in rows for pk in (*one.account_ids, one.looked_by)}
    found |= {pk for one in rows for hand in one.hands for pk in (hand.account_id, hand.for_account_id)}
    return {pk for pk in found if pk}


@page("audit.view", methods=("POST",), shown_on=conflicts)
def search_conflicts(request: PageRequest) -> HttpResponse:
    month = shown.month_of(request)
    actions.search_conflicts(viewer=request.viewer, month=month, now=timezone.now())
    messages.success(request, _("已查找。"))
    return redirect(f"{reverse('auditing:conflicts')}?month={month}")


@page("audit.view", methods=("POST",), shown_on=conflicts)
def look_into(request: PageRequest) -> HttpResponse:
    month = shown.month_of(request)
    actions.look_into(
        viewer=request.viewer, month=month, key=request.POST.get("key", ""), remark=request.POST.get("remark", ""), now=timezone.now()
    )  # fmt: skip
    messages.success(request, _("已记下。"))
    page_number = whole(request.POST.get("page", ""), 1)
    return redirect(f"{reverse('auditing:conflicts')}?month={month}&page={page_number}")
