"""Signing in and out, choosing a post."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib import auth, messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts import queries as account_queries
from niangjia.apps.accounts.policy import password_policy
from niangjia.portals.design import keeping
from niangjia.portals.design.forms import Form
from niangjia.portals.design.pages import Access, page
from niangjia.portals.design.requests import PageRequest, address_of, whole
from niangjia.portals.design.showing import show
from niangjia.portals.public import sessions, sign_on


class LoginForm(Form):
    username = forms.CharField(
        label=_("用户名"),
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label=_("密码"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class SecondForm(Form):
    code = forms.CharField(
        label=_("验证码"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}
        ),
        help_text=_("身份验证应用里的六位数字；手机不在身边时填一个恢复码"),
    )


class PasswordForm(Form):
    old = forms.CharField(
        label=_("现在的密码"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label=_("新密码"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(label=_("再输一遍新密码"), max_length=128, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new"].help_text = password_policy().hint
        self.fields["new"].widget.attrs["aria-describedby"] = "hint-new"

    def clean_again(self) -> str:
        again = self.cleaned_data["again"]
        if again != self.cleaned_data.get("new"):
            raise forms.ValidationError(_("两次输入的新密码不一样。"))
        return again


def demo_logins() -> list[dict[str, Any]]:
    """One login a role, printed by the demo into its own folder; none anywhere else."""
    if settings.DEPLOYMENT is None or not settings.DEPLOYMENT.is_demo:
        return []
    file = settings.DEPLOYMENT.folder / "demo-logins.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else []


@page(Access.PUBLIC, methods=("GET", "POST"))
def login(request: PageRequest) -> HttpResponse:
    form = LoginForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        try:
            account_id = accounts.authenticate(
                username=form.cleaned_data["username"],
                password=form.cleaned_data["password"],
                address=address_of(request),
                now=now,
            )
        except accounts.LoginRefused as refusal:
            request.refusal, status = refusal, 403
        else:
            request.session.pop("sign_on", None)
            if not account_queries.has_second_factor(account_id):
                return sessions.enter(request, account_id, now=now)
            sessions.hold_half_way(request, account_id, now=now)
            asked = sessions.next_address(request)
            return redirect(reverse("public:second") + (f"?{urlencode({'next': asked})}" if asked else ""))
    return show_login(request, form, status=status)


def show_login(request: PageRequest, form: LoginForm | None = None, *, status: int = 200) -> HttpResponse:
    context = {
        "form": form or LoginForm(),
        "next": sessions.next_address(request),
        "demo_logins": demo_logins(),
        "left": request.session.pop("left", ""),
        "is_kept": keeping.waits(request),
        "sign_ons": sign_on.offered(),
        "way_out": request.session.pop("way_out", None),
    }
    return show(request, "public/login.html", context, status=status)


@page(Access.PUBLIC, methods=("GET", "POST"))
def second(request: PageRequest) -> HttpResponse:
    """The second step: a code of the app, a recovery code, or a passkey."""
    now = timezone.now()
    account_id = sessions.half_way(request, now=now)
    if account_id is None:
        return redirect("public:login")
    form = SecondForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            accounts.prove_second_factor(
                account_id=account_id, code=form.cleaned_data["code"], address=address_of(request), now=now
            )
        except accounts.SecondFactorRefused as refusal:
            request.refusal, status, form = refusal, 403, SecondForm()
        else:
            return sessions.enter(request, account_id, now=now)
    return show_second(request, form, status=422 if form.errors else status)


def show_second(request: PageRequest, form: SecondForm | None = None, *, status: int = 200) -> HttpResponse:
    account_id = sessions.half_way(request, now=timezone.now()) or 0
    context = {
        "form": form or SecondForm(),
        "next": sessions.next_address(request),
        "factors": account_queries.list_second_factors(account_id),
    }
    return show(request, "public/second.html", context, status=status)


@page(Access.ANY_POST, methods=("POST",), is_doorstep=True)
def logout(request: PageRequest) -> HttpResponse:
    way_out = sign_on.way_out(request)
    accounts.leave(
        account_id=request.viewer.account_id, sitting_id=request.session.get("sitting") or 0, now=timezone.now()
    )
    auth.logout(request)
    if way_out[1]:
        request.session["way_out"] = way_out
    return redirect("public:login")


@page(Access.ANY_POST, is_doorstep=True)
def stay(request: PageRequest) -> HttpResponse:
    """Asked by the page while somebody types: a long form is not idleness."""
    return HttpResponse("ok", content_type="text/plain")


@page(Access.ANY_POST, methods=("GET", "POST"), is_doorstep=True)
def password(request: PageRequest) -> HttpResponse:
    """One's own password. This session goes on, every other one ends."""
    form = PasswordForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        account_id = request.viewer.account_id
        old, new = form.cleaned_data["old"], form.cleaned_data["new"]
        try:
            accounts.change_password(
                account_id=account_id,
                old_password=old,
                new_password=new,
                sitting_id=request.session.get("sitting"),
                now=timezone.now(),
            )
        except accounts.LoginRefused as refusal:
            request.refusal, status = refusal, 403
        except (accounts.WeakPassword, accounts.PasswordUsedBefore) as refusal:
            request.refusal, status = refusal, 409
        else:
            auth.update_session_auth_hash(request, account_queries.get_account(account_id))
            sessions.prove(request, now=timezone.now())
            messages.success(request, gettext("密码已更改。"))
            return redirect("public:home")
    context = {"form": form, "due": account_queries.find_due(request.viewer, now=timezone.now())}
    return show(request, "public/password.html", context, status=422 if form.errors else status)


@page(Access.ANY_POST, methods=("POST",))
def choose_post(request: PageRequest) -> HttpResponse:
    post_id = whole(request.POST.get("post", ""))
    viewer = accounts.choose_post(viewer=request.viewer, post_id=post_id, now=timezone.now())
    request.session["post_id"] = viewer.post_id
    return redirect(sessions.next_address(request) or "public:home")
