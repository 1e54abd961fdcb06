"""A difference settled by a person: paid on top, had back, or left as it is, with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.funds import access, problems
from niangjia.apps.funds import actions as funds_actions
from niangjia.apps.funds import queries as funds
from niangjia.apps.funds.types import Cap, ReservationCard, ReservationState, SubjectKind
from niangjia.apps.programs import capping, values
from niangjia.apps.programs.adjusting import adjustment_card, recovered_of, recovery_key
from niangjia.apps.programs.cards import as_decided, decision_card, ref_of
from niangjia.apps.programs.models import Adjustment, Decision
from niangjia.apps.programs.problems import (
    AlreadySettled,
    ChangedMeanwhile,
    HadAHand,
    NoSuchAdjustment,
    NotPaidYet,
    PayeeMissing,
    ReasonMissing,
    StillUnknown,
    WrongDirection,
)
from niangjia.apps.programs.queries import fund_purpose
from niangjia.apps.programs.scope import area_of
from niangjia.apps.programs.types import (
    AdjustmentCard,
    AdjustmentState,
    DecisionCard,
    DecisionOutcome,
    Payee,
    Settlement,
)
from niangjia.apps.registry import queries as registry
from niangjia.kernel.money import ZERO

_WANTED = {Settlement.PAY: AdjustmentState.PAID, Settlement.RECOVER: AdjustmentState.RECOVERING, Settlement.WAIVE: AdjustmentState.WAIVED}  # fmt: skip


def settle(
    *,
    viewer: Viewer,
    adjustment_id: int,
    how: Settlement,
    now: datetime,
    reason: str = "",
    payee: Payee | None = None,
) -> AdjustmentCard:
    """
    Settle a difference. PAY: the difference is set aside as any grant is (queued if the fund is short), under the caps of the day it
    belongs to, to be approved and paid by others. RECOVER: it is to be had back; `book_recovery` books it as it comes. WAIVE: it is
    left as it is; `reason` says why, also for what has not come back.

    `payee`: where no earlier payment says whom and out of whose fund. Safe to repeat by the same person. Permission: funds.approve,
    for the viewer's own division. Not who decided, entered the value or corrected the facts, nor for oneself and one's family.

    Raises:
        NotAllowed, NoSuchAdjustment, HadAHand, OwnBenefit, AlreadySettled, ReasonMissing.
        WrongDirection, StillUnknown: there is nothing to pay, or nothing to have back; the new answer is not known.
        PayeeMissing; NoBudget, CapExceeded, KeyReused: of the funds.
        NotPaidYet: it was only set aside.
    """
    permissions.require(viewer, "funds.approve")
    if how is not Settlement.PAY and not reason.strip():
        raise ReasonMissing
    with transaction.atomic():
        adjustment = _take(viewer, adjustment_id)
        if adjustment.state == _WANTED[how] and adjustment.settled_by_id == viewer.account_id:
            return adjustment_card(adjustment)
        may_still = (
            (AdjustmentState.OPEN, AdjustmentState.RECOVERING) if how is Settlement.WAIVE else (AdjustmentState.OPEN,)
        )
        if adjustment.state not in may_still:
            raise AlreadySettled(str(AdjustmentState(adjustment.state).label))
        if viewer.has_hand_in(adjustment.barred):
            raise HadAHand
        old, new = decision_card(adjustment.old), decision_card(adjustment.new)
        access.refuse_beneficiary(viewer, _beneficiaries(new, payee))
        reservation: ReservationCard | None = None
        if how is Settlement.PAY:
            _require_direction(adjustment, new, is_payment=True)
            reservation = _set_aside(viewer, adjustment, old, new, payee, now)
        elif how is Settlement.RECOVER:
            _require_direction(adjustment, new, is_payment=False)
            if sum((one.amount for one in _paid(adjustment)), ZERO) < -adjustment.difference:
                raise NotPaidYet
        Adjustment.objects.filter(pk=adjustment.pk).update(
            state=_WANTED[how],
            settled_by_id=viewer.account_id,
            settled_at=now,
            settled_reason=reason.strip()[:300],
            reservation_id=reservation.id if reservation else None,
        )
        detail = {"how": how.value, "difference": str(adjustment.difference), "reservation": reservation.id if reservation else None}  # fmt: skip
        audit.record(
            viewer,
            action="programs.settle",
            object=f"adjustment:{adjustment.pk}",
            detail=detail,
            reason=reason,
            now=now,
        )
        adjustment.refresh_from_db()
        return adjustment_card(adjustment)


def book_recovery(
    *,
    viewer: Viewer,
    adjustment_id: int,
    amount: Decimal,
    key: str,
    now: datetime,
    recovered_before: Decimal | None = None,
) -> AdjustmentCard:
    """
    Book that `amount` of what is had back has come into the fund, whole or in parts; with the last part the adjustment is settled.

    What it used of caps is free again. Safe to repeat with the same `key`. Permission: funds.confirm. `recovered_before`: what had
    come back as the viewer knows it (None: not asked), so that two who hold the same slip do not both book it.

    Raises:
        NotAllowed, NoSuchAdjustment, AlreadySettled, ChangedMeanwhile.
        TooMuchBack, BadAmount, KeyReused: of the funds.
    """
    permissions.require(viewer, "funds.confirm")
    with transaction.atomic():
        adjustment = _take(viewer, adjustment_id)
        if booked := funds.recovered(recovery_key(adjustment_id, key)):
            if booked != amount:
                raise problems.KeyReused(key)
            return adjustment_card(adjustment)
        if adjustment.state != AdjustmentState.RECOVERING:
            raise AlreadySettled(str(AdjustmentState(adjustment.state).label))
        before = recovered_of(adjustment_id)
        if recovered_before is not None and recovered_before != before:
            raise ChangedMeanwhile
        left = -adjustment.difference - before
        if amount > left:
            raise problems.TooMuchBack(left)
        _take_back(viewer, adjustment, amount, key, is_last=amount == left, now=now)
        if amount == left:
            Adjustment.objects.filter(pk=adjustment.pk).update(state=AdjustmentState.RECOVERED)
        detail = {"amount": str(amount), "left": str(left - amount)}
        audit.record(
            viewer, action="programs.book_recovery", object=f"adjustment:{adjustment.pk}", detail=detail, now=now
        )
        adjustment.refresh_from_db()
        return adjustment_card(adjustment)


def _take(viewer: Viewer, adjustment_id: int) -> Adjustment:
    """The adjustment, ours until the commit, if it lies in the viewer's division. Raises NoSuchAdjustment."""
    rows = Adjustment.objects.select_for_update(of=("self",)).select_related(
        "root__version", "old__version", "new__version", "reconsideration"
    )
    adjustment = rows.filter(pk=adjustment_id).first()
    if adjustment is None or not adjustment.root.area.startswith(area_of(viewer)):
        raise NoSuchAdjustment(adjustment_id)
    return adjustment


def _beneficiaries(new: DecisionCard, payee: Payee | None) -> list[int]:
    subjects = new.subjects
    household = subjects.get(SubjectKind.HOUSEHOLD) or (payee.household_id if payee else None)
    found = {subjects.get(SubjectKind.PERSON), payee.person_id if payee else None}
    found |= set(registry.members_of([household]).get(household, ())) if household else set()
    return sorted(one for one in found if one is not None)


def _require_direction(adjustment: Adjustment, new: DecisionCard, *, is_payment: bool) -> None:
    if new.outcome is DecisionOutcome.CANNOT_TELL:
        raise StillUnknown
    if (adjustment.difference > 0) is not is_payment or adjustment.difference == 0:
        raise WrongDirection(is_payment)


def _set_aside(
    viewer: Viewer,
    adjustment: Adjustment,
    old: DecisionCard,
    new: DecisionCard,
    payee: Payee | None,
    now: datetime,
) -> ReservationCard:
    before = funds.list_reservations_of(ref_of(adjustment.root_id))
    living = [one for one in before if one.state is not ReservationState.CANCELLED]
    if payee is None:
        if not before:
            raise PayeeMissing
        payee = Payee(before[-1].person_id, before[-1].household_id, funds.path_of_budget(before[-1].budget_id))
    counts_on = funds.day_of_use(before[-1].id) if before else None
    # A grant that was counted is not counted again; what was refused, or given back, is counted now.
    is_on_top = bool(living) or (old.outcome is DecisionOutcome.GRANTED and not before)
    caps = _caps(adjustment.new, old, new, day=counts_on or new.used_on or new.asof, is_on_top=is_on_top)
    return funds_actions.reserve(
        viewer=viewer,
        org_path=payee.org_path,
        purpose=fund_purpose(new.pack_id, area=new.area, asof=new.asof),
        year=timezone.localdate(now).year,
        case_ref=f"adjustment:{adjustment.pk}",
        person_id=payee.person_id,
        household_id=payee.household_id,
        amount=adjustment.difference,
        caps=caps,
        case_officer_ids=adjustment.barred,
        program=new.pack_id,
        decision_ref=ref_of(new.id),
        now=now,
    )


def _caps(row: Decision, old: DecisionCard, new: DecisionCard, *, day: date, is_on_top: bool) -> list[Cap]:
    """The new decision's caps, with what is more of each line; its time only if the grant is new."""
    program = as_decided(row)
    before = {line.id: line.amount for line in old.given if line.kind == "money"} if is_on_top else {}
    more = {line.id: max(ZERO, line.amount - before.get(line.id, ZERO)) for line in new.given if line.kind == "money"}
    limits = program.limits(values.from_json(row.facts))
    caps = capping.bound(
        program.pack.caps,
        new.subjects,
        day=day,
        event=new.event,
        limits=limits,
        given=more,
        times=0 if is_on_top else 1,
    )
    return list(caps.values())


def _paid(adjustment: Adjustment) -> list[ReservationCard]:
    """What has reached somebody of this matter, the latest first."""
    refs = [
        ref_of(adjustment.root_id),
        *(ref_of(pk) for pk in adjustment.root.adjustments.values_list("new_id", flat=True)),
    ]
    rows = [one for ref in dict.fromkeys(refs) for one in funds.list_reservations_of(ref)]
    return sorted((one for one in rows if one.state is ReservationState.PAID), key=lambda one: -one.id)


def _take_back(
    viewer: Viewer, adjustment: Adjustment, amount: Decimal, key: str, *, is_last: bool, now: datetime
) -> None:
    """Out of what was paid last; of sub-budgets what is less of their lines."""
    old, new = decision_card(adjustment.old), decision_card(adjustment.new)
    falls = new.outcome is DecisionOutcome.REFUSED
    shares = _shares_back(adjustment.old, old, new, amount)
    left = amount
    for number, reservation in enumerate(_paid(adjustment)):
        part = min(left, reservation.amount - funds.recovered_of_reservation(reservation.id))
        if part <= 0:
            continue
        funds_actions.receive_back(
            viewer=viewer,
            reservation_id=reservation.id,
            amount=part,
            key=f"{recovery_key(adjustment.pk, key)}{number}",
            reason=adjustment.settled_reason or "追回",
            shares=shares,
            is_whole_grant=falls and is_last,
            now=now,
        )
        left -= part
        if left == ZERO:
            return
    raise problems.TooMuchBack(amount - left)


def _shares_back(row: Decision, old: DecisionCard, new: DecisionCard, amount: Decimal) -> Mapping[str, Decimal]:
    after = {line.id: line.amount for line in new.given if line.kind == "money"}
    less = {line.id: max(ZERO, line.amount - after.get(line.id, ZERO)) for line in old.given if line.kind == "money"}
    return {
        cap.group: min(amount, sum((less.get(line, ZERO) for line in cap.lines), ZERO))
        for cap in as_decided(row).pack.caps
        if cap.lines
    }
