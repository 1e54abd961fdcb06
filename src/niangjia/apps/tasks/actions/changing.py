"""The setter changes what was asked, while it is owed: each change is a move with its reason, what was and what is."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.tasks import access, moving
from niangjia.apps.tasks.actions.setting import Fault, require_below, wrong_words
from niangjia.apps.tasks.lifecycle import STEPS, Origin, Step, TaskState
from niangjia.apps.tasks.models import Bid, Task
from niangjia.apps.tasks.problems import FieldsRefused


def change(
    *, viewer: Viewer, task_id: int, title: str, what: str, due_on: date, owner_id: int | None, reason: str, now: datetime
) -> None:  # fmt: skip
    """
    Other words, another due day, or another owner while it has not begun. What is so already is no change; of the old and the new owner both
    are told. A new day or owner is reminded anew.

    Raises:
        NotAllowed, NotFound, NotTheSetter, NotYourSubtree, ReasonMissing; NotPossibleNow: it is owed no more; FieldsRefused: `fields` has
        the sentence by field.
    """
    said = moving.reason_of(reason)
    with transaction.atomic():
        task = access.to_steer(viewer, task_id)
        if TaskState(task.state) not in STEPS[Step.CHANGE]:
            raise moving.not_possible(TaskState(task.state))
        title, what = " ".join(title.split()), what.strip()
        wrong = wrong_words(title, what) | _wrong_terms(task, due_on, owner_id, localdate(now))
        if wrong:
            raise FieldsRefused(wrong)
        audit.refuse_personal_data([title, what], "task")
        if owner_id is not None and owner_id != task.owner_id:
            require_below(viewer, owner_id)
        changed = _changed(task, title, what, due_on, owner_id)
        if not changed:
            return
        told = _concerned(task) | ({owner_id} if owner_id else set())
        is_new = "due_on" in changed or "owner" in changed
        again = {"told_soon_at": None, "told_late_at": None} if is_new else {}
        moving.move(
            viewer, task, Step.CHANGE, now, told=told, reason=said, changed=changed,
            title=title, what=what, due_on=due_on, owner_id=owner_id, **again,
        )  # fmt: skip


def _wrong_terms(task: Task, due_on: date, owner_id: int | None, today: date) -> dict[str, Fault]:
    wrong: dict[str, Fault] = {}
    if due_on != task.due_on and due_on < today:
        wrong["due_on"] = ("期限不能早于今天。", "The due day is not before today.")
    elif task.bids_until and due_on < task.bids_until:
        wrong["due_on"] = ("期限不能早于揭榜截止日。", "The due day is not before the last day of bidding.")
    if owner_id != task.owner_id and (task.owner_id is None or owner_id is None):
        wrong["owner"] = ("榜上的任务由揭榜选定，不在这里改责任工会。", "A task of the board gets its owner by the choice among bids, not here.")  # fmt: skip
    elif owner_id != task.owner_id and task.origin == Origin.RECTIFICATION:
        wrong["owner"] = (
            "整改任务由被要求整改的工会办，不换责任工会。",
            "What has to be put right stays with the union that has to.",
        )
    elif owner_id != task.owner_id and task.state != TaskState.OPEN:
        wrong["owner"] = ("任务已经开始，不能换责任工会。请撤销后另行交办。", "It has begun: the owner stays. Withdraw it and set another.")  # fmt: skip
    return wrong


def _changed(task: Task, title: str, what: str, due_on: date, owner_id: int | None) -> dict[str, list[str]]:
    names = organizations.get_unions({one for one in (task.owner_id, owner_id) if one})
    pairs = {
        "title": (task.title, title),
        "what": (task.what, what),
        "due_on": (task.due_on.isoformat(), due_on.isoformat()),
        "owner": tuple(names[one].name if one else "" for one in (task.owner_id, owner_id)),
    }
    return {
        field: [was, now]
        for field, (was, now) in pairs.items()
        if was != now or field == "owner" and task.owner_id != owner_id
    }


def _concerned(task: Task) -> set[int]:
    if task.owner_id:
        return {task.owner_id}
    return set(Bid.objects.filter(task=task, withdrawn_at__isnull=True).values_list("org", flat=True)) or {
        task.setter_id
    }
