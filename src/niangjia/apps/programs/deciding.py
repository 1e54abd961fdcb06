"""Running a compiled program for one subject and saying it in words. Nothing here is stored."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from niangjia.apps.programs.types import BenefitLine, DecisionOutcome, Line
from niangjia.engines import policy
from niangjia.kernel.money import show_yuan, yuan

_OUTCOMES = {
    "granted": DecisionOutcome.GRANTED,
    "refused": DecisionOutcome.REFUSED,
    "cannot_tell": DecisionOutcome.CANNOT_TELL,
}


class _Said(Protocol):
    """A rule, tier or cap of a pack."""

    @property
    def id(self) -> str: ...
    @property
    def say(self) -> Mapping[str, str]: ...
    @property
    def clause(self) -> str: ...


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
    trace = _trace(program, facts, used, decision)
    outcome = _OUTCOMES[decision.outcome]
    is_granted = outcome is DecisionOutcome.GRANTED
    return Answer(
        outcome=outcome,
        tier=decision.tier or "",
        amount=decision.amount if is_granted else None,
        lines=tuple(BenefitLine(line, _kind(program, line), amount) for line, amount in decision.lines),
        needs_approval=decision.needs_approval,
        trace=trace,
        clauses=tuple(dict.fromkeys(line.clause for line in trace if line.clause)),
        unknown=_missing(program, facts) if outcome is DecisionOutcome.CANNOT_TELL else (),
    )


def _kind(program: policy.Program, line_id: str) -> str:
    return next(line.kind for line in program.pack.benefit if line.id == line_id)


def _missing(program: policy.Program, facts: Mapping[str, object]) -> tuple[str, ...]:
    """Names of facts that are not known: the questions to ask."""
    return tuple(name for name in program.pack.facts if facts.get(name) is None)


def _trace(
    program: policy.Program, facts: Mapping[str, object], used: Mapping[str, object] | None, decision: policy.Decision
) -> tuple[Line, ...]:
    """Every rule, the tier that holds, the lines that give something and the caps asked about, in the pack's order."""
    pack, truths = program.pack, program.trace(facts, used)
    values = {name: _shown(program, name, value) for name, value in {**facts, **program.parameters}.items()}
    found = [_line(rule, truth, values) for rule, truth in zip(pack.rules, truths.rules, strict=True)]
    for tier, truth in zip(pack.tiers, truths.tiers, strict=True):
        if decision.tier in (None, tier.id):
            found.append(_line(tier, truth, values))
    amounts = dict(decision.lines)
    for line in pack.benefit:
        if amounts.pop(line.id, None):
            found.append(
                Line(line.id, "GIVEN", line.clause, _fill(line.say["zh"], values), _fill(line.say["en"], values))
            )
    if used is not None:
        found += [_line(cap, truth, values) for cap, truth in zip(pack.caps, truths.caps, strict=True)]
    return tuple(found)


def _line(part: _Said, truth: bool | None, values: Mapping[str, str]) -> Line:
    result = "UNKNOWN" if truth is None else "YES" if truth else "NO"
    return Line(part.id, result, part.clause, _fill(part.say["zh"], values), _fill(part.say["en"], values))


def _shown(program: policy.Program, name: str, value: object) -> str:
    """A value as a sentence carries it; what is not known reads ``—``."""
    if value is None:
        return "—"
    declared = program.pack.parameters.get(name) or program.pack.vocabulary.facts.get(name)
    if declared is not None and declared.kind == "money":
        return show_yuan(yuan(value))  # type: ignore[arg-type]
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def _fill(text: str, values: Mapping[str, str]) -> str:
    """`text` with ``{name}`` replaced by the value."""
    return re.sub(r"\{(\w+)\}", lambda match: values.get(match.group(1), "—"), text)
