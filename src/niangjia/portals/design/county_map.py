"""
A figure by county as a map with its table beside it.

Without borders it is a grid of tiles, one a county, drawn here: no script, prints, goes by keyboard. A deployment that has a map which
may be published puts ``map/counties.geojson`` (each feature with the county's code as ``adcode`` or ``district_adcode``) and its approval number 审图号
in ``map/approval.txt`` into its folder; then ECharts draws that, and the number stands below it. Both show the number on every county and
say below which colour stands for how many: nobody has to tell two reds apart, nor has paper to have colour.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from math import ceil
from pathlib import Path

from niangjia.apps.organizations import areas
from niangjia.kernel.deployment import reference_folder
from niangjia.portals.design.showing import deployment

TILE, GAP = 60, 4
STEPS = 5


@dataclass(frozen=True)
class Tile:
    """One county: its place in the grid in the drawing's units, its value (null = nothing known), that in words, its step of colour 0 … 5."""

    code: str
    name: str
    left: int
    top: int
    value: int | Decimal | None
    step: int
    url: str
    text: str

    @property
    def label(self) -> str:
        """What of its name fits a tile: four signs (新昌县), of a romanised one the first word (Xinchang)."""
        return self.name.split(" ")[0] if self.name.isascii() else self.name[:4]


@dataclass(frozen=True)
class Step:
    """A step of colour and which numbers it stands for."""

    number: int
    words: str


@dataclass(frozen=True)
class CountyMap:
    """
    `tiles` in order of code; `rows` those with a value, the highest first; `steps` those that a number can have here. `scale`: the colours,
    empty = red. `approval` empty = no official map here.
    """

    tiles: tuple[Tile, ...]
    rows: tuple[Tile, ...]
    steps: tuple[Step, ...]
    width: int
    height: int
    unit: str
    approval: str
    scale: str


@lru_cache(maxsize=1)
def _grid() -> tuple[dict[str, object], ...]:
    return tuple(json.loads((reference_folder() / "zj_tiles.json").read_text(encoding="utf-8")))


def map_of(
    values: Mapping[str, int],
    *,
    area: str,
    unit: str,
    links: Mapping[str, str] | None = None,
) -> CountyMap:
    """
    Counts. `values` and `links` by county code of six digits; `area`: the division shown, a city's counties or the province's. A county
    without a value has none of what is counted.
    """
    cells = _cells(area)
    counts = {code: values.get(code, 0) for code in cells}
    most = max(counts.values(), default=0)
    steps = {code: -(-STEPS * count // most) if most else 0 for code, count in counts.items()}
    words = [Step(0, "0"), *_whole_steps(most, str)]
    return _map(cells, counts, steps, words, unit=unit, links=links or {}, write=str)


def map_of_measures(
    values: Mapping[str, Decimal | None],
    *,
    area: str,
    unit: str,
    links: Mapping[str, str],
    write: Callable[[Decimal | None], str],
    scale: str = "",
    begins_at_zero: bool = True,
) -> CountyMap:
    """
    What is no count: money, rates, days. The steps are even between the lowest and the highest, or between zero and the highest where it
    `begins_at_zero`. A county without a value has nothing to tell.
    """
    cells = _cells(area)
    known = {code: value for code, value in values.items() if code in cells and value is not None}
    most = max(known.values(), default=Decimal(0))
    least = Decimal(0) if begins_at_zero else min(known.values(), default=Decimal(0))
    size = (most - least) / STEPS
    steps = {
        code: 0 if begins_at_zero and not value else min(STEPS, max(1, ceil((value - least) / size))) if size else 1
        for code, value in known.items()
    }
    used = range(1, STEPS + 1) if size else range(1, 2) if known else range(0)
    if size and begins_at_zero and all(value == value.to_integral_value() for value in known.values()):
        words = _whole_steps(int(most), lambda number: write(Decimal(number)))
    else:
        words = [Step(step, f"{write(least + size * (step - 1))}–{write(least + size * step)}" if size else write(most)) for step in used]  # fmt: skip
    if not known or 0 in steps.values() or len(known) < len(cells):
        words.insert(0, Step(0, write(Decimal(0) if 0 in steps.values() else None)))
    return _map(cells, {code: known.get(code) for code in cells}, steps, words, unit=unit, links=links, write=write, scale=scale)  # fmt: skip


def _whole_steps(most: int, write: Callable[[int], str]) -> list[Step]:
    """From one to `most`: no number stands in two steps, and a step that has none is left out."""
    bounds = [(step, most * (step - 1) // STEPS + 1, most * step // STEPS) for step in range(1, STEPS + 1)]
    return [
        Step(step, write(least) if least == top else f"{write(least)}–{write(top)}")
        for step, least, top in bounds
        if least <= top
    ]


def _cells(area: str) -> dict[str, dict[str, object]]:
    division = area[:2] if area[2:6].strip("0") == "" else area[:4]
    return {str(cell["adcode"]): cell for cell in _grid() if str(cell["adcode"]).startswith(division)}


def _map(
    cells: Mapping[str, Mapping[str, object]],
    values: Mapping[str, int | Decimal | None],
    steps: Mapping[str, int],
    words: list[Step],
    *,
    unit: str,
    links: Mapping[str, str],
    write: Callable[..., str],
    scale: str = "",
) -> CountyMap:
    lefts, tops = ([int(str(cell[side])) for cell in cells.values()] for side in ("x", "y"))
    tiles = tuple(
        Tile(
            code=code,
            name=areas.name_of(code),
            left=(left - min(lefts)) * (TILE + GAP),
            top=(top - min(tops)) * (TILE + GAP),
            value=values[code],
            step=steps.get(code, 0),
            url=links.get(code, ""),
            text=write(values[code]),
        )
        for code, left, top in zip(cells, lefts, tops, strict=True)
    )
    size = [(max(places) - min(places) + 1) * (TILE + GAP) - GAP if places else 0 for places in (lefts, tops)]
    rows = tuple(sorted((tile for tile in tiles if tile.value), key=lambda tile: (-(tile.value or 0), tile.code)))
    return CountyMap(tiles, rows, tuple(words), size[0], size[1], unit, approval_number(), scale)


def official_map() -> Path | None:
    """The deployment's own map, if it is there with its approval number."""
    path = deployment().folder / "map" / "counties.geojson"
    return path if path.is_file() and approval_number() else None


def approval_number() -> str:
    path = deployment().folder / "map" / "approval.txt"
    return path.read_text(encoding="utf-8").strip()[:60] if path.is_file() else ""
