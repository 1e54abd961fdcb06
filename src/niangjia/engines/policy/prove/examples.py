"""What Z3 found, as a case that can be pasted into ``cases.yaml``: decided by the engine itself before anybody sees it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from niangjia.engines.policy.cases import _CaseReader
from niangjia.engines.policy.decision import Decision, Trace
from niangjia.engines.policy.expressions.types import Kind, Type
from niangjia.engines.policy.pack import Pack
from niangjia.engines.policy.parameters import Dated, Overrides, Parameter, Value, with_overrides
from niangjia.engines.policy.program import compile_program
from niangjia.engines.policy.prove.questions import Answer, rounder, three_valued, value_in, whole_in
from niangjia.engines.policy.prove.reading import Reading
from niangjia.engines.policy.prove.stretches import Stretch
from niangjia.engines.policy.prove.translate import Day, Formula, Variable
from niangjia.engines.policy.yamltext import BadFile, Item, parse_yaml, read_yaml

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_NOT_PLAIN = frozenset(["true", "false", "null"])
_A_USUAL_DAY = date(2020, 1, 1)


class Disagreement(Exception):
    """The engine decides an input otherwise than the translation said: a bug in the translation, whatever it was asked."""

    def __init__(self, said: object, found: object, facts: Mapping[str, object]) -> None:
        super().__init__(f"Z3: {said}; engine: {found}; facts: {dict(facts)}")


@dataclass(frozen=True)
class Example:
    """One input and what the engine decides of it. `text`: a case in the format of ``cases.yaml``; empty where there are no cases."""

    facts: Mapping[str, object]
    used: Mapping[str, object] | None
    day: date
    area: str
    decision: Decision
    text: str


@dataclass(frozen=True)
class Shared:
    """What every case of the pack's ``cases.yaml`` starts from; nothing where there is no such file."""

    root: Item | None
    given: Mapping[str, object]
    parameters: Mapping[str, Mapping[str, Mapping[date, Value]]]


def shared_of(pack: Pack) -> Shared:
    """
    Raises:
        BadFile: the file is there and cannot be read.
    """
    if not (pack.folder / "cases.yaml").exists():
        return Shared(None, {}, {})
    root = read_yaml(pack.folder / "cases.yaml", "cases.yaml")
    reader = _CaseReader(pack)
    table = root.table
    return Shared(root, reader._facts(table.get("given")), reader._parameters(table.get("parameters")))


class Examples:
    """
    Makes examples of one pack. `overrides`: the deployment's values the proof was made with. `as_cases`: false for sensing, whose
    packs have no cases: the facts alone are written. `in_full`: what a case expects names its lines and approvals, too.
    """

    def __init__(
        self, pack: Pack, shared: Shared, overrides: Overrides | None, *, as_cases: bool = True, in_full: bool = False
    ) -> None:
        self.pack = pack
        self.shared = shared
        self.overrides = overrides or {}
        self.as_cases = as_cases
        self.in_full = in_full

    def confirm(self, answer: Answer, reading: Reading, stretch: Stretch, *, with_caps: bool) -> None:
        """
        Raises:
            Disagreement: the engine finds another truth, tier or amount for this input than the model has.
        """
        self._decide(answer.model, reading, stretch, with_caps=with_caps)

    def of(
        self, answer: Answer, readings: Sequence[Reading], stretch: Stretch, names: Sequence[str], *, with_caps: bool
    ) -> list[Example]:
        """
        One example a reading, as round as the claims allow, each confirmed.

        Raises:
            Disagreement: as `confirm`.
        """
        wishes = {id(variable): (variable, nicer) for reading in readings for variable, nicer in self._wishes(reading)}
        # What every case starts from first, so that the rest is of the same size: 1,000 yuan, not a cent.
        ordered = sorted(wishes.values(), key=lambda wish: wish[0].name not in self.shared.given)
        model = rounder(answer, ordered)
        return [
            self._example(model, reading, stretch, name, with_caps=with_caps)
            for reading, name in zip(readings, names, strict=True)
        ]

    # — the input as the engine takes it —

    def facts(self, model: Any, reading: Reading) -> dict[str, object]:
        return {
            name: self._value(model, reading, variable)
            for name, variable in reading.inputs.items()
            if name in self.pack.vocabulary.facts
        }

    def _value(self, model: Any, reading: Reading, variable: Variable) -> object:
        return value_in(model, variable, reading.texts.text, self._type(variable).scale)

    def _type(self, variable: Variable) -> Type:
        if variable.name in self.pack.vocabulary.facts:
            return self.pack.vocabulary.facts[variable.name].type
        if variable.name in self.pack.parameters:
            return self.pack.parameters[variable.name].type
        cap = next((cap for cap in self.pack.caps if variable.name == f"used:{cap.id}"), None)
        return Type(Kind.NUMBER, 2 if cap is not None and cap.amount is not None else 0)

    def _used(self, model: Any, reading: Reading) -> dict[str, object]:
        found = {}
        for cap in self.pack.caps:
            variable = reading.inputs.get(f"used:{cap.id}")
            if variable is not None and (value := self._value(model, reading, variable)) is not None:
                found[cap.id] = value
        return found

    def _day(self, model: Any, reading: Reading, stretch: Stretch) -> date:
        if "asof" in reading.inputs:
            found = value_in(model, reading.inputs["asof"], reading.texts.text)
            assert isinstance(found, date)
            return found
        return max(stretch.first, min(_A_USUAL_DAY, stretch.last))

    def _parameters(self, model: Any, reading: Reading, stretch: Stretch) -> dict[str, Value]:
        """The values of what the paper leaves open: the model's, else the examples' own, else anything that fits."""
        found: dict[str, Value] = {}
        for name in stretch.open:
            variable = reading.inputs.get(name)
            if variable is not None:
                found[name] = self._value(model, reading, variable)  # type: ignore[assignment]
            else:
                found[name] = stretch.filled.get(name, _anything(self.pack.parameters[name]))
        return found

    def _decide(
        self, model: Any, reading: Reading, stretch: Stretch, *, with_caps: bool
    ) -> tuple[dict[str, object], dict[str, object] | None, Decision]:
        facts = self.facts(model, reading)
        used = self._used(model, reading) if with_caps else None
        filled = {
            name: {"": {date(1900, 1, 1): value}} for name, value in self._parameters(model, reading, stretch).items()
        }
        program = compile_program(self.pack, asof=self._day(model, reading, stretch), area=stretch.area,
                                  overrides={**self.overrides, **filled})  # fmt: skip
        said, found = _said(model, reading, with_caps), _found(program.trace(facts, used), with_caps)
        if said != found:
            raise Disagreement(said, found, facts)
        return facts, used, program.decide(facts, used)

    # — the input as people write it —

    def _example(self, model: Any, reading: Reading, stretch: Stretch, name: str, *, with_caps: bool) -> Example:
        facts, used, decision = self._decide(model, reading, stretch, with_caps=with_caps)
        day = self._day(model, reading, stretch)
        if not self.as_cases:
            return Example(facts, used, day, stretch.area, decision, f"given: {_table(facts)}\n")
        entries = [f"name: {_scalar(name)}", f"day: {day}"]
        if stretch.area != self.pack.area:
            entries.append(f'area: "{stretch.area}"')
        given = {fact: value for fact, value in facts.items() if not self._is_shared(fact, value)}
        entries.append(f"given: {_table(given)}")
        if used is not None:
            entries.append(f"used: {_table(used)}")
        if parameters := dict(self._to_write(self._parameters(model, reading, stretch), day, stretch)):
            entries.append(f"parameters: {_braces(parameters)}")
        entries.append(f"expect: {self._expected(decision)}")
        text = "- " + "\n  ".join(entries) + "\n"
        if not passes(self.pack, self.shared, text):
            raise Disagreement(text, "the case does not pass", facts)
        return Example(facts, used, day, stretch.area, decision, text)

    def _expected(self, decision: Decision) -> str:
        parts: dict[str, str] = {"outcome": decision.outcome}
        if decision.tier:
            parts["tier"] = _scalar(decision.tier)
        if decision.amount is not None:
            parts["amount"] = f"{decision.amount:f}"
        if self.in_full and len(self.pack.line_values) > 1 and decision.outcome == "granted":
            parts["lines"] = _braces({line: f"{amount:f}" for line, amount in decision.lines if amount})
        if self.in_full and decision.due:
            parts["due"] = _braces({line: _scalar(day) for line, day in decision.due})
        if because := decision.refused_by + decision.unknown:
            parts["because"] = f"[{', '.join(_scalar(one) for one in because)}]"
        if decision.needs_approval or (self.in_full and self.pack.approvals and decision.outcome == "granted"):
            parts["approval"] = f"[{', '.join(_scalar(one) for one in decision.needs_approval)}]"
        return _braces(parts)

    def _is_shared(self, fact: str, value: object) -> bool:
        return self.shared.given.get(fact) == value

    def _to_write(self, filled: Mapping[str, Value], day: date, stretch: Stretch) -> Iterator[tuple[str, str]]:
        """Parameters that a case must state, since ``cases.yaml`` alone would give them another value or none."""
        usual = with_overrides(self.pack.parameters, self.shared.parameters)
        meant = with_overrides(self.pack.parameters, self.overrides)
        for name in self.pack.parameters:
            if name in filled:
                if usual[name].at(day, stretch.area) != filled[name]:
                    yield name, _scalar(filled[name])
            elif usual[name].at(day, stretch.area) != stretch.values.get(name):
                source = _in_force(meant[name], day, stretch.area)
                if source is not None:
                    dates = f"{{{source.since}: {_scalar(source.value)}}}"
                    yield name, f'{{areas: {{"{source.area}": {dates}}}}}' if source.area else f"{{values: {dates}}}"

    # — rounder examples —

    def _wishes(self, reading: Reading) -> Iterator[tuple[Variable, list[Formula]]]:
        """For each input what would be nicest to read, first the nicest."""
        for name, variable in reading.inputs.items():
            value, found = variable.term.value, list[Formula]()
            scale = self._type(variable).scale
            wanted = self.shared.given.get(name)
            if variable.term.known is not True:
                found.append(variable.term.known)
            if isinstance(value, Day):
                found += [] if name == "asof" else [value.day == 1]
            elif variable.kind is Kind.BOOLEAN:
                found += [value if wanted is True else value == False]  # noqa: E712
            elif variable.kind is Kind.TEXT:
                found += [value == reading.texts.number(str(wanted))] if wanted is not None else []
            else:
                if isinstance(wanted, int | Decimal) and not isinstance(wanted, bool):
                    found.append(value == int(Decimal(wanted).scaleb(scale)))
                one = 10**scale
                found += [value == 0, value == one]
                found += [value % (one * step) == 0 for step in (10_000, 1_000, 100, 1)] if scale else []
            yield variable, found


def passes(pack: Pack, shared: Shared, text: str) -> bool:
    """The case, read and decided as if it stood in the pack's file."""
    try:
        case = parse_yaml(text.encode(), "cases.yaml")
    except BadFile:
        return False
    root = shared.root
    if root is not None and isinstance(root.value, dict):
        case = replace(root, value={**root.value, "cases": case})
    reader = _CaseReader(pack)
    results = reader.read(case)
    return not reader.problems and len(results) == 1 and results[0].passed


def _said(model: Any, reading: Reading, with_caps: bool) -> dict[str, object]:
    tier = None
    if reading.tier is not None and (number := whole_in(model, reading.tier)) is not None:
        tier = reading.texts.text(number) or None
    total = reading.capped if with_caps else reading.total
    return {
        "rules": tuple(three_valued(model, term) for term in reading.rules),
        "tiers": tuple(three_valued(model, term) for term in reading.tiers),
        "caps": tuple(three_valued(model, term) for term in reading.caps) if with_caps else (),
        "lines": tuple(whole_in(model, term) for term in reading.lines.values()),
        "choices": tuple(whole_in(model, term) for term in reading.choices.values()),
        "approvals": tuple(three_valued(model, term) for term in reading.approvals),
        "tier": tier,
        "total": None if total is None else whole_in(model, total),
    }


def _found(trace: Trace, with_caps: bool) -> dict[str, object]:
    found: dict[str, object] = trace._asdict()
    return found if with_caps else {**found, "caps": ()}


def _anything(parameter: Parameter) -> Value:
    t = parameter.type
    if parameter.kind == "list":
        return ()
    if t.kind is Kind.BOOLEAN:
        return False
    if t.kind is Kind.DATE:
        return _A_USUAL_DAY
    if t.kind is Kind.TEXT:
        return t.values[0] if t.values else ""
    whole = min(max(0, t.low), t.high)
    return Decimal(whole).scaleb(-t.scale) if t.scale else whole


def _in_force(parameter: Parameter, day: date, area: str) -> Dated | None:
    inside = [one for one in parameter.values if one.since <= day and area.startswith(one.area)]
    return max(inside, key=lambda one: (len(one.area), one.since), default=None)


def _table(values: Mapping[str, object]) -> str:
    return _braces({name: _scalar(value) for name, value in values.items()})


def _braces(parts: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{name}: {text}" for name, text in parts.items()) + "}"


def _scalar(value: object) -> str:
    """
    A value as our YAML reads it back.

    >>> _scalar(Decimal("60000.00")), _scalar("V1"), _scalar("no: such"), _scalar(None), _scalar(True)
    ('60000', 'V1', '"no: such"', 'null', 'true')
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, int | date):
        return str(value)
    text = str(value)
    return text if _PLAIN.fullmatch(text) and text not in _NOT_PLAIN else json.dumps(text, ensure_ascii=False)


__all__ = ["Disagreement", "Example", "Examples", "Shared", "passes", "shared_of"]
