"""``programs/vocabulary/places.yaml``: the kinds of places, what each has, is checked for and is measured by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml

from niangjia.apps.places.problems import NoSuchKind
from niangjia.kernel.deployment import programs_folder

Title = Mapping[str, str]


@dataclass(frozen=True)
class Piece:
    """A thing a place has, is checked for, or is measured by. `unit` is a measure's."""

    id: str
    title: Title
    is_needed: bool = False
    unit: str = ""
    is_yearly: bool = False


@dataclass(frozen=True)
class Kind:
    """`inspect_months`: how long an inspection holds; null = nobody says. `levels` it may have, lowest first."""

    id: str
    title: Title
    is_public: bool
    is_of_household: bool
    levels: tuple[str, ...]
    inspect_months: int | None
    equipment: Mapping[str, Piece]
    checks: Mapping[str, Piece]
    measures: Mapping[str, Piece]


@lru_cache(maxsize=1)
def kinds() -> Mapping[str, Kind]:
    given = yaml.safe_load((programs_folder() / "vocabulary" / "places.yaml").read_text(encoding="utf-8"))
    return {name: _kind(name, one) for name, one in given.items()}


def kind_of(name: str) -> Kind:
    """Raises NoSuchKind."""
    if name not in kinds():
        raise NoSuchKind(name, list(kinds()))
    return kinds()[name]


def _kind(name: str, given: Mapping[str, Any]) -> Kind:
    return Kind(
        id=name,
        title=given["title"],
        is_public=given["is_public"],
        is_of_household=given.get("is_of_household", False),
        levels=tuple(given["levels"]),
        inspect_months=given.get("inspect_months"),
        equipment=_pieces(given.get("equipment", {})),
        checks=_pieces(given.get("checks", {})),
        measures=_pieces(given.get("measures", {})),
    )


def _pieces(given: Mapping[str, Mapping[str, Any]]) -> dict[str, Piece]:
    return {
        name: Piece(
            name, {"zh": one["zh"], "en": one["en"]}, one.get("is_needed", False), one.get("unit", ""), one.get("is_yearly", False)
        )
        for name, one in given.items()
    }  # fmt: skip
