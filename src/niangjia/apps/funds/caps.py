"""Caps per person or household and year, held by counters that a conditional update raises."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db.models import F, Value

from niangjia.apps.funds.fields import YuanField
from niangjia.apps.funds.models import CapCounter, CapUse
from niangjia.apps.funds.problems import CapExceeded
from niangjia.apps.funds.types import Cap, Per


def _yuan(amount: Decimal) -> Value:
    return Value(amount, output_field=YuanField())


def _sorted(caps: Sequence[Cap]) -> list[Cap]:
    return sorted(caps, key=lambda cap: (cap.group, cap.per, cap.year))


def take(
    caps: Sequence[Cap], *, person_id: int, household_id: int | None, amount: Decimal, holder: str, now: datetime
) -> None:
    """
    Use `amount`, and one time, of each cap; call inside a transaction. Raises CapExceeded: roll back.

    A cap per household does not bind somebody without one.
    """
    for cap in _sorted(caps):
        subject_id = person_id if cap.per == Per.PERSON else household_id
        if subject_id is None:
            continue
        key = {"group": cap.group, "per": cap.per, "subject_id": subject_id, "year": cap.year}
        CapCounter.objects.bulk_create([CapCounter(**key)], ignore_conflicts=True)
        counter = CapCounter.objects.filter(**key)
        room = counter
        if cap.count is not None:
            room = room.filter(used_count__lt=cap.count)
        if cap.amount is not None:
            if amount > cap.amount:
                room = room.none()
            else:
                room = room.filter(used_amount__lte=cap.amount - amount)
        if not room.update(used_count=F("used_count") + 1, used_amount=F("used_amount") + _yuan(amount)):
            used = counter.get()
            raise CapExceeded(cap, used.used_count, used.used_amount)
        CapUse.objects.create(counter=counter.get(), holder=holder, amount=amount, taken_at=now)


def release(holder: str, *, now: datetime) -> None:
    """Give back what `holder` took; repeating gives back nothing more."""
    for use in CapUse.objects.filter(holder=holder, released_at__isnull=True).order_by("counter_id"):
        if CapUse.objects.filter(pk=use.pk, released_at__isnull=True).update(released_at=now):
            CapCounter.objects.filter(pk=use.counter_id).update(
                used_count=F("used_count") - 1, used_amount=F("used_amount") - _yuan(use.amount)
            )
