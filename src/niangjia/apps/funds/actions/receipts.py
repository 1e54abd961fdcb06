"""What the bank answers: lines settle or come back, at least once and in any order; nothing that came is dropped."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.funds import access
from niangjia.apps.funds.ledger import CHUNK, Posting, post
from niangjia.apps.funds.lifecycle import PAYMENT_MOVES
from niangjia.apps.funds.models import Payment, PaymentBatch, ReceiptEntry, Reservation
from niangjia.apps.funds.problems import AccountUnchanged, AlreadyRepaid, NotFound, ReasonMissing, WrongState
from niangjia.apps.funds.queries import reservation_card
from niangjia.apps.funds.types import (
    AccountKind,
    BatchState,
    Outcome,
    PaymentState,
    ReceiptLine,
    ReceiptReport,
    ReservationCard,
    ReservationState,
    TransferKind,
)

_EVENT = {Outcome.PAID: "settle", Outcome.RETURNED: "bounce"}
_QUEUED = (ReceiptEntry.State.UNMATCHED, ReceiptEntry.State.AMOUNT_DIFFERS)


def _key(batch_id: int, line: ReceiptLine) -> str:
    text = f"{batch_id}|{line.reference}|{line.amount:.2f}|{line.outcome}|{line.entry_date or ''}"
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def receive_receipt(*, viewer: Viewer, batch_id: int, lines: Sequence[ReceiptLine], now: datetime) -> ReceiptReport:
    """
    Book the bank's answer to one batch: paid lines settle, returned ones come back to the reservation.

    The same line again changes nothing; lines may come in any order and in parts; a paid line may come back days later.
    A line whose reference or amount is not ours goes to the repair queue; the others go on. Permission: funds.confirm.

    Raises:
        WrongState: the batch was never sent.
    """
    batch = access.batch_to_manage(viewer, batch_id, "funds.confirm")
    if batch.state not in (BatchState.SENT, BatchState.SETTLED):
        raise WrongState(
            f"批次 {batch.number} ",
            f"Batch {batch.number}",
            BatchState(batch.state).label,
            batch.state,
            "登记回单",
            "take a receipt: mark it sent",
        )
    keyed = {_key(batch_id, line): line for line in lines}
    known = set(ReceiptEntry.objects.filter(batch=batch).values_list("key", flat=True))
    payments = {payment.reference: payment for payment in batch.payments.select_related("reservation")}
    entries: list[ReceiptEntry] = []
    postings: list[Posting] = []
    touched: dict[int, Payment] = {}
    counts = {Outcome.PAID: 0, Outcome.RETURNED: 0}
    repeated = len(lines) - len(keyed)
    for key, line in keyed.items():
        if key in known:
            repeated += 1
            continue
        payment = payments.get(line.reference)
        state = ReceiptEntry.State.UNMATCHED
        if payment is not None and payment.state != PaymentState.REMOVED:
            state = ReceiptEntry.State.AMOUNT_DIFFERS
            if payment.amount == line.amount:
                posting = _apply(payment, line, now)
                state = ReceiptEntry.State.APPLIED if posting else ReceiptEntry.State.NOTED
                if posting:
                    postings.append(posting)
                    touched[payment.pk] = payment
                    counts[line.outcome] += 1
                else:
                    repeated += 1
        entries.append(
            ReceiptEntry(
                batch=batch,
                key=key,
                reference=line.reference[:120],
                amount=line.amount,
                outcome=line.outcome,
                entry_date=line.entry_date,
                reason=line.reason[:200],
                state=state,
                payment=payment,
                received_at=now,
            )
        )
    ReceiptEntry.objects.bulk_create(entries, batch_size=CHUNK)
    _save(batch, list(touched.values()), now)
    post(batch.budget_id, postings, made_by=viewer.account_id, now=now)
    queued = tuple(
        ReceiptEntry.objects.filter(key__in=[entry.key for entry in entries if entry.state in _QUEUED])
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    report = ReceiptReport(counts[Outcome.PAID], counts[Outcome.RETURNED], repeated, queued)
    if entries:
        detail = {
            "settled": report.settled_count,
            "returned": report.returned_count,
            "repeated": repeated,
            "queued": len(queued),
        }
        audit.record(viewer, action="funds.receive_receipt", object=f"batch:{batch_id}", detail=detail, now=now)
    return report


def _apply(payment: Payment, line: ReceiptLine, now: datetime) -> Posting | None:
    """Move the payment in memory by the table; None if the line changes nothing."""
    was = PaymentState(payment.state)
    becomes = PAYMENT_MOVES[_EVENT[line.outcome]].get(was)
    if becomes is None:
        return None
    payment.state = becomes
    case_ref, reference = payment.reservation.case_ref, payment.reference
    if line.outcome == Outcome.PAID:
        payment.settled_at = now
        kinds = (AccountKind.PAID, AccountKind.IN_TRANSIT, payment.amount, TransferKind.SETTLE)
        return Posting(*kinds, f"settle:{payment.pk}", case_ref, reference)
    payment.returned_at, payment.return_reason = now, line.reason[:200]
    if was == PaymentState.IN_TRANSIT:
        kinds = (AccountKind.RESERVED, AccountKind.IN_TRANSIT, payment.amount, TransferKind.BOUNCE)
    else:
        kinds = (AccountKind.RESERVED, AccountKind.PAID, payment.amount, TransferKind.RECALL)
    return Posting(*kinds, f"bounce:{payment.pk}", case_ref, reference)


def _save(batch: PaymentBatch, payments: list[Payment], now: datetime) -> None:
    Payment.objects.bulk_update(
        payments, ["state", "settled_at", "returned_at", "return_reason"], batch_size=CHUNK // 5
    )
    for state, becomes in (
        (PaymentState.SETTLED, ReservationState.PAID),
        (PaymentState.RETURNED, ReservationState.RETURNED),
    ):
        ids = [payment.reservation_id for payment in payments if payment.state == state]
        for start in range(0, len(ids), CHUNK):
            Reservation.objects.filter(pk__in=ids[start : start + CHUNK]).update(state=becomes)
    if batch.state == BatchState.SENT and not batch.payments.filter(state=PaymentState.IN_TRANSIT).exists():
        PaymentBatch.objects.filter(pk=batch.pk, state=BatchState.SENT).update(state=BatchState.SETTLED, settled_at=now)


@transaction.atomic
def repay(*, viewer: Viewer, payment_id: int, account_mark: str, now: datetime) -> ReservationCard:
    """
    Let a returned payment be paid again, now that the account is corrected: the next `prepare_batch` takes it up.

    Once for each return: repeating changes nothing. `account_mark`: blind index of the corrected account.
    Permission: funds.confirm.

    Raises:
        AccountUnchanged: it is the account that failed.
        AlreadyRepaid: a later payment stands for this one.
        WrongState: it did not come back.
    """
    payment = Payment.objects.select_related("batch__budget__org", "reservation").filter(pk=payment_id).first()
    if payment is None:
        raise NotFound("付款", "payment", payment_id)
    access.batch_to_manage(viewer, payment.batch_id, "funds.confirm")
    payment.refresh_from_db()
    reservation = payment.reservation
    if payment.state != PaymentState.RETURNED:
        label = PaymentState(payment.state).label
        raise WrongState(
            f"付款 {payment.reference} ", f"Payment {payment.reference}", label, payment.state, "重发", "pay it again"
        )
    latest = reservation.payments.exclude(state=PaymentState.REMOVED).order_by("pk").last()
    if latest != payment:
        raise AlreadyRepaid(payment.reference)
    if reservation.state == ReservationState.RESERVED:
        return reservation_card(reservation)
    if not account_mark or account_mark == payment.account_mark:
        raise AccountUnchanged(payment.reference)
    again = Reservation.objects.filter(pk=reservation.pk, state=ReservationState.RETURNED)
    if not again.update(state=ReservationState.RESERVED):
        label = ReservationState(reservation.state).label
        raise WrongState("这笔预留", "This reservation", label, reservation.state, "重发", "pay it again")
    audit.record(
        viewer, action="funds.repay", object=f"payment:{payment_id}", detail={"amount": str(payment.amount)}, now=now
    )
    reservation.refresh_from_db()
    return reservation_card(reservation)


@transaction.atomic
def close_receipt_entry(*, viewer: Viewer, entry_id: int, note: str, now: datetime) -> None:
    """
    Close a line of the repair queue with a note of what was found and done. Books nothing: if the bank corrects itself, its new
    line is received like any other. Safe to repeat. Permission: funds.confirm.
    """
    if not note.strip():
        raise ReasonMissing
    entry = ReceiptEntry.objects.filter(pk=entry_id).first()
    if entry is None:
        raise NotFound("回单行", "receipt line", entry_id)
    access.batch_to_manage(viewer, entry.batch_id, "funds.confirm")
    open_entry = ReceiptEntry.objects.filter(pk=entry_id, state__in=_QUEUED)
    if open_entry.update(
        state=ReceiptEntry.State.CLOSED, closed_by=viewer.account_id, closed_at=now, closing_note=note[:300]
    ):
        audit.record(viewer, action="funds.close_receipt_entry", object=f"receipt:{entry_id}", reason=note, now=now)
        return
    entry.refresh_from_db()
    if entry.state != ReceiptEntry.State.CLOSED:
        label = ReceiptEntry.State(entry.state).label
        raise WrongState("这一行回单", "This receipt line", label, entry.state, "关闭", "close it")
