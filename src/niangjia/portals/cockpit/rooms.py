"""Where a counted row is at home: the page of ``place:12``, for whoever may look there."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.portals.design.requests import whole

_ROOMS: Mapping[str, tuple[str, str]] = {
    "order": ("officer:order", "workorders.view"),
    "case": ("officer:case", "cases.view"),
    "batch": ("officer:batch", "funds.view"),
    "budget": ("officer:budget", "funds.view"),
    "matter": ("officer:application", "matters.view"),
    "place": ("places:desk_place", "places.view"),
    "check": ("officer:check", "cases.see_checks"),
    "correction": ("assessments:correction", "assessments.view"),
    "need": ("volunteers:need", "volunteers.view"),
}


def address_of(viewer: Viewer, ref: str) -> str:
    """Empty where there is no page or the viewer may not open it."""
    kind, _colon, number = ref.partition(":")
    route, right = _ROOMS.get(kind, ("", ""))
    if not route or not whole(number) or not permissions.may(viewer, right):
        return ""
    return reverse(route, args=[whole(number)])
