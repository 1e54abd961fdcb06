"""A published sheet and a round in the house, and which roles open which pages of them: for the tests that walk every address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from niangjia.apps.accounts.types import Role
from niangjia.apps.assessments import actions, queries
from niangjia.apps.assessments.types import Figures, Result
from niangjia.apps.files.tests import pictures
from niangjia.portals.tests.house import House, town

SHEET = "union-work-2026"
READING = {Role.PROVINCE, Role.CITY, Role.COUNTY, Role.TOWNSHIP, Role.GRASSROOTS, Role.AUDITOR}
ABOVE = {Role.PROVINCE, Role.CITY, Role.COUNTY, Role.AUDITOR}
LEADING = {Role.PROVINCE, Role.CITY, Role.COUNTY, Role.TOWNSHIP}
TYPED = ("现场会在此召开", "送温暖督查", "看名单、看资金、看回访", "两户没有回访记录", "补做两户回访")


@dataclass(frozen=True)
class Laid:
    publication: int
    adjustment: int
    round: int
    look: int
    correction: int


def lay(house: House) -> Laid:
    """Laid once a house."""
    known: Laid | None = getattr(house, "assessed", None)
    if known is None:
        known = house.assessed = _lay(house)  # type: ignore[attr-defined]
    return known


def _lay(house: House) -> Laid:
    place, city, now = house.desk.town, house.viewers[Role.CITY], town.NOW
    x, y = place["X"].id, place["Y"].id
    values = {x: {"precision": Decimal("0.6"), "helped": Decimal(40)}, y: {"precision": None, "helped": Decimal(12)}}
    adjustment = actions.adjust(
        viewer=city, sheet_id=SHEET, org_id=x, points=Decimal(2), reason="现场会在此召开", evidence=[pictures.jpeg()], key="assessed", now=now
    )  # fmt: skip
    publication = actions.publish(viewer=city, sheet_id=SHEET, figures=Figures(now, values), now=now)
    made = actions.begin(
        viewer=city, title="送温暖督查", about="看名单、看资金、看回访", org_ids=[x, y], key="assessed", now=now
    )
    look = next(one.id for one in queries.get_round(city, made, today=now.date()).looks if one.org_id == x)
    actions.note(
        viewer=city,
        look_id=look,
        said="两户没有回访记录",
        result=Result.TO_CORRECT,
        evidence=[pictures.jpeg()],
        now=now,
    )
    due = now.date() + timedelta(days=10)
    correction = actions.ask(viewer=city, look_id=look, what="补做两户回访", due=due, now=now)
    return Laid(publication, adjustment, made, look, correction)


def _x(house: House) -> int:
    return house.desk.town["X"].id


PAGES = {
    "assessments:all": (lambda house: [] if lay(house) else [], READING),
    "assessments:sheet": (lambda house: [SHEET] if lay(house) else [], READING),
    "assessments:union": (lambda house: [SHEET, _x(house)], ABOVE),
    "assessments:rows": (lambda house: [SHEET, _x(house), "precision"], ABOVE),
    "assessments:adjust": (lambda house: [SHEET], LEADING),
    "assessments:publication": (lambda house: [lay(house).publication], ABOVE),
    "assessments:published_union": (lambda house: [lay(house).publication, _x(house)], ABOVE),
    "assessments:rounds": (lambda house: [] if lay(house) else [], READING),
    "assessments:begin": (lambda house: [], LEADING),
    "assessments:round": (lambda house: [lay(house).round], ABOVE),
    "assessments:look": (lambda house: [lay(house).look], ABOVE),
    "assessments:correction": (lambda house: [lay(house).correction], ABOVE),
}
ELSEWHERE = {
    (f"assessments:{name}", role): 404
    for name in ("union", "rows", "publication", "published_union", "round", "look", "correction")
    for role in (Role.TOWNSHIP, Role.GRASSROOTS)
}
FILES = {"assessments:evidence", "assessments:published_rows"}  # see test_assessments_pages
POSTS = {f"assessments:{name}": [SHEET] for name in ("publish", "send_points")}
