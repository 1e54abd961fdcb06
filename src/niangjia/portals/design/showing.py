"""The frame around a page: who is here, where they can go, what was refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve

from niangjia.kernel.deployment import Deployment
from niangjia.portals.design import keeping
from niangjia.portals.design.navigation import entries_for, grouped
from niangjia.portals.design.staleness import seen_by

THEME, THEMES = "theme", ("light", "dark")
"""The cookie that remembers which of the two looks was asked for; without it pages are light."""


def deployment() -> Deployment:
    """The folder that is served; `config.wsgi` does not start without one."""
    if settings.DEPLOYMENT is None:
        return Deployment.load()  # raises, with the words for it
    return settings.DEPLOYMENT


def theme_of(request: HttpRequest) -> str:
    """The look that was asked for; empty = none was."""
    theme = request.COOKIES.get(THEME, "")
    return theme if theme in THEMES else ""


def here(request: HttpRequest) -> str:
    """Where this page is shown again, in another language say: a step's own address takes only its button, so the nearest page above it."""
    if _is_page(request.path):
        return request.get_full_path()
    path = request.path
    while path != "/" and not _is_page(path):
        path = path.rstrip("/").rpartition("/")[0] + "/"
    return path


def _is_page(path: str) -> bool:
    try:
        return "GET" in getattr(resolve(path).func, "methods", ("GET",))
    except Resolver404:
        return False


def show(
    request: HttpRequest, template: str, context: Mapping[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """Render a page inside the frame that fits the viewer."""
    viewer = getattr(request, "viewer", None)
    unread_count = getattr(request, "unread_count", 0)
    navigation = entries_for(viewer, request.get_full_path(), unread_count) if viewer else []
    frame = {
        "viewer": viewer,
        "post_card": getattr(request, "post_card", None),
        "posts": getattr(request, "posts", ()),
        "navigation": navigation,
        "navigation_groups": grouped(navigation),
        "unread_count": unread_count,
        "here": here(request),
        "refusal": getattr(request, "refusal", None),
        "kept": getattr(request, "kept", ()),
        "seen": seen_by(request),
        "origin": keeping.origin_field(request),
        "is_demo": bool(settings.DEPLOYMENT and settings.DEPLOYMENT.is_demo),
        "theme": theme_of(request),
        "deployment_name": settings.DEPLOYMENT.name if settings.DEPLOYMENT else "",
    }
    return render(request, template, {**frame, **(context or {})}, status=status)
