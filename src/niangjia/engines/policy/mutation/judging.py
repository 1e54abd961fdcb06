"""A pack's cases, read once and decided for one changed pack after the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from niangjia.engines.policy import source
from niangjia.engines.policy.cases import _agrees, _CaseReader, _plain, run_cases
from niangjia.engines.policy.decision import Decision
from niangjia.engines.policy.pack import Pack
from niangjia.engines.policy.parameters import Overrides, Value, area_prefix, with_overrides
from niangjia.engines.policy.problems import PackError
from niangjia.engines.policy.program import _key, _scaled
from niangjia.engines.policy.yamltext import BadFile, Item, read_yaml
from niangjia.kernel.problems import Refusal

Filled = Mapping[str, Mapping[str, Mapping[date, Value]]]


@dataclass(frozen=True)
class _Moment:
    """A day, a place and the values that the case fills in: what a programme is compiled for."""

    asof: date
    area: str
    filled: Filled


@dataclass(frozen=True)
class _Case:
    moment: int
    given: Mapping[str, object]
    used: Mapping[str, object] | None
    wanted: Mapping[str, object]


class Cases:
    """
    The case that noticed the last mutant is asked first: changes that stand side by side are mostly noticed by the same case.

    Raises:
        PackError: the cases cannot be read, or do not pass as they are.
    """

    def __init__(self, pack: Pack) -> None:
        failed = [result for result in run_cases(pack) if not result.passed]
        root = read_file(pack, "cases.yaml")
        if failed:
            raise PackError([root.fault(str(result), str(result)) for result in failed])
        reader = _CaseReader(pack)
        given, filled = reader._facts(root.table.get("given")), reader._parameters(root.table.get("parameters"))
        self.pack = pack
        self.moments: list[_Moment] = []
        self.cases: list[_Case] = []
        for item in root.table.get("cases", root).items:
            self._read(reader, item, given, filled)
        self.order = list(range(len(self.cases)))
        self.values = [self._values(pack, moment) for moment in self.moments]
        self.programs: dict[tuple[int, bool, frozenset[str]], _Refillable] = {}
        for judge in (_Judge(self, pack, is_parameter=False), _Judge(self, pack, is_parameter=True, skips=False)):
            if not all(judge.passes(case) for case in self.cases):
                raise AssertionError(f"{pack.file}: the cases pass, but not as they are decided here")

    def _read(self, reader: _CaseReader, item: Item, given: dict[str, object], filled: Any) -> None:
        table = item.table
        asof = reader._day(item, table)
        assert asof is not None, "run_cases has read it"
        area = table["area"].text if "area" in table else self.pack.area
        own = reader._parameters(table.get("parameters"))
        moment = _Moment(asof, area, {**filled, **own} if own else filled)
        if moment not in self.moments:
            self.moments.append(moment)
        self.cases.append(_Case(
            self.moments.index(moment),
            {**given, **reader._facts(table.get("given"))},
            reader._used(table.get("used")),
            {key: _plain(value) for key, value in table["expect"].table.items()},
        ))  # fmt: skip

    def notice(self, changed: Pack, *, is_parameter: bool) -> bool:
        """Whether a case fails. `is_parameter`: only a parameter differs, so where its value is the same so is every answer."""
        judge = _Judge(self, changed, is_parameter=is_parameter)
        for place, number in enumerate(self.order):
            if not judge.passes(self.cases[number]):
                self.order.insert(0, self.order.pop(place))
                return True
        return False

    def _values(self, pack: Pack, moment: _Moment) -> dict[str, Value] | Refusal:
        try:
            parameters = with_overrides(pack.parameters, moment.filled)
        except Refusal as refusal:
            return refusal
        prefix = area_prefix(moment.area)
        return {name: parameter.at(moment.asof, prefix) for name, parameter in parameters.items()}


class _Judge:
    """One changed pack: compiled for a moment when the first case asks for it, and only what that case asks for."""

    def __init__(self, cases: Cases, pack: Pack, *, is_parameter: bool, skips: bool = True) -> None:
        self.cases = cases
        self.pack = pack
        self.is_parameter = is_parameter
        self.skips = skips and is_parameter
        self.values: dict[int, dict[str, Value] | Refusal] = {}
        self.functions: dict[tuple[int, bool], Callable[..., Decision]] = {}

    def passes(self, case: _Case) -> bool:
        number = case.moment
        if number not in self.values:
            self.values[number] = self.cases._values(self.pack, self.cases.moments[number])
        values, before = self.values[number], self.cases.values[number]
        if isinstance(values, Refusal) or isinstance(before, Refusal):
            return False
        if self.skips and _key(values) == _key(before):
            return True
        try:
            decision = self._decide(case, values)
        except source.Lacking as lacking:
            found: dict[str, object] = {"outcome": "missing_parameter", "because": lacking.names}
        else:
            found = {
                "outcome": decision.outcome, "tier": decision.tier, "amount": decision.amount, "because": decision.refused_by + decision.unknown,
                "lines": {line: amount for line, amount in decision.lines if amount}, "due": dict(decision.due), "approval": decision.needs_approval,
            }  # fmt: skip
        return all(_agrees(key, value, found.get(key)) for key, value in case.wanted.items())

    def _decide(self, case: _Case, values: dict[str, Value]) -> Decision:
        key = (case.moment, case.used is not None)
        if key not in self.functions:
            asof, scaled = self.cases.moments[case.moment].asof, _scaled(self.pack, _key(values))
            if self.is_parameter:
                absent = frozenset(name for name, value in values.items() if value is None)
                place = (*key, absent)
                if place not in self.cases.programs:
                    self.cases.programs[place] = _Refillable(self.cases.pack, asof, absent, under_caps=key[1])
                self.functions[key] = self.cases.programs[place].filled(scaled)
            else:
                self.functions[key] = _compiled(self.pack, asof, scaled, under_caps=key[1])
        return self.functions[key](case.given) if case.used is None else self.functions[key](case.given, case.used)


def _compiled(pack: Pack, asof: date, parameters: Mapping[str, object], *, under_caps: bool) -> Callable[..., Decision]:
    """A fifth of what a programme has compiled: a mutant is decided once or twice, and compiling is what takes the time."""
    constants: list[object] = []
    text = source._Writer(pack, asof, parameters, constants, pack.facts).decide("decide", under_caps=under_caps)
    found: Callable[..., Decision] = source._run(text, constants, pack.id)["decide"]
    return found


class _Gap:
    """Stands where a parameter's value will be put. No number, text or day: so it is looked up and not printed."""


class _Refillable:
    """
    The pack compiled once, with gaps for its parameters: hundreds of mutants differ in one of their values alone.

    `absent`: those without value, which is not filled in but compiled.
    """

    def __init__(self, pack: Pack, asof: date, absent: frozenset[str], *, under_caps: bool) -> None:
        self.gaps = {name: _Gap() for name in pack.parameters if name not in absent}
        values = {name: self.gaps.get(name) for name in pack.parameters}
        self.decide = _compiled(pack, asof, values, under_caps=under_caps)
        space = self.decide.__globals__
        self.keys = {name: [key for key, value in space.items() if value is gap] for name, gap in self.gaps.items()}

    def filled(self, parameters: Mapping[str, object]) -> Callable[..., Decision]:
        """The same function for every mutant, with these values until it is filled again."""
        for name, keys in self.keys.items():
            for key in keys:
                self.decide.__globals__[key] = parameters[name]
        return self.decide


def read_file(pack: Pack, name: str) -> Item:
    try:
        return read_yaml(pack.folder / name, f"{pack.folder.parent.name}/{pack.folder.name}/{name}")
    except BadFile as bad:
        raise PackError([bad.problem]) from None


__all__ = ["Cases", "Overrides", "read_file"]
