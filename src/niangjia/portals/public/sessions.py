"""What a session knows of its signing in: who is half-way in, and how long ago somebody proved who they are."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.contrib import auth
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from niangjia.apps.accounts import actions
from niangjia.apps.accounts import queries as accounts
from niangjia.portals.design import keeping
from niangjia.portals.design.requests import PageRequest, address_of, device_of

_BACKEND = "niangjia.apps.accounts.backends.AccountBackend"
HALF_WAY = timedelta(minutes=10)  # from the password to the second factor
FRESH = timedelta(minutes=15)  # from a proof to an act on passwords and factors: a machine left open gives nothing away


def next_address(request: PageRequest) -> str:
    """The path where the reader wanted to go, if that is here; else empty."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return asked if is_ours and asked.startswith("/") else ""


def hold_half_way(request: PageRequest, account_id: int, *, now: datetime) -> None:
    """The password was right; the second factor is still owed. Nobody is signed in yet."""
    request.session.cycle_key()
    account = accounts.get_account(account_id)
    request.session["half_way"] = [account_id, account.get_session_auth_hash(), now.timestamp()]


def half_way(request: PageRequest, *, now: datetime) -> int | None:
    """The account whose second factor is owed; None once its time is over, its password another or it is disabled."""
    account_id, mark, since = request.session.get("half_way") or (None, "", 0)
    if account_id is None or now.timestamp() - since > HALF_WAY.total_seconds() or not accounts.is_active(account_id):
        return None
    return account_id if accounts.get_account(account_id).get_session_auth_hash() == mark else None


def enter(request: PageRequest, account_id: int, *, now: datetime) -> HttpResponse:
    """Sign in for good and go where the reader wanted."""
    onward = request.session.pop("onward", "")  # kept here while the reader was at a sign-on of others
    request.session.pop("half_way", None)
    keeping.hand_on(request, account_id)
    auth.login(request, accounts.get_account(account_id), backend=_BACKEND)
    request.session["sitting"] = actions.begin_sitting(
        account_id=account_id, device=device_of(request), address=address_of(request), now=now
    )
    prove(request, now=now)
    return redirect(next_address(request) or onward or "public:home")


def prove(request: PageRequest, *, now: datetime) -> None:
    request.session["proved_at"] = now.timestamp()


def ask_for_proof(request: PageRequest, *, now: datetime, page: str = "public:safety") -> HttpResponse | None:
    """None if the reader proved lately who they are; else the way to the page that asks, and back; after an act, to its `page`."""
    if now.timestamp() - request.session.get("proved_at", 0) <= FRESH.total_seconds():
        return None
    keeping.keep(request)
    back = request.get_full_path() if request.method == "GET" else reverse(page)
    return redirect(f"{reverse('public:confirm')}?{urlencode({'next': back})}")
