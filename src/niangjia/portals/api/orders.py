"""Work orders to read: the list, and everything the page of one shows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Scope
from niangjia.apps.cases import queries as cases
from niangjia.apps.registry import queries as registry
from niangjia.apps.workorders import queries
from niangjia.apps.workorders.types import Action, OrderCard, OrderKind, OrderState, Urgency
from niangjia.portals.api.doors import ApiRequest, reads
from niangjia.portals.api.shapes import HouseholdBrief, Id, ListAsked, MonthText, OrgBrief, list_of, page_of
from niangjia.portals.design.people import household_names, record_seen
from niangjia.portals.officer.asking import questions

router = Router(tags=["orders"])


class OrderStands(Schema):
    """Where an order stands, without anything of a person. `step` numbers its last move: send it back to act on what you saw."""

    id: int
    number: str
    kind: OrderKind
    month: MonthText
    state: OrderState
    step: int
    org: OrgBrief
    assignee_id: int | None
    urgency: Urgency
    due_at: datetime
    step_due_at: datetime | None
    is_overdue: bool
    returned_count: int
    contact_try_count: int
    outcome: str = Field(description="核实结论代码，没有则空 · code of the finding, else empty")


class OrderRow(OrderStands):
    cause_group: str
    grade: str
    household: HouseholdBrief


class OrderMove(Schema):
    """`by`: who moved it, empty for the system itself. `was_late`: null where no clock ran."""

    step: int
    action: Action
    to_state: OrderState
    to_org: OrgBrief
    by: str
    at: datetime
    reason: str
    was_late: bool | None


class ForwardTo(Schema):
    org_id: int
    name: str
    is_suggested: bool
    open_count: int


class Colleague(Schema):
    account_id: int
    name: str


class Worker(Schema):
    """The worker to be visited, masked as on the page."""

    id: int
    name: str
    phone: str


class Order(OrderRow):
    """`can`: moves that this token's post may make now. `colleagues`: whom it can be assigned to. `case_id` null: no case to see."""

    person: Worker | None
    questions: list[str]
    moves: list[OrderMove]
    can: list[Action]
    forward_to: list[ForwardTo]
    colleagues: list[Colleague]
    case_id: int | None


class OrdersAsked(ListAsked):
    state: OrderState | None = Field(None, description="状态 · state")
    kind: OrderKind | None = Field(None, description="核实、回访或复核 · verification, follow-up or recheck")
    month: MonthText | None = Field(None, description="哪个月的名单 · of which month's list")
    org_id: Id | None = Field(None, description="现由哪个工会办理 · the union that holds it")
    is_mine: bool = Field(False, description="只要指派给令牌持有人的 · only those assigned to the token's holder")
    is_open: bool = Field(False, description="只要在办的 · only those under way")
    is_overdue: bool = Field(False, description="只要超期的 · only those past their time")


def stands(card: OrderCard) -> dict[str, Any]:
    return {name: getattr(card, name) for name in OrderStands.model_fields if name != "org"} | {
        "org": {"id": card.org_id, "name": card.org_name}
    }


def order_stands(card: OrderCard) -> OrderStands:
    return OrderStands(**stands(card))


def _rows(found: Any, now: datetime) -> list[dict[str, Any]]:
    cards = [queries.card(row, now=now) for row in found]
    homes = household_names(card.household_id for card in cards)
    return [_row(card, homes) for card in cards]


def _row(card: OrderCard, homes: Any) -> dict[str, Any]:
    return stands(card) | {
        "cause_group": card.cause_group,
        "grade": card.grade,
        "household": household(card.household_id, homes),
    }


def household(household_id: int, homes: Any) -> dict[str, Any]:
    home = homes.get(household_id)
    return {"id": household_id, "name": home.name if home else "", "size": home.size if home else 0}


@reads(
    router,
    "/orders",
    list_of(OrderRow, "OrderPage"),
    scope=Scope.ORDERS_READ,
    right="workorders.view",
    summary="工单列表 · List work orders",
)
def list_orders(request: ApiRequest, asked: Query[OrdersAsked]) -> Any:
    """Orders that the token's part of the union tree holds or visits, oldest first."""
    viewer, now = request.viewer, timezone.now()
    found = queries.list_orders(
        viewer,
        now=now,
        state=asked.state or "",
        kind=asked.kind or "",
        month=asked.month or "",
        org_id=asked.org_id,
        assignee_id=viewer.account_id if asked.is_mine else None,
        only_open=asked.is_open,
        only_overdue=asked.is_overdue,
    )
    return page_of(request, "orders", asked, found, lambda rows: _rows(rows, now))


@reads(
    router,
    "/orders/{order_id}",
    Order,
    scope=Scope.ORDERS_READ,
    right="workorders.view",
    summary="一件工单 · One work order",
)
def get_order(request: ApiRequest, order_id: Id) -> Any:
    """Everything the page of an order shows. Who lives there finds this among who looked at their data."""
    viewer, now = request.viewer, timezone.now()
    card = queries.get_order(viewer, order_id, now=now)
    record_seen(viewer, card.household_id, "work order", now)
    moves = queries.list_moves(viewer, order_id)
    can = queries.possible_actions(viewer, card)
    case = cases.find_case_of_order(viewer, order_id)
    person = registry.list_person_cards(viewer, [card.person_id]).get(card.person_id)
    posts = accounts.list_posts_at(card.org_id, today=timezone.localdate(now)) if Action.ASSIGN in can else []
    colleagues = {post.account_id: name for post, name in posts if permissions.allows(post.role, "cases.verify")}
    names = accounts.names_of({move.actor_id for move in moves if move.actor_id})
    return _row(card, household_names([card.household_id])) | {
        "person": {"id": person.id, "name": person.name, "phone": person.phone} if person else None,
        "questions": [str(one) for one in questions(card.cause_group, card.questions)],
        "moves": [
            {
                "step": move.step,
                "action": move.action,
                "to_state": move.to_state,
                "to_org": {"id": move.to_org_id, "name": move.to_org_name},
                "by": names.get(move.actor_id or 0, ""),
                "at": move.at,
                "reason": move.reason,
                "was_late": move.was_late,
            }
            for move in moves
        ],
        "can": can,
        "forward_to": queries.list_forward_candidates(viewer, order_id) if Action.FORWARD in can else [],
        "colleagues": [{"account_id": account_id, "name": name} for account_id, name in colleagues.items()],
        "case_id": case.id if case else None,
    }
