"""States and moves of a work order, as one table: what each action needs, where it leads, who may do it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import TextChoices


class OrderState(TextChoices):
    CREATED = "CREATED", "待签收"
    ACCEPTED = "ACCEPTED", "已签收"
    ASSIGNED = "ASSIGNED", "已指派"
    VISITED = "VISITED", "已走访"
    SUBMITTED = "SUBMITTED", "已上报"
    RETURNED = "RETURNED", "已退回"
    REVIEWED = "REVIEWED", "已复核"
    CLOSED = "CLOSED", "已办结"
    TRANSFERRED = "TRANSFERRED", "已移交"
    CANCELLED = "CANCELLED", "已撤销"


class Action(StrEnum):
    DISPATCH = "DISPATCH"  # the first move: from nothing
    ACCEPT = "ACCEPT"
    FORWARD = "FORWARD"
    HAND_BACK = "HAND_BACK"
    ASSIGN = "ASSIGN"
    RECORD_CONTACT_TRY = "RECORD_CONTACT_TRY"
    DECLARE_CONFLICT = "DECLARE_CONFLICT"
    MARK_VISITED = "MARK_VISITED"
    SUBMIT = "SUBMIT"
    SUBMIT_UNREACHED = "SUBMIT_UNREACHED"
    RETURN = "RETURN"
    REVIEW = "REVIEW"
    CLOSE = "CLOSE"
    SETTLE = "SETTLE"  # a re-check that agrees needs no review
    CANCEL = "CANCEL"
    TRANSFER = "TRANSFER"
    URGE = "URGE"
    REMIND = "REMIND"
    ESCALATE = "ESCALATE"
    REHOME = "REHOME"  # a union on its way was moved, merged or closed


IN_CHINESE: dict[str, str] = {
    "ACCEPT": "签收", "FORWARD": "转派", "HAND_BACK": "退回上级", "ASSIGN": "指派", "RECORD_CONTACT_TRY": "登记联系", "DECLARE_CONFLICT": "申明回避",
    "MARK_VISITED": "登记走访", "SUBMIT": "上报", "SUBMIT_UNREACHED": "按联系不上上报", "RETURN": "退回重核", "REVIEW": "复核", "CLOSE": "办结",
    "CANCEL": "撤销", "TRANSFER": "移交", "URGE": "催办",
}  # fmt: skip
"""What a refusal calls an action: it is made below the pages' words."""


class Clock(StrEnum):
    """Which time limit runs in a state; its length in working days stands in limits.yaml or the program's stages."""

    ACCEPT = "accept"
    FORWARD = "forward"
    VERIFY = "verify"
    REVIEW = "review"


S = OrderState
OPEN = (S.CREATED, S.ACCEPTED, S.ASSIGNED, S.VISITED, S.SUBMITTED, S.RETURNED, S.REVIEWED)
FINAL = (S.CLOSED, S.TRANSFERRED, S.CANCELLED)

MAX_RETURNS = 2
MIN_CONTACT_TRIES = 2


@dataclass(frozen=True, slots=True)
class Rule:
    """
    `to` maps each state the action is legal in to the state it leads to. `permission` is asked of the viewer, who must hold the
    order or stand above its holder; null permission = the system only.
    """

    to: dict[OrderState, OrderState]
    permission: str | None
    needs_reason: bool = False


RULES: dict[Action, Rule] = {
    Action.ACCEPT: Rule({S.CREATED: S.ACCEPTED}, "workorders.accept"),
    Action.FORWARD: Rule({S.CREATED: S.CREATED, S.ACCEPTED: S.CREATED}, "workorders.forward"),
    # Also by whom it was assigned to: that the address is wrong is often found at the door.
    Action.HAND_BACK: Rule(
        dict.fromkeys((S.CREATED, S.ACCEPTED, S.ASSIGNED, S.VISITED), S.CREATED), "workorders.return", needs_reason=True
    ),
    Action.ASSIGN: Rule(
        {S.ACCEPTED: S.ASSIGNED, S.ASSIGNED: S.ASSIGNED, S.VISITED: S.ASSIGNED, S.RETURNED: S.ASSIGNED},
        "workorders.assign",
    ),
    Action.DECLARE_CONFLICT: Rule(
        {S.ASSIGNED: S.ACCEPTED, S.VISITED: S.ACCEPTED, S.RETURNED: S.ACCEPTED}, "cases.verify", needs_reason=True
    ),
    Action.RECORD_CONTACT_TRY: Rule({S.ASSIGNED: S.ASSIGNED, S.RETURNED: S.RETURNED}, "cases.verify"),
    Action.MARK_VISITED: Rule({S.ASSIGNED: S.VISITED, S.RETURNED: S.VISITED}, "cases.verify"),
    Action.SUBMIT: Rule({S.VISITED: S.SUBMITTED, S.RETURNED: S.SUBMITTED}, "cases.verify"),
    Action.SUBMIT_UNREACHED: Rule(
        {S.ASSIGNED: S.SUBMITTED, S.RETURNED: S.SUBMITTED}, "cases.verify", needs_reason=True
    ),
    Action.RETURN: Rule({S.SUBMITTED: S.RETURNED}, "cases.review", needs_reason=True),
    Action.REVIEW: Rule({S.SUBMITTED: S.REVIEWED}, "cases.review"),
    Action.CLOSE: Rule({S.REVIEWED: S.CLOSED}, "cases.review"),
    Action.SETTLE: Rule({S.SUBMITTED: S.CLOSED}, None),
    Action.CANCEL: Rule(dict.fromkeys(OPEN, S.CANCELLED), "workorders.transfer", needs_reason=True),
    Action.TRANSFER: Rule(dict.fromkeys(OPEN, S.TRANSFERRED), "workorders.transfer", needs_reason=True),
    Action.URGE: Rule({state: state for state in OPEN}, "workorders.forward"),
    Action.REMIND: Rule({state: state for state in OPEN}, None),
    Action.ESCALATE: Rule({state: state for state in OPEN}, None),
    Action.REHOME: Rule({state: state for state in OPEN} | {S.ASSIGNED: S.ACCEPTED}, None),
}
