"""Kinds of bulletins as their files say them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from niangjia.apps.bulletins.problems import NoSuchKind, PeriodRefused
from niangjia.apps.bulletins.types import Kind, Rhythm, TableKind
from niangjia.kernel.deployment import programs_folder
from niangjia.kernel.months import Month

FOLDER = "bulletins"
PLACE = re.compile(r"\{(\w+)(?:\|(\w+))?\}")
WORDS = frozenset({"period", "union", "year"})
"""Placeholders that are no figures."""
_QUARTER = re.compile(r"(\d{4})-Q([1-4])")


@lru_cache(maxsize=1)
def list_kinds() -> tuple[Kind, ...]:
    return tuple(read(path) for path in sorted((programs_folder() / FOLDER).glob("*.yaml")))


def get_kind(name: str) -> Kind:
    """Raises NoSuchKind."""
    found = next((kind for kind in list_kinds() if kind.id == name), None)
    if found is None:
        raise NoSuchKind(name)
    return found


def read(path: Path) -> Kind:
    """Raises KeyError, ValueError: a word is missing or misspelt."""
    raw: Mapping[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Kind(
        id=raw["id"],
        title=raw["title"],
        rhythm=Rhythm(raw["rhythm"]),
        head=raw["head"],
        heading=raw["heading"],
        mark=raw["mark"],
        to=raw.get("to", ""),
        copies=raw.get("copies", ""),
        blocks=tuple(_block(one) for one in raw["blocks"]),
        tables=tuple(TableKind(one["title"], tuple(one["figures"])) for one in raw.get("tables", ())),
        sentences={name: raw["sentences"][name] for name in ("up", "down", "equal", "none")},
        target_line=raw.get("target_line", {}),
    )


def _block(raw: Mapping[str, str]) -> tuple[str, str]:
    ((kind, template),) = raw.items()
    if kind not in ("heading", "text", "targets"):
        raise ValueError(kind)
    return kind, template


def last_month(kind: Kind, period: str) -> Month:
    """The month, or the last one of the quarter. Raises PeriodRefused: not of this kind's rhythm."""
    quarter = _QUARTER.fullmatch(period)
    if kind.rhythm is Rhythm.QUARTER and quarter:
        return Month(f"{quarter[1]}-{3 * int(quarter[2]):02}")
    try:
        if kind.rhythm is Rhythm.MONTH:
            return Month(period)
    except ValueError:
        pass
    raise PeriodRefused


def period_words(period: str) -> str:
    """
    >>> period_words("2023-04"), period_words("2023-Q2")
    ('2023年4月', '2023年第二季度')
    """
    if quarter := _QUARTER.fullmatch(period):
        return f"{quarter[1]}年第{'一二三四'[int(quarter[2]) - 1]}季度"
    month = Month(period)
    return f"{month.year}年{month.number}月"
