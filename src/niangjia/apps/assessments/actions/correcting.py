"""What a look asks to be put right: asked, corrected, checked by somebody else, or given back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.assessments import access
from niangjia.apps.assessments.actions.supervising import held_look
from niangjia.apps.assessments.models import Correction
from niangjia.apps.assessments.problems import DayRefused, EvidenceMissing, NotFound, NotNow, SecondPerson
from niangjia.apps.assessments.types import CorrectionState, Result
from niangjia.apps.audit import actions as audit
from niangjia.apps.files import actions as files


def ask(*, viewer: Viewer, look_id: int, what: str, due: date, now: datetime) -> int:
    """
    Ask for a correction by a day; return its id. Safe to repeat: the same words with the same day are one correction.

    Raises: NotAllowed, NotFound, ReasonMissing (nothing said), DayRefused; NotNow: nothing was found to correct.
    """
    permissions.require(viewer, "assessments.manage")
    said = access.reason_of(what)
    if due < timezone.localdate(now):
        raise DayRefused
    with transaction.atomic():
        look = held_look(viewer, look_id)
        if look.result != Result.TO_CORRECT:
            raise NotNow
        if known := look.corrections.filter(what=said, due=due).first():
            return known.pk
        row = Correction.objects.create(
            look=look, what=said, due=due, state=CorrectionState.ASKED, asked_by_id=viewer.account_id, asked_at=now
        )
        detail = {"look": look.pk, "due": due.isoformat(), "told_org": look.org_id}
        audit.record(viewer, action="assessments.ask", object=f"correction:{row.pk}", detail=detail, now=now)
    return row.pk


def answer(*, viewer: Viewer, correction_id: int, said: str, evidence: Sequence[bytes], now: datetime) -> None:
    """
    The union that was looked at says what it put right, with evidence. Raises NotAllowed, NotFound, ReasonMissing, EvidenceMissing, FileRefused;
    NotNow: it was answered already.
    """
    permissions.require(viewer, "assessments.correct")
    text = access.reason_of(said)
    if not evidence:
        raise EvidenceMissing
    with transaction.atomic():
        row = _locked(correction_id, look__org=viewer.org_id)
        if row.state not in (CorrectionState.ASKED, CorrectionState.RETURNED):
            raise NotNow
        for content in evidence:
            files.keep_file(
                viewer=viewer,
                owner=access.owner_of("correction", row.pk),
                part=access.EVIDENCE,
                content=content,
                now=now,
            )
        Correction.objects.filter(pk=row.pk).update(
            state=CorrectionState.CORRECTED,
            said=text,
            corrected_by=viewer.account_id,
            corrected_on=timezone.localdate(now),
        )
        detail = {"look": row.look_id, "told_org": row.look.round.org_id}
        audit.record(viewer, action="assessments.answer", object=f"correction:{row.pk}", detail=detail, now=now)


def check(*, viewer: Viewer, correction_id: int, is_right: bool, said: str = "", now: datetime) -> None:
    """
    Somebody of the union that holds the round, who did not correct it, checks it or gives it back with a word why.

    Raises: NotAllowed, NotFound, NotNow, SecondPerson; ReasonMissing: given back without a word.
    """
    permissions.require(viewer, "assessments.manage")
    text = "" if is_right else access.reason_of(said)
    with transaction.atomic():
        row = _locked(correction_id, look__round__org=viewer.org_id)
        if row.state != CorrectionState.CORRECTED:
            raise NotNow
        if row.corrected_by_id == viewer.account_id:
            raise SecondPerson
        changes = (
            {"state": CorrectionState.CHECKED, "checked_by": viewer.account_id, "checked_at": now}
            if is_right
            else {"state": CorrectionState.RETURNED, "said": text}
        )
        Correction.objects.filter(pk=row.pk).update(**changes)
        action = "assessments.check" if is_right else "assessments.give_back"
        detail = {"look": row.look_id, "told_org": row.look.org_id}
        audit.record(viewer, action=action, object=f"correction:{row.pk}", detail=detail, reason=text, now=now)


def remind(*, now: datetime) -> int:
    """Tell once of each correction whose day is over and that nobody answered; how many. Safe to repeat."""
    late = Correction.objects.filter(
        due__lt=timezone.localdate(now),
        state__in=(CorrectionState.ASKED, CorrectionState.RETURNED),
        reminded_at__isnull=True,
    )
    with transaction.atomic():
        rows = list(late.select_for_update(of=("self",)).select_related("look"))
        for row in rows:
            detail = {"look": row.look_id, "told_org": row.look.org_id}
            audit.record(None, action="assessments.overdue", object=f"correction:{row.pk}", detail=detail, now=now)
        Correction.objects.filter(pk__in=[row.pk for row in rows]).update(reminded_at=now)
    return len(rows)


def _locked(correction_id: int, **where: int) -> Correction:
    """Raises NotFound."""
    rows = Correction.objects.select_for_update(of=("self",)).select_related("look__round")
    row = rows.filter(pk=correction_id, **where).first()
    if row is None:
        raise NotFound
    return row
