"""Who sees a target and who may divide it: in one place."""

from __future__ import annotations

from django.db.models import QuerySet

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.files.types import Owner
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope
from niangjia.apps.organizations.types import Union
from niangjia.apps.targets.models import Statement
from niangjia.apps.targets.problems import NotFound, NotYourPart
from niangjia.apps.targets.types import Programme

PAPER = "paper"


def owner_of(statement_id: int) -> Owner:
    """Of a statement's paper."""
    return Owner("stated", str(statement_id))


def get_union(viewer: Viewer, org_id: int) -> Union:
    """A union of the viewer's part of the tree; 0 = their own. Raises NotAllowed, NotFound."""
    permissions.require(viewer, "targets.view")
    union = organizations.get_union(org_id or viewer.org_id)
    if not scope.covers(viewer.org_path, union.path):
        raise NotFound
    return union


def is_here(programme: Programme, area: str) -> bool:
    """Whether it is about the division `area`, a wider one or a part of it."""
    own, its = area.rstrip("0"), programme.area.rstrip("0")
    own, its = own + "0" * (len(own) % 2), its + "0" * (len(its) % 2)
    return own.startswith(its) or its.startswith(own)


def require_dividing(viewer: Viewer, org_id: int) -> Union:
    """
    A union whose share the viewer may set: right below their own, or their own where none is above it. Raises NotAllowed, NotYourPart.
    """
    permissions.require(viewer, "targets.manage")
    union = organizations.get_union(org_id)
    is_topmost = union.id == viewer.org_id and union.parent_id is None
    if not is_topmost and union.parent_id != viewer.org_id:
        raise NotYourPart
    return union


def statements(viewer: Viewer) -> QuerySet[Statement]:
    """Those about the viewer's part of the tree. Raises NotAllowed."""
    permissions.require(viewer, "targets.view")
    return Statement.objects.filter(scope.inside("org", viewer.org_path)).select_related("org")
