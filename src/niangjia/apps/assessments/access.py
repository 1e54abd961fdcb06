"""Who sees sheets and rounds, and who may act on them: in one place."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.assessments.models import Adjustment, Correction, Look, Publication, Round
from niangjia.apps.assessments.problems import NotFound, ReasonMissing
from niangjia.apps.assessments.types import Sheet, State
from niangjia.apps.audit import actions as audit
from niangjia.apps.files.types import Owner
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope
from niangjia.apps.organizations.types import Union, UnionState

EVIDENCE = "evidence"
MOST_COMPARED = 500


def owner_of(kind: str, row_id: int) -> Owner:
    """Of evidence: of an ``adjusted`` or a ``look``."""
    return Owner(kind, str(row_id))


def get_assessor(viewer: Viewer, org_id: int) -> Union:
    """A union of the viewer's part of the tree, whose sheets they see while these are drafts; 0 = their own. Raises NotAllowed, NotFound."""
    permissions.require(viewer, "assessments.view")
    union = organizations.get_union(org_id or viewer.org_id)
    if not scope.covers(viewer.org_path, union.path):
        raise NotFound
    return union


def compared(sheet: Sheet, union: Union) -> Sequence[Union]:
    """The unions of the sheet's level at or below `union`, by code; those that ended left out."""
    rows = organizations.list_subtree(union.path).filter(level=sheet.level, state=UnionState.ACTIVE)
    return [row.as_type() for row in rows.order_by("code")[:MOST_COMPARED]]


def publications(viewer: Viewer) -> QuerySet[Publication]:
    """Those of the viewer's part of the tree; of others the standing ones in which the viewer's own union is compared. Raises NotAllowed."""
    permissions.require(viewer, "assessments.view")
    own = Q(**{"figures__has_key": str(viewer.org_id)}) & Q(state=State.PUBLISHED)
    return Publication.objects.filter(scope.inside("org", viewer.org_path) | own).select_related("org")


def adjustments(viewer: Viewer) -> QuerySet[Adjustment]:
    """Of assessors in the viewer's part of the tree. Raises NotAllowed."""
    permissions.require(viewer, "assessments.view")
    return Adjustment.objects.filter(scope.inside("assessor", viewer.org_path)).select_related("org", "assessor")


def rounds(viewer: Viewer) -> QuerySet[Round]:
    """Held in the viewer's part of the tree, or looking at the viewer's own union. Raises NotAllowed."""
    permissions.require(viewer, "assessments.view")
    own = Look.objects.filter(org=viewer.org_id).order_by().values("round")
    return Round.objects.filter(scope.inside("org", viewer.org_path) | Q(pk__in=own)).select_related("org")


def looks(viewer: Viewer) -> QuerySet[Look]:
    """Of rounds in the viewer's part of the tree, and of the viewer's own union; no other union's. Raises NotAllowed."""
    permissions.require(viewer, "assessments.view")
    mine = scope.inside("round__org", viewer.org_path) | Q(org=viewer.org_id)
    return Look.objects.filter(mine).select_related("org", "round")


def corrections(viewer: Viewer) -> QuerySet[Correction]:
    """Of looks that the viewer sees. Raises NotAllowed."""
    return Correction.objects.filter(look__in=looks(viewer).order_by().values("pk")).select_related("look", "task")


def reason_of(said: str, *, shortest: int = 4, most: int = 300) -> str:
    """Its lines stay lines. Raises ReasonMissing, PersonalData."""
    lines = (" ".join(line.split()) for line in said.splitlines())
    text = "\n".join(line for line in lines if line)[:most]
    if len(text) < shortest:
        raise ReasonMissing
    audit.refuse_personal_data(text, "reason")
    return text
