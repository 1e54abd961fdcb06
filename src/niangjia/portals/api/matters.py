"""Applications to programmes and whatever else stages of a pack lead to its end: the list, where one stands, and an officer's step that decides nothing."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Role, Scope, Viewer
from niangjia.apps.matters import actions, queries
from niangjia.apps.matters.types import MatterCard, MatterState, ObjectionAbout, PaperState, Step
from niangjia.apps.objections.types import GrievanceState
from niangjia.apps.registry import actions as people
from niangjia.apps.registry import queries as registry
from niangjia.kernel.problems import Refusal
from niangjia.portals.api.doors import ApiRequest, reads, writes
from niangjia.portals.api.once import Key, once
from niangjia.portals.api.problems import Wrong, at, pointer
from niangjia.portals.api.shapes import Body, Both, ListAsked, OrgBrief, list_of, page_of

router = Router(tags=["matters"])

MatterNo = Annotated[
    str,
    Field(
        pattern=r"^(SX[0-9]{6}[0-9]{7,12}|[1-9][0-9]{0,14})$",
        examples=["SX2023110000012"],
    ),
]
Typed = Annotated[str, Field(max_length=2000)]


class AtAPage(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "这一步要作决定，或要由第二个人确认，由人在页面上办。请登录后在“申请”里打开这一件。",
            "This step decides, or needs a second person: a person takes it at the page. Sign in and open it under “Applications”.",
        )


class Applicant(Schema):
    """Whom it is about, masked as on the page."""

    id: int
    name: str


class MatterStands(Schema):
    """Where it stands, without anything of a person. `step` numbers its last move: send it back to act on what you saw. `due_on` of this stage; `desk`, `role`: whose turn."""

    id: int
    number: str
    program: str
    title: Both
    state: MatterState
    stage: str
    stage_title: Both
    step: int
    union: str
    desk: OrgBrief
    role: Role
    due_on: date | None
    expected_on: date | None
    handed_in_at: datetime
    closed_at: datetime | None
    proposed: str = Field(
        description="等第二人确认的结果，没有则空 · outcome that waits for a second person, else empty"
    )


class MatterRow(MatterStands):
    person: Applicant | None


class MatterMove(Schema):
    """`by`: the officer, empty for the applicant and for the system itself. Reasons stay sealed."""

    step: int
    act: Step
    outcome: str
    from_stage: str
    to_stage: str
    by: str
    at: datetime


class MatterPaper(Schema):
    """A paper without what is on it. `state` null: nothing was said of it yet."""

    code: str
    title: Both | None
    state: PaperState | None
    file_count: int


class MatterQuestion(Schema):
    """What this stage fills in. `values`: what may be chosen, by code."""

    name: str
    kind: str
    title: Both
    is_required: bool
    values: dict[str, Both]


class MatterOffer(Schema):
    """An outcome that this token's post may choose now. `kind`: ON, END, BACK, REFUSE; `at_page`: it is taken by a person at the page."""

    outcome: str
    title: Both
    kind: str
    at_page: bool


class MatterObjection(Schema):
    id: int
    about: ObjectionAbout
    state: GrievanceState
    raised_at: datetime
    answered_at: datetime | None


class Matter(MatterRow):
    """`answer_count`: questions that were answered; the answers stay sealed. `can` is empty where it is another post's turn."""

    answer_count: int
    moves: list[MatterMove]
    papers: list[MatterPaper]
    objections: list[MatterObjection]
    decision_id: int | None
    questions: list[MatterQuestion]
    can: list[MatterOffer]


class MattersAsked(ListAsked):
    program: str = Field("", max_length=80, description="项目代码 · id of a programme")
    state: MatterState | None = Field(None, description="状态，不写则只列在办的 · state; without one those under way")
    is_waiting: bool = Field(False, description="只要等本岗位办的 · only those whose turn is this post's")


class Acting(Body):
    """`answers`: what the officer found out, by the names in `questions`, as typed. `papers_seen`: codes of originals that they have seen."""

    outcome: str = Field(max_length=40, pattern=r"\S", description="见 can · see can")
    step: int = Field(strict=True, ge=1, le=2**31 - 1, description="看到的 step；别人先动了就不办 · the step you saw: if somebody moved it since, nothing is done")  # fmt: skip
    reason: str = Field("", max_length=1000, description="退回须写理由，申请人会看到 · needed to send it back; the applicant reads it")  # fmt: skip
    answers: dict[Annotated[str, Field(max_length=80)], Typed | list[Typed]] = Field({}, max_length=100)
    papers_seen: list[Annotated[str, Field(max_length=80)]] = Field([], max_length=50)


def _both(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


def _stands(card: MatterCard) -> dict[str, Any]:
    own = "id number program state stage step role due_on expected_on handed_in_at closed_at proposed"  # as the card has them
    return {name: getattr(card, name) for name in own.split()} | {
        "title": _both(card.title_zh, card.title_en),
        "stage_title": _both(card.stage_zh, card.stage_en),
        "union": card.org_name,
        "desk": {"id": card.desk_id, "name": card.desk_name},
    }


def _rows(cards: list[MatterCard]) -> list[dict[str, Any]]:
    names = registry.masked_names(card.person_id for card in cards if card.person_id)
    return [
        _stands(card)
        | {"person": {"id": card.person_id, "name": names.get(card.person_id, "")} if card.person_id else None}
        for card in cards
    ]


def _id_of(said: str) -> int:
    """Of a number the part behind the month; whether the number is right shows once it is found."""
    return int(said[8:]) if said.startswith("SX") else int(said)


def _details(viewer: Viewer, said: str, now: datetime) -> queries.Details:
    """Raises NotFound."""
    details = queries.get_details(viewer, _id_of(said), now=now)
    if said not in (details.card.number, str(details.card.id)):
        raise queries.NotFound
    return details


def _is_for_a_page(details: queries.Details, kind: str) -> bool:
    """Deciding, refusing and confirming what a colleague proposed have no token: they are for a person at a page."""
    decides = details.flow.deciding is not None and details.flow.deciding.id == details.stage.id
    return kind == "REFUSE" or (kind != "BACK" and (decides or details.stage.needs_second_person))


@reads(
    router,
    "/matters",
    list_of(MatterRow, "MatterPage"),
    scope=Scope.CASES_READ,
    right="matters.view",
    summary="申请事项列表 · List matters",
)
def list_matters(request: ApiRequest, asked: Query[MattersAsked]) -> Any:
    """Applications to programmes, and what else goes through their stages, of the token's part of the union tree, oldest first."""
    place = "" if asked.is_waiting else "all"
    found = queries.list_matters(request.viewer, place=place, state=asked.state or "", program=asked.program)
    return page_of(request, "matters", asked, found, lambda found: _rows(queries.cards(found)))


@reads(
    router,
    "/matters/{matter}",
    Matter,
    scope=Scope.CASES_READ,
    right="matters.view",
    summary="一件申请事项 · One matter",
)
def get_matter(request: ApiRequest, matter: MatterNo) -> Any:
    """What the page of a matter shows, without anything sealed: no answers, reasons or papers. Whom it is about finds this among who looked at their data."""
    viewer, now = request.viewer, timezone.now()
    details = _details(viewer, matter, now)
    card = details.card
    if card.person_id is not None:
        people.record_views(viewer=viewer, person_ids=[card.person_id], page="application", now=now)
    names = accounts.names_of({move.account_id for move in details.moves if move.account_id and not move.is_worker})
    return _rows([card])[0] | {
        "answer_count": details.answered,
        "moves": [
            {name: getattr(move, name) for name in MatterMove.model_fields if name != "by"}
            | {"by": "" if move.is_worker else names.get(move.account_id or 0, "")}
            for move in details.moves
        ],
        "papers": [
            {"code": one.paper.code, "title": one.paper.title or None, "state": one.state, "file_count": len(one.files)}
            for one in details.papers
        ],
        "objections": [
            {name: getattr(one, name) for name in MatterObjection.model_fields} for one in details.objections
        ],
        "decision_id": details.decision.id if details.decision else None,
        "questions": [
            {name: getattr(one, name) for name in MatterQuestion.model_fields} for one in details.stage_questions
        ],
        "can": [
            {
                "outcome": one.outcome,
                "title": _both(one.zh, one.en),
                "kind": one.kind,
                "at_page": _is_for_a_page(details, one.kind),
            }
            for one in details.offers
        ],
    }


@writes(
    router,
    "/matters/{matter}/act",
    MatterStands,
    scope=Scope.MATTERS_WRITE,
    right="matters.handle",
    summary="办理一步 · Take a step",
)
def act_on_matter(request: ApiRequest, matter: MatterNo, body: Acting, key: Key) -> HttpResponse:
    """An officer's step whose turn it is, by an outcome of `can`. What decides, refuses or needs a second person is done at the page."""

    def do(viewer: Viewer, now: datetime) -> Schema:
        details = _details(viewer, matter, now)
        if body.step > details.card.step:  # nobody can have seen it: it would only hit what another does in this moment
            said = "还没有这一步。请重新读取再办。", "There is no such step yet. Read it again."
            raise Wrong("invalid", [at("body", pointer("step"), *said)])
        if details.card.step == body.step:  # else what was moved meanwhile is told, or a repeat is answered
            _refuse_for_a_page(details, body.outcome)
            _refuse_unknown(details, body)
        try:
            card = actions.act(
                viewer=viewer,
                matter_id=details.card.id,
                outcome=body.outcome,
                step=body.step,
                reason=body.reason,
                answers=body.answers,
                papers_seen=body.papers_seen,
                now=now,
            )
        except queries.Unreadable as refusal:
            place = pointer("answers", refusal.name) if refusal.name else "#/answers"
            raise Wrong("invalid", [at("body", place, refusal.zh, refusal.en)]) from refusal
        return MatterStands(**_stands(card))

    return once(request, key, do)


def _refuse_for_a_page(details: queries.Details, outcome: str) -> None:
    if any(one.outcome == outcome and _is_for_a_page(details, one.kind) for one in details.offers):
        raise AtAPage


def _refuse_unknown(details: queries.Details, body: Acting) -> None:
    """Raises Wrong: a name that is no question of the form, a code that is no paper of it."""
    known = {one.name for one in queries.words_for(body.answers, details.pack)}
    papers = {one.paper.code for one in details.papers}
    wrong = [pointer("answers", name) for name in body.answers if name not in known]
    wrong += [pointer("papers_seen", str(place)) for place, code in enumerate(body.papers_seen) if code not in papers]
    if wrong:
        raise Wrong("invalid", [at("body", place, "没有这一项", "There is no such item") for place in wrong])
