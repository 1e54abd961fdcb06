"""What is asked of a pack.

Two kinds of question:

- *for every input*: no input inside the vocabulary's domains, and no value that a parameter left open could be given, breaks it;
- *for some input*: there is one, with the values of ``cases.yaml`` in what is left open (a rule that only an absurd filling could
  make true is no comfort), else with any values, and then that is said.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace

from niangjia.engines.policy.expressions import build, tree
from niangjia.engines.policy.expressions.tree import Node
from niangjia.engines.policy.expressions.types import Kind
from niangjia.engines.policy.pack import Cap, Expression, Line, Pack, Rule
from niangjia.engines.policy.prove.examples import Disagreement, Examples
from niangjia.engines.policy.prove.findings import WORDS, Finding, Status, worded
from niangjia.engines.policy.prove.questions import Answer, ask
from niangjia.engines.policy.prove.reading import Reading
from niangjia.engines.policy.prove.stretches import Stretch
from niangjia.engines.policy.prove.translate import (
    FIRST,
    LOOSE,
    SECOND,
    Day,
    Formula,
    Integer,
    Texts,
    Variable,
    Way,
    conjunction,
    disjunction,
    is_false,
    is_true,
    is_unknown,
    move_together,
    negation,
)

Claims = Callable[..., Sequence[Formula]]
"""Of a reading, or of two readings that differ in one fact alone: what must be true of the input that is looked for."""


@dataclass(frozen=True)
class Setting:
    """What every question over a stretch shares. `places`: section and position → file:line."""

    pack: Pack
    stretch: Stretch
    examples: Examples
    places: Mapping[tuple[str, int], str]
    limit_seconds: int

    def place(self, section: str, position: int = 0) -> str:
        return self.places.get((section, position), self.pack.file)


@dataclass(frozen=True)
class Found:
    """`values`: what was put into parameters left open, ``any`` or ``cases``."""

    answer: Answer
    readings: Sequence[Reading]
    values: str


class Questions:
    """
    Asks about one stretch. A question that one way of writing products leaves without answer is asked the next way.

    Raises:
        Untranslatable: the pack holds a word that the translation does not know.
    """

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.pack = setting.pack
        self.texts = Texts([*self.pack.nodes, *([self.pack.tier] if self.pack.tier else [])])
        self._readings: dict[tuple[Way, bool, str, bool], Reading] = {}
        self.any_values = self.reading(FIRST)

    def reading(self, way: Way, *, usual: bool = False, without: str = "", known: bool = True) -> Reading:
        """
        `usual`: with the values of ``cases.yaml`` in what is left open, else any. `without`: the same input as the reading
        without it, but for this one fact. `known`: all facts are; else each may be unknown.
        """
        key, stretch = (way, usual, without, known), self.setting.stretch
        if key in self._readings:
            return self._readings[key]
        parameters = {**stretch.values, **stretch.filled} if usual else stretch.values
        like = self.reading(way, usual=usual, known=known) if without else None
        self._readings[key] = found = Reading(
            self.pack,
            texts=self.texts,
            parameters=parameters,
            days=(stretch.first, stretch.last),
            known=known,
            shared={name: held for name, held in like.inputs.items() if name != without} if like else None,
            like=like,
            mark="'" if without else "",
            way=way,
        )
        return found

    def some(self, claims: Claims, *, known: bool = True) -> Found:
        """An input with the usual values, else with any. "no": neither has one."""
        found = self._ask(claims, (FIRST, SECOND), usual=True, known=known) if self.setting.stretch.filled else None
        if found is not None and found.answer.status != "no":
            return found
        return self._ask(claims, (FIRST, SECOND), known=known)

    def every(self, broken: Claims, *, without: str = "") -> Found:
        """An input that breaks it with any value; where that has no answer, one with the usual values."""
        found = self._ask(broken, (LOOSE, FIRST, SECOND), without=without)
        if found.answer.status == "unanswered" and self.setting.stretch.filled:
            with_cases = self._ask(broken, (LOOSE, FIRST, SECOND), usual=True, without=without)
            return with_cases if with_cases.answer.status != "unanswered" else found
        return found

    def never(self, claims: Claims) -> bool:
        # An example with the usual values is found faster than one with any, and settles it as well.
        filled = self.setting.stretch.filled
        if filled and self._ask(claims, (LOOSE, FIRST, SECOND), usual=True).answer.status != "no":
            return False
        return self._ask(claims, (LOOSE, FIRST, SECOND)).answer.status == "no"

    def _ask(
        self, claims: Claims, ways: Sequence[Way], *, usual: bool = False, without: str = "", known: bool = True
    ) -> Found:
        limit_ms = 1000 * self.setting.limit_seconds // len(ways)
        for way in ways:
            readings = [self.reading(way, usual=usual, known=known)]
            if without:
                readings.append(self.reading(way, usual=usual, without=without))
            if way.is_loose and not readings[0].translator.products:
                continue
            wanted = list(claims(*readings))
            if way.is_loose and without:
                wanted += move_together(readings[0].translator, readings[1].translator)
            answer = ask(readings, wanted, limit_ms=limit_ms)
            if answer.status == "no" or (answer.status == "yes" and not way.is_loose):
                break
            answer = Answer("unanswered")
        return Found(answer, readings, "cases" if usual else "any" if self.setting.stretch.open else "")


class Everywhere:
    """
    Asks about a pack in all its stretches, and words the answers.

    One input in one stretch shows that a rule can hold or a tier be reached: a rule that a parameter switches off in some years
    is no idle rule. What must hold for every input must hold in every stretch.
    """

    def __init__(self, pack: Pack, stretches: Sequence[Questions]) -> None:
        self.pack = pack
        # The latest days first, and the pack's own area before smaller ones: the example is about today's rules.
        self.stretches = sorted(
            stretches, key=lambda one: (-one.setting.stretch.last.toordinal(), len(one.setting.stretch.area))
        )
        self.setting = self.stretches[0].setting

    def finding(self, id: str, subject: str, status: Status, words: tuple[str, str], place: str, *, since: float,
                example: str = "", asked: Questions | None = None, values: str = "") -> Finding:  # fmt: skip
        zh, en = worded(words, subject)
        if status == "not_proved":
            limit = self.setting.limit_seconds
            zh, en = f"{limit} 秒内没有得到证明：{zh}", f"Not proved within {limit} s: {en}"
        stretch = asked.setting.stretch if asked is not None else None
        area, days = (stretch.area, stretch.shown) if stretch is not None else (self.pack.area, "")
        return Finding(
            id, subject, status, zh, en, place, area, days, example, values, round(time.perf_counter() - since, 3)
        )

    def some(self, id: str, subject: str, place: str, claims: Claims, *, with_caps: bool = False) -> Iterator[Finding]:
        """There is such an input in some stretch. Where it is in some but not in others, that is told."""
        since, idle, shown, is_open = time.perf_counter(), list[Questions](), None, False
        good, bad = WORDS[id][:2], WORDS[id][2:]
        for asked in self.stretches:
            found = asked.some(claims)
            if found.answer.status == "yes" and (shown is None or shown[1].values == "any" != found.values):
                shown = (asked, found)
            is_open = is_open or found.answer.status == "unanswered"
            idle += [asked] if found.answer.status == "no" else []
        if shown is None:
            status: Status = "not_proved" if is_open else "refuted"
            yield self.finding(id, subject, status, good if is_open else bad, place, since=since)
            return
        asked, found = shown
        if asked.setting.stretch.filled and found.values == "any":
            zh = f"{good[0]}但按 cases.yaml 填的数不会发生，要填别的数才会。"
            en = f"{good[1]} But only with other values in the open parameters than cases.yaml fills in."
            yield self.example(id, subject, "information", (zh, en), place, asked, found, since, with_caps=with_caps)
        else:
            yield self.confirmed(id, subject, good, place, asked, found, since, with_caps=with_caps)
        if idle:
            where = "; ".join(f"{one.setting.stretch.shown} ({one.setting.stretch.area or '*'})" for one in idle)
            words = (f"下列时段不是这样 {where}：{bad[0]}", f"Not so in {where}: {bad[1]}")
            yield self.finding(f"{id}-not-always", subject, "information", words, place, since=time.perf_counter())

    def every(self, id: str, subject: str, place: str, broken: Claims, *, with_caps: bool = False,
              without: str = "") -> Iterator[Finding]:  # fmt: skip
        good, bad = WORDS[id][:2], WORDS[id][2:]
        for asked in self.stretches:
            since = time.perf_counter()
            found = asked.every(broken, without=without)
            if found.answer.status == "yes":
                yield self.example(id, subject, "refuted", bad, place, asked, found, since, with_caps=with_caps)
                continue
            words: tuple[str, str] = good
            if found.values == "cases":
                limit = self.setting.limit_seconds
                words = (
                    f"{good[0]}（按 cases.yaml 填的数；任意填法 {limit} 秒内没有答案。）",
                    f"{good[1]} (With the values of cases.yaml; for any values there was no answer within {limit} s.)",
                )
            status: Status = "proved" if found.answer.status == "no" else "not_proved"
            yield self.finding(id, subject, status, words, place, since=since, asked=asked, values=found.values)

    def information(
        self, id: str, subject: str, place: str, words: tuple[str, str], claims: Claims
    ) -> Iterator[Finding]:
        """Said once, with an example, where there is such an input."""
        since = time.perf_counter()
        for asked in self.stretches:
            found = asked.some(claims)
            if found.answer.status == "yes":
                yield self.example(id, subject, "information", words, place, asked, found, since)
                return

    def never(self, claims: Claims) -> bool:
        return all(asked.never(claims) for asked in self.stretches)

    def remark(self, id: str, subject: str, place: str, words: tuple[str, str]) -> Finding:
        return self.finding(id, subject, "information", words, place, since=time.perf_counter())

    def confirmed(self, id: str, subject: str, words: tuple[str, str], place: str, asked: Questions, found: Found,
                  since: float, *, with_caps: bool = False) -> Finding:  # fmt: skip
        try:
            asked.setting.examples.confirm(found.answer, found.readings[0], asked.setting.stretch, with_caps=with_caps)
        except Disagreement as bug:
            return self.disagreement(id, subject, place, bug, since)
        return self.finding(id, subject, "proved", words, place, since=since, asked=asked, values=found.values)

    def example(self, id: str, subject: str, status: Status, words: tuple[str, str], place: str, asked: Questions, found: Found,
                since: float, *, with_caps: bool = False) -> Finding:  # fmt: skip
        name = worded(words, subject)[1].rstrip(".")
        names = [name] if len(found.readings) == 1 else [f"{name} ({number} of 2)" for number in (1, 2)]
        make = asked.setting.examples
        try:
            examples = make.of(found.answer, found.readings, asked.setting.stretch, names, with_caps=with_caps)
        except Disagreement as bug:
            return self.disagreement(id, subject, place, bug, since)
        text = "".join(one.text for one in examples)
        return self.finding(
            id, subject, status, words, place, since=since, example=text, asked=asked, values=found.values
        )

    def disagreement(self, id: str, subject: str, place: str, bug: Disagreement, since: float) -> Finding:
        words = (
            f"证明器有错！它给出的例子，规则引擎算出另一个结果；本项目的证明都不可信，请报告。（{bug}）",
            f"THE PROVER IS WRONG: the engine decides its example otherwise. Nothing proved of this programme counts; please report it. ({bug})",
        )
        return self.finding(id, subject, "disagreement", words, place, since=since)


def of_programme(asked: Everywhere) -> Iterator[Finding]:
    """A pack that decides; stages and days without values are not of it."""
    pack, setting = asked.pack, asked.setting
    if pack.rules or pack.tiers:
        yield from asked.some(
            "grant-possible", pack.id, pack.file, lambda one: [one.granted(with_caps=True)], with_caps=True
        )
    for position, rule in enumerate(pack.rules):
        yield from _rule(asked, rule, position, setting.place("rules", position))
    yield from _tiers(asked)
    for line, position, place in _alternatives(pack, setting):
        yield from _line(asked, line, position, _subject(pack, line, position), place)
    for position, cap in enumerate(pack.caps):
        place = setting.place("caps", position)
        yield from asked.some(
            "cap-can-bind", cap.id, place, lambda one, cap=cap, at=position: [_binds(one, cap, at)], with_caps=True
        )
    for position, approval in enumerate(pack.approvals):
        place = setting.place("approvals", position)
        yield from asked.some(
            "approval-reachable",
            approval.id,
            place,
            lambda one, at=position: [one.granted(), is_true(one.approvals[at])],
        )
        if asked.never(lambda one, at=position: [one.granted(), negation(is_true(one.approvals[at]))]):
            words = ("审批 {x} 每一次都需要。", "Approval {x} is needed every time.")
            yield asked.remark("approval-always", approval.id, place, words)
    yield from _amounts(asked)
    yield from _monotone(asked)
    yield from _remarks(asked)


def _rule(asked: Everywhere, rule: Rule, position: int, place: str) -> Iterator[Finding]:
    yield from asked.some("rule-can-hold", rule.id, place, lambda one: [is_true(one.rules[position])])
    found = list(asked.some("rule-can-fail", rule.id, place, lambda one: [is_false(one.rules[position])]))
    if found[0].status == "refuted":
        unknown = [one.some(lambda one: [is_unknown(one.rules[position])], known=False) for one in asked.stretches]
        if any(one.answer.status == "yes" for one in unknown):
            words = (
                "规则 {x} 从不拒绝谁，只要求有关事实已经查明。",
                "Rule {x} refuses nobody: it only asks that its facts are known.",
            )
            found = [asked.remark("rule-only-asks", rule.id, place, words)]
    yield from found


def _tiers(asked: Everywhere) -> Iterator[Finding]:
    pack, setting = asked.pack, asked.setting
    for position, tier in enumerate(pack.tiers):
        place = setting.place("tiers", position)
        yield from asked.some(
            "tier-reachable", tier.id, place, lambda one, tier=tier: [one.rules_hold(), one.tier_is(tier.id)]
        )
    if pack.tiers:
        words = (
            "规则都满足、却没有一个档次成立的人，会被拒绝。",
            "Somebody who meets every rule but no tier is refused.",
        )
        yield from asked.information("tier-gap", pack.id, setting.place("tiers"), words,
                                     lambda one: [one.rules_hold(), *(is_false(tier) for tier in one.tiers)])  # fmt: skip
    for later, second in enumerate(pack.tiers):
        for earlier, first in enumerate(pack.tiers[:later]):
            zh = f"档次 {first.id} 与 {second.id} 可以同时成立，写在前面的 {first.id} 算数。"
            en = f"Tiers {first.id} and {second.id} can both be true; {first.id}, written first, counts."
            if asked.never(
                lambda one, a=earlier, b=later: [
                    one.rules_hold(),
                    is_true(one.tiers[a]),
                    negation(is_true(one.tiers[b])),
                ]
            ):
                zh += f"凡 {first.id} 都符合 {second.id}。"
                en += f" Every {first.id} is {second.id} too."
            yield from asked.information(
                "tier-overlap", f"{first.id} {second.id}", setting.place("tiers", later), (zh, en),
                lambda one, a=first.id, b=later: [one.rules_hold(), one.tier_is(a), is_true(one.tiers[b])],
            )  # fmt: skip


def _line(asked: Everywhere, line: Line, position: int, subject: str, place: str) -> Iterator[Finding]:
    found = list(asked.some("line-reachable", subject, place,
                            lambda one: [one.granted(), one.counts(line, position), one.lines[line.id].value > 0]))  # fmt: skip
    if found[0].status == "refuted" and not asked.never(lambda one: [one.granted(), one.counts(line, position)]):
        words = ("待遇 {x} 始终为零。", "Benefit {x} is always zero.")
        found = [asked.remark("line-always-zero", subject, place, words)]
    yield from found
    for id, limit in (("line-under-ceiling", line.ceiling), ("line-under-cost", line.cost)):
        if limit is not None:
            yield from asked.every(id, subject, place, lambda one, limit=limit.node: [
                one.granted(), one.counts(line, position), one.lines[line.id].value > one.limit(limit)])  # fmt: skip


def _binds(one: Reading, cap: Cap, position: int) -> Formula:
    if not cap.lines or cap.amount is None:
        return is_false(one.caps[position])
    return conjunction(one.granted(), one.exceeds(_sum(one, cap.lines), _left(one.pack, cap)))


def _amounts(asked: Everywhere) -> Iterator[Finding]:
    pack, setting = asked.pack, asked.setting
    if pack.capped is None:
        return
    yield from asked.every("amount-not-negative", pack.id, setting.place("benefit"), lambda one: [
        one.granted(with_caps=True), disjunction(one.capped.value < 0, one.total.value < 0)], with_caps=True)  # fmt: skip
    for position, cap in enumerate(pack.caps):
        if cap.amount is not None:
            yield from asked.every("total-under-cap", cap.id, setting.place("caps", position), lambda one, cap=cap: [
                one.granted(with_caps=True), one.exceeds(_under(one, cap), _left(pack, cap))], with_caps=True)  # fmt: skip


def _under(one: Reading, cap: Cap) -> Integer:
    """What is paid, less the lines that the cap is not over."""
    free = [line for line in one.pack.line_values if line not in cap.lines] if cap.lines else []
    assert one.capped is not None
    return one.capped.value - _sum(one, free)


def _left(pack: Pack, cap: Cap) -> Node:
    assert cap.amount is not None and pack.capped is not None
    used = next(node for node in tree.walk(pack.capped) if isinstance(node, tree.Used) and node.cap == cap.id)
    return build.arithmetic("-", cap.amount.node, used)


def _sum(one: Reading, lines: Sequence[str]) -> Integer:
    return sum((one.lines[line].value for line in lines), start=0)


def _monotone(asked: Everywhere) -> Iterator[Finding]:
    for position, (fact, direction) in enumerate(asked.pack.monotone.items()):
        id, place = "amount-rises" if direction == "up" else "amount-falls", asked.setting.place("monotone", position)
        variable = asked.stretches[0].any_values.inputs.get(fact)
        if variable is None:
            yield asked.finding(id, fact, "proved", WORDS[id][:2], place, since=time.perf_counter())
            words = ("金额与 {x} 无关。", "The amount does not depend on {x}.")
            yield asked.remark("amount-unmoved", fact, place, words)
            continue
        if variable.kind is Kind.TEXT:
            words = (
                "{x} 是代码，没有大小，不能要求单调。",
                "{x} is a code: codes do not grow, so nothing can be said of it.",
            )
            yield asked.finding("amount-of-a-code", fact, "refuted", words, place, since=time.perf_counter())
            continue

        def broken(one: Reading, other: Reading, fact: str = fact, direction: str = direction) -> list[Formula]:
            before, after = one.amount(), other.amount()
            moves = after < before if direction == "up" else after > before
            return [
                negation(one.untold()),
                negation(other.untold()),
                _grows(one.inputs[fact], other.inputs[fact]),
                moves,
            ]

        yield from asked.every(id, fact, place, broken, without=fact)


def _grows(one: Variable, other: Variable) -> Formula:
    a, b = one.term.value, other.term.value
    if one.kind is Kind.BOOLEAN:
        return conjunction(negation(a), b)
    return a.key < b.key if isinstance(a, Day) else a < b


def _remarks(asked: Everywhere) -> Iterator[Finding]:
    pack, setting = asked.pack, asked.setting
    for position, rule in enumerate(pack.rules if len(pack.rules) > 1 else ()):
        others = [at for at in range(len(pack.rules)) if at != position]
        can_fail = not asked.never(lambda one, at=position: [is_false(one.rules[at])])
        if can_fail and asked.never(lambda one, at=position, others=others: [
                is_false(one.rules[at]), *(is_true(one.rules[other]) for other in others)]):  # fmt: skip
            words = ("规则 {x} 从不单独起作用：它不满足时，别的规则也不满足。",
                     "Rule {x} never decides alone: where it fails, another rule fails as well.")  # fmt: skip
            yield asked.remark("rule-idle", rule.id, setting.place("rules", position), words)
    words = ("事实都知道了，仍有人不能判断（除数为零，或 case 没有写 else）。",
             "With every fact known, somebody still cannot be told (a division by zero, or a case without else).")  # fmt: skip
    yield from asked.information("never-told", pack.id, pack.file, words, lambda one: [one.untold()])


def _alternatives(pack: Pack, setting: Setting) -> Iterator[tuple[Line, int, str]]:
    """Each line, which alternative of its id it is, and where it stands."""
    seen: dict[str, int] = {}
    for position, line in enumerate(pack.benefit):
        number = seen.get(line.id, 0)
        seen[line.id] = number + 1
        yield line, number, setting.place("benefit", position)


def _subject(pack: Pack, line: Line, number: int) -> str:
    several = sum(other.id == line.id for other in pack.benefit) > 1
    return f"{line.id}#{number + 1}" if several else line.id


# — sensing —


def as_programme(pack: Pack) -> Pack:
    """A sensing pack's triggers, grades and test for property as rules, so that the same engine decides and confirms them."""
    triggers = {trigger.name: trigger.when.node for trigger in pack.triggers}
    rules = [Rule(trigger.name, trigger.when, trigger.say, trigger.clause) for trigger in pack.triggers]
    for grade in pack.grades:
        if grade.when is not None:
            # A grade asks for triggers by name; here it asks for their conditions.
            rules.append(Rule(grade.id, Expression(grade.when.text, _with(grade.when.node, triggers)), {}, ""))
    if pack.property is not None:
        rules.append(Rule("property", pack.property, {}, ""))
    return replace(pack, rules=tuple(rules))


def _with(node: Node, facts: Mapping[str, Node]) -> Node:
    if isinstance(node, tree.Fact):
        return facts.get(node.name, node)
    changed: dict[str, object] = {}
    for field in fields(node):
        value = getattr(node, field.name)
        if isinstance(value, Node):
            changed[field.name] = _with(value, facts)
        elif isinstance(value, tuple) and any(isinstance(part, Node) for part in value):
            changed[field.name] = tuple(_with(part, facts) for part in value)
    return replace(node, **changed) if changed else node  # type: ignore[arg-type]


def of_sensing(asked: Everywhere, pack: Pack) -> Iterator[Finding]:
    """`pack`: as its author wrote it; `asked` is about `as_programme(pack)`."""
    setting, count = asked.setting, len(pack.triggers)
    for position, trigger in enumerate(pack.triggers):
        place = setting.place("triggers", position)
        yield from asked.some("trigger-can-fire", trigger.id, place, lambda one, at=position: [is_true(one.rules[at])])
        yield from asked.some("trigger-can-rest", trigger.id, place, lambda one, at=position: [is_false(one.rules[at])])
    before: list[int] = []
    for position, grade in enumerate(pack.grades):
        at = count + len(before) if grade.when is not None else None

        def graded(one: Reading, at: int | None = at, before: tuple[int, ...] = tuple(before)) -> list[Formula]:
            listed = disjunction(*(is_true(one.rules[trigger]) for trigger in range(count)))
            return [listed, *(negation(is_true(one.rules[earlier])) for earlier in before),
                    *([is_true(one.rules[at])] if at is not None else [])]  # fmt: skip

        yield from asked.some("grade-reachable", grade.id, setting.place("grades", position), graded)
        if at is not None:
            before.append(at)
    if pack.property is not None:
        place = setting.place("property")
        yield from asked.some("property-can-hold", pack.id, place, lambda one: [is_true(one.rules[-1])])
        yield from asked.some("property-can-fail", pack.id, place, lambda one: [is_false(one.rules[-1])])


# — stages —


def of_stages(pack: Pack, places: Mapping[tuple[str, int], str]) -> Iterator[Finding]:
    """A walk, without Z3: every stage is reached from the first, and the end from every stage."""
    following = {stage.id: {target for target in stage.outcomes.values() if target} for stage in pack.stages}
    ends = {stage.id for stage in pack.stages if not stage.outcomes or "" in stage.outcomes.values()}
    reached = _reached(following, [pack.stages[0].id] if pack.stages else [])
    for position, stage in enumerate(pack.stages):
        place = places.get(("stages", position), pack.file)
        for id, holds in (
            ("stage-reachable", stage.id in reached),
            ("stage-ends", bool(_reached(following, [stage.id]) & ends)),
        ):
            words = WORDS[id][:2] if holds else WORDS[id][2:]
            zh, en = worded((words[0], words[1]), stage.id)
            yield Finding(id, stage.id, "proved" if holds else "refuted", zh, en, place, pack.area, "", "", "", 0)


def _reached(following: Mapping[str, set[str]], starts: Sequence[str]) -> set[str]:
    found, waiting = set(starts), list(starts)
    while waiting:
        for target in following.get(waiting.pop(), set()) - found:
            found.add(target)
            waiting.append(target)
    return found
