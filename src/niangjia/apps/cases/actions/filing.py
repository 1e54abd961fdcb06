"""一户一档: starting a file, filling it, its tier, its notice, its approval."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.cases import access, entitlements, forms, known, moving, sealed
from niangjia.apps.cases.actions.opening import joined
from niangjia.apps.cases.models import Case, FileMember, Finding, Grievance, HardshipFile, PublicNotice
from niangjia.apps.cases.queries import case_card
from niangjia.apps.cases.types import CaseAction, CaseCard, CaseState, CloseReason, GrievanceAbout
from niangjia.apps.objections import actions as objections
from niangjia.apps.organizations import calendar
from niangjia.apps.programs import queries as programs
from niangjia.apps.programs.types import DecisionCard, DecisionOutcome
from niangjia.apps.registry import actions as registry_actions
from niangjia.apps.registry import queries as registry
from niangjia.kernel.problems import Refusal

FILE_PROGRAM = "graded-aid"
_ANOTHERS_NUMBER = (
    "id_number",
    "“身份证号”：与登记的本人不一致，请对照证件重填，或留空（与登记一致）；登记错了的，请本人在“我的数据”申请更正",
    "“ID number”: not that of the worker on record; compare it with the card, or leave it empty to keep what is on record; if the record is wrong, the worker asks for a correction under “My data”",
)


class HouseholdHasFile(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "这个家庭已有在档档案（一户一档），请在原档案下办理。",
            "This household has an open file already (one household, one file). Go on in that file.",
        )


class PersonInOtherFile(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "家庭成员中有人已在另一份在档档案中（一人不入两档）。请先核对两户成员。",
            "A member stands in another open file; nobody stands in two. Check the members of both households first.",
        )


class Barred(Refusal):
    def __init__(self, until: object) -> None:
        super().__init__(
            f"该户因提供不实材料退档，{until} 前不再建档。",
            f"This household left a file because of false statements; no new file before {until}.",
        )


class FileIsEmpty(Refusal):
    def __init__(self) -> None:
        super().__init__("档案还没有填写，请先填写档案。", "The file has not been filled in yet.")


class HigherApprovalNeeded(Refusal):
    def __init__(self, levels: tuple[str, ...]) -> None:
        listed = ", ".join(levels)
        super().__init__(
            f"金额超过本级权限，须先报上级（{listed}）批准，并填写批复文号。",
            f"The amount is beyond this level: get the approval of {listed} first and give its document number.",
        )


class NoticeStillUp(Refusal):
    def __init__(self, ends_before: object) -> None:
        super().__init__(
            f"公示尚未期满（至 {ends_before} 前），期满后再批准。",
            f"The public notice runs until {ends_before}; approve after that.",
        )


def start_file(
    *, viewer: Viewer, case_id: int, members: Mapping[int, str], now: datetime, person_id: int | None = None
) -> int:
    """
    Open the household's file as a draft; return its id. `members`: person id → relation, as the verification found them;
    they are declared in the registry too, so that the next sensing run follows. Safe to repeat by the same officer.

    Raises:
        NotAllowed, NotFound, NotInThisState, NotForThisRole, OwnHousehold, SomeoneWasFirst.
        HouseholdHasFile, PersonInOtherFile, Barred.
    """
    with transaction.atomic():
        if moving.was_done(viewer, case_id, CaseAction.START_FILE):
            return HardshipFile.objects.get(case_id=case_id).pk
        case = moving.take(viewer, case_id, CaseAction.START_FILE)
        earlier = (
            HardshipFile.objects.filter(household_id=case.household_id, is_open=False)
            .order_by("-closed_on", "-pk")
            .first()
        )
        barred = HardshipFile.objects.filter(
            household_id=case.household_id, bar_until__gt=timezone.localdate(now)
        ).first()
        if barred is not None:
            raise Barred(barred.bar_until)
        person_id = person_id or case.person_id or min(members)
        moving.make(
            viewer,
            case,
            CaseAction.START_FILE,
            CaseState.FILE_DRAFT,
            now,
            detail={"members": sorted(members)},
            person_id=person_id,
        )
        try:
            with transaction.atomic():
                file = HardshipFile.objects.create(
                    case=case,
                    household_id=case.household_id,
                    person_id=person_id,
                    causes=case.causes,
                    started_by_id=viewer.account_id,
                    started_at=now,
                    earlier=earlier,
                )
        except IntegrityError as error:
            raise HouseholdHasFile from error
        try:
            with transaction.atomic():
                FileMember.objects.bulk_create(
                    [
                        FileMember(file=file, person_id=person, relation=relation)
                        for person, relation in ({person_id: "head"} | dict(members)).items()
                    ]
                )
        except IntegrityError as error:
            raise PersonInOtherFile from error
        registry_actions.declare_household(
            viewer=viewer,
            household_id=case.household_id,
            members={person_id: "head"} | dict(members),
            now=now,
            reason=f"case:{case.pk}",
        )
        return file.pk


def fill_file(*, viewer: Viewer, case_id: int, values: Mapping[str, Any], now: datetime) -> CaseCard:
    """
    Keep the file's form (`forms.FILE_FORM`, the national fields); the secret part is sealed, the bank account goes to the registry.
    A sealed field left empty keeps what is known (`known.completed`). A tier decided before is void: the facts may have changed.
    Safe to repeat: the last form stands.

    Raises:
        NotAllowed, NotFound, NotInThisState, NotForThisRole, OwnHousehold, SomeoneWasFirst, FormIncomplete.
    """
    with transaction.atomic():
        case = moving.take(viewer, case_id, CaseAction.FILL_FILE)
        file = HardshipFile.objects.get(case=case)
        reading = forms.read(forms.FILE_FORM, known.completed(file, values))
        if not registry.may_be_id_number_of(file.person_id, reading.secret["id_number"]):
            raise forms.FormIncomplete([_ANOTHERS_NUMBER])
        moving.make(viewer, case, CaseAction.FILL_FILE, CaseState.FILE_DRAFT, now)
        causes = {cause for cause in (reading.plain["main_cause"], reading.plain.get("other_cause")) if cause}
        file.form, file.secret = reading.plain, sealed.seal(reading.secret, "file", file.key)
        plain_address = "".join(str(reading.secret.get("address", "")).split())
        file.address_mark = sealed.mark(plain_address, "file.address") if plain_address else ""
        file.causes, file.filled_by_id = joined(sorted(causes)), viewer.account_id
        file.tier, file.amount, file.decision, file.tiered_by = "", None, None, None
        file.save(
            update_fields=[
                "form",
                "secret",
                "address_mark",
                "causes",
                "filled_by",
                "tier",
                "amount",
                "decision",
                "tiered_by",
            ]
        )
        registry_actions.set_bank_account(
            viewer=viewer,
            person_id=file.person_id,
            account=reading.secret["bank_account"],
            bank_name=reading.secret["bank_name"],
            now=now,
        )
        return case_card(case)


def decide_tier(*, viewer: Viewer, case_id: int, now: datetime, facts: Mapping[str, Any] | None = None) -> DecisionCard:
    """
    Decide tier and aid by the graded-aid pack, from the file's own figures and `facts`; return the decision with its trace.

    Granted: the file waits for its notice. Otherwise it stays a draft and the decision says what is missing, or which rule
    stands against it: to refuse the household is an officer's act (`refuse_file`). Safe to repeat: same facts, same decision.

    Raises:
        NotAllowed, NotFound, NotInThisState, NotForThisRole, OwnHousehold, SomeoneWasFirst, FileIsEmpty.
        MissingParameter: a parameter or standard has no value for this area and day.
    """
    with transaction.atomic():
        case = moving.take(viewer, case_id, CaseAction.DECIDE_TIER)
        file = HardshipFile.objects.select_related("case").get(case=case)
        if not file.secret:
            raise FileIsEmpty
        decision = entitlements.decide_tier(viewer, case, file, facts or {}, now)
        is_granted = decision.outcome is DecisionOutcome.GRANTED
        to = CaseState.FILE_TIERED if is_granted else CaseState.FILE_DRAFT
        detail = {"decision": decision.id, "outcome": decision.outcome.value, "tier": decision.tier}
        moving.make(viewer, case, CaseAction.DECIDE_TIER, to, now, detail=detail)
        file.tier, file.amount, file.decision_id = (
            (decision.tier, decision.amount, decision.id) if is_granted else ("", None, decision.id)
        )
        file.tiered_by_id = viewer.account_id
        file.save(update_fields=["tier", "amount", "decision", "tiered_by"])
        return decision


def announce(*, viewer: Viewer, case_id: int, now: datetime) -> int:
    """
    Put the decision up in public: masked name, unit, tier and amount, from today for the pack's working days; return the notice's id.
    Safe to repeat by the same officer.

    Raises:
        NotAllowed, NotFound, NotInThisState, NotForThisRole, OwnHousehold, SomeoneWasFirst.
        MissingParameter: the notice's length has no value for this area and day.
    """
    with transaction.atomic():
        if moving.was_done(viewer, case_id, CaseAction.ANNOUNCE):
            return PublicNotice.objects.get(case_id=case_id, withdrawn_at__isnull=True).pk
        case = moving.take(viewer, case_id, CaseAction.ANNOUNCE)
        file = HardshipFile.objects.get(case=case)
        today = timezone.localdate(now)
        days = programs.notice_working_days(FILE_PROGRAM, area=case.area, asof=today)
        last_day = calendar.add_working_days(today, days)
        moving.make(
            viewer,
            case,
            CaseAction.ANNOUNCE,
            CaseState.FILE_ANNOUNCED,
            now,
            detail={"tier": file.tier, "working_days": days},
        )
        notice = PublicNotice.objects.create(
            case=case,
            masked_name=registry.name_in_public(file.person_id),
            unit=case.org.name,
            tier=file.tier,
            amount=file.amount or 0,
            starts_on=today,
            ends_before=last_day + timedelta(days=1),
            announced_by_id=viewer.account_id,
            announced_at=now,
        )
        return notice.pk


def withdraw_notice(*, viewer: Viewer, case_id: int, reason: str, now: datetime) -> CaseCard:
    """
    Take the notice down and go back to the draft, to correct it. Safe to repeat by the same officer.

    Raises:
        NotAllowed, NotFound, NotInThisState, NotForThisRole, OwnHousehold, SomeoneWasFirst, ReasonMissing.
    """
    with transaction.atomic():
        if moving.was_done(viewer, case_id, CaseAction.WITHDRAW_NOTICE):
            return case_card(Case.objects.get(pk=case_id))
        case = moving.take(viewer, case_id, CaseAction.WITHDRAW_NOTICE)
        moving.make(
            viewer, case, CaseAction.WITHDRAW_NOTICE, CaseState.FILE_DRAFT, now, reason=moving.require_reason(reason)
        )
        PublicNotice.objects.filter(case=case, withdrawn_at__isnull=True).update(withdrawn_at=now)
        return case_card(case)


def approve(*, viewer: Viewer, case_id: int, now: datetime, higher_approval: str = "") -> CaseCard:
    """
    Approve the file after its notice: the household is on file, and its aid is set aside; short funds queue it.

    `higher_approval`: the number of the higher union's paper, where the pack asks for one. Safe to repeat by the same officer.

    Raises:
        NotAllowed, NotFound, NotInThisState, NotForThisRole, OwnHousehold, SomeoneWasFirst.
        FourEyes: the viewer verified, reviewed, filled in or tiered it.
        NoticeStillUp, GrievanceOpen, GrievanceUpheld, HigherApprovalNeeded.
    """
    with transaction.atomic():
        if moving.was_done(viewer, case_id, CaseAction.APPROVE):
            return case_card(Case.objects.get(pk=case_id))
        case = moving.take(viewer, case_id, CaseAction.APPROVE)
        file = HardshipFile.objects.get(case=case)
        finding = Finding.objects.select_related("visit").filter(case=case, is_accepted=True).latest("pk")
        _refuse_earlier_hands(viewer, case, file, finding, CaseAction.APPROVE)
        notice = PublicNotice.objects.get(case=case, withdrawn_at__isnull=True)
        if timezone.localdate(now) < notice.ends_before:
            raise NoticeStillUp(notice.ends_before)
        about = Grievance.objects.filter(case=case, about=GrievanceAbout.NOTICE)
        objections.require_settled(about, notices=[notice])
        needed = programs.get_decision(file.decision_id).needs_approval if file.decision_id else ()
        if needed and not higher_approval.strip():
            raise HigherApprovalNeeded(needed)
        moving.make(
            viewer,
            case,
            CaseAction.APPROVE,
            CaseState.ON_FILE,
            now,
            reason=higher_approval.strip(),
            detail={"tier": file.tier, "decision": file.decision_id},
        )
        HardshipFile.objects.filter(pk=file.pk).update(approved_by_id=viewer.account_id, approved_at=now)
        entitlements.set_aside_file(viewer, case, file, finding, now)
        return case_card(case)


def refuse_file(*, viewer: Viewer, case_id: int, reason: str, now: datetime) -> CaseCard:
    """
    Decide, as a named officer, that no file is opened; the worker reads the reason and may object. Safe to repeat by the same officer.

    Raises:
        NotAllowed, NotFound, NotInThisState, NotForThisRole, OwnHousehold, SomeoneWasFirst, ReasonMissing, FourEyes.
    """
    with transaction.atomic():
        if moving.was_done(viewer, case_id, CaseAction.REFUSE_FILE):
            return case_card(Case.objects.get(pk=case_id))
        case = moving.take(viewer, case_id, CaseAction.REFUSE_FILE)
        file = HardshipFile.objects.get(case=case)
        finding = Finding.objects.select_related("visit").filter(case=case, is_accepted=True).latest("pk")
        moving.refuse_same_officer(
            viewer,
            [finding.submitted_by_id, *finding.visit.verifiers],
            "核实过此案",
            "verified this case",
            CaseAction.REFUSE_FILE,
        )
        reason = moving.require_reason(reason)
        moving.make(
            viewer,
            case,
            CaseAction.REFUSE_FILE,
            CaseState.CLOSED,
            now,
            reason=reason,
            closed_at=now,
            close_reason=CloseReason.FILE_REFUSED,
        )
        close_file(file, now)
        return case_card(case)


def close_file(file: HardshipFile, now: datetime, **changes: Any) -> None:
    """The file, its members and its notice are no longer open."""
    HardshipFile.objects.filter(pk=file.pk).update(is_open=False, closed_on=timezone.localdate(now), **changes)
    FileMember.objects.filter(file=file).update(is_open=False)
    PublicNotice.objects.filter(
        case_id=file.case_id, withdrawn_at__isnull=True, ends_before__gt=timezone.localdate(now)
    ).update(withdrawn_at=now)


def _refuse_earlier_hands(viewer: Viewer, case: Case, file: HardshipFile, finding: Finding, action: CaseAction) -> None:
    moving.refuse_same_officer(
        viewer, [finding.submitted_by_id, *finding.visit.verifiers], "核实过此案", "verified this case", action
    )
    moving.refuse_same_officer(viewer, [case.reviewed_by_id], "复核过此案", "reviewed this case", action)
    moving.refuse_same_officer(
        viewer, [file.filled_by_id, file.tiered_by_id], "填报或核定过此档案", "filled in or tiered this file", action
    )


def open_file_form(*, viewer: Viewer, file_id: int, reason: str, now: datetime) -> dict[str, Any]:
    """
    The whole national form of a file, its sealed part opened; recorded with the reason.

    Raises:
        NotAllowed, NotFound, MatterOver, ReasonTooShort, TooManyReveals.
    """
    permissions.require(viewer, "registry.reveal")
    with transaction.atomic():
        file = HardshipFile.objects.filter(pk=file_id, case__in=moving.visible(viewer)).first()
        if file is None:
            raise moving.NotFound
        access.require_matter(viewer, file.household_id, today=timezone.localdate(now))
        detail = {"what": "file form", "file": file.pk}
        registry_actions.record_opening(viewer=viewer, person_id=file.person_id, detail=detail, reason=reason, now=now)
        return file.form | sealed.unseal(file.secret, "file", file.key)
