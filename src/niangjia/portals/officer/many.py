"""One step for many orders: what goes where, what cannot and why; once confirmed each goes by itself, and the page says what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from django.http import HttpResponse, QueryDict
from django.utils import timezone

from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.workorders import actions as workorders
from niangjia.apps.workorders import queries
from niangjia.apps.workorders.types import BulkMove, BulkResult
from niangjia.kernel.problems import Refusal
from niangjia.portals.design.pages import page
from niangjia.portals.design.people import household_names
from niangjia.portals.design.requests import PageRequest, whole
from niangjia.portals.design.showing import show
from niangjia.portals.officer.orders import asked_for

MOST = 500


class NothingChosen(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "还没有选中可办的工单。请回到列表勾选，或至少留下一件。", "No order is chosen. Go back to the list and tick some, or leave at least one ticked."
        )  # fmt: skip


def _chosen(request: PageRequest) -> list[int]:
    """The orders ticked, or with ``all=1`` all that the list's filters (``back``) ask for: without any, one's whole queue. Five hundred at most."""
    if request.GET.get("all") == "1" or not request.GET:
        found = asked_for(request.viewer, QueryDict(request.GET.get("back", "")))
        return list(found.values_list("pk", flat=True)[:MOST])
    return [order_id for text in request.GET.getlist("order") if (order_id := whole(text))][:MOST]


def _moves(request: PageRequest) -> list[BulkMove]:
    """Of the preview sent back: the orders still ticked, each with where it goes and the step it was shown in."""
    moves = []
    for text in request.POST.getlist("order"):
        order_id, target_id = whole(text), whole(request.POST.get(f"to-{text}", ""))
        if order_id and target_id:
            moves.append(BulkMove(order_id, target_id, whole(request.POST.get(f"step-{text}", ""), -1)))
    return moves[:MOST]


def _asked(request: PageRequest) -> dict[str, object]:
    return {"back": request.GET.get("back", ""), "is_all": request.GET.get("all") == "1", "most": MOST}


@page("workorders.forward", methods=("GET", "POST"))
def forward_many(request: PageRequest) -> HttpResponse:
    if request.method == "POST" and (moves := _moves(request)):
        return _results(request, moves, workorders.forward_many)
    rows = queries.plan_forwarding(request.viewer, _chosen(request), now=timezone.now())
    names = household_names(row.order.household_id for row in rows)
    going = [(row, names.get(row.order.household_id)) for row in rows if row.refusal is None]
    by_union = Counter(row.candidates[0].name for row, _home in going)
    context = {
        "going": going,
        "staying": [(row.order, names.get(row.order.household_id), row.refusal) for row in rows if row.refusal is not None],
        "by_union": sorted(by_union.items(), key=lambda pair: (-pair[1], pair[0])),
    }  # fmt: skip
    return _preview(request, "officer/forward_many.html", context, bool(going))


@page("workorders.assign", methods=("GET", "POST"))
def assign_many(request: PageRequest) -> HttpResponse:
    if request.method == "POST" and (moves := _moves(request)):
        return _results(request, moves, workorders.assign_many)
    groups = queries.plan_assigning(request.viewer, _chosen(request), now=timezone.now())
    names = household_names(row.order.household_id for group in groups for row in group.rows)
    shown = [
        (
            group,
            [(row, names.get(row.order.household_id)) for row in group.rows if row.refusal is None],
            [(one, group.shares.get(one.account_id, 0)) for one in group.colleagues],
        )
        for group in groups
        if any(row.refusal is None for row in group.rows)
    ]
    staying = [row for group in groups for row in group.rows if row.refusal is not None]
    context: dict[str, object] = {
        "groups": shown,
        "count": sum(len(rows) for _group, rows, _colleagues in shown),
        "staying": [(row.order, names.get(row.order.household_id), row.refusal) for row in staying],
    }
    return _preview(request, "officer/assign_many.html", context, bool(shown))


@page("workorders.forward", methods=("GET", "POST"))
def urge_many(request: PageRequest) -> HttpResponse:
    """催办: whoever has them in hand is told that they are waited for."""
    chosen = [order_id for text in request.POST.getlist("order") if (order_id := whole(text))]
    if request.method == "POST" and chosen:
        return _results(request, [BulkMove(order_id, 0) for order_id in chosen[:MOST]], workorders.urge_many)
    rows = queries.plan_urging(request.viewer, _chosen(request), now=timezone.now())
    names = household_names(row.order.household_id for row in rows)
    hands = accounts.names_of({row.order.visitor_id for row in rows if row.order.visitor_id is not None})
    shown = [(row, names.get(row.order.household_id), hands.get(row.order.visitor_id or 0, "")) for row in rows]
    by_union = Counter(row.order.org_name for row in rows if row.refusal is None)
    context: dict[str, object] = {
        "by_union": sorted(by_union.items(), key=lambda pair: (-pair[1], pair[0])),
        "going": [line for line in shown if line[0].refusal is None],
        "staying": [(row.order, home, row.refusal) for row, home, _hand in shown if row.refusal is not None],
    }
    return _preview(request, "officer/urge_many.html", context, bool(context["going"]))


def _preview(request: PageRequest, template: str, context: dict[str, object], has_any: bool) -> HttpResponse:
    if request.method == "POST" or not (has_any or context["staying"]):
        request.refusal = NothingChosen()
    status = 409 if request.method == "POST" else 200
    return show(request, template, context | _asked(request), status=status)


def _results(request: PageRequest, moves: list[BulkMove], do: Callable[..., list[BulkResult]]) -> HttpResponse:
    """Not led elsewhere: sending it again changes nothing and gives the same list."""
    viewer: Viewer = request.viewer
    results = do(viewer=viewer, moves=moves, now=timezone.now())
    # A number that was sent may be anybody's: of an order that is not the viewer's to see the refusal alone is shown.
    refused = queries.find_cards(
        viewer, [one.order_id for one in results if one.refusal is not None], now=timezone.now()
    )
    cards = [(one, one.order or refused.get(one.order_id)) for one in results]
    names = household_names(card.household_id for _one, card in cards if card is not None)
    lines = [(one, card, names.get(card.household_id) if card else None) for one, card in cards]
    context = {
        "done": [line for line in lines if line[0].refusal is None],
        "refused": [line for line in lines if line[0].refusal is not None],
        "assignees": queries.verifiers_of(move.target_id for move in moves) if do is workorders.assign_many else {},
    }
    return show(request, "officer/many_done.html", context | _asked(request))
