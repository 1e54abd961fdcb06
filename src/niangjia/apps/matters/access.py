"""Who sees a matter, whose turn it is, and who must leave it to somebody else: in one place."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.matters.lifecycle import role_of
from niangjia.apps.matters.models import Matter, Move
from niangjia.apps.matters.problems import NotYourTurn, OwnMatter
from niangjia.apps.matters.types import MatterState, Step
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope
from niangjia.apps.organizations.types import Level, Union
from niangjia.apps.registry import queries as registry
from niangjia.engines.policy.pack import Stage

_RANK = {
    Level.GRASSROOTS: 0, Level.FEDERATION: 0, Level.TOWN: 1, Level.COUNTY: 2, Level.CITY: 3, Level.PROVINCE: 4,
}  # fmt: skip
_WANTED = {"grassroots": 0, "township": 1, "county": 2, "city": 3, "province": 4, "national": 4}
_ROLE_AT = {
    Level.GRASSROOTS: Role.GRASSROOTS, Level.FEDERATION: Role.GRASSROOTS, Level.TOWN: Role.TOWNSHIP, Level.COUNTY: Role.COUNTY,
    Level.CITY: Role.CITY, Level.PROVINCE: Role.PROVINCE,
}  # fmt: skip


def visible(viewer: Viewer) -> QuerySet[Matter]:
    """Matters of the viewer's part of the tree, and those that were assigned to their union; a worker's own. Raises NotAllowed."""
    if viewer.role is Role.WORKER:
        permissions.require(viewer, "own.view")
        if viewer.person_id is None:
            return Matter.objects.none()
        return Matter.objects.filter(person_id=viewer.person_id)
    permissions.require(viewer, "matters.view")
    return Matter.objects.filter(scope.inside("org", viewer.org_path) | Q(assigned_id=viewer.org_id))


def desk_for(org_id: int, stage: Stage) -> tuple[Union, Role]:
    """
    The union that works on a stage of a matter of `org_id`, and on which post: the union itself or the nearest above it of the stage's
    level; where there is none, the next higher, and of a tree that ends below, its top, each on the post of its own level.
    """
    role = role_of(stage)
    active = [
        one
        for one in [organizations.get_union(org_id), *reversed(organizations.list_ancestors(org_id))]
        if one.is_active
    ]
    if role is Role.WORKER:
        return active[0], role
    wanted = _WANTED.get(stage.level or stage.role, 0)
    desk = next((one for one in active if _RANK[one.level] >= wanted), active[-1])
    return desk, role if role is Role.FINANCE or _RANK[desk.level] == wanted else _ROLE_AT[desk.level]


def is_above(level: str, desk: Level) -> bool:
    """Whether a level that a pack names is higher than that of a desk; one that it does not know counts as higher."""
    return _WANTED.get(level, len(_WANTED)) > _RANK[desk]


def may_handle(viewer: Viewer, matter: Matter) -> bool:
    """Whether it is this post's turn."""
    return (
        viewer.role is not Role.WORKER
        and matter.state == MatterState.AT_WORK
        and viewer.role == matter.role
        and viewer.org_id == matter.desk_id
        and permissions.may(viewer, _permission(viewer.role))
    )


def _permission(role: Role) -> str:
    return "funds.prepare" if role is Role.FINANCE else "matters.handle"


def require_turn(viewer: Viewer, matter: Matter) -> None:
    """Raises NotAllowed, NotYourTurn, OwnMatter."""
    permissions.require(viewer, _permission(viewer.role))
    if not may_handle(viewer, matter):
        raise NotYourTurn(Role(matter.role), matter.desk.name)
    refuse_own(viewer, matter)


def refuse_own(viewer: Viewer, matter: Matter) -> None:
    """Raises OwnMatter: neither who applied nor whoever lives with them handles it, nor does who stands in for them."""
    if is_own(viewer, matter):
        raise OwnMatter


def is_own(viewer: Viewer, matter: Matter) -> bool:
    return registry.is_around(viewer, person_id=matter.person_id, household_id=matter.household_id)


def hands_in(matter: Matter) -> list[int]:
    """Every officer who moved it."""
    moves = Move.objects.filter(matter=matter, account__isnull=False).exclude(role=Role.WORKER)
    return sorted({account_id for account_id in moves.values_list("account_id", flat=True) if account_id is not None})


def overruled(moves: Sequence[Move]) -> set[int]:
    """Officers whose decision an upheld objection has undone: they do not make it anew."""
    last = max((place for place, one in enumerate(moves) if one.act == Step.REOPEN), default=0)
    stage = moves[last].to_stage if last else ""
    return {
        one.account_id for one in moves[:last] if one.act == Step.ACT and one.account_id and one.from_stage == stage
    }


def checked_by(moves: Sequence[Move], stage: Stage, first: Stage) -> tuple[set[int], bool]:
    """
    Officers who took it on at another stage, and whether one of them checked it: taking an application in for a worker is no check.
    """
    at_work = [one for one in moves if one.account_id and one.role != Role.WORKER and one.act != Step.REOPEN]
    elsewhere = [one for one in at_work if one.from_stage != stage.id]
    return (
        {one.account_id for one in elsewhere if one.account_id},
        any(one.from_stage != first.id for one in elsewhere),
    )
