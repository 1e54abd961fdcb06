"""One figure by place: the map of counties, and the table of the unions right below with bars."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations.types import Level, Union
from niangjia.portals.cockpit.figures.counting_up import Counter
from niangjia.portals.cockpit.figures.declared import Figure
from niangjia.portals.cockpit.figures.hidden import own_part
from niangjia.portals.cockpit.figures.shown import Cell, heading, shortened
from niangjia.portals.design.county_map import CountyMap, map_of_measures

BELOW = {Level.PROVINCE: Level.CITY, Level.CITY: Level.COUNTY, Level.COUNTY: Level.TOWN}


@dataclass(frozen=True)
class PlaceRow:
    """`url` goes further down, empty where nobody is below; `share`: the bar's length in percent, null = no number."""

    name: str
    url: str
    cell: Cell
    share: int | None


@dataclass(frozen=True)
class Places:
    level: Level
    rows: tuple[PlaceRow, ...]


def children_of(union: Union) -> list[Union]:
    """The unions right below that still stand, by code."""
    return [child for child in organizations.list_children(union.id) if child.is_active]


def places_of(counter: Counter, figure: Figure, children: list[Union]) -> Places:
    """Highest first; what is not known or not shown last."""
    found = counter.children(figure)
    most = max((cell.value for cell in found.values() if cell.value), default=Decimal(0))
    rows = []
    for child in children:
        cell = found.get(child.id) or counter.none(figure)
        goes_on = child.level in (Level.CITY, Level.COUNTY)
        url = f"?{counter.asked.query(union=child.id, figure=figure.id)}" if goes_on else ""
        rows.append(PlaceRow(child.name, url, cell, _share(cell, most)))
    if own := found.get(own_part(counter.asked.union.id)):
        rows.append(PlaceRow(_("本级，不含下级"), "", own, _share(own, most)))
    rows.sort(key=lambda row: (row.cell.value is None, -(row.cell.value or 0)))
    return Places(BELOW.get(counter.asked.union.level, Level.GRASSROOTS), tuple(rows))


def _share(cell: Cell, most: Decimal) -> int | None:
    if cell.value is None:
        return None
    return int(100 * cell.value / most) if most > 0 and cell.value > 0 else 0


def map_of(counter: Counter, figure: Figure) -> CountyMap | None:
    """Of a province or a city; none of what has no counties below."""
    asked = counter.asked
    if not asked.has_map:
        return None
    unions = organizations.list_subtree(asked.union.path).filter(level=Level.COUNTY).values_list("pk", "area")
    areas: Mapping[int, str] = {union: area[:6] for union, area in unions}
    cells = counter.counties(figure)
    is_amount = not figure.is_rate and figure.unit != "days"
    values = {
        area: cells[union].value if union in cells else Decimal(0) if is_amount else None
        for union, area in areas.items()
    }
    links = {area: f"?{asked.query(union=union, figure=figure.id)}#c-places" for union, area in areas.items()}
    return map_of_measures(
        values, area=asked.union.area, unit=heading(figure), links=links, write=lambda value: shortened(figure, value),
        scale="" if figure.scale == "red" else figure.scale, begins_at_zero=is_amount,
    )  # fmt: skip
