"""The auditor's pages: what was done by whom, and whether the chain is whole."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from niangjia.apps.accounts import queries as accounts
from niangjia.apps.audit import queries
from niangjia.apps.audit.types import Event
from niangjia.jobs import verify
from niangjia.portals.design.forms import Form, day_input
from niangjia.portals.design.pages import page
from niangjia.portals.design.paging import Paginator
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
        label=_("对象"), required=False, max_length=80, help_text=_("例如 case:12、batch:3、person:45")
    )
    since = forms.DateField(label=_("自"), required=False, widget=day_input())


def _asked(form: SearchForm) -> dict[str, Any]:
    asked = form.cleaned_data if form.is_bound and form.is_valid() else {}
    since = asked.get("since")
    return {
        "action": asked.get("action", ""),
        "object": asked.get("object", "").strip(),
        "since": timezone.make_aware(datetime.combine(since, time.min)) if since else None,
    }


def found_events(request: PageRequest) -> QuerySet[Any]:
    return queries.find_events(request.viewer, **_asked(SearchForm(request.GET or None)))


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
    found = queries.list_events(request.viewer, **_asked(form), limit=ROWS, before_seq=whole(before) or None)
    context = {
        "form": form,
        "events": found,
        "count": Paginator(queries.find_events(request.viewer, **_asked(form)), ROWS).count,
        "names": names_in(found),
        "next_seq": found[-1].seq if len(found) == ROWS else None,
        "report": getattr(request, "report", None),
    }
    return show(request, "officer/audit.html", context)


@page("audit.view", methods=("POST",), shown_on=events)
def check_chain(request: PageRequest) -> HttpResponse:
    """Walk the whole chain now and say what was found. Reads only."""
    request.report = verify.verify_audit(deployment())
    return events.unguarded(request)
