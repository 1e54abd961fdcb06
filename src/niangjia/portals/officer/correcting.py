"""Workers who say that their data are wrong: the list, and one of them, accepted with a source or refused with a reason."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.apps.registry import actions as registry
from niangjia.apps.registry import queries
from niangjia.apps.registry.types import CorrectionCard
from niangjia.portals.design.forms import Form
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show

ROWS = 50


class BasisForm(Form):
    basis = forms.CharField(
        label=gettext_lazy("依据或理由"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("更正：看了什么材料。不予更正：为什么。本人会看到。"),
    )  # fmt: skip


def found_corrections(request: PageRequest) -> list[CorrectionCard]:
    return queries.list_corrections(request.viewer)


@page("registry.correct")
def corrections(request: PageRequest) -> HttpResponse:
    rows = Paginator(found_corrections(request), ROWS).get_page(request.GET.get("page"))
    return show(request, "officer/corrections_asked.html", {"rows": rows, "held": queries.list_held(request.viewer)})


@page("registry.correct")
def correction(request: PageRequest, correction_id: int) -> HttpResponse:
    """Opened with its words, which is recorded and seen by the worker."""
    card = next((one for one in queries.list_corrections(request.viewer) if one.id == correction_id), None)
    if card is None:
        raise queries.NotFound
    said = registry.open_correction(viewer=request.viewer, correction_id=correction_id, now=timezone.now())
    form = getattr(request, "form", None) or BasisForm()
    return show(request, "officer/correction_asked.html", {"card": card, "said": said, "form": form})


@page("registry.correct", methods=("POST",), shown_on=correction)
def decide(request: PageRequest, correction_id: int) -> HttpResponse:
    form = BasisForm(request.POST)
    request.form = form
    if not form.is_valid():
        response = correction.unguarded(request, correction_id=correction_id)
        response.status_code = 422
        return response
    is_accepted = request.POST.get("answer") == "accept"
    registry.decide_correction(
        viewer=request.viewer,
        correction_id=correction_id,
        is_accepted=is_accepted,
        basis=form.cleaned_data["basis"],
        now=timezone.now(),
    )
    messages.success(request, _("已更正，下一次数据导入不会改回。") if is_accepted else _("已答复本人，资料没有改动。"))
    return redirect("officer:corrections_asked")
