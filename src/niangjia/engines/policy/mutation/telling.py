"""Two packs that differ in one thing: the same for every input, or a case that tells them apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from niangjia.engines.policy.pack import Pack
from niangjia.engines.policy.parameters import Parameter, Value, with_overrides
from niangjia.engines.policy.program import _key
from niangjia.engines.policy.prove.examples import Disagreement, Examples, _scalar, passes, shared_of
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
            if told:
                return self._without_value(changed, stretch, name)
            try:
                found = self._difference(changed, stretch, other, name)
            except (Untranslatable, Disagreement):
                found = ""
            if found:
                return found
            is_sure = is_sure and found is None
        return None if is_sure else ""

    def _stretches(self, changed: Pack) -> Iterator[tuple[Stretch, Mapping[str, Value], bool]]:
        """
        Each stretch of the pack, the changed pack's values there, and whether they differ in having a value at all.

        Stretches where nothing can be decided, and those that differ in nothing, are left out.
        """
        own, others = (with_overrides(one.parameters, self.shared.parameters) for one in (self.pack, changed))
        both: dict[str, Parameter] = {**own, **{f"{name}'": one for name, one in others.items()}}
        is_rule = changed.nodes != self.pack.nodes
        # The latest days first: a case about today is worth more.
        for area in areas_of(self.pack, both):
            for first, last in reversed(spans_of(both)):
                before = {name: one.at(first, area) for name, one in own.items()}
                after = {name: one.at(first, area) for name, one in others.items()}
                missing, missing_after = (
                    {name for name, value in at.items() if value is None} for at in (before, after)
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
                if bool(missing) != bool(missing_after) or not missing <= missing_after:
                    yield stretch, after, True
                elif not missing and (is_rule or _key(before) != _key(after)):
                    yield stretch, {name: value for name, value in after.items() if name not in filled}, False

    def _without_value(self, changed: Pack, stretch: Stretch, name: str) -> str:
        """A case on the first day of a stretch where one of the two packs has no value."""
        head = f"- name: {_scalar(name)}\n  day: {stretch.first}\n"
        if stretch.area != self.pack.area:
            head += f'  area: "{stretch.area}"\n'
        missing = [one for one in stretch.open if one not in stretch.filled]
        if missing:
            expects = [f"{{outcome: missing_parameter, because: [{', '.join(missing)}]}}"]
        else:
            expects = [f"{{outcome: {outcome}}}" for outcome in ("granted", "refused", "cannot_tell")]
        for expect in expects:
            text = f"{head}  given: {{}}\n  expect: {expect}\n"
            if passes(self.pack, self.shared, text) and not passes(changed, self.shared, text):
                return text
        return ""

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
             with_caps: bool) -> tuple[Answer, Reading]:  # fmt: skip
        texts = Texts([*self.pack.nodes, *changed.nodes, *(one.tier for one in (self.pack, changed) if one.tier)])
        days = (stretch.first, stretch.last)
        filled = stretch.filled if usual else {}
        for way in _WAYS:
            one = Reading(
                self.pack, texts=texts, parameters={**stretch.values, **filled}, days=days, known=known, way=way
            )
            two = Reading(changed, texts=texts, parameters={**filled, **other}, days=days, known=known, way=way,
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
