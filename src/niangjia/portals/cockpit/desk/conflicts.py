"""Conflicts of interest of a month, each with the rows it rests on; looked into with a remark."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.accounts import queries as accounts
from niangjia.apps.inspections import actions, queries
from niangjia.apps.inspections.conflicts import rules
from niangjia.portals.cockpit.desk import shown
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show


@page("audit.view")
def conflicts(request: PageRequest) -> HttpResponse:
    viewer, month = request.viewer, shown.month_of(request)
    found = queries.list_conflicts(viewer, month)
    actions.note_reading(viewer=viewer, page="conflicts", about=month.text, now=timezone.now())
    numbers = shown.numbers_in(one.of for one in found)
    names = accounts.names_of({pk for one in found for pk in (*one.account_ids, one.looked_by) if pk})
    context = {
        "rows": [(one, shown.thing(one.of, numbers), shown.hand_lines(one.hands), [names.get(pk, "") for pk in one.account_ids]) for one in found],
        "names": names, "open": sum(one.looked_at is None for one in found), "rules": rules(), "months": shown.months(), "month": month.text,
        "tab": "conflicts",
    }  # fmt: skip
    return show(request, "auditing/conflicts.html", context)


@page("audit.view", methods=("POST",), shown_on=conflicts)
def look_into(request: PageRequest) -> HttpResponse:
    month = shown.month_of(request)
    actions.look_into(
        viewer=request.viewer, month=month, key=request.POST.get("key", ""), remark=request.POST.get("remark", ""), now=timezone.now()
    )  # fmt: skip
    messages.success(request, _("已记下。"))
    return redirect(f"{reverse('auditing:conflicts')}?month={month}")
