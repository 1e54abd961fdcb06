"""Which person of the register an account belongs to: said by ID number, shown masked, untied with a reason, all of it on record."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts import queries as account_queries
from niangjia.apps.audit import queries as audit
from niangjia.apps.registry import actions as registry
from niangjia.apps.registry import queries as persons
from niangjia.portals.design.forms import Form
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest, whole
from niangjia.portals.design.showing import show

STEPS = ("accounts.link_person", "accounts.unlink_person", "accounts.person_not_found")


class PersonForm(Form):
    id_number = forms.CharField(
        label=gettext_lazy("本人身份证号"), max_length=18,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "text", "spellcheck": "false"}),
        help_text=gettext_lazy("登记后只显示掩码。在哪个工会的会员都可以。"),
    )  # fmt: skip


class UntieForm(Form):
    reason = forms.CharField(
        label=gettext_lazy("为什么解除"), max_length=300, widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("例如：同名，登记错了人。原来登记的是谁留在记录里。"),
    )  # fmt: skip


@page("accounts.manage")
def whose(request: PageRequest, account_id: int) -> HttpResponse:
    """Raises OutOfReach."""
    account = account_queries.get_account_in_reach(request.viewer, account_id)
    events = audit.list_about(f"account:{account_id}", actions=STEPS, most=20)
    people = {one.detail["person"]: persons.masked_identity(one.detail["person"]) for one in events if "person" in one.detail}  # fmt: skip
    if account.person_id:
        people[account.person_id] = persons.masked_identity(account.person_id)
    sent = getattr(request, "form", None)
    context = {
        "account": account,
        "person": people.get(account.person_id),
        "steps": [(one, people.get(one.detail.get("person"))) for one in events],
        "names": account_queries.names_of({one.account_id for one in events if one.account_id}),
        "is_own": account_id == request.viewer.account_id,
        "form": sent if isinstance(sent, PersonForm) else PersonForm(),
        "untie_form": sent if isinstance(sent, UntieForm) else UntieForm(),
        "org": whole(request.GET.get("org", "") or request.POST.get("org", "")),
    }
    return show(request, "officer/whose_account.html", context)


def _again(request: PageRequest, account_id: int) -> HttpResponse:
    response = whose.unguarded(request, account_id=account_id)
    response.status_code = 422
    return response


@page("accounts.manage", methods=("POST",), shown_on=whose)
def tie(request: PageRequest, account_id: int) -> HttpResponse:
    request.form = form = PersonForm(request.POST)
    if not form.is_valid():
        return _again(request, account_id)
    registry.say_whose_account(
        viewer=request.viewer, account_id=account_id, id_number=form.cleaned_data["id_number"], now=timezone.now()
    )
    messages.success(request, _("已登记。请核对下面的姓名和号码是不是本人。"))
    return redirect("officer:whose", account_id)


@page("accounts.manage", methods=("POST",), shown_on=whose)
def untie(request: PageRequest, account_id: int) -> HttpResponse:
    request.form = form = UntieForm(request.POST)
    if not form.is_valid():
        return _again(request, account_id)
    accounts.unlink_person(
        viewer=request.viewer, account_id=account_id, reason=form.cleaned_data["reason"], now=timezone.now()
    )
    messages.success(request, _("已解除，理由留在记录里。"))
    return redirect("officer:whose", account_id)
