"""One member's honours and skill levels: what contests gave, and certificates got by examination that an officer enters or takes down."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.apps.accounts import permissions
from niangjia.apps.registry import actions as registry
from niangjia.apps.registry import queries
from niangjia.apps.registry.types import Certificate
from niangjia.kernel.problems import Refusal
from niangjia.portals.design.forms import Form, day_input
from niangjia.portals.design.pages import page
from niangjia.portals.design.people import record_seen
from niangjia.portals.design.refusals import status_of
from niangjia.portals.design.requests import PageRequest, whole
from niangjia.portals.design.showing import show
from niangjia.portals.design.tags import skill_choices


class CertificateForm(Form):
    level = forms.ChoiceField(label=gettext_lazy("技能等级"))
    occupation = forms.CharField(
        label=gettext_lazy("职业（工种）"), max_length=120, help_text=gettext_lazy("照证书写，例如：电工")
    )
    number = forms.CharField(
        label=gettext_lazy("证书编号"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    )  # fmt: skip
    given_on = forms.DateField(label=gettext_lazy("发证日期"), widget=day_input())
    issuer = forms.CharField(label=gettext_lazy("发证机构"), max_length=80)
    reason = forms.CharField(
        label=gettext_lazy("凭什么登记"), max_length=300, widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("例如：看了证书原件，在技能人才评价证书查询网核对过"),
    )  # fmt: skip

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["level"].choices = skill_choices()  # type: ignore[attr-defined]


@page("registry.view", methods=("GET", "POST"))
def member(request: PageRequest, household_id: int, person_id: int) -> HttpResponse:
    viewer, now, status = request.viewer, timezone.now(), 200
    members = [one.person for one in queries.list_household_members(viewer, household_id)]
    card = next((one for one in members if one.id == person_id), None)
    if card is None:
        raise queries.NotFound
    form = CertificateForm(request.POST or None)
    if request.method == "POST":
        permissions.require(viewer, "registry.correct")
        if form.is_valid():
            told = dict(form.cleaned_data)
            reason = told.pop("reason")
            try:
                registry.enter_certificate(
                    viewer=viewer, person_id=person_id, certificate=Certificate(**told), reason=reason, now=now
                )  # fmt: skip
            except Refusal as refusal:
                request.refusal, status = refusal, status_of(refusal)
            else:
                messages.success(request, _("证书已登记，各项目从现在起看得到这个等级。"))
                return redirect("officer:certificates", household_id, person_id)
    record_seen(viewer, household_id, "household", now, person_ids=[person_id])
    context = {
        "household_id": household_id,
        "card": card,
        "recognitions": queries.list_recognitions([person_id]).get(person_id, []),
        "form": form,
        "may_enter": permissions.may(viewer, "registry.correct"),
    }
    return show(request, "officer/certificates.html", context, status=422 if form.errors else status)


@page("registry.correct", methods=("POST",), shown_on=member)
def take_down(request: PageRequest, household_id: int, person_id: int) -> HttpResponse:
    recognition_id, reason = whole(request.POST.get("certificate", "")), request.POST.get("reason", "")
    registry.withdraw_certificate(
        viewer=request.viewer, recognition_id=recognition_id, reason=reason, now=timezone.now()
    )
    messages.success(request, _("已撤下。"))
    return redirect("officer:certificates", household_id, person_id)
