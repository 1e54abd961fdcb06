"""States and moves of reservations, payments and batches, as tables. The database holds the same codes."""

from __future__ import annotations

from django.db.models import TextChoices


class ReservationState(TextChoices):
    QUEUED = "QUEUED", "排队待款"  # the fund was short; nothing is reserved yet
    RESERVED = "RESERVED", "已预留"
    BATCHED = "BATCHED", "已入批次"
    RETURNED = "RETURNED", "银行退回"  # reserved again, waiting for a corrected account
    PAID = "PAID", "已到账"
    CANCELLED = "CANCELLED", "已取消"


class PaymentState(TextChoices):
    PREPARED = "PREPARED", "待发"
    IN_TRANSIT = "IN_TRANSIT", "在途"
    SETTLED = "SETTLED", "到账"
    RETURNED = "RETURNED", "退回"
    REMOVED = "REMOVED", "移出"


class BatchState(TextChoices):
    PREPARED = "PREPARED", "待审批"
    APPROVED = "APPROVED", "已审批"
    SEALED = "SEALED", "已封存"
    SENT = "SENT", "已送银行"
    SETTLED = "SETTLED", "已结清"
    CANCELLED = "CANCELLED", "已作废"


class RequestState(TextChoices):
    REQUESTED = "REQUESTED", "待审批"
    APPROVED = "APPROVED", "已批准"
    WITHDRAWN = "WITHDRAWN", "已撤回"


RESERVATION_MOVES: dict[str, dict[ReservationState, ReservationState]] = {
    "serve": {ReservationState.QUEUED: ReservationState.RESERVED},
    "approve": {
        ReservationState.QUEUED: ReservationState.QUEUED,
        ReservationState.RESERVED: ReservationState.RESERVED,
    },
    "batch": {ReservationState.RESERVED: ReservationState.BATCHED},
    "unbatch": {ReservationState.BATCHED: ReservationState.RESERVED},
    "settle": {ReservationState.BATCHED: ReservationState.PAID},
    "bounce": {
        ReservationState.BATCHED: ReservationState.RETURNED,
        ReservationState.PAID: ReservationState.RETURNED,  # the bank said paid, and sent it back days later
    },
    "repay": {ReservationState.RETURNED: ReservationState.RESERVED},
    "cancel": {
        ReservationState.QUEUED: ReservationState.CANCELLED,
        ReservationState.RESERVED: ReservationState.CANCELLED,
        ReservationState.RETURNED: ReservationState.CANCELLED,
    },
}

BATCH_MOVES: dict[str, dict[BatchState, BatchState]] = {
    "approve": {BatchState.PREPARED: BatchState.APPROVED},
    "seal": {BatchState.APPROVED: BatchState.SEALED},
    "send": {BatchState.SEALED: BatchState.SENT},
    "settle": {BatchState.SENT: BatchState.SETTLED},
    "cancel": {BatchState.PREPARED: BatchState.CANCELLED, BatchState.APPROVED: BatchState.CANCELLED},
}

# A receipt may come twice and in any order. Returned beats paid: a payment that came back is never paid again under the
# same reference, so the final state does not depend on the order of arrival.
PAYMENT_MOVES: dict[str, dict[PaymentState, PaymentState]] = {
    "seal": {PaymentState.PREPARED: PaymentState.IN_TRANSIT},
    "remove": {PaymentState.PREPARED: PaymentState.REMOVED},
    "settle": {PaymentState.IN_TRANSIT: PaymentState.SETTLED},
    "bounce": {PaymentState.IN_TRANSIT: PaymentState.RETURNED, PaymentState.SETTLED: PaymentState.RETURNED},
}

LIVING_PAYMENTS = (PaymentState.PREPARED, PaymentState.IN_TRANSIT, PaymentState.SETTLED)
