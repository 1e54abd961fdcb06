"""Can a fact still change a programme's answer? Shown by an example that the engine itself decides, never by a guess.

A fact matters while there are two subjects that agree in everything already known, differ in this fact alone, and get different
answers (outcome, tier or amount). Examples are looked for in three steps, each only for what the one before left:

1. a pool of subjects made once a programme, of nobody (no reader's value is kept), with what is known written over them;
2. facts that what is known has cut off, such as the other branch of an `or` that already holds, are let go;
3. climbing: one fact after another is changed until everything holds beside which the fact in question would count.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from niangjia.engines.policy.decision import Decision, Facts
from niangjia.engines.policy.expressions import tree
from niangjia.engines.policy.finder.trials import values_to_try
from niangjia.engines.policy.finder.wishes import Wish, beside, open_facts, wishes
from niangjia.engines.policy.program import Program
from niangjia.engines.policy.published.constants import constant

Subject = dict[str, object]
Answer = tuple[object, ...]

MOST_STARTS = 6
MOST_PAIRS = 12
MOST_PAIRED = 8  # values of each of a pair
STEPS_ONCE = 6_000  # of a climb while the programme is thought through
STEPS_ASKED = 150  # of one while somebody waits
MOST_THOROUGH = 6
DRAWS = 200


@dataclass(frozen=True)
class Witness:
    """`subject` is answered otherwise when `fact` is `other` instead of what it is in `subject`."""

    fact: str
    subject: Mapping[str, object]
    other: object


def answer_of(decision: Decision) -> Answer:
    return decision.outcome, decision.tier, decision.amount


@dataclass(frozen=True)
class _Aim:
    """What a climb is after: the highest score, its first part at best `wishes`. `tests`: where two facts may have to change at once."""

    score: Callable[[Subject], tuple[int, ...]]
    wishes: int
    tests: tuple[tree.Node, ...]


@dataclass
class _Steps:
    left: int


class Mind:
    """One programme, thought through. Made once a programme and day; keeps subjects of nobody only."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.facts = {name: program.pack.vocabulary.facts[name] for name in program.pack.facts}
        self.values = {name: values_to_try(program, fact) for name, fact in self.facts.items()}

    @cached_property
    def conditions(self) -> frozenset[str]:
        """Facts that whether, not how much, hangs on."""
        pack = self.program.pack
        return frozenset(
            tree.facts_in(*(rule.when.node for rule in pack.rules), *(tier.when.node for tier in pack.tiers))
        )

    @cached_property
    def amounts(self) -> dict[str, frozenset[str]]:
        """Line of the benefit → the facts it hangs on, those of the tiers included where it asks for the tier."""
        pack = self.program.pack
        tiers = tree.facts_in(*(tier.when.node for tier in pack.tiers))
        return {
            line: frozenset(
                tree.facts_in(node) + (tiers if any(isinstance(part, tree.Tier) for part in tree.walk(node)) else ())
            )
            for line, node in pack.line_values.items()
        }

    @cached_property
    def pool(self) -> tuple[Subject, ...]:
        """A granted subject if there is a way to one, then for each fact one whose answer hangs on it."""
        granted = self._granted({})
        chance = random.Random(self.program.pack.content_hash)  # the same every time
        others = [{name: chance.choice(self.values[name]) for name in self.facts} for _ in range(MOST_STARTS)]
        found, waiting = [granted], [name for name in self.facts if name not in self._witnesses(granted, self.facts)]
        for name in waiting:
            if not any(self._witnesses(subject, [name]) for subject in found):
                places = len(list(wishes(self.program.pack, name)))
                witness = self._climb_to_witness(
                    name, [*found[:2], *others], list(self.facts), _Steps(STEPS_ONCE * places)
                )
                if witness is not None:
                    found.append(dict(witness.subject))
        return tuple(found)

    @cached_property
    def ever(self) -> frozenset[str]:
        """Facts that can matter to anybody at all. What cannot here never can: more being known only leaves fewer examples."""
        return frozenset(name for subject in self.pool for name in self._witnesses(subject, self.facts))

    # — questions —

    def matter(self, known: Facts, facts: Iterable[str] | None = None) -> dict[str, Witness]:
        """
        Of `facts` (None: all), those for which an example is at hand that they can still change the answer. Empty: no example was
        found for any of them.
        """
        return self._matter(known, facts, is_thorough=False)[0]

    def may_matter(self, known: Facts) -> frozenset[str]:
        """
        Every fact that can still change the answer for all one knows: with an example, or left open by what is known where looking for
        one took too long. For amounts that are told before everything is known: what is not in here does not change them.
        """
        found, unsure = self._matter(known, None, is_thorough=True)
        return frozenset(found) | unsure

    def _matter(
        self, known: Facts, facts: Iterable[str] | None, *, is_thorough: bool
    ) -> tuple[dict[str, Witness], frozenset[str]]:
        if self.program.decide(known).outcome != "cannot_tell":
            return {}, frozenset()
        told = self._told(known)
        waiting = [name for name in (self.facts if facts is None else facts) if name in self.ever and name not in told]
        found: dict[str, Witness] = {}
        subjects = self._like(told)
        for subject in subjects:
            found |= self._witnesses(subject, [name for name in waiting if name not in found])
        unsure = frozenset[str]()
        if waiting and (is_thorough or not found):
            # Dear: for a question only while no other is at hand; what is passed over is looked at again after the next answer.
            still = open_facts(self.program, told)
            left = [name for name in waiting if name not in found and name in still]
            free = [name for name in self.facts if name not in told]
            if is_thorough and len(left) > MOST_THOROUGH:
                left, unsure = [], frozenset(left)
            for name in left:
                if witness := self._climb_to_witness(name, subjects[:1], free, _Steps(STEPS_ASKED)):
                    found[name] = witness
        return {name: found[name] for name in waiting if name in found}, unsure

    def granted(self, known: Facts) -> Subject | None:
        """A subject like this that would be granted, or None if none was found."""
        told = self._told(known)
        for subject in self._like(told):
            if self.program.decide(subject).outcome == "granted":
                return subject
        climbed = self._granted(told)
        return climbed if self.program.decide(climbed).outcome == "granted" else None

    def settles(self, known: Facts, fact: str) -> bool:
        """Whether some answer to this question alone would decide the programme."""
        if fact not in self.conditions:
            return False
        trial = dict(known)
        for value in self.values[fact]:
            trial[fact] = value
            if self.program.decide(trial).outcome != "cannot_tell":
                return True
        return False

    # — examples —

    def _told(self, known: Facts) -> Subject:
        return {name: value for name, value in known.items() if value is not None and name in self.facts}

    def _like(self, told: Subject) -> list[Subject]:
        """The pool's subjects with what is known written over them, each once."""
        found: list[Subject] = []
        for subject in self.pool:
            like = {**subject, **told}
            if like not in found:
                found.append(like)
        return found

    def _witnesses(self, subject: Subject, names: Iterable[str]) -> dict[str, Witness]:
        decide = self.program.decide
        now = answer_of(decide(subject))
        found, trial = {}, dict(subject)
        for name in names:
            for value in self.values[name]:
                trial[name] = value
                if answer_of(decide(trial)) != now:
                    found[name] = Witness(name, subject, value)
                    break
            trial[name] = subject[name]
        return found

    def _climb_to_witness(self, name: str, starts: Iterable[Subject], free: list[str], steps: _Steps) -> Witness | None:
        """Where the fact stands, climb to what must hold besides; where it is weighed against others, draw those anew as well."""
        movable = [one for one in free if one != name]
        weighed = [one for one in beside(self.program.pack, name) if one in movable]
        chance = random.Random(name)  # the same every time
        for wanted in wishes(self.program.pack, name):
            aim = self._aim(wanted)
            for start in starts:
                if steps.left <= 0:
                    return None
                reached = self._climb(dict(start), movable, aim, steps)
                for _ in range(1 + (min(DRAWS, max(steps.left, 0)) if weighed else 0)):
                    if witness := self._witnesses(reached, [name]).get(name):
                        return witness
                    steps.left -= 1
                    reached = {**reached, **{one: chance.choice(self.values[one]) for one in weighed}}
        return None

    def _granted(self, told: Subject) -> Subject:
        chance = random.Random(self.program.pack.content_hash)  # the same every time
        free = [name for name in self.facts if name not in told]
        aim = self._aim(tuple((rule.when.node, True) for rule in self.program.pack.rules))
        best: Subject = {}
        for _ in range(MOST_STARTS):
            start = {**{name: chance.choice(self.values[name]) for name in free}, **told}
            best = self._climb(start, free, aim, _Steps(STEPS_ONCE))
            if self.program.decide(best).outcome == "granted":
                break
        return best

    # — climbing —

    def _aim(self, wanted: tuple[Wish, ...]) -> _Aim:
        """As many wishes as possible, then a tier, then something to pay."""
        program, tiers = self.program, self.program.pack.tiers
        rules = {id(rule.when.node): place for place, rule in enumerate(program.pack.rules)}
        places = {id(tier.when.node): place for place, tier in enumerate(tiers)}

        def score(subject: Subject) -> tuple[int, ...]:
            seen = program.trace(subject)
            held = 0
            for node, truth in wanted:
                if (place := rules.get(id(node))) is not None:
                    held += seen.rules[place] is truth
                elif (place := places.get(id(node))) is not None:
                    held += seen.tiers[place] is truth
                else:
                    told = constant(node, program.parameters, program.asof, tier=seen.tier or "", known=subject)
                    held += told is truth
            return held, not tiers or seen.tier is not None, sum([bool(cents) for cents in seen.lines])

        tests = [node for node, _ in wanted] + [tier.when.node for tier in tiers]
        return _Aim(score, len(wanted), tuple(tests))

    def _climb(self, subject: Subject, free: list[str], aim: _Aim, steps: _Steps) -> Subject:
        """The best neighbour, again and again; where no single change helps, two at once."""
        height, is_better = aim.score(subject), True
        while is_better and steps.left > 0:
            is_better = False
            for name in free:
                kept = subject[name]
                for value in self.values[name]:
                    subject[name] = value
                    steps.left -= 1
                    if (reached := aim.score(subject)) > height:
                        height, kept, is_better = reached, value, True
                subject[name] = kept
            if not is_better and height[0] < aim.wishes:
                is_better, height = self._climb_by_two(subject, set(free), aim, height, steps)
        return subject

    def _climb_by_two(
        self, subject: Subject, free: set[str], aim: _Aim, height: tuple[int, ...], steps: _Steps
    ) -> tuple[bool, tuple[int, ...]]:
        """Only facts that stand together in a test: `a and b`, `a < b`."""
        for first, second in self._pairs(aim, free):
            if steps.left <= 0:
                break
            kept = subject[first], subject[second]
            for one in self.values[first][:MOST_PAIRED]:
                subject[first] = one
                for other in self.values[second][:MOST_PAIRED]:
                    subject[second] = other
                    steps.left -= 1
                    if (reached := aim.score(subject)) > height:
                        return True, reached
            subject[first], subject[second] = kept
        return False, height

    def _pairs(self, aim: _Aim, free: set[str]) -> Iterator[tuple[str, str]]:
        together = (
            pair
            for test in aim.tests
            for pair in combinations([name for name in tree.facts_in(test) if name in free], 2)
        )
        yield from list(dict.fromkeys(together))[:MOST_PAIRS]
