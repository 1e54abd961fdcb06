"""Who came."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.audit.types import Entry
from niangjia.apps.bookings.access import bookings, own_offer
from niangjia.apps.bookings.actions.asking import new_code
from niangjia.apps.bookings.kinds import kind_of
from niangjia.apps.bookings.lessons import counted, earned
from niangjia.apps.bookings.lifecycle import BookingState, OfferState, Step
from niangjia.apps.bookings.models import Booking, Lesson, Offer, Presence, Slot
from niangjia.apps.bookings.problems import NoCertificates, NoLessonNow, NoSuchCode, NotPossibleNow, TooEarly
from niangjia.apps.bookings.seating import move

BEFORE = timedelta(hours=2)
"""How long before a slot begins its doors open."""
AHEAD, CHUNK = timedelta(days=1), 500
"""How long before a slot begins its people are reminded; how many rows are written at a time."""


def check_in(*, viewer: Viewer, code: str, now: datetime) -> int:
    """
    The holder of this code is here; return the booking's id. Once: a second reading of the same code changes nothing. Who comes late is
    checked in as well, also after they were counted as missing.

    Raises: NotAllowed; NoSuchCode: no such code at the viewer's offers; NotPossibleNow: it has no seat; TooEarly.
    """
    code = code.upper().replace("-", "").replace(" ", "")
    with transaction.atomic():
        found = bookings(viewer).filter(code=code).values_list("pk", "offer_id").first()
        if found is None:
            raise NoSuchCode
        own_offer(viewer, found[1])
        booking = Booking.objects.select_related("slot").get(pk=found[0])
        if booking.slot is None:
            raise NotPossibleNow(BookingState(booking.state).label)
        lesson = _lesson_now(booking.slot, now)
        if booking.state != BookingState.ATTENDED:
            if now < booking.slot.begins - BEFORE:
                raise TooEarly(booking.slot.begins - BEFORE)
            move(booking, Step.ATTEND, checked_in_at=now)
        elif lesson is None:
            return booking.pk
        if lesson is not None:
            _row, is_new = Presence.objects.get_or_create(lesson=lesson, booking=booking, defaults={"at": now})
            if not is_new:
                return booking.pk
        detail = {"lesson": lesson.pk} if lesson is not None else {}
        audit.record(viewer, action="bookings.check_in", object=f"booking:{booking.pk}", detail=detail, now=now)
        return booking.pk


def _lesson_now(slot: Slot, now: datetime) -> Lesson | None:
    """
    The lesson whose doors are open or that ended today; None: the slot is one time. Raises TooEarly: the next one's doors; NoLessonNow: no other comes.
    """
    lessons = list(slot.lessons.order_by("begins"))
    if not lessons:
        return None
    today = timezone.localdate(now)
    begun = [one for one in lessons if one.begins - BEFORE <= now and timezone.localdate(one.ends) >= today]
    if begun:
        return begun[-1]
    following = next((one for one in lessons if one.begins > now), None)
    if following is None:
        raise NoLessonNow
    raise TooEarly(following.begins - BEFORE)


def certify(*, viewer: Viewer, offer_id: int, now: datetime) -> int:
    """
    A numbered certificate for everybody who came and has none yet; of a course, who was at the share of its lessons that the offer asks for. Return how many. Its number cannot be guessed: who has it may read it.
    Safe to repeat.

    Raises: NotAllowed, NoSuchOffer; NoCertificates: a kind that gives none.
    """
    with transaction.atomic():
        offer = own_offer(viewer, offer_id)
        if not kind_of(offer.kind).gives_certificate:
            raise NoCertificates
        rows = Booking.objects.filter(offer=offer, state=BookingState.ATTENDED, certificate__isnull=True)
        came = [one for one in counted(rows) if earned(one, offer.least_share)]
        for booking in came:
            booking.certificate = f"ZS{new_code()}"
        Booking.objects.bulk_update(came, ["certificate"], batch_size=500)
        entries = [Entry(action="bookings.certify", object=f"booking:{one.pk}") for one in came]
        audit.record_many(viewer, entries=entries, now=now)
        return len(came)


def remind(*, now: datetime) -> int:
    """Whoever has a seat within the next day is reminded, once; return how many. The system's own act, for a job. Safe to repeat."""
    with transaction.atomic():
        soon = Booking.objects.select_for_update().filter(
            state=BookingState.SEATED, reminded_at__isnull=True, slot__begins__gt=now, slot__begins__lte=now + AHEAD
        )
        ids = list(soon.order_by("pk").values_list("pk", flat=True))
        for start in range(0, len(ids), CHUNK):
            Booking.objects.filter(pk__in=ids[start : start + CHUNK]).update(reminded_at=now)
        entries = [Entry(action="bookings.remind", object=f"booking:{one}") for one in ids]
        audit.record_many(None, entries=entries, now=now)
        return len(ids)


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
