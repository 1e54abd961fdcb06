"""One move of an entry, by the table; and its files."""

from __future__ import annotations

from datetime import datetime

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.contests.lifecycle import STEPS, ContestState, EntryState, Step
from niangjia.apps.contests.models import Contest, Entry, PublicNotice
from niangjia.apps.contests.problems import NotPossibleNow
from niangjia.apps.files.types import Owner


def owner_of(entry: Entry) -> Owner:
    return Owner("contest_entry", entry.key.hex)


def move(viewer: Viewer, entry: Entry, step: Step, now: datetime, *, reason: str = "", **changes: object) -> None:
    """Raises NotPossibleNow: the entry is not where this step begins. The entry is held by the caller."""
    to = STEPS[step].get(EntryState(entry.state))
    if to is None:
        raise NotPossibleNow(str(EntryState(entry.state).label))
    fresh = Entry.objects.filter(pk=entry.pk, state=entry.state).update(state=to, reason=reason[:300], **changes)
    if not fresh:
        raise NotPossibleNow(str(to.label))
    entry.refresh_from_db()
    detail = {"contest": entry.contest_id, "org": entry.contest.org_id, "number": entry.number, "state": to.value}
    action = f"contests.{step.value.lower()}"
    audit.record(viewer, action=action, object=f"entry:{entry.pk}", detail=detail, reason=reason[:300], now=now)


def leave_shortlist(entry: Entry, now: datetime) -> None:
    """Whoever leaves a shortlist that is up changes the places: it is taken down whole, and has to be announced again."""
    live = PublicNotice.objects.filter(entry__contest_id=entry.contest_id, withdrawn_at__isnull=True)
    if entry.contest.state == ContestState.NOTICE and live.filter(entry=entry).exists():
        live.update(withdrawn_at=now)
        Contest.objects.filter(pk=entry.contest_id).update(state=ContestState.JUDGING)
