"""Agreements of unions that end: the union that takes over keeps them from that day."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.places.lifecycle import PairingState
from niangjia.apps.places.models import Pairing
from niangjia.apps.places.pairing import lasting_of, other_of

LAPSED = "提出或收到协议的工会有变动，未确认的协议不再有效；需要的请重新提出。"


@transaction.atomic
def rehome_pairings(*, viewer: Viewer, from_id: int, to_id: int, from_day: date, now: datetime) -> int:
    """
    Every lasting agreement of `from_id` ends, with what was counted under it, and goes on as one of `to_id` from `from_day`; return how many
    ended. With `to_id` itself, or where `to_id` has one of that kind with the same union, nothing is begun. What was only proposed lapses:
    who takes over has agreed to nothing. Safe to repeat. For the journey that has changed the tree and asked for the right.
    """
    rows = list(lasting_of(from_id, from_day).select_for_update().order_by("pk"))
    for row in rows:
        if row.state == PairingState.PROPOSED:
            row.state, row.answered_by_id, row.reason = PairingState.DECLINED, from_id, LAPSED
            row.save(update_fields=["state", "answered_by", "reason"])
        else:
            _go_on(row, from_id, to_id, from_day)
        detail = {"from": from_id, "to": to_id, "org": to_id}
        audit.record(viewer, action="places.rehome_pairing", object=f"pairing:{row.pk}", detail=detail, now=now)
    return len(rows)


def _go_on(row: Pairing, from_id: int, to_id: int, from_day: date) -> None:
    other, lasts_until = other_of(row, from_id), row.until
    row.until = max(row.since, from_day)
    row.save(update_fields=["until"])
    first, second = (to_id, None) if other is None else sorted((to_id, other))
    whose = {"kind": row.kind, "first_id": first, "second_id": second, "outside": row.outside}
    if other != to_id and not lasting_of(to_id, from_day).filter(**whose).exists():
        same = {name: getattr(row, name) for name in ("paper", "confirmed_by", "state")}
        Pairing.objects.get_or_create(**whose, since=max(row.since, from_day), defaults=same | {"until": lasts_until})
