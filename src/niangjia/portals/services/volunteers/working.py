"""The steps of a need at its page: on to the next stage, pairs, answers, the log."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.volunteers import actions, queries
from niangjia.apps.volunteers.queries import WrongAnswers
from niangjia.apps.volunteers.types import PairState, Side, VisitFacts
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest, whole
from niangjia.portals.design.tags import say
from niangjia.portals.services.volunteers.forms import VisitForm, answers_in
from niangjia.portals.services.volunteers.officer import need

RATING = "r_"


@page("volunteers.manage", methods=("POST",), shown_on=need)
def go_on(request: PageRequest, need_id: int) -> HttpResponse:
    sent = request.POST
    ratings = {whole(name.removeprefix(RATING)): whole(sent[name]) for name in sent if name.startswith(RATING)}
    try:
        actions.go_on(
            viewer=request.viewer, need_id=need_id, from_step=whole(sent.get("step", ""), -1), answers=answers_in(sent), ratings=ratings, now=timezone.now()
        )  # fmt: skip
    except WrongAnswers as refusal:
        request.wrong = refusal.fields  # type: ignore[attr-defined]
        raise
    card = queries.get_need(request.viewer, need_id)
    title = say(dict(queries.kind_of(card.kind).stages[card.stage].title))
    messages.success(request, _("已评估办结。") if card.closed_at else _("已进入“%(stage)s”。") % {"stage": title})
    return redirect("volunteers:need", need_id)


@page("volunteers.manage", methods=("POST",), shown_on=need)
def withdraw(request: PageRequest, need_id: int) -> HttpResponse:
    actions.withdraw_need(
        viewer=request.viewer, need_id=need_id, reason=request.POST.get("reason", ""), now=timezone.now()
    )
    messages.success(request, _("已撤回。"))
    return redirect("volunteers:need", need_id)


@page("volunteers.match", methods=("POST",), shown_on=need)
def pair(request: PageRequest, need_id: int) -> HttpResponse:
    """By hand: whoever was chosen, also where another was proposed."""
    actions.put_to_both(
        viewer=request.viewer, need_id=need_id, helper_id=whole(request.POST.get("helper", "")), reason=request.POST.get("reason", ""), now=timezone.now()
    )  # fmt: skip
    messages.success(request, _("已请双方确认。"))
    return redirect("volunteers:need", need_id)


@page("volunteers.manage", methods=("POST",), shown_on=need)
def answer(request: PageRequest, need_id: int, pair_id: int) -> HttpResponse:
    sent = request.POST
    state = actions.answer(
        viewer=request.viewer, pair_id=pair_id, side=Side.HELPER if sent.get("side") == Side.HELPER else Side.FIRM, is_yes=sent.get("says") == "yes",
        reason=sent.get("reason", ""), now=timezone.now(),
    )  # fmt: skip
    messages.success(request, said_of(state))
    return redirect("volunteers:need", need_id)


def said_of(state: PairState) -> str:
    return _("双方都同意了。") if state is PairState.CONFIRMED else _("已记下。")


@page("volunteers.manage", methods=("POST",), shown_on=need)
def release(request: PageRequest, need_id: int, pair_id: int) -> HttpResponse:
    actions.release(
        viewer=request.viewer, pair_id=pair_id, reason=request.POST.get("reason", ""), now=timezone.now()
    )  # fmt: skip
    messages.success(request, _("已解除。"))
    return redirect("volunteers:need", need_id)


@page("volunteers.manage", methods=("POST",), shown_on=need, changes_nothing=True)
def contact(request: PageRequest, need_id: int, pair_id: int) -> HttpResponse:
    """How the helper is reached; shown once, on this answer only."""
    opened = actions.open_contact(viewer=request.viewer, pair_id=pair_id, of=Side.HELPER, now=timezone.now())
    request.opened_contact = (pair_id, opened)  # type: ignore[attr-defined]
    return need.unguarded(request, need_id=need_id)


@page("volunteers.manage", methods=("POST",), shown_on=need)
def log_visit(request: PageRequest, need_id: int, pair_id: int) -> HttpResponse:
    return take_visit(request, pair_id, lambda: need.unguarded(request, need_id=need_id), "volunteers:need", need_id)


def take_visit(
    request: PageRequest, pair_id: int, again: Callable[[], HttpResponse], route: str, part: int
) -> HttpResponse:
    """Log what the form says; a form that is wrong comes back on its page with what was typed."""
    form = VisitForm(request.POST, today=timezone.localdate())
    if form.is_valid():
        said = form.cleaned_data
        facts = VisitFacts(said["on"], int(said["hours"] * 60), said["beneficiaries"] or 0, said["words"])
        try:
            actions.log_visit(
                viewer=request.viewer, pair_id=pair_id, facts=facts, key=said["key"] or uuid.uuid4(), now=timezone.now()
            )
        except WrongAnswers as refusal:
            form.refuse(refusal)
    if form.errors:
        request.form = form
        request.wrong_pair = pair_id  # type: ignore[attr-defined]
        response = again()
        response.status_code = 422
        return response
    messages.success(request, _("已记下。"))
    return redirect(route, part)


@page("volunteers.manage", methods=("POST",), shown_on=need)
def void_visit(request: PageRequest, need_id: int, visit_id: int) -> HttpResponse:
    actions.void_visit(
        viewer=request.viewer, visit_id=visit_id, reason=request.POST.get("reason", ""), now=timezone.now()
    )
    messages.success(request, _("这一次不再计入。"))
    return redirect("volunteers:need", need_id)
