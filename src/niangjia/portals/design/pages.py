"""Who may open a page, and what is shown when something is refused.

Every view carries `page(...)`: without it there is no policy, and a test fails on the address.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from enum import StrEnum
from functools import wraps
from inspect import signature
from typing import Any, Protocol, cast

from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone

from niangjia.apps.accounts import actions as account_actions
from niangjia.apps.accounts import permissions
from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Due
from niangjia.apps.audit import queries as audit
from niangjia.apps.messages import queries as inbox
from niangjia.kernel import looking
from niangjia.kernel.problems import Refusal
from niangjia.portals.design import keeping
from niangjia.portals.design.refilling import refill, typed
from niangjia.portals.design.refusals import status_of
from niangjia.portals.design.requests import PageRequest, address_of, device_of, whole
from niangjia.portals.design.showing import show
from niangjia.portals.design.staleness import require_fresh

View = Callable[..., HttpResponse]


class Page(Protocol):
    """A view with its policy. `unguarded` is the view itself, for a step that has asked for the right already."""

    policy: str | Access
    methods: tuple[str, ...]
    unguarded: View

    def __call__(self, request: HttpRequest, *args: Any, **parts: Any) -> HttpResponse: ...


class Access(StrEnum):
    """Policies that are not a permission of a post."""

    PUBLIC = "PUBLIC"  # anybody
    ANY_POST = "ANY_POST"  # whoever is signed in and holds a post today
    TOKEN = "TOKEN"  # a program with a token; the operation names its scope and right (`portals.api.doors`)


_FIRST = {Due.OWN_PASSWORD: "public:password", Due.NEW_PASSWORD: "public:password", Due.SECOND_FACTOR: "public:safety"}


def page(
    policy: str | Access,
    *,
    methods: Sequence[str] = ("GET",),
    shown_on: Page | None = None,
    is_doorstep: bool = False,
    changes_nothing: bool = False,
) -> Callable[[View], Page]:
    """
    Declare who may open a view, and by which methods.

    `policy`: an action of `accounts.permissions`, or an `Access`. The view finds the one who asks in `request.viewer`
    (null on a public page without a session). A refusal is shown on the page `shown_on`, called with the address parts it knows,
    or on a page of its own; what was typed stands in its form again. A step from a page that others have made stale meanwhile is refused
    (`staleness`), unless it `changes_nothing`. Who has something to do before anything else (a new password) is led there first, except from a
    `is_doorstep` page, which is where it is done. The refusal's status tells a missing right (403), a missing thing (404) and any other no (409) apart.
    """
    if not isinstance(policy, Access) and policy not in permissions.ACTIONS:
        raise KeyError(policy)
    allowed = {*methods, "HEAD"} if "GET" in methods else set(methods)

    def declare(view: View) -> Page:
        @wraps(view)
        def guarded(request: PageRequest, *args: Any, **parts: Any) -> HttpResponse:
            if request.method not in allowed:
                response = show(request, "design/not_this_way.html", status=405)
                response.headers["Allow"] = ", ".join(sorted(allowed))
                return response
            with looking.look() if request.method != "POST" else nullcontext():
                return opened(request, *args, **parts)

        def opened(request: PageRequest, *args: Any, **parts: Any) -> HttpResponse:
            try:
                _recognise(request)
                if policy is not Access.PUBLIC and request.viewer is None:
                    return redirect_to_login(keeping.keep(request) or keeping.page_of(request))
                if policy is not Access.PUBLIC and not is_doorstep:
                    due = accounts.find_due(
                        request.viewer,
                        is_proved_elsewhere=bool((request.session.get("sign_on") or {}).get("is_strong")),
                        now=timezone.now(),
                        account=request.user if request.user.is_authenticated else None,
                        has_factor=request.has_second_factor,
                    )
                    if due is not None:
                        keeping.keep(request)
                        return redirect(_FIRST[due])
                if not isinstance(policy, Access):
                    permissions.require(request.viewer, policy)
                if shown_on is not None and not changes_nothing and request.method == "POST":
                    require_fresh(request)
                kept = keeping.find(request) if request.method == "GET" else None
                return _filled_again(request, kept, view, args, parts) if kept else view(request, *args, **parts)
            except Refusal as refusal:
                return _refused(request, refusal, shown_on, parts)

        declared = cast(Page, guarded)
        declared.policy, declared.methods, declared.unguarded = policy, tuple(methods), view
        return declared

    return declare


def _recognise(request: PageRequest) -> None:
    """Set who asks, checked afresh, with what the frame of every page shows. A session whose sitting or whose posts have all ended is signed out."""
    request.viewer = None  # type: ignore[assignment]
    request.posts, request.post_card, request.has_second_factor = (), None, None
    request.unread_count, request.seq = 0, None
    account_id = whole(str(request.session.get(SESSION_KEY, "")))
    if not account_id:
        return
    now, sitting_id = timezone.now(), request.session.get("sitting")
    known = accounts.recognise(
        account_id=account_id,
        post_id=request.session.get("post_id"),
        sitting_id=sitting_id,
        today=timezone.localdate(),
        along={"unread": inbox.counting_unread(account_id), "seq": audit.newest()},
    )
    if not request.user.is_authenticated:
        return
    if sitting_id is None:
        request.session["sitting"] = account_actions.begin_sitting(
            account_id=account_id, device=device_of(request), address=address_of(request), now=now
        )
    elif known.viewer and known.sitting_seen_at is None:
        logout(request)
        request.session["left"] = "ENDED"
        return
    elif known.sitting_seen_at:
        account_actions.keep_sitting(
            account_id=account_id, sitting_id=sitting_id, seen_at=known.sitting_seen_at, now=now
        )
    if known.viewer is None:
        logout(request)
        return
    request.viewer, request.posts, request.has_second_factor = known.viewer, known.posts, known.has_second_factor
    request.post_card = next(post for post in known.posts if post.id == known.viewer.post_id)
    request.unread_count, request.seq = known.along["unread"] or 0, known.along["seq"]


def _refused(request: PageRequest, refusal: Refusal, shown_on: Page | None, parts: dict[str, Any]) -> HttpResponse:
    status = status_of(refusal)
    if shown_on is not None and status == 409:
        try:
            if not isinstance(shown_on.policy, Access):
                permissions.require(request.viewer, shown_on.policy)
            request.refusal = refusal
            known = signature(shown_on.unguarded).parameters
            its_parts = {name: value for name, value in parts.items() if name in known}
            response = shown_on.unguarded(request, **its_parts)
            if request.method == "POST" and not _keep_typed(request, response) and typed(request.POST):
                request.kept = typed(request.POST)  # its form is not on the page any more
                response = shown_on.unguarded(request, **its_parts)
            response.status_code = status
            return response
        except Refusal:
            pass  # the page itself cannot be shown to this viewer: the refusal stands alone
    request.refusal = refusal
    kept = keeping.find(request) if request.viewer and request.method == "GET" else None
    request.kept = typed(kept.posted if kept else request.POST)
    return show(request, "design/refused.html", {"status": status}, status=status)


def _filled_again(
    request: PageRequest, kept: keeping.Kept, view: View, args: Sequence[Any], parts: dict[str, Any]
) -> HttpResponse:
    """The page with what was kept in its form; what is kept stays so until a page has shown it."""
    request.refusal = keeping.NotSentYet()
    response = view(request, *args, **parts)
    if response.status_code != 200 or response.streaming:
        return response
    if not _put_back(response, kept.action, kept.posted) and typed(kept.posted):
        request.kept = typed(kept.posted)
        response = view(request, *args, **parts)
    keeping.forget(request)
    return response


def _keep_typed(request: PageRequest, response: HttpResponse) -> bool:
    """Put what was typed back into its form; whether the form is there."""
    return response.streaming or _put_back(response, request.path, request.POST)


def _put_back(response: HttpResponse, action: str, posted: QueryDict) -> bool:
    text, is_there = refill(response.content.decode(), action, posted)
    response.content = text.encode()
    return is_there
