"""A contest is set up: the pack is chosen, what it leaves open is filled in, and the whole text is pinned."""

from __future__ import annotations

import uuid
from datetime import datetime, time, timedelta

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.contests import actions, queries
from niangjia.apps.contests.types import Ask
from niangjia.kernel.problems import Refusal
from niangjia.portals.design.pages import page
from niangjia.portals.design.program_pages import language_now
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show
from niangjia.portals.services.contests.forms import CallForm

ASKED = {
    "quota": gettext_lazy("晋级名额"),
    "pass_mark": gettext_lazy("合格分"),
    "days": gettext_lazy("投票天数"),
    "choices": gettext_lazy("每人几票"),
    "places": gettext_lazy("名额"),
    "amount": gettext_lazy("奖金（元）"),
    "working_days": gettext_lazy("公示工作日"),
    "dropped": gettext_lazy("去掉几个最高、最低分"),
    "least_marks": gettext_lazy("至少几个有效分"),
    "points": gettext_lazy("加分"),
    "most_mb": gettext_lazy("每个文件最多几 MB"),
}
"""The numbers that a pack may leave open, by the name they have in it."""


@page("contests.manage")
def choose(request: PageRequest) -> HttpResponse:
    return show(request, "contests/choose.html", {"sheets": queries.list_packs(request.viewer)})


def field_name(ask: Ask) -> str:
    return "ask-" + ask.path.replace(".", "-")


@page("contests.manage", methods=("GET", "POST"))
def set_up(request: PageRequest, pack_id: str) -> HttpResponse:
    viewer: Viewer = request.viewer
    sheet = queries.get_sheet(viewer, pack_id)
    today = timezone.localdate()
    language = language_now()
    begun = {"title": sheet.title[language], "opens_on": today, "closes_on": today + timedelta(days=30)}
    form = CallForm(request.POST or None, initial=begun)
    for ask in sheet.asks:
        label = f"{ask.part.get(language, '')} · {ASKED.get(ask.name, ask.name)}".removeprefix(" · ")
        form.fields[field_name(ask)] = forms.DecimalField(
            label=label,
            min_value=0,
            widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "form-control"}),
        )
        form.fields[field_name(ask)].error_messages["required"] = _("请填写“%(label)s”。") % {"label": label}
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        values = {ask.path: f"{told[field_name(ask)]:f}" for ask in sheet.asks}
        try:
            contest_id = actions.make_contest(
                viewer=viewer, pack_id=pack_id, org_id=viewer.org_id, title=told["title"], opens_at=_midnight(told["opens_on"]),
                closes_at=_midnight(told["closes_on"] + timedelta(days=1)), values=values, key=request.POST.get("key", "")[:64] or uuid.uuid4().hex,
                now=timezone.now(),
            )  # fmt: skip
        except Refusal as refusal:
            request.refusal = refusal
            for ask in sheet.asks:
                if ask.path in getattr(refusal, "paths", ()):
                    form.add_error(field_name(ask), _("请填一个合适的整数。"))
            form.mark_errors()
        else:
            messages.success(request, _("已建好，还没有发布。"))
            return redirect("contests:run", contest_id)
    context = {"sheet": sheet, "form": form, "key": request.POST.get("key") or uuid.uuid4().hex}
    status = 422 if form.errors else 409 if getattr(request, "refusal", None) else 200
    return show(request, "contests/set_up.html", context, status=status)


def _midnight(day) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
