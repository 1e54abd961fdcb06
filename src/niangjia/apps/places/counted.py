"""The rows of this room as a roll-up counts them. For the house's own jobs: whoever's they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from niangjia.apps.places.kinds import kinds
from niangjia.apps.places.lifecycle import LOOKS, PlaceState, Step
from niangjia.apps.places.models import Place, PlaceEvent

_HERE = ZoneInfo("Asia/Shanghai")
_CHUNK = 5_000


def places() -> Iterator[Mapping[str, Any]]:
    """A listed place; its day is that of its listing. `is_standard`: when somebody last looked, it passed every check of its kind."""
    asked = {one.id: set(one.checks) for one in kinds().values()}
    last: dict[int, Mapping[str, bool]] = {}
    looks = PlaceEvent.objects.filter(kind__in=[*LOOKS, Step.ANNOUNCE, Step.LIST]).order_by("step")
    for place, findings in looks.values_list("place_id", "findings").iterator(_CHUNK):
        last[place] = findings or last.get(place, {})
    found = Place.objects.filter(state=PlaceState.LISTED, listed_on__isnull=False)
    for number, day, union, kind, level in found.values_list("pk", "listed_on", "org_id", "kind", "level").iterator(
        _CHUNK
    ):
        passed = all(last.get(number, {}).get(check) for check in asked.get(kind, set()))
        yield {
            "ref": f"place:{number}",
            "day": day,
            "union_id": union,
            "kind": kind,
            "level": level,
            "is_standard": passed,
        }


def levels() -> Iterator[Mapping[str, Any]]:
    """A place that reached a level; its day is the first on which it did."""
    found = PlaceEvent.objects.filter(kind__in=[Step.LIST, Step.RAISE]).order_by("place_id", "step")
    seen: set[tuple[int, str]] = set()
    said = ("place_id", "level", "at", "place__org_id", "place__kind")
    for place, level, at, union, kind in found.values_list(*said).iterator(_CHUNK):
        if (place, level) not in seen:
            seen.add((place, level))
            yield {"ref": f"place:{place}", "day": _day(at), "union_id": union, "kind": kind, "level": level}


def _day(at: datetime) -> date:
    return at.astimezone(_HERE).date()
