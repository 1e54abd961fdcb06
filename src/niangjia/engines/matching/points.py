"""How well a helper fits a need, in points; for one need and all helpers at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from niangjia.engines.matching.types import Helper, Need, Why

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
_COUNTY, _CITY = 6, 4


@dataclass(frozen=True)
class Weights:
    """
    Points of each part. `skill` for the very occupation, less a level short of it; `county` and `city` for living there; `satisfaction` for
    a hundred; `load` is taken off for each piece of work that somebody has.
    """

    skill: int = 40
    level: int = 8
    county: int = 20
    city: int = 10
    satisfaction: int = 20
    unknown_satisfaction: int = 12
    load: int = 5
    placed: int = 1_000


class Points:
    """Helpers in columns, so that a need is weighed against all of them in one go."""

    def __init__(self, helpers: Sequence[Helper], weights: Weights) -> None:
        self.helpers, self.weights = helpers, weights
        self._by_skill: dict[str, list[int]] = defaultdict(list)
        self._by_area: dict[str, list[int]] = defaultdict(list)
        self._by_day: dict[str, list[int]] = defaultdict(list)
        for row, helper in enumerate(helpers):
            for skill in helper.skills:
                self._by_skill[skill].append(row)
            for area in helper.areas:
                self._by_area[area].append(row)
            for day in helper.free:
                self._by_day[day].append(row)
        self._always = np.array([not helper.free for helper in helpers], dtype=bool)
        self._home = np.array([helper.home.ljust(_COUNTY) for helper in helpers], dtype=f"<U{_COUNTY}")
        self._city = np.array([helper.home[:_CITY].ljust(_CITY) for helper in helpers], dtype=f"<U{_CITY}")
        self._load = np.array([helper.load for helper in helpers], dtype=np.int64)
        told = [helper.satisfaction for helper in helpers]
        full, unknown = weights.satisfaction, weights.unknown_satisfaction
        self._liked = np.array([unknown if one is None else one * full // 100 for one in told], dtype=np.int64)

    def parts(self, need: Need) -> tuple[Flags, dict[str, Ints]]:
        """Who may go at all, and each one's points by part."""
        skill = self._skill(need)
        able = (skill > 0) & self._goes_to(need.area) & self._is_free(need.days)
        at_home, in_city = self._home == need.area.ljust(_COUNTY), self._city == need.area[:_CITY].ljust(_CITY)
        near = np.where(at_home, self.weights.county, np.where(in_city, self.weights.city, 0))
        return able, {"skill": skill, "near": near, "liked": self._liked, "load": -self.weights.load * self._load}

    def why_nobody(self, need: Need) -> Why:
        skill = self._skill(need) > 0
        if not skill.any():
            return Why.SKILL
        if not (skill & self._goes_to(need.area)).any():
            return Why.AREA
        return Why.TAKEN if (skill & self._goes_to(need.area) & self._is_free(need.days)).any() else Why.DAYS

    def _skill(self, need: Need) -> Ints:
        best = np.zeros(len(self.helpers), dtype=np.int64)
        for held, rows in self._by_skill.items():
            points = max((_nearness(asked, held, self.weights) for asked in need.skills), default=0)
            if points:
                best[rows] = np.maximum(best[rows], points)
        return best

    def _goes_to(self, area: str) -> Flags:
        found = np.zeros(len(self.helpers), dtype=bool)
        for prefix, rows in self._by_area.items():
            if area.startswith(prefix):
                found[rows] = True
        return found

    def _is_free(self, days: frozenset[str]) -> Flags:
        if not days:
            return np.ones(len(self.helpers), dtype=bool)
        found = self._always.copy()
        for day in days:
            found[self._by_day.get(day, [])] = True
        return found


def _nearness(asked: str, held: str, weights: Weights) -> int:
    """Points for `held` where `asked` is wanted; 0 = not of use. The one must take in the other."""
    ours, theirs = asked.split("-"), held.split("-")
    shared = min(len(ours), len(theirs))
    if ours[:shared] != theirs[:shared]:
        return 0
    return max(1, weights.skill - weights.level * max(0, len(ours) - len(theirs)))
