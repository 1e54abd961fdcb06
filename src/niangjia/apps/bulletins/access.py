"""Who sees a bulletin and who may act on it: in one place."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.bulletins.models import Bulletin
from niangjia.apps.bulletins.problems import NotFound, SamePerson
from niangjia.apps.bulletins.types import State
from niangjia.apps.organizations import queries as organizations

PUBLISHED = (State.ISSUED, State.WITHDRAWN)


def visible(viewer: Viewer) -> QuerySet[Bulletin]:
    """
    What was issued by the viewer's union, one above it or one that ended into these, and drafts of their own union for whoever writes there.
    Raises NotAllowed.
    """
    permissions.require(viewer, "bulletins.view")
    rows = Q(state__in=PUBLISHED, org__in=organizations.ids_behind(organizations.ids_on(viewer.org_path)))
    if permissions.may(viewer, "bulletins.manage"):
        rows |= Q(org=viewer.org_id)
    return Bulletin.objects.filter(rows).select_related("org")


def lock(viewer: Viewer, bulletin_id: int) -> Bulletin:
    """One of the viewer's own union, held until the transaction ends. Raises NotAllowed, NotFound."""
    permissions.require(viewer, "bulletins.manage")
    row = Bulletin.objects.select_for_update(of=("self",)).filter(pk=bulletin_id, org=viewer.org_id).first()
    if row is None:
        raise NotFound
    return row


def lock_issued(viewer: Viewer, bulletin_id: int) -> Bulletin:
    """As `lock`; of a union that ended the one that goes on has it. Raises NotAllowed, NotFound."""
    permissions.require(viewer, "bulletins.manage")
    rows = Bulletin.objects.select_for_update(of=("self",)).filter(pk=bulletin_id)
    row = rows.filter(org__in=organizations.ids_behind([viewer.org_id])).first()
    if row is None:
        raise NotFound
    return row


def drafts_of(org_id: int) -> QuerySet[Bulletin]:
    """Not issued yet, of that very union. Without scope: for whoever changes unions."""
    return Bulletin.objects.filter(org_id=org_id).exclude(state__in=PUBLISHED)


def require_other(viewer: Viewer, row: Bulletin) -> None:
    """Raises SamePerson: the viewer, or who stands in for them, drafted it or wrote the last edit."""
    if {viewer.account_id, *viewer.joined_ids} & {row.drafted_by_id, row.edited_by_id}:
        raise SamePerson
