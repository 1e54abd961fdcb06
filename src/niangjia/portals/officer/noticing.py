"""Public notices of this part of the tree, and the objections they brought."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.cases import actions as cases
from niangjia.apps.cases import queries
from niangjia.apps.cases.types import CaseFilter, CaseState
from niangjia.kernel.problems import Refusal
from niangjia.portals.design.forms import Form
from niangjia.portals.design.pages import page
from niangjia.portals.design.paging import Paginator
from niangjia.portals.design.people import household_names
from niangjia.portals.design.refusals import status_of
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show
from niangjia.portals.design.staleness import require_fresh, watch

ROWS = 25


def found_announced(request: PageRequest) -> QuerySet[Any]:
    return queries.list_cases(request.viewer, CaseFilter(state=CaseState.FILE_ANNOUNCED))


def found_grievances(request: PageRequest) -> QuerySet[Any]:
    return queries.list_grievances(request.viewer, only_open=request.GET.get("all") != "1")


@page("cases.announce")
def notices(request: PageRequest) -> HttpResponse:
    viewer: Viewer = request.viewer
    announced = list(found_announced(request))
    waiting = list(queries.list_cases(viewer, CaseFilter(state=CaseState.FILE_TIERED)))
    shows_all = request.GET.get("all") == "1"
    rows = Paginator(found_grievances(request), ROWS).get_page(request.GET.get("page"))
    context = {
        "waiting": waiting,
        "announced": announced,
        "names": household_names(case.household_id for case in [*waiting, *announced]),
        "rows": rows,
        "shows_all": shows_all,
    }
    return show(request, "officer/notices.html", context)


class AnswerForm(Form):
    verdict = forms.ChoiceField(
        label=gettext_lazy("结论"),
        choices=[("upheld", gettext_lazy("成立：公示或决定须更正")), ("rejected", gettext_lazy("不成立：维持"))],
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    )
    answer = forms.CharField(label=gettext_lazy("答复"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))


@page("cases.review", methods=("GET", "POST"))
def grievance(request: PageRequest, grievance_id: int) -> HttpResponse:
    """The words of an objection; reading them is on record. Answered by somebody who had no hand in the case."""
    viewer: Viewer = request.viewer
    now = timezone.now()
    watch(request)
    row = queries.list_grievances(viewer, only_open=False).filter(pk=grievance_id).first()
    if row is None:
        raise queries.NotFound
    watch(request, f"case:{row.case_id}")
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            require_fresh(request)
            cases.answer_grievance(
                viewer=viewer,
                grievance_id=grievance_id,
                is_upheld=form.cleaned_data["verdict"] == "upheld",
                answer=form.cleaned_data["answer"],
                now=now,
            )
        except Refusal as refusal:
            if status_of(refusal) != 409:
                raise
            request.refusal = refusal  # the answer stays in its field
        else:
            messages.success(request, _("已答复。"))
            return redirect("officer:notices")
    context = {
        "row": row,
        "said": cases.read_grievance(viewer=viewer, grievance_id=grievance_id, now=now),
        "form": form,
    }
    status = 409 if getattr(request, "refusal", None) else 422 if form.errors else 200
    return show(request, "officer/grievance.html", context, status=status)
