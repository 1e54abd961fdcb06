"""From a counted row into the room it came from: for whoever may look there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.portals.design.requests import whole

_ROOMS: Mapping[str, tuple[str, str]] = {
    "place": ("places:desk_place", "places.view"),
    "matter": ("officer:application", "matters.view"),
    "case": ("officer:case", "cases.view"),
    "workorder": ("officer:order", "workorders.view"),
    "household": ("officer:household", "alerts.view"),
    "need": ("volunteers:need", "volunteers.view"),
    "contest": ("contests:run", "contests.view"),
    "batch": ("officer:batch", "funds.view"),
    "offer": ("bookings:desk_offer", "bookings.view"),
}


def address_of(viewer: Viewer, ref: str) -> str:
    """The page of ``place:12``; empty where there is none or the viewer may not open it."""
    kind, _colon, number = ref.partition(":")
    route, right = _ROOMS.get(kind, ("", ""))
    if not route or not whole(number) or not permissions.may(viewer, right):
        return ""
    return reverse(route, args=[whole(number)])


def tags_in_words(row: Any) -> str:
    return " · ".join(str(value) for value in getattr(row, "tags", {}).values() if value not in (None, ""))
