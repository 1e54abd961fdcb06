"""The ten minutes before a shift: logged at a phone, the library of topics, and how many unions hold them."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.bookings import actions as bookings
from niangjia.apps.bookings import queries
from niangjia.apps.bookings.types import Speaker, TalkFacts, TopicFacts, TopicField
from niangjia.apps.registry import queries as registry
from niangjia.kernel.months import Month
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show
from niangjia.portals.officer.exporting import Column, Listing, export_of, word
from niangjia.portals.services.bookings.forms import TalkForm, TopicForm
from niangjia.portals.services.bookings.officer import midnight, month_of

ROWS = 25


@page("bookings.view", methods=("GET", "POST"))
def talks(request: PageRequest) -> HttpResponse:
    viewer: Viewer = request.viewer
    may = permissions.may(viewer, "bookings.manage")
    form = _form(request)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        facts = TalkFacts(
            viewer.org_id, told["team"], int(told["topic"]), Speaker(told["speaker"]), told["held_at"], told["minutes"], told["heads"]
        )  # fmt: skip
        bookings.log_talk(viewer=viewer, facts=facts, key=request.POST.get("key", "")[:36], now=timezone.now())
        messages.success(request, _("已记下。"))
        own = registry.count_members_at([viewer.org_id]).get(viewer.org_id, 0)
        if 0 < own < facts.heads:
            said = _(
                "记了 %(heads)s 人听讲，而本会只有 %(members)s 名会员。如果没有别的人来听，请核对；这一场在列表里标出。"
            )
            messages.warning(request, said % {"heads": facts.heads, "members": own})
        return redirect("bookings:talks")
    month, span = _asked(request)
    rows = Paginator(queries.list_talks(viewer, **span), ROWS).get_page(request.GET.get("page"))
    members = registry.count_members_at({one.org_id for one in rows})
    context = {
        "rows": rows,
        "lines": [(one, _too_many(one, members)) for one in rows],
        "month": month,
        "before": month.previous(),
        "after": month.next(),
        "coverage": queries.coverage_of(viewer, **span),
        "reach": queries.talk_reach(viewer, **span, now=timezone.now()),
        "quiet": queries.quiet_unions(viewer, **span),
        "form": form if may else None,
        "key": request.POST.get("key", "")[:36] or uuid.uuid4(),
    }
    return show(request, "bookings/talks.html", context, status=422 if form.errors else 200)


def _asked(request: PageRequest) -> tuple[Month, dict[str, Any]]:
    """The month that the page shows, and from when until when that is."""
    first = month_of(request.GET.get("month", ""))
    month = Month.of(first)
    return month, {"first": midnight(first), "until": midnight(month.next().first_day)}


TALKS = Listing(
    "talks",
    gettext_lazy("班前十分钟"),
    lambda request: queries.list_talks(request.viewer, **_asked(request)[1]),
    lambda request: (
        Column(gettext_lazy("班组"), lambda one: one.team, 20),
        Column(gettext_lazy("工会"), lambda one: one.org.name, 30),
        Column(gettext_lazy("时间"), lambda one: one.held_at, 17),
        Column(gettext_lazy("分钟"), lambda one: one.minutes, 8),
        Column(gettext_lazy("主题"), lambda one: one.topic.title, 30),
        Column(gettext_lazy("谁讲的"), lambda one: word("speaker", one.speaker), 12),
        Column(gettext_lazy("人数"), lambda one: one.heads, 8),
    ),
    filters=("month",),
)
export_talks = export_of(TALKS, talks)


def _too_many(talk: Any, members: dict[int, int]) -> int:
    """Members of its union, where more heard the talk; 0 = nothing strange, or nobody knows how many there are."""
    count = members.get(talk.org_id, 0)
    return count if count < talk.heads else 0


def _form(request: PageRequest) -> TalkForm:
    form = TalkForm(request.POST or None, initial={"held_at": timezone.localtime(timezone.now())})
    field = form.fields["topic"]
    assert isinstance(field, forms.ChoiceField)
    field.choices = [(str(one.pk), one.title) for one in queries.list_topics(request.viewer, only_active=True)[:300]]
    return form


@page("bookings.view", methods=("GET", "POST"))
def topics(request: PageRequest) -> HttpResponse:
    viewer: Viewer = request.viewer
    form = TopicForm(request.POST or None)
    key = request.POST.get("key", "")[:36] or str(uuid.uuid4())
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        facts = TopicFacts(told["title"], viewer.org_id, TopicField(told["field"]), told["text"])
        bookings.add_topic(viewer=viewer, facts=facts, key=key, now=timezone.now())
        messages.success(request, _("主题已加入，本会及下级工会都可以用。"))
        return redirect("bookings:topics")
    rows = Paginator(queries.list_topics(viewer), ROWS).get_page(request.GET.get("page"))
    may = permissions.may(viewer, "bookings.manage")
    context = {"rows": rows, "form": form if may else None, "key": key}
    return show(request, "bookings/topics.html", context, status=422 if form.errors else 200)
