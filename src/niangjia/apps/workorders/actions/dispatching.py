"""Sending orders, one or ten thousand."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import F

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.audit.types import Entry
from niangjia.apps.organizations.types import Level
from niangjia.apps.workorders import defaults
from niangjia.apps.workorders.clocks import Clocks
from niangjia.apps.workorders.lifecycle import OPEN, Action, Clock, OrderState
from niangjia.apps.workorders.models import NumberSeries, WorkOrder, WorkOrderMove
from niangjia.apps.workorders.problems import NoUnionCovers
from niangjia.apps.workorders.queries import get_card
from niangjia.apps.workorders.routing import UnionTree, route
from niangjia.apps.workorders.types import DispatchReport, NewOrder, NotRouted, OrderCard, OrderKind, Route

CHUNK = 500
_TRIES = 3
_HERE = ZoneInfo("Asia/Shanghai")


def dispatch(
    *, order: NewOrder, limits: Mapping[str, int] | None = None, viewer: Viewer | None = None, now: datetime
) -> OrderCard:
    """
    Send one order down to the lowest active union on its route; return it.

    Safe to repeat: see `dispatch_many`. Permission: workorders.forward; `viewer` None: the system.

    Raises:
        NoUnionCovers: nobody on any way is active.
    """
    report = dispatch_many(orders=[order], limits=limits, viewer=viewer, now=now)
    if report.not_routed:
        raise NoUnionCovers(order.facts.residence_area)
    return get_card(report.order_ids[order.subject_key], now=now)


def dispatch_many(
    *,
    orders: Sequence[NewOrder],
    limits: Mapping[str, int] | None = None,
    viewer: Viewer | None = None,
    now: datetime,
    tree: UnionTree | None = None,
    ways: Mapping[str, Route] | None = None,
    aside: Mapping[str, Collection[int]] | None = None,
) -> DispatchReport:
    """
    Send orders of one kind, five hundred to a transaction; each goes to the first union of its route, history begun.

    Safe to repeat, also after a crash in the middle: while an order of this kind is open for the subject, or one of this month was
    not cancelled, that one is returned. `limits`: working days by clock from the program's stages, over ``defaults.yaml``.
    An order that nobody can take is set aside in the report, the others go on. Permission: workorders.forward; `viewer`
    None: the system. `tree`: the unions, if the caller has them loaded. `ways`: by subject key, the route of an order that does not go by
    the worker's union; `aside`: accounts that must not verify it.
    """
    if viewer is not None:
        permissions.require(viewer, "workorders.forward")
    ways, aside = ways or {}, aside or {}
    if tree is None and any(order.subject_key not in ways for order in orders):
        tree = UnionTree.load()
    clocks = Clocks(now)
    ids: dict[str, int] = {}
    created = existing = 0
    not_routed: list[NotRouted] = []
    for start in range(0, len(orders), CHUNK):
        chunk = orders[start : start + CHUNK]
        for attempt in range(1, _TRIES + 1):
            try:
                with transaction.atomic():
                    part = _dispatch_chunk(chunk, limits, viewer, now, tree, clocks, ways, aside)
            except IntegrityError:  # another run sent one of these at the same moment: look again
                if attempt == _TRIES:
                    raise
                continue
            break
        ids.update(part.order_ids)
        created += part.created_count
        existing += part.existing_count
        not_routed += part.not_routed
    return DispatchReport(ids, created, existing, tuple(not_routed))


def _dispatch_chunk(
    chunk: Sequence[NewOrder],
    limits: Mapping[str, int] | None,
    viewer: Viewer | None,
    now: datetime,
    tree: UnionTree | None,
    clocks: Clocks,
    ways: Mapping[str, Route],
    aside: Mapping[str, Collection[int]],
) -> DispatchReport:
    standing, previous = _find_standing(chunk)
    ids: dict[str, int] = {}
    not_routed: list[NotRouted] = []
    fresh: dict[tuple[str, OrderKind], WorkOrder] = {}
    for new in chunk:
        key = (new.subject_key, new.kind)
        found = standing.get(key) or standing.get((*key, new.month))
        if found is not None:
            ids[new.subject_key] = found
        elif key not in fresh:
            try:
                way = ways.get(new.subject_key) or route(new.facts, tree)
            except NoUnionCovers as refusal:
                not_routed.append(NotRouted(new.subject_key, refusal.zh, refusal.en))
                continue
            fresh[key] = _row(new, way, limits, previous.get(key), now, clocks)
            fresh[key].excluded_ids = sorted(aside.get(new.subject_key, ()))
    rows = list(fresh.values())
    for row, number in zip(rows, _numbers(len(rows), now), strict=True):
        row.number = number
    WorkOrder.objects.bulk_create(rows, batch_size=CHUNK)
    ids.update({row.subject_key: row.pk for row in rows})
    WorkOrderMove.objects.bulk_create(
        [
            WorkOrderMove(
                order=row,
                step=1,
                action=Action.DISPATCH.value,
                to_state=OrderState.CREATED,
                to_org_id=row.org_id,
                actor_id=viewer.account_id if viewer else None,
                at=now,
                detail={"reasons": row.route_reasons},
            )
            for row in rows
        ],
        batch_size=CHUNK,
    )
    audit.record_many(
        viewer,
        entries=[
            Entry(
                "workorders.dispatch",
                f"workorder:{row.pk}",
                {"number": row.number, "kind": row.kind, "org": row.org_id, "route": row.route},
            )
            for row in rows
        ],
        now=now,
    )
    return DispatchReport(ids, len(rows), len(chunk) - len(rows) - len(not_routed), tuple(not_routed))


def _find_standing(chunk: Sequence[NewOrder]) -> tuple[dict[tuple, int], dict[tuple, int]]:
    """Orders that stand for a subject: by (key, kind) the open one, by (key, kind, month) the month's; and the last closed one."""
    standing: dict[tuple, int] = {}
    previous: dict[tuple, int] = {}
    keys = {new.subject_key for new in chunk}
    rows = (
        WorkOrder.objects.filter(subject_key__in=keys)
        .order_by("pk")
        .values_list("pk", "subject_key", "kind", "month", "state")
    )
    for order_id, key, kind, month, state in rows:
        if state in OPEN:
            standing[key, kind] = order_id
        elif state != OrderState.CANCELLED:
            previous[key, kind] = order_id
        if state != OrderState.CANCELLED:
            standing[key, kind, month] = order_id
    return standing, previous


def _row(
    new: NewOrder, way: Route, limits: Mapping[str, int] | None, previous_id: int | None, now: datetime, clocks: Clocks
) -> WorkOrder:
    days = defaults.limits_for(new.urgency, limits)
    first = way.hops[0]
    is_there = len(way.hops) == 1
    towns = sum(hop.level is Level.TOWN for hop in way.hops[1:-1])
    on_the_way = 0 if is_there else days[Clock.ACCEPT] + towns * days[Clock.FORWARD]
    return WorkOrder(
        kind=new.kind.value,
        month=new.month,
        subject_key=new.subject_key,
        household_id=new.household_id,
        person_id=new.person_id,
        subject_person_ids=list(new.subject_person_ids),
        org_id=first.org_id,
        verify_org_id=way.target.org_id,
        review_org_id=first.org_id,
        route=[hop.org_id for hop in way.hops],
        route_reasons=[reason.value for reason in way.reasons],
        cause_group=new.cause_group,
        grade=new.grade,
        urgency=new.urgency.value,
        questions=list(new.questions),
        origin=new.origin,
        limits=days,
        created_at=now,
        due_at=clocks.after(on_the_way + days[Clock.VERIFY] + days[Clock.REVIEW]),
        previous_id=previous_id,
        **clocks.start(Clock.VERIFY if is_there else Clock.ACCEPT, days),
    )


def _numbers(count: int, now: datetime) -> list[str]:
    """The next `count` numbers, GD and month and six digits; the month's row makes two senders take turns."""
    if not count:
        return []
    month = f"{now.astimezone(_HERE):%Y%m}"
    NumberSeries.objects.get_or_create(month=month)
    NumberSeries.objects.filter(month=month).update(last_number=F("last_number") + count)
    last = NumberSeries.objects.get(month=month).last_number
    return [f"GD{month}{number:06d}" for number in range(last - count + 1, last + 1)]
