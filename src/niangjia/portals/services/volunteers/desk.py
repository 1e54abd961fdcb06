"""The matching desk: what the engine proposes beside what stands, why, and what a person makes of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.accounts import permissions
from niangjia.apps.volunteers import actions, queries
from niangjia.apps.volunteers.types import Matched, NeedCard, Proposed
from niangjia.kernel.problems import Refusal
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest, whole
from niangjia.portals.design.showing import show
from niangjia.portals.design.staleness import watch
from niangjia.portals.services.volunteers import shown

MOST = 100
"""Needs on the desk at once; the rest is reached by narrowing, or once these are sent."""


class NothingChosen(Refusal):
    def __init__(self) -> None:
        super().__init__("请勾选要发给双方的配对。", "Tick the pairs that are to be put to both sides.")


@page("volunteers.view")
def desk(request: PageRequest) -> HttpResponse:
    viewer, kind = request.viewer, shown.kind_of(request)
    rows = list(queries.list_needs(viewer, kind=kind.id, stage=kind.pairing.id)[: MOST + 1])
    cards = [queries.need_card(row) for row in rows[:MOST]]
    watch(request, *(f"need:{card.id}" for card in cards))
    last = queries.last_proposal(viewer, kind.id)
    stand = queries.list_pairs(viewer, [card.id for card in cards], only_live=True)
    context = {
        "kind": kind, "kinds": queries.kinds().values(), "last": last, "may_match": permissions.may(viewer, "volunteers.match"), "is_more": len(rows) > MOST,
        "lines": [_line(card, last, stand.get(card.id, [])) for card in cards], "skills": queries.skills(), "day_words": shown.day_words(),
        "chosen": set(request.POST.getlist("pick")) if request.method == "POST" else None,
    }  # fmt: skip
    return show(request, "volunteers/desk.html", context)


def _line(card: NeedCard, last: Matched | None, stand: list[Any]) -> dict[str, Any]:
    proposed: list[Proposed] = [one for one in last.proposed if one.need_id == card.id] if last else []
    empty = next((one for one in last.unfilled if one.need_id == card.id), None) if last else None
    return {
        "need": card, "stand": [(one, shown.share_words(one.points)) for one in stand],
        "proposed": [(one, shown.share_words(one.points), f"{card.id}:{one.helper.id}") for one in proposed],
        "why_empty": shown.why_words(empty.why) if empty else "", "empty": empty.seats if empty else 0, "open": card.seats - card.filled,
    }  # fmt: skip


@page("volunteers.match", methods=("POST",), shown_on=desk, changes_nothing=True)
def run(request: PageRequest) -> HttpResponse:
    kind = request.POST.get("kind", "")
    actions.propose(viewer=request.viewer, kind=kind, now=timezone.now())
    messages.success(request, _("已算好，请逐项看过再发给双方。"))
    return redirect(f"{reverse('volunteers:desk')}?kind={kind}")


@page("volunteers.match", methods=("POST",), shown_on=desk)
def send(request: PageRequest) -> HttpResponse:
    kind = queries.kind_of(request.POST.get("kind", "")).id
    parts = [one.partition(":") for one in request.POST.getlist("pick")[:500]]
    chosen = [(whole(need), whole(helper)) for need, _colon, helper in parts]
    if not chosen:
        raise NothingChosen
    count = actions.send_proposals(viewer=request.viewer, chosen=chosen, now=timezone.now())
    messages.success(request, _("已把 %(n)s 对发给双方，等他们确认。") % {"n": count})
    return redirect(f"{reverse('volunteers:desk')}?kind={kind}")
