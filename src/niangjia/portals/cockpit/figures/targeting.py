"""The page of targets: what is asked of this union, how far it is and where it will be, as the targets' own pages have it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.organizations.types import Union
from niangjia.apps.targets import queries as targets
from niangjia.apps.targets.types import Programme
from niangjia.portals.cockpit.targets.asked import Asked, Shown, counter


@dataclass(frozen=True)
class Board:
    """One programme that asks something of the union; `asked` is what its own page would be asked."""

    programme: Programme
    asked: Asked
    rows: Sequence[Shown]


def boards_of(viewer: Viewer, union: Union) -> list[Board]:
    """Programmes of the union's division, each in its newest year."""
    count, newest = counter(), targets.years_by_programme()
    found = []
    for one in targets.list_programmes():
        if targets.is_here(one, union.area):
            year = max(newest.get(one.id, 0), one.year)
            lines = count.lines(one, union, year=year, stated={})
            asked = Asked(viewer, one, union, year, targets.list_years(one))
            found.append(Board(one, asked, [Shown(line) for line in lines.values()]))
    return found
