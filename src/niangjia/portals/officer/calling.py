"""Calls that are owed after a household left its file: is it well, or in hardship again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.cases import actions as cases
from niangjia.apps.cases import queries
from niangjia.kernel.problems import Refusal
from niangjia.portals.design.pages import page
from niangjia.portals.design.paging import Paginator
from niangjia.portals.design.people import household_names
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show

ROWS = 25


class NothingSaid(Refusal):
    def __init__(self) -> None:
        super().__init__("请选择回访结果：平稳，或又有困难。", "Say what the call found: well, or in hardship again.")


def found_calls(request: PageRequest) -> QuerySet[Any]:
    return queries.list_follow_ups(request.viewer, today=timezone.localdate())


@page("cases.verify")
def calls(request: PageRequest) -> HttpResponse:
    """What is due by today, the longest due first."""
    rows = Paginator(found_calls(request), ROWS).get_page(request.GET.get("page"))
    names = household_names(row.file.household_id for row in rows)
    return show(request, "officer/calls.html", {"rows": rows, "names": names})


@page("cases.verify", methods=("POST",), shown_on=calls)
def call(request: PageRequest, file_id: int) -> HttpResponse:
    found = request.POST.get("found", "")
    if found not in ("well", "back"):
        raise NothingSaid
    case_id = cases.record_follow_up(
        viewer=request.viewer, file_id=file_id, is_back_in_hardship=found == "back", now=timezone.now()
    )
    if case_id is not None:
        messages.success(request, _("回访已登记，已重新立案派单。"))
        return redirect("officer:case", case_id)
    messages.success(request, _("回访已登记。"))
    return redirect("officer:calls")
