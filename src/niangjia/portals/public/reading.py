"""Pages for everybody: home, public notices, accessibility, and the page that shows every piece."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.actions import TooManyTries
from niangjia.apps.cases import actions as cases
from niangjia.apps.cases import queries as case_queries
from niangjia.apps.matters import actions as matters
from niangjia.apps.matters import queries as matter_queries
from niangjia.apps.objections.types import LiveNotice, RaisedObjection
from niangjia.kernel.problems import Refusal
from niangjia.portals.design import gallery, privacy, reviewed
from niangjia.portals.design.forms import Form
from niangjia.portals.design.pages import Access, page
from niangjia.portals.design.refusals import status_of
from niangjia.portals.design.requests import PageRequest, address_of
from niangjia.portals.design.showing import THEME, THEMES, show
from niangjia.portals.public import sessions


@page(Access.PUBLIC)
def home(request: PageRequest) -> HttpResponse:
    """Whoever is signed in goes on to their own desk."""
    if request.viewer is not None:
        return redirect("member:mine" if permissions.may(request.viewer, "own.view") else "officer:workbench")
    return show(request, "public/home.html")


@page(Access.PUBLIC)
def notices(request: PageRequest) -> HttpResponse:
    today = timezone.localdate()
    listed = [*case_queries.list_live_notices(today=today), *matter_queries.list_live_notices(today=today)]
    listed.sort(key=lambda one: one.starts_on, reverse=True)
    return show(request, "public/notices.html", {"notices": listed, "today": today})


class ObjectionForm(Form):
    words = forms.CharField(
        label=gettext_lazy("异议内容"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("请写明事实和依据。内容加密保存，只有处理人能看到。"),
    )
    contact = forms.CharField(
        label=gettext_lazy("怎样联系您"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("可以不填；填写后能收到答复。"),
    )
    key = forms.UUIDField(widget=forms.HiddenInput(), required=False)


@page(Access.PUBLIC, methods=("GET", "POST"))
def object_to_notice(request: PageRequest, notice_id: int) -> HttpResponse:
    """Of a hardship file."""
    return _object(request, notice_id, case_queries.list_live_notices, cases.object_to_notice)


@page(Access.PUBLIC, methods=("GET", "POST"))
def object_to_application(request: PageRequest, notice_id: int) -> HttpResponse:
    """Of an application."""
    return _object(request, notice_id, matter_queries.list_live_notices, matters.object_to_notice)


def _object(
    request: PageRequest,
    notice_id: int,
    live: Callable[..., list[LiveNotice]],
    object_to: Callable[..., RaisedObjection],
) -> HttpResponse:
    """Nothing typed is lost when it cannot be taken now; sent twice it is one objection with one receipt."""
    form = ObjectionForm(request.POST or None, initial={"key": uuid.uuid4()})
    now, status = timezone.now(), 200
    notice = next((one for one in live(today=timezone.localdate(now)) if one.id == notice_id), None)
    if notice is None:
        raise case_queries.NotFound
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            raised = object_to(
                notice_id=notice_id, words=asked["words"], contact=asked["contact"], key=asked["key"],
                address=address_of(request), now=now,
            )  # fmt: skip
        except TooManyTries as refusal:
            request.refusal, status = refusal, status_of(refusal)
        else:
            return show(request, "public/objected.html", {"receipt": raised.receipt})
    status = 422 if form.errors else status
    return show(request, "public/object.html", {"form": form, "notice": notice}, status=status)


class ReceiptForm(Form):
    receipt = forms.CharField(
        label=gettext_lazy("回执号"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        help_text=gettext_lazy("提交异议时给出的十二位号码，例如 7K3M-9QRT-2WXY"),
    )


@page(Access.PUBLIC, methods=("GET", "POST"))
def follow_objection(request: PageRequest) -> HttpResponse:
    """Where an objection stands, by its receipt number: by POST, so that the number stays out of addresses and histories."""
    form = ReceiptForm(request.POST or None)
    found, status = None, 200
    if request.method == "POST" and form.is_valid():
        try:
            found = cases.follow_objection(
                receipt=form.cleaned_data["receipt"], address=address_of(request), now=timezone.now()
            )
        except Refusal as refusal:
            request.refusal, status = refusal, status_of(refusal)
    context = {"form": form, "found": found}
    return show(request, "public/receipt.html", context, status=422 if form.errors else status)


@page(Access.PUBLIC)
def privacy_statement(request: PageRequest) -> HttpResponse:
    """What is used for what, from the declarations that the house itself reads."""
    said = privacy.declared()
    context = {"purposes": list(said["purposes"].values()), "kept": said["kept"], "feeds": privacy.personal_feeds()}
    return show(request, "public/privacy.html", context)


@page(Access.PUBLIC)
def accessibility(request: PageRequest) -> HttpResponse:
    """What is aimed at, what is tested, what is known to be wanting."""
    context = {"reviewed_on": reviewed.REVIEWED_ON, "tested": reviewed.TESTED, "limits": reviewed.LIMITS}
    return show(request, "public/accessibility.html", context)


@page(Access.PUBLIC)
def components(request: PageRequest) -> HttpResponse:
    """Every shared piece on one page, to look at and to test; ``?sample=500`` is the page of our own errors."""
    if request.GET.get("sample") == "500":
        return show(request, "500.html")
    return show(request, "design/components.html", gallery.pieces(request))


YEAR = 365 * 24 * 3600


@page(Access.PUBLIC, methods=("POST",))
def choose_theme(request: PageRequest) -> HttpResponse:
    """Light or dark, remembered by this browser for a year; back to the page it was asked on."""
    asked = request.POST.get("theme", "")
    response = redirect(sessions.next_address(request) or "public:home")
    if asked in THEMES:
        response.set_cookie(THEME, asked, max_age=YEAR, samesite="Lax", secure=request.is_secure(), httponly=True)
    return response
