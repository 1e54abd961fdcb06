"""Two decisions about one matter side by side: what each says, and the clauses, facts and parameters by which they differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from niangjia.apps.programs import published, queries
from niangjia.apps.programs.types import CauseKind, DecisionCard, Line
from niangjia.engines.policy import Pack
from niangjia.engines.policy.vocabulary import Fact
from niangjia.kernel.money import ZERO, show_yuan
from niangjia.kernel.problems import Refusal
from niangjia.portals.design import words
from niangjia.portals.design.program_pages import language_now
from niangjia.portals.design.tags import fact_word, say, unit_word

NOTHING = "—"


@dataclass(frozen=True)
class Side:
    """One cell. `result`: how a rule came out, for its mark; empty = a plain value."""

    text: str
    result: str = ""


@dataclass(frozen=True)
class Row:
    label: str
    clause: str
    before: Side
    after: Side

    @property
    def differs(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True)
class Part:
    """`rows` are under one heading: what was decided, by which rules, from which facts and parameters."""

    title: str
    rows: tuple[Row, ...]


def find_pack(card: DecisionCard) -> Pack | None:
    """The text that holds now for the decision's day, for the titles of its lines and parameters."""
    try:
        return queries.get_pack(card.pack_id, area=card.area, asof=card.asof)
    except Refusal:
        return None


def compare(old: DecisionCard, new: DecisionCard) -> list[Part]:
    """What was decided, whole; of rules, facts and parameters those that differ."""
    pack = find_pack(new)
    parts = [
        Part(_("结论"), tuple(_outcome(old, new, pack))),
        Part(_("规则与条款"), tuple(_rules(old, new))),
        Part(_("参数"), tuple(_parameters(old.parameters, new.parameters, pack))),
        Part(_("事实"), tuple(_facts(old.facts, new.facts, pack))),
    ]
    return [part for part in parts if part.rows]


def _outcome(old: DecisionCard, new: DecisionCard, pack: Pack | None) -> Iterator[Row]:
    def row(label: str, *values: str, clause: str = "") -> Row:
        return Row(label, clause, *(Side(value or NOTHING) for value in values))

    yield row(_("结论"), *(str(words.word("decision", card.outcome)[0]) for card in (old, new)))
    if old.tier or new.tier:
        yield row(_("档次"), *(str(words.word("tier", card.tier)[0]) for card in (old, new)))
    yield row(_("应给金额（元）"), *(show_yuan(card.money) for card in (old, new)))
    if old.goods or new.goods:
        yield row(_("实物折价（元）"), *(show_yuan(card.goods) for card in (old, new)))
    if old.dues or new.dues:
        yield row(_("会费：免缴、缓缴或应缴（元）"), *(show_yuan(card.dues) for card in (old, new)))
    lines = [{line.id: line.amount for line in card.given} for card in (old, new)]
    titles = {line.id: line for line in reversed(pack.benefit)} if pack else {}
    if len(lines[0].keys() | lines[1].keys()) > 1:
        for name in dict.fromkeys([*lines[0], *lines[1]]):
            if lines[0].get(name, ZERO) != lines[1].get(name, ZERO):
                title = say(titles[name].title) if name in titles else ""
                yield row(title or name, *(show_yuan(side[name]) if name in side else "" for side in lines))


def _rules(old: DecisionCard, new: DecisionCard) -> Iterator[Row]:
    before, after = _numbered(old.trace), _numbered(new.trace)
    for key in dict.fromkeys([*before, *after]):
        sides = [Side(say(line), line.result) if line else Side(NOTHING) for line in (before.get(key), after.get(key))]
        line = after.get(key) or before[key]
        if sides[0] != sides[1]:
            yield Row(line.clause or line.id, "", *sides)


def _numbered(trace: Iterable[Line]) -> dict[tuple[str, int], Line]:
    """By id and place: lines of one id are alternatives."""
    found: dict[tuple[str, int], Line] = {}
    for line in trace:
        place = sum(name == line.id for name, _place in found)
        found[line.id, place] = line
    return found


def _parameters(before: Mapping[str, str], after: Mapping[str, str], pack: Pack | None) -> Iterator[Row]:
    for name in dict.fromkeys([*before, *after]):
        sides = before.get(name, NOTHING), after.get(name, NOTHING)
        if sides[0] != sides[1]:
            parameter = pack.parameters.get(name) if pack else None
            clause = parameter.clause if parameter else ""
            label = say(parameter.say) if parameter and parameter.say else ""
            unit = unit_word(parameter.unit.split("/")[0]) if parameter else ""
            texts = (f"{_(side)} {unit}".strip() if side != NOTHING else side for side in sides)
            yield Row(label or clause or name, clause if label else "", *map(Side, texts))


def cause_in_words(kind: CauseKind, reason: str, program: str, area: str, asof: date | None) -> str:
    """Why, as a reader says it: of a value and a standard the stored reason is ``name = value``, by their names in the pack."""
    name, _equals, value = reason.partition(" = ")
    if kind is CauseKind.STANDARD:
        return f"{fact_word(name)} = {value}"
    if kind is not CauseKind.PARAMETER:
        return reason
    try:
        pack = queries.get_pack(program, area=area, asof=asof or date.max)
    except Refusal:
        return reason
    parameter = pack.parameters.get(name)
    if parameter is None:
        return reason
    label = say(parameter.say) if parameter.say else parameter.clause
    return f"{label or name} = {_(value)} {unit_word(parameter.unit.split('/')[0])}".strip()


def _facts(before: Mapping[str, str], after: Mapping[str, str], pack: Pack | None) -> Iterator[Row]:
    known = pack.vocabulary.facts if pack else {}
    for name in dict.fromkeys([*before, *after]):
        sides = before.get(name, NOTHING), after.get(name, NOTHING)
        before_said, after_said = (Side(fact_text(known.get(name), side)) for side in sides)
        if before_said != after_said:  # 1000 and 1000.00 are one sum
            yield Row(fact_title(known.get(name), name), "", before_said, after_said)


def fact_title(fact: Fact | None, name: str) -> str:
    return say(dict(fact.title)) if fact else name


def fact_text(fact: Fact | None, shown: str) -> str:
    """A fact's value as the decision's card tells it, as a reader says it: yuan with its comma, codes and truths in words."""
    if shown == NOTHING or fact is None:
        return shown
    wording, language = published.wording(), language_now()
    if fact.kind == "boolean":
        return _(shown)
    if fact.kind == "text":
        return wording.value(fact.name, shown, language) if fact.values else shown
    unit = wording.unit(fact).get(language, "")
    return f"{show_yuan(Decimal(shown)) if fact.kind == 'money' else shown} {unit}".strip()
