"""Giving seats: one place for whoever comes, moves up, or is drawn."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import F

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.audit.types import Entry
from niangjia.apps.bookings.access import quotas_for
from niangjia.apps.bookings.lifecycle import HOLDS_SEATS, STEPS, BookingState, Step
from niangjia.apps.bookings.models import Booking, Offer, Quota, Slot, Turn
from niangjia.apps.bookings.problems import NotPossibleNow


def move(booking: Booking, step: Step, **changes: object) -> None:
    """Raises NotPossibleNow: the booking stands elsewhere."""
    target = STEPS[step].get(BookingState(booking.state))
    if target is None:
        raise NotPossibleNow(BookingState(booking.state).label)
    for name, value in {"state": target, **changes}.items():
        setattr(booking, name, value)
    booking.save(update_fields=["state", *changes])


def hold_turn(offer: Offer, person_id: int) -> None:
    """Until the caller's transaction ends nobody gives the worker a seat under the same program at another offer."""
    if offer.every_years:
        turn, _ = Turn.objects.get_or_create(program=offer.program, person_id=person_id)
        Turn.objects.select_for_update().get(pk=turn.pk)


def had_lately(offer: Offer, person_id: int, begins: datetime) -> datetime | None:
    """When the worker had, or will have, a seat under the same program, if that is less than its years from `begins`; else None."""
    if not offer.every_years:
        return None
    theirs = Booking.objects.filter(offer__program=offer.program, person_id=person_id, state__in=HOLDS_SEATS)
    first, last = _years_from(begins, -offer.every_years), _years_from(begins, offer.every_years)
    near = theirs.filter(slot__begins__gt=first, slot__begins__lt=last).order_by("-slot__begins")
    return near.values_list("slot__begins", flat=True).first()


def _years_from(at: datetime, years: int) -> datetime:
    try:
        return at.replace(year=at.year + years)
    except ValueError:  # 29 February
        return at.replace(year=at.year + years, day=28)


def move_up(offer: Offer, now: datetime, viewer: Viewer | None = None) -> list[Booking]:
    """
    Seat everybody in the line who fits, first come first; return who was seated. Whoever does not fit is passed over and keeps their place: a
    family of three does not keep a single seat empty. The offer is locked by the caller, so nobody else gives its seats meanwhile.
    Each seat is on record, by which its worker is told; `viewer` is whose act gave it.
    """
    slots = [slot for slot in offer.slots.order_by("begins", "label") if slot.begins > now]
    quotas = list(offer.quotas.all())
    seated = []
    for booking in Booking.objects.filter(offer=offer, state=BookingState.WAITING).order_by("line", "pk"):
        if all(slot.taken >= slot.seats for slot in slots):
            break
        for slot, quota in _rooms(booking, slots, quotas):
            hold_turn(offer, booking.person_id)
            if not had_lately(offer, booking.person_id, slot.begins):
                _give(booking, slot, quota)
                seated.append(booking)
                break
    given = [Entry(action="bookings.seat", object=f"booking:{one.pk}", detail={"offer": offer.pk}) for one in seated]
    audit.record_many(viewer, entries=given, now=now)
    return seated


def _rooms(booking: Booking, slots: list[Slot], quotas: list[Quota]) -> Iterator[tuple[Slot, Quota | None]]:
    """Where it has room, and the quota it would count under; None where the offer has none."""
    open_to = [
        slot for slot in slots if booking.wished_id in (None, slot.pk) and slot.taken + booking.seats <= slot.seats
    ]
    if not open_to:
        return
    quota = None
    if quotas:
        mine = quotas_for(quotas, booking.org_id, booking.group)
        quota = next((one for one in mine if one.taken + booking.seats <= one.seats), None)
        if quota is None:
            return
    yield from ((slot, quota) for slot in open_to)


def _give(booking: Booking, slot: Slot, quota: Quota | None) -> None:
    slot.taken += booking.seats
    Slot.objects.filter(pk=slot.pk).update(taken=F("taken") + booking.seats)
    if quota:
        quota.taken += booking.seats
        Quota.objects.filter(pk=quota.pk).update(taken=F("taken") + booking.seats)
    move(booking, Step.SEAT, slot=slot, quota=quota)


def seated_under_none(quota: Quota) -> list[Booking]:
    """Who of the quota's has a seat that counts under no quota yet: it was given before there was one for them."""
    seated = Booking.objects.filter(offer=quota.offer, quota__isnull=True, state__in=HOLDS_SEATS)
    return [one for one in seated if quotas_for([quota], one.org_id, one.group)]


def why_waiting(booking: Booking, now: datetime) -> list[Quota]:
    """The shares that somebody who waits would come in, all given, though a slot that they wish has room; none: it is not for the shares."""
    quotas = quotas_for(booking.offer.quotas.select_related("org"), booking.org_id, booking.group)
    wished = [one for one in booking.offer.slots.all() if one.begins > now and booking.wished_id in (None, one.pk)]
    has_room = any(one.taken + booking.seats <= one.seats for one in wished)
    is_given = all(one.taken + booking.seats > one.seats for one in quotas)
    return quotas if has_room and is_given else []


def give_back(booking: Booking) -> None:
    """The seats of a booking that is about to let them go."""
    if booking.slot_id:
        Slot.objects.filter(pk=booking.slot_id).update(taken=F("taken") - booking.seats)
    if booking.quota_id:
        Quota.objects.filter(pk=booking.quota_id).update(taken=F("taken") - booking.seats)


def waiting_that_fit(offer: Offer, now: datetime) -> Iterator[tuple[Booking, Slot]]:
    """Who waits behind a seat that would fit them: nobody, ever (`verify`)."""
    slots, quotas = [slot for slot in offer.slots.all() if slot.begins > now], list(offer.quotas.all())
    for booking in Booking.objects.filter(offer=offer, state=BookingState.WAITING):
        for slot, _quota in _rooms(booking, slots, quotas):
            if not had_lately(offer, booking.person_id, slot.begins):
                yield booking, slot
