"""Reads of matters and drafts, in the viewer's part of the tree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, Q, QuerySet

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.matters import (
    access,
    counted,
    deciding,
    drafts,
    evidence,
    hands,
    moving,
    objecting,
    offering,
    opening,
    questions,
    rated,
    registers,
)
from niangjia.apps.matters.begun import (
    count_by_month,
    get_open_to_all,
    get_openable,
    list_begun_by_workers,
    list_fillable,
    list_openable,
    questions_to_begin,
)
from niangjia.apps.matters.cards import grant_card, matter_card, move_cards
from niangjia.apps.matters.known import of_household as known_of_household
from niangjia.apps.matters.known import of_people as known_of_people
from niangjia.apps.matters.known import of_worker as known_of
from niangjia.apps.matters.lifecycle import Flow, flow_of, is_notice, role_of
from niangjia.apps.matters.models import Draft, Matter, Move
from niangjia.apps.matters.models import Paper as PaperRow
from niangjia.apps.matters.noticed import (
    count_open_objections,
    get_objection,
    list_announced,
    list_live_notices,
    list_objections,
    may_object,
    notice_card,
    objection_cards,
    objections_of,
)
from niangjia.apps.matters.offering import is_offered, place_for
from niangjia.apps.matters.opening import is_filled_for, may_attest
from niangjia.apps.matters.problems import NoSuchDraft, NoSuchRegister, NotByApplication, NotFound
from niangjia.apps.matters.reading import Unreadable, shown, text_of, value_of
from niangjia.apps.matters.registers import Entry, Listed, LookedUp, get_register, has_register, list_registers
from niangjia.apps.matters.resealing import sealed_columns as sealed_columns
from niangjia.apps.matters.types import (
    OPEN,
    Answer,
    DraftCard,
    GrantCard,
    Granted,
    MatterCard,
    MatterState,
    MayObject,
    MoveCard,
    NoticeCard,
    ObjectionCard,
    Offer,
    Paper,
    PaperCard,
    PaperState,
    Question,
    Step,
)
from niangjia.apps.matters.verification import verify
from niangjia.apps.objections.types import GrievanceState
from niangjia.apps.organizations.types import Level
from niangjia.apps.programs import published
from niangjia.apps.programs import queries as programs
from niangjia.apps.programs.deciding import Answer as Said
from niangjia.apps.programs.published import Published
from niangjia.apps.programs.types import DecisionCard, DecisionOutcome, Line
from niangjia.apps.registry import queries as registry
from niangjia.engines.policy.pack import Pack, Stage
from niangjia.kernel.problems import Refusal

matters_to_count, grants_to_count, ratings_to_count = counted.matters, counted.grants, rated.ratings
tallies_to_count = counted.tallies
FEWEST_RATED = rated.SMALLEST

__all__ = [
    "NoSuchDraft",
    "NotByApplication",
    "NotFound",
    "Unreadable",
    "count_by_month",
    "count_open_objections",
    "flow_of",
    "get_objection",
    "get_open_to_all",
    "get_openable",
    "Entry",
    "Listed",
    "get_register",
    "has_register",
    "is_offered",
    "known_of",
    "known_of_household",
    "known_of_people",
    "list_announced",
    "list_begun_by_workers",
    "list_fillable",
    "list_live_notices",
    "list_objections",
    "list_openable",
    "list_registers",
    "NoSuchRegister",
    "objection_cards",
    "place_for",
    "questions_to_begin",
    "shown",
    "text_of",
    "value_of",
    "verify",
    "hands",
]


@dataclass(frozen=True)
class Offered:
    """
    A programme that this worker can apply for. `questions`: as many as will be asked; `days`: working days until an answer. `standing`: one
    of theirs that is under way; `is_same`: another would be the same, whatever is answered.
    """

    published: Published
    area: str
    questions: int
    papers: tuple[str, ...]
    days: int
    draft_id: int | None
    standing: MatterCard | None
    is_same: bool


@dataclass(frozen=True)
class Objectable:
    """What the applicant may object to. `reason`: the deciding officer's words; `waiting_id`: an objection that is not answered yet."""

    card: MatterCard
    decision: DecisionCard | None
    may: MayObject
    reason: str
    waiting_id: int | None


@dataclass(frozen=True)
class AnswerLine:
    """One question with what was said, the last answer first; none: it is open. `zh`, `en`: in words."""

    question: Question
    answer: Answer | None
    zh: str
    en: str
    earlier: tuple[Answer, ...] = ()


@dataclass(frozen=True)
class Details:
    """
    Everything the page of one matter shows. `answers` is empty for who may not read them. `said`: what the rules say today, null with
    `said_refusal` where they cannot be asked. `is_filled_for`: somebody else filled it in, and the worker has yet to confirm; `can_attest`: on a paper that they signed. `can_ask`: there is an applicant to ask; `can_rate`: the applicant has not said yet how they were served. `approvals`: what higher unions have to agree to before this stage grants it. `stage_questions`: what this stage fills in; `uploads`: codes of the papers that this stage takes; `missing`: facts that the rules still lack. `looked_up`: questions of this stage that a register answers.
    """

    card: MatterCard
    pack: Pack
    flow: Flow
    stage: Stage
    can_handle: bool
    is_own: bool
    can_read: bool
    answers: tuple[AnswerLine, ...]
    answered: int
    papers: tuple[PaperCard, ...]
    moves: tuple[MoveCard, ...]
    offers: tuple[Offer, ...]
    stage_questions: tuple[Question, ...]
    uploads: tuple[str, ...]
    missing: tuple[Question, ...]
    said: Said | None
    said_refusal: Refusal | None
    approvals: tuple[Line, ...]
    decision: DecisionCard | None
    grant: GrantCard | None
    asked: tuple[str, ...]
    needs_second: bool
    notice: NoticeCard | None
    objections: tuple[ObjectionCard, ...]
    may_object: MayObject | None
    earlier: tuple[MatterCard, ...]
    is_filled_for: bool
    can_attest: bool
    can_ask: bool
    can_rate: bool
    looked_up: tuple[LookedUp, ...]


def list_matters(
    viewer: Viewer, *, place: str = "", state: str = "", program: str = "", late_on: date | None = None
) -> QuerySet[Matter]:
    """
    Soonest due first. `place`: "" = whose turn it is at this post, "all" = of the whole part of the tree. `late_on`: overdue on that day.
    """
    permissions.require(viewer, "matters.view")
    rows = access.visible(viewer).select_related("desk", "org", "version").defer("version__files")
    if place != "all":
        rows = rows.filter(
            desk_id=viewer.org_id, role=viewer.role.value, state__in=(MatterState.AT_WORK, MatterState.TO_PAY)
        )
    if state:
        rows = rows.filter(state=state)
    elif place == "all":
        rows = rows.filter(state__in=OPEN)
    if program:
        rows = rows.filter(program=program)
    if late_on is not None:
        rows = rows.filter(due_on__lt=late_on)
    return rows.order_by(F("due_on").asc(nulls_last=True), "pk")


def list_some(viewer: Viewer, matter_ids: Iterable[int]) -> list[MatterCard]:
    """Those of these that the viewer may see. Raises NotAllowed."""
    permissions.require(viewer, "matters.view")
    rows = access.visible(viewer).filter(pk__in=set(matter_ids)).select_related("desk", "org", "version")
    return cards(rows.defer("version__files"))


def numbers_of(matter_ids: Iterable[int]) -> dict[int, str]:
    """By id, without scope: for whoever has been shown that there are such matters."""
    return {one.pk: one.number for one in Matter.objects.filter(pk__in=set(matter_ids)).only("pk", "handed_in_at")}


def list_of_people(viewer: Viewer, person_ids: Iterable[int]) -> list[MatterCard]:
    """Applications of these people that the viewer may see, the latest first; none without matters.view."""
    if not permissions.may(viewer, "matters.view"):
        return []
    rows = access.visible(viewer).filter(person_id__in=set(person_ids)).select_related("desk", "org", "version")
    return cards(rows.defer("version__files").order_by("-handed_in_at", "-pk"))


def count_turns(viewer: Viewer) -> int:
    """How many wait for this post."""
    return list_matters(viewer).count() if permissions.may(viewer, "matters.view") else 0


def list_programs(viewer: Viewer) -> list[tuple[str, str, str]]:
    """Programmes that matters of the viewer's part of the tree are about: (id, Chinese, English)."""
    rows = access.visible(viewer).values_list("program", "version__title_zh", "version__title_en").distinct()
    return sorted({program: (program, zh, en) for program, zh, en in rows}.values())


def cards(rows: Iterable[Matter]) -> list[MatterCard]:
    return [matter_card(row) for row in rows]


def get_card(viewer: Viewer, matter_id: int) -> MatterCard:
    """Raises NotAllowed, NotFound."""
    return matter_card(moving.find(viewer, matter_id))


def get_decided(viewer: Viewer, matter_id: int) -> tuple[MatterCard, DecisionCard | None]:
    """A matter with its standing decision, for a page about something else of it. Raises NotAllowed, NotFound."""
    matter = moving.find(viewer, matter_id)
    return matter_card(matter), programs.get_decision(matter.decision_id) if matter.decision_id else None


def get_objectable(viewer: Viewer, matter_id: int, *, now: datetime) -> Objectable:
    """Raises NotAllowed, NotFound, NothingToObjectTo, ObjectionTooLate."""
    permissions.require(viewer, "own.view")
    matter = moving.find(viewer, matter_id)
    may = objecting.open_to(matter, now)
    flow = moving.flow_for(matter)
    last = objecting.decisive_move(matter, flow)
    cards = move_cards(matter, flow, [last] if last else [], with_reasons=True)
    waiting = next((one.id for one in objections_of(matter, viewer) if one.state is GrievanceState.OPEN), None)
    decision = programs.get_decision(matter.decision_id) if matter.decision_id else None
    return Objectable(matter_card(matter), decision, may, cards[0].reason if cards else "", waiting)


def list_own(viewer: Viewer) -> list[MatterCard]:
    """The worker's own, what is open first, then the latest."""
    permissions.require(viewer, "own.view")
    rows = (
        access.visible(viewer)
        .select_related("desk", "org", "version")
        .defer("version__files")
        .order_by("-handed_in_at", "-pk")
    )
    return sorted(cards(rows), key=lambda card: not card.is_open)


def list_own_details(viewer: Viewer, *, now: datetime) -> list[Details]:
    """Everything of the worker's own applications, the latest first: for the copy of their data."""
    permissions.require(viewer, "own.view")
    ids = access.visible(viewer).order_by("-handed_in_at", "-pk").values_list("pk", flat=True)
    return [get_details(viewer, matter_id, now=now) for matter_id in ids]


def list_drafts(viewer: Viewer) -> list[tuple[int, str, str, datetime]]:
    """The worker's drafts that are no matter yet: id, titles, when last kept."""
    permissions.require(viewer, "own.view")
    if viewer.person_id is None:
        return []
    rows = (
        Draft.objects.filter(person_id=viewer.person_id, matter__isnull=True)
        .select_related("version")
        .defer("version__files")
    )
    return [
        (row.pk, row.version.title_zh, row.version.title_en, row.updated_at) for row in rows.order_by("-updated_at")
    ]


def get_draft(viewer: Viewer, draft_id: int) -> DraftCard:
    """Raises NotAllowed, NoSuchDraft."""
    return drafts.card(drafts.find(viewer, draft_id))


def draft_pack(viewer: Viewer, draft_id: int) -> Pack:
    """The text that the draft follows. Raises NotAllowed, NoSuchDraft."""
    return drafts.pack_of(drafts.find(viewer, draft_id))


def list_offered(viewer: Viewer, *, today: date) -> set[str]:
    """Ids of the programmes that this worker can apply for; empty where their union is not known."""
    try:
        area = offering.place_of(offering.union_of(viewer))
    except Refusal:
        return set()
    return {one.pack.id for one in published.list_in_area(area=area, asof=today) if offering.is_offered(one)}


def get_offered(viewer: Viewer, program: str, *, today: date) -> Offered:
    """Raises NotAllowed, NoUnionHere, NotByApplication."""
    permissions.require(viewer, "own.view")
    area = offering.place_of(offering.union_of(viewer))
    one = offering.get_offered(program, area=area, today=today)
    wording, flow = published.wording(), flow_of(one.pack)
    asked = questions.of_applicant(one.pack, wording)
    after = (
        flow.stage(flow.first.outcomes[flow.forward(flow.first)]) if role_of(flow.first) is Role.WORKER else flow.first
    )
    mine = Draft.objects.filter(person_id=viewer.person_id or 0, program=program, matter__isnull=True)
    standing = opening.standing_of(viewer.person_id, program)
    return Offered(
        one,
        area,
        len(asked),
        tuple(paper.code for paper in questions.papers_of(one.pack, [flow.first.id])),
        flow.expected_days(after),
        mine.values_list("pk", flat=True).first(),
        matter_card(standing) if standing else None,
        not opening.can_be_another(one.pack, asked),
    )


def get_details(viewer: Viewer, matter_id: int, *, now: datetime, correct: str = "") -> Details:
    """
    Raises NotAllowed, NotFound. Answers are there for the applicant, for whose turn it is, and for who looks into an objection. `correct`: a field that the officer wants
    to put right.
    """
    matter = moving.find(viewer, matter_id)
    pack = moving.pack_of(matter)
    flow = flow_of(pack)
    stage = flow.stage(matter.stage)
    is_worker = viewer.role is Role.WORKER
    is_own = not is_worker and access.is_own(viewer, matter)
    can_handle = not is_own and access.may_handle(viewer, matter)
    can_read = is_worker or can_handle or (bool(matter.closed_at) and objecting.looks_into(viewer, matter))
    rows = moving.answers_of(matter)
    moves = list(Move.objects.filter(matter=matter).select_related("account").order_by("step"))
    accounts.know_names(one.account for one in moves if one.account)
    if matter.person:
        registry.know_names([matter.person])
    is_shown = any(is_notice(one) for one in flow.stages)
    was_decided = bool(matter.decision_id or matter.closed_at) or any(one.act == Step.REOPEN for one in moves)
    wording = published.wording()
    stage_questions = tuple(questions.of_stage(pack, stage, wording)) if can_handle else ()
    said, refusal = _said(matter, pack, flow, now) if can_handle else (None, None)
    decides_here = flow.deciding is not None and flow.deciding.id == stage.id
    missing = questions.named(said.unknown, pack, wording) if said else []
    in_form = {one.name for one in stage_questions}
    asked_of_nobody = in_form | {one.id for one in pack.form if one.register}
    more = questions.named([correct], pack, wording) if correct and correct not in asked_of_nobody else []
    return Details(
        card=matter_card(matter),
        pack=pack,
        flow=flow,
        stage=stage,
        can_handle=can_handle,
        is_own=is_own,
        can_read=can_read,
        answers=tuple(_lines(pack, flow, rows)) if can_read else (),
        answered=len(rows),
        papers=tuple(_papers(matter, pack, flow)),
        moves=tuple(move_cards(matter, flow, moves, with_reasons=can_read)),
        offers=tuple(_offers(flow, stage, matter.person_id)) if can_handle else (),
        stage_questions=(*stage_questions, *more),
        uploads=tuple(questions.uploads_of(pack, stage.id)) if can_handle else (),
        missing=tuple(one for one in missing if one.name not in in_form and one.name != correct),
        said=said,
        said_refusal=refusal,
        approvals=tuple(deciding.approvals_of(said, pack, Level(matter.desk.level))) if decides_here and said else (),
        decision=programs.get_decision(matter.decision_id) if matter.decision_id else None,
        grant=grant_card(matter),
        asked=tuple(matter.asked),
        needs_second=can_handle and stage.needs_second_person,
        notice=notice_card(matter) if is_shown else None,
        objections=tuple(objections_of(matter, viewer)) if is_shown or was_decided else (),
        may_object=may_object(matter, now) if is_worker and (is_shown or was_decided) else None,
        earlier=tuple(_earlier(matter)) if can_handle else (),
        is_filled_for=matter.state == MatterState.WITH_WORKER and is_filled_for(matter),
        can_attest=not is_own and may_attest(viewer, matter),
        can_ask=can_handle and matter.person_id is not None,
        can_rate=is_worker and rated.is_waited_for(matter),
        looked_up=tuple(registers.look_up(matter, pack, stage, moving.today_of(now))) if can_handle else (),
    )


def lines_of(draft: DraftCard) -> list[AnswerLine]:
    """What a draft says, in words, for checking."""
    found = []
    for question in draft.questions:
        answer = draft.answers.get(question.name)
        words = shown(question, answer.text) if answer else {"zh": "", "en": ""}
        found.append(AnswerLine(question, answer, words["zh"], words["en"]))
    return found


def words_for(names: Iterable[str], pack: Pack) -> list[Question]:
    """Questions by name, as the pack words them."""
    return questions.named(names, pack, published.wording())


def words_of(pack: Pack, answers: dict[str, str]) -> list[AnswerLine]:
    """Answers that were opened with a reason, in words."""
    asked = questions.named(answers, pack, published.wording())
    found = []
    for one in asked:
        words = shown(one, answers[one.name])
        found.append(AnswerLine(one, None, words["zh"], words["en"]))
    return found


def _lines(pack: Pack, flow: Flow, rows: dict[str, list[Answer]]) -> Iterable[AnswerLine]:
    wording = published.wording()
    asked = {one.name: one for one in questions.of_applicant(pack, wording)}
    asked |= {one.name: one for one in questions.named(rows, pack, wording)}
    for name, question in asked.items():
        given = rows.get(name, [])
        last = given[-1] if given else None
        words = shown(question, last.text) if last else {"zh": "", "en": ""}
        yield AnswerLine(question, last, words["zh"], words["en"], tuple(given[:-1]))


def _papers(matter: Matter, pack: Pack, flow: Flow) -> Iterable[PaperCard]:
    """What the stages up to this one ask for, and whatever was said of any."""
    last = {row.code: row for row in PaperRow.objects.filter(matter=matter).order_by("pk")}
    reached = [one.id for one in flow.stages[: flow.place(matter.stage) + 1]]
    everything = {one.code: one for one in questions.papers_of(pack, [one.id for one in flow.stages])}
    wanted = {one.code for one in questions.papers_of(pack, reached)}
    theirs = evidence.files_of(matter)
    everything |= {code: Paper(code, {}, (), is_required=False) for code in last if code not in everything}
    for code, paper in everything.items():
        if code in wanted or code in last:
            row = last.get(code)
            yield PaperCard(
                paper,
                PaperState(row.state) if row else None,
                row.account_id if row else None,
                row.at if row else None,
                theirs.get(evidence.part_of(code), ()),
            )


def _offers(flow: Flow, stage: Stage, person_id: int | None) -> Iterable[Offer]:
    wording = published.wording()
    for outcome, target in stage.outcomes.items():
        if person_id is None and target and role_of(flow.stage(target)) is Role.WORKER:
            continue  # nobody is there to be asked
        title = flow.stage(target).title if target else {"zh": "", "en": ""}
        yield Offer(
            outcome,
            wording.code("outcomes", outcome, "zh"),
            wording.code("outcomes", outcome, "en"),
            flow.kind(stage, outcome).value,
            title["zh"],
            title["en"],
        )


def _said(matter: Matter, pack: Pack, flow: Flow, now: datetime) -> tuple[Said | None, Refusal | None]:
    if not flow.decides:
        return None, None
    try:
        return deciding.preview(matter, pack, now), None
    except Refusal as refusal:
        return None, refusal


def _earlier(matter: Matter) -> list[MatterCard]:
    """Other matters of the same person and programme: the same thing may have been asked for before."""
    if matter.person_id is None:
        return []
    rows = Matter.objects.filter(person_id=matter.person_id, program=matter.program).exclude(pk=matter.pk)
    return cards(rows.select_related("desk", "org", "version").defer("version__files").order_by("-handed_in_at")[:10])


def persons_to_tell(matter_ids: Iterable[int]) -> dict[int, int]:
    """By matter, whose it is; one about nobody is left out. Without scope: to tell them."""
    rows = Matter.objects.filter(pk__in=set(matter_ids), person__isnull=False).values_list("pk", "person_id")
    return {matter_id: person_id for matter_id, person_id in rows if person_id is not None}


def list_granted(program: str, *, person_id: int, org_id: int | None) -> list[Granted]:
    """
    Matters of a programme that ended with what was asked for: the person's own, and with `org_id` those of that very union that are about nobody
    of the register. Without scope: for the room that asks whether somebody holds one.
    """
    whose = Q(person_id=person_id)
    if org_id is not None:
        whose |= Q(person__isnull=True, household__isnull=True, org_id=org_id)
    rows = Matter.objects.filter(
        whose, program=program, state=MatterState.DONE, decision__outcome=DecisionOutcome.GRANTED
    )
    decided = dict(rows.order_by("pk").values_list("pk", "decision_id"))
    decisions = programs.list_decisions(one for one in decided.values() if one is not None)
    return [Granted(pk, decisions[one].facts) for pk, one in decided.items() if one is not None]


def count_living(org_id: int, path: str) -> int:
    """Matters not over that belong to a union or lie on its desk, and those below `path`. Without scope: for whoever changes unions."""
    return moving.living_at(org_id, path).count()
