"""The pages of the cockpit as ``vocabulary/cockpit.yaml`` declares them: figures, and panels that put them together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

import yaml

from niangjia.engines import counting
from niangjia.kernel.deployment import programs_folder

Words = Mapping[str, str]


class Span(StrEnum):
    """Which days a figure counts when a month is looked at."""

    MONTH = "month"  # that month
    YEAR = "year"  # from the first of January to the month's end
    STANDING = "standing"  # whatever stands, however old: the roll-up's own day, whichever month is looked at


class Good(StrEnum):
    UP = "up"
    DOWN = "down"
    NEITHER = "neither"


class Kind(StrEnum):
    """What a block is: a table, and a chart drawn from it."""

    MONTHS = "months"  # a line a month
    BY = "by"  # a line a value of a tag
    UNIONS = "unions"  # a line a union right below
    GAPS = "gaps"  # as BY or UNIONS, of a rate, with the alarm on large gaps


@dataclass(frozen=True)
class Figure:
    """`noun`: what it counts, behind the number (户); empty = the unit's own. `of`: of a rate, the figure that is its denominator."""

    id: str
    title: Words
    noun: Words
    note: Words
    measure: counting.Measure
    of: Figure | None
    span: Span
    good: Good
    scale: str

    @property
    def unit(self) -> str:
        return str(self.measure.unit)

    @property
    def is_rate(self) -> bool:
        return self.unit == "percent"

    @property
    def asks_of(self) -> frozenset[str]:
        """The columns that its condition names."""
        return counting.columns_of(self.measure)


@dataclass(frozen=True)
class Block:
    """`tag` empty = by union. `chart`: lines, stacked, bars, or empty. `below`: the figures that a stacked chart draws below its line. `id` is unique in its panel."""

    id: str
    kind: Kind
    title: Words
    note: Words
    figures: tuple[Figure, ...]
    tag: str
    chart: str
    below: tuple[Figure, ...]


@dataclass(frozen=True)
class Panel:
    """One page. `map`: the figures to choose from for the map, empty = a page without one. `has_targets`: it shows the union's targets."""

    id: str
    title: Words
    asks: Words
    tiles: tuple[Figure, ...]
    map: tuple[Figure, ...]
    blocks: tuple[Block, ...]
    has_targets: bool

    @property
    def figures(self) -> tuple[Figure, ...]:
        """All but those to choose from for the map."""
        found = (*self.tiles, *(figure for block in self.blocks for figure in block.figures))
        return tuple({figure.id: figure for figure in found}.values())


@dataclass(frozen=True)
class Alarm:
    """When a group's rate is called far off: outside these two shares of the whole's rate, and by more than chance makes it."""

    least: str
    most: str


@dataclass(frozen=True)
class Declared:
    figures: Mapping[str, Figure]
    panels: tuple[Panel, ...]
    alarm: Alarm

    @property
    def tags(self) -> frozenset[str]:
        """Those that some table is by."""
        return frozenset(block.tag for panel in self.panels for block in panel.blocks if block.tag)

    def panel(self, name: str) -> Panel | None:
        return next((panel for panel in self.panels if panel.id == name), None)

    def rates_above(self, count: Figure) -> tuple[Figure, ...]:
        """The rates whose line this is counted above: beside what is below it, it says the rate."""
        own = count.measure
        if count.is_rate or count.unit not in ("pieces", "persons"):
            return ()
        return tuple(
            rate
            for rate in self.rates
            if (rate.measure.source, rate.measure.where) == (own.source, own.where) and rate.span is count.span
        )

    def rates_told_by(self, count: Figure, tag: str) -> tuple[Figure, ...]:
        """The rates that this, told apart by `tag`, says: by outcome, how many were confirmed of all that were verified."""
        own = count.measure
        return tuple(
            rate
            for rate in self.rates
            if count.unit in ("pieces", "persons")
            and rate.of is not None
            and (rate.of.measure.source, rate.of.measure.where, rate.span) == (own.source, own.where, count.span)
            and tag in rate.asks_of
        )

    @property
    def rates(self) -> tuple[Figure, ...]:
        return tuple(figure for figure in self.figures.values() if figure.is_rate)


@lru_cache(maxsize=1)
def declared() -> Declared:
    """Read once a process. Raises KeyError, ValueError: a page names a figure that is not there, or a word is misspelt."""
    text = (programs_folder() / "vocabulary" / "cockpit.yaml").read_text(encoding="utf-8")
    return read(yaml.safe_load(text))


def read(raw: Mapping[str, Any]) -> Declared:
    figures: dict[str, Figure] = {}
    for one in raw["figures"]:  # a rate names a figure above it
        figures[one["id"]] = _figure(one, figures)
    panels = tuple(_panel(one, figures) for one in raw["panels"])
    return Declared(figures, panels, Alarm(**{name: str(share) for name, share in raw["alarm"].items()}))


def _figure(raw: Mapping[str, Any], above: Mapping[str, Figure]) -> Figure:
    whole = above[raw["of"]] if "of" in raw else None
    return Figure(
        id=raw["id"],
        title=raw["title"],
        noun=raw.get("noun", {}),
        note=raw.get("note", {}),
        measure=_measure(raw, whole.measure if whole else None),
        of=whole,
        span=Span(raw.get("span", "month")),
        good=Good(raw.get("good", "neither")),
        scale=raw.get("scale", "red"),
    )


def _measure(raw: Mapping[str, Any], of: counting.Measure | None = None) -> counting.Measure:
    return counting.Measure(
        id=raw["id"],
        title=raw["title"],
        source=raw["source"],
        unit=raw["unit"],
        where=raw.get("where", ""),
        value=raw.get("value", ""),
        of=of,
    )


def _panel(raw: Mapping[str, Any], figures: Mapping[str, Figure]) -> Panel:
    return Panel(
        id=raw["id"],
        title=raw["title"],
        asks=raw["asks"],
        tiles=tuple(figures[name] for name in raw.get("tiles", ())),
        map=tuple(figures[name] for name in raw.get("map", ())),
        blocks=tuple(
            Block(
                id=one["id"],
                kind=Kind(one["kind"]),
                title=one["title"],
                note=one.get("note", {}),
                figures=tuple(figures[name] for name in one["figures"]),
                tag=one.get("tag", ""),
                chart=one.get("chart", ""),
                below=tuple(figures[name] for name in one.get("below", ())),
            )
            for one in raw.get("blocks", ())
        ),
        has_targets=raw.get("has_targets", False),
    )
