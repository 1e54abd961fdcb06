"""Running a compiled program for one subject and saying it in words. Nothing here is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from niangjia.apps.programs.types import BenefitLine, DecisionOutcome, Line
from niangjia.engines import policy

_OUTCOMES = {
    "granted": DecisionOutcome.GRANTED,
    "refused": DecisionOutcome.REFUSED,
    "cannot_tell": DecisionOutcome.CANNOT_TELL,
}


@dataclass(frozen=True)
class Answer:
    """What a program says. `amount` in yuan, None unless granted; `unknown` names the facts that are missing and matter."""

    outcome: DecisionOutcome
    tier: str
    amount: Decimal | None
    lines: tuple[BenefitLine, ...]
    needs_approval: tuple[str, ...]
    trace: tuple[Line, ...]
    clauses: tuple[str, ...]
    unknown: tuple[str, ...]


def answer(program: policy.Program, facts: Mapping[str, object], used: Mapping[str, object] | None) -> Answer:
    decision = program.decide(facts, used)
    zh = policy.explain(program, facts, used=used, language="zh")
    en = policy.explain(program, facts, used=used, language="en")
    trace = tuple(
        Line(id=one.id, result=one.result, clause=one.clause, zh=one.text, en=other.text)
        for one, other in zip(zh.steps, en.steps, strict=True)
    )
    outcome = _OUTCOMES[decision.outcome]
    return Answer(
        outcome=outcome,
        tier=decision.tier or "",
        amount=decision.amount if outcome is DecisionOutcome.GRANTED else None,
        lines=tuple(BenefitLine(line, _kind(program, line), amount) for line, amount in decision.lines),
        needs_approval=decision.needs_approval,
        trace=trace,
        clauses=tuple(dict.fromkeys(line.clause for line in trace if line.clause)),
        unknown=tuple(zh.missing),
    )


def _kind(program: policy.Program, line_id: str) -> str:
    return next(line.kind for line in program.pack.benefit if line.id == line_id)
