"""The clock's own moves: reminders at 80 % of a step, and one level up when it is over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from niangjia.apps.audit import actions as audit
from niangjia.apps.audit.types import Entry
from niangjia.apps.workorders.clocks import Clocks
from niangjia.apps.workorders.lifecycle import OPEN, Action
from niangjia.apps.workorders.models import WorkOrder, WorkOrderMove
from niangjia.apps.workorders.routing import UnionTree
from niangjia.apps.workorders.types import SweepReport

CHUNK = 500


def sweep(*, now: datetime) -> SweepReport:
    """
    Escalate every overdue order one level, and remind of every order past 80 % of its step.

    Everything older than `now` is taken, however long the sweep did not run; each order is reminded once a step and escalated
    once a level: the union above gets the step's own time again before the next one above is told. Sweeping twice at the
    same moment does nothing more. Five hundred orders to a transaction.
    """
    clocks = Clocks(now)
    tree: list[UnionTree] = []

    def escalate(order: WorkOrder) -> WorkOrderMove | None:
        if not tree:
            tree.append(UnionTree.load())
        above = tree[0].nearest_above(order.escalated_org_id or order.org_id)
        order.remind_at = None  # past reminding
        if above is None:
            order.escalate_at = None
            return None
        order.escalated_org_id = above.id
        order.escalate_at = (
            clocks.after(max(1, order.limits.get(order.clock, 1))) if tree[0].nearest_above(above.id) else None
        )
        return _move(order, Action.ESCALATE, now, {"told_org": above.id})

    def remind(order: WorkOrder) -> WorkOrderMove:
        order.remind_at = None
        return _move(order, Action.REMIND, now, {"due_at": order.step_due_at.isoformat() if order.step_due_at else ""})

    escalated = _all("escalate_at", escalate, now)
    reminded = _all("remind_at", remind, now)
    return SweepReport(tuple(reminded), tuple(escalated))


def _move(order: WorkOrder, action: Action, now: datetime, detail: dict[str, object]) -> WorkOrderMove:
    order.step += 1
    return WorkOrderMove(
        order=order,
        step=order.step,
        action=action.value,
        from_state=order.state,
        to_state=order.state,
        from_org_id=order.org_id,
        to_org_id=order.org_id,
        at=now,
        detail=detail,
    )


def _all(column: str, act: Callable[[WorkOrder], WorkOrderMove | None], now: datetime) -> list[int]:
    ids: list[int] = []
    while True:
        with transaction.atomic():
            due = WorkOrder.objects.select_for_update(skip_locked=True).filter(
                **{f"{column}__lte": now}, state__in=OPEN
            )
            orders = list(due.order_by("pk")[:CHUNK])
            moves = [move for order in orders if (move := act(order)) is not None]
            WorkOrder.objects.bulk_update(orders, ["step", "remind_at", "escalate_at", "escalated_org"], batch_size=100)
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
