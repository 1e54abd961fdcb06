"""The smallest change of one fact that would give another outcome or tier. Every answer is checked by deciding again.

Numbers and days: from every comparison that the fact stands in, the point where its two sides meet (found from two evaluations, exact
while the sides are straight lines in the fact), and besides that a doubling search both ways with a bisection for whatever is
not straight. Truths: the other one. Codes: every other one. What is not known is not varied: it is `missing`, not a change.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from niangjia.engines.policy.decision import Decision, Facts
from niangjia.engines.policy.expressions import tree
from niangjia.engines.policy.expressions.tree import Node
from niangjia.engines.policy.expressions.types import Kind
from niangjia.engines.policy.problems import MissingParameter
from niangjia.engines.policy.values import to_decimal
from niangjia.engines.policy.vocabulary import Fact

if TYPE_CHECKING:
    from niangjia.engines.policy.program import Program


@dataclass(frozen=True)
class NearestChange:
    fact: str
    value: object
    other: object
    decision: Decision
    size: Fraction  # of the change, against the value itself; codes and truths come last


def changes(program: Program, facts: Facts, used: Facts | None, decision: Decision) -> tuple[NearestChange, ...]:
    """At most one a fact, the smallest first."""
    pack = program.pack
    tests = [rule.when.node for rule in pack.rules] + [tier.when.node for tier in pack.tiers]
    if used is not None:
        tests += [cap.test for cap in pack.caps]
    search = _Search(program, dict(facts), used, (decision.outcome, decision.tier))
    found = []
    for name in tree.facts_in(*tests):
        if facts.get(name) is not None and (one := search.nearest(pack.vocabulary.facts[name], tests)) is not None:
            found.append(one)
    return tuple(sorted(found, key=lambda one: one.size))


class _Search:
    def __init__(
        self, program: Program, facts: dict[str, object], used: Facts | None, now: tuple[str, str | None]
    ) -> None:
        self.program = program
        self.facts = facts
        self.used = used
        self.now = now

    def nearest(self, fact: Fact, tests: list[Node]) -> NearestChange | None:
        value = self.facts[fact.name]
        if fact.kind in ("boolean", "text"):
            others = [not value] if fact.kind == "boolean" else [code for code in fact.values if code != value]
            for other in others:
                if (decision := self.decide(fact, other)) is not None:
                    return NearestChange(fact.name, value, other, decision, Fraction(10**9))
            return None
        start, low, high = _steps(fact, value)
        if not low <= start <= high:
            return None
        best: tuple[int, Decision] | None = None
        # The points where comparisons turn first: they are near and few, and bound the search after them.
        for step in sorted(set(self._turning_points(fact, start, tests)), key=lambda step: abs(step - start)):
            if (
                low <= step <= high
                and step != start
                and (decision := self.decide(fact, _value(fact, step))) is not None
            ):
                best = (step, decision)
                break
        for direction, end in ((-1, low), (1, high)):
            limit = abs(end - start) if best is None else min(abs(end - start), abs(best[0] - start) - 1)
            if (found := self._walk(fact, start, direction, limit)) is not None:
                best = found
        if best is None:
            return None
        size = Fraction(abs(best[0] - start), max(1, abs(start)))
        return NearestChange(fact.name, value, _value(fact, best[0]), best[1], size)

    def decide(self, fact: Fact, other: object) -> Decision | None:
        """The decision with one fact changed, if it is another one; a change towards a number that nobody has set is none."""
        try:
            decision = self.program.decide({**self.facts, fact.name: other}, self.used)
        except MissingParameter:
            return None
        return decision if (decision.outcome, decision.tier) != self.now else None

    def _walk(self, fact: Fact, start: int, direction: int, limit: int) -> tuple[int, Decision] | None:
        """Doubling strides until the answer differs, then halving back to the first step that differs."""
        same, stride = 0, 1
        while same < limit:
            reach = min(stride, limit)
            decision = self.decide(fact, _value(fact, start + direction * reach))
            if decision is None:
                same, stride = reach, stride * 2
                continue
            differs = reach
            while differs - same > 1:
                middle = (same + differs) // 2
                nearer = self.decide(fact, _value(fact, start + direction * middle))
                if nearer is None:
                    same = middle
                else:
                    differs, decision = middle, nearer
            return start + direction * differs, decision
        return None

    def _turning_points(self, fact: Fact, start: int, tests: list[Node]) -> Iterator[int]:
        for test in tests:
            for node in tree.walk(test):
                if (
                    isinstance(node, tree.Compare)
                    and node.left.type.kind is Kind.NUMBER
                    and _is_crossable(node, fact.name)
                ):
                    yield from self._crossing(fact, start, node)

    def _crossing(self, fact: Fact, start: int, node: tree.Compare) -> Iterator[int]:
        difference = self.program.difference(node)
        here = difference({**self.facts, fact.name: _value(fact, start)})
        there = difference({**self.facts, fact.name: _value(fact, start + 1)})
        if here is None or there is None or here == there:
            return
        crossing = start - Fraction(here, there - here)
        whole = crossing.numerator // crossing.denominator
        yield from (whole - 1, whole, whole + 1, whole + 2)


def _is_crossable(node: Node, name: str) -> bool:
    parts = list(tree.walk(node))
    return any(isinstance(part, tree.Fact) and part.name == name for part in parts) and not any(
        isinstance(part, tree.Used) for part in parts
    )


def _steps(fact: Fact, value: object) -> tuple[int, int, int]:
    """Where the value stands on its ladder, and the ladder's two ends: cents, units, ten-thousand-millionths or days."""
    t = fact.type
    if isinstance(value, date):
        return value.toordinal(), t.low, t.high
    assert isinstance(value, int | Decimal)
    return int(Decimal(value).scaleb(t.scale)), t.low, t.high


def _value(fact: Fact, step: int) -> object:
    if fact.kind == "date":
        return date.fromordinal(step)
    return step if fact.kind == "integer" else to_decimal(step, fact.type.scale)
