"""The rows of this room as a roll-up counts them. For the house's own jobs: whoever's they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.timezone import localdate

from niangjia.apps.matters.models import Matter, Tally
from niangjia.apps.matters.types import MatterState
from niangjia.apps.programs.types import DecisionOutcome
from niangjia.apps.registry import queries as registry

_CHUNK = 5_000


def matters() -> Iterator[Mapping[str, Any]]:
    """A matter that was done; its day is that of its end, `days` since it was handed in."""
    found = Matter.objects.filter(state=MatterState.DONE, closed_at__isnull=False).order_by("pk")
    said = ("pk", "closed_at", "handed_in_on", "org_id", "person_id", "household_id", "program")
    for number, at, since, union, person, household, program in found.values_list(*said).iterator(_CHUNK):
        yield {
            "ref": f"matter:{number}", "day": localdate(at), "union_id": union, "person": person, "household": household,
            "days": (localdate(at) - since).days, "program": program,
        }  # fmt: skip


def tallies() -> Iterator[Mapping[str, Any]]:
    """What a matter that was done counts for, one row an indicator; its day is that of its end. A number of heads or pieces is its `count`."""
    said = ("matter_id", "on", "matter__org_id", "matter__program", "indicator", "counted_in", "amount")
    for number, on, union, program, indicator, counted_in, amount in (
        Tally.objects.order_by("pk").values_list(*said).iterator(_CHUNK)
    ):
        much = {"amount": amount} if counted_in == "yuan" else {"count": int(amount)}
        yield {
            "ref": f"matter:{number}",
            "day": on,
            "union_id": union,
            "program": program,
            "indicator": indicator,
        } | much


def grants() -> Iterator[Mapping[str, Any]]:
    """What a matter's own decision granted; its day is that of the decision."""
    found = Matter.objects.filter(decision__outcome=DecisionOutcome.GRANTED).exclude(
        state__in=[MatterState.REFUSED, MatterState.WITHDRAWN]
    )
    marks = registry.marks_to_count()
    said = ("pk", "decision__made_at", "org_id", "person_id", "household_id", "program", "decision__amount")
    for number, at, union, person, household, program, amount in (
        found.order_by("pk").values_list(*said).iterator(_CHUNK)
    ):
        yield {
            "ref": f"matter:{number}", "day": localdate(at), "union_id": union, "person": person, "household": household,
            "amount": amount, "program": program, "group": marks.get(person or 0, ("", ""))[1] or None,
        }  # fmt: skip
