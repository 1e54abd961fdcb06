"""An order that lies with another union by now: a page that was open here says so, and gives back what was typed."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from niangjia.apps.accounts import queries as accounts
from niangjia.apps.cases import queries as cases
from niangjia.apps.workorders import queries as workorders
from niangjia.apps.workorders.problems import NoSuchOrder
from niangjia.apps.workorders.types import MoveCard
from niangjia.kernel.problems import Refusal
from niangjia.portals.design import words
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show
from niangjia.portals.design.tags import moment
from niangjia.portals.design.uploads import key_of, words_of

_NOT_TYPED = {
    "csrfmiddlewaretoken",
    "seen",
    "origin",
    "key",
    "step",
    "edition",
    "more",
    "keep",
    "way",
    "field",
    "visited_on",
    "outcome",
    "with",
}


class OrderLeft(Refusal):
    def __init__(self, move: MoveCard, action: str) -> None:
        at = moment(move.at)
        super().__init__(
            f"这张工单已不在您的工会：{at} {action}，转到{move.to_org_name}。您这次的操作没有生效。",
            f"This order is no longer with your union: {at} {action}, to {move.to_org_name}. What you did here had no effect.",
        )


def or_what_changed(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For views of one order: once it was passed on, who did so and when, with what was typed, in place of a bare 'not found'."""

    @wraps(view)
    def shown(request: PageRequest, order_id: int, **parts: Any) -> HttpResponse:
        try:
            return view(request, order_id, **parts)
        except (NoSuchOrder, cases.NotFound):
            move = workorders.find_departure(request.viewer, order_id)
            if move is None:
                raise
            return _left(request, order_id, move)

    return shown


def _left(request: PageRequest, order_id: int, move: MoveCard) -> HttpResponse:
    request.refusal = OrderLeft(move, str(words.word("order_action", move.action)[0]))
    if request.headers.get("Accept", "") == "application/json":
        if (key := key_of(request.POST.get("key", ""))) and cases.find_recorded_visit(request.viewer, key):
            return JsonResponse(
                {"done": _("走访已登记。"), "next": reverse("officer:orders")}
            )  # its answer was lost on the way
        return JsonResponse({"problem": words_of(request.refusal), "left": True}, status=409)
    names = accounts.names_of({move.actor_id}) if move.actor_id else {}
    context = {
        "move": move,
        "actor": names.get(move.actor_id or 0, ""),
        "typed": [said for name in request.POST if name not in _NOT_TYPED for said in request.POST.getlist(name) if len(said) > 1 and said not in ("yes", "no", "RIGHT", "WRONG", "GONE")],
        "has_draft": cases.has_draft(request.viewer, order_id),
    }  # fmt: skip
    return show(request, "officer/order_left.html", context, status=409)
