"""Which programmes a worker can apply for, and where: what the pack says of its entry, and that it can be decided there at all."""

from __future__ import annotations

from datetime import date

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.matters import access
from niangjia.apps.matters.lifecycle import flow_of, role_of
from niangjia.apps.matters.problems import NotByApplication, NotForThisPost, NoUnionHere
from niangjia.apps.matters.room import room
from niangjia.apps.organizations import areas
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations.types import Union
from niangjia.apps.programs import published
from niangjia.apps.programs.published import Published
from niangjia.apps.registry import queries as registry
from niangjia.engines.policy.finder.finding import is_for_people
from niangjia.engines.policy.pack import Pack
from niangjia.kernel.problems import Refusal

OPEN_TO_ALL = "open"
"""The entry of what anybody may bring, with an account or without."""
_BY_UNIONS = ("nomination", "staff")
_ROSTER = "roster"
"""The entry of what a union enters its own people for, one after another; of what is not about people another room keeps the list."""
_ABOUT_PEOPLE = ("person", "household")


def is_offered(one: Published) -> bool:
    """Entered by application or open to all, for workers, no example, with every number set that its rules need, and without a room of its own."""
    return one.pack.entry in ("application", OPEN_TO_ALL) and is_for_people(one.pack) and _can_be_handled(one)


def _can_be_handled(one: Published) -> bool:
    pack = one.pack
    # What anybody brings is taken whatever numbers are still open: only what it leads to waits for them.
    can_be_decided = one.program is not None or not flow_of(pack).decides or pack.entry == OPEN_TO_ALL
    return pack.status != "example" and pack.id not in room().elsewhere and not pack.measures and can_be_decided


def is_openable(one: Published, viewer: Viewer, union: Union) -> bool:
    """
    Whether this post begins it: it is nominated or the union's own business, its people stand on a roster, or an enterprise applies on
    paper; and its first stage is theirs.
    """
    pack = one.pack
    is_on_paper = pack.entry == "application" and not is_for_people(pack)
    is_unions = pack.entry in _BY_UNIONS or is_on_paper or (is_roster(pack) and is_about_people(pack))
    if not is_unions or not pack.stages or not _can_be_handled(one):
        return False
    first = flow_of(pack).first
    if role_of(first) is Role.WORKER:
        return False
    desk, role = access.desk_for(union.id, first)
    return desk.id == union.id and role is viewer.role


def is_roster(pack: Pack) -> bool:
    return pack.entry == _ROSTER


def is_about_people(pack: Pack) -> bool:
    """Whether it is begun for somebody of the register."""
    return pack.unit in _ABOUT_PEOPLE


def get_openable(viewer: Viewer, program: str, *, today: date) -> Published:
    """Raises NotAllowed, NotByApplication, NotForThisPost."""
    permissions.require(viewer, "matters.handle")
    union = organizations.get_union(viewer.org_id)
    one = published.find_published(program, area=place_of(union), asof=today)
    if one is None:
        raise NotByApplication(program, program)
    if not is_openable(one, viewer, union):
        raise NotForThisPost(one.pack.title["zh"], one.pack.title["en"])
    return one


def get_open_to_all(program: str, *, area: str, today: date) -> Published:
    """What anybody may bring there. Raises NotByApplication."""
    one = published.find_published(program, area=area, asof=today)
    if one is None:
        raise NotByApplication(program, program)
    if one.pack.entry != OPEN_TO_ALL or not is_offered(one):
        raise NotByApplication(one.pack.title["zh"], one.pack.title["en"])
    return one


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


def place_for(viewer: Viewer) -> str:
    """Whose numbers the viewer reads: a worker's county, an officer's own union's; empty where that is not known."""
    try:
        union = union_of(viewer) if viewer.role is Role.WORKER else organizations.get_union(viewer.org_id)
    except Refusal:
        return ""
    return place_of(union)


def union_of(viewer: Viewer) -> Union:
    """
    The worker's union: where they are a member, else where their household is, else that of their account.

    Raises:
        NoUnionHere.
    """
    if viewer.person_id is None:
        raise NoUnionHere
    return union_of_person(viewer.person_id, or_else=viewer.org_id)


def union_of_person(person_id: int, *, or_else: int | None) -> Union:
    """Raises NoUnionHere: none is known, nor `or_else`."""
    membership = registry.open_memberships_of([person_id]).get(person_id)
    home = registry.household_of(person_id)
    household_org = registry.get_household(home).org_id if home else None
    org_id = (membership.org_id if membership else None) or household_org or or_else
    if org_id is None:
        raise NoUnionHere
    return organizations.nearest_active(org_id)
