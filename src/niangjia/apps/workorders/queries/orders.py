"""Orders, their history, what is due, loads and scores; and `verify`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Count, F, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Substr

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope
from niangjia.apps.organizations.types import Level, UnionState
from niangjia.apps.workorders.lateness import WHOLE, is_due_between, is_late, is_late_by, late_of
from niangjia.apps.workorders.lifecycle import OPEN, RULES, Action, OrderState
from niangjia.apps.workorders.models import WorkOrder, WorkOrderMove
from niangjia.apps.workorders.problems import NoSuchOrder
from niangjia.apps.workorders.types import (
    ForwardCandidate,
    MoveCard,
    OpenCounts,
    OpenOrder,
    OrderCard,
    OrderKind,
    OrgCount,
    OrgScore,
    Placement,
    UnionLoad,
    Urgency,
    Violation,
)
from niangjia.kernel.months import Month

_SOON = timedelta(days=3)


def card(row: WorkOrder, *, now: datetime) -> OrderCard:
    return OrderCard(
        id=row.pk,
        number=row.number,
        kind=OrderKind(row.kind),
        month=row.month,
        subject_key=row.subject_key,
        household_id=row.household_id,
        person_id=row.person_id,
        subject_person_ids=tuple(row.subject_person_ids),
        state=OrderState(row.state),
        step=row.step,
        org_id=row.org_id,
        org_name=row.org.name,
        org_level=Level(row.org.level),
        verify_org_id=row.verify_org_id,
        assignee_id=row.assignee_id,
        verifier_ids=tuple(row.verifier_ids),
        excluded_ids=tuple(row.excluded_ids),
        reviewer_id=row.reviewer_id,
        cause_group=row.cause_group,
        grade=row.grade,
        urgency=Urgency(row.urgency),
        questions=tuple(row.questions),
        due_at=row.due_at,
        step_due_at=row.step_due_at,
        late=late_of(row.state, row.step_due_at, row.due_at, now=now),
        returned_count=row.returned_count,
        contact_try_count=row.contact_try_count,
        outcome=row.outcome,
        target_area=row.target_area,
        previous_id=row.previous_id,
    )


def is_visible(viewer: Viewer, row: WorkOrder) -> bool:
    """Whoever holds it, verifies it, or stands above either."""
    return scope.covers(viewer.org_path, row.org.path) or scope.covers(viewer.org_path, row.verify_org.path)


def visible_orders(viewer: Viewer) -> QuerySet[WorkOrder]:
    """
    Orders that the viewer's part of the tree holds or verifies, ended ones as they lay then; to read only. Who passed an order on to
    another branch does not see it any more. What is sealed of the household is another matter: `cases.access`. Raises NotAllowed.
    """
    permissions.require(viewer, "workorders.view")
    return WorkOrder.objects.select_related("org", "verify_org").filter(_in_hand(viewer.org_path))


def _in_hand(path: str) -> Q:
    """Held or verified at `path` or below it."""
    if not scope.is_whole_tree(path):
        return scope.inside("org", path) | scope.inside("verify_org", path)
    beyond = scope.outside(path).values("pk")
    return ~Q(org__in=beyond, verify_org__in=beyond)


def list_under_way(path: str, *, beyond: bool = False) -> QuerySet[WorkOrder]:
    """
    Open orders that are held or verified at `path` or below it; with `beyond`, those that are not. Without permission: for the scope of
    what rides on an order.
    """
    if beyond:
        return WorkOrder.objects.filter(~_in_hand(path), state__in=OPEN)
    if scope.is_whole_tree(path):
        return WorkOrder.objects.filter(_in_hand(path), state__in=OPEN)
    # Said on either side: each then starts from the few unions and their open orders, not from every open order of the province.
    is_open = WorkOrder.objects.filter(state__in=OPEN)
    held, verified = scope.inside("org", path), scope.inside("verify_org", path)
    return WorkOrder.objects.filter(scope.either(is_open.filter(held), is_open.filter(verified)))


def list_open_at(path: str) -> list[OpenOrder]:
    """Open orders held, visited or reviewed at `path` or below, by number; without scope, for whoever changes unions there."""
    rows = WorkOrder.objects.filter(state__in=OPEN)
    found = (
        scope.within(rows, path, "org__path")
        | scope.within(rows, path, "verify_org__path")
        | scope.within(rows, path, "review_org__path")
    )
    return [
        OpenOrder(
            row.pk, row.number, row.step, OrderState(row.state), row.step_due_at,
            Placement(row.org_id, row.verify_org_id, row.review_org_id, tuple(row.route), row.escalated_org_id), row.assignee_id,
        )
        for row in found.order_by("number")
    ]  # fmt: skip


def get_order(viewer: Viewer, order_id: int, *, now: datetime) -> OrderCard:
    """Raises NoSuchOrder."""
    row = visible_orders(viewer).filter(pk=order_id).first()
    if row is None:
        raise NoSuchOrder(order_id)
    return card(row, now=now)


def get_card(order_id: int, *, now: datetime) -> OrderCard:
    """Without scope: for the case that owns it. Raises NoSuchOrder."""
    row = WorkOrder.objects.select_related("org").filter(pk=order_id).first()
    if row is None:
        raise NoSuchOrder(order_id)
    return card(row, now=now)


def find_cards(viewer: Viewer, order_ids: Iterable[int], *, now: datetime) -> dict[int, OrderCard]:
    """By id, those of them that the viewer sees, in one query. Raises NotAllowed."""
    return {row.pk: card(row, now=now) for row in visible_orders(viewer).filter(pk__in=set(order_ids))}


def get_cards(order_ids: Iterable[int], *, now: datetime) -> dict[int, OrderCard]:
    """By id, in one query, without scope: for the house's own jobs."""
    return {row.pk: card(row, now=now) for row in WorkOrder.objects.select_related("org").filter(pk__in=set(order_ids))}


def numbers_of(order_ids: Iterable[int]) -> dict[int, str]:
    """By id, without scope: for whoever has been shown that there are such orders."""
    return dict(WorkOrder.objects.filter(pk__in=set(order_ids)).values_list("pk", "number"))


def find_by_number(viewer: Viewer, number: str) -> int | None:
    return visible_orders(viewer).filter(number=number.upper()).values_list("pk", flat=True).first()


def find_open_order(*, subject_key: str, kind: OrderKind, now: datetime) -> OrderCard | None:
    row = (
        WorkOrder.objects.select_related("org").filter(subject_key=subject_key, kind=kind.value, state__in=OPEN).first()
    )
    return card(row, now=now) if row else None


def list_orders(
    viewer: Viewer,
    *,
    now: datetime,
    state: str = "",
    kind: str = "",
    month: str = "",
    org_id: int | None = None,
    assignee_id: int | None = None,
    grade: str = "",
    cause: str = "",
    number: str = "",
    clock: str = "",
    under: str = "",
    due_before: datetime | None = None,
    only_open: bool = False,
    only_overdue: bool = False,
) -> QuerySet[WorkOrder]:
    """
    What the filters ask for, soonest due first, without a due date last; to read only. `card` makes an OrderCard of a row.

    `only_overdue`: the step or the whole has run over its time; with `clock` those told under it, `lateness.WHOLE` among them.
    `under`: a union's path; only what lies with that union or below it now. `number`: how an order's number ends.
    """
    rows = visible_orders(viewer)
    if under:
        rows = scope.within(rows, under, "org__path")
    if grade:
        rows = rows.filter(grade=grade)
    if cause:
        rows = rows.filter(cause_group__contains=cause)
    if number:
        rows = rows.filter(number__endswith=number)
    if clock:
        rows = rows.filter(is_late_by(clock, now) if only_overdue or clock == WHOLE else Q(clock=clock))
    if due_before is not None:
        rows = rows.filter(Q(step_due_at__lt=due_before) | Q(due_at__lt=due_before))
    asked = {"state": state, "kind": kind, "month": month, "org_id": org_id, "assignee_id": assignee_id}
    rows = rows.filter(**{name: value for name, value in asked.items() if value})
    if only_open or only_overdue:
        rows = rows.filter(state__in=OPEN)
    if only_overdue:
        rows = rows.filter(is_late(now))
    return rows.order_by(F("step_due_at").asc(nulls_last=True), "pk")


def list_due(viewer: Viewer, *, before: datetime, now: datetime) -> list[OrderCard]:
    """Open orders whose step ends before `before`, overdue ones first."""
    return [card(row, now=now) for row in list_orders(viewer, now=now, only_open=True).filter(step_due_at__lt=before)]


def list_moves(viewer: Viewer, order_id: int) -> list[MoveCard]:
    """The order's history, first move first. Raises NoSuchOrder."""
    if not visible_orders(viewer).filter(pk=order_id).exists():
        raise NoSuchOrder(order_id)
    return list_history(order_id)


def list_history(order_id: int) -> list[MoveCard]:
    """Without scope: for the case that owns the order."""
    return [
        MoveCard(
            step=row.step,
            action=Action(row.action),
            from_state=row.from_state,
            to_state=OrderState(row.to_state),
            from_org_id=row.from_org_id,
            to_org_id=row.to_org_id,
            to_org_name=row.to_org.name,
            actor_id=row.actor_id,
            at=row.at,
            reason=row.reason,
            was_late=row.was_late,
            detail=row.detail,
        )
        for row in WorkOrderMove.objects.filter(order_id=order_id).select_related("to_org").order_by("step")
    ]


def find_departure(viewer: Viewer, order_id: int) -> MoveCard | None:
    """The move that took an order out of the viewer's part of the tree, which held it until then; None if it never was there, or still is."""
    row = WorkOrder.objects.select_related("org", "verify_org").filter(pk=order_id).first()
    if row is None or is_visible(viewer, row):
        return None
    mine = scope.within(WorkOrderMove.objects.filter(order_id=order_id), viewer.org_path, "from_org__path")
    left = mine.order_by("-step").values_list("step", flat=True).first()
    return next((move for move in list_history(order_id) if move.step == left), None)


def possible_actions(viewer: Viewer, order: OrderCard) -> list[Action]:
    """What this viewer may do to the order where it stands, in the table's order. Kin and four eyes are asked by the action."""
    if not scope.covers(viewer.org_path, organizations.get_union(order.org_id).path):
        return []
    return [
        action
        for action, rule in RULES.items()
        if order.state in rule.to and rule.permission and permissions.may(viewer, rule.permission)
    ]


def list_forward_candidates(viewer: Viewer, order_id: int) -> list[ForwardCandidate]:
    """Active unions right below the holder, and the next on the route wherever it is, suggested first. Raises NoSuchOrder."""
    order = visible_orders(viewer).filter(pk=order_id).first()
    if order is None:
        raise NoSuchOrder(order_id)
    place = order.route.index(order.org_id) if order.org_id in order.route else -1
    suggested = order.route[place + 1] if 0 <= place < len(order.route) - 1 else None
    unions = {union.id: union for union in organizations.list_children(order.org_id) if union.is_active}
    if suggested is not None and suggested not in unions:
        unions |= {org_id: union for org_id, union in organizations.get_unions([suggested]).items() if union.is_active}
    counted = (
        WorkOrder.objects.filter(org_id__in=unions, state__in=OPEN)
        .order_by()
        .values_list("org_id")
        .annotate(Count("pk"))
    )
    open_counts = dict(counted)
    candidates = [
        ForwardCandidate(union.id, union.name, union.level, union.id == suggested, open_counts.get(union.id, 0))
        for union in unions.values()
    ]
    return sorted(candidates, key=lambda candidate: (not candidate.is_suggested, candidate.name))


def count_by_state(viewer: Viewer, *, now: datetime, path: str = "", month: str = "") -> list[OrgCount]:
    """One row per union holding orders at or below `path` (the viewer's own part by default), by path."""
    rows = _held(viewer, path, month)
    by_org: dict[int, dict[OrderState, int]] = defaultdict(dict)
    overdue: dict[int, int] = defaultdict(int)
    late = Count("pk", filter=is_late(now))
    for org_id, state, count, late_count in (
        rows.order_by().values_list("org_id", "state").annotate(count=Count("pk"), late=late)
    ):
        by_org[org_id][OrderState(state)] = count
        overdue[org_id] += late_count
    unions = organizations.get_unions(by_org)
    return [
        OrgCount(
            org_id,
            union.name,
            by_org[org_id],
            sum(count for state, count in by_org[org_id].items() if state in OPEN),
            overdue[org_id],
        )
        for org_id, union in sorted(unions.items(), key=lambda one: one[1].path)
    ]


def _held(viewer: Viewer, path: str, month: str) -> QuerySet[WorkOrder]:
    permissions.require(viewer, "workorders.view")
    inside = path if path and scope.covers(viewer.org_path, path) else viewer.org_path
    rows = scope.within(WorkOrder.objects.all(), inside, "org__path")
    return rows.filter(month=month) if month else rows


def below(path: str, org_path: str | None) -> str:
    """The path of the union right below `path` under which `org_path` lies; `path` for itself."""
    parts = (org_path or path).split("/")
    return "/".join(parts[: path.count("/") + 1]) + "/" if org_path != path else path


def list_loads_below(viewer: Viewer, *, now: datetime, most: int) -> list[UnionLoad]:
    """
    What the viewer's own union holds, and each union right below it with everything under that; the most loaded first, so many of them;
    one query.
    """
    step = viewer.org_path.index("/") + 1  # a path is made of numbers of equal length
    under = Substr("org__path", 1, len(viewer.org_path) + step)
    named = organizations.list_subtree(viewer.org_path).filter(path=OuterRef("under")).values("name")[:1]
    held = _held(viewer, "", "").filter(state__in=OPEN).order_by().annotate(under=under)
    counted = held.values("under", name=Subquery(named)).annotate(
        open_count=Count("pk"),
        overdue_count=Count("pk", filter=is_late(now)),
        due_soon_count=Count("pk", filter=is_due_between(now, now + _SOON)),
        assignee_count=Count("assignee", distinct=True),
    )
    return [
        UnionLoad(
            int(row["under"].split("/")[-2]),
            row["name"],
            row["open_count"],
            row["overdue_count"],
            row["due_soon_count"],
            row["assignee_count"],
        )
        for row in counted.order_by("-open_count", "under")[:most]
    ]


def list_loads(viewer: Viewer, *, now: datetime, path: str = "", most: int | None = None) -> list[UnionLoad]:
    """What each union holds now, the most loaded first; `most`: so many of them."""
    held = _held(viewer, path, "").filter(state__in=OPEN).order_by()
    if most is not None:  # found before anything else is counted: a province has thousands of unions
        loaded = held.values("org_id").annotate(count=Count("pk")).order_by("-count", "org_id")
        held = held.filter(org__in=loaded[:most].values("org_id"))
    counted = held.values("org_id", "org__name").annotate(
        open_count=Count("pk"),
        overdue_count=Count("pk", filter=is_late(now)),
        due_soon_count=Count("pk", filter=is_due_between(now, now + _SOON)),
        assignee_count=Count("assignee", distinct=True),
    )
    found = counted.order_by("-open_count", "org_id")
    return [
        UnionLoad(
            row["org_id"],
            row["org__name"],
            row["open_count"],
            row["overdue_count"],
            row["due_soon_count"],
            row["assignee_count"],
        )
        for row in found
    ]


def list_scores(viewer: Viewer, *, month: Month, path: str = "") -> list[OrgScore]:
    """Per union: steps it ended in the calendar month, how many of them late, and escalations over its head; by path."""
    permissions.require(viewer, "workorders.view")
    inside = path if path and scope.covers(viewer.org_path, path) else viewer.org_path
    rows = scope.within(WorkOrderMove.objects.filter(from_org__isnull=False), inside, "from_org__path")
    counted = (
        rows.filter(at__year=month.year, at__month=month.number)
        .order_by("from_org__path")
        .values_list("from_org_id", "from_org__name")
        .annotate(
            steps=Count("pk", filter=Q(was_late__isnull=False)),
            late=Count("pk", filter=Q(was_late=True)),
            escalated=Count("pk", filter=Q(action=Action.ESCALATE.value)),
        )
    )
    return [
        OrgScore(org_id, name, steps, late, escalated, round((steps - late) / steps, 4) if steps else None)
        for org_id, name, steps, late, escalated in counted
        if steps or escalated
    ]


def count_open(viewer: Viewer, *, now: datetime) -> OpenCounts:
    """Open orders in the viewer's part of the tree, and what waits for the viewer and their own union."""
    here = Q(org_id=viewer.org_id)
    mine = Q(assignee_id=viewer.account_id)
    visits = Q(state=OrderState.ASSIGNED) | Q(state=OrderState.RETURNED)
    return OpenCounts(
        **_held(viewer, "", "")
        .filter(state__in=OPEN)
        .aggregate(
            all=Count("pk"),
            late=Count("pk", filter=is_late(now)),
            late_here=Count("pk", filter=here & is_late(now)),
            to_assign=Count("pk", filter=here & Q(state=OrderState.ACCEPTED)),
            to_visit=Count("pk", filter=mine & visits),
            to_report=Count("pk", filter=mine & Q(state=OrderState.VISITED)),
            to_accept=Count("pk", filter=here & Q(state=OrderState.CREATED)),
            sent_back=Count("pk", filter=here & Q(state=OrderState.RETURNED)),
        )
    )


def verify() -> list[Violation]:
    """
    Every invariant of work orders that does not hold: at most one open order per subject and kind, one living a month (INV 3);
    every open order with a live union, a history without a gap that ends where the order stands (INV 4). Reads only.
    """
    found: list[Violation] = []

    def add(invariant: str, rows: QuerySet, zh: str, en: str) -> None:
        found.extend(
            Violation(invariant, f"workorder:{order_id}", zh, en) for order_id in rows.values_list("pk", flat=True)
        )

    orders = WorkOrder.objects.order_by("pk")
    for fields, living in (
        (("subject_key", "kind"), Q(state__in=OPEN)),
        (("subject_key", "kind", "month"), ~Q(state=OrderState.CANCELLED)),
    ):
        groups = (
            WorkOrder.objects.filter(living).order_by().values(*fields).annotate(count=Count("pk")).filter(count__gt=1)
        )
        for group in groups:
            add(
                "INV 3",
                orders.filter(living, **{name: group[name] for name in fields}),
                "同一户同类工单重复",
                "two orders for one subject",
            )
    add(
        "INV 4",
        orders.filter(state__in=OPEN).exclude(org__state=UnionState.ACTIVE),
        "在办工单所在工会已停用",
        "an open order lies with an inactive union",
    )
    add(
        "INV 4",
        orders.filter(state__in=OPEN).exclude(verify_org__successor__isnull=True, review_org__successor__isnull=True),
        "在办工单的走访或复核工会已有承接工会",
        "the union that visits or reviews an open order has a successor",
    )
    steps = orders.annotate(count=Count("moves"), first=Min("moves__step"), last=Max("moves__step"))
    add(
        "INV 4",
        steps.filter(~Q(count=F("step")) | ~Q(first=1) | ~Q(last=F("step"))),
        "工单流转记录有缺口",
        "an order's history has a gap",
    )
    found += [
        Violation(
            "INV 4", f"workorder:{order_id}", "流转记录前后不衔接", "a move does not begin where the one before ended"
        )
        for order_id in _broken()
    ]
    return found


def _broken() -> list[int]:
    """Orders whose moves do not join, or do not end where the order stands."""
    broken: list[int] = []
    previous: tuple[int, str, int] = (0, "", 0)
    ends: dict[int, tuple[str, int]] = {}
    moves = WorkOrderMove.objects.order_by("order_id", "step")
    for order_id, start, end, from_org, to_org in moves.values_list(
        "order_id", "from_state", "to_state", "from_org_id", "to_org_id"
    ).iterator():
        if order_id == previous[0] and (start, from_org) != previous[1:]:
            broken.append(order_id)
        previous = (order_id, end, to_org)
        ends[order_id] = (end, to_org)
    for order_id, state, org_id in WorkOrder.objects.values_list("pk", "state", "org_id").iterator():
        if ends.get(order_id) != (state, org_id):
            broken.append(order_id)
    return sorted(set(broken))
