"""Who sees a place and who may take a step with it: in one place."""

from __future__ import annotations

from django.db.models import QuerySet

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.files.types import Owner
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope
from niangjia.apps.organizations.types import Level
from niangjia.apps.places.kinds import kinds
from niangjia.apps.places.lifecycle import Rule, Step
from niangjia.apps.places.models import Place
from niangjia.apps.places.problems import NoSuchPlace, NotYourLevel, OwnPlace

PHOTOS, MOST_PHOTOS = "photos", 6
_NAMED_BY = {
    "county": (Level.COUNTY, Level.CITY, Level.PROVINCE), "city": (Level.CITY, Level.PROVINCE), "province": (Level.PROVINCE,),
    "national": (Level.PROVINCE,),  # what is named above the province, the province enters
}  # fmt: skip


def owner_of(place_id: int) -> Owner:
    """Of a place's photos."""
    return Owner("place", str(place_id))


def visible(viewer: Viewer) -> QuerySet[Place]:
    """Places of the viewer's part of the tree; those of households only for who may see what was found there. Raises NotAllowed."""
    permissions.require(viewer, "places.view")
    rows = scope.within(Place.objects.all(), viewer.org_path, "org__path")
    if permissions.may(viewer, "cases.examine"):
        return rows
    return rows.exclude(kind__in=[one.id for one in kinds().values() if one.is_of_household])


def get_visible(viewer: Viewer, place_id: int) -> Place:
    """Raises NotAllowed, NoSuchPlace."""
    place = visible(viewer).select_related("org").filter(pk=place_id).first()
    if place is None:
        raise NoSuchPlace(place_id)
    return place


def require_step(viewer: Viewer, place: Place, step: Step, rule: Rule, word: str) -> None:
    """Raises NotAllowed; OwnPlace: it is for a union above the one that keeps it, and there is one."""
    permissions.require(viewer, "places.manage")
    is_own = place.org_id == viewer.org_id
    if rule.from_above and is_own and organizations.list_ancestors(place.org_id):
        raise OwnPlace(word)


def may_name(viewer: Viewer, level: str) -> bool:
    """
    Whether a place of that level is named by the viewer's union: of that level or above. Where nobody above is in the house, the topmost union
    enters what was named there.
    """
    union = organizations.get_union(viewer.org_id)
    return union.parent_id is None or union.level in _NAMED_BY.get(level, ())


def require_level(viewer: Viewer, level: str) -> None:
    """Raises NotYourLevel."""
    if not may_name(viewer, level):
        raise NotYourLevel(level)
