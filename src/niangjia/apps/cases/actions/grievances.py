"""Objections, from the worker or from anyone who reads a notice, and their answers; the worker's withdrawal."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.cases import moving, sealed
from niangjia.apps.cases.actions.filing import close_file
from niangjia.apps.cases.actions.verifying import end_waiting
from niangjia.apps.cases.models import Case, ExitLetter, Finding, Grievance, HardshipFile, PublicNotice
from niangjia.apps.cases.queries import case_card
from niangjia.apps.cases.rules import rule
from niangjia.apps.cases.types import (
    CaseAction,
    CaseCard,
    CaseState,
    CloseReason,
    GrievanceAbout,
)
from niangjia.apps.objections import actions as objections
from niangjia.apps.objections.actions import LOOKUPS, OBJECTIONS, follow_objection
from niangjia.apps.objections.problems import (
    AlreadyAnswered,
    NoSuchReceipt,
    NothingToObjectTo,
    NoticeIsDown,
    ObjectionTooLate,
    ObjectionWaits,
    OfficerOfTheCase,
)
from niangjia.apps.objections.types import GrievanceState, RaisedObjection

__all__ = [
    "LOOKUPS",
    "OBJECTIONS",
    "AlreadyAnswered",
    "NoSuchReceipt",
    "NothingToObjectTo",
    "NoticeIsDown",
    "ObjectionTooLate",
    "ObjectionWaits",
    "OfficerOfTheCase",
    "answer_grievance",
    "follow_objection",
    "object_to",
    "object_to_notice",
    "read_grievance",
    "withdraw",
]


def object_to(
    *,
    viewer: Viewer,
    case_id: int,
    about: GrievanceAbout,
    words: str,
    now: datetime,
    contact: str = "",
    key: uuid.UUID | None = None,
) -> int:
    """
    A worker objects to what was found, decided or announced about their household; return the objection's id. The words are sealed.

    Safe to repeat with the same `key`.

    Raises:
        NotAllowed, NotFound, ReasonMissing: no words.
        NothingToObjectTo, ObjectionTooLate. ObjectionWaits: theirs to the same is not answered yet.
    """
    permissions.require(viewer, "own.view")
    with transaction.atomic():
        case = moving.visible(viewer, pk=case_id).first() if viewer.role is Role.WORKER else None
        if case is None:
            raise moving.NotFound
        about, words = GrievanceAbout(about), moving.require_reason(words)
        notice = _refuse_pointless(case, about, now)
        _refuse_second(case, about, viewer.person_id or 0, key)
        return _raise(viewer, case, about, notice, viewer.person_id, words, contact, now, key)


def _refuse_second(case: Case, about: GrievanceAbout, person_id: int, key: uuid.UUID | None) -> None:
    Case.objects.select_for_update().get(pk=case.pk)  # two at once are one after the other
    own = Grievance.objects.filter(case=case, about=about, person_id=person_id, state=GrievanceState.OPEN)
    waits = own.order_by("pk").first()
    if waits is not None and waits.key != key:
        raise ObjectionWaits(waits.raised_at)


def _refuse_pointless(case: Case, about: GrievanceAbout, now: datetime) -> PublicNotice | None:
    """The notice objected to, if it is one."""
    today = timezone.localdate(now)
    match about:
        case GrievanceAbout.NOTICE:
            notice = PublicNotice.objects.filter(case=case, withdrawn_at__isnull=True).first()
            if notice is None:
                raise NothingToObjectTo
            return notice
        case GrievanceAbout.EXIT:
            letter = ExitLetter.objects.filter(file__case=case, state=ExitLetter.State.OPEN).first()
            if letter is None:
                raise NothingToObjectTo
            if today > letter.objection_until:
                raise ObjectionTooLate
        case _:
            told_at = case.reviewed_at if about is GrievanceAbout.OUTCOME else case.closed_at or case.reviewed_at
            if told_at is None:
                raise NothingToObjectTo
            days = rule("objection_days", area=case.area, asof=today)
            if case.state == CaseState.CLOSED and case.closed_at and now > case.closed_at + timedelta(days=days):
                raise ObjectionTooLate
    return None


def object_to_notice(
    *, notice_id: int, words: str, contact: str, now: datetime, key: uuid.UUID | None = None, address: str = ""
) -> RaisedObjection:
    """
    Anyone objects to a notice that is up. Words and contact are sealed. Safe to repeat with the same `key`. `address`: the network
    address that asks, from which few an hour are taken: each one holds up an approval.

    Raises:
        NoticeIsDown, ReasonMissing. accounts' TooManyTries.
    """
    notice = objections.find_live(PublicNotice.objects.select_related("case"), notice_id, now=now)
    words = moving.require_reason(words)
    known = Grievance.objects.filter(key=key, notice=notice).first() if key else None
    if known is None:
        objections.take_public_turn(address, now=now)
        with transaction.atomic():
            raised = _raise(None, notice.case, GrievanceAbout.NOTICE, notice, None, words, contact, now, key)
        known = Grievance.objects.get(pk=raised)
    return RaisedObjection(known.pk, known.receipt or "")


def _raise(
    viewer: Viewer | None,
    case: Case,
    about: GrievanceAbout,
    notice: PublicNotice | None,
    person_id: int | None,
    words: str,
    contact: str,
    now: datetime,
    key: uuid.UUID | None,
) -> int:
    grievance, is_new = objections.raise_objection(
        Grievance, {"case": case, "notice": notice, "about": about}, person_id=person_id, words=words, contact=contact,
        seal=sealed.seal, now=now, key=key,
    )  # fmt: skip
    if is_new:
        detail = {"grievance": grievance.pk, "about": about.value, "is_public": person_id is None}
        audit.record(viewer, action="cases.object", object=f"case:{case.pk}", detail=detail, now=now)
    return grievance.pk


def answer_grievance(*, viewer: Viewer, grievance_id: int, is_upheld: bool, answer: str, now: datetime) -> None:
    """
    Answer an objection, by an officer who had no hand in the case. Safe to repeat by whom it was answered.

    Raises:
        NotAllowed, NotFound, OwnHousehold, ReasonMissing: no words.
        OfficerOfTheCase, AlreadyAnswered.
    """
    permissions.require(viewer, "cases.review")
    with transaction.atomic():
        grievance = (
            Grievance.objects.select_related("case").filter(pk=grievance_id, case__in=moving.visible(viewer)).first()
        )
        if grievance is None:
            raise moving.NotFound
        case, answer = grievance.case, moving.require_reason(answer)
        moving.refuse_own_household(viewer, case)
        is_new = objections.answer(
            grievance, viewer=viewer, is_upheld=is_upheld, words=answer, hands=_hands(case), seal=sealed.seal, now=now
        )
        if is_new:
            detail = {"grievance": grievance.pk, "state": grievance.state}
            audit.record(viewer, action="cases.answer_grievance", object=f"case:{case.pk}", detail=detail, now=now)


def _hands(case: Case) -> set[int]:
    """Every officer who verified, judged, filled in, tiered or announced."""
    hands = {case.verified_by_id, case.reviewed_by_id}
    for finding in Finding.objects.filter(case=case).select_related("visit"):
        hands |= {finding.submitted_by_id, finding.judged_by_id, *finding.visit.verifiers}
    for file in HardshipFile.objects.filter(case=case):
        hands |= {file.started_by_id, file.filled_by_id, file.tiered_by_id}
    hands |= set(PublicNotice.objects.filter(case=case).values_list("announced_by_id", flat=True))
    hands |= set(
        ExitLetter.objects.filter(file__case=case, state=ExitLetter.State.OPEN).values_list("proposed_by_id", flat=True)
    )
    return {account_id for account_id in hands if account_id is not None}


def read_grievance(*, viewer: Viewer, grievance_id: int, now: datetime) -> dict[str, str]:
    """
    The words of an objection, how to reach who raised it (for officers), and the answer; an officer's reading is recorded.

    Raises:
        NotAllowed, NotFound.
    """
    with transaction.atomic():
        grievance = (
            Grievance.objects.select_related("case").filter(pk=grievance_id, case__in=moving.visible(viewer)).first()
        )
        is_own = viewer.role is Role.WORKER
        if grievance is None or (is_own and grievance.person_id != viewer.person_id):
            raise moving.NotFound
        if not is_own:
            permissions.require(viewer, "cases.review")
            detail = {"grievance": grievance.pk}
            audit.record(
                viewer, action="cases.read_grievance", object=f"case:{grievance.case_id}", detail=detail, now=now
            )
        return objections.opened(grievance, sealed.unseal)


def withdraw(*, viewer: Viewer, case_id: int, now: datetime, reason: str = "") -> CaseCard:
    """
    The worker takes the request back: the case ends, nothing is held against them. Safe to repeat.

    Raises:
        NotAllowed, NotFound, NotInThisState, NotForThisRole, SomeoneWasFirst.
    """
    with transaction.atomic():
        if moving.was_done(viewer, case_id, CaseAction.WITHDRAW):
            return case_card(Case.objects.get(pk=case_id))
        case = moving.take(viewer, case_id, CaseAction.WITHDRAW)
        was = CaseState(case.state)
        moving.make(
            viewer, case, CaseAction.WITHDRAW, CaseState.CLOSED, now, closed_at=now, close_reason=CloseReason.WITHDRAWN
        )
        end_waiting(case, was, reason or str(CloseReason.WITHDRAWN.label), now)
        for file in HardshipFile.objects.filter(case=case, is_open=True):
            close_file(file, now)
        return case_card(case)
