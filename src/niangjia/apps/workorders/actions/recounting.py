"""Clocks of open orders when the calendar of working days is changed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.audit.types import Entry
from niangjia.apps.organizations.calendar import WorkCalendar
from niangjia.apps.workorders.lifecycle import OPEN
from niangjia.apps.workorders.models import WorkOrder
from niangjia.apps.workorders.types import ClockMoves

_HERE = ZoneInfo("Asia/Shanghai")
_COLUMNS = ("step_due_at", "remind_at", "escalate_at", "due_at")


def _recounted(at: datetime | None, before: WorkCalendar, after: WorkCalendar, now: datetime) -> datetime | None:
    """The instant that leaves as many working days from today as `at` does now; what is over stays."""
    if at is None or at <= now:
        return at
    today = now.astimezone(_HERE).date()
    local = at.astimezone(_HERE)
    # Due at midnight after its last day; a reminder of a shortened step may stand anywhere in a day.
    is_midnight = local.time() == time.min
    last: date = local.date() - timedelta(days=1) if is_midnight else local.date()
    left = before.working_days_between(today, last)
    day = after.add_working_days(today, left) if left > 0 else last
    moved = datetime.combine(day + timedelta(days=1) if is_midnight else day, local.time(), _HERE)
    return moved


def preview(before: WorkCalendar, after: WorkCalendar, *, now: datetime) -> list[ClockMoves]:
    """Which open orders' clocks would move, by number. Without scope: the calendar is everybody's."""
    found: list[ClockMoves] = []
    for row in WorkOrder.objects.filter(state__in=OPEN).select_related("org").order_by("number"):
        moved = {name: _recounted(getattr(row, name), before, after, now) for name in _COLUMNS}
        if any(moved[name] != getattr(row, name) for name in _COLUMNS):
            found.append(
                ClockMoves(
                    row.pk,
                    row.number,
                    row.step,
                    row.org.name,
                    row.step_due_at,
                    moved["step_due_at"],
                    row.due_at,
                    moved["due_at"] or row.due_at,
                )
            )
    return found


@transaction.atomic
def recount(
    *, viewer: Viewer | None, order_ids: Iterable[int], before: WorkCalendar, after: WorkCalendar, now: datetime
) -> int:
    """
    Give open orders as many working days as they had left; return how many moved. Neither state nor history changes, the audit chain says
    which clock moved. Safe to repeat with calendars that agree. For the journey that asked for the right.
    """
    entries: list[Entry] = []
    for row in WorkOrder.objects.select_for_update().filter(pk__in=list(order_ids), state__in=OPEN).order_by("pk"):
        moved = {name: _recounted(getattr(row, name), before, after, now) for name in _COLUMNS}
        changed = {name: value for name, value in moved.items() if value != getattr(row, name)}
        if changed:
            WorkOrder.objects.filter(pk=row.pk, step=row.step).update(**changed)
            said = {name: value.isoformat() for name, value in changed.items() if value}
            entries.append(Entry("workorders.recount", f"workorder:{row.pk}", said))
    audit.record_many(viewer, entries=entries, now=now)
    return len(entries)
