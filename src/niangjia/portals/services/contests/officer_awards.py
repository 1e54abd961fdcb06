"""Officers: what was won and its money, and objections to a shortlist."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.contests import actions, queries
from niangjia.apps.objections.types import GrievanceState
from niangjia.apps.programs import queries as programs
from niangjia.apps.programs.types import DecisionOutcome
from niangjia.kernel.money import ZERO
from niangjia.kernel.problems import Refusal
from niangjia.portals.design.pages import page
from niangjia.portals.design.refusals import status_of
from niangjia.portals.design.requests import PageRequest, whole
from niangjia.portals.design.showing import show
from niangjia.portals.services.contests.forms import AnswerForm
from niangjia.portals.services.contests.pieces import FactForm

KNOWN = frozenset({"skill_level", "skill_certificate_on", "is_highest_skill_level"})
"""Facts of an allowance that the register says; the others are the officer's to state."""


@page("contests.view", methods=("GET", "POST"))
def award(request: PageRequest, award_id: int) -> HttpResponse:
    """An award: set its prize aside, or decide the allowance that its level leads to."""
    viewer: Viewer = request.viewer
    now = timezone.now()
    card = queries.get_award(viewer, award_id)
    contest = queries.get_contest(viewer, card.entry.contest_id)
    pack = queries.find_pack_of_level(card, contest)
    facts = FactForm(pack, request.POST, without=KNOWN) if pack else None
    if request.method == "POST":
        if request.POST.get("act") == "prize":
            is_done = actions.give_prize(viewer=viewer, award_id=award_id, now=now)
            words = _("奖金已安排，进入发放批次。") if is_done else _("还没有安排上，原因写在下面。")
            (messages.success if is_done else messages.warning)(request, words)
            return redirect("contests:award", award_id)
        if facts is not None and not facts.is_wrong:
            decision = actions.give_allowance(viewer=viewer, award_id=award_id, facts=facts.facts, now=now)
            request.session["contest_decision"] = decision.id
            return redirect("contests:award", award_id)
    allowance = card.allowance
    decision_id = allowance.decision_id if allowance else request.session.pop("contest_decision", None)
    decision = programs.get_decision(decision_id) if decision_id else None
    if decision is not None and decision.matter != f"award:{award_id}":
        decision = None
    context = {
        "card": card,
        "contest": contest,
        "facts": facts,
        "pack": pack,
        "decision": decision,
        "may_prepare": permissions.may(viewer, "funds.prepare"),
        "may_decide": permissions.may(viewer, "contests.answer"),
    }
    return show(request, "contests/award.html", context, status=422 if facts and facts.is_wrong else 200)


@page("contests.answer", methods=("GET", "POST"))
def allowances(request: PageRequest, contest_id: int) -> HttpResponse:
    """Every allowance of a contest that waits: what each pack would say of what is stated, and then all that were left ticked decided at once."""
    viewer: Viewer = request.viewer
    now = timezone.now()
    contest = queries.get_contest(viewer, contest_id)
    waiting = queries.list_waiting_allowances(viewer, contest_id, facts=None, now=now)
    by_program = {one.award.program: queries.find_pack_of_level(one.award, contest) for one in waiting}
    forms = [FactForm(pack, request.POST, without=KNOWN) for pack in by_program.values() if pack]
    is_wrong, act = any(form.is_wrong for form in forms), request.POST.get("act", "")
    facts = {name: value for form in forms for name, value in form.facts.items()}
    seen = "&".join(f"{field.name}={field.typed}" for form in forms for field in form.fields)
    # Only what was shown is decided: who changed a fact after looking looks again.
    if request.method == "POST" and not is_wrong and act == "decide" and request.POST.get("seen") == seen:
        ticked = [whole(one) for one in request.POST.getlist("award")]
        given = actions.give_allowances(viewer=viewer, contest_id=contest_id, award_ids=ticked, facts=facts, now=now)
        granted = sum(1 for one in given if one.decision and one.decision.outcome is DecisionOutcome.GRANTED)
        messages.success(request, _("已决定 %(all)s 人，其中 %(granted)s 人给予。") % {"all": len(given), "granted": granted})  # fmt: skip
        return redirect("contests:allowances", contest_id)
    is_shown = request.method == "POST" and not is_wrong
    if is_shown:
        waiting = queries.list_waiting_allowances(viewer, contest_id, facts=facts, now=now)
    context = {
        "card": contest,
        "waiting": waiting,
        "fields": list({field.name: field for form in forms for field in form.fields}.values()),
        "seen": seen,
        "has_changed": act == "decide" and not is_wrong,
        "is_shown": is_shown,
        "total": sum((one.money for one in waiting), ZERO),
        "may_decide": queries.may_decide_allowances(viewer, contest_id),
    }
    return show(request, "contests/allowances.html", context, status=422 if is_wrong else 200)


@page("contests.answer", methods=("GET", "POST"))
def objection(request: PageRequest, objection_id: int) -> HttpResponse:
    """The words of an objection; reading them is on record. A refused answer stays in its field."""
    viewer: Viewer = request.viewer
    now, status = timezone.now(), 200
    form = AnswerForm(request.POST or None)
    card = queries.get_objection(viewer, objection_id)
    if request.method == "POST" and form.is_valid():
        try:
            actions.answer_objection(
                viewer=viewer, objection_id=objection_id, is_upheld=form.cleaned_data["verdict"] == "upheld", words=form.cleaned_data["answer"], now=now
            )  # fmt: skip
        except Refusal as refusal:
            if status_of(refusal) != 409:
                raise
            request.refusal, status = refusal, 409
        else:
            messages.success(request, _("已答复。"))
            return redirect("contests:run", card.contest_id)
    context = {
        "card": card,
        "said": actions.read_objection(viewer=viewer, objection_id=objection_id, now=now),
        "form": form,
        "is_open": card.state is GrievanceState.OPEN,
        "may_answer": queries.may_answer(viewer, objection_id),
    }
    return show(request, "contests/objection.html", context, status=422 if form.errors else status)
