"""Signing in and out, choosing a post."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import auth, messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts import queries as account_queries
from niangjia.apps.accounts.policy import password_policy
from niangjia.portals.design.forms import Form
from niangjia.portals.design.pages import Access, page
from niangjia.portals.design.requests import PageRequest, address_of, whole
from niangjia.portals.design.showing import show

_BACKEND = "niangjia.apps.accounts.backends.AccountBackend"


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
    next_address = request.POST.get("next") or request.GET.get("next") or ""
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
            auth.login(request, account_queries.get_account(account_id), backend=_BACKEND)
            if url_has_allowed_host_and_scheme(
                next_address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
            ):
                return redirect(next_address)
            return redirect("public:home")
    context = {"form": form, "next": next_address, "demo_logins": demo_logins()}
    return show(request, "public/login.html", context, status=status)


@page(Access.ANY_POST, methods=("POST",), is_doorstep=True)
def logout(request: PageRequest) -> HttpResponse:
    auth.logout(request)
    return redirect("public:login")


@page(Access.ANY_POST, methods=("GET", "POST"), is_doorstep=True)
def password(request: PageRequest) -> HttpResponse:
    """One's own password. This session goes on, every other one ends."""
    form = PasswordForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        account_id = request.viewer.account_id
        old, new = form.cleaned_data["old"], form.cleaned_data["new"]
        try:
            accounts.change_password(account_id=account_id, old_password=old, new_password=new, now=timezone.now())
        except accounts.LoginRefused as refusal:
            request.refusal, status = refusal, 403
        except (accounts.WeakPassword, accounts.PasswordUsedBefore) as refusal:
            request.refusal, status = refusal, 409
        else:
            auth.update_session_auth_hash(request, account_queries.get_account(account_id))
            messages.success(request, gettext("密码已更改。"))
            return redirect("public:home")
    context = {"form": form, "due": account_queries.find_due(request.viewer, now=timezone.now())}
    return show(request, "public/password.html", context, status=422 if form.errors else status)


@page(Access.ANY_POST, methods=("POST",))
def choose_post(request: PageRequest) -> HttpResponse:
    post_id = whole(request.POST.get("post", ""))
    viewer = accounts.choose_post(viewer=request.viewer, post_id=post_id, now=timezone.now())
    request.session["post_id"] = viewer.post_id
    return redirect("public:home")
