"""The applicant's side: a draft that is kept at every step, handed in once, mended when asked, taken back."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime

from django.db import IntegrityError, transaction

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.files import actions as files
from niangjia.apps.files.types import FileCard, FileContent
from niangjia.apps.matters import (
    announcing,
    drafts,
    evidence,
    moving,
    needing,
    offering,
    opening,
    questions,
    reading,
    sealed,
)
from niangjia.apps.matters.cards import draft_of, matter_card
from niangjia.apps.matters.drafts import Kept
from niangjia.apps.matters.lifecycle import Flow, Kind, flow_of, role_of
from niangjia.apps.matters.models import Draft, Matter, Paper
from niangjia.apps.matters.problems import (
    AlreadyClosed,
    AlreadyGranted,
    AlreadyOpen,
    NoSuchDraft,
    NotDeclared,
    NotYourTurn,
    RulesChanged,
    StillOpen,
)
from niangjia.apps.matters.types import DraftCard, MatterCard, MatterState, PaperState, Question, Source, Step
from niangjia.apps.programs import published
from niangjia.engines.policy.pack import Pack, Stage


def start_draft(*, viewer: Viewer, program: str, now: datetime, answers: Mapping[str, str] | None = None) -> DraftCard:
    """
    Begin to apply for a programme, with what the register knows filled in, and `answers` that were given elsewhere, by field; those that
    are none are left out. Safe to repeat: a draft that was begun comes back, and what stands in it stays.

    Raises:
        NotAllowed, NoUnionHere, NotByApplication.
        AlreadyOpen: one is under way, and another would be the same whatever is answered.
    """
    permissions.require(viewer, "own.view")
    area = offering.place_of(offering.union_of(viewer))
    today = moving.today_of(now)
    one = offering.get_offered(program, area=area, today=today)
    asked = questions.of_applicant(one.pack, published.wording())
    if not opening.can_be_another(one.pack, asked) and (same := opening.standing_of(viewer.person_id, program)):
        raise AlreadyOpen(same.number)
    mine = Draft.objects.filter(person_id=viewer.person_id or 0, program=program, matter__isnull=True)
    standing = mine.select_related("version", "matter").defer("version__files").first()
    if standing is None:
        standing = _new(viewer, program, area, one.card.id, None, drafts.from_register(viewer, asked, today), now)
        standing = standing or mine.select_related("version", "matter").defer("version__files").get()
    if answers:
        _take_over(standing, answers, now)
    return drafts.card(standing)


def _take_over(draft: Draft, answers: Mapping[str, str], now: datetime) -> None:
    kept = drafts.opened(draft)
    for question in drafts.questions_of(draft, drafts.pack_of(draft)):
        if answers.get(question.name) and question.name not in kept.answers:
            with suppress(reading.Unreadable):
                kept.answers[question.name] = reading.text_of(
                    question, answers[question.name], today=moving.today_of(now)
                )
    drafts.keep(draft, kept, now)


def go_on(*, viewer: Viewer, matter_id: int, now: datetime) -> DraftCard:
    """
    The draft that mends a matter or takes the worker's next turn in it, with what was answered before. Safe to repeat.

    Raises:
        NotAllowed, NotFound, NotYourTurn, AlreadyClosed.
    """
    permissions.require(viewer, "own.view")
    matter = moving.find(viewer, matter_id)
    _require_workers_turn(viewer, matter)
    draft = Draft.objects.filter(matter=matter).select_related("version", "matter").defer("version__files").first()
    if draft is None:
        pack = moving.pack_of(matter)
        blank = Draft(matter=matter, version=matter.version, program=matter.program, area=matter.area)
        kept = drafts.from_matter(matter, drafts.questions_of(blank, pack))
        draft = _new(viewer, matter.program, matter.area, matter.version_id, matter, kept, now)
        draft = draft or Draft.objects.select_related("version", "matter").defer("version__files").get(matter=matter)
    return drafts.card(draft)


def _new(
    viewer: Viewer, program: str, area: str, version_id: int, matter: Matter | None, kept: Kept, now: datetime
) -> Draft | None:
    """None: another request began the same at this moment."""
    draft = Draft(
        account_id=viewer.account_id,
        person_id=viewer.person_id or 0,
        program=program,
        area=area,
        version_id=version_id,
        matter=matter,
        started_at=now,
        updated_at=now,
    )
    draft.secret = sealed.seal(vars(kept), "draft", draft.key)
    try:
        with transaction.atomic():
            draft.save()
    except IntegrityError:
        return None
    return draft


def save_answer(*, viewer: Viewer, draft_id: int, name: str, typed: str | Sequence[str], now: datetime) -> DraftCard:
    """
    Keep one answer. A register's value that is sent unchanged counts as confirmed; changed, it is the worker's own.

    Raises:
        NotAllowed, NoSuchDraft.
        Unreadable: it is no answer to the question; what was kept before stays.
    """
    with transaction.atomic():
        draft = drafts.find(viewer, draft_id)
        pack = drafts.pack_of(draft)
        question = _question(draft, pack, name)
        text = reading.text_of(question, typed, today=moving.today_of(now))
        kept = drafts.opened(draft)
        if kept.answers.get(name) == text and name in kept.register:
            kept.confirmed = sorted({*kept.confirmed, name})
        else:
            kept.register = [one for one in kept.register if one != name]
        kept.answers[name] = text
        kept.skipped = [one for one in kept.skipped if one != name]
        drafts.keep(draft, kept, now)
    return drafts.card(draft, pack)


def skip_answer(*, viewer: Viewer, draft_id: int, name: str, now: datetime) -> DraftCard:
    """
    Leave a question out: not known. Raises NotAllowed, NoSuchDraft; StillOpen: it has to be answered.
    """
    with transaction.atomic():
        draft = drafts.find(viewer, draft_id)
        pack = drafts.pack_of(draft)
        question = _question(draft, pack, name)
        if question.is_required:
            raise StillOpen([question])
        kept = drafts.opened(draft)
        kept.answers.pop(name, None)
        kept.register = [one for one in kept.register if one != name]
        kept.skipped = sorted({*kept.skipped, name})
        drafts.keep(draft, kept, now)
    return drafts.card(draft, pack)


def confirm_register(*, viewer: Viewer, draft_id: int, now: datetime) -> DraftCard:
    """The worker has read what the register says and leaves it so. Raises NotAllowed, NoSuchDraft."""
    with transaction.atomic():
        draft = drafts.find(viewer, draft_id)
        kept = drafts.opened(draft)
        kept.confirmed = sorted({*kept.confirmed, *kept.register})
        drafts.keep(draft, kept, now)
    return drafts.card(draft)


def say_paper(*, viewer: Viewer, draft_id: int, code: str, state: PaperState, now: datetime) -> DraftCard:
    """Say how a paper will be shown. Raises NotAllowed, NoSuchDraft: also for a paper that is not asked for."""
    with transaction.atomic():
        draft = drafts.find(viewer, draft_id)
        pack = drafts.pack_of(draft)
        if code not in {one.code for one in drafts.papers_of(draft, pack)}:
            raise NoSuchDraft
        kept = drafts.opened(draft)
        kept.papers[code] = PaperState(state).value
        drafts.keep(draft, kept, now)
    return drafts.card(draft, pack)


def keep_file(
    *, viewer: Viewer, draft_id: int, code: str, content: bytes, key: uuid.UUID | None, now: datetime
) -> FileCard:
    """
    Keep a photo or PDF of one paper; it stands for the paper from now on. Safe to repeat with the same `key` or content.

    Raises:
        NotAllowed, NoSuchDraft: also for a paper that is not asked for. files' FileRefused.
    """
    draft = drafts.find(viewer, draft_id)
    if code not in {one.code for one in drafts.papers_of(draft, drafts.pack_of(draft))}:
        raise NoSuchDraft
    owner, part = evidence.owner_of(draft), evidence.part_of(code)
    return files.keep_file(viewer=viewer, owner=owner, part=part, content=content, key=key, most=evidence.MOST, now=now)


def drop_file(*, viewer: Viewer, draft_id: int, key: str, now: datetime) -> None:
    """
    Take a file away that this draft brought; one that was handed in before stays. Safe to repeat. Raises NotAllowed, NoSuchDraft.
    """
    draft = drafts.find(viewer, draft_id)
    own = {
        card.key
        for theirs in evidence.files_of(draft).values()
        for card in theirs
        if card.uploaded_at >= draft.started_at
    }
    if key in own:
        files.drop_file(viewer=viewer, owner=evidence.owner_of(draft), key=key, now=now)


def open_draft_file(*, viewer: Viewer, draft_id: int, key: str, now: datetime, is_small: bool = False) -> FileContent:
    """The worker looks at their own file. Raises NotAllowed, NoSuchDraft, NoSuchFile."""
    draft = drafts.find(viewer, draft_id)
    return files.open_file(viewer=viewer, owner=evidence.owner_of(draft), key=key, now=now, is_small=is_small)


def drop_draft(*, viewer: Viewer, draft_id: int, now: datetime) -> None:
    """Throw a draft away, with all that was typed and brought. Safe to repeat. Raises NotAllowed."""
    permissions.require(viewer, "own.view")
    with transaction.atomic():
        draft = Draft.objects.filter(pk=draft_id, person_id=viewer.person_id or 0).select_related("matter").first()
        if draft is None:
            return
        if draft.matter is None:
            files.drop_files(viewer=viewer, owner=evidence.owner_of(draft), now=now)
        draft.delete()


def _question(draft: Draft, pack: Pack, name: str) -> Question:
    found = next((one for one in drafts.questions_of(draft, pack) if one.name == name), None)
    if found is None:
        raise NoSuchDraft
    return found


# --- handing in ---------------------------------------------------------------------------------------------------


def hand_in(*, viewer: Viewer, draft_id: int, key: str, is_declared: bool, now: datetime) -> MatterCard:
    """
    Hand a draft in: a new matter with its number, or the answer that a matter waits for. Safe to repeat with the draft's `key`.

    Raises:
        NotAllowed, NoSuchDraft, NotDeclared, AlreadyOpen, NotYourTurn.
        StillOpen: required questions without an answer, papers of which nothing was said. RulesChanged: the text changed meanwhile; the draft follows it.
    """
    permissions.require(viewer, "own.view")
    done = draft_of(viewer, key)
    if done is not None:
        return matter_card(done)
    draft = drafts.find(viewer, draft_id)
    if not is_declared:
        raise NotDeclared
    if draft.matter is None:
        _follow_text(draft, now)
    pack = drafts.pack_of(draft)
    card = drafts.card(draft, pack)
    missing = _missing(card, moving.today_of(now))
    unsaid = card.open_papers if draft.matter is None else ()  # who mends an application said it of every paper before
    if missing or unsaid:
        raise StillOpen(missing, [drafts.paper_words(one) for one in unsaid])
    try:
        with transaction.atomic():
            matter = _answer(viewer, draft, card, now) if draft.matter else _open(viewer, draft, pack, card, now)
            draft.delete()
    except IntegrityError:  # the same was handed in at this moment, or the same thing is under way
        done = draft_of(viewer, key)
        if done is not None:
            return matter_card(done)
        raise
    return matter_card(matter)


def _missing(card: DraftCard, today: date) -> list[Question]:
    """Required and unanswered, or answered so that it no longer reads."""
    found = []
    for question in card.questions:
        answer = card.answers.get(question.name)
        if answer is None:
            if question.is_required:
                found.append(question)
            continue
        try:
            reading.text_of(
                question, answer.text.split("|") if question.kind == "choices" else answer.text, today=today
            )
        except reading.Unreadable:
            found.append(question)
    return found


def _follow_text(draft: Draft, now: datetime) -> None:
    """Raises RulesChanged, NotByApplication."""
    one = offering.get_offered(draft.program, area=draft.area, today=moving.today_of(now))
    if one.card.id != draft.version_id:
        draft.version_id = one.card.id
        draft.save(update_fields=["version"])
        raise RulesChanged


def _open(viewer: Viewer, draft: Draft, pack: Pack, card: DraftCard, now: datetime) -> Matter:
    answers = {name: (one.text, one.source) for name, one in card.answers.items()}
    answers |= {name: ("yes", Source.WORKER) for name in questions.signed_in(pack, flow_of(pack).first)}
    start = opening.Beginning(
        key=draft.key,
        program=draft.program,
        pack=pack,
        version_id=draft.version_id,
        union=offering.union_of(viewer),
        person_id=draft.person_id,
        answers=answers,
        papers=card.paper_states,
        event=draft.key.hex if pack.entry == offering.OPEN_TO_ALL else event_mark(draft.person_id, draft.program, card),
    )
    return opening.begin(viewer, start, now)


def _answer(viewer: Viewer, draft: Draft, card: DraftCard, now: datetime) -> Matter:
    assert draft.matter is not None
    matter = moving.find(viewer, draft.matter.pk)
    _require_workers_turn(viewer, matter)
    today, flow = moving.today_of(now), moving.flow_for(matter)
    stage = flow.stage(matter.stage)
    is_own_stage = role_of(stage) is Role.WORKER
    outcome = _chosen(matter, flow, stage, card) if is_own_stage else ""
    _keep_all(viewer, matter, card, stage.id, now)
    needing.require(matter, moving.pack_of(matter), stage, outcome)
    changes: dict[str, object] = {"asked": [], "last_key": draft.key}
    if not is_own_stage or stage.id == flow.first.id:
        changes["handed_in_on"] = today
    if outcome and not stage.outcomes[outcome]:
        is_no = flow.kind(stage, outcome) is Kind.REFUSE
        changes |= moving.closing(MatterState.REFUSED if is_no else MatterState.DONE, now)
    else:
        changes |= opening.onward(matter, flow, flow.stage(stage.outcomes[outcome]) if outcome else stage, today)
    moving.make(viewer, matter, Step.ANSWER, now, outcome=outcome, changes=changes)
    return matter


def _chosen(matter: Matter, flow: Flow, stage: Stage, card: DraftCard) -> str:
    """The outcome that a choice of the stage's form names, as a rating does; else the way on."""
    given = {
        card.answers[one.id].text
        for one in moving.pack_of(matter).form
        if one.stage == stage.id and one.id in card.answers and one.type == "choice"
    }
    return next((one for one in stage.outcomes if one in given), flow.forward(stage))


def _keep_all(viewer: Viewer, matter: Matter, card: DraftCard, stage: str, now: datetime) -> None:
    """The answers that differ from what stands, and the papers as the applicant says they are."""
    standing = {name: rows[-1].text for name, rows in moving.answers_of(matter).items()}
    given = {name: (one.text, one.source) for name, one in card.answers.items() if standing.get(name) != one.text}
    pack = moving.pack_of(matter)
    signed = questions.signed_in(pack, flow_of(pack).stage(stage))
    given |= {name: ("yes", Source.WORKER) for name in signed if name not in standing}
    moving.keep_answers(matter, given, stage, viewer.account_id, now)
    told = {row.code: row.state for row in Paper.objects.filter(matter=matter).order_by("pk")}
    Paper.objects.bulk_create(
        [
            Paper(matter=matter, code=code, state=state, account_id=viewer.account_id, at=now)
            for code, state in card.paper_states.items()
            if told.get(code) != state
        ]
    )


def event_mark(person_id: int, program: str, card: DraftCard) -> str:
    """
    What happened, as a mark: days and choices that the form asks of the applicant. The same certificate or illness has the same mark,
    so that it is not applied for twice at once, and caps by event know it again. Empty where the form asks for no day.
    """
    fields = [one for one in card.questions if not one.is_fact and one.name in card.answers]
    days = [one.name for one in fields if one.kind == "date" and card.answers[one.name].source is not Source.REGISTER]
    if not days:
        return ""
    told = days + [one.name for one in fields if one.kind == "choice"]
    text = "|".join(f"{name}={card.answers[name].text}" for name in sorted(told))
    return sealed.mark(f"{person_id}|{program}|{text}")


def _require_workers_turn(viewer: Viewer, matter: Matter) -> None:
    if matter.closed_at is not None:
        state = MatterState(matter.state)
        raise AlreadyClosed(str(state.label), state.value)
    if matter.state != MatterState.WITH_WORKER:
        raise NotYourTurn(Role(matter.role), matter.desk.name)


def withdraw(*, viewer: Viewer, matter_id: int, now: datetime) -> MatterCard:
    """
    The applicant takes it back: it ends, nothing is held against them, and they may apply again. Safe to repeat.

    Raises:
        NotAllowed, NotFound, AlreadyClosed, AlreadyGranted, SomeoneWasFirst.
    """
    permissions.require(viewer, "own.view")
    with transaction.atomic():
        matter = moving.find(viewer, matter_id)
        if matter.state == MatterState.WITHDRAWN:
            return matter_card(matter)
        if matter.closed_at is not None:
            raise AlreadyClosed(str(MatterState(matter.state).label), matter.state)
        if matter.state == MatterState.TO_PAY:
            raise AlreadyGranted
        changes = moving.closing(MatterState.WITHDRAWN, now)
        moving.make(viewer, matter, Step.WITHDRAW, now, changes=changes)
        announcing.take_down(matter, now)
        Draft.objects.filter(matter=matter).delete()
    return matter_card(matter)
