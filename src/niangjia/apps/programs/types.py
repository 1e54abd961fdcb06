"""What may leave the programs room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from niangjia.apps.funds.types import Subject, SubjectKind

__all__ = [
    "BenefitLine", "Breach", "DecisionCard", "DecisionOutcome", "Line", "MissingValue", "Override", "PackCard", "Replay",
    "StandardRow", "Subject", "SubjectKind",
]  # fmt: skip


class DecisionOutcome(TextChoices):
    GRANTED = "GRANTED", _("给予")
    REFUSED = "REFUSED", _("不予")
    CANNOT_TELL = "CANNOT_TELL", _("尚不能判定")


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
    """One line of a benefit before the caps, yuan. `kind`: money, goods, or a due to the union that is waived, deferred or owed."""

    id: str
    kind: str
    amount: Decimal


@dataclass(frozen=True)
class DecisionCard:
    """
    A decision as other rooms see it. `amount` in yuan, None unless granted. `unknown` names facts that are missing;
    `facts` and `parameters` are the values used, as text.
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
    needs_approval: tuple[str, ...]
    clauses: tuple[str, ...]
    trace: tuple[Line, ...]
    unknown: tuple[str, ...]
    facts: Mapping[str, Any]
    parameters: Mapping[str, Any]
    made_by: int | None
    made_at: datetime

    @property
    def money(self) -> Decimal:
        """Yuan to be paid: the amount without what is given in goods, and without dues that are waived, deferred or owed."""
        unpaid = sum((line.amount for line in self.lines if line.kind != "money"), Decimal("0.00"))
        return max(Decimal("0.00"), (self.amount or Decimal("0.00")) - unpaid)


@dataclass(frozen=True)
class Replay:
    """A decision made again from what it pins. `differences` names the parts that came out otherwise; empty = identical."""

    decision_id: int
    outcome: str
    tier: str
    amount: Decimal | None
    differences: tuple[str, ...]

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
