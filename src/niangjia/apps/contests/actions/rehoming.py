"""Contests and entries of unions that end. What was counted, marked and voted stays as it was."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.audit import types as events
from niangjia.apps.contests import access, nearness
from niangjia.apps.contests.lifecycle import RoundState
from niangjia.apps.contests.models import Entry, Juror, Mark, Round


@transaction.atomic
def rehome_contests(*, viewer: Viewer, from_id: int, to_id: int, now: datetime) -> int:
    """
    Contests that are not over, or still owe money, and entries that still compete become `to_id`'s; return how many went. Jurors keep their seats, marks and votes
    stand; a juror who is of an entry's union only since then gives it no mark from now on. Honours given before stay with the union that put
    the entry forward. Safe to repeat. For the journey that has changed the tree and asked for the right.
    """
    contests, entries = access.living_contests(from_id), access.living_entries(from_id)
    detail = {"from": from_id, "to": to_id, "org": to_id}
    went = {
        "contest": list(contests.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True)),
        "entry": list(entries.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True)),
    }
    count = entries.update(org_id=to_id) + contests.update(org_id=to_id)
    for row in Round.objects.filter(state=RoundState.OPEN, contest__entries__org_id=to_id).distinct().order_by("pk"):
        _bar_who_became_near(row, to_id, now)
    rows = [events.Entry("contests.rehome", f"{kind}:{pk}", detail) for kind, ids in went.items() for pk in ids]
    audit.record_many(viewer, entries=rows, now=now)
    return count


def _bar_who_became_near(row: Round, org_id: int, now: datetime) -> None:
    """What was marked while juror and entry were of two unions was marked fairly; what is not marked yet is not marked any more."""
    entries = list(Entry.objects.filter(contest_id=row.contest_id, org_id=org_id))
    marked = set(Mark.objects.filter(round=row, entry__in=entries).values_list("juror_id", "entry_id"))
    for juror in Juror.objects.filter(contest_id=row.contest_id):
        unmarked = [one for one in entries if (juror.pk, one.pk) not in marked]
        nearness.bar(row.contest, now=now, entries=unmarked, jurors=[juror])
