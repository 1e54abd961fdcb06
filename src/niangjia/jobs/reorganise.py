"""
Moving, merging and closing unions: first what would happen to everything that is open there, then all of it in one transaction.

One transaction, also for a county of a hundred thousand members: people and lists go by one statement each, and only open orders (some
hundreds) go row by row. Half a merger would show households to nobody or to two; there is no half to resume.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts import permissions
from niangjia.apps.accounts import queries as account_queries
from niangjia.apps.accounts.types import PostCard, Role, TokenCard, Viewer
from niangjia.apps.alerts import actions as alerts
from niangjia.apps.alerts import queries as alert_queries
from niangjia.apps.assessments import actions as assessments
from niangjia.apps.assessments import queries as assessment_queries
from niangjia.apps.audit import actions as audit
from niangjia.apps.bookings import actions as bookings
from niangjia.apps.bookings import queries as booking_queries
from niangjia.apps.bulletins import actions as bulletins
from niangjia.apps.bulletins import queries as bulletin_queries
from niangjia.apps.cases import actions as cases
from niangjia.apps.cases import queries as case_queries
from niangjia.apps.cases.types import CaseState
from niangjia.apps.contests import actions as contests
from niangjia.apps.contests import queries as contest_queries
from niangjia.apps.funds import actions as funds
from niangjia.apps.funds import queries as fund_queries
from niangjia.apps.funds.types import LivingBudget
from niangjia.apps.matters import actions as matters
from niangjia.apps.matters import queries as matter_queries
from niangjia.apps.organizations import actions as organizations
from niangjia.apps.organizations import queries, scope
from niangjia.apps.organizations.types import PARENTS, ChangeKind, Level, Union, UnionState
from niangjia.apps.places import actions as places
from niangjia.apps.places import queries as place_queries
from niangjia.apps.registry import actions as registry
from niangjia.apps.registry import queries as registry_queries
from niangjia.apps.tasks import actions as tasks
from niangjia.apps.tasks import queries as task_queries
from niangjia.apps.volunteers import actions as volunteers
from niangjia.apps.volunteers import queries as volunteer_queries
from niangjia.apps.workorders import actions as workorders
from niangjia.apps.workorders import queries as order_queries
from niangjia.apps.workorders.types import OpenOrder, OrderState, Placement
from niangjia.kernel.problems import Refusal

ENDS = (ChangeKind.MERGE, ChangeKind.CLOSE)
_WITH_VISITOR = (OrderState.ASSIGNED, OrderState.VISITED, OrderState.RETURNED)


class ReasonMissing(Refusal):
    def __init__(self) -> None:
        super().__init__("请写明理由和依据（文号）。", "Give the reason and the document it rests on.")


class NotYours(Refusal):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name}不在您的管辖范围内。请由两个工会共同的上级的管理员办理。",
            f"{name} is outside your part of the tree. The administrator of a union above both does this.",
        )


class OwnUnion(Refusal):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"您自己的岗位在{name}，不能由您移动、合并或撤销它。请由上级管理员办理。",
            f"Your own post is at {name}. The administrator above moves, merges or closes it.",
        )


class OtherLevel(Refusal):
    def __init__(self, name: str, other: str) -> None:
        super().__init__(
            f"{name}与{other}层级不同，不是合并。请改用“撤销”，由{other}承接。",
            f"{name} and {other} are of different levels: that is no merger. Close it, with {other} as its successor.",
        )


class Misfit(Refusal):
    def __init__(self, below: str, to: str) -> None:
        super().__init__(
            f"下级{below}不能归{to}（层级不合）。请先移动它。",
            f"{below} below it cannot stand under {to}. Move it first.",
        )


class AlreadyEnded(Refusal):
    def __init__(self, name: str, heir: str) -> None:
        super().__init__(
            f"{name}已经停用，由{heir or '—'}承接。无需再办。",
            f"{name} has ended already; {heir or '—'} goes on with what it had.",
        )


class NotYet(Refusal):
    def __init__(self, day: date) -> None:
        super().__init__(
            f"生效日是 {day.isoformat()}，还没有到。请先存为计划，到那天再来办理。",
            f"It takes effect on {day.isoformat()}, which is still to come. Keep it as a plan and come back on that day.",
        )


class ChangedMeanwhile(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "您看过之后，这里的事项有了变化，什么也没有办。下面是现在的情形，请再看一遍。",
            "What lies here changed after you looked; nothing was done. Below is how it stands now. Look again.",
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """What an administrator wants done. `posts_go_along`: officers get the same post at the union that goes on."""

    kind: ChangeKind
    org_id: int
    to_id: int
    from_day: date
    reason: str
    posts_go_along: bool = False


@dataclass(frozen=True, slots=True)
class OrderGoes:
    """One open order, where it lies and where it will. `loses_assignee`: it waits for another to be named."""

    order: OpenOrder
    to: Placement
    from_name: str
    to_name: str
    visits_name: str
    loses_assignee: bool


@dataclass(frozen=True, slots=True)
class PostGoes:
    post: PostCard
    name: str
    goes_along: bool


@dataclass(frozen=True, slots=True)
class Outlook:
    """
    What would happen. `orders`: those that change; `order_count`: all open ones. `case_count`, `task_count`, `people` and `budgets` are what goes to `to`, or,
    of a move, what goes along. `gain`, `lose`: unions above that will see it, and no more. `mark`: what was shown, as a digest. `services`: open needs, places, agreements, offers,
    bookings, contests, entries and drafts of bulletins of that union; empty of a move, which leaves them where they are.
    """

    asked: Asked
    union: Union
    to: Union
    blocks: tuple[Refusal, ...]
    below: tuple[Union, ...]
    below_count: int
    orders: tuple[OrderGoes, ...]
    order_count: int
    cases: tuple[tuple[int, str, CaseState], ...]
    case_count: int
    matter_count: int
    task_count: int
    services: Mapping[str, int]
    people: Mapping[str, int]
    posts: tuple[PostGoes, ...]
    worker_count: int
    tokens: tuple[TokenCard, ...]
    budgets: tuple[LivingBudget, ...]
    list_month: str
    list_count: int
    gain: tuple[Union, ...]
    lose: tuple[Union, ...]
    is_later: bool
    mark: str

    @property
    def is_end(self) -> bool:
        return self.asked.kind in ENDS


def look(viewer: Viewer, asked: Asked, *, now: datetime) -> Outlook:
    """
    What would happen to everything open at a union if it were moved, merged or closed, and what stands in the way. Changes nothing.

    Raises:
        NotAllowed, NoSuchUnion, NotYours.
    """
    union, to = _pair(viewer, asked)
    today = timezone.localdate(now)
    tree = workorders.UnionTree.load()
    is_end = asked.kind in ENDS
    below = [one for one in tree.by_id.values() if one.id != union.id and scope.covers(union.path, one.path)]
    children = sorted((one for one in below if one.parent_id == union.id), key=lambda one: one.code)
    after = _tree_after(tree, union, to, asked.kind)
    posts = account_queries.list_lasting_posts(union.id, today=today) if is_end else []
    goers = {card.account_id for card, _name in posts if _goes(card, asked) and card.role is not Role.WORKER}
    orders = order_queries.list_open_at(union.path)
    going = tuple(_order_goes(order, tree, after, goers) for order in orders)
    going = tuple(one for one in going if one.to != one.order.place)
    living = tuple(case_queries.list_living_at(union.id)) if is_end else ()
    month = alert_queries.standing_month()
    budgets = tuple(fund_queries.list_living_budgets(union.id, to.id)) if is_end else ()
    above_then, above_now = (
        {one.id for one in after.ancestors(after.by_id[to.id])} | {to.id},
        {one.id for one in tree.ancestors(union)},
    )
    outlook = Outlook(
        asked=asked, union=union, to=to, blocks=(), below=tuple(children), below_count=len(below), orders=going, order_count=len(orders),
        cases=living, case_count=len(living) if is_end else case_queries.count_living_within(union.path),
        matter_count=matter_queries.count_living(union.id, union.path),
        task_count=task_queries.count_living_at(union.id) if is_end else task_queries.count_living_within(union.path), services=services_at(union.id, asked.from_day) if is_end else {},
        people=registry_queries.count_at(union.id) if is_end else registry_queries.count_within(union.path),
        posts=tuple(PostGoes(card, name, _goes(card, asked)) for card, name in posts if card.role is not Role.WORKER),
        worker_count=sum(card.role is Role.WORKER for card, _name in posts),
        tokens=tuple(account_queries.list_tokens_at(union.id, now=now)) if is_end else (), budgets=budgets,
        list_month=month.text if month else "", list_count=alert_queries.count_standing_rows(union.id) if is_end else 0,
        gain=_named(above_then - above_now, tree), lose=_named(above_now - above_then, tree), is_later=asked.from_day > today, mark="",
    )  # fmt: skip
    marked = replace(outlook, blocks=tuple(_blocks(viewer, outlook, children)))
    return replace(marked, mark=_mark(marked, orders))


def carry_out(viewer: Viewer, asked: Asked, *, mark: str, now: datetime) -> Mapping[str, int]:
    """
    Do what was shown, in one transaction, if it is still what was shown; return what went, counted by kind. Safe to repeat: what is done is
    not done twice, and a repeat after a crash does the whole.

    Raises:
        NotAllowed, NoSuchUnion, NotYours, ReasonMissing, NotYet; ChangedMeanwhile; the first of `Outlook.blocks`.
    """
    union, to = _pair(viewer, asked)
    if not asked.reason.strip():
        raise ReasonMissing
    if asked.from_day > timezone.localdate(now):
        raise NotYet(asked.from_day)
    if (union.successor_id if asked.kind in ENDS else union.parent_id) == to.id:
        return {}
    with transaction.atomic():
        organizations.lock(asked.org_id, asked.to_id)
        outlook = look(viewer, asked, now=now)
        if outlook.mark != mark:
            raise ChangedMeanwhile
        if outlook.blocks:
            raise outlook.blocks[0]
        counts = _end(viewer, outlook, now) if outlook.is_end else _move(viewer, outlook, now)
        audit.record(
            viewer, action=f"organizations.{asked.kind.lower()}", object=f"union:{union.id}", reason=asked.reason.strip(), now=now,
            detail={"to": to.id, "from_day": asked.from_day.isoformat(), **counts},
        )  # fmt: skip
    return counts


def plan(viewer: Viewer, asked: Asked, *, now: datetime) -> int:
    """
    Keep for a day to come what was looked at; return the plan's id. On that day it is looked at again and done by hand.

    Raises: NotAllowed, NoSuchUnion, NotYours, ReasonMissing.
    """
    union, to = _pair(viewer, asked)
    if not asked.reason.strip():
        raise ReasonMissing
    with transaction.atomic():
        change_id = organizations.plan_change(
            org_id=union.id, kind=asked.kind, to_id=to.id, from_day=asked.from_day, reason=asked.reason.strip(), by=viewer.account_id, now=now
        )  # fmt: skip
        detail = {"kind": asked.kind.value, "to": to.id, "from_day": asked.from_day.isoformat()}
        audit.record(
            viewer,
            action="organizations.plan",
            object=f"union:{union.id}",
            detail=detail,
            reason=asked.reason.strip(),
            now=now,
        )
    return change_id


def drop_plan(viewer: Viewer, org_id: int, *, now: datetime) -> None:
    """Safe to repeat. Raises NotAllowed, NotYours, NoSuchUnion."""
    union = _own(viewer, org_id)
    with transaction.atomic():
        if organizations.drop_plan(org_id=union.id, now=now):
            audit.record(viewer, action="organizations.drop_plan", object=f"union:{union.id}", now=now)


def open_union(
    viewer: Viewer, *, parent_id: int, values: Mapping[str, str], from_day: date, reason: str, now: datetime
) -> int:
    """A new union under one of the viewer's; its id. Safe to repeat. Raises NotAllowed, NotYours, ReasonMissing, CodeTaken, CannotStandThere."""
    parent = _own(viewer, parent_id)
    if not reason.strip():
        raise ReasonMissing
    with transaction.atomic():
        known = queries.find_union_by_code(values["code"])
        org_id = organizations.open_union(
            values=values, parent_id=parent.id, from_day=from_day, reason=reason.strip(), by=viewer.account_id, now=now
        )
        if known is None:
            detail = {"parent": parent.id, "from_day": from_day.isoformat()}
            audit.record(
                viewer,
                action="organizations.open",
                object=f"union:{org_id}",
                detail=detail,
                reason=reason.strip(),
                now=now,
            )
    return org_id


def edit_union(
    viewer: Viewer, *, org_id: int, values: Mapping[str, str], from_day: date, reason: str, now: datetime
) -> bool:
    """Name, leader, sector, area, credit code; whether anything changed. Raises NotAllowed, NotYours, ReasonMissing, WrongDay."""
    union = _own(viewer, org_id)
    if not reason.strip():
        raise ReasonMissing
    with transaction.atomic():
        changed = organizations.edit_union(
            org_id=union.id, values=values, from_day=from_day, reason=reason.strip(), by=viewer.account_id, now=now
        )
        if changed:
            detail = {"from_day": from_day.isoformat(), "columns": sorted(values)}
            audit.record(
                viewer,
                action="organizations.edit",
                object=f"union:{union.id}",
                detail=detail,
                reason=reason.strip(),
                now=now,
            )
    return changed


def _own(viewer: Viewer, org_id: int) -> Union:
    permissions.require(viewer, "organizations.manage")
    union = queries.get_union(org_id)
    if not scope.covers(viewer.org_path, union.path):
        raise NotYours(union.name)
    return union


def services_at(org_id: int, day: date) -> dict[str, int]:
    """What of that very union is not over on a day, by kind. Without scope: for whoever changes unions, or checks that they were."""
    return {
        "needs": volunteer_queries.count_living_at(org_id),
        **place_queries.count_living_at(org_id, on=day),
        **booking_queries.count_living_at(org_id),
        "corrections": assessment_queries.count_living_at(org_id),
        **contest_queries.count_living_at(org_id),
        "bulletins": bulletin_queries.count_living_at(org_id),
    }


def _pair(viewer: Viewer, asked: Asked) -> tuple[Union, Union]:
    return _own(viewer, asked.org_id), _own(viewer, asked.to_id)


def _goes(card: PostCard, asked: Asked) -> bool:
    return not card.for_name and (card.role is Role.WORKER or asked.posts_go_along)


def _tree_after(tree: workorders.UnionTree, union: Union, to: Union, kind: ChangeKind) -> workorders.UnionTree:
    """The tree as it would stand, in memory."""
    moved = dict(tree.by_id)
    if kind in ENDS:
        former, present = union.path, to.path
        moved[union.id] = replace(union, state=UnionState.CLOSED, successor_id=to.id)
    else:
        former, present = union.path, f"{to.path}{union.path.rstrip('/').rpartition('/')[2]}/"
        moved[union.id] = replace(union, path=present, parent_id=to.id)
    for one in tree.by_id.values():
        if one.id != union.id and scope.covers(former, one.path):
            moved[one.id] = replace(one, path=present + one.path[len(former) :])
    return replace(tree, by_id=moved)


def _order_goes(
    order: OpenOrder, tree: workorders.UnionTree, after: workorders.UnionTree, goers: set[int]
) -> OrderGoes:
    place = workorders.placement_of(order.place, after)
    visits_other = place.verify_org_id != order.place.verify_org_id
    return OrderGoes(
        order, place, tree.by_id[order.place.org_id].name, tree.by_id[place.org_id].name, tree.by_id[place.verify_org_id].name,
        visits_other and order.state in _WITH_VISITOR and order.assignee_id not in goers,
    )  # fmt: skip


def _named(ids: set[int], tree: workorders.UnionTree) -> tuple[Union, ...]:
    return tuple(sorted((tree.by_id[one] for one in ids), key=lambda one: one.path))


def _blocks(viewer: Viewer, outlook: Outlook, children: list[Union]) -> list[Refusal]:
    union, to, kind = outlook.union, outlook.to, outlook.asked.kind
    found: list[Refusal] = []
    if not union.is_active and union.successor_id is not None:
        return [AlreadyEnded(union.name, queries.get_union(union.successor_id).name)]
    if scope.covers(union.path, viewer.org_path):
        found.append(OwnUnion(union.name))
    if obstacle := organizations.find_obstacle(union, to, is_end=outlook.is_end):
        found.append(obstacle)
    if kind is ChangeKind.MERGE and union.level is not to.level:
        found.append(OtherLevel(union.name, to.name))
    if outlook.is_end:
        found += [Misfit(one.name, to.name) for one in children if to.level not in PARENTS.get(Level(one.level), ())]
        for budget in outlook.budgets:
            if budget.batch_numbers:
                found.append(funds.BatchUnderWay(budget.purpose, budget.year, budget.batch_numbers))
            if budget.collides:
                found.append(funds.BudgetsCollide(budget.purpose, budget.year))
    if alert_queries.is_list_coming_in():
        found.append(alerts.ListComingIn())
    return found


def _mark(outlook: Outlook, orders: list[OpenOrder]) -> str:
    """A digest of everything shown: whatever is added, ended or moved meanwhile makes another."""
    asked = outlook.asked
    shown = (
        asked.kind.value, asked.org_id, asked.to_id, asked.from_day, asked.posts_go_along, outlook.union.path, outlook.to.path,
        [one.id for one in outlook.below], outlook.below_count, [(one.id, one.step) for one in orders], outlook.cases, outlook.case_count, outlook.matter_count, outlook.task_count,
        sorted(outlook.people.items()), sorted(outlook.services.items()), [(one.post.id, one.goes_along) for one in outlook.posts], outlook.worker_count,
        [one.id for one in outlook.tokens], outlook.budgets, outlook.list_month, outlook.list_count,
        [type(one).__name__ for one in outlook.blocks],
    )  # fmt: skip
    return hashlib.sha256(repr(shown).encode()).hexdigest()


def _move(viewer: Viewer, outlook: Outlook, now: datetime) -> dict[str, int]:
    asked = outlook.asked
    moved = organizations.move_union(
        org_id=asked.org_id,
        to_id=asked.to_id,
        from_day=asked.from_day,
        reason=asked.reason.strip(),
        by=viewer.account_id,
        now=now,
    )
    orders = workorders.rehome_orders(
        viewer=viewer, order_ids=[one.order.id for one in outlook.orders], reason=asked.reason, go_along={}, now=now
    )
    followed = matters.rehome_matters(
        viewer=viewer, from_id=asked.org_id, to_id=None, path=queries.get_union(asked.org_id).path, now=now
    )
    return {"unions": len(moved), "orders": orders, "matters": followed}


def _end(viewer: Viewer, outlook: Outlook, now: datetime) -> dict[str, int]:
    """The tree first, so that everything below finds it as it will stand; and the audit's lock last."""
    asked = outlook.asked
    from_id, to_id = asked.org_id, asked.to_id
    handed = Counter(
        orders=len(outlook.orders), cases=len(outlook.cases), budgets=len(outlook.budgets), posts=len(outlook.posts),
        list=outlook.list_count, **outlook.people,
    )  # fmt: skip
    moved = organizations.end_union(
        org_id=from_id, to_id=to_id, kind=asked.kind, from_day=asked.from_day, reason=asked.reason.strip(), handed=handed,
        by=viewer.account_id, now=now,
    )  # fmt: skip
    budgets = funds.rehome_budgets(viewer=viewer, from_id=from_id, to_id=to_id, now=now)
    along = accounts.rehome_posts(viewer=viewer, from_id=from_id, to_id=to_id, go_along=asked.posts_go_along, now=now)
    people = registry.rehome_people(viewer=viewer, from_id=from_id, to_id=to_id, from_day=asked.from_day, now=now)
    listed = alerts.rehome_alerts(viewer=viewer, from_id=from_id, to_id=to_id, now=now)
    moved_cases = cases.rehome_cases(viewer=viewer, from_id=from_id, to_id=to_id, now=now)
    followed = matters.rehome_matters(viewer=viewer, from_id=from_id, to_id=to_id, path=outlook.to.path, now=now)
    places.rehome_places(viewer=viewer, from_id=from_id, to_id=to_id, reason=asked.reason.strip(), now=now)
    places.rehome_pairings(viewer=viewer, from_id=from_id, to_id=to_id, from_day=asked.from_day, now=now)
    volunteers.rehome_needs(viewer=viewer, from_id=from_id, to_id=to_id, now=now)
    bookings.rehome_bookings(viewer=viewer, from_id=from_id, to_id=to_id, now=now)
    assessments.rehome_rounds(viewer=viewer, from_id=from_id, to_id=to_id, now=now)
    contests.rehome_contests(viewer=viewer, from_id=from_id, to_id=to_id, now=now)
    bulletins.rehome_drafts(viewer=viewer, from_id=from_id, to_id=to_id, now=now)
    task_count = tasks.rehome(viewer=viewer, from_id=from_id, to_id=to_id, now=now)
    orders = workorders.rehome_orders(
        viewer=viewer,
        order_ids=[one.order.id for one in outlook.orders],
        reason=asked.reason,
        go_along={to_id: along},
        now=now,
    )
    return {
        "unions": len(moved), "budgets": budgets, "posts": len(outlook.posts), "orders": orders, "cases": moved_cases, "list": listed,
        "matters": followed, "tasks": task_count, **outlook.services,
        **people,
    }  # fmt: skip
