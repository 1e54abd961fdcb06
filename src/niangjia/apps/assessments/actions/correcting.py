"""What a look asks to be put right is a task of the union that was looked at: reported with evidence, accepted by somebody else, reminded, late, as tasks are."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.assessments import access
from niangjia.apps.assessments.actions.supervising import held_look
from niangjia.apps.assessments.models import Correction
from niangjia.apps.assessments.problems import DayRefused, NotNow
from niangjia.apps.assessments.types import Result
from niangjia.apps.audit import actions as audit
from niangjia.apps.tasks import actions as tasks
from niangjia.apps.tasks.types import TaskState

LONGEST_TITLE = 80


def ask(*, viewer: Viewer, look_id: int, what: str, due: date, now: datetime) -> int:
    """
    Ask for a correction by a day: a task of the union looked at; return the correction's id. Safe to repeat: the same words with the same day are
    one correction, unless it was withdrawn.

    Raises: NotAllowed, NotFound, ReasonMissing (nothing said), DayRefused; NotNow: nothing was found to correct; NotYourSubtree: the union ended.
    """
    permissions.require(viewer, "assessments.manage")
    said = access.reason_of(what)
    if due < timezone.localdate(now):
        raise DayRefused
    with transaction.atomic():
        look = held_look(viewer, look_id)
        if look.result != Result.TO_CORRECT:
            raise NotNow
        same = look.corrections.filter(task__what=said, task__due_on=due)
        if known := same.exclude(task__state=TaskState.WITHDRAWN).first():
            return known.pk
        title = said if len(said) <= LONGEST_TITLE else f"{said[: LONGEST_TITLE - 1]}…"
        task_id = tasks.set_task(
            viewer=viewer, title=title, what=said, owner_id=look.org_id, due_on=due, is_rectification=True, key=uuid.uuid4().hex, now=now
        )  # fmt: skip
        row = Correction.objects.create(look=look, task_id=task_id, asked_at=now)
        detail = {"look": look.pk, "task": task_id, "due": due.isoformat()}
        audit.record(viewer, action="assessments.ask", object=f"rectification:{row.pk}", detail=detail, now=now)
    return row.pk
