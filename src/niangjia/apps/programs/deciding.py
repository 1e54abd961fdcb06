"""Running a compiled program for one subject and saying it in words. Nothing here is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from niangjia.apps.programs.types import BenefitLine, DecisionOutcome, Line
from niangjia.engines import policy
from niangjia.engines.policy import worded

OUTCOMES = {
    "granted": DecisionOutcome.GRANTED,
    "refused": DecisionOutcome.REFUSED,
    "cannot_tell": DecisionOutcome.CANNOT_TELL,
}

_TRUTHS = {True: "YES", False: "NO", None: "UNKNOWN"}


@dataclass(frozen=True)
class Answer:
    """
    What a program says. `amount` in yuan, None unless granted; `lines` before the caps, `given` after them. `unknown` names the facts
    that are missing and matter.
    """

    outcome: DecisionOutcome
    tier: str
    amount: Decimal | None
    lines: tuple[BenefitLine, ...]
    given: tuple[BenefitLine, ...]
    needs_approval: tuple[str, ...]
    trace: tuple[Line, ...]
    clauses: tuple[str, ...]
    unknown: tuple[str, ...]


def answer(program: policy.Program, facts: Mapping[str, object], used: Mapping[str, object] | None) -> Answer:
    zh, en = program.explain(facts, used=used, language="zh"), program.explain(facts, used=used, language="en")
    decision, trace = zh.decision, _trace(zh, en)
    outcome = OUTCOMES[decision.outcome]
    kinds = {line.id: line.kind for line in program.pack.benefit}
    return Answer(
        outcome=outcome,
        tier=decision.tier or "",
        amount=decision.amount if outcome is DecisionOutcome.GRANTED else None,
        lines=tuple(BenefitLine(line, kinds[line], amount) for line, amount in decision.lines),
        given=tuple(BenefitLine(line, kinds[line], amount) for line, amount in decision.given),
        needs_approval=decision.needs_approval,
        trace=trace,
        clauses=tuple(dict.fromkeys(line.clause for line in trace if line.clause)),
        unknown=tuple(name for name, _ in zh.missing),
    )


def _said(line: policy.LineStep, language: str) -> str:
    """The sentence, and by which day a deferred due is to be paid: the decision keeps both."""
    return line.sentence + (worded.line_kind(line.kind, line.due, language) if line.due else "")


def _trace(zh: policy.Explanation, en: policy.Explanation) -> tuple[Line, ...]:
    """The engine's worded steps and lines in both languages; tiers behind the one that holds are left out."""
    steps = [
        Line(step.id, _TRUTHS[step.truth], step.clause, step.sentence, other.sentence)
        for step, other in zip(zh.steps, en.steps, strict=True)
        if step.applies
    ]
    lines = [
        Line(line.id, "UNKNOWN" if line.amount is None else "GIVEN", line.clause, _said(line, "zh"), _said(other, "en"))
        for line, other in zip(zh.lines, en.lines, strict=True)
    ]
    return (*steps, *lines)
