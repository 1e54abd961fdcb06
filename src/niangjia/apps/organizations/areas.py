"""Names of Zhejiang's divisions, from the reference tables: cities, counties, towns and streets."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import lru_cache

from django.utils.translation import get_language

from niangjia.apps.organizations.romanising import romanised
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


def name_of(code: str, language: str = "") -> str:
    """The division's own name (新昌县 · Xinchang County) in `language` ("zh", "en"), else the page's; the code itself if no table knows it."""
    short = shorten(code)
    name = _names().get(short)
    if name is None:
        return code
    return romanised(name, is_city=len(short) == 4) if (language or get_language() or "zh")[:2] == "en" else name


def full_name_of(code: str, language: str = "") -> str:
    """City, county and town in one: 绍兴市新昌县羽林街道 · Yulin Subdistrict, Xinchang County, Shaoxing. Unknown parts are left out."""
    short, language = shorten(code), (language or get_language() or "zh")[:2]
    known = [short[:length] for length in (4, 6, 9) if len(short) >= length and short[:length] in _names()]
    parts = [name_of(one, language) for one in known]
    return (", ".join(reversed(parts)) if language == "en" else "".join(parts)) or name_of(code, language)


def counties_of(code: str) -> list[tuple[str, str, str]]:
    """(code of six digits, county, city) of every county in a division, or around it if it is smaller, in order of code."""
    short = shorten(code)
    names = _names()
    counties = [(county, name) for county, name in names.items() if len(county) == 6]
    inside = [one for one in counties if one[0].startswith(short) or short.startswith(one[0])]
    return [
        (county, name_of(county), name_of(county[:4]) if county[:4] in names else "")
        for county, _name in sorted(inside)
    ]


def towns_of(code: str) -> list[tuple[str, str]]:
    """(code of nine digits, town or street) of a county, or around a town, in order of code."""
    short = shorten(code)[:6]
    return [(town, name_of(town)) for town in sorted(_names()) if len(town) == 9 and town.startswith(short)]
