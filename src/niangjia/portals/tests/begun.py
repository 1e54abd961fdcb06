"""Pages of matters that are begun elsewhere than by a worker for themselves, with the shipped packs installed in the house."""

from __future__ import annotations

import uuid
from pathlib import Path

from niangjia.apps.accounts.types import Role
from niangjia.apps.matters import actions as matters
from niangjia.apps.matters.tests import begun
from niangjia.apps.matters.types import Received
from niangjia.apps.programs import actions as programs
from niangjia.apps.programs import published
from niangjia.apps.programs.tests import town
from niangjia.apps.registry import queries as registry
from niangjia.engines import policy
from niangjia.kernel.deployment import programs_folder
from niangjia.portals.tests.house import House

ROSTER = Path(__file__).parents[4] / "demo/town/programs/330624-xinchang/skill-allowance"
PUBLIC = {"matters:kinds", "matters:report", "matters:follow", "matters:add_photos", "matters:rate"}
HANDLING = {Role.CITY, Role.COUNTY, Role.TOWNSHIP, Role.GRASSROOTS}
READING = HANDLING | {Role.PROVINCE, Role.AUDITOR, Role.FINANCE}
SEEING = HANDLING | {Role.PROVINCE}


def lay(house: House) -> House:
    """Once a house: the packs, and one hazard that somebody reported."""
    if published.find_published("hazard-report", area="330624", asof=town.NOW.date()) is None:
        begun.install()
        home = programs_folder()
        programs.install_packs([policy.load_pack(ROSTER, policy.load_vocabulary(home))], town.NOW, programs=home)
        report()
    return house


def report(**answers: str) -> Received:
    return matters.receive(
        program="hazard-report", area="33", answers=begun.HAZARD | answers, key=uuid.uuid4(), address="", now=town.NOW
    )


def place_of(house: House) -> begun.Place:
    """The house as the room's own tests know it: the town, and its worker."""
    return begun.Place(house.desk.town, house.viewers[Role.WORKER], worker_of(house))


def worker_of(house: House) -> int:
    person_id = house.viewers[Role.WORKER].person_id
    assert person_id is not None
    return person_id


def family_of(house: House) -> int:
    """Who lives with the house's worker."""
    own = worker_of(house)
    return min(registry.housemates_of([own])[own] - {own})


PAGES = {
    "matters:desk": (lambda house: [] if lay(house) else [], SEEING),
    "matters:counts": (lambda house: [] if lay(house) else [], READING),
    "matters:register": (lambda house: ["member-representative"] if lay(house) else [], READING),
    "matters:code": (lambda house: ["hazard-report"] if lay(house) else [], SEEING),
    "matters:new": (lambda house: ["heat-relief-visit"] if lay(house) else [], HANDLING),
    "matters:roster_template": (lambda house: ["skill-allowance"] if lay(house) else [], HANDLING - {Role.CITY}),
    "matters:for_worker": (lambda house: [] if lay(house) else [], SEEING),
    "matters:choose": (lambda house: [worker_of(lay(house))], SEEING),
    "matters:fill_for_worker": (lambda house: [worker_of(lay(house)), "membership-transfer"], SEEING),
    "matters:for_family": (lambda house: [] if lay(house) else [], {Role.WORKER}),
    "matters:fill_for_family": (lambda house: [family_of(lay(house)), "membership-transfer"], {Role.WORKER}),
}
ELSEWHERE = {("matters:roster_template", role): 409 for role in (Role.CITY, Role.PROVINCE)}
"""They may begin matters, and this one begins below them."""
