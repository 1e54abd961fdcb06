"""A decision in sentences: every rule with its clause, the values it used and its truth; what is missing; what would change it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from niangjia.engines.policy import nearest, worded
from niangjia.engines.policy.decision import Decision, Facts
from niangjia.engines.policy.expressions import tree
from niangjia.engines.policy.expressions.tree import Node
from niangjia.engines.policy.pack import Line, Pack, Say
from niangjia.engines.policy.values import YUAN

if TYPE_CHECKING:
    from niangjia.engines.policy.program import Program

Language = Literal["zh", "en"]


class Value(NamedTuple):
    """A fact or parameter as it was used. `value` None = not known. `shown` is worded for a reader."""

    name: str
    title: str
    value: object
    shown: str
    is_parameter: bool


class Step(NamedTuple):
    """
    One rule, tier, cap or approval. `truth` None = could not be told; `verdict` is its word.

    `applies` is False for tiers behind the one that was found: their truth did not matter.
    """

    kind: str  # rule tier cap approval
    id: str
    sentence: str
    clause: str
    truth: bool | None
    verdict: str
    values: tuple[Value, ...]
    applies: bool


class LineStep(NamedTuple):
    """One benefit line that applied; `amount` None = could not be told. Yuan, before the caps. `due`: of a deferred line."""

    id: str
    kind: str
    title: str
    sentence: str
    clause: str
    amount: Decimal | None
    due: date | None = None


@dataclass(frozen=True)
class Change:
    """The smallest change of one fact that gives another outcome or tier; checked by deciding again."""

    fact: str
    value: object
    other: object
    outcome: str
    tier: str | None
    sentence: str


@dataclass(frozen=True)
class Explanation:
    """`missing`: facts not known whose value could change the answer, as (name, title)."""

    program: str
    title: str
    language: Language
    asof: date
    area: str
    decision: Decision
    summary: str
    steps: tuple[Step, ...]
    lines: tuple[LineStep, ...]
    missing: tuple[tuple[str, str], ...]
    content_hash: str
    _program: Program = field(repr=False, compare=False)
    _facts: Facts = field(repr=False, compare=False)
    _used: Facts | None = field(repr=False, compare=False)

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """For each single fact the nearest change that alters outcome or tier, the smallest first. Worked out when asked for."""
        found = nearest.changes(self._program, self._facts, self._used, self.decision)
        return tuple(
            Change(one.fact, one.value, one.other, one.decision.outcome, one.decision.tier,
                   worded.change(self._program.pack, one, self.language)) for one in found
        )  # fmt: skip

    @property
    def nearest_change(self) -> Change | None:
        return self.changes[0] if self.changes else None

    def as_text(self) -> str:
        """The whole explanation as lines of text."""
        marks = {True: "✓", False: "✗", None: "?"}
        colon = "：" if self.language == "zh" else ": "
        lines = [f"{self.title}{colon}{self.summary}"]
        lines += [
            f"  {marks[step.truth]} {step.verdict}{colon}{step.sentence}  〔{step.clause}〕"
            for step in self.steps
            if step.applies
        ]
        lines += [
            f"  · {line.sentence}{worded.line_kind(line.kind, line.due, self.language)}  〔{line.clause}〕"
            for line in self.lines
        ]
        if self.missing:
            label = "还不知道" if self.language == "zh" else "Not known yet"
            lines.append(f"  {label}{colon}{'、'.join(title for _, title in self.missing)}")
        if self.nearest_change:
            lines.append(f"  → {self.nearest_change.sentence}")
        return "\n".join(lines)


def explain(program: Program, facts: Facts, *, used: Facts | None = None, language: Language = "zh") -> Explanation:
    """
    Why the program decides as it does for these facts. Steps stand in the pack's order.

    Raises:
        FactError: a fact has a wrong type.
        MissingParameter: the answer hangs on a parameter without value.
    """
    pack, decision, trace = program.pack, program.decide(facts, used), program.trace(facts, used)
    plan = _plan(program, language)
    values = plan.values(facts)
    steps = [one.step(values, truth, True) for one, truth in zip(plan.rules, trace.rules, strict=True)]
    reached = True
    for tier, truth in zip(plan.tiers, trace.tiers, strict=True):
        steps.append(tier.step(values, truth, reached))
        reached = reached and truth is False
    if used is not None:
        steps += [cap.step(values, truth, True) for cap, truth in zip(plan.caps, trace.caps, strict=True)]
    lines: list[LineStep] = []
    if decision.outcome == "granted":
        steps += [
            one.step(values, truth, True)
            for one, truth in zip(plan.approvals, trace.approvals, strict=True)
            if truth is not False
        ]
        due = dict(decision.due)
        lines = [
            plan.line(line, cents, choice, values, due.get(line))
            for line, cents, choice in zip(pack.line_values, trace.lines, trace.choices, strict=True) if cents
        ]  # fmt: skip
    elif decision.outcome == "cannot_tell":
        choices = dict(zip(pack.line_values, trace.choices, strict=True))
        lines = [plan.line(line, None, choices[line], values) for line in decision.unknown if line in pack.line_values]
    missing = _missing(pack, steps, decision, values)
    return Explanation(pack.id, pack.title[language], language, program.asof, program.area, decision, worded.summary(pack, decision, missing, language),
                       tuple(steps), tuple(lines), missing, pack.content_hash, program, facts, used)  # fmt: skip


def _missing(
    pack: Pack, steps: list[Step], decision: Decision, values: Mapping[str, Value]
) -> tuple[tuple[str, str], ...]:
    """Unknown facts of what could not be told. A decided case misses nothing: what is unknown would not change it."""
    if decision.outcome != "cannot_tell":
        return ()
    names = [
        value.name
        for step in steps
        if step.truth is None and step.applies
        for value in step.values
        if value.value is None and not value.is_parameter
    ]
    for line in decision.unknown:
        if line in pack.line_values:
            names += [name for name in tree.facts_in(pack.line_values[line]) if values[name].value is None]
    return tuple((name, values[name].title) for name in dict.fromkeys(names))


_NAMES = re.compile(r"\{([a-z][a-z0-9_]*)\}")


class _Sentence:
    """A sentence cut at its facts' names, its parameters filled in: words at even places, names at odd ones."""

    def __init__(self, say: Say, language: Language, parameters: Mapping[str, Value]) -> None:
        text = _NAMES.sub(
            lambda match: parameters[match[1]].shown if match[1] in parameters else match[0], say.get(language, "")
        )
        self.pieces = _NAMES.split(text)

    def fill(self, values: Mapping[str, Value]) -> str:
        if len(self.pieces) == 1:
            return self.pieces[0]
        return "".join([values[piece].shown if odd else piece for piece, odd in zip(self.pieces, _ODD, strict=False)])


_ODD = (False, True) * 200


class _StepPlan:
    def __init__(
        self,
        kind: str,
        step_id: str,
        sentence: _Sentence,
        clause: str,
        node: Node,
        language: Language,
        absent: tuple[str, ...],
    ) -> None:
        self.head = (kind, step_id)
        self.sentence = sentence
        self.clause = clause
        self.names = tree.facts_in(node) + tree.parameters_in(node)
        is_set = not tree.is_gap(node, absent)
        self.verdicts = {truth: worded.verdict(truth, language, is_set=is_set) for truth in (True, False, None)}

    def step(self, values: Mapping[str, Value], truth: bool | None, applies: bool) -> Step:
        used = tuple([values[name] for name in self.names])
        return Step(*self.head, self.sentence.fill(values), self.clause, truth, self.verdicts[truth], used, applies)


class _Plan:
    """Whatever an explanation needs that does not depend on the person: made once a programme and language."""

    def __init__(self, program: Program, language: Language) -> None:
        pack = program.pack
        self.language = language
        self.parameters = {
            name: Value(
                name,
                one.say.get(language, name),
                program.parameters[name],
                worded.parameter(program.parameters[name], one.kind, language),
                True,
            )
            for name, one in pack.parameters.items()
        }
        tests = (
            [rule.say for rule in pack.rules] + [tier.say for tier in pack.tiers] + [line.say for line in pack.benefit]
        )
        named = [name for say in tests for name in _NAMES.findall(say.get(language, ""))]
        facts = dict.fromkeys([*pack.facts, *(name for name in named if name in pack.vocabulary.facts)])
        self.facts = [
            (name, pack.vocabulary.facts[name].title[language], pack.vocabulary.facts[name].kind) for name in facts
        ]

        def plan(kind: str, step_id: str, say: Say, clause: str, node: Node) -> _StepPlan:
            sentence = _Sentence(say, language, self.parameters)
            return _StepPlan(kind, step_id, sentence, clause, node, language, program.absent)

        self.rules = [plan("rule", one.id, one.say, one.clause, one.when.node) for one in pack.rules]
        self.tiers = [plan("tier", one.id, one.say, one.clause, one.when.node) for one in pack.tiers]
        self.caps = [plan("cap", one.id, one.say, one.clause, one.test) for one in pack.caps]
        self.approvals = [plan("approval", one.id, one.say, one.clause, one.when.node) for one in pack.approvals]
        self.lines: dict[str, list[tuple[Line, _Sentence]]] = {}
        for line in pack.benefit:
            self.lines.setdefault(line.id, []).append((line, _Sentence(line.say, language, self.parameters)))

    def values(self, facts: Facts) -> dict[str, Value]:
        found = dict(self.parameters)
        for name, title, kind in self.facts:
            value = facts.get(name)
            found[name] = Value(name, title, value, worded.shown(value, kind, self.language), False)
        return found

    def line(
        self, line_id: str, cents: int | None, choice: int | None, values: Mapping[str, Value], due: date | None = None
    ) -> LineStep:
        """While it is unknown which alternative counts, the first speaks for all."""
        line, sentence = self.lines[line_id][choice or 0]
        amount = None if cents is None else YUAN[cents]
        return LineStep(
            line_id, line.kind, line.title.get(self.language, line_id), sentence.fill(values), line.clause, amount, due
        )


@lru_cache(maxsize=512)
def _plan(program: Program, language: Language) -> _Plan:
    return _Plan(program, language)
