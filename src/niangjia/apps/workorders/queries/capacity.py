"""Who has room for another order, and who must stand aside from which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count
from django.utils import timezone

from niangjia.apps.accounts import queries as accounts
from niangjia.apps.registry import queries as registry
from niangjia.apps.workorders.lateness import is_due_between, is_late
from niangjia.apps.workorders.lifecycle import OrderState
from niangjia.apps.workorders.models import WorkOrder
from niangjia.apps.workorders.types import Capacity, OrderCard, Proposal, Reason, Verifier
from niangjia.engines.scheduling import balance

IN_HAND = (OrderState.ASSIGNED, OrderState.VISITED, OrderState.RETURNED)
"""What still asks something of the one it is assigned to."""
_WEEK = timedelta(days=7)


def verifiers_of(account_ids: Iterable[int]) -> dict[int, Verifier]:
    """Officers as those who visit, by account: themselves and everyone they live with stand in the way. Three queries however many."""
    ids = set(account_ids)
    people = accounts.people_of(ids)
    related = registry.housemates_of(person for _name, person in people.values() if person is not None)
    return {
        account_id: Verifier(name, account_id, related[person] if person is not None else frozenset())
        for account_id, (name, person) in sorted(people.items())
    }


def list_capacities(
    org_ids: Iterable[int], orders: Sequence[OrderCard] = (), *, now: datetime
) -> dict[int, list[Capacity]]:
    """
    By union, its colleagues who may verify, the least loaded first, and which of `orders` each must stand aside from. Six queries
    however many. The caller has bounded the unions.
    """
    today = timezone.localdate(now)
    holders = accounts.holders_at(org_ids, action="cases.verify", today=today)
    everyone = {account_id for held in holders.values() for account_id in held}
    verifiers = verifiers_of(everyone)
    counted = {
        row["assignee"]: row
        for row in WorkOrder.objects.filter(assignee__in=everyone, state__in=IN_HAND)
        .order_by()
        .values("assignee")
        .annotate(
            open=Count("pk"),
            late=Count("pk", filter=is_late(now)),
            week=Count("pk", filter=is_due_between(now, now + _WEEK)),
        )
    }
    absences = accounts.list_absences(everyone, today=today)
    found: dict[int, list[Capacity]] = {}
    for org_id, held in holders.items():
        away = {one.away_id: one for one in absences if one.org_id == org_id}
        found[org_id] = []
        for account_id in held:
            verifier = verifiers[account_id]
            count: Mapping[str, Any] = counted.get(account_id, {})
            absence = away.get(account_id)
            found[org_id].append(
                Capacity(
                    account_id=account_id,
                    name=verifier.name,
                    open_count=count.get("open", 0),
                    overdue_count=count.get("late", 0),
                    due_soon_count=count.get("week", 0),
                    away_until=absence.last_on if absence else None,
                    stand_in=absence.by_name if absence else "",
                    stands_in_for=tuple(sorted({one.away_name for one in absences if one.by_id == account_id})),
                    aside=frozenset(
                        order.id
                        for order in orders
                        if account_id in order.excluded_ids or verifier.related_person_ids & set(order.subject_person_ids)
                    ),
                )
            )  # fmt: skip
        found[org_id].sort(key=lambda one: (one.away_until is not None, one.open_count, one.name, one.account_id))
    return found


def propose(orders: Sequence[OrderCard], colleagues: Sequence[Capacity]) -> dict[int, Proposal]:
    """
    Who should take each order, and why: the evenest there is, with nobody who is away (unless all are) or must stand aside. An order
    that somebody has already counts as theirs until it is given to another. A person decides; this is where the choice starts.
    """
    present = [one for one in colleagues if one.away_until is None] or list(colleagues)
    own = {
        one.account_id: sum(order.assignee_id == one.account_id and order.state in IN_HAND for order in orders)
        for one in present
    }
    loads = {one.account_id: one.open_count - own[one.account_id] for one in present}
    barred = {order.id: [one.account_id for one in present if order.id in one.aside] for order in orders}
    by_id = {one.account_id: one for one in present}
    first_due = sorted(
        orders, key=lambda order: (order.step_due_at is None, order.step_due_at or order.due_at, order.id)
    )
    taken = balance([order.id for order in first_due], loads, barred)
    found = {}
    for order in first_due:
        account_id = taken[order.id]
        if account_id is None:
            found[order.id] = Proposal(order.id, None, "", _NOBODY)
            continue
        free = [one for one in present if order.id not in one.aside]
        aside = min((loads[one.account_id] for one in present if order.id in one.aside), default=None)
        found[order.id] = Proposal(
            order.id, account_id, by_id[account_id].name, _why(loads[account_id], len(free), len(present), aside, loads.values())
        )  # fmt: skip
        loads[account_id] += 1
    return found


_NOBODY = Reason(
    "没有可派的同事：都须回避。请转派其他工会或请上级办理。", "Nobody can take it: all must stand aside. Forward it, or ask the union above."
)  # fmt: skip


def _why(load: int, free_count: int, all_count: int, aside: int | None, loads: Iterable[int]) -> Reason:
    if all_count == 1:
        return Reason(f"本工会只有这一位可走访，手上 {load} 件", f"the only one here who visits; {load} in hand")
    if free_count == 1:
        return Reason(f"其他同事须回避；手上 {load} 件", f"the others must stand aside; {load} in hand")
    if aside is not None and aside < load:
        return Reason(f"手上 {load} 件；手上更少的同事须回避", f"{load} in hand; colleagues with less must stand aside")
    if load <= min(loads):
        return Reason(f"手上最少：{load} 件", f"has least in hand: {load}")
    return Reason(f"手上 {load} 件，整批这样最平均", f"{load} in hand; the whole batch is most even like this")
