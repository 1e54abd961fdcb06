"""Whose rates a page does not show: small ones, and what would give them away in the tables that lead down to the union looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from niangjia.apps.organizations.types import Level
from niangjia.engines import counting
from niangjia.kernel.months import Month
from niangjia.portals.cockpit.figures.asked import Asked
from niangjia.portals.cockpit.figures.declared import Figure

Days = tuple[date, date]


def own_part(union_id: int) -> int:
    """A union's own rows beside those of the unions below it: one more part of the whole."""
    return -union_id


@dataclass(frozen=True)
class Hidden:
    """
    One way down the tree. A union hidden in the table of the one above it is hidden on its own page too, and enough of what is below it;
    otherwise a step down would say what the table above does not.
    """

    rollup: counting.Rollup
    asked: Asked
    beside: Sequence[counting.Measure] = ()

    def on_the_way(self, rate: Figure, days: Days) -> set[int]:
        """Those hidden among the unions from the viewer's own down to the one looked at, and beside them."""
        trail = self.asked.trail
        hidden = {trail[0].id} if counting.is_small(self._whole(rate, trail[0].id, days)) else set()
        for union in trail[:-1]:
            hidden |= self._below(rate, union.id, days, hidden)
        return hidden

    def whole(self, rate: Figure, days: Days) -> bool:
        """Of the union looked at."""
        return self.asked.union.id in self.on_the_way(rate, days)

    def children(self, rate: Figure, days: Days) -> set[int]:
        """Of the unions right below, and of the union's own."""
        return self._below(rate, self.asked.union.id, days, self.on_the_way(rate, days))

    def counties(self, rate: Figure, days: Days) -> set[int]:
        """Of the counties within: as the tables of their cities have it."""
        found = self.children(rate, days)
        if self.asked.union.level is not Level.PROVINCE:
            return found
        of_cities = self.rollup.parts_at(
            rate.measure, within=self.asked.union.id, level=Level.CITY.value, since=days[0], until=days[1], beside=self.beside
        )  # fmt: skip
        hidden = (counting.hide_small(parts, is_whole_hidden=city in found) for city, parts in of_cities.items())
        return found.union(*hidden)

    def months(self, rate: Figure, days: Days) -> set[Month]:
        """The months of the union looked at that are hidden, each as its own tables have it."""
        trail, since, until = self.asked.trail, *days
        span: Any = {"since": since, "until": until, "beside": self.beside}
        first = self.rollup.by_month(rate.measure, within=trail[0].id, **span)
        hidden = {month for month, figure in first if counting.is_small(figure)}
        for above, below in pairwise(trail):
            tables = self.rollup.parts_by_month(rate.measure, within=above.id, **span)
            hidden = {
                month
                for month, parts in tables.items()
                if below.id in counting.hide_small(parts, is_whole_hidden=month in hidden)
            }
        return hidden

    def parts(self, figure: Figure, within: int, days: Days) -> dict[int, counting.Figure]:
        """Of the unions right below, and of the union's own where it has any."""
        span: Any = {"within": within, "since": days[0], "until": days[1], "beside": self.beside}
        own = self.rollup.own(figure.measure, **span)
        below = self.rollup.by_union(figure.measure, **span)
        return below | ({own_part(within): own} if own.rows or own.people else {})

    def _below(self, rate: Figure, within: int, days: Days, hidden: set[int]) -> set[int]:
        parts: Mapping[int, counting.Figure] = self.parts(rate, within, days)
        return counting.hide_small(parts, is_whole_hidden=within in hidden)

    def _whole(self, rate: Figure, within: int, days: Days) -> counting.Figure:
        return self.rollup.figure(rate.measure, within=within, since=days[0], until=days[1], beside=self.beside)
