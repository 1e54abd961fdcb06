"""A draft as its owner sees it: which questions, what was typed, what is still open. Nothing here decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.matters import evidence, moving, questions, reading, sealed
from niangjia.apps.matters import known as register
from niangjia.apps.matters.lifecycle import flow_of, role_of
from niangjia.apps.matters.models import Draft, Matter, Move
from niangjia.apps.matters.problems import NoSuchDraft
from niangjia.apps.matters.types import Answer, DraftCard, Paper, PaperState, Question, Source, Step
from niangjia.apps.programs import published
from niangjia.apps.programs import queries as programs
from niangjia.engines.policy.pack import Pack


@dataclass
class Kept:
    """What a draft holds, opened. `register`: answers as the register has them; `confirmed`: those of them the worker has read."""

    answers: dict[str, str] = field(default_factory=dict)
    register: list[str] = field(default_factory=list)
    confirmed: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    papers: dict[str, str] = field(default_factory=dict)


def find(viewer: Viewer, draft_id: int) -> Draft:
    """Raises NotAllowed, NoSuchDraft: also for somebody else's."""
    permissions.require(viewer, "own.view")
    draft = (
        Draft.objects.filter(pk=draft_id, person_id=viewer.person_id or 0)
        .select_related("version", "matter")
        .defer("version__files")
        .first()
    )
    if draft is None or viewer.person_id is None:
        raise NoSuchDraft
    return draft


def opened(draft: Draft) -> Kept:
    return Kept(**sealed.unseal(draft.secret, "draft", draft.key))


def keep(draft: Draft, kept: Kept, now: datetime) -> None:
    draft.secret, draft.updated_at = sealed.seal(vars(kept), "draft", draft.key), now
    draft.save(update_fields=["secret", "updated_at", "version"])


def pack_of(draft: Draft) -> Pack:
    return programs.get_pinned_pack(draft.version_id, draft.version.content_hash)


def questions_of(draft: Draft, pack: Pack) -> list[Question]:
    """
    What this draft asks: at first the application; of a matter what its present stage asks of the worker, or what an officer asked for,
    which comes first, and the application again to be mended.
    """
    wording = published.wording()
    if draft.matter is None:
        return questions.of_applicant(pack, wording)
    matter: Matter = draft.matter
    flow = flow_of(pack)
    stage = flow.stage(matter.stage)
    is_later_turn = role_of(stage).value == "WORKER" and stage.id != flow.first.id
    theirs = questions.of_stage(pack, stage, wording) if is_later_turn else questions.of_applicant(pack, wording)
    found = {one.name: one for one in (*questions.named(matter.asked, pack, wording), *theirs)}
    return list(found.values())


def papers_of(draft: Draft, pack: Pack) -> list[Paper]:
    flow = flow_of(pack)
    stage_id = draft.matter.stage if draft.matter else flow.first.id
    stage = flow.stage(stage_id)
    is_workers = role_of(stage).value == "WORKER" or draft.matter is None
    asked_papers = set(draft.matter.asked) if draft.matter else set()
    found = questions.papers_of(pack, [stage_id if is_workers else flow.first.id])
    everywhere = questions.papers_of(pack, [one.id for one in flow.stages]) if asked_papers else []
    return list({one.code: one for one in (*(one for one in everywhere if one.code in asked_papers), *found)}.values())


def card(draft: Draft, pack: Pack | None = None) -> DraftCard:
    pack = pack or pack_of(draft)
    kept = opened(draft)
    asked = questions_of(draft, pack)
    names = {one.name for one in asked}
    papers = papers_of(draft, pack)
    codes = {one.code for one in papers}
    theirs = evidence.files_of(draft)
    states = {code: PaperState(state) for code, state in kept.papers.items() if code in codes}
    states |= {code: PaperState.FILE for code in codes if evidence.added(theirs, code, draft.started_at)}
    return DraftCard(
        id=draft.pk,
        key=str(draft.key),
        program=draft.program,
        area=draft.area,
        matter_id=draft.matter_id,
        questions=tuple(asked),
        papers=tuple(papers),
        answers={
            name: Answer(name, text, Source.REGISTER if name in kept.register else Source.WORKER)
            for name, text in kept.answers.items()
            if name in names
        },
        skipped=frozenset(kept.skipped),
        paper_states=states,
        asked=_asked_for(draft),
        updated_at=draft.updated_at,
        files={code: theirs.get(evidence.part_of(code), ()) for code in codes},
        started_at=draft.started_at,
        confirmed=frozenset(kept.confirmed),
    )


def paper_words(paper: Paper) -> Mapping[str, str]:
    """What a paper is called, in both languages."""
    wording = published.wording()
    return {one: paper.title.get(one) or wording.code("evidence", paper.code, one) for one in questions.LANGUAGES}


def _asked_for(draft: Draft) -> str:
    """The officer's words for what is missing; empty where nobody asked."""
    if draft.matter_id is None:
        return ""
    last = Move.objects.filter(matter_id=draft.matter_id).exclude(act=Step.ANSWER).order_by("-step").first()
    return str(sealed.unseal(last.secret, "move", last.key).get("text", "")) if last else ""


def from_register(viewer: Viewer, asked: list[Question], today: date) -> Kept:
    """A new draft, with what the register knows of what is asked."""
    known = register.of_worker(viewer, today)
    kept = Kept()
    for question in asked:
        if question.name in known:
            try:
                kept.answers[question.name] = reading.text_of(question, reading.typed_form(known[question.name]))
            except reading.Unreadable:
                continue  # the register knows it otherwise than the form asks
            kept.register.append(question.name)
    return kept


def from_matter(matter: Matter, asked: list[Question]) -> Kept:
    """A draft that mends: what was answered before stands in it."""
    rows = moving.answers_of(matter)
    given: Mapping[str, Any] = {name: answers[-1] for name, answers in rows.items()}
    kept = Kept()
    for question in asked:
        if question.name in given:
            kept.answers[question.name] = given[question.name].text
    kept.papers = {row.code: row.state for row in matter.papers.order_by("pk")}
    for name in matter.asked:
        kept.papers.pop(name, None)  # asked for again: it is to be said anew
    return kept
