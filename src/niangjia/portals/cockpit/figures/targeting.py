"""The page of targets: what is asked of this union, how far it is and where it will be, as the targets' own pages have it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.organizations.types import Union
from niangjia.apps.targets import queries as targets
from niangjia.apps.targets.types import Programme
from niangjia.jobs import target_figures
from niangjia.portals.cockpit.targets.asked import Asked, Shown, counter

ORDER = (targets.Light.RED, targets.Light.AMBER, targets.Light.GREEN, targets.Light.REACHED)
"""What needs a look comes first."""


@dataclass(frozen=True)
class Board:
    """
    One programme that asks something of the union; `asked` is what its own page would be asked. `rows`: with a number to reach; `open_rows`:
    what the paper names without one.
    """

    programme: Programme
    asked: Asked
    rows: Sequence[Shown]
    open_rows: Sequence[Shown]


def boards_of(viewer: Viewer, union: Union) -> list[Board]:
    """Programmes of the union's division, each in its newest year; those with lights first."""
    found = []
    for one, year, shown in shown_of(union, counter()):
        asked = Asked(viewer, one, union, year, targets.list_years(one))
        rows = sorted((each for each in shown if each.goal), key=_place)
        found.append(Board(one, asked, rows, [each for each in shown if not each.goal]))
    return sorted(found, key=lambda board: min(map(_place, board.rows), default=len(ORDER) + 1))


def shown_of(union: Union, count: target_figures.Counter) -> list[tuple[Programme, int, list[Shown]]]:
    """What every programme of the union's division asks of it in its newest year, and how far it is."""
    newest = targets.years_by_programme()
    here = [one for one in targets.list_programmes() if targets.is_here(one, union.area)]
    found = count.lines_of_each([(one, max(newest.get(one.id, 0), one.year)) for one in here], union)
    return [(one, year, [Shown(line) for line in lines.values()]) for one, year, lines in found]


def lights_of(boards: Sequence[Board]) -> list[tuple[targets.Light, int]]:
    """How many targets of all programmes have each light, none left out but those that are not judged."""
    lights = Counter(shown.line.pace.light for board in boards for shown in board.rows)
    return [(light, lights[light]) for light in ORDER]


def _place(shown: Shown) -> int:
    light = shown.line.pace.light
    return ORDER.index(light) if light in ORDER else len(ORDER)
