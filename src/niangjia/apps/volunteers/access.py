"""Who sees needs, helpers and pairs, and for which side somebody speaks: in one place."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope
from niangjia.apps.volunteers.lifecycle import LIVE, NeedState, Side
from niangjia.apps.volunteers.models import Helper, Need, Pair
from niangjia.apps.volunteers.problems import NoSuchHelper, NoSuchNeed, NoSuchPair, NotYourSide


def needs(viewer: Viewer) -> QuerySet[Need]:
    """Of the viewer's part of the tree, and those that helpers of it are paired with; a worker's: those they are paired with. Raises NotAllowed."""
    if viewer.role is Role.WORKER:
        permissions.require(viewer, "own.view")
        return Need.objects.filter(pk__in=pairs(viewer).values("need_id"))
    permissions.require(viewer, "volunteers.view")
    paired = Pair.objects.filter(scope.inside("helper__org", viewer.org_path)).order_by().values("need_id")
    return Need.objects.filter(scope.inside("org", viewer.org_path) | Q(pk__in=paired))


def helpers(viewer: Viewer) -> QuerySet[Helper]:
    """Of the viewer's part of the tree, and those that are paired with needs of it now; a worker's own. Raises NotAllowed."""
    if viewer.role is Role.WORKER:
        permissions.require(viewer, "own.view")
        return Helper.objects.filter(person_id=viewer.person_id or 0)
    permissions.require(viewer, "volunteers.view")
    alive = Pair.objects.filter(scope.inside("need__org", viewer.org_path), state__in=LIVE, need__state=NeedState.OPEN)
    return Helper.objects.filter(scope.inside("org", viewer.org_path) | Q(pk__in=alive.order_by().values("helper_id")))


def pairs(viewer: Viewer) -> QuerySet[Pair]:
    """Those of which one side is of the viewer's part of the tree; a worker's own. Raises NotAllowed."""
    if viewer.role is Role.WORKER:
        permissions.require(viewer, "own.view")
        return Pair.objects.filter(helper__person_id=viewer.person_id or 0)
    permissions.require(viewer, "volunteers.view")
    return Pair.objects.filter(
        scope.inside("need__org", viewer.org_path) | scope.inside("helper__org", viewer.org_path)
    )


def own_need(viewer: Viewer, need_id: int) -> Need:
    """One that the viewer's part of the tree asks for. Locked. Raises NotAllowed, NoSuchNeed."""
    if viewer.role is Role.WORKER:
        raise NoSuchNeed(need_id)
    found = Need.objects.select_for_update().filter(scope.inside("org", viewer.org_path), pk=need_id).first()
    if found is None:
        raise NoSuchNeed(need_id)
    return found


def own_helper(viewer: Viewer, helper_id: int) -> Helper:
    """One that the viewer may change: themselves, or of their part of the tree. Locked. Raises NotAllowed, NoSuchHelper."""
    if viewer.role is Role.WORKER:
        permissions.require(viewer, "own.view")
        rows = Helper.objects.filter(person_id=viewer.person_id or 0)
    else:
        permissions.require(viewer, "volunteers.manage")
        rows = Helper.objects.filter(scope.inside("org", viewer.org_path))
    found = rows.select_for_update().filter(pk=helper_id).first()
    if found is None:
        raise NoSuchHelper(helper_id)
    return found


def get_pair(viewer: Viewer, pair_id: int) -> Pair:
    """Its need locked first, then itself: everybody who changes a pair waits here. Raises NotAllowed, NoSuchPair."""
    need_id = pairs(viewer).filter(pk=pair_id).values_list("need_id", flat=True).first()
    if need_id is None:
        raise NoSuchPair(pair_id)
    need = Need.objects.select_for_update().get(pk=need_id)
    pair = Pair.objects.select_for_update().get(pk=pair_id)
    pair.need = need
    return pair


def sides_of(viewer: Viewer, *, need_path: str, helper_path: str, helper_person_id: int) -> tuple[Side, ...]:
    """For which sides of a pair the viewer may speak at all; that it may not be for both is asked for when they do."""
    if viewer.role is Role.WORKER:
        return (Side.HELPER,) if viewer.person_id == helper_person_id else ()
    if not permissions.may(viewer, "volunteers.manage"):
        return ()
    found = []
    if scope.covers(viewer.org_path, need_path):
        found.append(Side.FIRM)
    if scope.covers(viewer.org_path, helper_path):
        found.append(Side.HELPER)
    return tuple(found)


def require_side(viewer: Viewer, pair: Pair, side: Side | None = None) -> None:
    """`side` null: either will do. Raises NotYourSide."""
    paths = organizations.get_unions([pair.need.org_id, pair.helper.org_id])
    sides = sides_of(
        viewer, need_path=paths[pair.need.org_id].path, helper_path=paths[pair.helper.org_id].path, helper_person_id=pair.helper.person_id
    )  # fmt: skip
    if not sides or (side is not None and side not in sides):
        raise NotYourSide
