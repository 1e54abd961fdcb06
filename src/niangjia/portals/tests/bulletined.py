"""A bulletin issued, one in draft and one withdrawn in the house, and which roles open which pages of bulletins."""

from __future__ import annotations

from dataclasses import replace

from niangjia.apps.accounts.types import Role
from niangjia.apps.bulletins import actions, queries
from niangjia.portals.cockpit.bulletins.filling import fill
from niangjia.portals.tests import rolled
from niangjia.portals.tests.house import House, town

READING = {Role.PROVINCE, Role.CITY, Role.COUNTY, Role.TOWNSHIP, Role.GRASSROOTS, Role.AUDITOR}
WRITING = {Role.PROVINCE, Role.CITY, Role.COUNTY}
PERIOD = f"{town.NOW:%Y-%m}"


def lay(house: House) -> int:
    """Laid once a house: the id of the city's issued one; `draft_of` has that of its draft."""
    known = getattr(house, "bulletined", 0)
    if not known:
        rolled.lay(house)
        known = house.bulletined = _issued(house, "issued")  # type: ignore[attr-defined]
        withdrawn = _issued(house, "withdrawn")
        actions.withdraw(viewer=_second(house), bulletin_id=withdrawn, reason="数据有误", now=town.NOW)
    return known


def _second(house: House):
    """A colleague at the city's union."""
    return replace(house.viewers[Role.CITY], account_id=house.viewers[Role.COUNTY].account_id, joined_ids=frozenset())


def drafted(house: House, key: str) -> int:
    rolled.lay(house)
    kind, viewer = queries.get_kind("hardship-monthly"), house.viewers[Role.CITY]
    filled = fill(viewer, kind, PERIOD)
    return actions.draft(
        viewer=viewer, kind=kind.id, period=PERIOD, content=filled.content, figures=filled.figures, tables=filled.tables, as_of=filled.as_of,
        mark="绍市总工", key=key, now=town.NOW,
    )  # fmt: skip


def _issued(house: House, key: str) -> int:
    number = drafted(house, key)
    actions.review(viewer=_second(house), bulletin_id=number, now=town.NOW)
    actions.issue(viewer=_second(house), bulletin_id=number, now=town.NOW)
    return number


PAGES = {
    "bulletins:all": (lambda house: [] if lay(house) else [], READING),
    "bulletins:begin": (lambda house: [] if lay(house) else [], WRITING),
    "bulletins:bulletin": (lambda house: [lay(house)], READING),
    "bulletins:edit": (lambda house: [drafted(house, "draft")], {Role.PROVINCE, Role.CITY}),
    "bulletins:history": (lambda house: [drafted(house, "draft")], {Role.PROVINCE, Role.CITY}),
}
POSTS = {f"bulletins:{name}": [1] for name in ("save", "review", "issue", "withdraw", "download")} | {
    "bulletins:draft": []
}
