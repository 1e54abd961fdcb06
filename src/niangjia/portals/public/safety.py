"""Sign-in and safety: one's own password, second factor and what happened to the account."""

from __future__ import annotations

from datetime import timedelta

import segno
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts import permissions, sealing
from niangjia.apps.accounts import queries as account_queries
from niangjia.apps.accounts.types import Due, TotpOffer
from niangjia.apps.audit import queries as audit
from niangjia.portals.design.forms import Form
from niangjia.portals.design.pages import Access, page
from niangjia.portals.design.requests import PageRequest, address_of
from niangjia.portals.design.showing import show
from niangjia.portals.design.words import WORDS
from niangjia.portals.public import sessions, sign_on

EVENTS = 8


class CodeForm(Form):
    code = forms.CharField(
        label=gettext_lazy("验证码"),
        max_length=20,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "autocapitalize": "none",
                "spellcheck": "false",
            }
        ),
        help_text=gettext_lazy("身份验证应用里现在显示的六位数字"),
    )


class ConfirmForm(Form):
    password = forms.CharField(
        label=gettext_lazy("现在的密码"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


@page(Access.ANY_POST, is_doorstep=True)
def safety(request: PageRequest) -> HttpResponse:
    viewer = request.viewer
    account = account_queries.get_account(viewer.account_id)
    now = timezone.now()
    is_proved_elsewhere = bool((request.session.get("sign_on") or {}).get("is_strong"))
    due = account_queries.find_due(viewer, is_proved_elsewhere=is_proved_elsewhere, now=now)
    if due in (Due.OWN_PASSWORD, Due.NEW_PASSWORD):
        return redirect("public:password")
    happened = audit.list_about(f"account:{viewer.account_id}", actions=tuple(WORDS["account_event"]), most=EVENTS)
    context = {
        "account": account,
        "due": due,
        "is_asked": account_queries.requires_second_factor(viewer.role),
        "factors": account_queries.list_second_factors(viewer.account_id),
        "sittings": account_queries.list_sittings(
            viewer.account_id,
            seen_since=now - timedelta(seconds=settings.SESSION_IDLE_SECONDS),
            begun_since=now - timedelta(seconds=settings.SESSION_COOKIE_AGE),
        ),
        "this_sitting": request.session.get("sitting"),
        "idle_minutes": settings.SESSION_IDLE_SECONDS // 60,
        "tokens": account_queries.list_tokens(viewer.account_id, now=now),
        "can_issue": bool(permissions.scopes_of(viewer.role)) and viewer.for_account_id is None,
        "happened": happened,
        "names": account_queries.names_of({event.account_id for event in happened if event.account_id}),
    }
    return show(request, "public/safety.html", context)


@page(Access.ANY_POST, methods=("GET", "POST"), is_doorstep=True)
def confirm(request: PageRequest) -> HttpResponse:
    """The password again, before something that opens the account is changed."""
    form = ConfirmForm(request.POST or None)
    now, status = timezone.now(), 200
    if request.method == "POST" and form.is_valid():
        try:
            accounts.authenticate(
                username=account_queries.get_account(request.viewer.account_id).username,
                password=form.cleaned_data["password"],
                address=address_of(request),
                now=now,
            )
        except accounts.LoginRefused as refusal:
            request.refusal, status = refusal, 403
        else:
            sessions.prove(request, now=now)
            return redirect(sessions.next_address(request) or "public:safety")
    mine = account_queries.subjects_of([request.viewer.account_id]).get(request.viewer.account_id, {})
    services = [one for one in sign_on.offered() if one.slug in mine]
    context = {"form": form, "next": sessions.next_address(request), "sign_ons": services}
    return show(request, "public/confirm.html", context, status=422 if form.errors else status)


@page(Access.ANY_POST, methods=("GET", "POST"), is_doorstep=True)
def totp(request: PageRequest) -> HttpResponse:
    """Put a secret into an app, show that it is there, take the recovery codes."""
    now = timezone.now()
    if away := sessions.ask_for_proof(request, now=now):
        return away
    account_id = request.viewer.account_id
    offer = _offer_of(request)
    form = CodeForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            codes = accounts.enrol_totp(
                account_id=account_id, key_hex=offer.key_hex, code=form.cleaned_data["code"], now=now
            )
        except accounts.SecondFactorRefused as refusal:
            request.refusal, status, form = refusal, 409, CodeForm()  # a refused code is of no more use
        else:
            request.session.pop("totp_offer", None)
            return show(request, "public/recovery_codes.html", {"codes": codes, "is_new": True})
    context = {"form": form, "offer": offer, "picture": _picture_of(offer)}
    return show(request, "public/totp.html", context, status=422 if form.errors else status)


@page(Access.ANY_POST, methods=("POST",), is_doorstep=True)
def remove_totp(request: PageRequest) -> HttpResponse:
    now = timezone.now()
    if away := sessions.ask_for_proof(request, now=now):
        return away
    accounts.remove_totp(account_id=request.viewer.account_id, now=now)
    messages.success(request, _("身份验证应用已停用。"))
    return redirect("public:safety")


@page(Access.ANY_POST, methods=("POST",), is_doorstep=True)
def recovery_codes(request: PageRequest) -> HttpResponse:
    now = timezone.now()
    if away := sessions.ask_for_proof(request, now=now):
        return away
    codes = accounts.new_recovery_codes(account_id=request.viewer.account_id, now=now)
    return show(request, "public/recovery_codes.html", {"codes": codes, "is_new": False})


@page(Access.ANY_POST, methods=("POST",), is_doorstep=True)
def end_sitting(request: PageRequest, sitting_id: int) -> HttpResponse:
    accounts.end_sitting(account_id=request.viewer.account_id, sitting_id=sitting_id, now=timezone.now())
    messages.success(request, _("那一处已退出。"))
    return redirect("public:safety")


@page(Access.ANY_POST, methods=("POST",), is_doorstep=True)
def end_other_sittings(request: PageRequest) -> HttpResponse:
    accounts.end_other_sittings(
        account_id=request.viewer.account_id, sitting_id=request.session.get("sitting"), now=timezone.now()
    )
    messages.success(request, _("除这里以外，别处都已退出。"))
    return redirect("public:safety")


def _offer_of(request: PageRequest) -> TotpOffer:
    """The secret offered in this session, sealed there: a page loaded again shows the same picture."""
    account_id = request.viewer.account_id
    username = account_queries.get_account(account_id).username
    if kept := request.session.get("totp_offer"):
        return accounts.offer_totp(username, key_hex=sealing.open_text(kept, f"accounts.offer:{account_id}"))
    offer = accounts.offer_totp(username)
    request.session["totp_offer"] = sealing.seal_text(offer.key_hex, f"accounts.offer:{account_id}")
    return offer


def _picture_of(offer: TotpOffer) -> SafeString:
    """SVG made here: the secret goes to no other server. No style or script stands in it."""
    picture = segno.make(offer.address, error="l").svg_inline(
        border=3, dark="#1d2939", light="#fff", svgclass="qr", omitsize=True
    )
    return mark_safe(picture)  # made of digits and path letters by segno; the address is drawn, not written
