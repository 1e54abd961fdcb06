"""本地参数: the numbers that papers leave to each place, entered by one officer and approved by another."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.organizations import areas
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.programs import actions as programs
from niangjia.apps.programs import queries
from niangjia.apps.programs.types import PackCard, ParameterCard
from niangjia.engines.policy.parameters import area_prefix
from niangjia.portals.design.forms import Form, ReasonForm, day_input
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show
from niangjia.portals.design.tags import parameter_word


class ValueForm(Form):
    name = forms.ChoiceField(label=gettext_lazy("参数"))
    area = forms.ChoiceField(label=gettext_lazy("适用地区"))
    starts_on = forms.DateField(label=gettext_lazy("从哪天起"), widget=day_input())
    value = forms.CharField(
        label=gettext_lazy("值"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    source = forms.CharField(label=gettext_lazy("出处"), max_length=300, help_text=gettext_lazy("文号或网址"))

    def __init__(
        self, *args: Any, parameters: list[ParameterCard], places: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        named = [(one.name, strip_tags(parameter_word(one))) for one in parameters]
        self.fields["name"].choices = [("", _("请选择")), *named]  # type: ignore[attr-defined]
        self.fields["area"].choices = places  # type: ignore[attr-defined]


@page("programs.view")
def parameters(request: PageRequest) -> HttpResponse:
    """One programme's parameters as they stand in the viewer's division today, what waits for approval, and the form for another value."""
    viewer: Viewer = request.viewer
    asked = request.POST if request.method == "POST" else request.GET
    home = organizations.get_union(viewer.org_id).area
    today = timezone.localdate()
    cards = _in_force_here(viewer, home)
    program = asked.get("program", "")
    card = next((one for one in cards if one.pack_id == program), None)
    found = queries.list_parameters_in_force(viewer, program, area=home, asof=today) if card else []
    entered = queries.list_parameters(viewer, program=program) if card else []
    can_enter = permissions.may(viewer, "programs.manage")
    context = {
        "cards": cards,
        "card": card,
        "home": home,
        "found": found,
        "entered": [one for one in entered if _is_here(one.area or (card.area if card else ""), home)],
        "titles": {one.name: parameter_word(one) for one in found},
        "names": accounts.names_of({one.entered_by for one in entered}),
        "mine": {one.id for one in entered if viewer.has_hand_in([one.entered_by])},
        "can_enter": can_enter,
        "form": getattr(request, "form", None) or _form(viewer, card, found, home, asked.get("name", "")),
    }
    return show(request, "officer/parameters.html", context)


def _in_force_here(viewer: Viewer, home: str) -> list[PackCard]:
    here = area_prefix(home)
    found: dict[str, PackCard] = {}
    for card in queries.list_packs(viewer):
        if card.active_until is None and (here.startswith(card.area) or card.area.startswith(here)):
            found.setdefault(card.pack_id, card)
    return sorted(found.values(), key=lambda one: one.pack_id)


def _is_here(area: str, home: str) -> bool:
    here, there = area_prefix(home), area_prefix(area)
    return here.startswith(there) or there.startswith(here)


def _form(viewer: Viewer, card: PackCard | None, found: list[ParameterCard], home: str, name: str) -> ValueForm | None:
    if card is None or not found or not permissions.may(viewer, "programs.manage"):
        return None
    return ValueForm(
        parameters=found, places=_places(home), initial={"name": name, "starts_on": timezone.localdate(), "area": home}
    )


def _places(home: str) -> list[tuple[str, str]]:
    """The viewer's division and the counties in it."""
    here = area_prefix(home)
    below = [
        (code, f"{city} {county}")
        for code, county, city in areas.counties_of(home)
        if area_prefix(code).startswith(here)
    ]
    return [(home, areas.full_name_of(home)), *(one for one in below if area_prefix(one[0]) != here)]


@page("programs.manage", methods=("POST",), shown_on=parameters)
def enter_parameter(request: PageRequest) -> HttpResponse:
    viewer: Viewer = request.viewer
    home, program = organizations.get_union(viewer.org_id).area, request.POST.get("program", "")
    found = queries.list_parameters_in_force(viewer, program, area=home, asof=timezone.localdate())
    form = ValueForm(request.POST, parameters=found, places=_places(home))
    request.form = form
    if not form.is_valid():
        response = parameters.unguarded(request)
        response.status_code = 422
        return response
    programs.enter_parameter(viewer=viewer, program=program, now=timezone.now(), **form.cleaned_data)
    messages.success(request, _("已录入，等另一位同事审批后生效。"))
    return redirect(f"{reverse('officer:parameters')}?program={program}")


@page("programs.manage", methods=("POST",), shown_on=parameters)
def approve_parameter(request: PageRequest, parameter_id: int) -> HttpResponse:
    one = programs.approve_parameter(viewer=request.viewer, parameter_id=parameter_id, now=timezone.now())
    messages.success(request, _("已审批，自 %(day)s 起按这个值决定。") % {"day": one.starts_on})
    return redirect(f"{reverse('officer:parameters')}?program={one.pack_id}")


@page("programs.manage", methods=("POST",), shown_on=parameters)
def withdraw_parameter(request: PageRequest, parameter_id: int) -> HttpResponse:
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    programs.withdraw_parameter(viewer=request.viewer, parameter_id=parameter_id, reason=reason, now=timezone.now())
    messages.success(request, _("已撤回。"))
    return redirect(f"{reverse('officer:parameters')}?program={request.POST.get('program', '')}")
