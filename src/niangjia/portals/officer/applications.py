"""Applications: the queue of the post at hand, one application with what the rules say of it, and each step that its pack names."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.files.types import FileCard
from niangjia.apps.matters import actions as matters
from niangjia.apps.matters import queries
from niangjia.apps.matters.problems import DoesNotFit, StillOpen, StillUnknown
from niangjia.apps.matters.queries import Details
from niangjia.apps.matters.types import OPEN, GrantState, MatterState, PaperCard, Question
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.registry import actions as registry_actions
from niangjia.apps.registry import queries as registry
from niangjia.engines.policy.pack import Stage
from niangjia.kernel.problems import Refusal
from niangjia.portals.design import words
from niangjia.portals.design.asked import Asked, asked, paper_title
from niangjia.portals.design.pages import page
from niangjia.portals.design.refusals import status_of
from niangjia.portals.design.requests import PageRequest, whole
from niangjia.portals.design.showing import show
from niangjia.portals.design.tags import say
from niangjia.portals.design.uploads import MOST_BYTES, Keep, UploadField, answer, hand_out, take, wants_small

ROWS = 25
FIELD = "f-"
"""Before the name of a field in the form that acts."""
PAPER = "p-"
"""Before the code of a paper that this stage takes."""


def found(request: PageRequest) -> QuerySet[Any]:
    """What the address asks for: without a filter what waits for this post."""
    given = request.GET
    state = given.get("state", "")
    return queries.list_matters(
        request.viewer,
        place="all" if given.get("place") == "all" else "",
        state=state if state in MatterState.values else "",
        program=given.get("program", "")[:80],
        late_on=timezone.localdate() if given.get("late") == "1" else None,
    )


@page("matters.view")
def queue(request: PageRequest) -> HttpResponse:
    viewer: Viewer = request.viewer
    rows = Paginator(found(request), ROWS).get_page(request.GET.get("page"))
    cards = queries.cards(rows)
    names = registry.masked_names(card.person_id for card in cards if card.person_id)
    today, program = timezone.localdate(), request.GET.get("program", "")
    context = {
        "rows": rows,
        "register": program if program and queries.has_register(viewer, program, today=today) else "",
        "listed": [(card, names.get(card.person_id or 0, "")) for card in cards],
        "turn_count": queries.count_turns(viewer),
        "objection_count": queries.count_open_objections(viewer) if permissions.may(viewer, "matters.answer") else None,
        "place": request.GET.get("place", ""),
        "state": request.GET.get("state", ""),
        "program": program,
        "is_late": request.GET.get("late") == "1",
        "states": words.choices("matter_state"),
        "programs": queries.list_programs(viewer),
        "today": today,
    }
    return show(request, "officer/applications.html", context)


@page("matters.view")
def application(request: PageRequest, matter_id: int) -> HttpResponse:
    """One application. Whose turn it is reads the answers, and that is on record; others open them with a reason."""
    viewer: Viewer = request.viewer
    now = timezone.now()
    details = queries.get_details(viewer, matter_id, now=now, correct=request.GET.get("correct", "")[:80])
    card = details.card
    if card.person_id is not None:
        registry_actions.record_views(viewer=viewer, person_ids=[card.person_id], page="application", now=now)
    return show(request, "officer/application.html", _context(request, details))


def _context(request: PageRequest, details: Details) -> dict[str, Any]:
    viewer: Viewer = request.viewer
    card, sent = details.card, request.POST
    people = {move.account_id for move in details.moves if move.account_id} | {
        one.account_id for one in details.papers if one.account_id
    }
    people |= {card.proposed_by} if card.proposed_by else set()
    wrong = getattr(request, "wrong", {})
    given = {line.question.name: line.answer for line in details.answers}
    fields = [_shown(one, given.get(one.name), sent, wrong) for one in (*details.stage_questions, *details.missing)]
    is_open = card.state in (MatterState.AT_WORK, MatterState.WITH_WORKER, MatterState.TO_PAY)
    return {
        "card": card,
        "details": details,
        "person": registry.masked_names([card.person_id]).get(card.person_id, "") if card.person_id else "",
        "names": accounts.names_of(people),
        "moves": [(move, words.word("matter_act", move.act)) for move in reversed(details.moves)],
        "papers": [(one, paper_title(one.paper)) for one in details.papers],
        "fields": fields,
        "uploads": [_upload(request, card.id, one) for one in details.papers if one.paper.code in details.uploads],
        "missing": {one.name for one in details.missing},
        "outcome": sent.get("outcome", ""),
        "reason": sent.get("reason", ""),
        "higher_approval": sent.get("higher_approval", "")[:100],
        "lost": [] if details.can_handle else _typed(details, sent),
        "seen_papers": sent.getlist("seen"),
        "asked_names": sent.getlist("ask"),
        "ask_words": sent.get("words", ""),
        "path": _path(details),
        "opened": getattr(request, "opened_answers", None),
        "can_open": is_open
        and not details.can_read
        and not details.is_own
        and permissions.may(viewer, "registry.reveal"),
        "can_set_aside": details.grant is not None
        and details.grant.state is GrantState.BLOCKED
        and (permissions.may(viewer, "funds.prepare") or permissions.may(viewer, "funds.approve")),
        "answers_objections": permissions.may(viewer, "matters.answer"),
        "sees_money": permissions.may(viewer, "funds.view"),
        "unions": union_names(viewer) if any(one.kind == "union" for one in details.stage_questions) else (),
        "today": timezone.localdate(),
    }


def _upload(request: PageRequest, matter_id: int, one: PaperCard) -> UploadField:
    wrong = getattr(request, "wrong", {}).get(one.paper.code)
    return UploadField(
        f"{PAPER}{one.paper.code}",
        paper_title(one.paper),
        hint=_(
            "由现在办的人拍或传，照片或 PDF，每个不超过 %(most)s。拍摄地点、时间等隐藏信息会自动去掉，请不要拍到人脸。"
        )
        % {"most": filesizeformat(MOST_BYTES)},
        files=[(card, reverse("officer:application_file", args=[matter_id, card.key])) for card in one.files],
        send_to=reverse("officer:application_upload", args=[matter_id, one.paper.code]),
        most=matters.MOST_FILES,
        is_required=one.paper.is_required,
        errors=[wrong] if wrong else getattr(request, "refused_files", {}).get(one.paper.code, ()),
    )


def _keep_papers(request: PageRequest, matter_id: int) -> dict[str, list[str]]:
    """Files that came with the form, and those ticked to be removed; what could not be taken, by code."""
    viewer, now = request.viewer, timezone.now()
    for name in [one for one in request.POST if one.startswith(PAPER) and one.endswith("-drop")]:
        for key in request.POST.getlist(name):
            code = name.removeprefix(PAPER).removesuffix("-drop")
            matters.drop_paper(viewer=viewer, matter_id=matter_id, code=code, key=key, now=now)
    refused = {}
    for name in [one for one in request.FILES if one.startswith(PAPER)]:
        code = name.removeprefix(PAPER)
        if wrong := take(request, name, _keeper(viewer, matter_id, code)):
            refused[code] = wrong
    return refused


def _keeper(viewer: Viewer, matter_id: int, code: str) -> Keep:
    def keep(content: bytes, key: uuid.UUID | None) -> FileCard:
        now = timezone.now()
        return matters.add_paper(viewer=viewer, matter_id=matter_id, code=code, content=content, key=key, now=now)

    return keep


@page("matters.view", methods=("POST",))
def upload(request: PageRequest, matter_id: int, code: str) -> HttpResponse:
    """One file of the present stage at a time, for the page's script."""
    viewer: Viewer = request.viewer

    def drop(key: str) -> None:
        matters.drop_paper(viewer=viewer, matter_id=matter_id, code=code, key=key, now=timezone.now())

    return answer(request, _keeper(viewer, matter_id, code), drop)


def union_names(viewer: Viewer) -> list[str]:
    """To choose from while typing: the viewer's union and those right below it."""
    own = organizations.get_union(viewer.org_id)
    return [own.name, *(one.name for one in organizations.list_children(own.id) if one.is_active)]


def _typed(details: Details, sent: Any) -> list[tuple[str, str]]:
    """What was typed into a form that is no longer there, for it to be copied: (label, text)."""
    said = [
        (_("上级批准文号"), sent.get("higher_approval", "")),
        (_("理由"), sent.get("reason", "")),
        (_("告诉申请人"), sent.get("words", "")),
    ]
    asked_here = queries.words_for([name.removeprefix(FIELD) for name in sent if name.startswith(FIELD)], details.pack)
    said += [(say(dict(one.title)), ", ".join(sent.getlist(f"{FIELD}{one.name}"))) for one in asked_here]
    return [(label, text) for label, text in said if text]


def _shown(one: Question, answer: Any, sent: Any, wrong: dict[str, str]) -> Asked:
    typed = Asked.typed_in(one, sent, f"{FIELD}{one.name}") if f"{FIELD}{one.name}" in sent else None
    return asked(one, answer, typed=typed, wrong=wrong.get(one.name, ""))


def _again(request: PageRequest, matter_id: int, refusal: Refusal) -> HttpResponse:
    """The page as it is now, with everything that was typed, and what was refused at its field."""
    if status_of(refusal) != 409:
        raise refusal
    request.refusal = refusal
    if isinstance(refusal, StillOpen | StillUnknown):
        request.wrong = dict.fromkeys(refusal.names, _("请填写"))  # type: ignore[attr-defined]
    if isinstance(refusal, DoesNotFit):
        request.wrong = dict.fromkeys(refusal.names, say(refusal))  # type: ignore[attr-defined]
    if isinstance(refusal, queries.Unreadable):
        request.wrong = {refusal.name: say(refusal)}  # type: ignore[attr-defined]
    return _shown_again(request, matter_id)


def _shown_again(request: PageRequest, matter_id: int) -> HttpResponse:
    response: HttpResponse = application.unguarded(request, matter_id=matter_id)
    response.status_code = 409
    return response


@page("matters.view", methods=("POST",), shown_on=application)
def act(request: PageRequest, matter_id: int) -> HttpResponse:
    sent = request.POST
    try:
        if refused := _keep_papers(request, matter_id):
            request.refused_files = refused  # type: ignore[attr-defined]
            return _shown_again(request, matter_id)
    except Refusal as refusal:
        return _again(request, matter_id, refusal)
    answers = {
        name.removeprefix(FIELD): sent.getlist(name) if len(sent.getlist(name)) > 1 else sent.get(name, "")
        for name in sent
        if name.startswith(FIELD)
    }
    try:
        card = matters.act(
            viewer=request.viewer,
            matter_id=matter_id,
            outcome=sent.get("outcome", ""),
            step=whole(sent.get("step", ""), -1),
            reason=sent.get("reason", ""),
            answers=answers,
            papers_seen=sent.getlist("seen"),
            higher_approval=sent.get("higher_approval", ""),
            now=timezone.now(),
        )
    except Refusal as refusal:
        return _again(request, matter_id, refusal)
    if card.proposed:
        messages.success(request, _("已提出，等另一位同事确认。"))
    else:
        messages.success(
            request, _("已办理，现在是“%(state)s”。") % {"state": words.word("matter_state", card.state)[0]}
        )
    return redirect("officer:application", matter_id)


@page("matters.view", methods=("POST",), shown_on=application)
def ask(request: PageRequest, matter_id: int) -> HttpResponse:
    sent = request.POST
    try:
        matters.ask(
            viewer=request.viewer,
            matter_id=matter_id,
            names=sent.getlist("ask"),
            words=sent.get("words", ""),
            step=whole(sent.get("step", ""), -1),
            now=timezone.now(),
        )
    except Refusal as refusal:
        return _again(request, matter_id, refusal)
    messages.success(request, _("已请申请人补充，补好后回到这一步。"))
    return redirect("officer:application", matter_id)


@page("funds.view", methods=("POST",), shown_on=application)
def set_aside(request: PageRequest, matter_id: int) -> HttpResponse:
    state = matters.set_aside(viewer=request.viewer, matter_id=matter_id, now=timezone.now())
    if state is GrantState.SET_ASIDE:
        messages.success(request, _("已列支，进入发放。"))
    else:
        messages.warning(request, _("仍不能列支，原因见“资金”。"))
    return redirect("officer:application", matter_id)


@page("registry.reveal", methods=("POST",), shown_on=application)
def open_answers(request: PageRequest, matter_id: int) -> HttpResponse:
    """Shown once, on this answer only."""
    viewer: Viewer = request.viewer
    opened = matters.open_answers(
        viewer=viewer, matter_id=matter_id, reason=request.POST.get("open_reason", ""), now=timezone.now()
    )
    details = queries.get_details(viewer, matter_id, now=timezone.now())
    request.opened_answers = queries.words_of(details.pack, opened)  # type: ignore[attr-defined]
    return application.unguarded(request, matter_id=matter_id)


@page("matters.view")
def open_file(request: PageRequest, matter_id: int, key: str) -> HttpResponse:
    """A paper, for whose turn it is."""
    return hand_out(
        matters.open_file(
            viewer=request.viewer, matter_id=matter_id, key=key, now=timezone.now(), is_small=wants_small(request)
        )
    )


def _path(details: Details) -> list[tuple[Stage, str]]:
    """Every stage with where it stands: done, now or next. What lies before a stage that it was sent back from is done again."""
    flow, card = details.flow, details.card
    is_over = card.state not in OPEN
    visited = {move.from_stage for move in details.moves} | ({card.stage} if is_over else set())
    here = flow.place(card.stage)

    def standing(stage: Stage) -> str:
        if stage.id == card.stage and not is_over:
            return "now"
        return "done" if stage.id in visited and (is_over or flow.place(stage.id) < here) else "next"

    return [(stage, standing(stage)) for stage in flow.stages]
