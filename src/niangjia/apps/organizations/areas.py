"""Names of Zhejiang's divisions, from the reference tables: cities, counties, towns and streets."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import lru_cache

from niangjia.kernel.deployment import reference_folder

_TABLES = (
    ("zj_cities.csv", "code", "name"),
    ("zj_counties.csv", "county_code", "county"),
    ("zj_townships.csv", "township_code", "township"),
)
_PROVINCES = {"33": "浙江省"}


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """Name by the division's code without its trailing zeros' padding: 2, 4, 6 or 9 digits."""
    return dict(_PROVINCES) | dict(_rows())


def _rows() -> Iterator[tuple[str, str]]:
    for file_name, code, name in _TABLES:
        with (reference_folder() / file_name).open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                yield shorten(row[code]), row[name]


def shorten(code: str) -> str:
    """
    The division's own digits: 2 (province), 4 (city), 6 (county), 9 (town), 12 (village).

    >>> shorten("330600"), shorten("330624000000"), shorten("330624100000"), shorten("330110")
    ('3306', '330624', '330624100', '330110')
    """
    padded = code.ljust(12, "0")
    for length in (2, 4, 6, 9):
        if not padded[length:].strip("0"):
            return padded[:length]
    return padded


def name_of(code: str) -> str:
    """The division's own name (新昌县); the code itself if no table knows it, so that a page always shows something."""
    return _names().get(shorten(code), code)


def full_name_of(code: str) -> str:
    """City, county and town in one: 绍兴市新昌县羽林街道. Unknown parts are left out."""
    short = shorten(code)
    parts = [_names().get(short[:length]) for length in (4, 6, 9) if len(short) >= length]
    return "".join(part for part in parts if part) or name_of(code)


def counties_of(code: str) -> list[tuple[str, str, str]]:
    """(code of six digits, county, city) of every county in a division, or around it if it is smaller, in order of code."""
    short = shorten(code)
    names = _names()
    counties = [(county, name) for county, name in names.items() if len(county) == 6]
    inside = [one for one in counties if one[0].startswith(short) or short.startswith(one[0])]
    return [(county, name, names.get(county[:4], "")) for county, name in sorted(inside)]


def towns_of(code: str) -> list[tuple[str, str]]:
    """(code of nine digits, town or street) of a county, or around a town, in order of code."""
    short = shorten(code)[:6]
    return sorted((town, name) for town, name in _names().items() if len(town) == 9 and town.startswith(short))
