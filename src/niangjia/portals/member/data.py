"""The worker's own data: what is held and from where, corrections, consents, who looked, and a copy to take away."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.cases import queries as cases
from niangjia.apps.funds import queries as funds
from niangjia.apps.matters import actions as matter_actions
from niangjia.apps.matters import queries as matters
from niangjia.apps.matters.queries import Details
from niangjia.apps.matters.types import ObjectionCard
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.registry import actions as registry
from niangjia.apps.registry import queries
from niangjia.apps.registry.types import CorrectionField, CorrectionState, Purpose
from niangjia.portals.design import privacy, words
from niangjia.portals.design.asked import paper_title
from niangjia.portals.design.forms import Form
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show
from niangjia.portals.public import sessions

ROWS = 30


class CorrectionForm(Form):
    about = forms.ChoiceField(label=gettext_lazy("哪一项不对"), choices=words.choices("correction_field"))
    value = forms.CharField(
        label=gettext_lazy("应当是"), max_length=60, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("姓名、电话、银行账号请填；其他写在下面"),
    )  # fmt: skip
    note = forms.CharField(
        label=gettext_lazy("哪里不对，事实是什么"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("写明凭什么可以核对，例如户口簿、工资卡。加密保存，不用交附件。"),
    )  # fmt: skip
    key = forms.UUIDField(widget=forms.HiddenInput(), required=False)


def _own(request: PageRequest) -> int:
    return request.viewer.person_id or 0


@page("own.view")
def data(request: PageRequest) -> HttpResponse:
    """What the register holds, masked, where it came from, and what was asked to be corrected."""
    viewer = request.viewer
    card = queries.get_person_card(viewer, _own(request))
    held = {one.column: one for one in queries.list_held(viewer)}
    rows: list[dict[str, Any]] = [
        {"about": CorrectionField.NAME, "label": _("姓名"), "value": card.name, "sources": privacy.sources_of("name"), "held": held.get("name")},
        {"about": None, "label": _("身份证号"), "value": card.id_number, "sources": privacy.sources_of("name"), "held": None},
        {"about": CorrectionField.PHONE, "label": _("联系电话"), "value": card.phone, "sources": privacy.sources_of("phone"), "held": held.get("phone")},
        {"about": CorrectionField.BANK_ACCOUNT, "label": _("银行账号"), "value": card.bank_account, "sources": [], "held": None},
    ]  # fmt: skip
    memberships = queries.list_memberships(card.id)
    unions = organizations.get_unions(one.org_id for one in memberships)
    context = {
        "rows": rows,
        "card": card,
        "memberships": [(unions[one.org_id], one) for one in memberships],
        "members": queries.list_household_members(viewer, card.household_id) if card.household_id else [],
        "corrections": queries.list_corrections(viewer),
        "recognitions": queries.list_recognitions([card.id]).get(card.id, []),
    }
    return show(request, "member/data.html", context)


@page("own.view", methods=("GET", "POST"))
def correct(request: PageRequest) -> HttpResponse:
    """Say what is wrong; it becomes a small matter of the union."""
    form = CorrectionForm(request.POST or None, initial={"about": request.GET.get("about", ""), "key": uuid.uuid4()})
    status = 200
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            registry.raise_correction(
                viewer=request.viewer, field=CorrectionField(asked["about"]), value=asked["value"], note=asked["note"],
                key=asked["key"] or uuid.uuid4(), now=timezone.now(),
            )  # fmt: skip
        except registry.ValueUnfit as refusal:
            form.add_error("value", str(refusal.zh if request.LANGUAGE_CODE.startswith("zh") else refusal.en))
            form.mark_errors()
        except registry.CorrectionWaits as refusal:
            request.refusal, status = refusal, 409
        else:
            messages.success(request, _("已提交给您的工会核对，办理结果会告诉您。"))
            return redirect("member:data")
    return show(request, "member/correct.html", {"form": form}, status=422 if form.errors else status)


@page("own.view", methods=("POST",), shown_on=data)
def withdraw_correction(request: PageRequest, correction_id: int) -> HttpResponse:
    registry.withdraw_correction(viewer=request.viewer, correction_id=correction_id, now=timezone.now())
    messages.success(request, _("更正申请已撤回。"))
    return redirect("member:data")


@page("own.view")
def consents(request: PageRequest) -> HttpResponse:
    """Each purpose: what for, on what basis, since when, what stops by withdrawing, and what was said before."""
    said = queries.list_consents(request.viewer, _own(request))
    purposes = []
    for code, text in privacy.declared()["purposes"].items():
        history = [one for one in said if one.purpose.value == code]
        is_out = bool(history and history[0].withdrawn_at)
        purposes.append({"code": code, "text": text, "history": history, "is_out": is_out})
    return show(request, "member/consents.html", {"purposes": purposes})


@page("own.view", methods=("POST",), shown_on=consents)
def consent(request: PageRequest) -> HttpResponse:
    """Give or withdraw the consent to one purpose; the monthly cross-check where none is named."""
    now, code = timezone.now(), request.POST.get("purpose") or Purpose.SENSING.value
    text = privacy.declared()["purposes"].get(code)
    if text is None or not text["may_withdraw"]:
        return redirect("member:consents")
    said = registry.withdraw_consent if request.POST.get("wish") == "withdraw" else registry.give_consent
    said(viewer=request.viewer, person_id=_own(request), purpose=Purpose(code), now=now)
    if request.POST.get("wish") == "withdraw":
        messages.success(request, _("已停止。有困难时仍可自己申请。"))
    else:
        messages.success(request, _("已恢复，您随时可以再停止。"))
    return redirect("member:consents")


@page("own.view")
def views(request: PageRequest) -> HttpResponse:
    """Who looked at my data, all of it, newest first."""
    seen = queries.list_views_of_person(request.viewer, _own(request))
    rows = Paginator(seen, ROWS).get_page(request.GET.get("page"))
    names = accounts.names_of({view.account_id for view in rows if view.account_id})
    return show(request, "member/views.html", {"rows": rows, "names": names})


def _said(viewer: Viewer, one: Details) -> list[tuple[ObjectionCard, dict[str, str]]]:
    """One's own objections to an application, with their words, files and answers."""
    now = timezone.now()
    return [
        (
            matters.get_objection(viewer, card.id),
            matter_actions.read_objection(viewer=viewer, objection_id=card.id, now=now),
        )
        for card in one.objections
    ]


@page("own.view", methods=("GET", "POST"))
def copy(request: PageRequest) -> HttpResponse:
    """个保法第四十五条: everything the house holds about me, in plain, to read or to take away. Asks who one is first, and is recorded."""
    now = timezone.now()
    if away := sessions.ask_for_proof(request, now=now, page="member:copy"):
        return away
    if request.method != "POST":
        return show(request, "member/copy.html", {})
    viewer = request.viewer
    card = queries.get_person_card(viewer, _own(request))
    plain = registry.open_own_data(viewer=viewer, now=now)
    memberships = queries.list_memberships(card.id)
    seen = queries.list_views_of_person(viewer, card.id)
    context = {
        "plain": plain,
        "at": now,
        "memberships": [(organizations.get_union(one.org_id), one) for one in memberships],
        "members": queries.list_household_members(viewer, card.household_id) if card.household_id else [],
        "matters": cases.get_own_matters(viewer),
        "applications": [
            (one, [(paper, paper_title(paper.paper)) for paper in one.papers], _said(viewer, one))
            for one in matters.list_own_details(viewer, now=now)
        ],
        "got": funds.list_own_help(card.id),
        "consents": queries.list_consents(viewer, card.id),
        "corrections": queries.list_corrections(viewer),
        "recognitions": queries.list_recognitions([card.id]).get(card.id, []),
        "views": seen,
        "names": accounts.names_of({view.account_id for view in seen if view.account_id}),
        "feeds": privacy.personal_feeds(),
        "WAITS": CorrectionState.OPEN,
    }
    response = HttpResponse(
        render_to_string("member/copy_file.html", context, request), content_type="text/html; charset=utf-8"
    )
    response.headers["Content-Disposition"] = f'attachment; filename="niangjia-{now:%Y%m%d}.html"'
    return response
