"""Where a counted row is at home: the page of ``place:12``, else its household's, for whoever may look there."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.engines.counting import Row
from niangjia.portals.design.requests import whole

_ROOMS: Mapping[str, tuple[str, str]] = {
    "order": ("officer:order", "workorders.view"),
    "case": ("officer:case", "cases.view"),
    "batch": ("officer:batch", "funds.view"),
    "budget": ("officer:budget", "funds.view"),
    "matter": ("officer:application", "matters.view"),
    "place": ("places:desk_place", "places.view"),
    "check": ("officer:check", "cases.see_checks"),
    "rectification": ("assessments:correction", "assessments.view"),
    "need": ("volunteers:need", "volunteers.view"),
    "offer": ("bookings:people", "bookings.view"),  # offer:OFFER:BOOKING
    "entry": ("contests:look", "contests.view"),
    "task": ("tasks:task", "tasks.view"),
}


def address_of(viewer: Viewer, row: Row) -> str:
    """Empty where there is no page or the viewer may not open it."""
    kind, number = (*row.ref.split(":"), "")[:2]
    route, right = _ROOMS.get(kind, ("", ""))
    if route and whole(number) and permissions.may(viewer, right):
        return reverse(route, args=[whole(number)])
    if row.household and permissions.may(viewer, "cases.view"):
        return reverse("officer:household", args=[row.household])
    return ""
