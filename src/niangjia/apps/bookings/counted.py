"""The rows of this room as a roll-up counts them. For the house's own jobs: whoever's they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from niangjia.apps.bookings.lifecycle import BookingState
from niangjia.apps.bookings.models import Booking, Talk

_HERE = ZoneInfo("Asia/Shanghai")
_CHUNK = 5_000


def attendances() -> Iterator[Mapping[str, Any]]:
    """A worker who was checked in at an offer; its day is that of the slot, its union the worker's. Family that came along is not counted."""
    found = Booking.objects.filter(state=BookingState.ATTENDED)
    said = ("offer_id", "slot__begins", "org_id", "person_id", "offer__kind", "group", "offer__unit_cost")
    for offer, at, union, person, kind, group, cost in found.values_list(*said).iterator(_CHUNK):
        yield {
            "ref": f"offer:{offer}", "day": at.astimezone(_HERE).date(), "union_id": union, "person": person, "amount": cost, "kind": kind,
            "group": group or None,
        }  # fmt: skip


def talks() -> Iterator[Mapping[str, Any]]:
    """A talk before a shift; `count`: how many heard it."""
    said = ("pk", "held_at", "org_id", "heads", "topic__field")
    for number, at, union, heads, field in Talk.objects.values_list(*said).iterator(_CHUNK):
        yield {
            "ref": f"talk:{number}",
            "day": at.astimezone(_HERE).date(),
            "union_id": union,
            "count": heads,
            "kind": field,
        }
