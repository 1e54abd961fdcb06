"""Dated numbers of a pack, inherited down the area tree.

The nearest area with a value in force wins (its code is the longest prefix), then the latest day not after `asof`.
A value of nothing (``2024-01-01: null``) ends what was in force.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from niangjia.engines.policy.expressions.types import Kind, Type
from niangjia.kernel.problems import Refusal

Value = Decimal | int | bool | date | str | tuple[str, ...] | None


@dataclass(frozen=True)
class Dated:
    """
    `area` is a prefix of division codes: "" = everywhere the pack holds, "3306" = Shaoxing and below it.

    `known`: the day from which it could be known (a notice that came later than it held); None = from `since` on.
    """

    area: str
    since: date
    value: Value
    known: date | None = None


@dataclass(frozen=True)
class Parameter:
    """`is_open`: the paper leaves it empty; a deployment fills it, and until then what needs it is refused."""

    name: str
    kind: str  # money integer number boolean date text list
    unit: str
    values: tuple[Dated, ...]
    clause: str
    say: Mapping[str, str]
    is_open: bool
    type: Type

    def at(self, asof: date, area: str, known_on: date | None = None) -> Value:
        """The value in force, or None. `known_on`: as it was known on that day; None = as it is known now."""
        for prefix, value in self.in_force(asof, known_on):
            if area.startswith(prefix):
                return value
        return None

    def in_force(self, asof: date, known_on: date | None = None) -> list[tuple[str, Value]]:
        """(area prefix, value) on that day, longest prefix first; what has ended is left out."""
        latest: dict[str, Dated] = {}
        for dated in sorted(self.values, key=lambda one: (one.since, one.known or one.since)):
            if dated.since <= asof and (known_on is None or dated.known is None or dated.known <= known_on):
                latest[dated.area] = dated
        found = [(area, dated.value) for area, dated in latest.items() if dated.value is not None]
        return sorted(found, key=lambda pair: (-len(pair[0]), pair[0]))

    @property
    def areas(self) -> tuple[str, ...]:
        return tuple(sorted({dated.area for dated in self.values if dated.area}))


def area_prefix(code: str) -> str:
    """
    A division code without the zeros that only fill it up.

    >>> area_prefix("330600"), area_prefix("330624000000"), area_prefix("330624001000"), area_prefix("33")
    ('3306', '330624', '330624001', '33')
    """
    if len(code) == 12:
        for _ in range(2):
            if len(code) > 6 and code.endswith("000"):
                code = code[:-3]
    if len(code) == 6:
        for _ in range(2):
            if len(code) > 2 and code.endswith("00"):
                code = code[:-2]
    return code


def is_area(code: str) -> bool:
    return re.fullmatch(r"[0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12}", code) is not None


class BadOverride(Refusal):
    """A value that a deployment fills in does not fit the parameter."""

    def __init__(self, name: str, zh: str, en: str) -> None:
        super().__init__(f"参数 {name}：{zh}", f"Parameter {name}: {en}")


@dataclass(frozen=True)
class Known:
    """A value that a deployment filled in, and the day from which it was known (approved)."""

    value: Value
    on: date


Overrides = Mapping[str, Mapping[str, Mapping[date, "Value | Known | tuple[Known, ...]"]]]


def with_overrides(parameters: Mapping[str, Parameter], overrides: Overrides | None) -> dict[str, Parameter]:
    """
    The pack's parameters, and what the deployment fills in: name → area ("" or a code) → first day → value, or several that became
    known one after the other.

    Raises:
        BadOverride: an unknown name, a wrong type, or a second value for the same area and day.
    """
    filled = dict(parameters)
    for name, areas in (overrides or {}).items():
        parameter = filled.get(name)
        if parameter is None:
            continue  # one parameter file serves several packs
        added = []
        for area, dates in areas.items():
            if area and not is_area(area):
                raise BadOverride(name, f"{area} 不是区划代码。", f"{area} is not a division code.")
            for since, given in dates.items():
                for value, known in _versions(given):
                    if fault := misfit(parameter, value):
                        raise BadOverride(name, *fault)
                    added.append(Dated(area_prefix(area), since, value, known))
        values = parameter.values + tuple(added)
        if twice := overlap(values):
            raise BadOverride(
                name,
                f"{twice.area or '全部区划'} 在 {twice.since} 有两个值。",
                f"two values for {twice.area or 'everywhere'} on {twice.since}.",
            )
        filled[name] = replace(parameter, values=values)
    return filled


def _versions(given: Value | Known | tuple[Known, ...]) -> list[tuple[Value, date | None]]:
    if isinstance(given, Known):
        return [(given.value, given.on)]
    if isinstance(given, tuple) and any(isinstance(one, Known) for one in given):
        return [(one.value, one.on) for one in given if isinstance(one, Known)]
    return [(given, None)]  # type: ignore[list-item]


def overlap(values: Iterable[Dated]) -> Dated | None:
    """The second of two values for the same area and day, known from the same day."""
    seen = set()
    for dated in values:
        place = (dated.area, dated.since, dated.known or dated.since)
        if place in seen:
            return dated
        seen.add(place)
    return None


_KINDS: dict[str, tuple[type, ...]] = {
    "money": (int, Decimal), "integer": (int,), "number": (int, Decimal), "boolean": (bool,), "date": (date,), "text": (str,),
    "list": (tuple,),
}  # fmt: skip


def misfit(parameter: Parameter, value: Value) -> tuple[str, str] | None:
    """Why a value cannot be this parameter's, or None."""
    if value is None:
        return None
    if not isinstance(value, _KINDS[parameter.kind]) or (isinstance(value, bool) and parameter.kind != "boolean"):
        return f"{value} 不是 {parameter.kind} 类型。", f"{value} is not of type {parameter.kind}."
    if parameter.type.kind is Kind.NUMBER and isinstance(value, int | Decimal):
        scaled = Decimal(value) * 10**parameter.type.scale
        if scaled != int(scaled):
            return (
                f"{value} 的小数超过 {parameter.type.scale} 位。",
                f"{value} has more than {parameter.type.scale} places.",
            )
        if not parameter.type.low <= int(scaled) <= parameter.type.high:
            return (
                f"{value} 超出允许范围。",
                f"{value} is outside its bounds; state minimum and maximum if it is meant.",
            )
    if parameter.type.values is not None and value not in parameter.type.values:
        return f"{value} 不在可用取值中。", f"{value} is not one of its values."
    return None
