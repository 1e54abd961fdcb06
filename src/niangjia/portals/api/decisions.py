"""Decisions to read: what, how much, by which clause, sentence by sentence."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from niangjia.apps.accounts.types import Scope
from niangjia.apps.cases import queries
from niangjia.apps.cases.types import CaseCard
from niangjia.apps.programs import queries as programs
from niangjia.apps.programs.types import AdjustmentKind, AdjustmentState, DecisionCard, DecisionOutcome, SubjectKind
from niangjia.portals.api.doors import ApiRequest, reads
from niangjia.portals.api.shapes import Both, Id, ListAsked, Yuan, after, list_of, next_of
from niangjia.portals.design.people import record_seen

router = Router(tags=["decisions"])


class DecisionRow(Schema):
    """`amount` null unless granted. `text_hash`: SHA-256 of the programme's text that decided. `tier` empty: the programme has none."""

    id: int
    program: str
    title: Both
    text_hash: str
    case_id: int
    subject_kind: SubjectKind
    subject_id: int
    area: str
    asof: date
    known_on: date | None
    made_at: datetime
    outcome: DecisionOutcome
    tier: str
    amount: Yuan | None
    clauses: list[str]
    reconsiders: int | None = Field(description="它重新作出的那项决定 · the decision that this one makes anew")


class Benefit(Schema):
    """`kind`: money, goods, or a due that is waived, deferred or owed."""

    id: str
    kind: str
    amount: Yuan


class Reasoned(Schema):
    """One rule, tier or line: what it came to, its clause, and the sentence with the values used."""

    id: str
    result: str
    clause: str
    zh: str
    en: str


class Later(Schema):
    """What deciding it anew found to differ, and where that stands. `difference` below zero: too much was paid."""

    id: int
    kind: AdjustmentKind
    state: AdjustmentState
    decision_id: int
    difference: Yuan


class Decision(DecisionRow):
    """
    `lines` before the caps, `given` after them. Without the right to examine: no reasons, facts or parameters. Values are texts, as the
    programme compared them.
    """

    lines: list[Benefit]
    given: list[Benefit]
    needs_approval: list[str]
    reasons: list[Reasoned]
    unknown: list[str] = Field(description="缺哪些事实 · facts that are missing")
    facts: dict[str, str]
    parameters: dict[str, str]
    later: list[Later]


class DecisionsAsked(ListAsked):
    case_id: Id | None = Field(None, description="只要这件个案的 · only those of this case")


def _row(card: DecisionCard, case: CaseCard) -> dict[str, Any]:
    return {
        "id": card.id,
        "program": card.pack_id,
        "title": {"zh": card.title_zh, "en": card.title_en},
        "text_hash": card.content_hash,
        "case_id": case.id,
        "subject_kind": card.subject.kind,
        "subject_id": card.subject.id,
        "area": card.area,
        "asof": card.asof,
        "known_on": card.known_on,
        "made_at": card.made_at,
        "outcome": card.outcome,
        "tier": card.tier,
        "amount": card.amount,
        "clauses": list(card.clauses),
        "reconsiders": card.reconsiders,
    }


@reads(
    router,
    "/decisions",
    list_of(DecisionRow, "DecisionPage"),
    scope=Scope.DECISIONS_READ,
    right="cases.view",
    summary="决定列表 · List decisions",
)
def list_decisions(request: ApiRequest, asked: Query[DecisionsAsked]) -> Any:
    """Decisions that were carried out in cases of the token's part of the union tree, oldest first."""
    found = queries.list_decided(
        request.viewer, case_id=asked.case_id, after=after(asked, "decisions"), most=asked.limit + 1
    )
    shown = found[: asked.limit]
    follows = next_of(request, "decisions", shown[-1][0].id) if len(found) > asked.limit else None
    return {"items": [_row(card, case) for card, case in shown], "next": follows}


@reads(
    router,
    "/decisions/{decision_id}",
    Decision,
    scope=Scope.DECISIONS_READ,
    right="cases.view",
    summary="一项决定及理由 · One decision and why",
)
def get_decision(request: ApiRequest, decision_id: Id) -> Any:
    """With every sentence, the values used and the clauses. Who lives there finds this among who looked at their data."""
    card, case = queries.get_decided(request.viewer, decision_id)
    record_seen(request.viewer, case.household_id, "decision", timezone.now())
    later = programs.list_adjustments_of([card.id]).get(card.id, [])
    return _row(card, case) | {
        "lines": card.lines,
        "given": card.given,
        "needs_approval": list(card.needs_approval),
        "reasons": card.trace,
        "unknown": list(card.unknown),
        "facts": {name: _said(value) for name, value in card.facts.items()},
        "parameters": {name: _said(value) for name, value in card.parameters.items()},
        "later": [
            {"id": one.id, "kind": one.kind, "state": one.state, "decision_id": one.new_id, "difference": one.difference}
            for one in later
        ],
    }  # fmt: skip


def _said(value: object) -> str:
    return "" if value is None else str(value)
