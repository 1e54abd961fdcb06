"""
A figure by county as a map with its table beside it.

Without borders it is a grid of tiles, one a county, drawn here: no script, prints, goes by keyboard. A deployment that has a map which
may be published puts ``map/counties.geojson`` (each feature with the county's code as ``adcode`` or ``district_adcode``) and its approval number 审图号
in ``map/approval.txt`` into its folder; then ECharts draws that, and the number stands below it. Both show the number on every county and
say below which colour stands for how many: nobody has to tell two reds apart, nor has paper to have colour.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from niangjia.kernel.deployment import reference_folder
from niangjia.portals.design.showing import deployment

TILE, GAP = 60, 4
STEPS = 5


@dataclass(frozen=True)
class Tile:
    """One county: its place in the grid in the drawing's units, its value (null = nothing known), its step of colour 0 … 5."""

    code: str
    name: str
    left: int
    top: int
    value: int | None
    step: int
    url: str


@dataclass(frozen=True)
class Step:
    """A step of colour and what it stands for: from `least` to `most`, both included."""

    number: int
    least: int
    most: int

    @property
    def words(self) -> str:
        return str(self.least) if self.least == self.most else f"{self.least}–{self.most}"


@dataclass(frozen=True)
class CountyMap:
    """`tiles` in order of code; `rows` those with a value, the highest first. `approval` empty = no official map here."""

    tiles: tuple[Tile, ...]
    rows: tuple[Tile, ...]
    width: int
    height: int
    unit: str
    approval: str

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps that a number can have here, none first."""
        most = max((tile.value or 0 for tile in self.rows), default=0)
        bounds = [(step, most * (step - 1) // STEPS + 1, most * step // STEPS) for step in range(1, STEPS + 1)]
        return (Step(0, 0, 0), *(Step(step, least, top) for step, least, top in bounds if least <= top))


@lru_cache(maxsize=1)
def _grid() -> tuple[dict[str, object], ...]:
    return tuple(json.loads((reference_folder() / "zj_tiles.json").read_text(encoding="utf-8")))


def map_of(values: Mapping[str, int], *, area: str, unit: str, links: Mapping[str, str] | None = None) -> CountyMap:
    """
    `values` and `links` by county code of six digits; `area`: the division shown, a city's counties or the province's. A county without a
    value has none of what is counted.
    """
    division = area[:2] if area[2:6].strip("0") == "" else area[:4]
    cells = [cell for cell in _grid() if str(cell["adcode"]).startswith(division)]
    lefts, tops = [int(str(cell["x"])) for cell in cells], [int(str(cell["y"])) for cell in cells]
    most = max((values.get(str(cell["adcode"]), 0) for cell in cells), default=0)
    tiles = tuple(
        Tile(
            code=code,
            name=str(cell["name"]),
            left=(left - min(lefts)) * (TILE + GAP),
            top=(top - min(tops)) * (TILE + GAP),
            value=values.get(code, 0),
            step=-(-STEPS * values.get(code, 0) // most) if most else 0,
            url=(links or {}).get(code, ""),
        )
        for cell, left, top in zip(cells, lefts, tops, strict=True)
        for code in [str(cell["adcode"])]
    )
    size = [(max(places) - min(places) + 1) * (TILE + GAP) - GAP if places else 0 for places in (lefts, tops)]
    rows = tuple(sorted((tile for tile in tiles if tile.value), key=lambda tile: (-(tile.value or 0), tile.code)))
    return CountyMap(tiles, rows, size[0], size[1], unit, approval_number())


def official_map() -> Path | None:
    """The deployment's own map, if it is there with its approval number."""
    path = deployment().folder / "map" / "counties.geojson"
    return path if path.is_file() and approval_number() else None


def approval_number() -> str:
    path = deployment().folder / "map" / "approval.txt"
    return path.read_text(encoding="utf-8").strip()[:60] if path.is_file() else ""
