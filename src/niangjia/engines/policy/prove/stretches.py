"""Stretches of days, in one area, over which every dated parameter keeps its value: a proof is about one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from niangjia.engines.policy.expressions import tree
from niangjia.engines.policy.expressions.tree import Node
from niangjia.engines.policy.expressions.types import FIRST_DAY, LAST_DAY
from niangjia.engines.policy.pack import Pack
from niangjia.engines.policy.parameters import Overrides, Parameter, Value, with_overrides


@dataclass(frozen=True)
class Stretch:
    """
    From `first` to `last`, both included. `values`: in force. `open`: parameters that the paper leaves empty and nobody filled.
    `filled`: what the pack's own examples (``cases.yaml``) put into those. `also`: (area, first, last) of the same numbers.
    """

    area: str
    first: date
    last: date
    values: Mapping[str, Value]
    open: tuple[str, ...]
    filled: Mapping[str, Value]
    also: tuple[tuple[str, date, date], ...] = ()

    @property
    def shown(self) -> str:
        return " ".join(filter(None, [f"{self.first} …" if self.last == LAST_DAY else f"{self.first} … {self.last}"]))


@dataclass(frozen=True)
class Silence:
    """
    Days on which whoever needs `names` is refused a decision: parameters that are not left open, or that a deployment left out, have no
    value then. What is decided without them is decided as it would be with any value.
    """

    area: str
    first: date
    last: date
    names: tuple[str, ...]


@dataclass(frozen=True)
class Calendar:
    stretches: tuple[Stretch, ...]
    silences: tuple[Silence, ...]
    looks_at_asof: bool = field(default=False)


def calendar_of(
    pack: Pack, nodes: Sequence[Node], *, overrides: Overrides | None = None, filled: Overrides | None = None
) -> Calendar:
    """
    Every stretch with other numbers than the rest: what differs in parameters that `nodes` do not use is the same stretch.

    `overrides`: a deployment's values, as good as the pack's own; what they leave out has none. `filled`: invented values of examples, for open parameters.

    Raises:
        BadOverride: a value does not fit its parameter.
    """
    parameters = with_overrides(pack.parameters, overrides)
    examples = with_overrides(parameters, _still_open(parameters, filled))
    used = set(tree.parameters_in(*nodes))
    looks_at_asof = any(isinstance(part, tree.Asof) for node in nodes for part in tree.walk(node))
    found: dict[tuple[object, ...], Stretch] = {}
    silences = []
    for area in areas_of(pack, parameters):
        for first, last in spans_of(parameters):
            values = {name: parameter.at(first, area) for name, parameter in parameters.items()}
            may_be_open = {name for name, one in parameters.items() if one.is_open and overrides is None}
            missing = tuple(
                name for name, value in values.items() if value is None and name not in may_be_open and name in used
            )
            if missing:
                silences.append(Silence(area, first, last, missing))
                continue
            empty = tuple(name for name, value in values.items() if value is None)
            known = {name: value for name, value in values.items() if value is not None}
            shown = {name: value for name in empty if (value := examples[name].at(last, area)) is not None}
            key = (
                (first, last) if looks_at_asof else (),
                *((name, type(value), value) for name, value in known.items() if name in used),
                *((name, str(shown.get(name))) for name in empty if name in used),
            )
            stretch = Stretch(area, first, last, known, empty, shown)
            found[key] = _joined(found[key], stretch) if key in found else stretch
    return Calendar(tuple(found.values()), tuple(silences), looks_at_asof)


def _joined(one: Stretch, other: Stretch) -> Stretch:
    if one.area == other.area and not one.also and one.last + timedelta(days=1) == other.first:
        return Stretch(one.area, one.first, other.last, one.values, one.open, one.filled)
    return Stretch(one.area, one.first, one.last, one.values, one.open, one.filled,
                   (*one.also, (other.area, other.first, other.last)))  # fmt: skip


def _still_open(parameters: Mapping[str, Parameter], filled: Overrides | None) -> Overrides:
    return {name: areas for name, areas in (filled or {}).items() if name in parameters and parameters[name].is_open}


def areas_of(pack: Pack, parameters: Mapping[str, Parameter]) -> list[str]:
    inside = {area for one in parameters.values() for area in one.areas if area.startswith(pack.area)}
    return sorted({pack.area, *inside}, key=lambda area: (len(area), area))


def spans_of(parameters: Mapping[str, Parameter]) -> list[tuple[date, date]]:
    days = sorted({dated.since for one in parameters.values() for dated in one.values if dated.since > FIRST_DAY})
    firsts = [FIRST_DAY, *days]
    return list(zip(firsts, [*(day - timedelta(days=1) for day in days), LAST_DAY], strict=True))
