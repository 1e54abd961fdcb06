"""Working days that a notice sets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db import transaction

from niangjia.apps.organizations.models import WorkDay

_CHUNK = 500


def set_work_days(days: Mapping[date, bool], *, note: str) -> int:
    """
    Enter days off (False) and make-up working days (True) of a notice; return how many changed. Safe to repeat.

    For a year that the calendar does not know yet enter its 1 January too: that makes the year known.
    """
    with transaction.atomic():
        known = dict(WorkDay.objects.filter(day__in=days).values_list("day", "is_working"))
        changed = [
            WorkDay(day=day, is_working=is_working, note=note)
            for day, is_working in days.items()
            if known.get(day) != is_working
        ]
        WorkDay.objects.bulk_create(
            changed,
            update_conflicts=True,
            update_fields=["is_working", "note"],
            unique_fields=["day"],
            batch_size=_CHUNK,
        )
    return len(changed)
