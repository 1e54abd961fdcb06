"""Seeing the household, saying what was found, and the county's look at it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.cases import access, entitlements, forms, lifecycle, moving, sealed
from niangjia.apps.cases.actions import checking
from niangjia.apps.cases.actions.drafting import PHOTOS, VisitRecorded, take_draft
from niangjia.apps.cases.actions.opening import follow_to
from niangjia.apps.cases.models import Case, Entitlement, Finding, HardshipFile, Visit
from niangjia.apps.cases.queries import case_card, colleagues_of
from niangjia.apps.cases.types import (
    SEEING,
    CaseAction,
    CaseCard,
    CaseKind,
    CaseState,
    CloseReason,
    ContactTry,
    EntitlementState,
    Outcome,
    Outsider,
    VisitWay,
)
from niangjia.apps.registry import actions as registry_actions
from niangjia.apps.registry import queries as registry
from niangjia.apps.registry.types import PersonField, Purpose
from niangjia.apps.workorders import actions as workorders
from niangjia.apps.workorders import queries as orders
from niangjia.apps.workorders.problems import ConflictOfInterest
from niangjia.apps.workorders.types import OrderState, Verifier
from niangjia.apps.workorders.types import VisitWay as OrderVisitWay
from niangjia.kernel.problems import Refusal


class NotEnoughWitnesses(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "入户核实须两人同行，或附现场照片。请补上同行人或照片。",
            "A visit needs two people, or a photo from the place. Add the companion or the photo.",
        )


class NoColleague(Refusal):
    """Whose account it is, is not told: the number may have been guessed."""

    def __init__(self) -> None:
        super().__init__(
            "所选的人中，有人在本工会及上级工会没有办理业务的岗位，不能作为核实人。请从名单中选择同事，或填在外部同行人一栏。",
            "Somebody chosen holds no casework post at this union or above it and is no verifier. Choose colleagues from the list, or "
            "enter them as a companion from outside.",
        )


class OutsiderUnknown(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "外部同行人须写明姓名和身份，例如“王芳，社区网格员”。",
            "A companion from outside needs a name and who they are, for example “Wang Fang, community worker”.",
        )


class ColleagueAsOutsider(Refusal):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name}是本工会或上级工会的干部，请在同事名单中勾选，不要填在外部同行人一栏。",
            f"{name} is an officer of this union or above it: tick the name among the colleagues instead of entering it as from outside.",
        )


class VisitInFuture(Refusal):
    def __init__(self, visited_on: date) -> None:
        super().__init__(
            f"走访日期 {visited_on} 在今天之后，请更正。",
            f"The visit's day {visited_on} lies ahead. Please correct it.",
        )


class NoVisitYet(Refusal):
    def __init__(self, outcome: Outcome) -> None:
        super().__init__(
            f"“{outcome.label}”须先见到本人。请先登记入户或到单位走访。",
            f"{outcome.value} needs the person to have been seen. Record a visit at home or at work first.",
        )


class NobodyNamed(Refusal):
    def __init__(self) -> None:
        super().__init__("请指明帮扶的是家庭中哪位职工。", "Say which worker of the household is to be helped.")


class NotOfThisHousehold(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "所选人员不在这个家庭中。请先更正家庭成员。",
            "That person does not live in this household. Correct its members first.",
        )


def record_visit(
    *,
    viewer: Viewer,
    case_id: int,
    visited_on: date,
    way: VisitWay,
    now: datetime,
    verifiers: Sequence[int] = (),
    outsider: Outsider | None = None,
    contact_tries: Sequence[ContactTry] = (),
    form: Mapping[str, Any] | None = None,
    key: uuid.UUID | None = None,
) -> int:
    """
    Write down a visit, or a try to reach the household; return its id.

    `verifiers` are the accounts that went, the viewer among them: colleagues with casework at the visiting union or above it
    (`queries.list_companions`). `outsider` came along without an account. A visit at home or at work brings the whole form
    (`forms.VISIT_FORM`) and two people or a photo; its secret part is sealed. Photos that were kept for the draft of this `key` are the
    visit's from now on. Safe to repeat with the same `key`.

    Raises:
        NotAllowed, NotFound, NotInThisState, NotForThisRole, OwnHousehold.
        NotEnoughWitnesses, VisitInFuture, FormIncomplete, NoColleague, OutsiderUnknown, ColleagueAsOutsider.
        NotOfThisHousehold: a member of the form is said to be somebody of the register who does not live there.
        VisitRecorded: somebody else's visit has this key.
        workorders' ConflictOfInterest: a colleague lives with the household or stood aside.
    """
    with transaction.atomic():
        if key and (known := Visit.objects.filter(key=key, case_id=case_id, recorded_by_id=viewer.account_id).first()):
            return known.pk
        case = moving.take(viewer, case_id, CaseAction.VISIT)
        if key and Visit.objects.filter(key=key).exists():
            raise VisitRecorded
        if visited_on > timezone.localdate(now):
            raise VisitInFuture(visited_on)
        way, is_seeing = VisitWay(way), VisitWay(way) in SEEING
        went = sorted({*verifiers, viewer.account_id})
        checking.refuse_first_hands(case, went, now=now)
        reading = forms.read(forms.VISIT_FORM, form or {}) if is_seeing or form else forms.Reading({}, {})
        housemates = {one["person"] for one in reading.secret.get("members", []) if "person" in one}
        if housemates - _at_home(case):
            raise NotOfThisHousehold
        kept = take_draft(viewer, case, key) if key else {}
        photo_count = len(reading.secret.get("photos", [])) + kept.get(PHOTOS, 0)
        _check_companions(viewer, case, went, outsider, now)
        if is_seeing and len(went) + bool(outsider) < 2 and not photo_count:
            raise NotEnoughWitnesses
        tries = [
            {"at": tried.at.isoformat(), "way": VisitWay(tried.way).value, "is_reached": tried.is_reached}
            for tried in contact_tries
        ]
        visit = Visit(
            case=case,
            work_order_id=case.work_order_id,
            key=key or uuid.uuid4(),
            visited_on=visited_on,
            way=way,
            verifiers=went,
            outsider_post=outsider.post.strip()[:40] if outsider else "",
            photo_count=photo_count,
            contact_tries=tries,
            form=reading.plain,
            recorded_by_id=viewer.account_id,
            recorded_at=now,
        )
        named = {forms.OUTSIDER.name: outsider.name.strip()} if outsider else {}
        visit.secret = sealed.seal(reading.secret | named, "visit", visit.key)
        visit.save()
        _tell_order(viewer, case, visit, went, outsider, now)
        moving.make(
            viewer,
            case,
            CaseAction.VISIT,
            CaseState.OPEN,
            now,
            detail={"visit": visit.pk, "way": way.value, "verifiers": went},
        )
        return visit.pk


def hand_in_visit(
    *, viewer: Viewer, case_id: int, key: uuid.UUID, outcome: Outcome | None, reason: str, now: datetime, **visit: Any
) -> int:
    """
    Write the visit down and, with an `outcome`, hand in what was found at once: both or neither. Return the visit's id.

    `visit`: as of `record_visit`. Safe to repeat with the same `key`: what is on record is never handed in a second time.

    Raises:
        As `record_visit` and `submit_finding`.
    """
    with transaction.atomic():
        known = Visit.objects.filter(key=key, case_id=case_id, recorded_by_id=viewer.account_id).first()
        if known:
            return known.pk
        visit_id = record_visit(viewer=viewer, case_id=case_id, key=key, now=now, **visit)
        if outcome is not None:
            submit_finding(viewer=viewer, case_id=case_id, outcome=outcome, reason=reason, now=now)
        return visit_id


def _at_home(case: Case) -> set[int]:
    """Who lives there by the register."""
    return set(registry.members_of([case.household_id]).get(case.household_id, ()))


def _check_companions(
    viewer: Viewer, case: Case, went: Sequence[int], outsider: Outsider | None, now: datetime
) -> None:
    """Raises NoColleague, ConflictOfInterest, OutsiderUnknown, ColleagueAsOutsider."""
    colleagues = {card.account_id: name for card, name in colleagues_of(case, now=now)} | {
        viewer.account_id: viewer.name
    }
    if any(account_id not in colleagues for account_id in went):
        raise NoColleague
    aside = orders.get_card(case.work_order_id, now=now).excluded_ids if case.work_order_id else ()
    at_home = {case.person_id, *_at_home(case)}
    for account_id in went:
        if account_id in aside or registry.people_around([account_id]) & at_home:
            raise ConflictOfInterest(colleagues[account_id])
    if outsider is None:
        return
    if not outsider.name.strip() or not outsider.post.strip():
        raise OutsiderUnknown
    if outsider.name.strip() in colleagues.values():
        raise ColleagueAsOutsider(outsider.name.strip())


def _tell_order(
    viewer: Viewer, case: Case, visit: Visit, went: Sequence[int], outsider: Outsider | None, now: datetime
) -> None:
    """The work order's own clock and history."""
    if case.work_order_id is None:
        return
    if visit.way not in SEEING:
        for tried in visit.contact_tries or [{"way": visit.way}]:
            card = orders.get_card(case.work_order_id, now=now)
            workorders.record_contact_try(viewer=viewer, order_id=card.id, way=tried["way"], step=card.step, now=now)
        return
    if orders.get_card(case.work_order_id, now=now).state is OrderState.VISITED:
        return  # seen once more before the answer: the order knows it was visited
    names = accounts.names_of(set(went))
    people = [Verifier(names[account_id], account_id, registry.people_around([account_id])) for account_id in went]
    people += [Verifier(outsider.name)] if outsider else []
    workorders.mark_visited(
        viewer=viewer,
        order_id=case.work_order_id,
        way=OrderVisitWay(visit.way),
        verifiers=people,
        has_photo=bool(visit.photo_count),
        now=now,
    )


def submit_finding(
    *,
    viewer: Viewer,
    case_id: int,
    outcome: Outcome,
    now: datetime,
    person_id: int | None = None,
    main_cause: str = "",
    other_cause: str = "",
    suggested_tier: str = "",
    reason: str = "",
) -> int:
    """
    Hand in what was found (V1–V10) for the county's review; return the finding's id. The latest visit carries it.

    `person_id` is the worker to be helped (V1, V2), the case's own by default. Safe to repeat by the same officer.

    Raises:
        NotAllowed, NotFound, NotInThisState, NotForThisRole, OwnHousehold, SomeoneWasFirst.
        NoVisitYet: the outcome needs a visit that saw the person.
        NobodyNamed, NotOfThisHousehold, ReasonMissing: an outcome other than V1–V3 says why.
        workorders' TooFewTries: without a visit two tries to reach them must be on record.
    """
    with transaction.atomic():
        if moving.was_done(viewer, case_id, CaseAction.SUBMIT):
            return Finding.objects.filter(case_id=case_id).latest("pk").pk
        case = moving.take(viewer, case_id, CaseAction.SUBMIT)
        outcome = Outcome(outcome)
        checking.refuse_first_hands(case, [viewer.account_id], now=now)
        visits = list(Visit.objects.filter(case=case, work_order_id=case.work_order_id).order_by("pk"))
        seeing = [visit for visit in visits if visit.way in SEEING]
        effect = lifecycle.EFFECTS[outcome]
        if not visits or (effect.must_see and not seeing):
            raise NoVisitYet(outcome)
        if outcome not in (Outcome.V1, Outcome.V2, Outcome.V3):
            moving.require_reason(reason)
        person_id = person_id or case.person_id
        if effect.has_grant:
            if person_id is None:
                raise NobodyNamed
            if registry.household_of(person_id) != case.household_id:
                raise NotOfThisHousehold
        visit = (seeing or visits)[-1]
        moving.make(
            viewer,
            case,
            CaseAction.SUBMIT,
            CaseState.SUBMITTED,
            now,
            reason=reason,
            detail={"outcome": outcome.value},
            verified_by_id=viewer.account_id,
            person_id=person_id,
        )
        finding = Finding.objects.create(
            case=case,
            visit=visit,
            outcome=outcome,
            person_id=person_id,
            main_cause=main_cause or visit.form.get("main_cause", ""),
            other_cause=other_cause or visit.form.get("other_cause", ""),
            suggested_tier=suggested_tier or visit.form.get("suggested_tier", ""),
            submitted_by_id=viewer.account_id,
            submitted_at=now,
        )
        if case.work_order_id is not None:
            if seeing:
                workorders.submit(viewer=viewer, order_id=case.work_order_id, outcome=outcome.value, now=now)
            else:
                workorders.submit_unreached(
                    viewer=viewer, order_id=case.work_order_id, outcome=outcome.value, reason=reason, now=now
                )
        if case.kind == CaseKind.SPOT_CHECK:
            checking.settle(viewer, case, finding, now)
        return finding.pk


def return_finding(*, viewer: Viewer, case_id: int, reason: str, now: datetime) -> CaseCard:
    """
    Send the finding back to be verified again; twice at most. Safe to repeat by the same officer.

    Raises:
        NotAllowed, NotFound, NotInThisState, NotForThisRole, OwnHousehold, SomeoneWasFirst, ReasonMissing.
        FourEyes: the viewer verified it.
        workorders' own refusal after the second return.
    """
    with transaction.atomic():
        if moving.was_done(viewer, case_id, CaseAction.RETURN):
            return case_card(Case.objects.get(pk=case_id))
        case = moving.take(viewer, case_id, CaseAction.RETURN)
        reason = moving.require_reason(reason)
        finding = _waiting(viewer, case, CaseAction.RETURN)
        moving.make(viewer, case, CaseAction.RETURN, CaseState.OPEN, now, reason=reason, verified_by_id=None)
        Finding.objects.filter(pk=finding.pk).update(
            is_accepted=False, judged_by_id=viewer.account_id, judged_at=now, return_reason=reason[:300]
        )
        if case.work_order_id is not None:
            workorders.return_order(viewer=viewer, order_id=case.work_order_id, reason=reason, now=now)
        return case_card(case)


def accept_finding(
    *, viewer: Viewer, case_id: int, now: datetime, facts: Mapping[str, Any] | None = None, target_area: str = ""
) -> CaseCard:
    """
    Accept the finding: its outcome takes effect (`lifecycle.EFFECTS`). V1 and V2 decide the special grant and set its money aside;
    short funds queue it, a cap is kept with its words. `facts` add to what the house knows; `target_area` says where V9 went: the union there gets
    a case and an order of its own.

    Safe to repeat by the same officer.

    Raises:
        NotAllowed, NotFound, NotInThisState, NotForThisRole, OwnHousehold, SomeoneWasFirst, AreaMissing (V9).
        FourEyes: the viewer verified it.
        MissingParameter: the grant's pack lacks a value for this area and day; nothing was accepted.
    """
    with transaction.atomic():
        if moving.was_done(viewer, case_id, CaseAction.ACCEPT):
            return case_card(Case.objects.get(pk=case_id))
        case = moving.take(viewer, case_id, CaseAction.ACCEPT)
        finding = _waiting(viewer, case, CaseAction.ACCEPT)
        outcome = Outcome(finding.outcome)
        effect = lifecycle.EFFECTS[outcome]
        closing: dict[str, Any] = (
            {"closed_at": now, "close_reason": effect.close_reason} if effect.leads_to is CaseState.CLOSED else {}
        )
        moving.make(
            viewer,
            case,
            CaseAction.ACCEPT,
            effect.leads_to,
            now,
            detail={"outcome": outcome.value},
            outcome=outcome,
            reviewed_by_id=viewer.account_id,
            reviewed_at=now,
            **closing,
        )
        Finding.objects.filter(pk=finding.pk).update(is_accepted=True, judged_by_id=viewer.account_id, judged_at=now)
        finding.refresh_from_db()
        if case.work_order_id is not None:
            if outcome is Outcome.V9:
                workorders.transfer(
                    viewer=viewer,
                    order_id=case.work_order_id,
                    target_area=target_area,
                    reason=str(outcome.label),
                    now=now,
                )
                follow_to(viewer, case, target_area, now)
            else:
                workorders.review(viewer=viewer, order_id=case.work_order_id, now=now)
                workorders.close(viewer=viewer, order_id=case.work_order_id, now=now)
        if effect.is_opt_out and case.person_id is not None:
            registry_actions.withdraw_consent(viewer=viewer, person_id=case.person_id, purpose=Purpose.SENSING, now=now)
        if effect.has_grant:
            entitlements.decide_grant(viewer, case, finding, facts or {}, now)
        return case_card(case)


def _waiting(viewer: Viewer, case: Case, action: CaseAction) -> Finding:
    """The finding that waits, which the viewer had no part in."""
    finding = (
        Finding.objects.select_related("visit")
        .filter(case=case, is_accepted__isnull=True, voided_at__isnull=True)
        .first()
    )
    if finding is None:
        raise moving.SomeoneWasFirst(action, CaseState(case.state))
    moving.refuse_same_officer(
        viewer, [finding.submitted_by_id, *finding.visit.verifiers], "核实过此案", "verified this case", action
    )
    return finding


def finish_repair(*, viewer: Viewer, case_id: int, reason: str, now: datetime) -> CaseCard:
    """
    The wrong identity or household of a V6 case was put right in the registry: close the case. The household, as it now is, may be
    opened anew. Safe to repeat by the same officer.

    Raises:
        NotAllowed, NotFound, NotInThisState, NotForThisRole, OwnHousehold, SomeoneWasFirst, ReasonMissing.
    """
    return _close(viewer, case_id, CaseAction.FINISH_REPAIR, CloseReason.REPAIRED, reason, now)


def hand_to_community(*, viewer: Viewer, case_id: int, reason: str, now: datetime) -> CaseCard:
    """Not reached again: the community takes over and the case closes. Raises as `finish_repair`."""
    return _close(viewer, case_id, CaseAction.HAND_TO_COMMUNITY, CloseReason.COMMUNITY, reason, now)


def end_watch(*, viewer: Viewer, case_id: int, reason: str, now: datetime) -> CaseCard:
    """The time of watching a near-hardship household is over. Raises as `finish_repair`."""
    return _close(viewer, case_id, CaseAction.END_WATCH, CloseReason.WATCHED, reason, now)


def close_without_file(*, viewer: Viewer, case_id: int, reason: str, now: datetime) -> CaseCard:
    """Screened: the one-off help was enough, no file is opened. Raises as `finish_repair`."""
    return _close(viewer, case_id, CaseAction.CLOSE_WITHOUT_FILE, CloseReason.HELPED_ONCE, reason, now)


def cancel_case(*, viewer: Viewer, case_id: int, reason: str, now: datetime) -> CaseCard:
    """Opened by mistake: the case and its order end, what was set aside and not yet approved goes back. Raises as `finish_repair`."""
    return _close(viewer, case_id, CaseAction.CANCEL, CloseReason.CANCELLED, reason, now)


def _close(viewer: Viewer, case_id: int, action: CaseAction, why: CloseReason, reason: str, now: datetime) -> CaseCard:
    with transaction.atomic():
        if moving.was_done(viewer, case_id, action):
            return case_card(Case.objects.get(pk=case_id))
        case = moving.take(viewer, case_id, action)
        reason = moving.require_reason(reason)
        was = CaseState(case.state)
        moving.make(viewer, case, action, CaseState.CLOSED, now, reason=reason, closed_at=now, close_reason=why)
        end_waiting(case, was, reason, now)
        if action is CaseAction.CANCEL:
            entitlements.cancel_open(viewer, case, reason, now)
        return case_card(case)


def end_waiting(case: Case, was: CaseState, reason: str, now: datetime) -> None:
    """What a case that ended before its review leaves behind: its order is cancelled, a waiting finding is void."""
    if was in (CaseState.OPEN, CaseState.SUBMITTED):
        Finding.objects.filter(case=case, is_accepted__isnull=True).update(voided_at=now)
        if case.work_order_id is not None:
            workorders.cancel_for_subject(order_id=case.work_order_id, reason=reason, now=now)


def retry_entitlement(*, viewer: Viewer, entitlement_id: int, now: datetime) -> EntitlementState:
    """
    Try again to set aside a grant that a missing budget or a cap stood against; return its state now. Safe to repeat.

    Permission: cases.review, and as `funds.reserve`.

    Raises:
        NotAllowed, NotFound.
    """
    permissions.require(viewer, "cases.review")
    with transaction.atomic():
        found = Entitlement.objects.select_related("case__org", "finding__visit").filter(
            case__in=moving.visible(viewer), pk=entitlement_id
        )
        entitlement = found.first()
        if entitlement is None:
            raise moving.NotFound
        if entitlement.state == EntitlementState.BLOCKED:
            entitlement = entitlements.reserve(viewer, entitlement, now)
        return EntitlementState(entitlement.state)


def open_field(
    *, viewer: Viewer, household_id: int, person_id: int, field: PersonField, reason: str, now: datetime
) -> str:
    """
    Open one sealed field of a person of a household; recorded with the reason. The one way for the pages.

    Raises:
        NotAllowed, MatterOver, ReasonTooShort, TooManyReveals. registry's NotFound: no such member in the viewer's part of the tree.
    """
    permissions.require(viewer, "registry.reveal")
    if person_id not in registry.members_of([household_id]).get(household_id, ()):
        raise registry.NotFound
    access.require_matter(viewer, household_id, today=timezone.localdate(now))
    return registry_actions.reveal(viewer=viewer, person_id=person_id, field=field, reason=reason, now=now)


class NoAddress(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "这户还没有登记住址。请打电话问清，或先到单位走访。",
            "No address of this household is on file. Ask by phone, or visit at work first.",
        )


def open_address(*, viewer: Viewer, household_id: int, reason: str, now: datetime) -> str:
    """
    Where the household lives, from its newest file; recorded with the reason.

    Raises:
        NotAllowed, MatterOver, ReasonTooShort, TooManyReveals; NoAddress. NotFound: not in the viewer's part of the tree.
    """
    permissions.require(viewer, "registry.reveal")
    with transaction.atomic():
        if not moving.visible(viewer, household_id=household_id).exists():
            raise moving.NotFound
        access.require_matter(viewer, household_id, today=timezone.localdate(now))
        file = HardshipFile.objects.filter(household_id=household_id, secret__isnull=False).order_by("-pk").first()
        address = str(sealed.unseal(file.secret, "file", file.key).get("address", "")) if file else ""
        if file is None or not address:
            raise NoAddress
        registry_actions.record_opening(
            viewer=viewer, person_id=file.person_id, detail={"what": "address", "file": file.pk}, reason=reason, now=now
        )
        return address


def open_visit_form(*, viewer: Viewer, visit_id: int, reason: str, now: datetime) -> dict[str, Any]:
    """
    The whole form of a visit, its sealed part opened; recorded with the reason.

    Raises:
        NotAllowed, NotFound, MatterOver, ReasonTooShort, TooManyReveals.
    """
    with transaction.atomic():
        visit = access.require_visit(viewer, visit_id, now=now)
        detail = {"what": "visit form", "visit": visit.pk}
        registry_actions.record_opening(
            viewer=viewer, person_id=visit.case.person_id, detail=detail, reason=reason, now=now
        )
        return visit.form | sealed.unseal(visit.secret, "visit", visit.key)
