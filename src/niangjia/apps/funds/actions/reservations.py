"""Money set aside for a case: reserved, queued when the fund is short, approved, cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.audit.types import Entry
from niangjia.apps.funds import access
from niangjia.apps.funds import caps as cap_book
from niangjia.apps.funds.ledger import CHUNK, Posting, exact, lock, post
from niangjia.apps.funds.models import Reservation
from niangjia.apps.funds.problems import KeyReused, NoBudget, NotFound, ReasonMissing, SamePerson, WrongState
from niangjia.apps.funds.queries import find_budget, reservation_card
from niangjia.apps.funds.types import AccountKind, Cap, ReservationCard, ReservationState, TransferKind


def reserve(
    *,
    viewer: Viewer,
    org_path: str,
    purpose: str,
    year: int,
    case_ref: str,
    person_id: int,
    household_id: int | None,
    amount: Decimal,
    caps: Sequence[Cap] = (),
    case_officer_ids: Sequence[int] = (),
    program: str = "",
    decision_ref: str = "",
    now: datetime,
) -> ReservationCard:
    """
    Set `amount` aside for one benefit line of a case; queue it if the fund is short (state QUEUED, served in order).

    It is paid from the nearest budget for `purpose` and `year` at or above the union `org_path`. `case_ref` is the
    idempotency key: one living reservation each; a repeat returns the first. A queued one holds its caps already.
    `case_officer_ids`: accounts that verified or reviewed the case; they may neither approve nor pay it. `program`, `decision_ref`:
    which programme gives it, and the decision that it carries out.
    Permission: funds.prepare or funds.approve.

    Raises:
        NoBudget: nobody on the path has one.
        CapExceeded: over a cap of the person, the household, or whatever else it counts for.
        KeyReused: `case_ref` stands for another person or amount.
    """
    amount = exact(amount)
    with transaction.atomic():
        budget = find_budget(org_path, purpose, year)
        if budget is None:
            raise NoBudget(purpose, year)
        access.require_use(viewer, budget, "funds.prepare", "funds.approve")
        access.refuse_beneficiary(viewer, [person_id])
        lock(budget.pk)
        found = Reservation.objects.exclude(state=ReservationState.CANCELLED).filter(case_ref=case_ref).first()
        if found is not None:
            if (found.budget_id, found.person_id, found.household_id, found.amount) != (
                budget.pk,
                person_id,
                household_id,
                amount,
            ):
                raise KeyReused(case_ref)
            return reservation_card(found)
        reservation = Reservation.objects.create(
            budget=budget,
            case_ref=case_ref,
            person_id=person_id,
            household_id=household_id,
            amount=amount,
            state=ReservationState.QUEUED,
            case_officer_ids=sorted(set(case_officer_ids)),
            requested_by_id=viewer.account_id,
            requested_at=now,
            program=program,
            decision_ref=decision_ref,
        )
        cap_book.take(
            caps,
            amount=amount,
            holder=f"reservation:{reservation.pk}",
            now=now,
            program=program,
            payer_id=budget.org_id,
        )
        serve(budget.pk, now, made_by=viewer.account_id)
        reservation.refresh_from_db()
        audit.record(
            viewer,
            action="funds.reserve",
            object=f"reservation:{reservation.pk}",
            detail={"case": case_ref, "amount": str(amount), "budget": budget.pk, "state": reservation.state},
            now=now,
        )
        return reservation_card(reservation)


def serve(budget_id: int, now: datetime, *, made_by: int | None = None) -> list[int]:
    """Give the queue its money, first come first served, until the next in line is too dear; ids served. In a transaction."""
    available = lock(budget_id)
    affordable: list[Reservation] = []
    for reservation in (
        Reservation.objects.filter(budget_id=budget_id, state=ReservationState.QUEUED).order_by("pk").iterator(CHUNK)
    ):
        if reservation.amount > available:
            break
        available -= reservation.amount
        affordable.append(reservation)
    post(budget_id, [_reserving(reservation) for reservation in affordable], made_by=made_by, now=now)
    served = [reservation.pk for reservation in affordable]
    for start in range(0, len(served), CHUNK):
        Reservation.objects.filter(pk__in=served[start : start + CHUNK]).update(
            state=ReservationState.RESERVED, served_at=now
        )
    return served


def _reserving(reservation: Reservation) -> Posting:
    return Posting(
        AccountKind.RESERVED,
        AccountKind.AVAILABLE,
        reservation.amount,
        TransferKind.RESERVE,
        f"reserve:{reservation.pk}",
        case_ref=reservation.case_ref,
    )


def serve_queue(*, budget_id: int, now: datetime) -> list[int]:
    """
    Serve queued reservations in order as far as the money goes; return their ids. The system's own act, for a job.

    Money that arrives serves the queue by itself; this is for what a crash or a race left over. Safe to repeat.
    """
    with transaction.atomic():
        served = serve(budget_id, now)
        audit.record_many(
            None, entries=[Entry(action="funds.serve", object=f"reservation:{pk}") for pk in served], now=now
        )
    return served


def _reservation_to_use(viewer: Viewer, reservation_id: int, *any_of: str) -> Reservation:
    """The reservation, its budget locked. Raises NotAllowed, NotFound."""
    reservation = Reservation.objects.select_related("budget__org").filter(pk=reservation_id).first()
    if reservation is None:
        raise NotFound("预留", "reservation", reservation_id)
    access.require_use(viewer, reservation.budget, *any_of)
    lock(reservation.budget_id)
    reservation.refresh_from_db()
    return reservation


@transaction.atomic
def approve(*, viewer: Viewer, reservation_id: int, now: datetime) -> ReservationCard:
    """
    Approve a reservation for payment, also one still in the queue. Safe to repeat by the same person. Permission: funds.approve.

    Raises:
        NotFound: a household of another branch, though the same budget pays for both.
        SamePerson: the viewer reserved it, or verified or reviewed the case.
        WrongState: cancelled, in a batch, or approved by somebody else already.
    """
    reservation = _reservation_to_use(viewer, reservation_id, "funds.approve")
    access.require_own_people(viewer, reservation)
    if reservation.approved_by_id == viewer.account_id:
        return reservation_card(reservation)
    if viewer.has_hand_in([reservation.requested_by_id]):
        is_colleague = reservation.requested_by_id != viewer.account_id
        raise SamePerson("提出这笔预留", "made this reservation", "审批", "approve it", is_colleague=is_colleague)
    access.refuse_case_officers(viewer, reservation.case_officer_ids, "审批这笔款项", "approve the money")
    access.refuse_beneficiary(viewer, [reservation.person_id])
    waiting = Reservation.objects.filter(
        pk=reservation_id, state__in=(ReservationState.QUEUED, ReservationState.RESERVED), approved_by__isnull=True
    )
    if not waiting.update(approved_by=viewer.account_id, approved_at=now):
        reservation.refresh_from_db()
        label = "已审批" if reservation.approved_by_id else reservation.get_state_display()
        raise WrongState(
            "这笔预留",
            "This reservation",
            label,
            "approved" if reservation.approved_by_id else reservation.state,
            "审批",
            "approve it",
        )
    reservation.refresh_from_db()
    audit.record(
        viewer,
        action="funds.approve",
        object=f"reservation:{reservation_id}",
        detail={"amount": str(reservation.amount)},
        now=now,
    )
    return reservation_card(reservation)


@transaction.atomic
def cancel(*, viewer: Viewer, reservation_id: int, reason: str, now: datetime) -> ReservationCard:
    """
    Give the money and the caps back. Safe to repeat. Permission: funds.prepare or funds.approve.

    Raises:
        WrongState: in a batch (remove it there first), or paid.
    """
    if not reason.strip():
        raise ReasonMissing
    reservation = _reservation_to_use(viewer, reservation_id, "funds.prepare", "funds.approve")
    state = ReservationState(reservation.state)
    if state == ReservationState.CANCELLED:
        return reservation_card(reservation)
    open_states = (ReservationState.QUEUED, ReservationState.RESERVED, ReservationState.RETURNED)
    still = Reservation.objects.filter(pk=reservation_id, state=state)
    if state not in open_states or not still.update(
        state=ReservationState.CANCELLED, cancelled_at=now, cancel_reason=reason
    ):
        raise WrongState("这笔预留", "This reservation", state.label, state, "取消", "cancel it")
    cap_book.release(f"reservation:{reservation_id}", now=now)
    if state != ReservationState.QUEUED:
        key = f"release:{reservation_id}"
        released = Posting(
            AccountKind.AVAILABLE,
            AccountKind.RESERVED,
            reservation.amount,
            TransferKind.RELEASE,
            key,
            reservation.case_ref,
            reason[:300],
        )
        post(reservation.budget_id, [released], made_by=viewer.account_id, now=now)
    served = serve(reservation.budget_id, now)  # also when a dear one left the head of the queue
    detail = {"amount": str(reservation.amount), "was": state, "served_count": len(served)}
    audit.record(
        viewer, action="funds.cancel", object=f"reservation:{reservation_id}", detail=detail, reason=reason, now=now
    )
    reservation.refresh_from_db()
    return reservation_card(reservation)
