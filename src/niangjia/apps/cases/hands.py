"""Whose hands a case went through, for the auditor: who sensed, verified, reviewed, filled, tiered, approved, granted and checked again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit.types import Hand
from niangjia.apps.cases import moving
from niangjia.apps.cases.models import Case, CaseMove, Entitlement, HardshipFile, SpotCheck, Visit
from niangjia.apps.cases.types import CaseAction, CloseReason

REFUSED = (CloseReason.FILE_REFUSED, CloseReason.NOT_IN_HARDSHIP, CloseReason.COVERED_ELSEWHERE)
_MOVES = {
    CaseAction.SUBMIT: "VERIFIED",
    CaseAction.ACCEPT: "REVIEWED",
    CaseAction.FILL_FILE: "FILLED",
    CaseAction.DECIDE_TIER: "TIERED",
    CaseAction.APPROVE: "APPROVED",
    CaseAction.REFUSE_FILE: "APPROVED",
}


def hands_of(case_ids: Iterable[int]) -> list[Hand]:
    """In order of time, what is undated first. Without scope: for the room that has bounded its cases."""
    wanted = set(case_ids)
    cases = Case.objects.filter(pk__in=wanted)
    found = [
        Hand(f"case:{case.pk}", "SENSED" if case.alert_id else "OPENED", case.opened_by_id, case.opened_at)
        for case in cases
    ]
    for move in CaseMove.objects.filter(case__in=wanted, action__in=list(_MOVES)).order_by("pk"):
        of = f"case:{move.case_id}"
        found.append(Hand(of, _MOVES[CaseAction(move.action)], move.account_id, move.at, of))
    for visit in Visit.objects.filter(case__in=wanted):
        found += _visitors(visit, f"case:{visit.case_id}", "VERIFIED")
    for granted in Entitlement.objects.filter(case__in=wanted):
        found.append(Hand(f"case:{granted.case_id}", "GRANTED", granted.granted_by_id, granted.granted_at))
    for check in SpotCheck.objects.filter(finding__case__in=wanted, second__isnull=False).select_related(
        "second__visit", "finding"
    ):
        if check.second is not None:
            found += _visitors(check.second.visit, f"case:{check.finding.case_id}", "RECHECKED")
    return sorted(dict.fromkeys(found), key=lambda hand: (hand.at is not None, hand.at or 0))


def _visitors(visit: Visit, of: str, step: str) -> list[Hand]:
    accounts = dict.fromkeys([visit.recorded_by_id, *visit.verifiers])
    return [Hand(of, step, account_id, visit.recorded_at, f"visit:{visit.pk}") for account_id in accounts]


def list_moved(viewer: Viewer, *, since: datetime, until: datetime) -> QuerySet[Case]:
    """Hardship cases of the viewer's part of the tree in which anything was done in that time, or in a check of them."""
    moved = CaseMove.objects.filter(at__gte=since, at__lt=until)
    checked = SpotCheck.objects.filter(case__in=moved.values("case"))
    return moving.visible(viewer).filter(Q(pk__in=moved.values("case")) | Q(pk__in=checked.values("finding__case")))


def list_refused(viewer: Viewer, *, since: datetime, until: datetime) -> QuerySet[Case]:
    """Cases that ended in that time with a no."""
    return moving.visible(viewer).filter(closed_at__gte=since, closed_at__lt=until, close_reason__in=REFUSED)


def visible_ids(viewer: Viewer, case_ids: Iterable[int]) -> set[int]:
    return set(moving.visible(viewer).filter(pk__in=set(case_ids)).values_list("pk", flat=True))


def facts_of(case_ids: Iterable[int]) -> dict[int, tuple[int, int | None, int]]:
    """By case: household, person, union responsible."""
    rows = Case.objects.filter(pk__in=set(case_ids)).values_list("pk", "household_id", "person_id", "org_id")
    return {pk: (household, person, org) for pk, household, person, org in rows}


def decisions_of(case_ids: Iterable[int]) -> dict[int, list[int]]:
    """The decisions that cases rest on, by case."""
    found: dict[int, list[int]] = {}
    for rows in (HardshipFile, Entitlement):
        of_these = rows.objects.filter(case__in=set(case_ids), decision__isnull=False)  # type: ignore[attr-defined]
        for case_id, decision_id in of_these.order_by("pk").values_list("case_id", "decision_id"):
            if decision_id not in found.setdefault(case_id, []):
                found[case_id].append(decision_id)
    return found


def reservations_of(case_ids: Iterable[int]) -> dict[int, int]:
    """Reservation → case."""
    rows = Entitlement.objects.filter(case__in=set(case_ids), reservation__isnull=False)
    return dict(rows.values_list("reservation_id", "case_id"))


def address_marks(household_ids: Iterable[int]) -> dict[int, frozenset[str]]:
    """Keyed fingerprints of the addresses in a household's files, as they were made when the files were filled in."""
    found: dict[int, set[str]] = {}
    rows = HardshipFile.objects.filter(household__in=set(household_ids)).exclude(address_mark="")
    for household_id, said in rows.values_list("household_id", "address_mark"):
        found.setdefault(household_id, set()).add(said)
    return {household_id: frozenset(marks) for household_id, marks in found.items()}
