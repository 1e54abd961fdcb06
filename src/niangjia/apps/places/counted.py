"""The rows of this room as a roll-up counts them. For the house's own jobs: whoever's they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.utils.timezone import localdate

from niangjia.apps.places.counting import last_looks, passes, running
from niangjia.apps.places.kinds import kind_of
from niangjia.apps.places.lifecycle import IN_USE, Step
from niangjia.apps.places.models import Place, PlaceEvent

_CHUNK = 5_000


def places() -> Iterator[Mapping[str, Any]]:
    """A place in use; its day is that of its listing. `passed`: every check of its kind when somebody last looked."""
    looks = last_looks(Place.objects.filter(state__in=IN_USE))
    found = Place.objects.filter(state__in=IN_USE, listed_on__isnull=False).order_by("pk")
    for number, day, union, kind, level, state in found.values_list(
        "pk", "listed_on", "org_id", "kind", "level", "state"
    ).iterator(_CHUNK):
        findings = looks.get(number, {})
        yield {
            "ref": f"place:{number}", "day": day, "union_id": union, "kind": kind, "level": level, "state": state,
            "passed": all(findings.get(check) for check in kind_of(kind).checks),
        }  # fmt: skip


def projects(today: date) -> Iterator[Mapping[str, Any]]:
    """A running project of a place in use; its day is that of its beginning, `state` and `ref` the place's. `passed`: every check when somebody last looked."""
    found = running(today).filter(place__state__in=IN_USE).order_by("pk")
    said = ("place_id", "since", "findings", "place__org_id", "place__kind", "place__state")
    for number, day, findings, union, kind, state in found.values_list(*said).iterator(_CHUNK):
        yield {
            "ref": f"place:{number}", "day": day, "union_id": union, "kind": kind, "state": state, "passed": passes(kind_of(kind), findings)
        }  # fmt: skip


def levels() -> Iterator[Mapping[str, Any]]:
    """A place in use that reached a level, by its listing or by being raised; its day is when."""
    found = PlaceEvent.objects.filter(kind__in=[Step.LIST, Step.RAISE], place__state__in=IN_USE).order_by("pk")
    for number, at, union, kind, level in found.values_list(
        "place_id", "at", "place__org_id", "place__kind", "level"
    ).iterator(_CHUNK):
        yield {"ref": f"place:{number}", "day": localdate(at), "union_id": union, "kind": kind, "level": level}
