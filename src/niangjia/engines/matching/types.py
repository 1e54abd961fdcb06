"""What is asked for, who offers, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class Need:
    """
    Somebody is needed: `seats` helpers with one of the `skills` at `area` (six digits) on any of the `days`; no days = whenever.

    A skill is a code of the occupation classification, "6-20" or finer "6-20-03-01": the coarser one takes in the finer.
    """

    name: str
    skills: frozenset[str]
    area: str
    seats: int = 1
    days: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Helper:
    """
    `home` six digits; `areas`: prefixes of where they go, "" everywhere. `free` days, none = always. `seats`: how many needs they take now;
    `load`: what they do already. `satisfaction` 0 … 100 by those they helped, null = nobody yet.
    """

    name: str
    skills: frozenset[str]
    home: str
    areas: frozenset[str] = frozenset({""})
    free: frozenset[str] = frozenset()
    seats: int = 1
    load: int = 0
    satisfaction: int | None = None


class Why(StrEnum):
    """Why a seat stays empty: the first of these that is true."""

    SKILL = "skill"
    AREA = "area"
    DAYS = "days"
    TAKEN = "taken"


@dataclass(frozen=True)
class Pair:
    """`points` by part; `score` their sum. `is_fixed`: a person chose it."""

    need: str
    helper: str
    score: int
    points: Mapping[str, int]
    is_fixed: bool = False


@dataclass(frozen=True)
class Unfilled:
    need: str
    seats: int
    why: Why


@dataclass(frozen=True)
class Matching:
    """`score` of all pairs together; no matching has more than `bound`. `gap` 0 = it is the best there is."""

    pairs: tuple[Pair, ...]
    unfilled: tuple[Unfilled, ...]
    score: int
    bound: int

    @property
    def gap(self) -> int:
        return self.bound - self.score
