"""Standing in for a colleague on leave: handing one's post over, and ending it before its time."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts import permissions, queries
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.portals.design import words
from niangjia.portals.design.forms import Form, day_input
from niangjia.portals.design.pages import Access, page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show


class HandOverForm(Form):
    account = forms.TypedChoiceField(label=gettext_lazy("由谁代岗"), coerce=int)
    starts_on = forms.DateField(label=gettext_lazy("从哪天"), widget=day_input())
    last_on = forms.DateField(label=gettext_lazy("到哪天（含）"), widget=day_input())

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        colleagues = queries.list_stand_ins(viewer, today=timezone.localdate())
        self.fields["account"].choices = [  # type: ignore[attr-defined]
            ("", _("请选择")),
            *((card.account_id, f"{name} · {words.word('role', card.role)[0]}") for card, name in colleagues),
        ]
        self.is_anybody_there = bool(colleagues)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("starts_on") and given.get("last_on") and given["last_on"] < given["starts_on"]:
            self.add_error("last_on", _("最后一天不能早于第一天。"))
        return given


@page(Access.ANY_POST)
def standing_in(request: PageRequest) -> HttpResponse:
    viewer = request.viewer
    if viewer.role is Role.WORKER:
        raise permissions.NotAllowed("posts.hand_over")
    today = timezone.localdate()
    form = getattr(request, "form", None) or HandOverForm(viewer=viewer, initial={"starts_on": today})
    context = {"rows": queries.list_standing_in(viewer.account_id, today=today), "form": form, "today": today}
    return show(request, "officer/standing_in.html", context)


@page(Access.ANY_POST, methods=("POST",), shown_on=standing_in)
def hand_over(request: PageRequest) -> HttpResponse:
    form = HandOverForm(request.POST, viewer=request.viewer)
    request.form = form
    if not form.is_valid():
        response = standing_in.unguarded(request)
        response.status_code = 422
        return response
    asked = form.cleaned_data
    accounts.hand_over(
        viewer=request.viewer, account_id=asked["account"], starts_on=asked["starts_on"], last_on=asked["last_on"], now=timezone.now(),
    )  # fmt: skip
    messages.success(request, _("已交接。到期自动结束，提前回来可随时收回。"))
    return redirect("officer:standing_in")


@page(Access.ANY_POST, methods=("POST",), shown_on=standing_in)
def take_back(request: PageRequest, post_id: int) -> HttpResponse:
    accounts.take_back(viewer=request.viewer, post_id=post_id, now=timezone.now())
    messages.success(request, _("代岗已结束。"))
    return redirect("officer:standing_in")
