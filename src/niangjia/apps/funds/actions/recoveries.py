"""Money that was paid too much and came back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.funds import access
from niangjia.apps.funds import caps as cap_book
from niangjia.apps.funds.actions.reservations import serve
from niangjia.apps.funds.ledger import Posting, exact, lock, post
from niangjia.apps.funds.models import Recovery, Reservation
from niangjia.apps.funds.problems import KeyReused, NotFound, ReasonMissing, TooMuchBack, WrongState
from niangjia.apps.funds.types import AccountKind, ReservationState, TransferKind
from niangjia.kernel.money import ZERO


@transaction.atomic
def receive_back(
    *,
    viewer: Viewer,
    reservation_id: int,
    amount: Decimal,
    key: str,
    reason: str,
    shares: Mapping[str, Decimal] | None = None,
    is_whole_grant: bool = False,
    now: datetime,
) -> int:
    """
    Book that `amount` of a paid reservation came back into its fund; return the recovery's id. What it used of caps is free again.

    `shares`: what of the amount counts in a cap group, where not all does. `is_whole_grant`: the grant falls, and its time with it.
    Safe to repeat with the same `key`. Permission: funds.confirm.

    Raises:
        NotFound, KeyReused, ReasonMissing.
        WrongState: it was not paid.
        TooMuchBack: more than was paid and has not come back yet.
    """
    amount = exact(amount)
    if not reason.strip():
        raise ReasonMissing
    reservation = Reservation.objects.filter(pk=reservation_id).first()
    if reservation is None:
        raise NotFound("预留", "reservation", reservation_id)
    access.budget_to_manage(viewer, reservation.budget_id, "funds.confirm")
    access.refuse_beneficiary(viewer, [reservation.person_id])
    lock(reservation.budget_id)
    reservation.refresh_from_db()
    found = Recovery.objects.filter(key=key).first()
    if found is not None:
        if (found.reservation_id, found.amount) != (reservation_id, amount):
            raise KeyReused(key)
        return found.pk
    state = ReservationState(reservation.state)
    if state != ReservationState.PAID:
        raise WrongState("这笔预留", "This reservation", state.label, state, "登记追回", "book money that came back")
    back = reservation.recoveries.aggregate(total=Sum("amount"))["total"] or ZERO
    if amount > reservation.amount - back:
        raise TooMuchBack(reservation.amount - back)
    recovery = Recovery.objects.create(
        reservation=reservation,
        key=key,
        amount=amount,
        reason=reason.strip()[:300],
        received_by_id=viewer.account_id,
        received_at=now,
    )
    cap_book.give_back(
        f"reservation:{reservation_id}",
        amount=amount,
        shares=shares or {},
        holder=f"recovery:{recovery.pk}",
        is_whole_grant=is_whole_grant,
        now=now,
    )
    returned = Posting(
        AccountKind.AVAILABLE,
        AccountKind.PAID,
        amount,
        TransferKind.RECOVER,
        f"recover:{recovery.pk}",
        reservation.case_ref,
        reason[:300],
    )
    post(reservation.budget_id, [returned], made_by=viewer.account_id, now=now)
    served = serve(reservation.budget_id, now)
    detail = {"reservation": reservation_id, "amount": str(amount), "served_count": len(served)}
    audit.record(
        viewer, action="funds.receive_back", object=f"recovery:{recovery.pk}", detail=detail, reason=reason, now=now
    )
    return recovery.pk
