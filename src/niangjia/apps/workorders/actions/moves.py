"""The moves of one order. What each needs stands in `lifecycle.RULES`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope
from niangjia.apps.registry import actions as registry
from niangjia.apps.workorders.clocks import STOPPED, Clocks
from niangjia.apps.workorders.lifecycle import MAX_RETURNS, MIN_CONTACT_TRIES, RULES, Action, Clock, OrderState
from niangjia.apps.workorders.models import WorkOrder, WorkOrderMove
from niangjia.apps.workorders.problems import (
    AccountInactive,
    AreaMissing,
    CannotForward,
    ConflictOfInterest,
    IllegalMove,
    NobodyAbove,
    NoSuchOrder,
    NotHolder,
    NotOfThisUnion,
    NotSeparate,
    OrderMovedOn,
    ReasonMissing,
    ReturnedTooOften,
    TooFewTries,
    TooFewVerifiers,
)
from niangjia.apps.workorders.queries import card, is_visible, urged_today
from niangjia.apps.workorders.routing import UnionTree
from niangjia.apps.workorders.types import OrderCard, OrderKind, Verifier, VisitWay

_IN_PASSING = (
    Action.URGE.value,
    Action.REMIND.value,
    Action.ESCALATE.value,
)  # they change nothing that anybody saw; REHOME does: whoever acts on what they saw must look again


@dataclass
class _Turn:
    """One person's turn at one order: the row, locked, and what they want of it."""

    order: WorkOrder
    viewer: Viewer
    action: Action
    now: datetime
    reason: str
    is_repeat: bool

    def write(
        self,
        *,
        org_id: int | None = None,
        detail: Mapping[str, object] | None = None,
        ends_step: bool = False,
        **columns: object,
    ) -> OrderCard:
        """Make the move: the order by a conditional update, its history, the audit event."""
        order = self.order
        to_state = RULES[self.action].to[OrderState(order.state)]
        to_org_id = org_id or order.org_id
        was_late = None
        if ends_step and order.step_due_at is not None:
            was_late = self.now >= order.step_due_at
        columns |= {"state": to_state, "org_id": to_org_id, "step": order.step + 1}
        if not WorkOrder.objects.filter(pk=order.pk, step=order.step, state=order.state).update(**columns):
            raise OrderMovedOn(order.number)
        visiting = columns.get("verify_org_id", order.verify_org_id)
        if visiting != order.verify_org_id:
            self.place_household(visiting)
        WorkOrderMove.objects.create(
            order=order,
            step=order.step + 1,
            action=self.action.value,
            from_state=order.state,
            to_state=to_state,
            from_org_id=order.org_id,
            to_org_id=to_org_id,
            actor_id=self.viewer.account_id,
            at=self.now,
            reason=self.reason,
            was_late=was_late,
            detail=detail or {},
        )
        said = {
            "number": order.number,
            "step": order.step + 1,
            "from": order.state,
            "to": to_state.value,
            "org": to_org_id,
            **(detail or {}),
        }
        audit.record(
            self.viewer,
            action=f"workorders.{self.action.lower()}",
            object=f"workorder:{order.pk}",
            detail=said,
            reason=self.reason,
            now=self.now,
        )
        return self.card()

    def place_household(self, org_id: Any) -> None:
        """The household goes along: the union that visits sees it, the one before does not any more."""
        if self.order.kind != OrderKind.SPOT_CHECK:
            registry.place_households({self.order.household_id: org_id}, now=self.now, viewer=self.viewer)

    def card(self) -> OrderCard:
        return card(WorkOrder.objects.select_related("org").get(pk=self.order.pk), now=self.now)


def _turn(viewer: Viewer, order_id: int, action: Action, step: int | None, now: datetime, reason: str = "") -> _Turn:
    """
    The order, locked, if the viewer may do this to it now.

    Raises:
        NotAllowed, NoSuchOrder, NotHolder, ReasonMissing, OrderMovedOn, IllegalMove.
    """
    rule = RULES[action]
    permissions.require(viewer, str(rule.permission))
    if rule.needs_reason and not reason.strip():
        raise ReasonMissing
    # Without joins: who waited here finds the order at another union, and PostgreSQL would drop the row that no longer fits its join.
    order = WorkOrder.objects.select_for_update().filter(pk=order_id).first()
    if order is None or not is_visible(viewer, order):
        raise NoSuchOrder(order_id)
    turn = _Turn(order, viewer, action, now, reason.strip()[:500], is_repeat=False)
    since = order.moves.exclude(action__in=_IN_PASSING).order_by("step")
    moved = since.filter(step__gt=step).first() if step is not None else since.last()
    if moved is not None and moved.action == action and moved.actor_id == viewer.account_id:
        turn.is_repeat = step is not None or OrderState(order.state) not in rule.to
    if turn.is_repeat:
        return turn
    if step is not None and (moved is not None or step > order.step):  # nobody has seen a step that is still to come
        raise OrderMovedOn(order.number)
    if not scope.covers(viewer.org_path, order.org.path):
        raise NotHolder(order.number, order.org.name)
    if OrderState(order.state) not in rule.to:
        raise IllegalMove(order.number, OrderState(order.state), action.value)
    return turn


@transaction.atomic
def accept(*, viewer: Viewer, order_id: int, step: int | None = None, now: datetime) -> OrderCard:
    """签收: the holder takes the order. The clock goes on."""
    turn = _turn(viewer, order_id, Action.ACCEPT, step, now)
    return turn.card() if turn.is_repeat else turn.write()


@transaction.atomic
def forward(*, viewer: Viewer, order_id: int, to_org_id: int, step: int | None = None, now: datetime) -> OrderCard:
    """
    转派: hand the order to an active union below the holder (`queries.list_forward_candidates` previews them).

    The next union on the route is the suggestion; another one below becomes the union that verifies.

    Raises:
        CannotForward: not active, or not below the holder.
    """
    turn = _turn(viewer, order_id, Action.FORWARD, step, now)
    if turn.is_repeat:
        return turn.card()
    order = turn.order
    target = organizations.get_union(to_org_id)
    if not target.is_active or to_org_id == order.org_id or not scope.covers(order.org.path, target.path):
        raise CannotForward(target.name)
    way = list(order.route)
    if to_org_id not in way:
        behind = way[: way.index(order.org_id) + 1] if order.org_id in way else [*way[:1], order.org_id]
        way = [*behind, to_org_id]
    is_there = to_org_id == way[-1]
    running = Clocks(now).start(Clock.VERIFY if is_there else Clock.FORWARD, order.limits)
    return turn.write(
        org_id=to_org_id, detail={"to_org": to_org_id}, ends_step=True, route=way, verify_org_id=way[-1], **running
    )


@transaction.atomic
def hand_back(*, viewer: Viewer, order_id: int, reason: str, step: int | None = None, now: datetime) -> OrderCard:
    """
    退回上级: the wrong union got it; it goes back to the one that sent it, assigned to nobody. Counts as a return, two at most.

    Raises:
        NobodyAbove: the viewer's union was the first.
        ReturnedTooOften.
    """
    turn = _turn(viewer, order_id, Action.HAND_BACK, step, now, reason)
    if turn.is_repeat:
        return turn.card()
    order = turn.order
    place = order.route.index(order.org_id) if order.org_id in order.route else 0
    sender = next(
        (org_id for org_id in reversed(order.route[:place]) if organizations.get_union(org_id).is_active), None
    )
    if sender is None:
        raise NobodyAbove(order.number)
    _count_return(order)
    clock = Clock.ACCEPT if sender == order.route[0] else Clock.FORWARD
    return turn.write(
        org_id=sender, ends_step=True, returned_count=order.returned_count + 1, assignee_id=None,
        **Clocks(now).start(clock, order.limits),
    )  # fmt: skip


def _count_return(order: WorkOrder) -> None:
    if order.returned_count >= MAX_RETURNS:
        raise ReturnedTooOften(order.number)


def _refuse_conflict(order: WorkOrder, verifier: Verifier) -> None:
    if verifier.account_id in order.excluded_ids or verifier.related_person_ids & set(order.subject_person_ids):
        raise ConflictOfInterest(verifier.name)


@transaction.atomic
def assign(
    *, viewer: Viewer, order_id: int, assignee: Verifier, reason: str = "", step: int | None = None, now: datetime
) -> OrderCard:
    """
    指派: name who verifies, or name somebody else. The union that assigns is the one that verifies from now on.

    `assignee.related_person_ids`: the person themselves, their household, their kin, as registry ids.

    Raises:
        ConflictOfInterest: kin to or living with the household, or stood aside before.
        AccountInactive: no such account, or disabled. NotOfThisUnion: without a casework post at the union that holds the order.
    """
    turn = _turn(viewer, order_id, Action.ASSIGN, step, now, reason)
    if turn.is_repeat:
        return turn.card()
    order = turn.order
    if assignee.account_id is None or not accounts.is_active(assignee.account_id):
        raise AccountInactive
    held = accounts.list_posts(assignee.account_id, today=timezone.localdate(now))
    if not any(post.org_id == order.org_id and permissions.allows(post.role, "cases.verify") for post in held):
        raise NotOfThisUnion(order.org.name)
    _refuse_conflict(order, assignee)
    columns: dict[str, Any] = {"assignee_id": assignee.account_id}
    if order.verify_org_id != order.org_id:
        place = order.route.index(order.org_id) if order.org_id in order.route else 0
        columns |= {"verify_org_id": order.org_id, "route": order.route[: place + 1]} | Clocks(now).start(
            Clock.VERIFY, order.limits
        )
    return turn.write(detail={"assignee": assignee.account_id}, ends_step="clock" in columns, **columns)


@transaction.atomic
def declare_conflict(
    *, viewer: Viewer, order_id: int, reason: str, step: int | None = None, now: datetime
) -> OrderCard:
    """申明回避: the assignee stands aside; the order waits for another assignment and never comes back to them."""
    turn = _turn(viewer, order_id, Action.DECLARE_CONFLICT, step, now, reason)
    if turn.is_repeat:
        return turn.card()
    order = turn.order
    aside = {viewer.account_id}
    still = order.assignee_id if order.assignee_id not in aside else None
    return turn.write(excluded_ids=sorted({*order.excluded_ids, *aside}), assignee_id=still)


@transaction.atomic
def record_contact_try(
    *, viewer: Viewer, order_id: int, way: str, note: str = "", step: int | None = None, now: datetime
) -> OrderCard:
    """Note one try to reach the worker: `way` is a code such as PHONE or VISIT. Give `step`, or a repeat counts as another try."""
    turn = _turn(viewer, order_id, Action.RECORD_CONTACT_TRY, step, now, note)
    if turn.is_repeat:
        return turn.card()
    _refuse_conflict(turn.order, Verifier(viewer.name, viewer.account_id))
    return turn.write(detail={"way": way}, contact_try_count=turn.order.contact_try_count + 1)


@transaction.atomic
def mark_visited(
    *,
    viewer: Viewer,
    order_id: int,
    verifiers: Sequence[Verifier],
    way: VisitWay,
    has_photo: bool = False,
    step: int | None = None,
    now: datetime,
) -> OrderCard:
    """
    Note the visit at home or at work: two people, or one with a photograph. Whoever records it counts as a verifier.

    Raises:
        TooFewVerifiers, ConflictOfInterest.
    """
    turn = _turn(viewer, order_id, Action.MARK_VISITED, step, now)
    if turn.is_repeat:
        return turn.card()
    if len(verifiers) < 2 and not (verifiers and has_photo):
        raise TooFewVerifiers
    for verifier in [*verifiers, Verifier(viewer.name, viewer.account_id)]:
        _refuse_conflict(turn.order, verifier)
    ids = {verifier.account_id for verifier in verifiers if verifier.account_id is not None}
    everyone = sorted({*turn.order.verifier_ids, *ids, viewer.account_id})
    detail = {"way": VisitWay(way).value, "people": len(verifiers), "has_photo": has_photo}
    return turn.write(detail=detail, verifier_ids=everyone)


@transaction.atomic
def submit(*, viewer: Viewer, order_id: int, outcome: str, step: int | None = None, now: datetime) -> OrderCard:
    """上报: the answer, a code of the program (V1 …), goes up to the county for review."""
    turn = _turn(viewer, order_id, Action.SUBMIT, step, now)
    return turn.card() if turn.is_repeat else _send_up(turn, outcome)


@transaction.atomic
def submit_unreached(
    *, viewer: Viewer, order_id: int, outcome: str, reason: str, step: int | None = None, now: datetime
) -> OrderCard:
    """
    Report that nobody could be reached, without a visit.

    Raises:
        TooFewTries: fewer than two tries are on record.
    """
    turn = _turn(viewer, order_id, Action.SUBMIT_UNREACHED, step, now, reason)
    if turn.is_repeat:
        return turn.card()
    if turn.order.contact_try_count < MIN_CONTACT_TRIES:
        raise TooFewTries(turn.order.contact_try_count)
    return _send_up(turn, outcome)


def _send_up(turn: _Turn, outcome: str) -> OrderCard:
    order = turn.order
    review_org_id = organizations.nearest_active(order.review_org_id).id
    everyone = sorted({*order.verifier_ids, turn.viewer.account_id})
    running = Clocks(turn.now).start(Clock.REVIEW, order.limits)
    return turn.write(
        org_id=review_org_id,
        detail={"outcome": outcome},
        ends_step=True,
        outcome=outcome,
        verifier_ids=everyone,
        **running,
    )


@transaction.atomic
def return_order(*, viewer: Viewer, order_id: int, reason: str, step: int | None = None, now: datetime) -> OrderCard:
    """
    退回重核: the answer is not good enough; back to the union that verified, with a reason, two times at most.

    The order keeps its due date: the correction has what is left of it.
    """
    turn = _turn(viewer, order_id, Action.RETURN, step, now, reason)
    if turn.is_repeat:
        return turn.card()
    order = turn.order
    _count_return(order)
    verify_org_id = organizations.nearest_active(order.verify_org_id).id
    running = Clocks(now).go_on(Clock.VERIFY, order.due_at)
    return turn.write(
        org_id=verify_org_id,
        verify_org_id=verify_org_id,
        ends_step=True,
        outcome="",
        returned_count=order.returned_count + 1,
        **running,
    )


@transaction.atomic
def review(
    *,
    viewer: Viewer,
    order_id: int,
    related_person_ids: frozenset[int] = frozenset(),
    step: int | None = None,
    now: datetime,
) -> OrderCard:
    """
    复核: a second person agrees with the answer.

    Raises:
        NotSeparate: the viewer verified, recorded or submitted it, or it was assigned to them.
        ConflictOfInterest: `related_person_ids` (the viewer, their household and kin) meets the household.
    """
    turn = _turn(viewer, order_id, Action.REVIEW, step, now)
    if turn.is_repeat:
        return turn.card()
    order = turn.order
    if viewer.account_id in order.verifier_ids or viewer.account_id == order.assignee_id:
        raise NotSeparate
    _refuse_conflict(order, Verifier(viewer.name, viewer.account_id, related_person_ids))
    return turn.write(ends_step=True, reviewer_id=viewer.account_id, **STOPPED)


@transaction.atomic
def close(*, viewer: Viewer, order_id: int, step: int | None = None, now: datetime) -> OrderCard:
    """办结. A closed order never reopens; a new one refers to it."""
    turn = _turn(viewer, order_id, Action.CLOSE, step, now)
    return turn.card() if turn.is_repeat else turn.write(closed_at=now, closed_by_id=viewer.account_id, **STOPPED)


@transaction.atomic
def cancel(*, viewer: Viewer, order_id: int, reason: str, step: int | None = None, now: datetime) -> OrderCard:
    """撤销: it should not have been sent. The subject may get another of the month."""
    turn = _turn(viewer, order_id, Action.CANCEL, step, now, reason)
    return turn.card() if turn.is_repeat else turn.write(ends_step=True, **STOPPED)


@transaction.atomic
def cancel_for_subject(*, order_id: int, reason: str, now: datetime) -> None:
    """
    撤回: the household no longer wants the visit. The system's own act, for the case that owns the order. Safe to repeat: an order that
    ended stays as it is.
    """
    _by_the_house(order_id, Action.CANCEL, now, reason)


@transaction.atomic
def settle(*, order_id: int, by: int, now: datetime) -> None:
    """The answer needs no review: the system's own act, for the case that owns the order; `by` handed the answer in. Safe to repeat."""
    _by_the_house(order_id, Action.SETTLE, now, closed_at=now, closed_by_id=by)


def _by_the_house(order_id: int, action: Action, now: datetime, reason: str = "", **more: object) -> None:
    """End an order without a person's turn; one that is not in a state for it stays as it is."""
    order = WorkOrder.objects.select_for_update(of=("self",)).get(pk=order_id)
    state = OrderState(order.state)
    if state not in RULES[action].to:
        return
    to_state = RULES[action].to[state]
    columns = {"state": to_state, "step": order.step + 1, **STOPPED, **more}
    if not WorkOrder.objects.filter(pk=order.pk, step=order.step, state=state).update(**columns):
        raise OrderMovedOn(order.number)
    was_late = None if order.step_due_at is None else now >= order.step_due_at
    WorkOrderMove.objects.create(
        order=order,
        step=order.step + 1,
        action=action.value,
        from_state=state,
        to_state=to_state,
        from_org_id=order.org_id,
        to_org_id=order.org_id,
        at=now,
        reason=reason[:500],
        was_late=was_late,
    )
    said = {"number": order.number, "step": order.step + 1, "from": state.value, "to": to_state.value}
    audit.record(
        None,
        action=f"workorders.{action.value.lower()}",
        object=f"workorder:{order.pk}",
        detail=said,
        reason=reason[:500],
        now=now,
    )


@transaction.atomic
def transfer(
    *, viewer: Viewer, order_id: int, target_area: str, reason: str, step: int | None = None, now: datetime
) -> OrderCard:
    """
    移交: the household belongs to another area now; the order ends here, TRANSFERRED with the division it went to. The household
    goes to the union there, or to the root of the tree if the area lies outside it.

    Raises:
        AreaMissing: `target_area` is not a division code.
    """
    turn = _turn(viewer, order_id, Action.TRANSFER, step, now, reason)
    if turn.is_repeat:
        return turn.card()
    if not re.fullmatch(r"[0-9]{6}|[0-9]{9}|[0-9]{12}", target_area):
        raise AreaMissing
    root = organizations.find_root()
    there = UnionTree.load().nearest_to(target_area) or root
    if there:
        turn.place_household(there.id)
    return turn.write(detail={"target_area": target_area}, ends_step=True, target_area=target_area, **STOPPED)


@transaction.atomic
def urge(*, viewer: Viewer, order_id: int, now: datetime) -> OrderCard:
    """
    催办: whoever has the order in hand is told that the viewer waits for it. Once a day, whoever asks; the second time changes nothing.

    Raises:
        IllegalMove: the order is over.
    """
    turn = _turn(viewer, order_id, Action.URGE, None, now)
    return turn.card() if turn.order.pk in urged_today([order_id], now=now) else turn.write()
