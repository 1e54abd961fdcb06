"""Public notices of applications and what is objected to them or to their decisions: the list, and one objection to be answered."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.matters import actions as matters
from niangjia.apps.matters import queries
from niangjia.kernel.problems import Refusal
from niangjia.portals.design.forms import Form
from niangjia.portals.design.pages import page
from niangjia.portals.design.paging import Paginator
from niangjia.portals.design.refusals import status_of
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show
from niangjia.portals.design.staleness import require_fresh, watch
from niangjia.portals.design.uploads import hand_out, wants_small

ROWS = 25


def found(request: PageRequest) -> QuerySet[Any]:
    return queries.list_objections(request.viewer, only_open=request.GET.get("all") != "1")


@page("matters.answer")
def objections(request: PageRequest) -> HttpResponse:
    rows = Paginator(found(request), ROWS).get_page(request.GET.get("page"))
    context = {
        "announced": queries.list_announced(request.viewer, today=timezone.localdate())[:ROWS],
        "rows": rows,
        "cards": queries.objection_cards(rows),
        "shows_all": request.GET.get("all") == "1",
    }
    return show(request, "officer/objections.html", context)


class AnswerForm(Form):
    verdict = forms.ChoiceField(
        label=gettext_lazy("结论"),
        choices=[
            ("upheld", gettext_lazy("成立：由没有经手的同事重新决定，或撤下公示更正")),
            ("rejected", gettext_lazy("不成立：维持原来的决定")),
        ],
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    )
    answer = forms.CharField(
        label=gettext_lazy("答复"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("用平常话写明查到了什么、为什么。申请人会看到，旁边附决定的依据条款。"),
    )


@page("matters.answer", methods=("GET", "POST"))
def objection(request: PageRequest, objection_id: int) -> HttpResponse:
    """The words of an objection, with the decision and its clauses beside; reading them is on record."""
    viewer: Viewer = request.viewer
    now = timezone.now()
    watch(request)
    card = queries.get_objection(viewer, objection_id)
    watch(request, f"matter:{card.matter_id}")
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            require_fresh(request)
            is_settled = matters.answer_objection(
                viewer=viewer,
                objection_id=objection_id,
                is_upheld=form.cleaned_data["verdict"] == "upheld",
                words=form.cleaned_data["answer"],
                now=now,
            )
        except Refusal as refusal:
            if status_of(refusal) != 409:
                raise
            request.refusal = refusal  # the answer stays in its field
        else:
            if is_settled:
                messages.success(request, _("已答复。"))
            else:
                messages.warning(request, _("已答复。钱已在发放，请在“复议”里按更正后的事实重新计算，差额补发。"))
            return redirect("officer:objection", objection_id)
    matter, decision = queries.get_decided(viewer, card.matter_id)
    context = {
        "card": card,
        "matter": matter,
        "decision": decision,
        "reconsider": reverse("officer:reconsider", args=[decision.id])
        if decision and permissions.may(viewer, "programs.manage")
        else "",
        "said": matters.read_objection(viewer=viewer, objection_id=objection_id, now=now),
        "names": accounts.names_of({card.answered_by} if card.answered_by else set()),
        "form": form,
    }
    status = 409 if getattr(request, "refusal", None) else 422 if form.errors else 200
    return show(request, "officer/objection.html", context, status=status)


@page("matters.answer")
def open_file(request: PageRequest, objection_id: int, key: str) -> HttpResponse:
    """A paper that came with an objection; opening it is on record."""
    opened = matters.open_objection_file(
        viewer=request.viewer, objection_id=objection_id, key=key, now=timezone.now(), is_small=wants_small(request)
    )
    return hand_out(opened)
