"""The rows of this room as a roll-up counts them. For the house's own jobs: whoever's they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from niangjia.apps.volunteers.lifecycle import NeedState
from niangjia.apps.volunteers.models import Need

_HERE = ZoneInfo("Asia/Shanghai")


def helped() -> Iterator[Mapping[str, Any]]:
    """A need that was met and evaluated; its day is that of the evaluation, `days` since it was filed."""
    found = Need.objects.filter(state=NeedState.DONE, closed_at__isnull=False)
    for number, at, since, union, kind, field in found.values_list(
        "pk", "closed_at", "filed_at", "org_id", "kind", "field"
    ).iterator():
        if at is None:
            continue
        day = at.astimezone(_HERE).date()
        days = (day - since.astimezone(_HERE).date()).days
        yield {"ref": f"need:{number}", "day": day, "union_id": union, "days": days, "kind": kind, "field": field}
