"""What is late: by union and step, how late, and who holds it. Every count is the length of a list."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from django.db.models import Case, Count, Exists, F, Min, OuterRef, QuerySet, Subquery, Value, When

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope
from niangjia.apps.workorders.lateness import WHOLE, is_late
from niangjia.apps.workorders.lifecycle import Action, OrderState
from niangjia.apps.workorders.models import WorkOrder, WorkOrderMove
from niangjia.apps.workorders.queries.orders import below
from niangjia.apps.workorders.types import LateRow


def late_orders(viewer: Viewer, *, now: datetime) -> QuerySet[WorkOrder]:
    """Open orders held in the viewer's part of the tree whose step, or the whole of which, has run over its time. Raises NotAllowed."""
    permissions.require(viewer, "workorders.view")
    held = scope.within(WorkOrder.objects.all(), viewer.org_path, "org__path")
    return held.filter(is_late(now))


def list_late(viewer: Viewer, *, path: str = "", now: datetime) -> list[LateRow]:
    """
    One row for the union at `path` (the viewer's own by default) and one for each union right below it with everything under that; those
    with most late orders first, the union itself before all. Rows without a late order are left out. Three queries.
    """
    path = path if path and scope.covers(viewer.org_path, path) else viewer.org_path
    found = scope.within(late_orders(viewer, now=now), path, "org__path").order_by()
    by_step = Case(When(step_due_at__lte=now, then=F("clock")), default=Value(WHOLE))
    since = Case(When(step_due_at__lte=now, then=F("step_due_at")), default=F("due_at"))
    told = found.annotate(told_under=by_step, since=since).values_list("org__path", "told_under")
    counted = told.annotate(count=Count("pk"), oldest=Min("since"))
    sums: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    oldest: dict[str, datetime] = {}
    for org_path, clock, count, due in counted:
        under = below(path, org_path)
        sums[under][clock] += count
        oldest[under] = min(oldest.get(under, due), due)
    people = found.values_list("org__path", "assignee__name").filter(assignee__isnull=False).distinct()
    holders: dict[str, set[str]] = defaultdict(set)
    for org_path, name in people:
        holders[below(path, org_path)].add(name)
    unions = organizations.get_unions(int(under.split("/")[-2]) for under in sums)
    rows = []
    for under, by_clock in sums.items():
        union = unions[int(under.split("/")[-2])]
        late = now - oldest[under]
        rows.append(
            LateRow(
                org_id=union.id,
                org_name=union.name,
                path=under,
                area=union.area,
                is_own=under == path,
                by_clock=dict(by_clock),
                count=sum(by_clock.values()),
                most_days=max(1, -(-late // timedelta(days=1))),
                holders=tuple(sorted(holders[under])),
            )
        )
    return sorted(rows, key=lambda row: (not row.is_own, -row.count, row.org_name))


def list_transfers(viewer: Viewer) -> QuerySet[WorkOrder]:
    """
    Orders that were handed to another area, out of the viewer's part of the tree or into it, the latest first; `moved_at` says when,
    `is_taken_up` whether the household has an order since. Raises NotAllowed.
    """
    permissions.require(viewer, "workorders.view")
    own = organizations.get_union(viewer.org_id).area
    division = own[:2] if not own[2:6].strip("0") else own[:4] if not own[4:6].strip("0") else own[:6]
    gone = WorkOrder.objects.filter(state=OrderState.TRANSFERRED)
    found = scope.within(gone, viewer.org_path, "org__path") | gone.filter(target_area__startswith=division)
    moved = WorkOrderMove.objects.filter(order=OuterRef("pk"), action=Action.TRANSFER).values("at")
    since = WorkOrder.objects.filter(household=OuterRef("household"), pk__gt=OuterRef("pk"))
    found = found.select_related("org").annotate(moved_at=Subquery(moved[:1]), is_taken_up=Exists(since))
    return found.order_by("-moved_at", "-pk")


def count_late_by_county(viewer: Viewer, *, now: datetime) -> dict[str, int]:
    """Late orders by the first six digits of the holding union's division, where that is a county's: for the map."""
    sums: dict[str, int] = defaultdict(int)
    for area, count in late_orders(viewer, now=now).order_by().values_list("org__area").annotate(Count("pk")):
        if area[4:6].strip("0"):
            sums[area[:6]] += count
    return dict(sums)
