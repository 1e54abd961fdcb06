"""What became of an application: its receipt, where it stands and what comes next, what was decided and why."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.matters import actions as matters
from niangjia.apps.matters import queries
from niangjia.apps.matters.queries import Details
from niangjia.apps.matters.types import MatterCard, MatterState, Verdict, WorkersTurn
from niangjia.portals.design import words
from niangjia.portals.design.asked import paper_title
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show
from niangjia.portals.design.tags import day, half
from niangjia.portals.design.uploads import hand_out, wants_small

S = MatterState


def status_of(card: MatterCard) -> str:
    """Where it stands, in one sentence."""
    if card.state is S.AT_WORK:
        said = _("%(desk)s正在办理“%(stage)s”。") % {"desk": card.desk_name, "stage": half(card, "stage")}
        if card.proposed:
            said += _("已有一人同意，等第二人确认。")
        return said
    if card.workers_turn:
        turns = {
            WorkersTurn.CONFIRM: _("等您核对：这是别人替您填的。点“现在去补”，看过、改好再交上。"),
            WorkersTurn.OWN: _("等您办理：%(stage)s。") % {"stage": half(card, "stage")},
            WorkersTurn.MEND: _("等您办理：工会请您补充，补好后交回。"),
        }
        return turns[card.workers_turn]
    sentences = {
        S.TO_PAY: _("已经批准，等财务发放。"),
        S.DONE: _("已经办成。"),
        S.REFUSED: _("没有通过，原因见下面。"),
        S.WITHDRAWN: _("您已撤回。需要时可以重新申请。"),
    }
    return sentences[card.state]


def next_of(card: MatterCard) -> str:
    """What comes next, and by when."""
    if card.state is S.AT_WORK and card.expected_on is not None:
        return _("预计 %(day)s 前有结果；有进展会在“消息”里告诉您。") % {"day": day(card.expected_on)}
    if card.workers_turn is WorkersTurn.MEND:
        return _("请点“现在去补”。您以前填的都在，改好再交就行。")
    if card.state is S.TO_PAY:
        return _("款项送银行后会在“消息”里告诉您。")
    if card.state is S.REFUSED:
        return _("情况有变化可以重新申请；不同意，可以点开提出异议，也可以拨打 12351。")
    return ""


@page("own.view")
def application(request: PageRequest, matter_id: int) -> HttpResponse:
    viewer: Viewer = request.viewer
    details = queries.get_details(viewer, matter_id, now=timezone.now())
    return show(request, "member/application.html", _context(details))


def _context(details: Details) -> dict[str, Any]:
    card = details.card
    last = next((move for move in reversed(details.moves) if not move.is_worker and move.account_id), None)
    return {
        "card": card,
        "is_their_turn": card.workers_turn is WorkersTurn.OWN,
        "status": status_of(card),
        "next": next_of(card),
        "last": last if last and last.reason else None,
        "moves": [(move, words.word("matter_act", move.act)) for move in reversed(details.moves)],
        "lines": [line for line in details.answers if line.answer],
        "papers": [(one, paper_title(one.paper)) for one in details.papers],
        "decision": details.decision,
        "grant": details.grant,
        "notice": details.notice,
        "may": details.may_object,
        "objections": details.objections,
        "can_withdraw": card.state in (S.AT_WORK, S.WITH_WORKER),
        "can_rate": details.can_rate,
        "can_go_on": card.state is S.WITH_WORKER,
    }


@page("own.view")
def receipt(request: PageRequest, matter_id: int) -> HttpResponse:
    """The number and the day: to keep, and to print."""
    card = queries.get_card(request.viewer, matter_id)
    return show(request, "member/receipt.html", {"card": card, "status": status_of(card)})


@page("own.view", methods=("POST",), shown_on=application)
def go_on(request: PageRequest, matter_id: int) -> HttpResponse:
    draft = matters.go_on(viewer=request.viewer, matter_id=matter_id, now=timezone.now())
    return redirect("member:draft", draft.id)


@page("own.view", methods=("POST",), shown_on=application)
def withdraw(request: PageRequest, matter_id: int) -> HttpResponse:
    matters.withdraw(viewer=request.viewer, matter_id=matter_id, now=timezone.now())
    messages.success(request, _("已撤回。需要时随时可以再提出。"))
    return redirect("member:application", matter_id)


@page("own.view", methods=("POST",), shown_on=application)
def rate(request: PageRequest, matter_id: int) -> HttpResponse:
    said = request.POST.get("verdict", "")
    if said not in Verdict.values:
        messages.error(request, _("请先选一项，再提交。"))
        return redirect("member:application", matter_id)
    matters.rate_own(viewer=request.viewer, matter_id=matter_id, verdict=Verdict(said), now=timezone.now())
    messages.success(request, _("谢谢您的评价。"))
    return redirect("member:application", matter_id)


@page("own.view")
def open_file(request: PageRequest, matter_id: int, key: str) -> HttpResponse:
    return hand_out(
        matters.open_file(
            viewer=request.viewer, matter_id=matter_id, key=key, now=timezone.now(), is_small=wants_small(request)
        )
    )
