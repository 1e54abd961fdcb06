"""What may leave the room of matters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from niangjia.apps.accounts.types import Role
from niangjia.apps.files.types import FileCard
from niangjia.apps.objections.types import GrievanceState


class MatterState(TextChoices):
    """Whose turn it is. TO_PAY: decided and with finance; DONE, REFUSED, WITHDRAWN are the ends."""

    AT_WORK = "AT_WORK", _("工会办理中")
    WITH_WORKER = "WITH_WORKER", _("等您办理")
    TO_PAY = "TO_PAY", _("待发放")
    DONE = "DONE", _("已办成")
    REFUSED = "REFUSED", _("没有通过")
    WITHDRAWN = "WITHDRAWN", _("已撤回")


class WorkersTurn(StrEnum):
    """What a matter that waits for its worker waits for: CONFIRM what was filled in for them, a stage of their OWN, or to MEND what they gave."""

    NONE = ""
    CONFIRM = "CONFIRM"
    OWN = "OWN"
    MEND = "MEND"


OPEN = (MatterState.AT_WORK, MatterState.WITH_WORKER, MatterState.TO_PAY)


class Step(TextChoices):
    """What a move was. ACT: an outcome that the pack names; PROPOSE: the first of two people agreed to one; ATTEST: what was filled in for a worker is handed in on a paper that they signed."""

    HAND_IN = "HAND_IN", _("交上来")
    ACT = "ACT", _("办理")
    PROPOSE = "PROPOSE", _("提出，待第二人确认")
    ASK = "ASK", _("请申请人补充")
    ANSWER = "ANSWER", _("申请人补充")
    WITHDRAW = "WITHDRAW", _("撤回")
    PAID = "PAID", _("发放完毕")
    REOPEN = "REOPEN", _("异议成立，重新办理")
    ATTEST = "ATTEST", _("凭签字的纸面材料代交")


class Verdict(TextChoices):
    """How content somebody was with how they were served. The values are outcomes that a text's own rating stage may have."""

    SATISFIED = "satisfied", _("满意")
    ACCEPTABLE = "acceptable", _("基本满意")
    UNSATISFIED = "unsatisfied", _("不满意")


class ObjectionAbout(TextChoices):
    NOTICE = "NOTICE", _("公示")
    DECISION = "DECISION", _("申请的决定")


class Source(TextChoices):
    """Where an answer comes from. REGISTER: known to the union, confirmed by the worker; HELPER: filled in for the worker by somebody else."""

    WORKER = "WORKER", _("本人填写")
    REGISTER = "REGISTER", _("登记信息，本人核对")
    OFFICER = "OFFICER", _("工会核实")
    TODAY = "TODAY", _("提交当天")
    HELPER = "HELPER", _("他人代填")


class PaperState(TextChoices):
    """How a paper stands. LATER: to be handed over on paper; SEEN: an officer has had the original before them; FILE: uploaded."""

    LATER = "LATER", _("稍后交纸质")
    SEEN = "SEEN", _("已看过原件")
    FILE = "FILE", _("已上传")


class GrantState(TextChoices):
    BLOCKED = "BLOCKED", _("没有列支")
    SET_ASIDE = "SET_ASIDE", _("已列支")
    CANCELLED = "CANCELLED", _("已取消")


@dataclass(frozen=True)
class Granted:
    """A matter that was granted; `facts`: by name, what decided it."""

    matter_id: int
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Question:
    """
    One thing that is asked. `kind`: money, integer, number, boolean, date, text, choice, choices, union, position, name, id_number, phone. `values`: code → words, both languages.
    `papers`: what proves it. `is_fact`: the rules ask for it, and the form does not name it. `is_past`: a day that is not to come. `union_level`: where a union that is named has to stand; empty = anywhere.
    `required_for`: outcomes that are not chosen without it.
    """

    name: str
    kind: str
    title: Mapping[str, str]
    ask: Mapping[str, str]
    help: Mapping[str, str]
    unit: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    is_required: bool
    papers: tuple[str, ...] = ()
    is_fact: bool = False
    low: Decimal | None = None
    high: Decimal | None = None
    is_past: bool = False
    union_level: str = ""
    required_for: tuple[str, ...] = ()


@dataclass(frozen=True)
class Paper:
    """A paper that a form names. `proves`: titles of what it is for."""

    code: str
    title: Mapping[str, str]
    proves: tuple[Mapping[str, str], ...]
    is_required: bool


@dataclass(frozen=True)
class Answer:
    """An answer as it stands: the text in its one form, where it comes from, who put it there and when. `account_id` null in a draft."""

    name: str
    text: str
    source: Source
    account_id: int | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class DraftCard:
    """What somebody is filling in. `matter_id` null: it is not handed in yet, else it mends or goes on with that matter."""

    id: int
    key: str
    program: str
    area: str
    matter_id: int | None
    questions: tuple[Question, ...]
    papers: tuple[Paper, ...]
    answers: Mapping[str, Answer]
    skipped: frozenset[str]
    paper_states: Mapping[str, PaperState]
    asked: str
    updated_at: datetime
    files: Mapping[str, tuple[FileCard, ...]]
    started_at: datetime

    @property
    def open_questions(self) -> tuple[Question, ...]:
        """Neither answered nor left out on purpose; what the register says counts once it is confirmed."""
        return tuple(
            one
            for one in self.questions
            if one.name not in self.skipped
            and (one.name not in self.answers or self.answers[one.name].source is Source.REGISTER)
            and one.name not in self.confirmed
        )

    confirmed: frozenset[str] = frozenset()

    @property
    def open_papers(self) -> tuple[Paper, ...]:
        return tuple(one for one in self.papers if one.code not in self.paper_states)


@dataclass(frozen=True)
class MatterCard:
    """
    A matter in a list. `stage_zh`, `stage_en`: where it is; `role` and `desk`: whose turn. `due_on`: of this stage, null where nobody is
    held to a day. `expected_on`: when the worker may expect an answer. `proposed`: an outcome that waits for a second person.
    """

    id: int
    number: str
    program: str
    title_zh: str
    title_en: str
    person_id: int | None
    household_id: int | None
    org_name: str
    desk_id: int
    desk_name: str
    role: Role
    state: MatterState
    stage: str
    stage_zh: str
    stage_en: str
    due_on: date | None
    expected_on: date | None
    handed_in_at: datetime
    closed_at: datetime | None
    step: int
    proposed: str
    proposed_by: int | None
    content_hash: str
    workers_turn: WorkersTurn

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


@dataclass(frozen=True)
class MoveCard:
    """One move. `account_id` null: the system. `reason` is empty for those who may not read it."""

    step: int
    act: Step
    outcome: str
    outcome_zh: str
    outcome_en: str
    from_stage: str
    to_stage: str
    stage_zh: str
    stage_en: str
    to_zh: str
    to_en: str
    account_id: int | None
    is_worker: bool
    at: datetime
    reason: str


@dataclass(frozen=True)
class Offer:
    """An outcome that the officer may choose now. `kind`: ON, END, BACK, REFUSE; `to_zh` empty = the matter ends."""

    outcome: str
    zh: str
    en: str
    kind: str
    to_zh: str
    to_en: str


@dataclass(frozen=True)
class PaperCard:
    """A paper as it stands. `state` null: nothing was said of it yet."""

    paper: Paper
    state: PaperState | None
    account_id: int | None
    at: datetime | None
    files: tuple[FileCard, ...] = ()


@dataclass(frozen=True)
class GrantCard:
    """Money of a granted matter. `refusal_…`: why it could not be set aside; empty where it was."""

    amount: Decimal
    state: GrantState
    purpose: str
    reservation_id: int | None
    refusal_zh: str
    refusal_en: str


@dataclass(frozen=True)
class ObjectionCard:
    """
    An objection to a matter, without its words. `receipt` empty = raised by the applicant, signed in. `answered_by` an account, null =
    open. `desk_name`: the union that decided or announced; `files`: papers that came with it.
    """

    id: int
    matter_id: int
    number: str
    title_zh: str
    title_en: str
    org_name: str
    desk_name: str
    about: ObjectionAbout
    state: GrievanceState
    is_public: bool
    raised_at: datetime
    answered_at: datetime | None
    answered_by: int | None
    files: tuple[FileCard, ...] = ()


@dataclass(frozen=True)
class NoticeCard:
    """The standing notice of a matter. `last_day`: the last one on which it is shown and may be objected to."""

    id: int
    masked_name: str
    unit: str
    tier: str
    amount: Decimal | None
    starts_on: date
    last_day: date
    open_objections: int
    is_upheld: bool


@dataclass(frozen=True)
class MayObject:
    """What the applicant may object to now, and up to which day, that day included."""

    about: ObjectionAbout
    last_day: date


@dataclass(frozen=True)
class Received:
    """What somebody without an account is told: the number to look it up by; `matter_id` for the caller alone."""

    matter_id: int
    number: str
    receipt: str


@dataclass(frozen=True)
class Followed:
    """What a receipt number shows: where it stands, never what was said. `photos`: how many came with it; `can_add`: more may still come."""

    number: str
    title_zh: str
    title_en: str
    state: MatterState
    stage_zh: str
    stage_en: str
    desk_name: str
    handed_in_on: date
    due_on: date | None
    closed_on: date | None
    photos: int
    can_add: bool
    can_rate: bool


@dataclass(frozen=True)
class MonthCount:
    """
    One kind of matter in one month of handing in. `first_day` of the month; `late`: open past its day; `rated`: of how many somebody said how
    they were served, `content` of whom; null where so few did that it would tell who. `sums`: (indicator, counted in, sum) of those done.
    """

    program: str
    title_zh: str
    title_en: str
    first_day: date
    handed_in: int
    open: int
    late: int
    done: int
    refused: int
    rated: int
    content: int | None
    sums: tuple[tuple[str, str, Decimal], ...]

    @property
    def share(self) -> int | None:
        """Of a hundred, how many were content."""
        return None if self.content is None else round(100 * self.content / self.rated)


@dataclass(frozen=True)
class Breach:
    """A broken invariant: which one, where, and what was found."""

    rule: str
    place: str
    detail: str
