"""Reads of work orders: orders themselves, who has room for more, what can be done to many at once, what is late."""

from niangjia.apps.workorders.problems import NoSuchOrder
from niangjia.apps.workorders.queries.board import count_late_by_county, list_late, list_transfers
from niangjia.apps.workorders.queries.capacity import list_capacities, propose, verifiers_of
from niangjia.apps.workorders.queries.many import plan_assigning, plan_forwarding
from niangjia.apps.workorders.queries.orders import (
    card,
    count_by_state,
    count_open,
    find_open_order,
    get_card,
    get_cards,
    get_order,
    is_visible,
    list_due,
    list_forward_candidates,
    list_history,
    list_loads,
    list_moves,
    list_open_at,
    list_orders,
    list_scores,
    possible_actions,
    verify,
    visible_orders,
)

__all__ = [
    "NoSuchOrder",
    "card",
    "count_by_state",
    "count_late_by_county",
    "count_open",
    "find_open_order",
    "get_card",
    "get_cards",
    "get_order",
    "is_visible",
    "list_capacities",
    "list_due",
    "list_forward_candidates",
    "list_history",
    "list_late",
    "list_loads",
    "list_moves",
    "list_open_at",
    "list_orders",
    "list_scores",
    "list_transfers",
    "plan_assigning",
    "plan_forwarding",
    "possible_actions",
    "propose",
    "verifiers_of",
    "verify",
    "visible_orders",
]
