"""The rows of this room as a roll-up counts them. For the house's own jobs: whoever's they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.timezone import localdate

from niangjia.apps.bookings.lifecycle import BookingState
from niangjia.apps.bookings.models import Booking, Talk

_CHUNK = 5_000


def attendances_to_count() -> Iterator[Mapping[str, Any]]:
    """A worker who came, once for each time; the family that came along is not counted. `program`: by which the offer is settled, null = none."""
    found = Booking.objects.filter(state=BookingState.ATTENDED).order_by("pk")
    said = ("pk", "checked_in_at", "org_id", "person_id", "offer__kind", "offer__program", "group")
    for number, at, union, person, kind, program, group in found.values_list(*said).iterator(_CHUNK):
        yield {
            "ref": f"booking:{number}", "day": localdate(at), "union_id": union, "person": person, "kind": kind,
            "program": program or None, "group": group or None,
        }  # fmt: skip


def talks_to_count() -> Iterator[Mapping[str, Any]]:
    """Ten minutes before a shift; `count` is how many heard them, who they were nobody writes down."""
    found = Talk.objects.order_by("pk").values_list("pk", "held_at", "org_id", "heads", "speaker")
    for number, at, union, heads, speaker in found.iterator(_CHUNK):
        yield {"ref": f"talk:{number}", "day": localdate(at), "union_id": union, "count": heads, "kind": speaker}
