"""A worker applies for a programme: one thing a page, kept at every step, checked before it is handed in. Works without JavaScript."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.files.types import FileCard
from niangjia.apps.matters import actions as matters
from niangjia.apps.matters import queries
from niangjia.apps.matters.problems import NotDeclared, RulesChanged, StillOpen
from niangjia.apps.matters.types import DraftCard, Paper, PaperState, Question
from niangjia.apps.programs import published
from niangjia.kernel.problems import Refusal
from niangjia.portals.design.asked import Asked, asked, paper_title
from niangjia.portals.design.pages import page
from niangjia.portals.design.program_pages import address_of, language_now
from niangjia.portals.design.refusals import status_of
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show
from niangjia.portals.design.tags import say
from niangjia.portals.design.uploads import Keep, UploadField, answer, hand_out, take, wants_small


@dataclass(frozen=True)
class Task:
    """One line of the task list. `href` empty: nothing to do there."""

    title: str
    href: str
    note: str
    is_done: bool


@page("own.view", methods=("GET", "POST"))
def start(request: PageRequest, program: str) -> HttpResponse:
    """
    What it is, how long it takes and what to have at hand; then the first question. From the finder its answers come along (``v-…``).
    """
    viewer: Viewer = request.viewer
    offered = queries.get_offered(viewer, program, today=timezone.localdate())
    if request.method == "POST":
        told = {name.removeprefix("v-"): str(text) for name, text in request.POST.items() if name.startswith("v-")}
        draft = matters.start_draft(viewer=viewer, program=program, answers=told, now=timezone.now())
        return redirect(reverse("member:draft", args=[draft.id]) if told else _next(draft))
    wording = published.wording()
    language = language_now()
    pack = offered.published.pack
    context = {
        "pack": pack,
        "offered": offered,
        "papers": [wording.code("evidence", code, language) for code in offered.papers],
        "rules": address_of(pack, offered.area),
        "told": [(name, text) for name, text in request.GET.items() if name.startswith("v-")],
    }
    return show(request, "member/apply_start.html", context)


def _next(draft: DraftCard) -> str:
    """Where the first open thing is; all done, the page that checks."""
    if _unconfirmed(draft):
        return reverse("member:draft_register", args=[draft.id])
    for question in draft.open_questions:
        return reverse("member:draft_ask", args=[draft.id, question.name])
    for paper in draft.open_papers:
        return reverse("member:draft_paper", args=[draft.id, paper.code])
    return reverse("member:draft_check", args=[draft.id])


def _unconfirmed(draft: DraftCard) -> list[Question]:
    """What the register knows and the worker has not looked at yet."""
    return [
        one
        for one in draft.questions
        if one.name in draft.answers
        and draft.answers[one.name].source == "REGISTER"
        and one.name not in draft.confirmed
    ]


def _after(request: PageRequest, draft: DraftCard) -> HttpResponse:
    """Back to the checking page for who came from there to change something."""
    if request.POST.get("from") == "check":
        return redirect("member:draft_check", draft.id)
    return redirect(_next(draft))


@page("own.view")
def steps(request: PageRequest, draft_id: int) -> HttpResponse:
    """The list of what is to be done, each with where it stands; the way back into a draft."""
    viewer: Viewer = request.viewer
    draft = queries.get_draft(viewer, draft_id)
    context = {**_frame(viewer, draft), "tasks": _tasks(draft), "go": _next(draft)}
    return show(request, "member/apply_steps.html", context)


def _tasks(draft: DraftCard) -> list[Task]:
    found = []
    from_register = [
        one for one in draft.questions if one.name in draft.answers and draft.answers[one.name].source == "REGISTER"
    ]
    if from_register:
        waiting = _unconfirmed(draft)
        found.append(
            Task(_("核对登记的信息"), reverse("member:draft_register", args=[draft.id]), _count(len(from_register) - len(waiting), len(from_register)), not waiting)
        )  # fmt: skip
    registered = {one.name for one in from_register}
    for question in draft.questions:
        if question.name not in registered:
            is_skipped = question.name in draft.skipped
            is_done = is_skipped or question.name in draft.answers
            note = (
                _("不知道，已跳过")
                if is_skipped
                else _("已填")
                if is_done
                else ""
                if question.is_required
                else _("可以不填")
            )
            found.append(
                Task(say(question.title), reverse("member:draft_ask", args=[draft.id, question.name]), note, is_done)
            )
    for paper in draft.papers:
        is_done = paper.code in draft.paper_states
        note = str(draft.paper_states[paper.code].label) if is_done else ""
        found.append(
            Task(_("材料：%(paper)s") % {"paper": paper_title(paper)}, reverse("member:draft_paper", args=[draft.id, paper.code]), note, is_done)
        )  # fmt: skip
    return found


def _count(done: int, total: int) -> str:
    return _("%(done)s / %(total)s 项") % {"done": done, "total": total}


def _frame(viewer: Viewer, draft: DraftCard) -> dict[str, Any]:
    """What every page of a draft shows around its own."""
    pack = queries.draft_pack(viewer, draft.id)
    total = len(draft.questions) + len(draft.papers)
    left = len(draft.open_questions) + len(draft.open_papers)
    return {"draft": draft, "title": say(pack.title), "total": total, "done": total - left}


@page("own.view", methods=("GET", "POST"))
def question(request: PageRequest, draft_id: int, name: str) -> HttpResponse:
    """One question. What is no answer comes back with the words for it, as it was typed."""
    viewer: Viewer = request.viewer
    draft = queries.get_draft(viewer, draft_id)
    one = next((each for each in draft.questions if each.name == name), None)
    if one is None:
        raise queries.NoSuchDraft
    wrong, wrong_part, typed = "", "", None
    if request.method == "POST":
        try:
            if request.POST.get("go") == "skip":
                draft = matters.skip_answer(viewer=viewer, draft_id=draft_id, name=name, now=timezone.now())
            else:
                typed = Asked.typed_in(one, request.POST)
                draft = matters.save_answer(
                    viewer=viewer, draft_id=draft_id, name=name, typed=typed, now=timezone.now()
                )
            return _after(request, draft)
        except (queries.Unreadable, StillOpen) as refusal:
            wrong, wrong_part = say(refusal), getattr(refusal, "part", "")
    shown = asked(one, draft.answers.get(name), typed=typed, wrong=wrong, wrong_part=wrong_part)
    context = {**_frame(viewer, draft), "asked": shown, "from": _came_from(request), "back": _before(draft, name)}
    return show(request, "member/apply_question.html", context, status=422 if wrong else 200)


def _came_from(request: PageRequest) -> str:
    return "check" if "check" in (request.GET.get("from"), request.POST.get("from")) else ""


def _before(draft: DraftCard, name: str) -> str:
    """The page before this question's."""
    names = [
        one.name
        for one in draft.questions
        if one.name not in draft.answers or draft.answers[one.name].source != "REGISTER" or one.name == name
    ]
    place = names.index(name)
    if place:
        return reverse("member:draft_ask", args=[draft.id, names[place - 1]])
    return reverse("member:draft", args=[draft.id])


@page("own.view", methods=("GET", "POST"))
def register(request: PageRequest, draft_id: int) -> HttpResponse:
    """What the union knows already, with its source: right as it is, or to be changed."""
    viewer: Viewer = request.viewer
    draft = queries.get_draft(viewer, draft_id)
    if request.method == "POST":
        return _after(request, matters.confirm_register(viewer=viewer, draft_id=draft_id, now=timezone.now()))
    known = [line for line in queries.lines_of(draft) if line.answer and line.answer.source == "REGISTER"]
    if not known:
        return redirect(_next(draft))
    context = {**_frame(viewer, draft), "known": known, "back": reverse("member:draft", args=[draft.id])}
    return show(request, "member/apply_register.html", context)


@page("own.view", methods=("GET", "POST"))
def paper(request: PageRequest, draft_id: int, code: str) -> HttpResponse:
    """One paper: photographed or chosen now, or handed over later. Without a script the files come with the form."""
    viewer: Viewer = request.viewer
    draft = queries.get_draft(viewer, draft_id)
    one = _paper(draft, code)
    wrong: list[str] = []
    if request.method == "POST":
        now = timezone.now()
        for key in request.POST.getlist("papers-drop"):
            matters.drop_file(viewer=viewer, draft_id=draft_id, key=key, now=now)
        wrong = take(request, "papers", _keeper(viewer, draft_id, code))
        if request.POST.get("go") == "later" and not wrong:
            matters.say_paper(viewer=viewer, draft_id=draft_id, code=code, state=PaperState.LATER, now=now)
        draft = queries.get_draft(viewer, draft_id)
        if not wrong and draft.paper_states.get(code) is None:
            wrong = [_("还没有选文件。现在没有，就点“稍后交给单位工会”。")]
        if not wrong:
            return _after(request, draft)
    field = UploadField(
        "papers",
        paper_title(one),
        hint=_("照片或 PDF，加密保存，只有办理的人能看。"),
        files=[(card, reverse("member:draft_file", args=[draft_id, card.key])) for card in draft.files.get(code, ())],
        send_to=reverse("member:draft_upload", args=[draft_id, code]),
        most=matters.MOST_FILES,
        errors=wrong,
    )
    context = {
        **_frame(viewer, draft),
        "field": field,
        "paper_title": paper_title(one),
        "proves": [say(title) for title in one.proves],
        "state": draft.paper_states.get(code),
        "from": _came_from(request),
        "back": _before_paper(draft, one),
    }
    return show(request, "member/apply_paper.html", context, status=422 if wrong else 200)


def _paper(draft: DraftCard, code: str) -> Paper:
    found = next((each for each in draft.papers if each.code == code), None)
    if found is None:
        raise queries.NoSuchDraft
    return found


def _keeper(viewer: Viewer, draft_id: int, code: str) -> Keep:
    def keep(content: bytes, key: uuid.UUID | None) -> FileCard:
        return matters.keep_file(
            viewer=viewer, draft_id=draft_id, code=code, content=content, key=key, now=timezone.now()
        )

    return keep


@page("own.view", methods=("POST",))
def upload(request: PageRequest, draft_id: int, code: str) -> HttpResponse:
    """One file at a time, for the page's script."""
    viewer: Viewer = request.viewer

    def drop(key: str) -> None:
        matters.drop_file(viewer=viewer, draft_id=draft_id, key=key, now=timezone.now())

    return answer(request, _keeper(viewer, draft_id, code), drop)


@page("own.view")
def open_file(request: PageRequest, draft_id: int, key: str) -> HttpResponse:
    return hand_out(
        matters.open_draft_file(
            viewer=request.viewer, draft_id=draft_id, key=key, now=timezone.now(), is_small=wants_small(request)
        )
    )


def _before_paper(draft: DraftCard, one: Paper) -> str:
    place = draft.papers.index(one)
    if place:
        return reverse("member:draft_paper", args=[draft.id, draft.papers[place - 1].code])
    return reverse("member:draft", args=[draft.id])


@page("own.view", methods=("GET", "POST"))
def check(request: PageRequest, draft_id: int) -> HttpResponse:
    """Every answer with a link to change it, the declaration, and handing in. What is missing is named, each with its link."""
    viewer: Viewer = request.viewer
    missing: tuple[str, ...] = ()
    undeclared = ""
    status = 200
    if request.method == "POST":
        try:
            card = matters.hand_in(
                viewer=viewer,
                draft_id=draft_id,
                key=request.POST.get("key", ""),
                is_declared=request.POST.get("declared") == "yes",
                now=timezone.now(),
            )
            return redirect("member:application_receipt", card.id)
        except NotDeclared as refusal:
            undeclared, status = say(refusal), 422
        except StillOpen as refusal:
            request.refusal, missing, status = refusal, refusal.names, 422
        except RulesChanged as refusal:
            request.refusal, status = refusal, 409
        except Refusal as refusal:
            if status_of(refusal) != 409:
                raise
            request.refusal, status = refusal, 409
    draft = queries.get_draft(viewer, draft_id)
    lines = queries.lines_of(draft)
    required = [line for line in lines if line.question.is_required and line.answer is None]
    context = {
        **_frame(viewer, draft),
        "lines": lines,
        "missing": missing or tuple(line.question.name for line in required),
        "papers": [(one, paper_title(one), draft.paper_states.get(one.code)) for one in draft.papers],
        "open_papers": [(one, paper_title(one)) for one in draft.open_papers if draft.matter_id is None],
        "undeclared": undeclared,
        "is_declared": request.POST.get("declared") == "yes",
        "back": reverse("member:draft", args=[draft.id]),
    }
    return show(request, "member/apply_check.html", context, status=status)


@page("own.view", methods=("POST",), shown_on=steps)
def drop(request: PageRequest, draft_id: int) -> HttpResponse:
    matters.drop_draft(viewer=request.viewer, draft_id=draft_id, now=timezone.now())
    return redirect("member:mine")
