"""Which programmes a worker can apply for, and where: what the pack says of its entry, and that it can be decided there at all."""

from __future__ import annotations

from datetime import date

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.matters.lifecycle import flow_of
from niangjia.apps.matters.problems import NotByApplication, NoUnionHere
from niangjia.apps.matters.room import room
from niangjia.apps.organizations import areas
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations.types import Union
from niangjia.apps.programs import published
from niangjia.apps.programs.published import Published
from niangjia.apps.registry import queries as registry
from niangjia.engines.policy.finder.finding import is_for_people


def is_offered(one: Published) -> bool:
    """Entered by application, for workers, no example, with every number set that its rules need, and without a room of its own."""
    pack = one.pack
    can_be_decided = one.program is not None or not flow_of(pack).decides
    return (
        pack.entry == "application"
        and pack.status != "example"
        and pack.id not in room().elsewhere
        and is_for_people(pack)
        and can_be_decided
    )


def get_offered(program: str, *, area: str, today: date) -> Published:
    """Raises NotByApplication: no such programme there, or not to be applied for."""
    one = published.find_published(program, area=area, asof=today)
    if one is None:
        raise NotByApplication(program, program)
    if not is_offered(one):
        raise NotByApplication(one.pack.title["zh"], one.pack.title["en"])
    return one


def place_of(union: Union) -> str:
    """Where programmes are looked for: the county of the union, as the finder does."""
    return areas.shorten(union.area)[:6]


def union_of(viewer: Viewer) -> Union:
    """
    The worker's union: where they are a member, else where their household is, else that of their account.

    Raises:
        NoUnionHere.
    """
    person_id = viewer.person_id
    if person_id is None:
        raise NoUnionHere
    membership = registry.open_memberships_of([person_id]).get(person_id)
    home = registry.household_of(person_id)
    household_org = registry.get_household(home).org_id if home else None
    org_id = (membership.org_id if membership else None) or household_org or viewer.org_id
    if org_id is None:
        raise NoUnionHere
    return organizations.nearest_active(org_id)
