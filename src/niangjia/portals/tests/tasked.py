"""A task of each kind in the house, and which roles open which pages of tasks."""

from __future__ import annotations

from datetime import timedelta

from niangjia.apps.accounts.types import Role
from niangjia.apps.tasks import actions
from niangjia.portals.tests.house import House, town

READING = {Role.PROVINCE, Role.CITY, Role.COUNTY, Role.TOWNSHIP, Role.GRASSROOTS, Role.AUDITOR}
SETTING = {Role.PROVINCE, Role.CITY, Role.COUNTY, Role.TOWNSHIP}
POSTED_UNTIL = town.NOW.date() + timedelta(days=9_000)


def lay(house: House) -> int:
    """Laid once a house: the id of one on the city's board, which all below the city see."""
    return actions.set_task(
        viewer=house.viewers[Role.CITY], title="夜校进车间", what="全市开十个班", owner_id=None, bids_until=POSTED_UNTIL,
        due_on=POSTED_UNTIL, key="posted", now=town.NOW,
    )  # fmt: skip


PAGES = {
    "tasks:all": (lambda house: [] if lay(house) else [], READING),
    "tasks:board": (lambda house: [] if lay(house) else [], READING),
    "tasks:new": (lambda house: [], SETTING),
    "tasks:change": (lambda house: [lay(house)], SETTING),
    "tasks:task": (lambda house: [lay(house)], READING),
}
POSTS = {"tasks:send": [], "tasks:send_change": [1], "tasks:step": [1]}
FILES = {"tasks:evidence"}  # see test_tasks_pages
TYPED = ("夜校进车间", "全市开十个班")
