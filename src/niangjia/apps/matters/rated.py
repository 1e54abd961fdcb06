"""Of which matters somebody may say how they were served, and what was said of all of them. Reads only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncMonth

from niangjia.apps.matters.models import Matter, Rating
from niangjia.apps.matters.types import MatterState, Verdict

SMALLEST = 10
"""Of fewer a share is not shown: whoever knows one of them could tell what they said."""

_ENDS = (MatterState.DONE, MatterState.REFUSED)
_CONTENT = (Verdict.SATISFIED, Verdict.ACCEPTABLE)
_CHUNK = 5_000


def may_be(matter: Matter) -> bool:
    """It has ended, and whoever brought it did not take it back."""
    return matter.state in _ENDS


def is_waited_for(matter: Matter) -> bool:
    return may_be(matter) and not Rating.objects.filter(matter=matter).exists()


def by_month(rows: QuerySet[Matter]) -> dict[tuple[str, date], tuple[int, int | None]]:
    """By programme and month of handing in: of how many it was said, and how many of them were content."""
    counted = Rating.objects.filter(matter__in=rows).annotate(month=TruncMonth("matter__handed_in_on")).order_by()
    told = counted.values_list("matter__program", "month").annotate(
        said=Count("pk"), content=Count("pk", filter=Q(verdict__in=_CONTENT))
    )
    return {(program, month): (said, content if said >= SMALLEST else None) for program, month, said, content in told}


def ratings() -> Iterator[Mapping[str, Any]]:
    """Each as a roll-up counts it. For the house's own jobs: whoever's they are."""
    said = ("pk", "on", "matter__org_id", "matter__person_id", "matter__program", "verdict")
    for pk, on, union, person, program, verdict in Rating.objects.order_by("pk").values_list(*said).iterator(_CHUNK):
        yield {"ref": f"rating:{pk}", "day": on, "union_id": union, "person": person, "program": program, "verdict": verdict}  # fmt: skip
