"""
Where an account is signed in. A sitting lasts from signing in to leaving; the web's session carries its id.

Ended here, it opens nothing from the next request on. Passwords that change and accounts that are disabled end theirs.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from niangjia.apps.accounts import queries
from niangjia.apps.accounts.models import Sitting
from niangjia.apps.audit import actions as audit

KEPT = timedelta(days=90)  # ended and forgotten ones; the audit chain keeps the sign-ins themselves
_TOUCH = timedelta(minutes=1)  # a page view is not worth a write each


def begin_sitting(*, account_id: int, device: str, address: str, now: datetime) -> int:
    """
    Somebody has signed in; return the sitting's id. `device` roughly, as its owner would know it: “Windows · Edge”.

    One that the account did not sit at in the last ninety days is on record; the very first is not: nothing is known to differ from it.
    """
    with transaction.atomic():
        Sitting.objects.filter(account_id=account_id, seen_at__lt=now - KEPT).delete()
        before = set(Sitting.objects.filter(account_id=account_id).values_list("device", flat=True))
        sitting = Sitting.objects.create(
            account_id=account_id, device=device[:60], address=address[:64], started_at=now, seen_at=now
        )
        if before and device[:60] not in before:
            detail = {"sitting": sitting.pk}
            audit.record(None, action="accounts.new_device", object=f"account:{account_id}", detail=detail, now=now)
    return sitting.pk


def keep_sitting(*, account_id: int, sitting_id: int, seen_at: datetime, now: datetime) -> None:
    """Note that it is still used. `seen_at`: when that was noted last (`queries.recognise`)."""
    if now - seen_at >= _TOUCH:
        queries.open_sitting(account_id, sitting_id).update(seen_at=now)


def leave(*, account_id: int, sitting_id: int, now: datetime) -> None:
    """Its owner signs out. Safe to repeat."""
    Sitting.objects.filter(pk=sitting_id, account_id=account_id, ended_at__isnull=True).update(ended_at=now)


def end_sitting(*, account_id: int, sitting_id: int, now: datetime) -> None:
    """One's own, from elsewhere. Safe to repeat, and nothing happens to another's."""
    with transaction.atomic():
        open_one = Sitting.objects.filter(pk=sitting_id, account_id=account_id, ended_at__isnull=True)
        if open_one.update(ended_at=now):
            detail = {"sitting": sitting_id}
            audit.record(None, action="accounts.end_sitting", object=f"account:{account_id}", detail=detail, now=now)


def end_other_sittings(*, account_id: int, sitting_id: int | None, now: datetime) -> int:
    """Every one of one's own but `sitting_id`; return how many."""
    with transaction.atomic():
        count = close_all(account_id, now, but=sitting_id)
        if count:
            detail = {"count": count}
            audit.record(None, action="accounts.end_sittings", object=f"account:{account_id}", detail=detail, now=now)
    return count


def close_all(account_id: int, now: datetime, *, but: int | None = None) -> int:
    """As part of an action that says why in the audit chain."""
    open_ones = Sitting.objects.filter(account_id=account_id, ended_at__isnull=True)
    return (open_ones if but is None else open_ones.exclude(pk=but)).update(ended_at=now)
