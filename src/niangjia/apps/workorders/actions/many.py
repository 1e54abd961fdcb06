"""The same step for many orders: each its own transaction, one report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.workorders.actions.moves import assign, forward, urge
from niangjia.apps.workorders.queries.capacity import verifiers_of
from niangjia.apps.workorders.types import BulkMove, BulkResult, OrderCard, Verifier
from niangjia.kernel.problems import Refusal


def forward_many(*, viewer: Viewer, moves: Sequence[BulkMove], now: datetime) -> list[BulkResult]:
    """
    Hand each order to the union its move names (`target_id`); one that is refused stops no other. `step` is the order's as it was previewed.

    Safe to repeat, also after a break in the middle: what went through answers as it stands. Raises NotAllowed.
    """
    permissions.require(viewer, "workorders.forward")

    def one(move: BulkMove) -> OrderCard:
        return forward(viewer=viewer, order_id=move.order_id, to_org_id=move.target_id, step=move.step, now=now)

    return _each(moves, one)


def assign_many(*, viewer: Viewer, moves: Sequence[BulkMove], now: datetime) -> list[BulkResult]:
    """Name for each order who visits (`target_id`, an account). As `forward_many`."""
    permissions.require(viewer, "workorders.assign")
    verifiers = verifiers_of(move.target_id for move in moves)

    def one(move: BulkMove) -> OrderCard:
        assignee = verifiers.get(move.target_id, Verifier("", None))
        return assign(viewer=viewer, order_id=move.order_id, assignee=assignee, step=move.step, now=now)

    return _each(moves, one)


def urge_many(*, viewer: Viewer, moves: Sequence[BulkMove], now: datetime) -> list[BulkResult]:
    """Ask for each order that it be got on with; `target_id` and `step` do not count. As `forward_many`."""
    permissions.require(viewer, "workorders.forward")
    return _each(moves, lambda move: urge(viewer=viewer, order_id=move.order_id, now=now))


def _each(moves: Sequence[BulkMove], do: Callable[[BulkMove], OrderCard]) -> list[BulkResult]:
    results = []
    for move in moves:
        try:
            results.append(BulkResult(move.order_id, do(move), None))
        except Refusal as refusal:
            results.append(BulkResult(move.order_id, None, refusal))
    return results
