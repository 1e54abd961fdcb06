"""What an accepted case is given: the pack decides, the funds set aside. Called inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.cases import facts as case_facts
from niangjia.apps.cases.models import Case, Entitlement, Finding, HardshipFile
from niangjia.apps.cases.queries import refs_of
from niangjia.apps.cases.types import CONFIRMING, EntitlementState
from niangjia.apps.funds import actions as funds
from niangjia.apps.funds import queries as fund_queries
from niangjia.apps.funds.problems import CapExceeded, NoBudget
from niangjia.apps.funds.types import ReservationState
from niangjia.apps.programs import actions as programs_actions
from niangjia.apps.programs import queries as programs
from niangjia.apps.programs.types import DecisionCard, DecisionOutcome, Subject, SubjectKind
from niangjia.kernel.problems import Refusal

GRANT_PROGRAM = "special-grant"
FILE_PROGRAM = "graded-aid"

# While the funds hold it like this nothing has left yet, and it can be given back.
_RETURNABLE = (ReservationState.QUEUED, ReservationState.RESERVED, ReservationState.RETURNED)


class NotVerified(Refusal):
    """Nothing is ever set aside or paid without an accepted finding (catalogue E01)."""

    def __init__(self) -> None:
        super().__init__(
            "没有经复核的核实结论，不能列支。请先完成核实和复核。",
            "Without an accepted finding nothing is set aside. Verify and review first.",
        )


def decide_grant(
    viewer: Viewer, case: Case, finding: Finding, more: Mapping[str, Any], now: datetime
) -> DecisionCard | None:
    """
    The special grant of a confirmed case: decided by the area's pack as of the day of the visit, and set aside.

    None: the area has no such programme. Raises MissingParameter.
    """
    asof = finding.visit.visited_on
    assert finding.person_id is not None, "handed in without a person"
    if programs.find_pack(GRANT_PROGRAM, area=case.area, asof=asof) is None:
        return None
    facts = case_facts.of_finding(case, finding) | dict(more)
    return _decide(viewer, case, finding, GRANT_PROGRAM, finding.person_id, facts, asof, now)


def decide_tier(viewer: Viewer, case: Case, file: HardshipFile, more: Mapping[str, Any], now: datetime) -> DecisionCard:
    """Tier and aid of a file. Raises NoPackHere, MissingParameter."""
    facts = case_facts.of_file(case, file, now) | dict(more)
    asof = timezone.localdate(now)
    subject = Subject(SubjectKind.HOUSEHOLD, case.household_id)
    subjects = _subjects(case, file.person_id)
    return programs_actions.decide(
        viewer=viewer,
        program=FILE_PROGRAM,
        subject=subject,
        area=case.area,
        asof=asof,
        facts=facts,
        used=programs.used_of(FILE_PROGRAM, area=case.area, asof=asof, subjects=subjects, day=asof),
        within=subjects,
        matter=_matter(case),
        now=now,
    )


def set_aside_file(viewer: Viewer, case: Case, file: HardshipFile, finding: Finding, now: datetime) -> None:
    """The aid of an approved file."""
    assert file.decision_id is not None, "announced without a decision"
    decision = programs.get_decision(file.decision_id)
    if decision.money:
        _set_aside(viewer, case, finding, decision, file.person_id, now)


def _decide(
    viewer: Viewer,
    case: Case,
    finding: Finding,
    program: str,
    person_id: int,
    facts: Mapping[str, Any],
    asof: Any,
    now: datetime,
) -> DecisionCard:
    used = programs.used_of(
        program, area=case.area, asof=asof, subjects=_subjects(case, person_id), day=timezone.localdate(now)
    )
    pack = programs.get_pack(program, area=case.area, asof=asof)
    subject = (
        Subject(SubjectKind.PERSON, person_id)
        if pack.unit == "person"
        else Subject(SubjectKind.HOUSEHOLD, case.household_id)
    )
    decision = programs_actions.decide(
        viewer=viewer,
        program=program,
        subject=subject,
        area=case.area,
        asof=asof,
        facts=facts,
        used=used,
        within=_subjects(case, person_id),
        matter=_matter(case),
        now=now,
    )
    if decision.outcome is DecisionOutcome.GRANTED and decision.money:
        _set_aside(viewer, case, finding, decision, person_id, now)
    return decision


def _set_aside(
    viewer: Viewer,
    case: Case,
    finding: Finding,
    decision: DecisionCard,
    person_id: int,
    now: datetime,
) -> Entitlement:
    if not finding.is_accepted or finding.outcome not in (*CONFIRMING, "V3"):
        raise NotVerified
    entitlement = Entitlement.objects.create(
        case=case,
        finding=finding,
        decision_id=decision.id,
        program=decision.pack_id,
        purpose=programs.fund_purpose(decision.pack_id, area=case.area, asof=decision.asof),
        person_id=person_id,
        household_id=case.household_id,
        amount=decision.money,
        state=EntitlementState.BLOCKED,
        granted_by_id=viewer.account_id,
        granted_at=now,
    )
    return reserve(viewer, entitlement, now)


def _hands(entitlement: Entitlement) -> list[int]:
    """Who verified and reviewed, and of a file's aid who filled it in and set its tier: none of them approves or pays it."""
    finding = entitlement.finding
    hands = {finding.submitted_by_id, finding.judged_by_id, *finding.visit.verifiers}
    if entitlement.program == FILE_PROGRAM:
        file = HardshipFile.objects.get(case_id=entitlement.case_id)
        hands |= {file.filled_by_id, file.tiered_by_id}
    return sorted(hands - {None})


def _subjects(case: Case, person_id: int) -> dict[SubjectKind, int]:
    """Whose caps a grant of this case counts under."""
    return {SubjectKind.PERSON: person_id, SubjectKind.HOUSEHOLD: case.household_id}


def _matter(case: Case) -> str:
    """What a decision is made for: of several decisions the last one of a case counts."""
    return f"case:{case.pk}"


def reserve(viewer: Viewer, entitlement: Entitlement, now: datetime) -> Entitlement:
    """Set the money aside, or say why not: a cap, or no budget. A short fund queues it. May be tried again."""
    case, today = entitlement.case, timezone.localdate(now)
    subjects = _subjects(case, entitlement.person_id)
    try:
        card = funds.reserve(
            viewer=viewer,
            org_path=case.org.path,
            purpose=entitlement.purpose,
            year=today.year,
            case_ref=refs_of(entitlement),
            person_id=entitlement.person_id,
            household_id=entitlement.household_id,
            amount=entitlement.amount,
            caps=programs.caps_of(entitlement.decision_id, subjects=subjects, day=today),
            case_officer_ids=_hands(entitlement),
            program=entitlement.program,
            decision_ref=programs.ref_of(entitlement.decision_id),
            now=now,
        )
    except (CapExceeded, NoBudget) as refusal:
        entitlement.refusal_zh, entitlement.refusal_en = refusal.zh[:300], refusal.en[:300]
        entitlement.save(update_fields=["refusal_zh", "refusal_en"])
        _record(viewer, entitlement, "cases.block_entitlement", now)
        return entitlement
    entitlement.reservation_id, entitlement.state = card.id, EntitlementState.SET_ASIDE
    entitlement.refusal_zh = entitlement.refusal_en = ""
    entitlement.save(update_fields=["reservation", "state", "refusal_zh", "refusal_en"])
    _record(viewer, entitlement, "cases.set_aside", now)
    return entitlement


def cancel_open(viewer: Viewer, case: Case, reason: str, now: datetime) -> None:
    """Give back what was granted and has not left: the case ended early. What is in a batch or paid stays."""
    for entitlement in Entitlement.objects.filter(case=case).exclude(state=EntitlementState.CANCELLED):
        if entitlement.reservation_id is not None:
            if fund_queries.get_reservation(entitlement.reservation_id).state not in _RETURNABLE:
                continue
            funds.cancel(viewer=viewer, reservation_id=entitlement.reservation_id, reason=reason, now=now)
        Entitlement.objects.filter(pk=entitlement.pk).update(state=EntitlementState.CANCELLED)
        _record(viewer, entitlement, "cases.cancel_entitlement", now)


def _record(viewer: Viewer, entitlement: Entitlement, action: str, now: datetime) -> None:
    detail = {
        "case": entitlement.case_id,
        "program": entitlement.program,
        "amount": str(entitlement.amount),
        "reservation": entitlement.reservation_id,
    }
    audit.record(viewer, action=action, object=f"entitlement:{entitlement.pk}", detail=detail, now=now)
