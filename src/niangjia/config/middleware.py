"""Small things that every request passes."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

_TOUCH_SECONDS = 60  # a session is written at most once a minute: a page view is not worth a write each


def limit_sessions(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """
    End a session after half an hour without a request, and after twelve hours in any case (the cookie's age), or what the
    deployment says. The sign-in page then says why.
    """

    def respond(request: HttpRequest) -> HttpResponse:
        now = int(time.time())
        session = request.session
        if session.get("_auth_user_id"):
            started, seen = session.get("started_at", now), session.get("seen_at", now)
            if now - seen > settings.SESSION_IDLE_SECONDS or now - started > settings.SESSION_COOKIE_AGE:
                session.flush()
                session["left"] = "LIMIT"
            elif "started_at" not in session or now - seen >= _TOUCH_SECONDS:
                session["started_at"], session["seen_at"] = started, now
        return get_response(request)

    return respond


def keep_pages_private(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Pages may hold personal data: no cache keeps them. No feature of the device is used."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "no-store, private")
        response.headers.setdefault(
            "Permissions-Policy", "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()"
        )
        return response

    return respond
