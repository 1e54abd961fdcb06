"""Shares and a statement in the house, and which roles open which pages of targets: for the tests that walk every address."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from niangjia.apps.accounts.types import Role
from niangjia.apps.files.tests import pictures
from niangjia.apps.targets import actions, queries
from niangjia.portals.tests.house import House, town

WARM, SMALL, YEAR = "warm-action-2022", "small-firm-skills", 2023
READING = {Role.PROVINCE, Role.CITY, Role.COUNTY, Role.TOWNSHIP, Role.GRASSROOTS, Role.AUDITOR}
LEADING = {Role.PROVINCE, Role.CITY, Role.COUNTY, Role.TOWNSHIP}
TYPED = ("市场监管局 2022年4月", "任务分解 2023年1月", "小微企业", "个体工商户")


def lay(house: House) -> int:
    """Laid once a house: the city's own target and its counties' shares of one indicator, and a statement; its id."""
    known = getattr(house, "targeted", 0)
    if not known:
        known = house.targeted = _lay(house)  # type: ignore[attr-defined]
    return known


def _lay(house: House) -> int:
    place = house.desk.town
    city = house.viewers[Role.CITY]
    values: dict[int, Decimal | None] = {
        place["C"].id: Decimal(60),
        place["X"].id: Decimal(40),
        place["Y"].id: Decimal(15),
    }
    for indicator in ("visited", "examined"):
        actions.set_shares(
            viewer=city, programme_id=WARM, indicator_id=indicator, year=YEAR, values=values, from_day=date(YEAR, 1, 1),
            reason="任务分解 2023年1月", now=town.NOW,
        )  # fmt: skip
    parts = [("小微企业", Decimal(567_900)), ("个体工商户", Decimal(127_400))]
    return actions.state(
        viewer=city, programme_id=SMALL, indicator_id="trained", year=2021, parts=parts, total=Decimal(695_300), source="市场监管局 2022年4月",
        papers=[pictures.jpeg()], key="targeted", now=town.NOW,
    )  # fmt: skip


def paper_of(house: House) -> list[object]:
    number = lay(house)
    return [number, queries.list_papers([number])[number][0].key]


PAGES = {
    "targets:all": (lambda house: [] if lay(house) else [], READING),
    "targets:programme": (lambda house: [WARM] if lay(house) else [], READING),
    "targets:indicator": (lambda house: [WARM, "visited"], READING),
    "targets:rows": (lambda house: [WARM, "visited"], READING),
    "targets:divide": (lambda house: [WARM, "visited"], LEADING),
    "targets:state": (lambda house: [SMALL, "trained"], LEADING),
}
FILES = {"targets:paper"}  # see test_targets_pages
POSTS = {
    **{
        f"targets:{name}": [WARM, "visited"]
        for name in ("set_shares", "send_statement", "export_unions", "export_rows")
    },
    "targets:export": [WARM],
}
