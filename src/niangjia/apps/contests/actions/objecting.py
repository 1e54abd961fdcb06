"""Anybody objects to a line of the shortlist; a colleague who had no hand in the contest answers."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.contests import access, sealed
from niangjia.apps.contests.actions.looking import strike_off
from niangjia.apps.contests.lifecycle import EntryState
from niangjia.apps.contests.models import Entry, Objection, PublicNotice
from niangjia.apps.contests.problems import NotFound, ReasonMissing
from niangjia.apps.objections import actions as objections
from niangjia.apps.objections.types import RaisedObjection


def object_to_notice(
    *, notice_id: int, words: str, contact: str, now: datetime, key: uuid.UUID | None = None, address: str = ""
) -> RaisedObjection:
    """
    Anyone objects to a line that is up. Safe to repeat with the same `key`. `address`: the network address that asks.

    Raises: objections' NoticeIsDown; ReasonMissing; accounts' TooManyTries.
    """
    notices = PublicNotice.objects.select_related("entry__contest")
    notice = objections.find_live(notices, notice_id, now=now)
    known = Objection.objects.filter(key=key, notice=notice).first() if key else None
    if known is None:
        if not words.strip():
            raise ReasonMissing
        objections.take_public_turn(address, now=now)
        with transaction.atomic():
            known, is_new = objections.raise_objection(
                Objection, {"notice": notice}, person_id=None, words=words.strip()[:2000], contact=contact.strip()[:100], seal=sealed.seal, now=now, key=key
            )  # fmt: skip
            if is_new:
                contest = notice.entry.contest
                detail = {"org": contest.org_id, "number": notice.entry.number, "objection": known.pk}
                audit.record(None, action="contests.object", object=f"contest:{contest.pk}", detail=detail, now=now)
    return RaisedObjection(known.pk, known.receipt or "")


def _find(viewer: Viewer, objection_id: int) -> Objection:
    rows = access.objections(viewer).select_related("notice__entry__contest__org", "notice__entry__org")
    found = rows.filter(pk=objection_id).first()
    if found is None:
        raise NotFound
    return found


def read_objection(*, viewer: Viewer, objection_id: int, now: datetime) -> dict[str, str]:
    """Words, contact and answer; who read them is on record. Raises NotAllowed, NotFound."""
    row = _find(viewer, objection_id)
    audit.record(viewer, action="contests.read_objection", object=f"contest_objection:{row.pk}", now=now)
    return objections.opened(row, sealed.unseal)


def answer_objection(*, viewer: Viewer, objection_id: int, is_upheld: bool, words: str, now: datetime) -> None:
    """
    Answer it. Upheld: the entry is struck off, the shortlist is taken down and has to be announced again. Safe to repeat.

    Raises: NotAllowed, NotFound, ReasonMissing; objections' OfficerOfTheCase: had a hand in the contest; AlreadyAnswered.
    """
    if not words.strip():
        raise ReasonMissing
    with transaction.atomic():
        row = _find(viewer, objection_id)
        contest = access.own_contest(viewer, row.notice.entry.contest_id, "contests.answer")
        is_new = objections.answer(
            row, viewer=viewer, is_upheld=is_upheld, words=words.strip()[:1000], hands=access.hands_in(contest), seal=sealed.seal, now=now
        )  # fmt: skip
        if not is_new:
            return
        detail = {"upheld": is_upheld, "number": row.notice.entry.number}
        audit.record(
            viewer, action="contests.answer_objection", object=f"contest_objection:{row.pk}", detail=detail, now=now
        )
        entry = Entry.objects.select_for_update(of=("self",)).get(pk=row.notice.entry_id)
        entry.contest = contest
        if is_upheld and entry.state == EntryState.ADMITTED:
            strike_off(viewer, entry, f"异议 {row.pk} 成立", now)
