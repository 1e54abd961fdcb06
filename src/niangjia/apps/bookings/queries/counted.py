"""The rows of this room as a roll-up counts them. For the house's own jobs: whoever's they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.timezone import localdate

from niangjia.apps.bookings.kinds import kinds
from niangjia.apps.bookings.lifecycle import BookingState
from niangjia.apps.bookings.models import Booking, Talk

_CHUNK = 5_000


def attendances_to_count() -> Iterator[Mapping[str, Any]]:
    """A worker who came, once for each time; the family that came along is not counted. Who chose an extra that counts
    as a kind of its own is a row more. `day`: of the session, as the report counts it, whenever they were checked in. `program`: by which the
    offer is settled, null = none."""
    found = Booking.objects.filter(state=BookingState.ATTENDED).order_by("pk")
    said = ("pk", "offer_id", "slot__begins", "org_id", "person_id", "offer__kind", "offer__program", "group", "extras")
    for number, offer, at, union, person, kind, program, group, chosen in found.values_list(*said).iterator(_CHUNK):
        row = {
            "ref": f"offer:{offer}:{number}", "day": localdate(at), "union_id": union, "person": person, "kind": kind,
            "program": program or None, "group": group or None,
        }  # fmt: skip
        yield row
        extras = kinds()[kind].extras if kind in kinds() else {}
        for extra in (extras[name] for name in chosen if name in extras):
            if extra.counts_as:
                yield row | {"ref": f"offer:{offer}:{number}:{extra.id}", "kind": extra.counts_as}


def talks_to_count() -> Iterator[Mapping[str, Any]]:
    """Ten minutes before a shift; `count` is how many heard them, who they were nobody writes down."""
    found = Talk.objects.order_by("pk").values_list("pk", "held_at", "org_id", "heads", "speaker")
    for number, at, union, heads, speaker in found.iterator(_CHUNK):
        yield {"ref": f"talk:{number}", "day": localdate(at), "union_id": union, "count": heads, "kind": speaker}
