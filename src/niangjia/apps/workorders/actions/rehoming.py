"""Open orders on whose way a union was moved, merged or closed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import F

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.audit.types import Entry
from niangjia.apps.workorders.lifecycle import OPEN, Action, OrderState
from niangjia.apps.workorders.models import WorkOrder, WorkOrderMove
from niangjia.apps.workorders.problems import OrderMovedOn
from niangjia.apps.workorders.routing import UnionTree, placement_of
from niangjia.apps.workorders.types import Placement

CHUNK = 500


@transaction.atomic
def rehome_orders(
    *, viewer: Viewer | None, order_ids: Iterable[int], reason: str, go_along: Mapping[int, set[int]], now: datetime
) -> int:
    """
    Put open orders where they belong after unions changed; return how many changed. Clocks run on, what was found and who verified stays.

    An assigned order keeps its assignee only if the union that visits stayed, or they went along (`go_along`: that union → accounts); else
    it waits for another. Safe to repeat: what lies right is left alone. The system's own act, for the journey that asked for the right.

    Raises:
        OrderMovedOn: somebody acted meanwhile.
    """
    tree = UnionTree.load()
    ids = sorted(order_ids)
    changed = 0
    for start in range(0, len(ids), CHUNK):
        orders = (
            WorkOrder.objects.select_for_update()
            .filter(pk__in=ids[start : start + CHUNK], state__in=OPEN)
            .order_by("pk")
        )
        moves = [move for order in orders if (move := _put(order, tree, viewer, reason, go_along, now))]
        WorkOrderMove.objects.bulk_create(moves, batch_size=CHUNK)
        entries = [
            Entry("workorders.rehome", f"workorder:{move.order_id}", {"step": move.step, **move.detail})
            for move in moves
        ]
        audit.record_many(viewer, entries=entries, now=now)
        changed += len(moves)
    return changed


def _put(
    order: WorkOrder,
    tree: UnionTree,
    viewer: Viewer | None,
    reason: str,
    go_along: Mapping[int, set[int]],
    now: datetime,
) -> WorkOrderMove | None:
    present = Placement(
        order.org_id, order.verify_org_id, order.review_org_id, tuple(order.route), order.escalated_org_id
    )
    place = placement_of(present, tree)
    if present == place:
        return None
    state, assignee = OrderState(order.state), order.assignee_id
    if place.verify_org_id != order.verify_org_id and assignee not in go_along.get(place.verify_org_id, set()):
        assignee = None
        state = OrderState.ACCEPTED if state is OrderState.ASSIGNED else state
    columns = {
        "org_id": place.org_id, "verify_org_id": place.verify_org_id, "review_org_id": place.review_org_id, "route": list(place.route),
        "escalated_org_id": place.escalated_org_id, "assignee_id": assignee, "state": state,
    }  # fmt: skip
    if not WorkOrder.objects.filter(pk=order.pk, step=order.step, state=order.state).update(
        step=F("step") + 1, **columns
    ):
        raise OrderMovedOn(order.number)
    return WorkOrderMove(
        order=order, step=order.step + 1, action=Action.REHOME.value, from_state=order.state, to_state=state, from_org_id=order.org_id,
        to_org_id=place.org_id, actor_id=viewer.account_id if viewer else None, at=now, reason=reason[:500],
        detail={"visits": [order.verify_org_id, place.verify_org_id], "reviews": [order.review_org_id, place.review_org_id]},
    )  # fmt: skip
