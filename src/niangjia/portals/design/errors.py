"""What is shown when an address leads nowhere. The page for our own errors is plain: nothing in it can fail."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from niangjia.portals.design.showing import show


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return show(request, "404.html", status=404)
