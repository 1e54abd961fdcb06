"""Agreements of unions that end: the union that takes over keeps them from that day."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.places.models import Pairing
from niangjia.apps.places.pairing import lasting_of


@transaction.atomic
def rehome_pairings(*, viewer: Viewer, from_id: int, to_id: int, from_day: date, now: datetime) -> int:
    """
    Every lasting agreement of `from_id` ends, with what was counted under it, and goes on as one of `to_id` from `from_day`; return how many
    ended. With `to_id` itself, or where `to_id` has one of that kind with the same union, nothing is begun. Safe to repeat. For the
    journey that has changed the tree and asked for the right.
    """
    rows = list(lasting_of(from_id, from_day).select_for_update().order_by("pk"))
    for row in rows:
        other = row.second_id if row.first_id == from_id else row.first_id
        lasts_until, first, second = row.until, *sorted((to_id, other))
        row.until = max(row.since, from_day)
        row.save(update_fields=["until"])
        if (
            other != to_id
            and not lasting_of(to_id, from_day).filter(kind=row.kind, first_id=first, second_id=second).exists()
        ):
            Pairing.objects.get_or_create(
                kind=row.kind, first_id=first, second_id=second, since=max(row.since, from_day), defaults={"until": lasts_until, "paper": row.paper}
            )  # fmt: skip
        detail = {"from": from_id, "to": to_id, "org": to_id}
        audit.record(viewer, action="places.rehome_pairing", object=f"pairing:{row.pk}", detail=detail, now=now)
    return len(rows)
