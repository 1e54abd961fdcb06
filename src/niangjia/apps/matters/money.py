"""Money of a granted matter: set aside from the fund that the programme names, or the words why not and who can."""

from __future__ import annotations

from datetime import datetime

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.funds import actions as funds
from niangjia.apps.funds import queries as fund_queries
from niangjia.apps.funds.problems import CapExceeded, NoBudget
from niangjia.apps.funds.problems import NotFound as NotYourFund
from niangjia.apps.funds.types import ReservationState
from niangjia.apps.matters import access, deciding, moving
from niangjia.apps.matters.models import Grant, Matter
from niangjia.apps.matters.problems import MoneyNotYours, NoPayee, WaitsForFinance
from niangjia.apps.matters.types import GrantState
from niangjia.apps.programs import queries as programs
from niangjia.apps.programs.types import DecisionCard, SubjectKind
from niangjia.kernel.problems import Refusal

_MAY = ("funds.prepare", "funds.approve")
_RETURNABLE = (
    ReservationState.QUEUED,
    ReservationState.RESERVED,
    ReservationState.RETURNED,
    ReservationState.CANCELLED,
)


def grant(viewer: Viewer, matter: Matter, decision: DecisionCard, now: datetime) -> Grant:
    """
    The money that a decision gives; set aside at once where this officer may.

    Raises:
        NoPayee: nobody of the register is to be paid.
    """
    if matter.person_id is None:
        raise NoPayee
    found = Grant.objects.create(
        matter=matter,
        decision_id=decision.id,
        purpose=programs.fund_purpose(matter.program, area=matter.area, asof=decision.asof),
        person_id=matter.person_id,
        household_id=matter.household_id,
        amount=decision.money,
        state=GrantState.BLOCKED,
        granted_by_id=viewer.account_id,
        granted_at=now,
    )
    return set_aside(viewer, found, now)


def set_aside(viewer: Viewer, grant: Grant, now: datetime) -> Grant:
    """Reserve the money, or say why not: a cap, no budget, no right. A short fund queues it. May be tried again."""
    matter, today = grant.matter, moving.today_of(now)
    try:
        if not any(permissions.may(viewer, action) for action in _MAY):
            raise WaitsForFinance(matter.desk.name)
        card = funds.reserve(
            viewer=viewer,
            org_path=matter.org.path,
            purpose=grant.purpose,
            year=today.year,
            case_ref=f"matter:{matter.pk}:{matter.program}",
            person_id=grant.person_id,
            household_id=grant.household_id,
            amount=grant.amount,
            caps=programs.caps_of(
                grant.decision_id, subjects=_subjects(matter), day=today, event=deciding.event_of(matter)
            ),
            case_officer_ids=access.hands_in(matter),
            program=matter.program,
            decision_ref=programs.ref_of(grant.decision_id),
            now=now,
        )
    except (CapExceeded, NoBudget, NotYourFund, WaitsForFinance) as refusal:
        return _blocked(viewer, grant, refusal, now)
    grant.reservation_id, grant.state = card.id, GrantState.SET_ASIDE
    grant.refusal_zh = grant.refusal_en = ""
    grant.save(update_fields=["reservation", "state", "refusal_zh", "refusal_en"])
    _record(viewer, grant, "matters.set_aside", now)
    return grant


def give_back(viewer: Viewer, matter: Matter, reason: str, now: datetime) -> bool:
    """
    What a matter was granted and has not left goes back to its fund. False: it is in a batch or paid, and stays.

    Raises:
        MoneyNotYours: this post may not touch the money.
    """
    for one in Grant.objects.filter(matter=matter).exclude(state=GrantState.CANCELLED):
        if one.reservation_id is not None:
            if fund_queries.get_reservation(one.reservation_id).state not in _RETURNABLE:
                return False
            if not any(permissions.may(viewer, action) for action in _MAY):
                raise MoneyNotYours(matter.desk.name)
            funds.cancel(viewer=viewer, reservation_id=one.reservation_id, reason=reason[:300], now=now)
        one.state = GrantState.CANCELLED
        one.save(update_fields=["state"])
        _record(viewer, one, "matters.cancel_grant", now)
    return True


def _subjects(matter: Matter) -> dict[SubjectKind, int]:
    subject = deciding.subject_of(matter, moving.pack_of(matter))
    return deciding.subjects_of(matter) | {subject.kind: subject.id}


def _blocked(viewer: Viewer, grant: Grant, refusal: Refusal, now: datetime) -> Grant:
    grant.refusal_zh, grant.refusal_en = refusal.zh[:300], refusal.en[:300]
    grant.save(update_fields=["refusal_zh", "refusal_en"])
    _record(viewer, grant, "matters.block_grant", now)
    return grant


def _record(viewer: Viewer, grant: Grant, action: str, now: datetime) -> None:
    detail = {
        "program": grant.matter.program,
        "amount": str(grant.amount),
        "grant": grant.pk,
        "reservation": grant.reservation_id,
    }
    audit.record(viewer, action=action, object=f"matter:{grant.matter_id}", detail=detail, now=now)
