"""Passkeys: the only pages that need the browser's script, for the browser alone speaks with an authenticator."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts.types import Site
from niangjia.portals.design.pages import Access, page
from niangjia.portals.design.requests import PageRequest, address_of
from niangjia.portals.design.showing import show
from niangjia.portals.public import entering, safety, sessions

_MINUTES = 5  # from the question to the answer


@page(Access.ANY_POST, methods=("POST",), is_doorstep=True)
def start_adding(request: PageRequest) -> HttpResponse:
    now = timezone.now()
    if away := sessions.ask_for_proof(request, now=now):
        return JsonResponse({"away": away.headers["Location"]})
    options, state = accounts.begin_adding(account_id=request.viewer.account_id, site=_site(request))
    _keep(request, state)
    return JsonResponse(options)


@page(Access.ANY_POST, methods=("POST",), shown_on=safety.safety, is_doorstep=True)
def add(request: PageRequest) -> HttpResponse:
    now = timezone.now()
    if away := sessions.ask_for_proof(request, now=now):
        return away
    codes = accounts.add_passkey(
        account_id=request.viewer.account_id, site=_site(request), state=_kept(request), answer=_answer(request),
        name=request.POST.get("name", ""), now=now,
    )  # fmt: skip
    if codes:
        return show(request, "public/recovery_codes.html", {"codes": codes, "is_new": True, "is_passkey": True})
    messages.success(request, _("通行密钥已添加，下次登录即可使用。"))
    return redirect("public:safety")


@page(Access.ANY_POST, methods=("POST",), shown_on=safety.safety, is_doorstep=True)
def rename(request: PageRequest, passkey_id: int) -> HttpResponse:
    accounts.rename_passkey(
        account_id=request.viewer.account_id, passkey_id=passkey_id, name=request.POST.get("name", "")
    )
    messages.success(request, _("名称已更改。"))
    return redirect("public:safety")


@page(Access.ANY_POST, methods=("POST",), shown_on=safety.safety, is_doorstep=True)
def remove(request: PageRequest, passkey_id: int) -> HttpResponse:
    now = timezone.now()
    if away := sessions.ask_for_proof(request, now=now):
        return away
    accounts.remove_passkey(account_id=request.viewer.account_id, passkey_id=passkey_id, now=now)
    messages.success(request, _("通行密钥已移除。"))
    return redirect("public:safety")


@page(Access.PUBLIC, methods=("POST",))
def start_entering(request: PageRequest) -> HttpResponse:
    account_id = sessions.half_way(request, now=timezone.now())
    options, state = accounts.begin_entering(site=_site(request), account_id=account_id)
    _keep(request, state)
    return JsonResponse(options)


@page(Access.PUBLIC, methods=("POST",))
def enter(request: PageRequest) -> HttpResponse:
    """Instead of name and password, or as the second step after them."""
    now = timezone.now()
    half_way = sessions.half_way(request, now=now)
    try:
        account_id = accounts.enter_by_passkey(
            site=_site(request), state=_kept(request), answer=_answer(request), account_id=half_way,
            address=address_of(request), now=now,
        )  # fmt: skip
    except accounts.PasskeyRefused as refusal:
        request.refusal = refusal
        again = entering.show_second if half_way is not None else entering.show_login
        return again(request, status=403)
    return sessions.enter(request, account_id, now=now)


def _site(request: PageRequest) -> Site:
    host = request.get_host()
    return Site(host.rsplit(":", 1)[0] if not host.endswith("]") else host, f"{request.scheme}://{host}")


def _keep(request: PageRequest, state: dict[str, Any]) -> None:
    request.session["passkey"] = [state, timezone.now().timestamp()]


def _kept(request: PageRequest) -> dict[str, Any]:
    """The question asked last; it is asked once and forgotten. Empty when there is none, which nothing answers."""
    state, since = request.session.pop("passkey", None) or ({}, 0)
    return state if timezone.now().timestamp() - since <= _MINUTES * 60 else {}


def _answer(request: PageRequest) -> dict[str, Any]:
    try:
        answer = json.loads(request.POST.get("answer", ""))
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}
