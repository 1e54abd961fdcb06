"""What of a result a page may show: no figure about fewer than ten households, nor one from which such a figure could be told.

A figure is hidden where its own households are fewer than ten, and with it what would give it away: the other flow of the same
cell, the side after a change that touches fewer than ten, and among counties (or months) as many of the next smallest as it takes
until those hidden together are ten or more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal

from niangjia.engines.simulation.results import Cell, Gap, ProgramResult, Spread

SMALLEST = 10

_FLOW = ("newly_in", "newly_out", "from_untold", "to_untold")
_PARTS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "rows": (("rows",), ("rows", "told")),
    "before": (("before_granted",), ("before_granted", "before_yuan")),
    "after": (("after_granted", "changed"), ("after_granted", "after_yuan", "most_yuan")),
    "flows": (_FLOW, (*_FLOW, "changed")),
    "money": (("gainers", "losers"), ("gainers", "losers", "gained_yuan", "lost_yuan", "changed")),
    "untold": (
        ("after_untold",),
        ("after_untold", "before_untold", "untold_yuan", "untold_without_yuan", "told", "most_yuan"),
    ),
}
"""Part → the counts that must not be small, and the figures that are hidden if one is."""
_FLOWS = {"flows", "money"}


@dataclass(frozen=True)
class Shown:
    """One row of a table. Every figure of `Cell`, None where it is hidden."""

    name: str
    figures: Mapping[str, int | Decimal | None]

    def __getitem__(self, figure: str) -> int | Decimal | None:
        return self.figures[figure]

    @property
    def is_any_hidden(self) -> bool:
        return any(
            value is None and (name != "most_yuan" or self.figures["after_yuan"] is None)
            for name, value in self.figures.items()
        )


@dataclass(frozen=True)
class ShownResult:
    """A programme's tables as a page may show them. `gain` and `loss` per month; None where hidden."""

    whole: Shown
    counties: tuple[Shown, ...]
    months: tuple[Shown, ...]
    gain: tuple[tuple[str, Spread | None], ...]
    loss: tuple[tuple[str, Spread | None], ...]
    gaps: tuple[tuple[Gap, int | None, int | None], ...]
    lacking: tuple[tuple[str, int | None], ...]

    @property
    def is_any_hidden(self) -> bool:
        rows = (self.whole, *self.counties, *self.months)
        spreads = (spread for _, spread in (*self.gain, *self.loss))
        return any(row.is_any_hidden for row in rows) or any(spread is None for spread in spreads)


def hide_small(result: ProgramResult) -> ShownResult:
    whole = result.whole
    counties = result.counties
    months = {month.month: month.whole for month in result.months}
    hidden_whole = _hidden(whole)
    return ShownResult(
        whole=_shown("", whole, hidden_whole),
        counties=_table(counties, hidden_whole),
        months=_table(months, hidden_whole),
        gain=tuple((month.month, _spread(month.gain)) for month in result.months),
        loss=tuple((month.month, _spread(month.loss)) for month in result.months),
        gaps=tuple((gap, _count(gap.rows), _count(gap.alone)) for gap in result.gaps),
        lacking=tuple((name, _count(rows)) for name, rows in result.lacking.items()),
    )


def _is_small(households: int) -> bool:
    return 0 < households < SMALLEST


def _count(rows: int) -> int | None:
    return None if _is_small(rows) else rows


def _spread(spread: Spread) -> Spread | None:
    return None if _is_small(spread.households) else spread


def _households(cell: Cell, measure: str) -> int:
    return int(getattr(cell, f"{measure}_households"))


def _hidden(cell: Cell) -> set[str]:
    """The parts of one cell that are hidden for its own sake."""
    hidden = {
        part for part, (measures, _) in _PARTS.items() if any(_is_small(_households(cell, one)) for one in measures)
    }
    if "rows" in hidden:
        return set(_PARTS)
    # Before and after side by side show what changed: if that is small, the side after is not shown.
    if _is_small(cell.changed_households):
        hidden |= {"after", "untold"} | _FLOWS
    return _closed(hidden)


def _closed(hidden: set[str]) -> set[str]:
    """One side and the flows give the other side."""
    return hidden | _FLOWS if hidden & {"before", "after"} else hidden


def _table(cells: Mapping[str, Cell], hidden_whole: set[str]) -> tuple[Shown, ...]:
    hidden = {name: _hidden(cell) for name, cell in cells.items()}
    before: dict[str, set[str]] = {}
    while hidden != before:  # what is hidden for a column's sake hides more of its row, and that more of other columns
        before = {name: set(parts) for name, parts in hidden.items()}
        for part, (measures, _) in _PARTS.items():
            if part not in hidden_whole:
                for measure in measures:
                    _cover(part, {name: _households(cell, measure) for name, cell in cells.items()}, hidden)
        hidden = {name: _closed(parts) for name, parts in hidden.items()}
    return tuple(_shown(name, cell, hidden[name]) for name, cell in cells.items())


def _cover(part: str, sizes: Mapping[str, int], hidden: dict[str, set[str]]) -> None:
    """Hide more of a column until the total less what is shown tells of ten households or more, in more than one row."""

    def small() -> list[str]:
        return [name for name in sizes if part in hidden[name]]

    rest = sorted((size, name) for name, size in sizes.items() if part not in hidden[name])
    while small() and rest and (len(small()) == 1 or sum(sizes[name] for name in small()) < SMALLEST):
        if sum(sizes[name] for name in small()) == 0:
            return
        hidden[rest.pop(0)[1]].add(part)


def _shown(name: str, cell: Cell, hidden: set[str]) -> Shown:
    away = {figure for part in hidden for figure in _PARTS[part][1]}
    if hidden == set(_PARTS):
        away.add("without_parameter")
    values = {one.name: getattr(cell, one.name) for one in fields(cell) if not one.name.endswith("_households")}
    values |= {"told": cell.told, "most_yuan": cell.most_yuan}
    return Shown(name, {figure: None if figure in away else value for figure, value in values.items()})
