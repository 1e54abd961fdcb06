"""One pack, one day, one area: parameters resolved, rules compiled; decides one person in a microsecond or two."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any, Literal

from niangjia.engines.policy import explain as explaining
from niangjia.engines.policy import source
from niangjia.engines.policy.decision import Decision, Facts, Trace
from niangjia.engines.policy.expressions import tree
from niangjia.engines.policy.pack import Pack
from niangjia.engines.policy.parameters import Overrides, Value, area_prefix, with_overrides
from niangjia.engines.policy.problems import MissingParameter, NothingToDecide, OutsideArea
from niangjia.engines.policy.source import Lacking
from niangjia.engines.policy.values import YUAN, ReadFacts

Key = tuple[tuple[str, type, Value], ...]


@dataclass(frozen=True, eq=False)
class Program:
    """
    `parameters`: the values in force on `asof` in `area`, None where there is none. `absent`: of those without value the ones that some
    rule, tier, line, cap or approval names. Its functions are written and compiled when first asked for.
    """

    pack: Pack
    asof: date
    area: str
    parameters: Mapping[str, Value]
    absent: tuple[str, ...]
    _key: Key = field(repr=False)

    @property
    def source(self) -> str:
        """The generated Python that decides without caps, for the curious."""
        return _compiled(self.pack, self.asof, self._key, "decide")[0]

    @cached_property
    def _decide(self) -> Callable[[Facts], Decision]:
        return _compiled(self.pack, self.asof, self._key, "decide")[1]

    @cached_property
    def _decide_read(self) -> Callable[[Facts], Decision]:
        return _compiled(self.pack, self.asof, self._key, "decide_read")[1]

    @cached_property
    def _decide_under_caps(self) -> Callable[[Facts, Facts], Decision]:
        return _compiled(self.pack, self.asof, self._key, "decide_under_caps")[1]

    @cached_property
    def _trace(self) -> Callable[[Facts, Facts | None], Trace]:
        return _compiled(self.pack, self.asof, self._key, "trace")[1]

    @cached_property
    def _limits(self) -> Callable[[Facts], tuple[int | None, ...]]:
        return _compiled(self.pack, self.asof, self._key, "limits")[1]

    def decide(self, facts: Facts, used: Facts | None = None) -> Decision:
        """
        Granted, refused or cannot tell. Facts that are missing or None are unknown; facts the pack does not ask for are passed over.

        `used`: cap id → what was granted before in that cap's window (a count, or yuan); a cap without an entry is unknown.
        Without `used` the caps are left out: the entitlement before caps.

        Raises:
            FactError: a fact has a wrong type.
            MissingParameter: the answer hangs on a parameter without value.
        """
        try:
            return self._decide(facts) if used is None else self._decide_under_caps(facts, used)
        except Lacking as lacking:
            raise self._missing(lacking) from None

    def decide_read(self, facts: ReadFacts) -> Decision:
        """As `decide` without caps, of facts that `read_facts` has checked and converted: for many programmes of one person."""
        try:
            return self._decide_read(facts)
        except Lacking as lacking:
            raise self._missing(lacking) from None

    def _missing(self, lacking: Lacking) -> MissingParameter:
        return MissingParameter(pack=self.pack.id, names=lacking.names, area=self.area, asof=self.asof)

    def trace(self, facts: Facts, used: Facts | None = None) -> Trace:
        return self._trace(facts, used)

    def limits(self, facts: Facts) -> dict[str, int | Decimal | None]:
        """What each cap allows these facts, by its id: times, or yuan in whole cents; None = not known. Facts as for `decide`."""
        return {
            cap.id: limit if limit is None or cap.count is not None else YUAN[limit]
            for cap, limit in zip(self.pack.caps, self._limits(facts), strict=True)
        }

    def explain(
        self, facts: Facts, *, used: Facts | None = None, language: Literal["zh", "en"] = "zh"
    ) -> explaining.Explanation:
        """Every rule with clause, sentence, values and truth; what is missing; lazily the nearest change. Facts as for `decide`."""
        return explaining.explain(self, facts, used=used, language=language)

    def difference(self, node: tree.Compare) -> Callable[[Facts], int | None]:
        """Left minus right of a comparison, as an integer at the larger scale; None if unknown. For the nearest change."""
        return _difference(self.pack, self.asof, self._key, node)


def counts_for(pack: Pack, indicator: str, facts: Facts, *, asof: date) -> bool:
    """Whether a closed case counts for an indicator; what is not known does not. Raises FactError: a fact has a wrong type."""
    if indicator not in pack.count_tests:
        return True
    node = pack.count_tests[indicator]
    return node is not None and source.compile_test(pack, asof, node)(facts) is True


def compile_program(
    pack: Pack, *, asof: date, area: str, overrides: Overrides | None = None, known_on: date | None = None
) -> Program:
    """
    The pack ready to decide for a day and a division (any length of code). `overrides`: what the deployment fills in,
    name → area code or "" → first day → value. `known_on`: with the values as they were known on that day; None = now.
    A parameter without value there refuses only the decisions that need it (`Program.decide`).

    Raises:
        NothingToDecide: the pack is a container of measures.
        OutsideArea: the pack does not hold there.
        BadOverride: an override does not fit its parameter, or is a second value for the same area and day.
    """
    if pack.measures:
        raise NothingToDecide(pack=pack.id)
    parameters = with_overrides(pack.parameters, overrides)
    prefix = area_prefix(area)
    if not prefix.startswith(pack.area):
        raise OutsideArea(pack=pack.id, holds_in=pack.area, area=area)
    values = {name: parameter.at(asof, prefix, known_on) for name, parameter in parameters.items()}
    missing = [name for name, value in values.items() if value is None]
    named = set(tree.parameters_in(*pack.nodes)) if missing else set()
    return Program(
        pack,
        asof,
        area,
        values,
        tuple(name for name in missing if name in named),
        _key(values),
    )


def _key(values: Mapping[str, Value]) -> Key:
    # bool is an int and 1 == True: the type belongs to the key.
    return tuple((name, type(value), value) for name, value in values.items())


@lru_cache(maxsize=2048)
def _compiled(pack: Pack, asof: date, key: Key, name: source.FunctionName) -> tuple[str, Callable[..., Any]]:
    return source.compile_function(pack, asof, _scaled(pack, key), name)


@lru_cache(maxsize=2048)
def _difference(pack: Pack, asof: date, key: Key, node: tree.Compare) -> Callable[[Facts], int | None]:
    return source.compile_difference(pack, asof, _scaled(pack, key), node)


def _scaled(pack: Pack, key: Key) -> dict[str, object]:
    """Parameters as rules calculate with them: numbers as integers at their scale."""
    found: dict[str, object] = {}
    for name, _, value in key:
        is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
        found[name] = int(Decimal(value) * 10 ** pack.parameters[name].type.scale) if is_number else value  # type: ignore[arg-type]
    return found
