"""Unions opened, edited, moved, merged and closed: what happens to everything open there is shown first."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.apps.organizations import actions as organizations
from niangjia.apps.organizations import queries, scope
from niangjia.apps.organizations.types import PARENTS, ChangeKind, Level, Union
from niangjia.jobs import reorganise
from niangjia.portals.design import words
from niangjia.portals.design.forms import Form, day_input
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show

SHOWN = 50
KINDS = (ChangeKind.MOVE, ChangeKind.MERGE, ChangeKind.CLOSE)


class AskForm(Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("怎样变动"), choices=[(code, words.WORDS["union_change"][code][0]) for code in KINDS]
    )
    to = forms.CharField(
        label=gettext_lazy("新上级或承接工会"), max_length=80, help_text=gettext_lazy("填编号，或名称中的几个字"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    from_day = forms.DateField(label=gettext_lazy("从哪天起"), widget=day_input())
    along = forms.BooleanField(label=gettext_lazy("在任干部一起过去，岗位不变（合并、撤销时）"), required=False)


class WhyForm(Form):
    reason = forms.CharField(
        label=gettext_lazy("理由和依据"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}), help_text=gettext_lazy("写明批文文号")
    )  # fmt: skip


class EditForm(Form):
    name = forms.CharField(label=gettext_lazy("名称"), max_length=200)
    leader = forms.CharField(label=gettext_lazy("负责人"), max_length=64, required=False)
    sector = forms.CharField(label=gettext_lazy("行业"), max_length=40, required=False)
    area = forms.RegexField("^([0-9]{2,12})?$", label=gettext_lazy("行政区划代码"), required=False)
    uscc = forms.RegexField("^([0-9A-Za-z]{18})?$", label=gettext_lazy("统一社会信用代码"), required=False)
    from_day = forms.DateField(label=gettext_lazy("从哪天起"), widget=day_input())
    reason = forms.CharField(label=gettext_lazy("理由和依据"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))

    def values(self) -> dict[str, str]:
        given = {name: self.cleaned_data[name] for name in organizations.EDITABLE}
        return given | {"area": organizations.area_of(given["area"]), "uscc": given["uscc"].upper()}


class OpenForm(EditForm):
    code = forms.RegexField("^[0-9A-Za-z._-]{1,64}$", label=gettext_lazy("编号"))
    level = forms.ChoiceField(label=gettext_lazy("级别"))
    field_order = ("code", "level")

    def __init__(self, *args: Any, parent: Union, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["level"].choices = [  # type: ignore[attr-defined]
            (level.value, words.WORDS["level"][level.value][0])
            for level in Level
            if parent.level in PARENTS.get(level, ())
        ]


def _own(request: PageRequest, org_id: int) -> Union:
    """Raises NoSuchUnion: also for one outside the viewer's part of the tree."""
    union = queries.get_union(org_id)
    if not scope.covers(request.viewer.org_path, union.path):
        raise queries.NoSuchUnion(org_id)
    return union


@page("organizations.manage")
def change(request: PageRequest, org_id: int) -> HttpResponse:
    """Ask for a change, choose the other union, see what would happen. Nothing is done here."""
    union = _own(request, org_id)
    given = request.POST if request.method == "POST" else request.GET
    form = AskForm(
        given if "kind" in given else None, initial={"from_day": timezone.localdate(), "kind": given.get("kind", "")}
    )
    context: dict[str, Any] = {"union": union, "form": form, "why": getattr(request, "form", None) or _why(given)}
    if "kind" in given and form.is_valid():
        found = _found(request, form.cleaned_data["to"], union)
        context["found"] = found
        if len(found) == 1:
            context["outlook"] = reorganise.look(request.viewer, _asked(form, union, found[0]), now=timezone.now())
            context["shown"] = SHOWN
    return show(request, "officer/union_change.html", context, status=422 if "kind" in given and form.errors else 200)


def _why(given: Any) -> WhyForm:
    return WhyForm(initial={"reason": given.get("reason", "")})


def _found(request: PageRequest, text: str, union: Union) -> list[Union]:
    exact = queries.find_union_by_code(text.strip())
    if exact is not None and scope.covers(request.viewer.org_path, exact.path):
        return [exact]
    return [
        one
        for one in queries.find_unions(request.viewer.org_path, text.strip())
        if one.id != union.id and one.is_active
    ]


def _asked(form: AskForm, union: Union, to: Union, reason: str = "") -> reorganise.Asked:
    asked = form.cleaned_data
    return reorganise.Asked(ChangeKind(asked["kind"]), union.id, to.id, asked["from_day"], reason, asked["along"])


@page("organizations.manage", methods=("POST",), shown_on=change)
def change_now(request: PageRequest, org_id: int) -> HttpResponse:
    """Do what was shown, or keep it as a plan for its day."""
    union, form, why = _own(request, org_id), AskForm(request.POST), WhyForm(request.POST)
    request.form = why
    found = _found(request, form.cleaned_data["to"], union) if form.is_valid() else []
    if not why.is_valid() or len(found) != 1:
        response = change.unguarded(request, org_id=org_id)
        response.status_code = 422
        return response
    asked = _asked(form, union, found[0], why.cleaned_data["reason"])
    if request.POST.get("keep"):
        reorganise.plan(request.viewer, asked, now=timezone.now())
        messages.success(request, _("已存为计划，到那天请再来看一遍并办理。现在什么也没有变动。"))
    else:
        reorganise.carry_out(request.viewer, asked, mark=request.POST.get("mark", ""), now=timezone.now())
        messages.success(request, _("已办理。原编号仍可查到，过去的名单和决定仍写当时的工会。"))
    return redirect(f"{reverse('officer:unions')}?org={org_id}")


@page("organizations.manage", methods=("POST",), shown_on=change)
def drop_plan(request: PageRequest, org_id: int) -> HttpResponse:
    reorganise.drop_plan(request.viewer, org_id, now=timezone.now())
    messages.success(request, _("计划已取消。"))
    return redirect(f"{reverse('officer:unions')}?org={org_id}")


@page("organizations.manage", methods=("GET", "POST"))
def edit_union(request: PageRequest, org_id: int) -> HttpResponse:
    union = _own(request, org_id)
    present = {name: getattr(union, name) for name in organizations.EDITABLE}
    form = EditForm(request.POST or None, initial={**present, "from_day": timezone.localdate()})
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            changed = reorganise.edit_union(
                request.viewer, org_id=union.id, values=form.values(), from_day=form.cleaned_data["from_day"],
                reason=form.cleaned_data["reason"], now=timezone.now(),
            )  # fmt: skip
        except organizations.WrongDay as refusal:
            request.refusal, status = refusal, 409
        else:
            messages.success(request, _("已更改。") if changed else _("没有改动。"))
            return redirect(f"{reverse('officer:unions')}?org={org_id}")
    context = {"union": union, "form": form}
    return show(request, "officer/union_edit.html", context, status=422 if form.errors else status)


@page("organizations.manage", methods=("GET", "POST"))
def open_union(request: PageRequest, org_id: int) -> HttpResponse:
    """A new union under this one."""
    parent = _own(request, org_id)
    form = OpenForm(
        request.POST or None, parent=parent, initial={"from_day": timezone.localdate(), "area": parent.area}
    )
    status = 200
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        values = form.values() | {"code": asked["code"], "level": asked["level"]}
        try:
            new_id = reorganise.open_union(
                request.viewer,
                parent_id=parent.id,
                values=values,
                from_day=asked["from_day"],
                reason=asked["reason"],
                now=timezone.now(),
            )
        except (organizations.CodeTaken, organizations.CannotStandThere) as refusal:
            request.refusal, status = refusal, 409
        else:
            messages.success(request, _("工会已建立。"))
            return redirect(f"{reverse('officer:unions')}?org={new_id}")
    context = {"union": parent, "form": form, "is_new": True}
    return show(request, "officer/union_edit.html", context, status=422 if form.errors else status)
