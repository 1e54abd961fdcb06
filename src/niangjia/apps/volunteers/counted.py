"""The rows of this room as a roll-up counts them. For the house's own jobs: whoever's they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Sum
from django.utils.timezone import localdate

from niangjia.apps.volunteers.lifecycle import NeedState
from niangjia.apps.volunteers.models import Need, Visit

_CHUNK = 5_000


def helped() -> Iterator[Mapping[str, Any]]:
    """A need that was met and evaluated; its day is that of its end, `days` since it was filed, `count` who benefited, as visits say."""
    visits = Visit.objects.filter(voided_at__isnull=True).values_list("pair__need_id")
    people = dict(visits.annotate(total=Sum("beneficiaries")))
    found = Need.objects.filter(state=NeedState.DONE, closed_at__isnull=False).order_by("pk")
    said = ("pk", "closed_at", "filed_at", "org_id", "kind", "field")
    for number, at, since, union, kind, field in found.values_list(*said).iterator(_CHUNK):
        yield {
            "ref": f"need:{number}", "day": localdate(at), "union_id": union, "count": people.get(number) or 0,
            "days": (localdate(at) - localdate(since)).days, "kind": kind, "field": field,
        }  # fmt: skip
