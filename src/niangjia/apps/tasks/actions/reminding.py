"""The owner is reminded: some days before a task is due, and once it is late."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.timezone import localdate

from niangjia.apps.audit import actions as audit
from niangjia.apps.audit.types import Entry
from niangjia.apps.tasks.lifecycle import OWED
from niangjia.apps.tasks.models import Task

AHEAD = timedelta(days=3)
MOST = 2_000


def remind(*, now: datetime) -> int:
    """
    Each owed task that is due within `AHEAD`, and each that is late, once; return how many. What is on the board has nobody to remind, and what
    is late already is not told to be due soon. The system's own act, for a job. Safe to repeat.
    """
    today = localdate(now)
    owed = Task.objects.filter(state__in=OWED, owner__isnull=False)
    soon = owed.filter(due_on__gte=today, due_on__lte=today + AHEAD, told_soon_at__isnull=True)
    late = owed.filter(due_on__lt=today, told_late_at__isnull=True)
    told = 0
    with transaction.atomic():
        for rows, action, column in ((soon, "tasks.due_soon", "told_soon_at"), (late, "tasks.overdue", "told_late_at")):
            found = list(rows.select_for_update(of=("self",)).order_by("pk")[:MOST])
            Task.objects.filter(pk__in=[one.pk for one in found]).update(**{column: now})
            detail = [{"org": one.owner_id, "number": one.number, "due_on": one.due_on.isoformat()} for one in found]
            entries = [Entry(action, f"task:{one.pk}", said) for one, said in zip(found, detail, strict=True)]
            if entries:
                audit.record_many(None, entries=entries, now=now)
            told += len(found)
    return told
