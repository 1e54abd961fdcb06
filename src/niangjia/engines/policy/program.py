"""One pack, one day, one area: parameters resolved, rules compiled; decides one person in a microsecond or two."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from niangjia.engines.policy import source
from niangjia.engines.policy.pack import Pack
from niangjia.engines.policy.parameters import Overrides, Value, area_prefix, with_overrides
from niangjia.engines.policy.problems import MissingParameter, OutsideArea

Outcome = Literal["granted", "refused", "cannot_tell"]
Facts = Mapping[str, object]


class Decision(NamedTuple):
    """
    `amount`: yuan, None unless granted; `lines`: (line id, yuan) of each benefit line, before the caps.
    `refused_by`: ids of the rules, tiers and caps that are false; `unknown`: ids of what could not be told and matters.
    `needs_approval`: ids of approvals that somebody else must give first.
    """

    outcome: Outcome
    tier: str | None
    amount: Decimal | None
    lines: tuple[tuple[str, Decimal], ...]
    refused_by: tuple[str, ...]
    unknown: tuple[str, ...]
    needs_approval: tuple[str, ...]
    content_hash: str


class Trace(NamedTuple):
    """Every test's truth (None = unknown) and every line's cents, in the pack's order."""

    rules: tuple[bool | None, ...]
    tiers: tuple[bool | None, ...]
    caps: tuple[bool | None, ...]
    lines: tuple[int | None, ...]
    approvals: tuple[bool | None, ...]
    tier: str | None
    total: int | None


@dataclass(frozen=True, eq=False)
class Program:
    """`parameters`: the values in force on `asof` in `area`. `source`: the generated Python, for the curious."""

    pack: Pack
    asof: date
    area: str
    parameters: Mapping[str, Value]
    source: str = field(repr=False)
    _decide: Callable[[Facts], Decision] = field(repr=False)
    _decide_under_caps: Callable[[Facts, Facts], Decision] = field(repr=False)
    _trace: Callable[[Facts, Facts | None], Trace] = field(repr=False)

    def decide(self, facts: Facts, used: Facts | None = None) -> Decision:
        """
        Granted, refused or cannot tell. Facts that are missing or None are unknown; facts the pack does not ask for are passed over.

        `used`: cap id → what was granted before in that cap's window (a count, or yuan); a cap without an entry is unknown.
        Without `used` the caps are left out: the entitlement before caps.

        Raises:
            FactError: a fact has a wrong type.
        """
        return self._decide(facts) if used is None else self._decide_under_caps(facts, used)

    def trace(self, facts: Facts, used: Facts | None = None) -> Trace:
        return self._trace(facts, used)


def compile_program(pack: Pack, *, asof: date, area: str, overrides: Overrides | None = None) -> Program:
    """
    The pack ready to decide for a day and a division (any length of code). `overrides`: what the deployment fills in,
    name → area code or "" → first day → value.

    Raises:
        OutsideArea: the pack does not hold there.
        MissingParameter: a parameter has no value for that area on that day; deciding is refused.
        BadOverride: an override does not fit its parameter, or is a second value for the same area and day.
    """
    parameters = with_overrides(pack.parameters, overrides)
    prefix = area_prefix(area)
    if not prefix.startswith(pack.area):
        raise OutsideArea(pack=pack.id, holds_in=pack.area, area=area)
    values = {name: parameter.at(asof, prefix) for name, parameter in parameters.items()}
    missing = [name for name, value in values.items() if value is None]
    if missing:
        raise MissingParameter(pack=pack.id, names=missing, area=area, asof=asof)
    # bool is an int and 1 == True: the type belongs to the key.
    key = tuple((name, type(value), value) for name, value in values.items())
    text, functions = _compiled(pack, asof, key)
    return Program(pack, asof, area, values, text, functions["decide"], functions["decide_under_caps"], functions["trace"])


@lru_cache(maxsize=512)
def _compiled(pack: Pack, asof: date, key: tuple[tuple[str, type, Value], ...]) -> tuple[str, dict[str, Callable[..., Any]]]:
    scaled = {name: _scaled(pack, name, value) for name, _, value in key}
    return source.compile_functions(pack, asof, scaled, Decision, Trace)


def _scaled(pack: Pack, name: str, value: Value) -> object:
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return int(Decimal(value) * 10 ** pack.parameters[name].type.scale)
    return value
