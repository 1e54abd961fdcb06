"""Pages for everybody: home, public notices, accessibility, and the page that shows every piece."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.apps.accounts import permissions
from niangjia.apps.cases import actions as cases
from niangjia.apps.cases import queries as case_queries
from niangjia.portals.design import words
from niangjia.portals.design.forms import Form, ReasonForm
from niangjia.portals.design.pages import Access, page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show


@page(Access.PUBLIC)
def home(request: PageRequest) -> HttpResponse:
    """Whoever is signed in goes on to their own desk."""
    if request.viewer is not None:
        return redirect("member:mine" if permissions.may(request.viewer, "own.view") else "officer:workbench")
    return show(request, "public/home.html")


@page(Access.PUBLIC)
def notices(request: PageRequest) -> HttpResponse:
    today = timezone.localdate()
    return show(
        request, "public/notices.html", {"notices": case_queries.list_live_notices(today=today), "today": today}
    )


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


@page(Access.PUBLIC, methods=("GET", "POST"))
def object_to_notice(request: PageRequest, notice_id: int) -> HttpResponse:
    form = ObjectionForm(request.POST or None)
    now = timezone.now()
    notice = next(
        (one for one in case_queries.list_live_notices(today=timezone.localdate(now)) if one.id == notice_id), None
    )
    if notice is None:
        raise case_queries.NotFound
    if request.method == "POST" and form.is_valid():
        cases.object_to_notice(
            notice_id=notice_id, words=form.cleaned_data["words"], contact=form.cleaned_data["contact"], now=now
        )
        messages.success(request, _("异议已收到，由上一级工会核查，答复前不会批准该户。"))
        return redirect("public:notices")
    return show(request, "public/object.html", {"form": form, "notice": notice}, status=422 if form.errors else 200)


@page(Access.PUBLIC)
def accessibility(request: PageRequest) -> HttpResponse:
    return show(request, "public/accessibility.html")


@page(Access.PUBLIC)
def components(request: PageRequest) -> HttpResponse:
    """Every shared piece on one page, to look at and to test."""
    wrong = ReasonForm({"reason": ""})
    wrong.is_valid()
    return show(
        request,
        "design/components.html",
        {"words": words.WORDS.items(), "form": ReasonForm(auto_id="right_%s"), "wrong": wrong},
    )
