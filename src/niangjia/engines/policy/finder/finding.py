"""Asks for what can still change an answer, and tells what every programme says to what is known so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Literal

from niangjia.engines.policy.decision import Facts
from niangjia.engines.policy.explain import Explanation, Language, Step
from niangjia.engines.policy.finder.mattering import Mind
from niangjia.engines.policy.pack import Pack
from niangjia.engines.policy.program import Program
from niangjia.engines.policy.published.wording import Wording
from niangjia.engines.policy.vocabulary import Fact, Vocabulary
from niangjia.kernel.money import ZERO

Verdict = Literal["yes", "maybe", "unsure", "no"]
ORDER: Mapping[str, int] = {"yes": 0, "maybe": 1, "unsure": 2, "no": 3}

# Easier questions first, where everything else is equal.
_EASE = {"boolean": 0, "text": 1, "integer": 2, "date": 3, "number": 4, "money": 5}


@dataclass(frozen=True)
class Next:
    """
    The question to ask now. `programs`: ids of those it can still change; `left`: about how many questions are left, this one
    included; `open`: programmes that some question can still change.
    """

    fact: Fact
    programs: tuple[str, ...]
    left: int
    open: int


@dataclass(frozen=True)
class Finding:
    """
    What one programme says. `verdict`: yes · maybe (everything the reader can tell is told, the union still has to find out `waits`) ·
    unsure (the reader left `missing` open) · no (`because`, in sentences with clause).

    `amount`: yuan where it is sure whatever else comes out; else `at_least`, the part that is, and `depends_on`: facts that the rest
    hangs on.
    `aside`: the reader said that none of what this fact can be applies, so the programme is about somebody else (a no without a rule).
    """

    program: Program
    verdict: Verdict
    amount: Decimal | None
    at_least: Decimal
    depends_on: tuple[Fact, ...]
    waits: tuple[Fact, ...]
    missing: tuple[Fact, ...]
    because: tuple[Step, ...]
    aside: tuple[Fact, ...]
    explanation: Explanation

    @property
    def pack(self) -> Pack:
        return self.program.pack


def is_for_people(pack: Pack, vocabulary: Vocabulary | None = None) -> bool:
    """Whether one worker can ask for it: it is about a worker, or what a worker belongs to, or something of a worker's own."""
    units = (vocabulary or pack.vocabulary).reach
    return "person" in units(pack.unit) or pack.unit in units("person")


def is_help(pack: Pack) -> bool:
    """Whether it gives something: lists of sensing, containers, reports and the union's own procedures do not."""
    return bool(pack.benefit) and pack.entry != "open" and not pack.triggers and not pack.measures


class Finder:
    """
    Several programmes of one area and day, asked about one worker. Made once; holds nothing of anybody.

    A programme that names a number nobody has set is left out: what is asked for it could be asked in vain.
    Facts that the wording marks as the union's own to find are never asked, nor facts told of an enterprise or a union.
    """

    def __init__(self, programs: Iterable[Program], wording: Wording) -> None:
        self.wording = wording
        self.minds = tuple(
            Mind(program)
            for program in programs
            if is_for_people(program.pack) and is_help(program.pack) and not program.absent
        )

    @property
    def programs(self) -> tuple[Program, ...]:
        return tuple(mind.program for mind in self.minds)

    @cached_property
    def facts(self) -> Mapping[str, Fact]:
        """Every fact that may be asked, in the order of the programmes."""
        found: dict[str, Fact] = {}
        for mind in self.minds:
            reach = mind.program.pack.vocabulary.reach(mind.program.pack.unit)
            for name, fact in mind.facts.items():
                # A text without codes is free writing: nobody can be asked to guess it.
                is_open_text = fact.kind == "text" and not fact.values
                if fact.grain in reach and self.wording.is_asked(name) and not is_open_text:
                    found.setdefault(name, fact)
        return found

    @cached_property
    def places(self) -> Mapping[str, int]:
        return {name: place for place, name in enumerate(self.facts)}

    def only(self, packs: Iterable[str]) -> Finder:
        """The same for some of the programmes; what was thought through already is kept."""
        chosen = set(packs)
        other = Finder((), self.wording)
        other.minds = tuple(mind for mind in self.minds if mind.program.pack.id in chosen)
        return other

    def warm(self) -> None:
        """Think every programme through now rather than while somebody waits."""
        for mind in self.minds:
            mind.ever  # noqa: B018 - kept from its first use on

    def next(
        self, known: Facts, skipped: Iterable[str] = (), none: Iterable[str] = (), first: Iterable[str] = ()
    ) -> Next | None:
        """
        The question that leaves least open: the one whose answer alone may settle most programmes, then the one that matters to most,
        then the easiest; a programme's gates before its other questions. None: no question can change an answer any more.

        `skipped`: facts the reader does not know. `none`: facts of which the reader said that nothing on their list applies.
        `first`: ids of programmes whose questions come before all others.
        """
        passed, nothing, ahead = {*skipped, *none}, set(none), set(first)
        matters: dict[str, list[Mind]] = {}
        left: set[str] = set()
        waiting = 0
        for mind in self.minds:
            if nothing & mind.ever:
                continue
            asked = [name for name in mind.facts if name in self.facts and name not in passed]
            gates = [name for name in asked if self.wording.is_gate(name)]
            found = mind.matter(known, asked)
            asked_now = [gate for gate in gates if gate in found] or found
            left |= set(asked_now)  # behind a gate that stays shut nothing is asked
            waiting += bool(found)
            for name in asked_now:
                matters.setdefault(name, []).append(mind)
        if not matters:
            return None
        matters = {
            name: minds for name, minds in matters.items() if any(one.program.pack.id in ahead for one in minds)
        } or matters

        def weight(name: str) -> tuple[int, ...]:
            settled = sum(mind.settles(known, name) for mind in matters[name])
            return settled + len(matters[name]), settled, -_EASE[self.facts[name].kind], -self.places[name]

        best = max(matters, key=weight)
        changed = tuple(mind.program.pack.id for mind in matters[best])
        return Next(self.facts[best], changed, len(left), waiting)

    def findings(self, known: Facts, language: Language = "zh", none: Iterable[str] = ()) -> list[Finding]:
        """Every programme's answer, what can be had first; between equals in the order given."""
        nothing = set(none)
        found = [self._finding(mind, known, language, nothing) for mind in self.minds]
        return sorted(found, key=lambda one: (ORDER[one.verdict], bool(one.aside), -(one.amount or one.at_least)))

    def under_caps(self, one: Finding, known: Facts, used: Facts, language: Language = "zh") -> Finding:
        """The same answer with what was granted before: a cap that is used up makes it a no, one that leaves less makes it less."""
        if one.verdict == "no":
            return one
        explanation = one.program.explain(known, used=used, language=language)
        decision = explanation.decision
        if decision.outcome == "refused":
            because = tuple(step for step in explanation.steps if step.id in decision.refused_by and step.applies)
            return replace(
                one,
                verdict="no",
                amount=None,
                at_least=ZERO,
                depends_on=(),
                waits=(),
                missing=(),
                because=because,
                explanation=explanation,
            )
        return replace(one, amount=decision.amount, explanation=explanation) if decision.outcome == "granted" else one

    def _finding(self, mind: Mind, known: Facts, language: Language, nothing: set[str]) -> Finding:
        program = mind.program
        explanation = program.explain(known, language=language)
        decision = explanation.decision
        if decision.outcome == "granted":
            return Finding(program, "yes", decision.amount, ZERO, (), (), (), (), (), explanation)
        if decision.outcome == "refused":
            because = tuple(step for step in explanation.steps if step.id in decision.refused_by and step.applies)
            return Finding(program, "no", None, ZERO, (), (), (), because, (), explanation)
        if aside := tuple(mind.facts[name] for name in mind.facts if name in nothing and name in mind.ever):
            return Finding(program, "no", None, ZERO, (), (), (), (), aside, explanation)
        unknown = [mind.facts[name] for name, _ in explanation.missing if name in mind.facts]
        mattering = mind.may_matter(known)
        missing = tuple(fact for name, fact in mind.facts.items() if name in mattering and name in self.facts)
        waits = tuple(fact for fact in unknown if fact not in missing)
        amount, at_least = _sure(mind, known, mattering)
        depends = () if amount is not None else _depends_on(mind, mattering)
        verdict: Verdict = "unsure" if missing else "maybe"
        return Finding(program, verdict, amount, at_least, depends, waits, missing, (), (), explanation)


def _sure(mind: Mind, known: Facts, mattering: frozenset[str]) -> tuple[Decimal | None, Decimal]:
    """(what is paid if anything is, None where that varies; the part of it that does not vary)."""
    like = mind.granted(known)
    if like is None:
        return None, ZERO
    decision = mind.program.decide(like)
    sure = {line: amount for line, amount in decision.lines if not mind.amounts[line] & mattering}
    return (decision.amount if len(sure) == len(mind.amounts) else None), sum(sure.values(), ZERO)


def _depends_on(mind: Mind, mattering: frozenset[str]) -> tuple[Fact, ...]:
    """What the amount hangs on, in the order of the pack."""
    names = frozenset[str]().union(*mind.amounts.values()) & mattering
    return tuple(fact for name, fact in mind.facts.items() if name in names)
