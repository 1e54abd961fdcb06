"""A pack and one input as Z3 terms: every rule, tier, cap, line and approval, and what the decision comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from niangjia.engines.policy.expressions.tree import Node
from niangjia.engines.policy.pack import Line, Pack
from niangjia.engines.policy.parameters import Value
from niangjia.engines.policy.prove.translate import (
    FIRST,
    Formula,
    Integer,
    Term,
    Texts,
    Translator,
    Variable,
    Way,
    choice,
    conjunction,
    disjunction,
    half_up,
    is_false,
    is_true,
    is_unknown,
    negation,
)


class Reading:
    """`with_caps` chooses, as `used` does in `Program.decide`, whether the caps are looked at."""

    def __init__(
        self,
        pack: Pack,
        *,
        texts: Texts,
        parameters: Mapping[str, Value],
        days: tuple[date, date],
        absent: frozenset[str] = frozenset(),
        known: bool = True,
        shared: Mapping[str, Variable] | None = None,
        like: Reading | None = None,
        mark: str = "",
        way: Way = FIRST,
    ) -> None:
        first, last = days
        self.pack = pack
        self.texts = texts
        self.days = days
        self.translator: Translator
        self.translator = one = Translator(pack, texts=texts, parameters=parameters, asof=first if first == last else None,
                                           absent=absent, known=known, shared=shared, like=like.translator if like else None, mark=mark, way=way)  # fmt: skip
        self.rules = [one.term(rule.when.node) for rule in pack.rules]
        self.tiers = [one.term(tier.when.node) for tier in pack.tiers]
        if pack.tier is not None:
            one.tier = one.term(pack.tier)
        self.tier = one.tier
        self.caps = [one.term(cap.test) for cap in pack.caps]
        for line, value in pack.line_values.items():
            one.lines[line] = one.cents(value)
        self.lines = one.lines
        self.dues = {line: one.term(node) for line, node in pack.line_dues.items()}
        self.choices = {line: one.term(node) for line, node in pack.line_choices.items()}
        self.total = one.cents(pack.total) if pack.total is not None else None
        self.capped = one.cents(pack.capped) if pack.capped is not None else None
        self.approvals = [one.term(approval.when.node) for approval in pack.approvals]
        if "asof" in one.inputs and mark == "":
            asof = one.inputs["asof"].term.value
            one.constraints += [asof.key >= _key(first), asof.key <= _key(last)]

    @property
    def inputs(self) -> Mapping[str, Variable]:
        return self.translator.inputs

    @property
    def constraints(self) -> Sequence[Formula]:
        return self.translator.constraints

    def term(self, node: Node) -> Term:
        return self.translator.term(node)

    def tests(self, *, with_caps: bool = False) -> list[Term]:
        return [*self.rules, *self.caps] if with_caps else list(self.rules)

    def rules_hold(self) -> Formula:
        return conjunction(*(is_true(rule) for rule in self.rules))

    def refused(self, *, with_caps: bool = False) -> Formula:
        none = () if self.tier is None else (conjunction(self.tier.known, self.tier.value == self.texts.number("")),)
        return disjunction(*(is_false(test) for test in self.tests(with_caps=with_caps)), *none)

    def untold(self, *, with_caps: bool = False) -> Formula:
        asked = [*self.tests(with_caps=with_caps), *([self.tier] if self.tier else []), *self.lines.values()]
        return conjunction(
            negation(self.refused(with_caps=with_caps)), disjunction(*(is_unknown(term) for term in asked))
        )

    def granted(self, *, with_caps: bool = False) -> Formula:
        return conjunction(negation(self.refused(with_caps=with_caps)), negation(self.untold(with_caps=with_caps)))

    def tier_is(self, tier: str) -> Formula:
        assert self.tier is not None
        return conjunction(self.tier.known, self.tier.value == self.texts.number(tier))

    def amount(self, *, with_caps: bool = False) -> Integer:
        """In cents; nothing unless granted."""
        found = self.capped if with_caps else self.total
        return choice(self.granted(with_caps=with_caps), found.value if found is not None else 0, 0)

    def counts(self, line: Line, position: int) -> Formula:
        """This alternative of the line is the one that counts."""
        chosen = self.choices[line.id]
        return conjunction(chosen.known, chosen.value == position)

    def limit(self, node: Node) -> Integer:
        """A line's ceiling or cost as money is paid: half up to the cent and not below zero."""
        scale, value = self.translator.scale_of(node), self.term(node).value
        cents = half_up(value, 10 ** (scale - 2)) if scale > 2 else value * 10 ** (2 - scale)
        return choice(cents >= 0, cents, 0)

    def exceeds(self, cents: Integer, node: Node) -> Formula:
        """More than nothing and more than `node` to the last place: no part of a cent is forgiven."""
        scale, value = self.translator.scale_of(node), self.term(node).value
        shared = max(2, scale)
        return conjunction(cents > 0, cents * 10 ** (shared - 2) > value * 10 ** (shared - scale))


def _key(day: date) -> int:
    return (day.year * 12 + day.month - 1) * 32 + day.day
