"""Reading tasks: lists, the board, one task with all that happened to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from django.db.models import OuterRef, Q, QuerySet, Subquery

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.files import queries as files
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope
from niangjia.apps.targets import queries as targets
from niangjia.apps.tasks import access, counted, evidence
from niangjia.apps.tasks.lifecycle import GIVING, LIVE, OWED, STEPS, Origin, Step, TaskState
from niangjia.apps.tasks.models import Bid, Progress, Task
from niangjia.apps.tasks.problems import NotFound as NotFound
from niangjia.apps.tasks.types import BidCard, MoveCard, ProgressCard, TaskCard, TaskFile
from niangjia.apps.tasks.verification import verify as verify

tasks_to_count = counted.tasks


def list_tasks(
    viewer: Viewer, *, today: date, state: str = "", owner_id: int | None = None, is_late: bool = False
) -> QuerySet[Task]:
    """Those that the viewer sees, the first due first; cards are made by `card_of`. `owner_id`: of that union and those below it. Raises NotAllowed."""
    rows = access.tasks(viewer).annotate(percent=_percent())
    rows = rows.filter(state=state) if state in TaskState.values else rows
    rows = rows.filter(scope.inside("owner", _path_of(owner_id))) if owner_id else rows
    rows = rows.filter(state__in=OWED, due_on__lt=today) if is_late else rows
    return rows.order_by("due_on", "pk")


def list_board(viewer: Viewer, *, today: date) -> QuerySet[Task]:
    """Tasks without an owner, the first deadline first. Raises NotAllowed."""
    return list_tasks(viewer, today=today, state=TaskState.OPEN).filter(owner__isnull=True).order_by("bids_until", "pk")


def list_of_programme(
    viewer: Viewer, programme_id: str, *, today: date, owner_id: int | None = None
) -> dict[str, list[TaskCard]]:
    """
    Tasks that serve a programme, by its measure, the first due first; those withdrawn left out. `owner_id` as in `list_tasks`. How far one is,
    only of those whose work the viewer sees. Nothing for who may see no tasks. Raises NoSuchProgramme.
    """
    found: dict[str, list[TaskCard]] = {}
    if not permissions.may(viewer, "tasks.view"):
        return found
    programme = targets.get_programme(programme_id)
    rows = list_tasks(viewer, today=today, owner_id=owner_id).filter(programme=programme_id)
    for row in rows.exclude(state=TaskState.WITHDRAWN)[:200]:
        measure = row.measure or programme.measure_with(targets.find_indicator(programme, row.indicator)).id
        card = card_of(row, today)
        found.setdefault(measure, []).append(card if access.sees_work(viewer, row) else replace(card, percent=None))
    return found


def get_task(viewer: Viewer, task_id: int, *, today: date) -> TaskFile:
    """Who has bid for it and was not picked sees how it was given, and nothing of how it is done. Raises NotAllowed, NotFound."""
    task = access.tasks(viewer).annotate(percent=_percent()).filter(pk=task_id).first()
    if task is None:
        raise NotFound
    bids = Bid.objects.filter(task=task).select_related("org").order_by("at", "pk")
    is_steerer = _sees_all_bids(viewer, task)
    shown = [_bid_card(row) for row in bids if is_steerer or row.org_id == viewer.org_id or row.picked_at]
    is_seen = access.sees_work(viewer, task)
    kept = files.list_files(access.owner_of(task.pk)) if is_seen else []
    moves = task.moves.order_by("pk") if is_seen else task.moves.filter(step__in=GIVING).order_by("pk")
    card = card_of(task, today)
    return TaskFile(
        card if is_seen else replace(card, percent=None), task.what, task.programme, task.measure, task.indicator, task.no_evidence if is_seen else "",
        [MoveCard(Step(one.step), TaskState(one.to), one.reason, one.changed, one.by_id, one.at) for one in moves],
        [ProgressCard(one.percent, one.note, one.by_id, one.at) for one in task.progress.order_by("pk")] if is_seen else [],
        shown, kept, frozenset(one.key for one in evidence.since(task, kept)), _may(viewer, task, shown, today),
    )  # fmt: skip


def card_of(task: Task, today: date) -> TaskCard:
    """Of a row of `list_tasks`."""
    return TaskCard(
        task.pk, task.number, task.title, task.setter_id, task.setter.name, task.owner_id, task.owner.name if task.owner else "",
        Origin(task.origin), TaskState(task.state), task.due_on, task.bids_until, getattr(task, "percent", None), is_late(task, today),
    )  # fmt: skip


def is_late(task: Task, today: date) -> bool:
    """By the calendar: its due day is past, and it was neither reported nor ended."""
    return task.state in OWED and task.due_on < today


def count_living_at(org_id: int) -> int:
    """Tasks that a union owes, has set or has bid for, and that are not over."""
    return _living(Q(setter=org_id) | Q(owner=org_id), Q(org=org_id))


def count_living_within(path: str) -> int:
    """As `count_living_at`, of the union at `path` and all below it."""
    return _living(scope.inside("setter", path) | scope.inside("owner", path), scope.inside("org", path))


def _living(theirs: Q, bidders: Q) -> int:
    bid_for = Bid.objects.filter(bidders, withdrawn_at__isnull=True).order_by().values("task")
    return Task.objects.filter(theirs | Q(pk__in=bid_for), state__in=LIVE).count()


def _path_of(org_id: int) -> str:
    union = organizations.get_unions([org_id]).get(org_id)
    return union.path if union else "-"


def was_late(task: Task, today: date) -> bool:
    """Late now, or reported after its due day."""
    return is_late(task, today) or task.reported_on is not None and task.reported_on > task.due_on


def _percent() -> Subquery:
    return Subquery(Progress.objects.filter(task=OuterRef("pk")).order_by("-pk").values("percent")[:1])


def _sees_all_bids(viewer: Viewer, task: Task) -> bool:
    """The setter's union and those above it; a bidder sees their own and the one that was picked."""
    return task.setter.path.startswith(viewer.org_path)


def _bid_card(row: Bid) -> BidCard:
    return BidCard(row.pk, row.org_id, row.org.name, row.plan, row.promised_on, row.at, row.withdrawn_at is not None, row.picked_at is not None)  # fmt: skip


def _may(viewer: Viewer, task: Task, bids: list[BidCard], today: date) -> frozenset[str]:
    state, may = TaskState(task.state), set()
    if access.is_owner(viewer, task):
        may |= {one.value for one in (Step.BEGIN, Step.REPORT) if state in STEPS[one]}
        may |= {"NOTE"} if state is TaskState.DOING else set()
    if access.is_setter(viewer, task):
        may |= {one.value for one in (Step.ACCEPT, Step.RETURN, Step.WITHDRAW) if state in STEPS[one]}
        if task.reported_by_id and viewer.has_hand_in([task.reported_by_id]):
            may.discard(Step.ACCEPT.value)
        may |= {Step.CHANGE.value} if state in STEPS[Step.CHANGE] else set()
    if task.owner_id is None and state is TaskState.OPEN and task.bids_until:
        may |= _may_on_board(viewer, task, bids, is_bidding=today <= task.bids_until)
    return frozenset(may)


def _may_on_board(viewer: Viewer, task: Task, bids: list[BidCard], *, is_bidding: bool) -> set[str]:
    standing = [one for one in bids if not one.is_withdrawn]
    if access.is_setter(viewer, task):
        return set() if is_bidding else {Step.PICK.value} if standing else {Step.ASSIGN.value}
    if is_bidding and permissions.may(viewer, "tasks.work"):
        return {"BID", "UNBID"} if any(one.org_id == viewer.org_id for one in standing) else {"BID"}
    return set()
