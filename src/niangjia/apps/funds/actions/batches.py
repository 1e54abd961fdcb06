"""Payment batches: prepared by one, approved by another, sealed and sent by a third."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.funds import access
from niangjia.apps.funds.content import content_digest
from niangjia.apps.funds.ledger import CHUNK, Posting, lock, post
from niangjia.apps.funds.lifecycle import BATCH_MOVES
from niangjia.apps.funds.models import Budget, Payment, PaymentBatch, Reservation
from niangjia.apps.funds.problems import (
    AccountChanged,
    AccountMissing,
    AccountUnchanged,
    ContentChanged,
    FileDiffers,
    KeyReused,
    NotFound,
    NothingToPay,
    ReasonMissing,
    SamePerson,
    WrongState,
)
from niangjia.apps.funds.queries import batch_card
from niangjia.apps.funds.types import AccountKind, BatchCard, BatchState, PaymentState, ReservationState, TransferKind
from niangjia.apps.registry import queries as registry
from niangjia.kernel.money import ZERO

_HERE = ZoneInfo("Asia/Shanghai")


@transaction.atomic
def prepare_batch(
    *, viewer: Viewer, budget_id: int, key: str, reservation_ids: Sequence[int] | None = None, now: datetime
) -> BatchCard:
    """
    Put every approved reservation of the budget that waits for payment (or those of `reservation_ids`) into a new batch.

    Safe to repeat: the same `key` returns the same batch and adds nothing. Permission: funds.prepare.

    Raises:
        NothingToPay: nobody is waiting.
        SamePerson: the viewer verified or reviewed one of the cases.
        KeyReused: `key` stands for a batch of another budget.
    """
    budget = access.budget_to_manage(viewer, budget_id, "funds.prepare")
    lock(budget_id)
    existing = PaymentBatch.objects.filter(key=key).first()
    if existing is not None:
        if existing.budget_id != budget_id:
            raise KeyReused(key)
        return batch_card(existing)
    waiting = Reservation.objects.filter(
        budget_id=budget_id, state=ReservationState.RESERVED, approved_by__isnull=False
    )
    if reservation_ids is not None:
        waiting = waiting.filter(pk__in=reservation_ids)
    reservations = list(waiting.order_by("pk"))
    if not reservations:
        raise NothingToPay
    batch = _new_batch(viewer, budget, key, reservations, now)
    payments = list(batch.payments.order_by("line"))
    access.refuse_interested(viewer, batch.payments.all(), "编制发放批次", "prepare its payment")
    batch.content_sha256 = content_digest(payments)
    batch.save(update_fields=["content_sha256"])
    detail = {
        "number": batch.number,
        "lines": batch.line_count,
        "total": str(batch.total),
        "sha256": batch.content_sha256,
    }
    audit.record(viewer, action="funds.prepare_batch", object=f"batch:{batch.pk}", detail=detail, now=now)
    return batch_card(batch)


def _new_batch(
    viewer: Viewer, budget: Budget, key: str, reservations: list[Reservation], now: datetime
) -> PaymentBatch:
    Budget.objects.filter(pk=budget.pk).update(batch_count=F("batch_count") + 1)
    budget.refresh_from_db(fields=["batch_count"])
    batch = PaymentBatch.objects.create(
        budget=budget,
        number=f"FF{now.astimezone(_HERE):%Y%m}{budget.pk:04d}{budget.batch_count:04d}",
        key=key,
        line_count=len(reservations),
        total=sum((reservation.amount for reservation in reservations), ZERO),
        prepared_by_id=viewer.account_id,
        prepared_at=now,
    )
    returned: dict[int, int] = dict(
        Payment.objects.filter(
            reservation__budget=budget, reservation__state=ReservationState.RESERVED, state=PaymentState.RETURNED
        )
        .order_by("pk")
        .values_list("reservation_id", "pk")
    )
    Payment.objects.bulk_create(
        [
            Payment(
                batch=batch,
                line=line,
                reference=f"{batch.number}-{line:05d}",
                reservation=reservation,
                person_id=reservation.person_id,
                amount=reservation.amount,
                repays_id=returned.get(reservation.pk),
            )
            for line, reservation in enumerate(reservations, start=1)
        ],
        batch_size=CHUNK,
    )
    _set_reservations(batch, ReservationState.RESERVED, ReservationState.BATCHED)
    return batch


def _set_reservations(batch: PaymentBatch, was: ReservationState, becomes: ReservationState) -> None:
    mine = batch.payments.values("reservation_id")
    if Reservation.objects.filter(pk__in=mine, state=was).update(state=becomes) != batch.line_count:
        raise ContentChanged(batch.number)


@transaction.atomic
def remove_payment(*, viewer: Viewer, payment_id: int, reason: str, now: datetime) -> BatchCard:
    """
    Take one payment out of a batch that nobody has approved yet; its reservation waits again. Safe to repeat.

    Permission: funds.prepare.

    Raises:
        WrongState: the batch is approved, or this is its last line (cancel the batch instead).
    """
    if not reason.strip():
        raise ReasonMissing
    payment = Payment.objects.filter(pk=payment_id).first()
    if payment is None:
        raise NotFound("付款", "payment", payment_id)
    batch = access.batch_to_manage(viewer, payment.batch_id, "funds.prepare")
    payment.refresh_from_db()
    if payment.state == PaymentState.REMOVED:
        return batch_card(batch)
    if batch.state != BatchState.PREPARED or batch.line_count == 1:
        raise _wrong(batch, "移出其中一笔", "take out a payment")
    Payment.objects.filter(pk=payment_id).update(state=PaymentState.REMOVED)
    Reservation.objects.filter(pk=payment.reservation_id).update(state=ReservationState.RESERVED)
    kept = list(batch.payments.exclude(state=PaymentState.REMOVED))
    batch.line_count = len(kept)
    batch.total = sum((other.amount for other in kept), ZERO)
    batch.content_sha256 = content_digest(kept)
    batch.save(update_fields=["line_count", "total", "content_sha256"])
    detail = {"batch": batch.pk, "sha256": batch.content_sha256}
    audit.record(
        viewer, action="funds.remove_payment", object=f"payment:{payment_id}", detail=detail, reason=reason, now=now
    )
    # The batch is another one now: whoever has it open is told so.
    audit.record(
        viewer, action="funds.change_batch", object=f"batch:{batch.pk}", detail={"payment": payment_id}, now=now
    )
    return batch_card(batch)


def _wrong(batch: PaymentBatch, wants_zh: str, wants_en: str) -> WrongState:
    return WrongState(
        f"批次 {batch.number} ", f"Batch {batch.number}", BatchState(batch.state).label, batch.state, wants_zh, wants_en
    )


def _require_legal(batch: PaymentBatch, action: str, wants_zh: str, wants_en: str) -> BatchState:
    """The state that `action` leads to, by the table. Raises WrongState."""
    becomes = BATCH_MOVES[action].get(BatchState(batch.state))
    if becomes is None:
        raise _wrong(batch, wants_zh, wants_en)
    return becomes


def _move(batch: PaymentBatch, action: str, wants_zh: str, wants_en: str, **values: object) -> None:
    """The one way a batch changes state: legal by the table, and only from the state that was looked at."""
    becomes = _require_legal(batch, action, wants_zh, wants_en)
    if not PaymentBatch.objects.filter(pk=batch.pk, state=batch.state).update(state=becomes, **values):
        batch.refresh_from_db()
        raise _wrong(batch, wants_zh, wants_en)
    batch.refresh_from_db()


def _require_unchanged(batch: PaymentBatch) -> None:
    kept = list(batch.payments.exclude(state=PaymentState.REMOVED).select_related("reservation"))
    same_amounts = all(payment.amount == payment.reservation.amount for payment in kept)
    total = sum((payment.amount for payment in kept), ZERO)
    if (
        not same_amounts
        or content_digest(kept) != batch.content_sha256
        or (len(kept), total) != (batch.line_count, batch.total)
    ):
        raise ContentChanged(batch.number)


@transaction.atomic
def approve_batch(*, viewer: Viewer, batch_id: int, now: datetime) -> BatchCard:
    """
    Approve the batch as it stands. Safe to repeat by the same person. Permission: funds.approve.

    Raises:
        SamePerson: the viewer prepared it, verified or reviewed one of its cases, or entered a payee's account.
        ContentChanged: the lines are not those prepared.
    """
    batch = access.batch_to_manage(viewer, batch_id, "funds.approve")
    if batch.approved_by_id == viewer.account_id:
        return batch_card(batch)
    if viewer.has_hand_in([batch.prepared_by_id]):
        is_colleague = batch.prepared_by_id != viewer.account_id
        raise SamePerson("编制这个批次", "prepared this batch", "审批", "approve it", is_colleague=is_colleague)
    access.refuse_interested(viewer, batch.payments.all(), "审批发放批次", "approve its payment")
    access.refuse_account_enterers(viewer, batch.payments.all(), "审批发放批次", "approve its payment")
    _require_legal(batch, "approve", "审批", "approve it")
    _require_unchanged(batch)
    _keep_accounts(batch)
    _move(batch, "approve", "审批", "approve it", approved_by=viewer.account_id, approved_at=now)
    detail = {"lines": batch.line_count, "total": str(batch.total), "sha256": batch.content_sha256}
    audit.record(viewer, action="funds.approve_batch", object=f"batch:{batch_id}", detail=detail, now=now)
    return batch_card(batch)


def _keep_accounts(batch: PaymentBatch) -> None:
    """Note which account each payee has now: what is approved is also where the money goes. Empty = none reported yet."""
    payments = list(batch.payments.filter(state=PaymentState.PREPARED))
    marks = registry.account_marks(payment.person_id for payment in payments)
    for payment in payments:
        payment.account_mark = marks.get(payment.person_id, "")
    Payment.objects.bulk_update(payments, ["account_mark"], batch_size=CHUNK)


@transaction.atomic
def seal_batch(*, viewer: Viewer, batch_id: int, account_marks: Mapping[int, str], now: datetime) -> BatchCard:
    """
    Close the batch for good and put its money in transit. Safe to repeat by the same person. Permission: funds.pay.

    `account_marks`: by person id, the blind index of the bank account that will stand in the file; plain numbers never
    come here. A payment that repeats a returned one needs another account than the one that failed.

    Raises:
        SamePerson: the viewer prepared or approved it, verified, reviewed or approved one of its cases, or entered a
            payee's account.
        AccountChanged: a payee's account is another than when the batch was approved.
        AccountMissing, AccountUnchanged, ContentChanged, WrongState.
    """
    batch = access.batch_to_manage(viewer, batch_id, "funds.pay")
    if batch.sealed_by_id == viewer.account_id:
        return batch_card(batch)
    if viewer.has_hand_in([batch.prepared_by_id]):
        is_colleague = batch.prepared_by_id != viewer.account_id
        raise SamePerson("编制这个批次", "prepared this batch", "办理付款", "pay it out", is_colleague=is_colleague)
    if viewer.has_hand_in([batch.approved_by_id]):
        is_colleague = batch.approved_by_id != viewer.account_id
        raise SamePerson("审批这个批次", "approved this batch", "办理付款", "pay it out", is_colleague=is_colleague)
    access.refuse_interested(viewer, batch.payments.all(), "办理付款", "pay it out")
    access.refuse_approvers(viewer, batch.payments.all())
    access.refuse_account_enterers(viewer, batch.payments.all(), "办理付款", "pay it out")
    _require_legal(batch, "seal", "封存", "seal it")
    _require_unchanged(batch)
    payments = list(
        batch.payments.filter(state=PaymentState.PREPARED).select_related("reservation", "repays").order_by("line")
    )
    missing = [payment.reference for payment in payments if not account_marks.get(payment.person_id)]
    if missing:
        raise AccountMissing(missing)
    changed = [
        payment.reference
        for payment in payments
        if payment.account_mark and payment.account_mark != account_marks[payment.person_id]
    ]
    if changed:
        raise AccountChanged(changed)
    for payment in payments:
        payment.account_mark = account_marks[payment.person_id]
        payment.state = PaymentState.IN_TRANSIT
        if payment.repays is not None and payment.repays.account_mark == payment.account_mark:
            raise AccountUnchanged(payment.repays.reference)
    _move(batch, "seal", "封存", "seal it", sealed_by=viewer.account_id, sealed_at=now)
    Payment.objects.bulk_update(payments, ["account_mark", "state"], batch_size=CHUNK // 5)
    sent = [
        Posting(
            AccountKind.IN_TRANSIT,
            AccountKind.RESERVED,
            payment.amount,
            TransferKind.SEND,
            f"send:{payment.pk}",
            payment.reservation.case_ref,
            payment.reference,
        )
        for payment in payments
    ]
    post(batch.budget_id, sent, made_by=viewer.account_id, now=now)
    detail = {"lines": batch.line_count, "total": str(batch.total), "sha256": batch.content_sha256}
    audit.record(viewer, action="funds.seal_batch", object=f"batch:{batch_id}", detail=detail, now=now)
    return batch_card(batch)


@transaction.atomic
def record_bank_file(
    *, viewer: Viewer, batch_id: int, file_name: str, sha256: str, line_count: int, total: Decimal, now: datetime
) -> BatchCard:
    """
    Note the name and SHA-256 of the bank file before it is written; the same file again is fine, another is refused.

    Call it with the finished bytes' digest, then write the file: after a crash between the two, the same bytes are made
    again. Permission: funds.pay.

    Raises:
        FileDiffers: another content than was recorded, or another count or sum than the batch's.
        WrongState: not sealed yet.
    """
    batch = access.batch_to_manage(viewer, batch_id, "funds.pay")
    if batch.sealed_at is None:
        raise _wrong(batch, "导出银行文件", "make its bank file")
    if (line_count, total) != (batch.line_count, batch.total) or batch.file_sha256 not in ("", sha256):
        raise FileDiffers(batch.number)
    is_first = not batch.file_sha256
    if is_first:
        batch.file_name, batch.file_sha256 = file_name, sha256
        batch.save(update_fields=["file_name", "file_sha256"])
    detail = {"sha256": sha256, "lines": line_count, "total": str(total), "again": not is_first}
    audit.record(viewer, action="funds.export_batch", object=f"batch:{batch_id}", detail=detail, now=now)
    return batch_card(batch)


@transaction.atomic
def mark_sent(*, viewer: Viewer, batch_id: int, now: datetime) -> BatchCard:
    """Note that the bank has the file. Safe to repeat. Permission: funds.pay. Raises WrongState: sealed and exported it must be."""
    batch = access.batch_to_manage(viewer, batch_id, "funds.pay")
    if batch.state in (BatchState.SENT, BatchState.SETTLED):
        return batch_card(batch)
    if not batch.file_sha256:
        raise _wrong(batch, "登记送达银行（还没有银行文件）", "be marked as sent (there is no bank file yet)")
    _move(batch, "send", "登记送达银行", "be marked as sent", sent_at=now)
    audit.record(viewer, action="funds.mark_sent", object=f"batch:{batch_id}", now=now)
    return batch_card(batch)


@transaction.atomic
def cancel_batch(*, viewer: Viewer, batch_id: int, reason: str, now: datetime) -> BatchCard:
    """
    Give up a batch that is not sealed; its reservations wait again, its key is free again. Safe to repeat.

    Permission: funds.prepare.
    """
    if not reason.strip():
        raise ReasonMissing
    batch = access.batch_to_manage(viewer, batch_id, "funds.prepare")
    if batch.state == BatchState.CANCELLED:
        return batch_card(batch)
    living = batch.payments.filter(state=PaymentState.PREPARED)
    Reservation.objects.filter(pk__in=living.values("reservation_id")).update(state=ReservationState.RESERVED)
    _move(batch, "cancel", "作废", "cancel it", key=f"{batch.key[:90]}#cancelled:{batch_id}")
    living.update(state=PaymentState.REMOVED)
    audit.record(viewer, action="funds.cancel_batch", object=f"batch:{batch_id}", reason=reason, now=now)
    return batch_card(batch)
