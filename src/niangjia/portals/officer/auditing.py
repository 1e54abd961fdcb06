"""The auditor's pages: what was done by whom, and whether the chain is whole."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import queries
from niangjia.apps.audit.types import Event
from niangjia.apps.inspections import queries as inspections
from niangjia.apps.workorders import queries as workorders
from niangjia.jobs import check_chain as walking
from niangjia.portals.design import deeds, words
from niangjia.portals.design.forms import Form, day_input
from niangjia.portals.design.pages import page
from niangjia.portals.design.paging import MOST
from niangjia.portals.design.requests import PageRequest, whole
from niangjia.portals.design.showing import deployment, show

ROWS = 100

ROOMS = [
    ("", _("全部")), ("accounts.", _("账户与岗位")), ("registry.", _("个人信息")), ("alerts.", _("名单")), ("cases.", _("个案")),
    ("workorders.", _("工单")), ("programs.", _("项目")), ("funds.", _("资金")), ("organizations.", _("组织")), ("registry.reveal", _("打开个人信息")),
]  # fmt: skip


class SearchForm(Form):
    action = forms.ChoiceField(label=_("范围"), choices=ROOMS, required=False)
    object = forms.CharField(
        label=_("编号"),
        required=False,
        max_length=80,
        help_text=_("工单编号或个案号，例如 GD202310000001；其他的从列表里点"),
    )
    who = forms.CharField(label=_("谁（姓名）"), required=False, max_length=40)
    since = forms.DateField(label=_("自"), required=False, widget=day_input())
    until = forms.DateField(label=_("至"), required=False, widget=day_input())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _("“至”在“自”以前，请改一个。"))
        return cleaned


def _object(viewer: Viewer, said: str) -> str:
    """``workorder:7`` for an order's number, ``case:12`` for a case's; anything else as it stands."""
    text = said.strip()
    if match := re.fullmatch(r"A\d{6}-0*(\d{1,12})", text.upper()):
        return f"case:{match[1]}"
    if re.fullmatch(r"GD\d+", text.upper()):
        return f"workorder:{workorders.find_by_number(viewer, text) or 0}"
    return text


def _start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _asked(viewer: Viewer, form: SearchForm) -> dict[str, Any]:
    asked = form.cleaned_data if form.is_bound and form.is_valid() else {}
    since, until, who = asked.get("since"), asked.get("until"), asked.get("who", "").strip()
    return {
        "action": asked.get("action", ""),
        "object": _object(viewer, asked.get("object", "")),
        "since": _start_of(since) if since else None,
        "until": _start_of(until + timedelta(days=1)) if until else None,
        "account_ids": accounts.ids_named(who) if who else None,
    }


def found_events(request: PageRequest) -> QuerySet[Any]:
    return queries.find_events(request.viewer, **_asked(request.viewer, SearchForm(request.GET or None)))


def names_in(found: Iterable[Event]) -> dict[int, str]:
    """Of who acted, and for whom."""
    found = list(found)
    return accounts.names_of(
        {event.account_id for event in found if event.account_id}
        | {event.detail["acting_for"] for event in found if "acting_for" in event.detail}
    )


@page("audit.view")
def events(request: PageRequest) -> HttpResponse:
    form = SearchForm(request.GET or None)
    before = request.GET.get("before", "")
    asked = _asked(request.viewer, form)
    found = queries.list_events(request.viewer, **asked, limit=ROWS, before_seq=whole(before) or None)
    shown = deeds.Shown(found)
    walk = walking.find(deployment(), request.viewer)
    context = {
        "form": form,
        "events": [
            (event, deeds.deed(event.action), shown.thing(event), shown.pairs(event), deeds.raw(event))
            for event in found
        ],
        "count": min(queries.count_events(request.viewer, most=MOST, **asked), MOST),
        "names": shown.names,
        "next_seq": found[-1].seq if len(found) == ROWS else None,
        "walk": walk,
        "broken_words": words.word("chain_break", walk.found.get("kind"))[0] if walk else "",
        "checked": inspections.last_of(request.viewer, "inspections.check"),
    }
    return show(request, "officer/audit.html", context)


@page("audit.view", methods=("POST",), shown_on=events, changes_nothing=True)
def check_chain(request: PageRequest) -> HttpResponse:
    """Have the whole chain walked; how far it is, and then what was found, stands on the page."""
    walking.begin(deployment(), request.viewer, now=timezone.now())
    return redirect("officer:audit")


@page("audit.view", methods=("POST",), shown_on=events, changes_nothing=True)
def stop_check(request: PageRequest) -> HttpResponse:
    walking.stop(deployment(), request.viewer)
    return redirect("officer:audit")
