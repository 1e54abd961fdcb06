"""Two packs that differ in one thing: the same for every input, or a case that tells them apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from niangjia.engines.policy import benefits
from niangjia.engines.policy.expressions import tree
from niangjia.engines.policy.pack import Pack
from niangjia.engines.policy.parameters import Parameter, Value, with_overrides
from niangjia.engines.policy.problems import MissingParameter
from niangjia.engines.policy.program import _key, compile_program
from niangjia.engines.policy.prove.examples import Disagreement, Examples, _scalar, _table, passes, shared_of
from niangjia.engines.policy.prove.questions import Answer, ask
from niangjia.engines.policy.prove.reading import Reading
from niangjia.engines.policy.prove.stretches import Stretch, areas_of, spans_of
from niangjia.engines.policy.prove.translate import (
    FIRST,
    LOOSE,
    SECOND,
    Formula,
    Term,
    Texts,
    Untranslatable,
    conjunction,
    disjunction,
    is_false,
    is_true,
    is_unknown,
    move_together,
    negation,
)
from niangjia.kernel.problems import Refusal

# One question among hundreds: what it does not answer soon counts as a mutant that nobody noticed.
_LIMIT_MS = 1500
_WAYS = (LOOSE, FIRST, SECOND)


class Teller:
    """
    `case_that_tells` looks at every day and area, with what ``cases.yaml`` fills in and then with anything it could fill in,
    with the facts known and then with some of them unknown, without the caps and under them.
    """

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.shared = shared_of(pack)
        self.examples = Examples(pack, self.shared, None, in_full=True)

    def case_that_tells(self, changed: Pack, name: str) -> str | None:
        """A case that passes for the pack and fails for the changed one; empty if none was found in time; None: there is none."""
        try:
            pairs = list(self._stretches(changed))
        except Refusal:
            return ""
        is_sure = True
        for stretch, other, told in pairs:
            if any(told):
                # Who needs no such number is decided all the same.
                if not self._is_alike(changed, stretch, other, told):
                    if found := self._without_value(changed, stretch, other, name, told):
                        return found
                    is_sure = False
                continue
            try:
                case = self._difference(changed, stretch, other, name)
            except (Untranslatable, Disagreement):
                case = ""
            if case:
                return case
            is_sure = is_sure and case is None
        return None if is_sure else ""

    def _stretches(
        self, changed: Pack
    ) -> Iterator[tuple[Stretch, Mapping[str, Value], tuple[frozenset[str], frozenset[str]]]]:
        """
        Each stretch of the pack, the changed pack's values there, and which parameters that rules name have none, before and after.

        Stretches that differ in nothing are left out.
        """
        named = {*tree.parameters_in(*self.pack.nodes), *tree.parameters_in(*changed.nodes)}
        own, others = (with_overrides(one.parameters, self.shared.parameters) for one in (self.pack, changed))
        both: dict[str, Parameter] = {**own, **{f"{name}'": one for name, one in others.items()}}
        is_rule = changed.nodes != self.pack.nodes
        # The latest days first: a case about today is worth more.
        for area in areas_of(self.pack, both):
            for first, last in reversed(spans_of(both)):
                before = {name: one.at(first, area) for name, one in own.items()}
                after = {name: one.at(first, area) for name, one in others.items()}
                missing, missing_after = (
                    frozenset(name for name, value in at.items() if value is None and name in named)
                    for at in (before, after)
                )
                written = {
                    name: value
                    for name, one in self.pack.parameters.items()
                    if (value := one.at(first, area)) is not None
                }
                filled = {name: value for name, value in before.items() if name not in written and value is not None}
                stretch = Stretch(
                    area, first, last, written, tuple(name for name in before if name not in written), filled
                )
                if is_rule or _key(before) != _key(after):
                    others_filled = {name: value for name, value in after.items() if name not in filled}
                    yield stretch, others_filled, (missing, missing_after)

    def _is_alike(self, changed: Pack, stretch: Stretch, other: Mapping[str, Value],
                  absent: tuple[frozenset[str], frozenset[str]]) -> bool:  # fmt: skip
        """No input is answered otherwise, whatever is filled in where something is: as far as Z3 can tell in time."""
        if any(tree.is_gap(limit, absent[0] ^ absent[1]) for limit in map(benefits.limit, self.pack.caps)):
            return False  # a grant needs every cap's limit, which Z3 is not asked about
        under_caps = (False, True) if self.pack.caps else (False,)
        try:
            answers = [
                self._ask(changed, stretch, other, usual=False, known=False, with_caps=caps, absent=absent)[0]
                for caps in under_caps
            ]
        except Untranslatable:
            return False
        return all(answer.status == "no" for answer in answers)

    def _without_value(self, changed: Pack, stretch: Stretch, other: Mapping[str, Value], name: str,
                       absent: tuple[frozenset[str], frozenset[str]]) -> str:  # fmt: skip
        """A case on a day of a stretch where a number has no value: for nobody in particular, else for an input that Z3 finds."""
        if text := self._as_decided(changed, stretch, name, stretch.first, {}, None):
            return text
        under_caps = (False, True) if self.pack.caps else (False,)
        for known in (True, False):
            for with_caps in under_caps:
                try:
                    answer, reading = self._ask(
                        changed, stretch, other, usual=True, known=known, with_caps=with_caps, absent=absent
                    )
                except Untranslatable:
                    return ""
                if answer.status != "yes":
                    continue
                day = self.examples._day(answer.model, reading, stretch)
                facts = self.examples.facts(answer.model, reading)
                used = self.examples._used(answer.model, reading) if with_caps else None
                if text := self._as_decided(changed, stretch, name, day, facts, used):
                    return text
        return ""

    def _as_decided(self, changed: Pack, stretch: Stretch, name: str, day: date, facts: Mapping[str, object],
                    used: Mapping[str, object] | None) -> str:  # fmt: skip
        """The case with what the engine says of it; empty where the changed pack says the same."""
        given = {**self.shared.given, **facts}
        try:
            program = compile_program(self.pack, asof=day, area=stretch.area, overrides=self.shared.parameters)
            expect = self.examples._expected(program.decide(given, used))
        except MissingParameter as missing:
            expect = f"{{outcome: missing_parameter, because: [{', '.join(missing.names)}]}}"
        entries = [f"name: {_scalar(name)}", f"day: {day}"]
        entries += [f'area: "{stretch.area}"'] if stretch.area != self.pack.area else []
        told = {fact: value for fact, value in facts.items() if not self.examples._is_shared(fact, value)}
        entries.append(f"given: {_table(told)}")
        entries += [f"used: {_table(used)}"] if used is not None else []
        text = "- " + "\n  ".join([*entries, f"expect: {expect}"]) + "\n"
        is_told = passes(self.pack, self.shared, text) and not passes(changed, self.shared, text)
        return text if is_told else ""

    def _difference(self, changed: Pack, stretch: Stretch, other: Mapping[str, Value], name: str) -> str | None:
        """A case, empty if there may be one, None if there is none in this stretch."""
        under_caps = (False, True) if self.pack.caps else (False,)
        if found := self._shown(changed, stretch, other, name, under_caps, usual=True, known=True):
            return found
        # Whatever is filled in and whatever is unknown: where this is no, so is every other question.
        general = [
            self._ask(changed, stretch, other, usual=False, known=False, with_caps=caps)[0] for caps in under_caps
        ]
        if all(answer.status == "no" for answer in general):
            return None
        for is_usual, known in ((True, False), (False, True), (False, False)):
            if found := self._shown(changed, stretch, other, name, under_caps, usual=is_usual, known=known):
                return found
        return ""

    def _shown(self, changed: Pack, stretch: Stretch, other: Mapping[str, Value], name: str, under_caps: tuple[bool, ...], *,
               usual: bool, known: bool) -> str:  # fmt: skip
        for with_caps in under_caps:
            answer, reading = self._ask(changed, stretch, other, usual=usual, known=known, with_caps=with_caps)
            if answer.status == "yes":
                (example,) = self.examples.of(answer, [reading], stretch, [name], with_caps=with_caps)
                if not passes(changed, self.shared, example.text):
                    return example.text
        return ""

    def _ask(self, changed: Pack, stretch: Stretch, other: Mapping[str, Value], *, usual: bool, known: bool,
             with_caps: bool, absent: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())) -> tuple[Answer, Reading]:  # fmt: skip
        texts = Texts([*self.pack.nodes, *changed.nodes, *(one.tier for one in (self.pack, changed) if one.tier)])
        days = (stretch.first, stretch.last)
        filled = stretch.filled if usual else {}
        for way in _WAYS:
            one = Reading(
                self.pack,
                texts=texts,
                parameters={**stretch.values, **filled},
                days=days,
                absent=absent[0],
                known=known,
                way=way,
            )
            two = Reading(changed, texts=texts, parameters={**filled, **other}, days=days, absent=absent[1], known=known, way=way,
                          shared=one.inputs, like=one, mark="'")  # fmt: skip
            if way.is_loose and not one.translator.products:
                continue
            claims: list[Formula] = [visible_difference(one, two, with_caps=with_caps)]
            if claims[0] is False:
                return Answer("no"), one
            if way.is_loose:
                claims += move_together(one.translator, two.translator)
            answer = ask([one, two], claims, limit_ms=_LIMIT_MS)
            if answer.status == "no" or (answer.status == "yes" and not way.is_loose):
                return answer, one
        return Answer("unanswered"), one


def visible_difference(one: Reading, two: Reading, *, with_caps: bool) -> Formula:
    """What a case that expects the first one's whole answer would notice of the second: not a further reason to refuse."""
    refused, untold, granted = (
        (getattr(one, what)(with_caps=with_caps), getattr(two, what)(with_caps=with_caps))
        for what in ("refused", "untold", "granted")
    )
    reasons = _less(_refusing(one, with_caps), _refusing(two, with_caps))
    doubts = _less(_doubtful(one, with_caps), _doubtful(two, with_caps))
    pairs = [*zip(one.lines.values(), two.lines.values(), strict=True), (one.tier, two.tier)]
    pairs.append((one.capped, two.capped) if with_caps else (one.total, two.total))
    values = disjunction(
        *(a.value != b.value for a, b in pairs if a is not None and b is not None and not _same(a.value, b.value))
    )
    values = disjunction(values, *(_due_otherwise(line, one, two) for line in one.dues))
    before, after = ([negation(is_false(term)) for term in reading.approvals] for reading in (one, two))
    approvals = disjunction(_less(before, after), conjunction(*map(negation, before), disjunction(*after)))
    if all(_same(a, b) for a, b in zip(before, after, strict=True)):
        approvals = False
    return disjunction(
        *(_unlike(*pair) for pair in (refused, untold, granted)),
        conjunction(*refused, reasons),
        conjunction(*untold, doubts),
        conjunction(*granted, disjunction(values, approvals)),
    )


def _due_otherwise(line: str, one: Reading, two: Reading) -> Formula:
    """A deferred amount is to be paid on another day."""
    a, b = one.dues[line].value, two.dues[line].value
    if _same(a.month, b.month) and _same(a.day, b.day):
        return False
    return conjunction(one.lines[line].value != 0, disjunction(a.month != b.month, a.day != b.day))


def _same(one: Any, other: Any) -> bool:
    """The very same term: most of a changed pack is, and Z3 need not be asked about it."""
    return one is other if isinstance(one, bool) or isinstance(other, bool) else bool(one.eq(other))


def _less(before: list[Formula], after: list[Formula]) -> Formula:
    return disjunction(*(conjunction(a, negation(b)) for a, b in zip(before, after, strict=True) if not _same(a, b)))


def _unlike(one: Formula, other: Formula) -> Formula:
    if _same(one, other):
        return False
    return disjunction(conjunction(one, negation(other)), conjunction(negation(one), other))


def _refusing(one: Reading, with_caps: bool) -> list[Formula]:
    none = [] if one.tier is None else [conjunction(one.tier.known, one.tier.value == one.texts.number(""))]
    return [*(is_false(test) for test in one.tests(with_caps=with_caps)), *none]


def _doubtful(one: Reading, with_caps: bool) -> list[Formula]:
    """Which ids a decision names that cannot be told: tests and tiers first, lines only where those are clear."""
    tests: list[Term] = one.tests(with_caps=with_caps)
    tier_unknown: Formula = False if one.tier is None else is_unknown(one.tier)
    clear = conjunction(*(is_true(test) for test in tests), negation(tier_unknown))
    return [
        *(is_unknown(test) for test in tests),
        *(conjunction(tier_unknown, is_unknown(tier)) for tier in one.tiers),
        *(conjunction(clear, is_unknown(line)) for line in one.lines.values()),
    ]


__all__ = ["Teller", "visible_difference"]
