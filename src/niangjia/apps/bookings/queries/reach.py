"""How many of the members were reached, by county: of the ten minutes before a shift, and of courses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from django.db.models import Count, Max
from django.db.models.functions import Substr

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.bookings.access import talks
from niangjia.apps.bookings.kinds import kinds
from niangjia.apps.bookings.lifecycle import BookingState
from niangjia.apps.bookings.models import Booking
from niangjia.apps.bookings.types import Reach, Reached
from niangjia.apps.organizations import scope
from niangjia.apps.registry import queries as registry

COUNTY, SMALLEST = 6, 10
"""Digits of a county's code; fewer people than this are not shown as a share."""


def talk_reach(viewer: Viewer, *, first: datetime, until: datetime, now: datetime) -> Reached:
    """
    Who heard a talk in that time: of each team its largest audience, so that a team of twelve with four talks is twelve people. Counties in the
    order of their code. Raises NotAllowed.
    """
    held = talks(viewer).filter(held_at__gte=first, held_at__lt=until).order_by().annotate(county=Substr("org__area", 1, COUNTY))  # fmt: skip
    reached: dict[str, int] = {}
    for code, heads in held.values("org", "team", "county").annotate(most=Max("heads")).values_list("county", "most"):
        reached[code] = reached.get(code, 0) + heads
    return _reach(viewer, reached, now)


def course_reach(viewer: Viewer, *, year: int, now: datetime) -> Reached:
    """Members of the viewer's part of the tree who came to a course in a year, each once. Raises NotAllowed."""
    permissions.require(viewer, "bookings.view")
    courses = [one.id for one in kinds().values() if one.gives_certificate]
    came = Booking.objects.filter(
        scope.inside("org", viewer.org_path),
        state=BookingState.ATTENDED,
        offer__kind__in=courses,
        slot__begins__year=year,
    )
    told = came.order_by().annotate(county=Substr("org__area", 1, COUNTY)).values("county")
    counted = told.annotate(persons=Count("person", distinct=True)).values_list("county", "persons")
    return _reach(viewer, dict(counted), now)


def _reach(viewer: Viewer, reached: Mapping[str, int], now: datetime) -> Reached:
    members = registry.count_members_by_area(viewer.org_path, COUNTY, now=now)
    found = members.by_area
    rows = [Reach(code, reached.get(code, 0), found.get(code, 0)) for code in sorted({*reached, *found})]
    return Reached(hide(rows), members.as_of)


def hide(rows: list[Reach]) -> list[Reach]:
    """Shares of too few people are left out; where that is exactly one, the next smallest too, so that nobody subtracts it from the whole."""
    small = {one.area for one in rows if one.members < SMALLEST or 0 < one.reached < SMALLEST}
    others = sorted((one for one in rows if one.area not in small), key=lambda one: (one.reached, one.area))
    if len(small) == 1 and others:
        small.add(others[0].area)
    return [replace(one, is_hidden=True, reached=0) if one.area in small else one for one in rows]
