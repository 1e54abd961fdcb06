"""What a simulation found: counts and yuan by county and month, and what is not known. Kept as JSON; money as text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from niangjia.engines.simulation.funds import Exhaustion

QUANTILES = ("0.1", "0.25", "0.5", "0.75", "0.9")
ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Cell:
    """
    One county in one month, or sums of such. Rows are what the programme decides about; `…_households`: in how many households.

    `untold`: rows whose answer hangs on a fact that is not known; `untold_yuan`: what they would get before caps as far as it can be
    told, `untold_without_yuan` those of whom not even that can be told. `without_parameter`: rows of areas where a parameter has no value.
    `newly_in`, `newly_out`, `gainers` and `losers` are rows that both sides can tell; `from_untold` and `to_untold` are granted on one side
    and cannot be told on the other: after = before + newly_in − newly_out + from_untold − to_untold. `changed`: rows whose answer or yuan is another one.
    """

    rows: int = 0
    rows_households: int = 0
    before_granted: int = 0
    before_granted_households: int = 0
    after_granted: int = 0
    after_granted_households: int = 0
    before_untold: int = 0
    before_untold_households: int = 0
    after_untold: int = 0
    after_untold_households: int = 0
    newly_in: int = 0
    newly_in_households: int = 0
    newly_out: int = 0
    newly_out_households: int = 0
    from_untold: int = 0
    from_untold_households: int = 0
    to_untold: int = 0
    to_untold_households: int = 0
    gainers: int = 0
    gainers_households: int = 0
    losers: int = 0
    losers_households: int = 0
    changed: int = 0
    changed_households: int = 0
    before_yuan: Decimal = ZERO
    after_yuan: Decimal = ZERO
    gained_yuan: Decimal = ZERO
    lost_yuan: Decimal = ZERO
    untold_yuan: Decimal = ZERO
    untold_without_yuan: int = 0
    without_parameter: int = 0

    def __add__(self, other: Cell) -> Cell:
        return Cell(**{one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(self)})

    @property
    def told(self) -> int:
        return self.rows - self.after_untold - self.without_parameter

    @property
    def most_yuan(self) -> Decimal | None:
        """The cost if every answer that cannot be told came out as a grant; None where even that cannot be told."""
        return None if self.untold_without_yuan else self.after_yuan + self.untold_yuan


def total(cells: Iterable[Cell]) -> Cell:
    return sum(cells, Cell())


@dataclass(frozen=True)
class Spread:
    """Of the gainers, or the losers, of one month: how many, and the yuan at `QUANTILES`."""

    rows: int = 0
    households: int = 0
    yuan: tuple[Decimal, ...] = ()


@dataclass(frozen=True)
class Gap:
    """A fact that is not known: how many answers hang on it, and how many on it alone. `is_told`: the lake gives it for others."""

    fact: str
    rows: int
    alone: int
    is_told: bool


@dataclass(frozen=True)
class MonthResult:
    """`counties`: division code of six digits → its cell; "" = the area is not known."""

    month: str
    counties: Mapping[str, Cell]
    gain: Spread = Spread()
    loss: Spread = Spread()

    @property
    def whole(self) -> Cell:
        return total(self.counties.values())


@dataclass(frozen=True)
class Version:
    """Which text was simulated: its content hash, and what was changed by hand (parameter → value as text; `former`: what it was)."""

    content_hash: str
    label: str
    changes: Mapping[str, str] = field(default_factory=dict)
    former: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ProgramResult:
    """
    One programme before and after. `rows_of`: whose rows were decided; `stands_for`: the unit that they stand for, "" = themselves.

    `refused`: why it was not simulated, in both languages; empty = it was. `gaps`: of the after side over all months. `supposed`: facts
    for which something was supposed. `lacking`: parameter without a value → rows that wait for it.
    """

    program: str
    title: Mapping[str, str]
    area: str
    unit: str
    rows_of: str
    stands_for: str
    purpose: str
    before: Version | None
    after: Version | None
    months: tuple[MonthResult, ...] = ()
    gaps: tuple[Gap, ...] = ()
    supposed: tuple[str, ...] = ()
    lacking: Mapping[str, int] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    balance: Decimal | None = None
    balance_source: str = ""
    before_exhausted: Exhaustion | None = None
    after_exhausted: Exhaustion | None = None

    @property
    def whole(self) -> Cell:
        return total(month.whole for month in self.months)

    @property
    def counties(self) -> dict[str, Cell]:
        """Each county over all months."""
        found: dict[str, Cell] = {}
        for month in self.months:
            for county, cell in month.counties.items():
                found[county] = found.get(county, Cell()) + cell
        return dict(sorted(found.items()))


@dataclass(frozen=True)
class Result:
    """`suppositions`: fact → formula that was used where the lake tells nothing. `feeds_missing`: month → feeds that did not come."""

    id: str
    months: tuple[str, ...]
    area: str
    programs: tuple[ProgramResult, ...]
    suppositions: Mapping[str, str]
    feeds_missing: Mapping[str, tuple[str, ...]]
    seconds: Mapping[str, str]
    made_with: str


def write_result(result: Result, path: Path) -> None:
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(asdict(result), ensure_ascii=False, indent=1, default=_plain), encoding="utf-8")
    part.replace(path)


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def read_result(path: Path) -> Result:
    found = json.loads(path.read_text(encoding="utf-8"))
    return Result(
        **{
            **found,
            "months": tuple(found["months"]),
            "programs": tuple(_program(one) for one in found["programs"]),
            "feeds_missing": {month: tuple(feeds) for month, feeds in found["feeds_missing"].items()},
        }
    )


def _program(found: dict[str, Any]) -> ProgramResult:
    return ProgramResult(
        **{
            **found,
            "before": Version(**found["before"]) if found["before"] else None,
            "after": Version(**found["after"]) if found["after"] else None,
            "months": tuple(_month(one) for one in found["months"]),
            "gaps": tuple(Gap(**one) for one in found["gaps"]),
            "supposed": tuple(found["supposed"]),
            "balance": None if found["balance"] is None else Decimal(found["balance"]),
            "before_exhausted": _exhaustion(found["before_exhausted"]),
            "after_exhausted": _exhaustion(found["after_exhausted"]),
        }
    )


def _month(found: dict[str, Any]) -> MonthResult:
    return MonthResult(
        found["month"],
        {county: _cell(cell) for county, cell in found["counties"].items()},
        _spread(found["gain"]),
        _spread(found["loss"]),
    )


def _cell(found: dict[str, Any]) -> Cell:
    values: dict[str, Any] = {
        name: Decimal(value) if isinstance(value, str) else value for name, value in found.items()
    }
    return Cell(**values)


def _spread(found: dict[str, Any]) -> Spread:
    return Spread(found["rows"], found["households"], tuple(Decimal(value) for value in found["yuan"]))


def _exhaustion(found: dict[str, Any] | None) -> Exhaustion | None:
    if found is None:
        return None
    on = date.fromisoformat(found["on"]) if found["on"] else None
    return Exhaustion(on, found["is_projected"], Decimal(found["left"]))
