"""What may leave the programs room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from niangjia.apps.funds.types import Subject, SubjectKind
from niangjia.engines.policy import Pack, Problem

__all__ = [
    "AdjustmentCard", "AdjustmentKind", "AdjustmentState", "BenefitLine", "Breach", "Cause", "CauseKind", "DecisionCard",
    "DecisionOutcome", "DraftCard", "DraftCheck", "LateChange", "Line", "MissingValue", "Override", "PackCard", "ParameterCard", "Payee", "ProgramAnswer", "Reconsidered",
    "ReconsiderationCard", "Replay", "Retroactive", "Settlement", "StandardRow", "Subject", "SubjectKind", "Undecidable", "Waiting",
]  # fmt: skip


class DecisionOutcome(TextChoices):
    GRANTED = "GRANTED", _("给予")
    REFUSED = "REFUSED", _("不予")
    CANNOT_TELL = "CANNOT_TELL", _("尚不能判定")


class CauseKind(TextChoices):
    """What made deciding anew necessary."""

    PACK = "PACK", _("规则文本追溯变更")
    PARAMETER = "PARAMETER", _("参数追溯生效")
    STANDARD = "STANDARD", _("低保标准补录")
    FACTS = "FACTS", _("事实更正")
    REVIEW = "REVIEW", _("人工复查")


class AdjustmentKind(TextChoices):
    """ARREARS: to be paid on top. CLAW_BACK: paid too much. OUTCOME: given, not given or not to be told, or another tier."""

    ARREARS = "ARREARS", _("补发")
    CLAW_BACK = "CLAW_BACK", _("多发")
    OUTCOME = "OUTCOME", _("结论改变")


class AdjustmentState(TextChoices):
    """RECOVERING: a person decided to have it back, and not all has come. REPLACED: deciding anew once more said otherwise."""

    OPEN = "OPEN", _("待处理")
    PAID = "PAID", _("已补发")
    RECOVERING = "RECOVERING", _("追回中")
    RECOVERED = "RECOVERED", _("已追回")
    WAIVED = "WAIVED", _("不予调整")
    REPLACED = "REPLACED", _("已被新的复议取代")


class Settlement(TextChoices):
    """What a person does about a difference."""

    PAY = "PAY", _("补发")
    RECOVER = "RECOVER", _("追回")
    WAIVE = "WAIVE", _("不予调整")


@dataclass(frozen=True)
class PackCard:
    """One installed version. Half-open span; `active_from` None = since ever, `active_until` None = still."""

    id: int
    pack_id: str
    content_hash: str
    area: str
    title_zh: str
    title_en: str
    active_from: date | None
    active_until: date | None
    unit: str = ""
    installed_at: datetime | None = None


@dataclass(frozen=True)
class Retroactive:
    """Why a text holds from a day about which others have decided, and where that stands: asked for, as it has decisions made anew."""

    reason: str
    source: str


@dataclass(frozen=True)
class DraftCard:
    """
    A text in the making. `pack_id` empty: it cannot be read yet. `hands`: who started it or typed any of it; none of them publishes
    it. `mark`: another one with every change of what is typed.
    """

    id: int
    pack_id: str
    area: str
    program: str
    cases: str
    source: str
    mark: str
    hands: tuple[int, ...]
    changed_by: int
    changed_at: datetime
    version_id: int | None
    published_by: int | None
    published_at: datetime | None
    is_dropped: bool


@dataclass(frozen=True)
class DraftCheck:
    """
    What the house says of a draft. `pack` null: it cannot be read, and `problems` say where. `standing`: the text that it would
    replace; `changes`: its lines against that text, as `diff -u` writes them. `decided`: the last day about which decisions of the
    programme were made, null = none.
    """

    pack: Pack | None
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]
    cases: int
    standing: PackCard | None
    changes: tuple[str, ...]
    decided: date | None


@dataclass(frozen=True)
class Line:
    """One step of a trace: the rule or benefit, what it came to, its clause, and the sentence in both languages."""

    id: str
    result: str
    clause: str
    zh: str
    en: str


@dataclass(frozen=True)
class BenefitLine:
    """One line of a benefit, yuan. `kind`: money, goods, or a due to the union that is waived, deferred or owed."""

    id: str
    kind: str
    amount: Decimal


@dataclass(frozen=True)
class DecisionCard:
    """
    A decision as other rooms see it. `amount` in yuan, None unless granted. `lines` are before the caps, `given` after them: those
    add up to the amount. `unknown` names facts that are missing; `facts` and `parameters` are the values used, as text.
    `known_on`: the day whose knowledge decided, None in decisions from before it was kept. `reconsiders`: the decision that this
    one decides anew.
    """

    id: int
    pack_id: str
    content_hash: str
    title_zh: str
    title_en: str
    subject: Subject
    asof: date
    area: str
    outcome: DecisionOutcome
    tier: str
    amount: Decimal | None
    lines: tuple[BenefitLine, ...]
    given: tuple[BenefitLine, ...]
    needs_approval: tuple[str, ...]
    clauses: tuple[str, ...]
    trace: tuple[Line, ...]
    unknown: tuple[str, ...]
    facts: Mapping[str, Any]
    parameters: Mapping[str, Any]
    made_by: int | None
    made_at: datetime
    known_on: date | None
    used_on: date | None
    within: Mapping[SubjectKind, int]
    event: str
    matter: str
    reconsiders: int | None

    @property
    def because(self) -> tuple[Line, ...]:
        """The lines that made the answer: what held and what was given; of a refusal what did not hold; else what is not known."""
        made = {
            DecisionOutcome.GRANTED: ("YES", "GIVEN"),
            DecisionOutcome.REFUSED: ("NO",),
            DecisionOutcome.CANNOT_TELL: ("UNKNOWN",),
        }[self.outcome]
        return tuple(line for line in self.trace if line.result in made)

    @property
    def aside(self) -> tuple[Line, ...]:
        """The other lines: alternatives that did not hold, conditions that did but changed nothing."""
        return tuple(line for line in self.trace if line not in self.because)

    @property
    def deciding(self) -> Line | None:
        """The one line to name first: the tier that was found, else the first that refused or is missing, else what was given."""
        ranked = [line for line in self.because if self.tier and line.id == self.tier]
        if self.outcome is DecisionOutcome.GRANTED:
            ranked += [line for line in self.because if line.result == "GIVEN"]
        return next(iter((*ranked, *self.because)), None)

    @property
    def money(self) -> Decimal:
        """Yuan to be paid: what is given without goods and without dues that are waived, deferred or owed."""
        return sum((line.amount for line in self.given if line.kind == "money"), Decimal("0.00"))

    @property
    def goods(self) -> Decimal:
        return sum((line.amount for line in self.given if line.kind == "goods"), Decimal("0.00"))

    @property
    def dues(self) -> Decimal:
        """Yuan of dues to the union that are waived, deferred or owed; nothing of it is paid out."""
        return sum((line.amount for line in self.given if line.kind not in ("money", "goods")), Decimal("0.00"))

    @property
    def subjects(self) -> dict[SubjectKind, int]:
        """Whose caps it counts under: the subject, and what that one belongs to."""
        return {**self.within, self.subject.kind: self.subject.id}


@dataclass(frozen=True)
class Replay:
    """A decision made again from what it pins. `differences` names the parts that came out otherwise; empty = identical."""

    decision_id: int
    outcome: str
    tier: str
    amount: Decimal | None
    differences: tuple[str, ...]
    trace: tuple[Line, ...] = ()

    @property
    def is_same(self) -> bool:
        return not self.differences


@dataclass(frozen=True)
class Override:
    """A parameter's value for an area from a day on, entered by one and approved by another."""

    id: int
    pack_id: str
    name: str
    area: str
    starts_on: date
    value: str
    source: str
    is_invented: bool
    entered_by: int
    approved_by: int | None
    known_on: date | None = None


@dataclass(frozen=True)
class ParameterCard:
    """A parameter as it stands in an area on a day. `value` as the pack would write it; null = nobody has set it there."""

    name: str
    kind: str
    unit: str
    say: Mapping[str, str]
    clause: str
    value: object


@dataclass(frozen=True)
class StandardRow:
    """One row of the `standard` feed: yuan a person and month, in an area (6 to 12 digits) from a day on."""

    area: str
    starts_on: date
    monthly: Decimal


@dataclass(frozen=True)
class MissingValue:
    """A parameter without a value in an area on a day."""

    pack_id: str
    name: str
    unit: str
    clause: str
    area: str
    asof: date


@dataclass(frozen=True)
class Breach:
    """A broken invariant: which one, where, and what was counted."""

    rule: str
    place: str
    detail: str


@dataclass(frozen=True)
class ProgramAnswer:
    """
    What one installed programme says of a subject; nothing is stored. `outcome` None: it cannot decide at all, and `refusal` (Chinese,
    English) says why. `given`: after the caps and after what programmes before it grant. `refused_by`, `unknown`: ids of rules.
    """

    pack_id: str
    version_id: int
    title_zh: str
    title_en: str
    area: str
    subject: Subject | None
    outcome: DecisionOutcome | None
    tier: str = ""
    amount: Decimal | None = None
    given: tuple[BenefitLine, ...] = ()
    needs_approval: tuple[str, ...] = ()
    refused_by: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    refusal: tuple[str, str] | None = None


@dataclass(frozen=True)
class Cause:
    """
    Which decisions to make anew, and why. Either one (`decision_id`), or those of `program` in `area` (a division code, shorter is
    wider, empty = everywhere) as of days from `since` up to, not including, `until`. `facts`: corrections, by the vocabulary's names.
    """

    program: str
    reason: str
    source: str
    kind: CauseKind = CauseKind.REVIEW
    area: str = ""
    since: date | None = None
    until: date | None = None
    decision_id: int | None = None
    facts: Mapping[str, object] = field(default_factory=dict)
    key: str = ""
    """Of what changed by itself: parameter:12. Empty: made of what is asked."""
    made_before: datetime | None = None
    """Decisions made later knew of the change."""


@dataclass(frozen=True)
class LateChange:
    """A text, value or standard that became known after decisions about its days were made, and was not reconsidered yet."""

    cause: Cause
    known_at: datetime
    touches: int
    """Decisions, at most: drafts that nobody carried out are among them."""


@dataclass(frozen=True)
class Undecidable:
    """A decision that could not be made anew, and why: a parameter without a value, no text in force."""

    decision_id: int
    zh: str
    en: str


@dataclass(frozen=True)
class Reconsidered:
    """
    What deciding anew came to. touched = same + differing + undecidable. `adjustments`: ids of those written now; fewer than
    `differing` where an earlier run wrote them. `id` None: nothing was touched, and nothing is kept.
    """

    id: int | None
    touched: int
    same: int
    differing: int
    adjustments: tuple[int, ...]
    undecidable: tuple[Undecidable, ...]


@dataclass(frozen=True)
class Payee:
    """Whom arrears go to where no earlier payment says so, and the union (its path) whose fund is asked first."""

    person_id: int
    household_id: int | None
    org_path: str


@dataclass(frozen=True)
class AdjustmentCard:
    """
    One difference that a person settles. Yuan; `difference` above zero is to be paid on top, below zero was paid too much.
    `recovered`: what has come back of it. `barred`: accounts that do not settle it. `asked_by`: who had it decided anew, None = the
    system. `corrections`: facts by name, as text.
    """

    id: int
    kind: AdjustmentKind
    state: AdjustmentState
    program: str
    title_zh: str
    title_en: str
    subject: Subject
    asof: date
    area: str
    root_id: int
    old_id: int
    new_id: int
    old_outcome: DecisionOutcome
    new_outcome: DecisionOutcome
    old_tier: str
    new_tier: str
    old_money: Decimal
    new_money: Decimal
    difference: Decimal
    recovered: Decimal
    cause: CauseKind
    reason: str
    source: str
    opened_at: datetime
    barred: tuple[int, ...]
    settled_by: int | None
    settled_at: datetime | None
    settled_reason: str
    reservation_id: int | None
    reconsideration_id: int
    asked_by: int | None
    corrections: Mapping[str, str]

    @property
    def left(self) -> Decimal:
        """Of what was paid too much: what has not come back. Zero where nothing was."""
        return max(Decimal("0.00"), -self.difference - self.recovered)


@dataclass(frozen=True)
class Waiting:
    """How many adjustments of a kind wait in a state, and the sum of their differences whichever their sign, without what came back."""

    kind: AdjustmentKind
    state: AdjustmentState
    count: int
    total: Decimal


@dataclass(frozen=True)
class ReconsiderationCard:
    """
    Why decisions were made anew. Days from `since` up to, not including, `until`. `corrections`: facts by name, as text.
    `counts`: its adjustments by state. `asked_by` None: the system.
    """

    id: int
    kind: CauseKind
    program: str
    area: str
    since: date | None
    until: date | None
    decision_id: int | None
    corrections: Mapping[str, str]
    reason: str
    source: str
    asked_by: int | None
    opened_at: datetime
    is_finished: bool
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class StandardHere:
    """The standard of one division on a day, yuan a person and month; null: none holds. `of_area`: whose value it is; `next_on`: from when another."""

    area: str
    monthly: Decimal | None
    since: date | None
    of_area: str
    source: str
    received_on: date | None
    is_old: bool
    next_on: date | None


@dataclass(frozen=True, slots=True)
class StandardStep:
    """One value of a division's history; `counts` false: corrected by one received later."""

    area: str
    starts_on: date
    monthly: Decimal
    source: str
    received_on: date
    counts: bool
