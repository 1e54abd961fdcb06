"""我的娘家: a worker reads what was found and decided about them, objects, applies, and says what their data may be used for."""

from __future__ import annotations

import uuid
from datetime import date

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.cases import actions as cases
from niangjia.apps.cases import queries
from niangjia.apps.cases.forms import CAUSES
from niangjia.apps.cases.types import CaseState, GrievanceAbout, OwnMatter
from niangjia.apps.funds import queries as funds
from niangjia.apps.funds.types import ReservationState
from niangjia.apps.matters import queries as matters
from niangjia.apps.registry import queries as registry_queries
from niangjia.kernel.money import ZERO
from niangjia.portals.design import words
from niangjia.portals.design.forms import Form
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show
from niangjia.portals.member.following import next_of, status_of

_WITHDRAWABLE = (
    CaseState.OPEN,
    CaseState.SUBMITTED,
    CaseState.FILE_DRAFT,
    CaseState.FILE_TIERED,
    CaseState.FILE_ANNOUNCED,
)


_NEXT = {
    CaseState.OPEN: gettext_lazy("下一步：工会派人上门了解，走访前先与您联系。"),
    CaseState.SUBMITTED: gettext_lazy("下一步：县级工会审核走访的结论。"),
    CaseState.CONFIRMED: gettext_lazy("下一步：发放专项帮扶金，并研究是否建档。"),
    CaseState.WATCH: gettext_lazy("工会会继续留意；情况有变化，请再告诉我们。"),
    CaseState.REPAIR: gettext_lazy("下一步：工会核对登记的信息，核对好再了解。"),
    CaseState.RETRY: gettext_lazy("工会没有联系上您，会再联系；也可以直接找单位工会。"),
    CaseState.FILE_DRAFT: gettext_lazy("下一步：填好档案，定档次，再公示。"),
    CaseState.FILE_TIERED: gettext_lazy("下一步：公示。"),
    CaseState.FILE_ANNOUNCED: gettext_lazy("下一步：公示期满没有异议，就批准建档。"),
    CaseState.ON_FILE: gettext_lazy("在档期间，工会会定期回访；款项送出后在“消息”里告诉您。"),
    CaseState.EXITING: gettext_lazy("工会提出退档，您可以提出异议。"),
}
_WAY = {"VERIFIED": gettext_lazy("核实"), "ANNOUNCED": gettext_lazy("公示"), "APPROVED": gettext_lazy("批准建档")}


def _steps(matter: OwnMatter) -> list[tuple[object, date | None, str]]:
    """
    The way of a case as the worker reads it: each step, its day, and what hinders it. Money last: done once that of every grant of the case
    has arrived. A case that ended shows what was done.
    """
    steps: list[tuple[object, date | None, str]] = [(_WAY[code], day, "") for code, day in matter.way]
    arrived = [at for _state, at in matter.grants if at is not None]
    paid_on = timezone.localdate(max(arrived)) if arrived and len(arrived) == len(matter.grants) else None
    steps.append((_("发放"), paid_on, _("退回，待核对账号") if _came_back(matter) else ""))
    return [step for step in steps if step[1] or step[2]] if matter.state is CaseState.CLOSED else steps


def _came_back(matter: OwnMatter) -> bool:
    return any(state is ReservationState.RETURNED for state, _at in matter.grants)


@page("own.view")
def mine(request: PageRequest) -> HttpResponse:
    return _mine(request)


def _mine(request: PageRequest, wrong: str = "") -> HttpResponse:
    """`wrong`: why what was told of a new trouble could not be sent."""
    viewer: Viewer = request.viewer
    person_id = viewer.person_id or 0
    card = registry_queries.get_person_card(viewer, person_id)
    views = registry_queries.list_views_of_person(viewer, person_id)
    got = funds.list_own_help(person_id)
    own = queries.get_own_matters(viewer)
    context = {
        "person": card,
        "matters": [
            (matter, matter.state in _WITHDRAWABLE, _NEXT.get(matter.state, ""), _steps(matter)) for matter in own
        ],
        "is_open": any(matter.state is not CaseState.CLOSED for matter in own),
        "why": next(iter(own), None),
        "got": got,
        "came_back": any(_came_back(matter) for matter in own),
        "got_total": sum((amount for _at, amount, _what, state in got if state == "SETTLED"), ZERO),
        "views": views,
        "names": accounts.names_of({view.account_id for view in views if view.account_id}),
        "causes": CAUSES,
        "wrong": wrong,
        "drafts": matters.list_drafts(viewer),
        "applications": [(one, status_of(one), next_of(one)) for one in matters.list_own(viewer)],
    }
    return show(request, "member/mine.html", context, status=422 if wrong else 200)


class ObjectionForm(Form):
    about = forms.ChoiceField(label=gettext_lazy("对什么有异议"), choices=words.choices("grievance_about"))
    text = forms.CharField(
        label=gettext_lazy("说明"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("写明哪里不对、事实是什么。加密保存。"),
    )
    contact = forms.CharField(label=gettext_lazy("怎样联系您"), max_length=100, required=False)
    key = forms.UUIDField(widget=forms.HiddenInput(), required=False)


@page("own.view", methods=("GET", "POST"))
def object_to(request: PageRequest, case_id: int) -> HttpResponse:
    form = ObjectionForm(request.POST or None, initial={"key": uuid.uuid4()})
    matter = next((one for one in queries.get_own_matters(request.viewer) if one.case_id == case_id), None)
    if matter is None:
        raise queries.NotFound
    status = 200
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            cases.object_to(
                viewer=request.viewer, case_id=case_id, about=GrievanceAbout(asked["about"]), words=asked["text"], contact=asked["contact"],
                key=asked["key"], now=timezone.now(),
            )  # fmt: skip
        except cases.ObjectionWaits as refusal:
            request.refusal, status = refusal, 409
        else:
            messages.success(request, _("异议已收到，由没有经手此事的工会干部核查并答复您。"))
            return redirect("member:mine")
    return show(request, "member/object.html", {"form": form, "matter": matter}, status=422 if form.errors else status)


@page("own.view")
def objection(request: PageRequest, grievance_id: int) -> HttpResponse:
    said = cases.read_grievance(viewer=request.viewer, grievance_id=grievance_id, now=timezone.now())
    return show(request, "member/objection.html", {"said": said})


@page("own.view", methods=("POST",), shown_on=mine)
def withdraw(request: PageRequest, case_id: int) -> HttpResponse:
    cases.withdraw(viewer=request.viewer, case_id=case_id, now=timezone.now())
    messages.success(request, _("已撤回。需要时随时可以再提出。"))
    return redirect("member:mine")


@page("own.view", methods=("POST",), shown_on=mine)
def apply(request: PageRequest) -> HttpResponse:
    causes = [cause for cause in request.POST.getlist("cause") if cause in CAUSES]
    if not causes:
        return _mine(request, _("请至少选一项主要原因；都不是，选“其他”，再点“告诉工会”。"))
    before = {matter.case_id for matter in queries.get_own_matters(request.viewer)}
    card = cases.apply_for_help(viewer=request.viewer, causes=causes, now=timezone.now())
    if card.id in before:  # nobody is sent, for the household's case goes on
        said = _("已经告诉工会：新的困难记在个案 %(number)s 里，由办理的工会与您联系。")
    else:
        said = _("已经告诉工会，编号 %(number)s。工会会派人了解。")
    messages.success(request, said % {"number": card.number})
    return redirect("member:mine")
