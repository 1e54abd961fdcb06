"""What would become of many orders at once: the preview of a bulk step, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Count
from django.utils import timezone

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope
from niangjia.apps.workorders.lifecycle import OPEN, RULES, Action, OrderState
from niangjia.apps.workorders.models import WorkOrder, WorkOrderMove
from niangjia.apps.workorders.problems import (
    AlreadyThere,
    AlreadyUrged,
    IllegalMove,
    NobodyBelow,
    NobodyHere,
    NotHolder,
)
from niangjia.apps.workorders.queries.capacity import list_capacities, propose
from niangjia.apps.workorders.queries.orders import card, visible_orders
from niangjia.apps.workorders.types import AssignGroup, AssignRow, ForwardCandidate, ForwardRow, UrgeRow
from niangjia.kernel.problems import Refusal

MOST_AT_ONCE = 500


def _asked(viewer: Viewer, order_ids: Iterable[int]) -> list[WorkOrder]:
    """What the viewer may see of them, soonest due first."""
    wanted = list(dict.fromkeys(order_ids))[:MOST_AT_ONCE]
    found = visible_orders(viewer).filter(pk__in=wanted)
    return sorted(found, key=lambda row: (row.step_due_at is None, row.step_due_at or row.due_at, row.pk))


def _refusal(viewer: Viewer, row: WorkOrder, action: Action) -> Refusal | None:
    """What `actions` would say of the row as it stands."""
    if not scope.covers(viewer.org_path, row.org.path or ""):
        return NotHolder(row.number, row.org.name)
    if OrderState(row.state) not in RULES[action].to:
        return IllegalMove(row.number, OrderState(row.state), action.value)
    return None


def plan_forwarding(viewer: Viewer, order_ids: Iterable[int], *, now: datetime) -> list[ForwardRow]:
    """
    Where each order can go, suggested first, or why it cannot; soonest due first. Orders that the viewer may not see are left out.

    Raises NotAllowed.
    """
    permissions.require(viewer, "workorders.forward")
    rows = _asked(viewer, order_ids)
    children = organizations.list_children_of({row.org_id for row in rows})
    following = {row.pk: _next_on_route(row) for row in rows}
    unions = organizations.get_unions(org_id for org_id in following.values() if org_id is not None)
    targets = {union.id: union for held in children.values() for union in held if union.is_active}
    targets |= {org_id: union for org_id, union in unions.items() if union.is_active}
    counted = WorkOrder.objects.filter(org__in=list(targets), state__in=OPEN).order_by().values_list("org_id")
    loads = dict(counted.annotate(Count("pk")))
    plan = []
    for row in rows:
        suggested = following[row.pk]
        below = {union.id for union in children[row.org_id] if union.is_active}
        below |= {suggested} if suggested in targets else set()
        candidates = [
            ForwardCandidate(org_id, targets[org_id].name, targets[org_id].level, org_id == suggested, loads.get(org_id, 0))
            for org_id in below
            if org_id is not None
        ]  # fmt: skip
        candidates.sort(key=lambda one: (not one.is_suggested, one.name))
        refusal = _refusal(viewer, row, Action.FORWARD)
        if refusal is None and not candidates:
            refusal = NobodyBelow(row.number, row.org.name)
        elif refusal is None and row.org_id == row.verify_org_id:
            refusal = AlreadyThere(row.number, row.org.name)
        plan.append(ForwardRow(card(row, now=now), tuple(candidates), refusal))
    return plan


def _next_on_route(row: WorkOrder) -> int | None:
    place = row.route.index(row.org_id) if row.org_id in row.route else -1
    return row.route[place + 1] if 0 <= place < len(row.route) - 1 else None


def plan_urging(viewer: Viewer, order_ids: Iterable[int], *, now: datetime) -> list[UrgeRow]:
    """
    Each order with who would be told, or why nobody is: it is over, or was asked for today already. Soonest due first; orders that the viewer
    may not see are left out. Raises NotAllowed.
    """
    permissions.require(viewer, "workorders.forward")
    rows = _asked(viewer, order_ids)
    urged = urged_today([row.pk for row in rows], now=now)
    return [
        UrgeRow(
            card(row, now=now),
            AlreadyUrged(row.number) if row.pk in urged else _refusal(viewer, row, Action.URGE),
        )
        for row in rows
    ]


def urged_today(order_ids: Iterable[int], *, now: datetime) -> set[int]:
    """Those that somebody has asked for since midnight."""
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    asked = WorkOrderMove.objects.filter(order__in=list(order_ids), action=Action.URGE, at__gte=today)
    return set(asked.values_list("order_id", flat=True))


def plan_assigning(viewer: Viewer, order_ids: Iterable[int], *, now: datetime) -> list[AssignGroup]:
    """
    By the union that holds them: each order with whom to give it to and why, or why it cannot be given; and what each colleague there has
    in hand. Orders that the viewer may not see are left out.

    Raises NotAllowed.
    """
    permissions.require(viewer, "workorders.assign")
    rows = _asked(viewer, order_ids)
    cards = {row.pk: card(row, now=now) for row in rows}
    refusals = {row.pk: _refusal(viewer, row, Action.ASSIGN) for row in rows}
    capacities = list_capacities({row.org_id for row in rows}, list(cards.values()), now=now)
    groups = []
    for org_id in dict.fromkeys(row.org_id for row in rows):
        here = [row for row in rows if row.org_id == org_id]
        colleagues = capacities.get(org_id, [])
        proposals = propose([cards[row.pk] for row in here if refusals[row.pk] is None], colleagues)
        lines = []
        for row in here:
            refusal = refusals[row.pk]
            if refusal is None and not colleagues:
                refusal = NobodyHere(row.number, row.org.name)
            lines.append(AssignRow(cards[row.pk], proposals.get(row.pk), refusal))
        groups.append(AssignGroup(org_id, here[0].org.name, tuple(colleagues), tuple(lines), _shares(lines)))
    return groups


def _shares(lines: Sequence[AssignRow]) -> dict[int, int]:
    """How many of the batch each colleague would get."""
    shares: dict[int, int] = {}
    for line in lines:
        if line.proposal and line.proposal.account_id is not None:
            shares[line.proposal.account_id] = shares.get(line.proposal.account_id, 0) + 1
    return shares
