"""The clock's own moves: reminders at 80 % of a step, and one level up when it is over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from niangjia.apps.audit import actions as audit
from niangjia.apps.audit.types import Entry
from niangjia.apps.workorders.clocks import Clocks
from niangjia.apps.workorders.lifecycle import OPEN, Action
from niangjia.apps.workorders.models import WorkOrder, WorkOrderMove
from niangjia.apps.workorders.routing import UnionTree
from niangjia.apps.workorders.types import SweepReport

CHUNK = 500

# A move, or none, and the columns to set.
_Act = tuple[WorkOrderMove | None, dict[str, Any]]


def sweep(*, now: datetime) -> SweepReport:
    """
    Escalate every overdue order one level, and remind of every order past 80 % of its step.

    Everything older than `now` is taken, however long the sweep did not run; each order is reminded once a step and escalated
    once a level: the union above gets the step's own time again before the next one above is told. Sweeping twice at the
    same moment does nothing more. Five hundred orders to a transaction.
    """
    clocks = Clocks(now)
    tree: list[UnionTree] = []

    def escalate(order: WorkOrder) -> _Act:
        if not tree:
            tree.append(UnionTree.load())
        above = tree[0].nearest_above(order.escalated_org_id or order.org_id)
        if above is None:
            return None, {"escalate_at": None, "remind_at": None}
        again_at = clocks.after(max(1, order.limits.get(order.clock, 1))) if tree[0].nearest_above(above.id) else None
        # Past reminding: the union that let the time pass is told by the escalation itself.
        columns = {"escalate_at": again_at, "escalated_org_id": above.id, "remind_at": None}
        return _move(order, Action.ESCALATE, now, {"told_org": above.id}), columns

    def remind(order: WorkOrder) -> _Act:
        due_at = order.step_due_at.isoformat() if order.step_due_at else ""
        return _move(order, Action.REMIND, now, {"due_at": due_at}), {"remind_at": None}

    escalated = _all("escalate_at", escalate, now)
    reminded = _all("remind_at", remind, now)
    return SweepReport(tuple(reminded), tuple(escalated))


def _move(order: WorkOrder, action: Action, now: datetime, detail: dict[str, object]) -> WorkOrderMove:
    return WorkOrderMove(
        order=order,
        step=order.step + 1,
        action=action.value,
        from_state=order.state,
        to_state=order.state,
        from_org_id=order.org_id,
        to_org_id=order.org_id,
        at=now,
        detail=detail,
    )


def _all(column: str, act: Callable[[WorkOrder], _Act], now: datetime) -> list[int]:
    """Act on every open order whose `column` is past; ids of those that moved, in order."""
    ids: list[int] = []
    while True:
        with transaction.atomic():
            due = WorkOrder.objects.select_for_update(skip_locked=True).filter(
                **{f"{column}__lte": now}, state__in=OPEN
            )
            orders = list(due.order_by("pk")[:CHUNK])
            moves: list[WorkOrderMove] = []
            alike: dict[tuple, list[int]] = defaultdict(
                list
            )  # most orders of a chunk get the same columns: one update for all
            for order in orders:
                move, columns = act(order)
                if move is not None:
                    moves.append(move)
                alike[move is not None, *sorted(columns.items())].append(order.pk)
            for (has_move, *values), order_ids in alike.items():
                WorkOrder.objects.filter(pk__in=order_ids).update(step=F("step") + int(has_move), **dict(values))
            WorkOrderMove.objects.bulk_create(moves, batch_size=CHUNK)
            entries = [
                Entry(
                    f"workorders.{move.action.lower()}",
                    f"workorder:{move.order_id}",
                    {"step": move.step, **move.detail},
                )
                for move in moves
            ]
            audit.record_many(None, entries=entries, now=now)
        ids += [move.order_id for move in moves]
        if len(orders) < CHUNK:
            return ids
