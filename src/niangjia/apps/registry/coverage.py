"""How many of the workers are members, by union: memberships over what somebody told, with the source; never over a guess (E11)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, F
from django.utils import timezone

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope
from niangjia.apps.organizations.types import Level, Union, UnionState
from niangjia.apps.registry.models import Headcount, Membership
from niangjia.apps.registry.problems import NotFound, WrongHeadcount
from niangjia.apps.registry.types import CoverageRow, HeadcountCard


def tell_headcount(*, viewer: Viewer, org_id: int, workers: int, on: date, source: str, now: datetime) -> None:
    """
    How many workers there are where a union is, members or not, with all unions below it. Said again of the same day it is corrected.

    Raises: NotAllowed; NotFound: not the viewer's union or below it, or ended; WrongHeadcount: nobody, a day to come, or no source.
    """
    permissions.require(viewer, "registry.tell")
    union = organizations.get_unions([org_id]).get(org_id)
    if union is None or not union.is_active or not scope.covers(viewer.org_path, union.path):
        raise NotFound
    if workers < 1 or on > timezone.localdate(now) or not source.strip():
        raise WrongHeadcount
    told = {"workers": workers, "source": source.strip()[:120], "by_id": viewer.account_id, "at": now}
    with transaction.atomic():
        Headcount.objects.update_or_create(union_id=org_id, on=on, defaults=told)
        detail = {"workers": workers, "on": on.isoformat(), "org": org_id}
        audit.record(viewer, action="registry.headcount", object=f"union:{org_id}", detail=detail, now=now)


def list_coverage(viewer: Viewer) -> list[CoverageRow]:
    """
    The viewer's union, those right below it, then the sector federations further down. Where a union told its workers, these count; where it
    did not, those that unions below it told, and of the members only theirs. Raises NotAllowed.
    """
    permissions.require(viewer, "registry.view")
    told = _told(viewer.org_path)
    members = _up_the_tree(_members(viewer.org_path))
    return [_row(union, told, members) for union in _shown(viewer)]


def _shown(viewer: Viewer) -> list[Union]:
    children = [one for one in organizations.list_children(viewer.org_id) if one.is_active]
    near = [organizations.get_union(viewer.org_id), *children]
    federations = organizations.list_subtree(viewer.org_path).filter(level=Level.FEDERATION, state=UnionState.ACTIVE)
    return [*near, *(one.as_type() for one in federations.exclude(pk__in=[one.id for one in near]))]


def _told(path: str) -> dict[str, HeadcountCard]:
    """By path of the union, what it told last."""
    rows = scope.within(Headcount.objects.filter(union__state=UnionState.ACTIVE), path, "union__path")
    found = rows.order_by("on").values_list("union__path", "workers", "on", "source")
    return {where: HeadcountCard(workers, on, source) for where, workers, on, source in found if where is not None}


def _members(path: str) -> Iterable[tuple[str, int]]:
    rows = scope.within(Membership.objects.filter(left_on__isnull=True), path, "union__path").order_by()
    return rows.values(where=F("union__path")).annotate(count=Count("pk")).values_list("where", "count")


def _up_the_tree(counts: Iterable[tuple[str, int]]) -> Mapping[str, int]:
    """Each union's count added to every union above it."""
    sums: dict[str, int] = defaultdict(int)
    for path, count in counts:
        steps = path.split("/")[:-1]
        for end in range(1, len(steps) + 1):
            sums["/".join(steps[:end]) + "/"] += count
    return sums


def _row(union: Union, told: Mapping[str, HeadcountCard], members: Mapping[str, int]) -> CoverageRow:
    own = told.get(union.path)
    if own is not None:
        return CoverageRow(union, members.get(union.path, 0), members.get(union.path, 0), own.workers, own, 1)
    topmost = _topmost(path for path in told if path.startswith(union.path))
    workers = sum(told[path].workers for path in topmost) if topmost else None
    return CoverageRow(
        union, members.get(union.path, 0), sum(members.get(path, 0) for path in topmost), workers, None, len(topmost)
    )


def _topmost(paths: Iterable[str]) -> list[str]:
    """Those that lie under none of the others: what a union told of itself is in what the one above told."""
    found: list[str] = []
    for path in sorted(paths):
        if not found or not path.startswith(found[-1]):
            found.append(path)
    return found
