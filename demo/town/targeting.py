"""The invented city's targets: the Warm Action taken up for the demo's own year, divided among counties and towns; a figure of another office. All invented."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from demo.town import booking, pictures
from demo.town.office import COUNTY, Office
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.organizations import queries as unions
from niangjia.apps.targets import actions, queries

PROGRAMME = "warm-action-2022"
WHY = "演示：按省总 2022 年的口径在本年继续开展（虚构）"
TAKEN_UP = {
    "workforce-reform-2022": {"agreements": 2, "evaluated": 2, "heard": 60},
    "venues-2025": {"standard-rate": 90},
}
"""Beside the Warm Action: papers of past years that the invented city goes on with, and what it asks of itself."""
OF_THE_COUNTY = {"xinchang-hardship-2023": {"granted": 40, "granted-money": 20_000, "filed": 60}}
"""A county's own paper: asked of that county alone."""
LEFT_OUT = 5
"""Of a hundred: what the city keeps back, so that one sees the shares fall short of the target."""


def _split(total: Decimal, among: Sequence[int]) -> dict[int, Decimal | None]:
    """In whole numbers, the first one having what is left over."""
    each, rest = divmod(int(total), len(among))
    return {org_id: Decimal(each + (rest if place == 0 else 0)) for place, org_id in enumerate(among)}


def _asked(riders: int) -> dict[str, int]:
    """Of the invented city, in proportion to its few riders and what they were given (`booking`): some are kept, some nearly, some not."""
    return {
        "visited": 30, "enrolled": 12, "served": 10 * riders, "trained": 5 * min(riders, 10) + 4, "built": 6, "beautiful": 2, "recuperated": 20,
        "examined": riders,
    }  # fmt: skip


def play(office: Office, clock: Callable[[], datetime]) -> int:
    """The city's own targets for the demo's year, its counties' shares, Xinchang's towns' shares; how many were set."""
    city, county = unions.find_city_union(COUNTY + "000000"), unions.find_county_union(COUNTY + "000000")
    assert city and county, "the invented city has its unions"
    lead, deputy = office.officer(city.id, clock()), office.officer(county.id, clock())
    counties = [one.id for one in unions.list_children(city.id) if one.is_active and one.level == county.level]
    towns = [one.id for one in unions.list_children(county.id) if one.is_active and one.level != county.level]
    counties.sort(key=lambda org_id: org_id != county.id)
    count = 0
    for indicator, total in _asked(len(booking.riders_of(lead))).items():
        above = lead if city.parent_id is None else office.officer(city.parent_id, clock())
        count += _divide(above, indicator, {city.id: Decimal(total)}, clock())
        shares = _split(Decimal(total * (100 - LEFT_OUT) // 100), counties)
        count += _divide(lead, indicator, shares, clock())
        count += _divide(deputy, indicator, _split(shares[county.id] or Decimal(0), towns), clock())
    above = lead if city.parent_id is None else office.officer(city.parent_id, clock())
    for who, org_id, programmes in ((above, city.id, TAKEN_UP), (lead, county.id, OF_THE_COUNTY)):
        for programme, asked in programmes.items():
            for indicator, total in asked.items():
                count += _divide(who, indicator, {org_id: Decimal(total)}, clock(), programme)
    _state(lead, clock())
    return count


def _divide(
    viewer: Viewer, indicator: str, values: Mapping[int, Decimal | None], now: datetime, programme: str = PROGRAMME
) -> int:
    return actions.set_shares(
        viewer=viewer, programme_id=programme, indicator_id=indicator, year=now.year, values=values, from_day=date(now.year, 1, 1), reason=WHY,
        now=now,
    )  # fmt: skip


def _state(lead: Viewer, now: datetime) -> None:
    """What another office of the city is said to have counted, with a paper."""
    programme = queries.get_programme("small-firm-skills")
    parts = [("小微企业（虚构）", Decimal(5_200)), ("个体工商户（虚构）", Decimal(1_300))]
    actions.state(
        viewer=lead, programme_id=programme.id, indicator_id="trained", year=programme.year, parts=parts, total=Decimal(6_500),
        source="演示：市市场监管局通报（虚构）", papers=[pictures.room(7)], key="demo-small-firms", now=now,
    )  # fmt: skip
