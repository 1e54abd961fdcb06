"""What is shown when an address leads nowhere, or a token is old. The page for our own errors is plain: nothing in it can fail."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from niangjia.portals.design import keeping
from niangjia.portals.design.showing import show


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return show(request, "404.html", status=404)


def token_is_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The same page again with a new token and what was typed in its form; a plain page if the form is from no page of ours."""
    came_from = urlsplit(request.headers.get("Origin") or request.headers.get("Referer", ""))
    page = keeping.keep(request) if came_from.netloc == request.get_host() else None
    return redirect(page) if page else show(request, "403_csrf.html", status=403)
