"""Who was sent to another union's places and who came to one's own, counted by check-ins (E20)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Count, Q
from django.db.models.functions import ExtractYear

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.bookings.lifecycle import BookingState
from niangjia.apps.bookings.models import Booking
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope


@dataclass(frozen=True)
class Exchanged:
    """Workers of one's own part of the tree at the other's places of a kind, and of the other's at one's own; each once a year and union."""

    sent: int
    received: int


def count_exchanged(
    viewer: Viewer, others: Collection[int], kinds: Collection[str]
) -> Mapping[tuple[int, str, int], Exchanged]:
    """
    By the other union, the kind of the place and the year of the session; who came along is not counted. Counts alone, of unions with which
    the viewer's own has an agreement: the caller asks for those. Raises NotAllowed.
    """
    permissions.require(viewer, "bookings.view")
    ways = Q(pk__in=[])
    unions = organizations.get_unions(set(others))
    for one in unions.values():
        ours, theirs = viewer.org_path, one.path
        ways |= scope.inside("org", ours) & scope.inside("offer__place__org", theirs)
        ways |= scope.inside("org", theirs) & scope.inside("offer__place__org", ours)
    rows = Booking.objects.filter(ways, state=BookingState.ATTENDED, offer__place__kind__in=set(kinds)).order_by()
    by = ("org__path", "offer__place__org__path", "offer__place__kind", "year")
    counted = (
        rows.annotate(year=ExtractYear("slot__begins"))
        .values_list(*by)
        .annotate(persons=Count("person", distinct=True))
    )
    sent: Counter[tuple[int, str, int]] = Counter()
    received: Counter[tuple[int, str, int]] = Counter()
    for home, host, kind, year, persons in counted:
        for one in unions.values():
            if scope.covers(viewer.org_path, home) and scope.covers(one.path, host):
                sent[one.id, kind, year] += persons
            if scope.covers(one.path, home) and scope.covers(viewer.org_path, host):
                received[one.id, kind, year] += persons
    return {key: Exchanged(sent[key], received[key]) for key in sorted({*sent, *received})}
