"""The rows of this room as a roll-up counts them. For the house's own jobs: whoever's they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.utils.timezone import localdate

from niangjia.apps.workorders.lateness import Late, late_of
from niangjia.apps.workorders.lifecycle import OPEN
from niangjia.apps.workorders.models import WorkOrder, WorkOrderMove

_CHUNK = 5_000


def counted_orders(now: datetime) -> Iterator[Mapping[str, Any]]:
    """An order at the union that holds it; its day is that of its dispatch, `days` until it closed. Late as of `now`."""
    said = (
        "pk",
        "created_at",
        "closed_at",
        "org_id",
        "household_id",
        "person_id",
        "kind",
        "state",
        "step_due_at",
        "due_at",
    )
    for number, at, closed, union, household, person, kind, state, step_due, due in (
        WorkOrder.objects.order_by().values_list(*said).iterator(_CHUNK)
    ):
        yield {
            "ref": f"order:{number}", "day": localdate(at), "union_id": union, "household": household, "person": person, "kind": kind,
            "state": state, "days": (localdate(closed) - localdate(at)).days if closed else None, "is_open": state in OPEN,
            "is_late": late_of(state, step_due, due, now=now) is not Late.NO,
        }  # fmt: skip


def counted_steps() -> Iterator[Mapping[str, Any]]:
    """
    A step of an order that was ended: `step` is the state it stood in, `days` how long, its union the one that held it. Reminders and the
    like end nothing.
    """
    said = (
        "order_id",
        "step",
        "at",
        "from_state",
        "to_state",
        "from_org_id",
        "to_org_id",
        "was_late",
        "order__household_id",
    )
    order, since = None, None
    for number, _step, at, before, after, from_org, to_org, was_late, household in (
        WorkOrderMove.objects.order_by("order_id", "step").values_list(*said).iterator(_CHUNK)
    ):
        if number != order:
            order, since = number, at
        if was_late is not None and since is not None:
            yield {
                "ref": f"order:{number}", "day": localdate(at), "union_id": from_org or to_org, "household": household, "step": before,
                "days": (localdate(at) - localdate(since)).days, "is_late": was_late,
            }  # fmt: skip
        if was_late is not None or before != after:
            since = at
