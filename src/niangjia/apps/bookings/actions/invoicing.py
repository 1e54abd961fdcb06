"""A trip's invoices: kept before the carrier is paid, and then kept for good."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.bookings.access import offers_settled_by, own_offer
from niangjia.apps.bookings.lifecycle import SettleState
from niangjia.apps.bookings.models import Settlement
from niangjia.apps.bookings.problems import InvoiceIsPaid, NoSuchOffer
from niangjia.apps.bookings.settlements import INVOICES, MOST_INVOICES, owner_of, program_of, withdrawn_of
from niangjia.apps.files import actions as files
from niangjia.apps.files.types import FileCard, FileContent

PAID = (SettleState.ORDERED, SettleState.GIVEN)


def keep_invoice(
    *, viewer: Viewer, offer_id: int, content: bytes, key: uuid.UUID | None = None, now: datetime
) -> FileCard:
    """A photo or a PDF of an invoice of the carrier. Safe to repeat. Raises NotAllowed, NoSuchOffer, NotATrip, FileRefused."""
    with transaction.atomic():
        offer = own_offer(viewer, offer_id)
        program_of(offer)
        return files.keep_file(
            viewer=viewer, owner=owner_of(offer.pk), part=INVOICES, content=content, key=key, most=MOST_INVOICES, now=now
        )  # fmt: skip


def drop_invoice(*, viewer: Viewer, offer_id: int, key: str, now: datetime) -> None:
    """Not while the carrier's payment is asked for, or made. Safe to repeat. Raises NotAllowed, NoSuchOffer, InvoiceIsPaid."""
    with transaction.atomic():
        offer = own_offer(viewer, offer_id)
        ordered = Settlement.objects.filter(booking__offer=offer, state__in=PAID)
        if ordered.exclude(pk__in=withdrawn_of(offer)).exists():
            raise InvoiceIsPaid
        files.drop_file(viewer=viewer, owner=owner_of(offer.pk), key=key, now=now)


def open_invoice(*, viewer: Viewer, offer_id: int, key: str, now: datetime, is_small: bool = False) -> FileContent:
    """For who sees the settlement; on record. Raises NotAllowed, NoSuchOffer, NoSuchFile."""
    offer = offers_settled_by(viewer).filter(pk=offer_id).first()
    if offer is None:
        raise NoSuchOffer(offer_id)
    return files.open_file(viewer=viewer, owner=owner_of(offer.pk), key=key, is_small=is_small, now=now)
