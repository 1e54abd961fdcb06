"""A worker objects to what was decided or announced of an application, adds papers, and reads the answer. Works without JavaScript."""

from __future__ import annotations

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.files.types import FileCard
from niangjia.apps.matters import actions as matters
from niangjia.apps.matters import queries
from niangjia.apps.objections.types import GrievanceState
from niangjia.portals.design.forms import Form
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show
from niangjia.portals.design.uploads import Keep, UploadField, answer, hand_out, take, wants_small


class ObjectionForm(Form):
    text = forms.CharField(
        label=gettext_lazy("为什么不同意"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("写明哪里不对、事实是什么。加密保存，只有核查的人能看。"),
    )
    contact = forms.CharField(label=gettext_lazy("怎样联系您"), max_length=100, required=False)
    key = forms.UUIDField(widget=forms.HiddenInput(), required=False)


@page("own.view", methods=("GET", "POST"))
def object_to(request: PageRequest, matter_id: int) -> HttpResponse:
    viewer: Viewer = request.viewer
    now = timezone.now()
    form = ObjectionForm(request.POST or None, initial={"key": uuid.uuid4()})
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        objection_id = matters.object_to(
            viewer=viewer, matter_id=matter_id, words=asked["text"], contact=asked["contact"], key=asked["key"], now=now
        )
        for problem in take(request, "papers", _keeper(viewer, objection_id)):
            messages.warning(request, problem)
        messages.success(request, _("异议已收到，由没有经手的工会干部核查并答复您。"))
        return redirect("member:application_objection", objection_id)
    one = queries.get_objectable(viewer, matter_id, now=now)
    if one.waiting_id is not None and request.method != "POST":
        return redirect("member:application_objection", one.waiting_id)
    context = {
        "form": form,
        "card": one.card,
        "decision": one.decision,
        "reason": one.reason,
        "may": one.may,
        "field": _papers(None, ()),
    }
    return show(request, "member/application_object.html", context, status=422 if form.errors else 200)


def _keeper(viewer: Viewer, objection_id: int) -> Keep:
    def keep(content: bytes, key: uuid.UUID | None) -> FileCard:
        return matters.keep_objection_file(
            viewer=viewer, objection_id=objection_id, content=content, key=key, now=timezone.now()
        )

    return keep


def _papers(objection_id: int | None, files: tuple[FileCard, ...], errors: list[str] | None = None) -> UploadField:
    return UploadField(
        "papers",
        _("材料（可以没有）"),
        hint=_("照片或 PDF，加密保存，只有核查的人能看。"),
        files=[(one, reverse("member:objection_file", args=[objection_id, one.key])) for one in files],
        send_to=reverse("member:objection_upload", args=[objection_id]) if objection_id else "",
        most=matters.MOST_FILES,
        errors=errors or [],
    )


@page("own.view", methods=("GET", "POST"))
def objection(request: PageRequest, objection_id: int) -> HttpResponse:
    """My words, my papers and the answer; while it is open, more papers may be added."""
    viewer: Viewer = request.viewer
    now = timezone.now()
    card = queries.get_objection(viewer, objection_id)
    errors: list[str] = []
    if request.method == "POST" and card.state is GrievanceState.OPEN:
        for key in request.POST.getlist("papers-drop"):
            matters.drop_objection_file(viewer=viewer, objection_id=objection_id, key=key, now=now)
        errors = take(request, "papers", _keeper(viewer, objection_id))
        if not errors:
            messages.success(request, _("材料已保存。"))
            return redirect("member:application_objection", objection_id)
    matter, decision = queries.get_decided(viewer, card.matter_id)
    context = {
        "card": card,
        "matter": matter,
        "decision": decision,
        "said": matters.read_objection(viewer=viewer, objection_id=objection_id, now=now),
        "field": _papers(objection_id, card.files, errors),
    }
    return show(request, "member/application_objection.html", context, status=422 if errors else 200)


@page("own.view", methods=("POST",))
def upload(request: PageRequest, objection_id: int) -> HttpResponse:
    """One file at a time, for the page's script."""
    viewer: Viewer = request.viewer

    def drop(key: str) -> None:
        matters.drop_objection_file(viewer=viewer, objection_id=objection_id, key=key, now=timezone.now())

    return answer(request, _keeper(viewer, objection_id), drop)


@page("own.view")
def open_file(request: PageRequest, objection_id: int, key: str) -> HttpResponse:
    opened = matters.open_objection_file(
        viewer=request.viewer, objection_id=objection_id, key=key, now=timezone.now(), is_small=wants_small(request)
    )
    return hand_out(opened)
