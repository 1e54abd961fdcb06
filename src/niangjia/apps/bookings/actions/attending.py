"""Who came."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.bookings.access import bookings, own_offer
from niangjia.apps.bookings.lifecycle import BookingState, OfferState, Step
from niangjia.apps.bookings.models import Booking, Offer
from niangjia.apps.bookings.problems import NoSuchBooking, NotPossibleNow, TooEarly
from niangjia.apps.bookings.seating import move

BEFORE = timedelta(hours=2)
"""How long before a slot begins its doors open."""


def check_in(*, viewer: Viewer, code: str, now: datetime) -> int:
    """
    The holder of this code is here; return the booking's id. Once: a second reading of the same code changes nothing. Who comes late is
    checked in as well, also after they were counted as missing.

    Raises: NotAllowed; NoSuchBooking: no such code at the viewer's offers; NotPossibleNow: it has no seat; TooEarly.
    """
    with transaction.atomic():
        found = bookings(viewer).filter(code=code).values_list("pk", "offer_id").first()
        if found is None:
            raise NoSuchBooking(code[:8])
        own_offer(viewer, found[1])
        booking = Booking.objects.select_related("slot").get(pk=found[0])
        if booking.state == BookingState.ATTENDED:
            return booking.pk
        if booking.slot is None:
            raise NotPossibleNow(BookingState(booking.state).label)
        if now < booking.slot.begins - BEFORE:
            raise TooEarly(booking.slot.begins - BEFORE)
        move(booking, Step.ATTEND, checked_in_at=now)
        audit.record(viewer, action="bookings.check_in", object=f"booking:{booking.pk}", now=now)
        return booking.pk


def mark_missed(*, viewer: Viewer, offer_id: int, now: datetime) -> int:
    """Whoever had a seat that is over and was not checked in did not come; return how many. Safe to repeat. Raises NotAllowed, NoSuchOffer."""
    with transaction.atomic():
        offer = own_offer(viewer, offer_id)
        absent = list(Booking.objects.filter(offer=offer, state=BookingState.SEATED, slot__ends__lt=now))
        for booking in absent:
            move(booking, Step.MISS)
        if absent:
            audit.record(
                viewer, action="bookings.missed", object=f"offer:{offer.pk}", detail={"count": len(absent)}, now=now
            )
        return len(absent)


def close_offer(*, viewer: Viewer, offer_id: int, now: datetime) -> None:
    """
    After its last slot: whoever did not come is told so, whoever still waits had no seat. Safe to repeat. Raises NotAllowed, NoSuchOffer, TooEarly.
    """
    with transaction.atomic():
        offer = own_offer(viewer, offer_id)
        last = offer.slots.order_by("-ends").values_list("ends", flat=True).first()
        if last and now < last:
            raise TooEarly(last)
        mark_missed(viewer=viewer, offer_id=offer_id, now=now)
        for booking in Booking.objects.filter(offer=offer, state__in=[BookingState.WAITING, BookingState.ASKED]):
            move(booking, Step.LEAVE_OUT)
        if offer.state == OfferState.OPEN:
            Offer.objects.filter(pk=offer.pk).update(state=OfferState.CLOSED)
            audit.record(viewer, action="bookings.close", object=f"offer:{offer.pk}", now=now)
