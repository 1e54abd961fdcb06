"""Whose hands money went through, for the auditor: asked, approved, into a batch, approved there, sealed, answered by the bank."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit.types import Hand
from niangjia.apps.funds.lifecycle import PaymentState
from niangjia.apps.funds.models import Budget, Payment, ReceiptEntry, Reservation
from niangjia.apps.funds.problems import NotFound
from niangjia.apps.organizations import scope


def list_paid_in(viewer: Viewer, *, since: datetime, until: datetime) -> QuerySet[Payment]:
    """Payments that left in that time from funds of the viewer's part of the tree, in order."""
    return _visible(viewer).filter(batch__sealed_at__gte=since, batch__sealed_at__lt=until).order_by("pk")


def get_payment(viewer: Viewer, payment_id: int) -> Payment:
    """For reading, with its batch and reservation. Raises NotFound, NotAllowed."""
    found = _visible(viewer).select_related("batch", "reservation").filter(pk=payment_id).first()
    if found is None:
        raise NotFound("发放", "payment", payment_id)
    return found


def _visible(viewer: Viewer) -> QuerySet[Payment]:
    permissions.require(viewer, "funds.view")
    budgets = scope.within(Budget.objects.all(), viewer.org_path, "org__path")
    return Payment.objects.filter(batch__budget__in=budgets).exclude(state=PaymentState.REMOVED)


def find_payment(viewer: Viewer, reference: str) -> int | None:
    return _visible(viewer).filter(reference=reference).values_list("pk", flat=True).first()


def decision_refs_of(payment_ids: Iterable[int]) -> dict[int, str]:
    rows = Payment.objects.filter(pk__in=set(payment_ids)).exclude(reservation__decision_ref="")
    return dict(rows.values_list("pk", "reservation__decision_ref"))


def hands_of(reservations: dict[int, str]) -> list[Hand]:
    """By reservation, what it is for (``case:12``). Without scope: for the room that has bounded them."""
    found = []
    for row in Reservation.objects.filter(pk__in=list(reservations)):
        of, ref = reservations[row.pk], f"reservation:{row.pk}"
        found.append(Hand(of, "REQUESTED", row.requested_by_id, row.requested_at, ref))
        if row.approved_by_id:
            found.append(Hand(of, "MONEY_APPROVED", row.approved_by_id, row.approved_at, ref))
    payments = Payment.objects.filter(reservation__in=list(reservations)).exclude(state=PaymentState.REMOVED)
    for payment in payments.select_related("batch"):
        of, batch, ref = reservations[payment.reservation_id], payment.batch, f"batch:{payment.batch_id}"
        found.append(Hand(of, "BATCH_ENTERED", batch.prepared_by_id, batch.prepared_at, ref))
        if batch.approved_by_id:
            found.append(Hand(of, "BATCH_APPROVED", batch.approved_by_id, batch.approved_at, ref))
        if batch.sealed_by_id:
            found.append(Hand(of, "SEALED", batch.sealed_by_id, batch.sealed_at, ref))
    receipts = ReceiptEntry.objects.filter(payment__reservation__in=list(reservations)).select_related("payment")
    for receipt in receipts:
        if receipt.payment is not None:
            of = reservations[receipt.payment.reservation_id]
            found.append(
                Hand(of, "RECEIPT", receipt.closed_by_id, receipt.received_at, f"payment:{receipt.payment_id}")
            )
    return found
