"""
Writes: each one transaction, safe to repeat, recorded in audit; every one adds a move to the order's history.

The viewer needs the permission of `lifecycle.RULES` and must hold the order or stand above its holder. `step` is the step the
viewer saw (`OrderCard.step`): if somebody else has moved the order since, `OrderMovedOn` is raised; the same act again by the same
person returns the order as it is.
"""

from niangjia.apps.workorders.actions.dispatching import dispatch, dispatch_many
from niangjia.apps.workorders.actions.many import assign_many, forward_many, urge_many
from niangjia.apps.workorders.actions.moves import (
    accept,
    assign,
    cancel,
    cancel_for_subject,
    close,
    declare_conflict,
    forward,
    hand_back,
    mark_visited,
    record_contact_try,
    return_order,
    review,
    settle,
    submit,
    submit_unreached,
    transfer,
    urge,
)
from niangjia.apps.workorders.actions.recounting import preview as preview_recount
from niangjia.apps.workorders.actions.recounting import recount
from niangjia.apps.workorders.actions.rehoming import rehome_orders
from niangjia.apps.workorders.actions.sweeping import sweep
from niangjia.apps.workorders.routing import UnionTree, placement_of

__all__ = [
    "UnionTree",
    "accept",
    "assign",
    "assign_many",
    "cancel",
    "cancel_for_subject",
    "close",
    "declare_conflict",
    "dispatch",
    "dispatch_many",
    "forward",
    "forward_many",
    "hand_back",
    "mark_visited",
    "placement_of",
    "preview_recount",
    "record_contact_try",
    "recount",
    "rehome_orders",
    "return_order",
    "review",
    "settle",
    "submit",
    "submit_unreached",
    "sweep",
    "transfer",
    "urge",
    "urge_many",
]
