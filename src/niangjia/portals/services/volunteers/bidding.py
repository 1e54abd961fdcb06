"""揭榜: a helper says that they will do what is needed, and how."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.apps.volunteers import actions, queries
from niangjia.apps.volunteers.types import HelperState
from niangjia.kernel.problems import Refusal
from niangjia.portals.design.forms import Form
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show
from niangjia.portals.services.volunteers import shown


class BidForm(Form):
    words = forms.CharField(
        label=gettext_lazy("打算怎么做"), max_length=1000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("加密保存，只给提出需求的工会看。"),
    )  # fmt: skip


@page("own.view", methods=("GET", "POST"))
def bid(request: PageRequest, need_id: int) -> HttpResponse:
    viewer, now = request.viewer, timezone.now()
    need = next((one for one in queries.list_open_needs(now=now) if one.id == need_id), None)
    if need is None:
        raise queries.NoSuchNeed(need_id)
    kind = queries.kind_of(need.kind)
    listed = next((one for one in queries.list_own_helpers(viewer) if one.kind == kind.id), None)
    form, status = BidForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        try:
            pair_id = actions.bid(viewer=viewer, need_id=need_id, words=form.cleaned_data["words"], now=now)
        except Refusal as refusal:
            request.refusal, status = refusal, 409
        else:
            messages.success(request, _("已揭榜，等提出需求的工会决定。"))
            return redirect("volunteers:own_pair", pair_id)
    context = {
        "form": form, "need": need, "kind": kind, "may_bid": listed is not None and listed.state is HelperState.ACTIVE, "listed": listed,
        "skills": queries.skills(), "field": kind.fields.get(need.field), "day_words": shown.day_words(),
    }  # fmt: skip
    return show(request, "volunteers/bid.html", context, status=422 if form.errors else status)
