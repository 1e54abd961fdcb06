"""How somebody was served, said without signing in: a number, the end of a telephone number, one choice. By POST, so that no number stands in an address."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from niangjia.apps.matters import actions as matters
from niangjia.apps.matters.types import Verdict
from niangjia.kernel.problems import Refusal
from niangjia.portals.design.forms import Form
from niangjia.portals.design.pages import Access, page
from niangjia.portals.design.requests import PageRequest, address_of
from niangjia.portals.design.showing import show
from niangjia.portals.services.matters.forms import refused

LONGEST = 40


class RatingForm(Form):
    number = forms.CharField(
        label=gettext_lazy("回执号或编号"),
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        help_text=gettext_lazy("回执上的十二位号码，或 SX 开头的编号"),
    )
    digits = forms.CharField(
        label=gettext_lazy("手机号末四位"),
        required=False,
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric", "class": "form-control digits"}),
        help_text=gettext_lazy("办这件事时留的手机号；匿名提出、没有留的，空着"),
    )
    verdict = forms.ChoiceField(
        label=gettext_lazy("办得怎么样？"),
        choices=Verdict.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选一项。"), "invalid_choice": gettext_lazy("请选一项。")},
    )


@page(Access.PUBLIC, methods=("GET", "POST"))
def rate(request: PageRequest) -> HttpResponse:
    """The form, and thanks. What was typed comes back with a refusal, which says nothing of what exists."""
    form = RatingForm(request.POST or None)
    if request.method != "POST":
        return show(request, "matters/rate.html", {"form": form})
    if not form.is_valid():
        return show(request, "matters/rate.html", {"form": form}, status=422)
    said = form.cleaned_data
    try:
        matters.rate(
            number=said["number"], digits=said["digits"], verdict=Verdict(said["verdict"]), address=address_of(request),
            now=timezone.now(),
        )  # fmt: skip
    except Refusal as refusal:
        return show(request, "matters/rate.html", {"form": form}, status=refused(request, refusal))
    return show(request, "matters/rated.html", {"verdict": said["verdict"]})
