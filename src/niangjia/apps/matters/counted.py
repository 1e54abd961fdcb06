"""The rows of this room as a roll-up counts them. For the house's own jobs: whoever's they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from niangjia.apps.matters.models import Matter
from niangjia.apps.matters.types import MatterState
from niangjia.apps.registry import queries as registry

_HERE = ZoneInfo("Asia/Shanghai")
_CHUNK = 5_000


def ended() -> Iterator[Mapping[str, Any]]:
    """A matter that came to its end; its day is that of the end, `days` since it was handed in."""
    found = Matter.objects.filter(closed_at__isnull=False).exclude(state=MatterState.WITHDRAWN)
    marks = registry.marks_to_count()
    said = (
        "pk",
        "closed_at",
        "handed_in_on",
        "org_id",
        "person_id",
        "household_id",
        "program",
        "state",
        "decision__outcome",
        "decision__amount",
    )
    for number, at, since, union, person, household, program, state, outcome, amount in found.values_list(
        *said
    ).iterator(_CHUNK):
        day, (sex, group) = at.astimezone(_HERE).date(), marks.get(person or 0, ("", ""))
        yield {
            "ref": f"matter:{number}", "day": day, "union_id": union, "person": person, "household": household, "days": (day - since).days,
            "amount": amount, "program": program, "state": state, "outcome": outcome or None, "sex": sex or None, "group": group or None,
        }  # fmt: skip
