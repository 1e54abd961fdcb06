"""The real divisions the invented city stands on, and the invented villages under them.

Counties and towns are those of `demo/reference`; a village code is the town's nine digits and an invented three-digit number.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from niangjia.kernel import deployment
from niangjia.kernel.problems import Refusal

# Codes that older ID numbers of a district still carry: its counties before they became districts.
OLD_PREFIX = {"330603": "330621", "330604": "330682", "330110": "330184", "330112": "330185", "330212": "330227"}
OLD_PREFIX_UNTIL = 2013  # born later: today's code

# Where the ID numbers of people who came from elsewhere begin (real county codes of other provinces).
ELSEWHERE = (341221, 362330, 411522, 522428, 500235, 420822)

# Where movers go: Hangzhou, or Ningbo when Hangzhou is home; Shanghai. The villages are invented.
IN_PROVINCE = ("330106001001", "330203001001")
OUT_OF_PROVINCE = "310115001001"


@dataclass(frozen=True)
class Town:
    """`code` has nine digits; `villages` is how many invented village codes it gets (the real count of villages)."""

    code: str
    name: str
    county_code: str
    county: str
    villages: int
    has_union: bool


@dataclass(frozen=True)
class City:
    """`home` has six digits. Towns are in code order; every 26th has no union of its own."""

    home: str
    province: str
    name: str
    towns: tuple[Town, ...]

    @property
    def counties(self) -> dict[str, str]:
        return {town.county_code: town.county for town in self.towns}

    @property
    def neighbour(self) -> str:
        """Area in another city of the province, where movers go."""
        return next(area for area in IN_PROVINCE if area[:4] != self.home[:4])


def read_city(home: str) -> City:
    """
    The city (330600) or single county (330624) of `home`, with its towns.

    Raises:
        Refusal: the reference data knows no town there.
    """
    prefix = home[:4] if home.endswith("00") else home[:6]
    folder = deployment.reference_folder()
    rows = [row for row in _rows(folder / "zj_townships.csv") if row["areaCode"].startswith(prefix)]
    rows.sort(key=lambda row: row["township_code"])
    if not rows:
        raise Refusal(
            f"参考数据中没有 {home} 的乡镇街道。演示城市须在浙江省内，例如 330600。",
            f"The reference data has no towns of {home}. The demo town must lie in Zhejiang, for example 330600.",
        )
    towns = tuple(
        Town(
            code=row["township_code"],
            name=row["township"],
            county_code=row["areaCode"],
            county=row["county"],
            villages=min(int(row["n_village"] or 3), 199),
            has_union=place % 26 != 5,
        )
        for place, row in enumerate(rows)
    )
    return City(home=home, province="浙江省", name=rows[0]["city"], towns=towns)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
