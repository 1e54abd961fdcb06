"""A worker asks for a seat, and lets it go."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.bookings.access import member_of, offers, own_booking, quotas_for
from niangjia.apps.bookings.granting import require_grant, windows_of
from niangjia.apps.bookings.lifecycle import HOLDS_SEATS, OPEN, BookingState, Giving, OfferState, Step
from niangjia.apps.bookings.models import Booking, Offer, Slot
from niangjia.apps.bookings.problems import (
    AlreadyBooked,
    HadOneLately,
    HasBegun,
    NoSuchExtra,
    NoSuchOffer,
    NotForYou,
    NotOpen,
    PlaceNotInUse,
    TooManyCompanions,
)
from niangjia.apps.bookings.seating import give_back, had_lately, hold_turn, move, move_up
from niangjia.apps.places import queries as places

CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Nothing that is mistaken for something else when it is read out; ten of them are 50 bits."""


def new_code() -> str:
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(10))


def ask(
    *,
    viewer: Viewer,
    offer_id: int,
    person_id: int,
    key: str,
    companions: int = 0,
    slot_id: int | None = None,
    extras: Collection[str] = (),
    now: datetime,
) -> int:
    """
    Ask for a seat for a worker, and one for each of the `companions`; return the booking's id. Where seats go to who comes first it has them
    now or waits in the line; where there is a draw it waits for that. `slot_id`: the time that is wished; null = any. `extras`: what of the
    offer's is chosen beside the seat.

    Safe to repeat: with the same `key` the booking that was made is returned.

    Raises:
        NotAllowed; NoSuchOffer; NotOpen; PlaceNotInUse; NotForYou: no member, or of no union or group that has seats; TooManyCompanions; NoSuchExtra; AlreadyBooked;
        HadOneLately; NotGranted, OutsideGrant: the offer is for whom a matter of its programme was granted, in that time.
    """
    if (known := Booking.objects.filter(key=key).first()) and known.person_id == person_id:
        return known.pk
    org_id, group = member_of(viewer, person_id)
    with transaction.atomic():
        offer = offers(viewer).select_for_update(of=("self",)).filter(pk=offer_id).first()
        if offer is None:
            raise NoSuchOffer(offer_id)
        hold_turn(offer, person_id)
        refuse(offer, person_id, org_id, group, companions, now)
        wished = Slot.objects.filter(pk=slot_id, offer=offer).first() if slot_id else None
        if slot_id and (wished is None or wished.begins <= now):
            raise NoSuchOffer(slot_id)
        granted = require_grant(windows_of(offer, viewer, person_id, org_id), list(offer.slots.all()), wished)
        if strange := set(extras) - set(offer.extras):
            raise NoSuchExtra(sorted(strange)[0])
        is_drawn = offer.giving == Giving.DRAW
        last = Booking.objects.filter(offer=offer).aggregate(last=Max("line"))["last"] or 0
        booking = Booking.objects.create(
            number=key[:24], key=key, offer=offer, wished=wished, person_id=person_id, org_id=org_id, group=group, seats=1 + companions,
            state=BookingState.ASKED if is_drawn else BookingState.WAITING, line=last + 1, code=new_code(),
            asked_by_id=viewer.account_id, asked_at=now, extras=sorted(set(extras)),
        )  # fmt: skip
        Booking.objects.filter(pk=booking.pk).update(number=f"BM{booking.pk:08}")
        detail = {"offer": offer.pk, "seats": booking.seats} | ({"matter": granted.matter_id} if granted else {})
        audit.record(viewer, action="bookings.ask", object=f"booking:{booking.pk}", detail=detail, now=now)
        if not is_drawn:
            move_up(offer, now, viewer)
        return booking.pk


def refuse(offer: Offer, person_id: int, org_id: int, group: str, companions: int, now: datetime) -> None:
    """Raises what `ask` refuses with, but for the line."""
    if offer.state != OfferState.OPEN or not offer.opens_at <= now < offer.closes_at:
        raise NotOpen(offer.opens_at, offer.closes_at)
    if offer.place_id is not None and not places.in_use_on([offer.place_id], on=timezone.localdate(now)):
        raise PlaceNotInUse
    quotas = list(offer.quotas.all())
    if quotas and not quotas_for(quotas, org_id, group):
        raise NotForYou
    if not 0 <= companions <= offer.most_companions:
        raise TooManyCompanions(offer.most_companions)
    theirs = Booking.objects.filter(person_id=person_id)
    if theirs.filter(offer=offer, state__in=[*OPEN, *HOLDS_SEATS]).exists():
        raise AlreadyBooked
    first = offer.slots.filter(begins__gt=now).order_by("begins").first()
    if offer.every_years and first and (last := had_lately(offer, person_id, first.begins)):
        raise HadOneLately(offer.every_years, last)


def cancel(*, viewer: Viewer, booking_id: int, reason: str = "", now: datetime) -> None:
    """
    Let the seat go until its time begins; whoever waits moves up. By the worker or for them. Safe to repeat.

    Raises: NotAllowed, NoSuchBooking; HasBegun: from now on who does not come missed it; NotPossibleNow: it was attended or missed.
    """
    with transaction.atomic():
        found = own_booking(viewer, booking_id)
        offer = Offer.objects.select_for_update().get(pk=found.offer_id)
        booking = Booking.objects.select_related("slot").get(
            pk=booking_id
        )  # as it stands now that nobody else works on the offer
        if booking.state == BookingState.CANCELLED:
            return
        if booking.state == BookingState.SEATED and booking.slot is not None and booking.slot.begins <= now:
            raise HasBegun(booking.slot.begins)
        give_back(booking)
        move(booking, Step.CANCEL, slot=None, quota=None, reason=reason.strip()[:200])
        if offer.state != OfferState.CANCELLED and (offer.giving == Giving.FIRST_COME or offer.drawn_at):
            move_up(offer, now, viewer)
        audit.record(viewer, action="bookings.cancel", object=f"booking:{booking.pk}", now=now)
