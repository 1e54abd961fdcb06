"""How many of the workers are members, union by union, and who says how many workers there are."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.apps.accounts import permissions
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations.types import Level
from niangjia.apps.registry import actions as registry
from niangjia.apps.registry import queries
from niangjia.portals.design.forms import Form, day_input
from niangjia.portals.design.pages import page
from niangjia.portals.design.paging import Paginator
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show
from niangjia.portals.officer.exporting import Column, Listing, export_of

ROWS = 50
"""Sector federations on a page."""


class HeadcountForm(Form):
    """`unions`: of whom it may be told, id and name."""

    union = forms.ChoiceField(label=gettext_lazy("哪个工会"), help_text=gettext_lazy("连同下级工会的职工一起算"))
    workers = forms.IntegerField(label=gettext_lazy("职工人数"), min_value=1, max_value=100_000_000, help_text=gettext_lazy("会员和不是会员的都算"))  # fmt: skip
    on = forms.DateField(label=gettext_lazy("哪天的数"), widget=day_input(), initial=timezone.localdate)
    source = forms.CharField(label=gettext_lazy("依据"), max_length=120, help_text=gettext_lazy("例如单位花名册、统计局企业一套表、邮政管理局名录"))  # fmt: skip

    def __init__(self, *args: Any, unions: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["union"].choices = unions  # type: ignore[attr-defined]


@page("registry.view")
def coverage(request: PageRequest) -> HttpResponse:
    """Nobody's number is guessed: where nobody told, there is no ratio."""
    rows = queries.list_coverage(request.viewer)
    federations = [row for row in rows[1:] if row.union.level is Level.FEDERATION]
    federations.sort(key=lambda row: row.workers is None)  # those that somebody told of come first
    context = {
        "whole": rows[0],
        "below": [row for row in rows[1:] if row.union.level is not Level.FEDERATION],
        "federations": Paginator(federations, ROWS).get_page(request.GET.get("page")),
        "form": _form(request) if permissions.may(request.viewer, "registry.tell") else None,
    }
    return show(request, "officer/coverage.html", context)


COVERAGE = Listing(
    "coverage",
    gettext_lazy("入会覆盖率"),
    lambda request: queries.list_coverage(request.viewer),
    lambda request: (
        Column(gettext_lazy("工会"), lambda row: row.union.name, 30),
        Column(gettext_lazy("行业"), lambda row: row.union.sector, 16),
        Column(gettext_lazy("会员"), lambda row: row.members, 10),
        Column(gettext_lazy("职工人数"), lambda row: row.workers, 10),
        Column(gettext_lazy("其中计入的会员"), lambda row: row.counted if row.workers is not None else None, 14),
        Column(gettext_lazy("依据"), lambda row: row.own.source if row.own else None, 30),
        Column(gettext_lazy("哪天的数"), lambda row: row.own.on if row.own else None, 12),
    ),
)
export_coverage = export_of(COVERAGE, coverage)


@page("registry.tell", methods=("POST",), shown_on=coverage)
def tell_headcount(request: PageRequest) -> HttpResponse:
    form = _form(request)
    if not form.is_valid():
        response = coverage.unguarded(request)
        response.status_code = 422
        return response
    told = form.cleaned_data
    registry.tell_headcount(
        viewer=request.viewer, org_id=int(told["union"]), workers=told["workers"], on=told["on"], source=told["source"], now=timezone.now()
    )  # fmt: skip
    messages.success(request, _("已记下。再记同一天的就是更正。"))
    return redirect("officer:coverage")


def _form(request: PageRequest) -> HeadcountForm:
    return HeadcountForm(request.POST or None, unions=_unions(request))


def _unions(request: PageRequest) -> list[tuple[str, str]]:
    """The viewer's own and those right below it, sector federations first."""
    own = organizations.get_union(request.viewer.org_id)
    below = [one for one in organizations.list_children(own.id) if one.is_active]
    below.sort(key=lambda one: one.level is not Level.FEDERATION)
    return [(str(one.id), one.name) for one in (own, *below)]
