"""What a worker, or somebody who has a number, reads."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Case, Exists, OuterRef, Prefetch, Q, When
from django.utils import timezone

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.bookings import seating
from niangjia.apps.bookings.access import bookings, member_of, offers, quotas_for, way_up
from niangjia.apps.bookings.actions.announcing import mark_of
from niangjia.apps.bookings.actions.asking import refuse
from niangjia.apps.bookings.granting import Window, require_grant, windows_of
from niangjia.apps.bookings.lifecycle import HOLDS_SEATS, BookingState, OfferState
from niangjia.apps.bookings.models import Booking, Feed, Lesson, Offer, Presence, Settlement
from niangjia.apps.bookings.problems import NoSuchCertificate, NoSuchOffer, NotForYou, ShareIsGiven
from niangjia.apps.bookings.queries.seats import offer_card
from niangjia.apps.bookings.types import Appointment, Certificate, LessonCard, OfferCard
from niangjia.apps.places import queries as places
from niangjia.apps.registry import queries as registry
from niangjia.kernel.problems import Refusal

SHOWN_BEFORE = timedelta(days=14)
"""So long before it opens an offer is shown to come."""
_FED = timedelta(days=180)


def offers_for(
    viewer: Viewer, asked_for: Collection[int], *, now: datetime
) -> tuple[dict[int, OfferCard], list[OfferCard]]:
    """
    Offers that the worker asked for, by id; and what they may ask for now or soon, those that close first first: what is for other unions or
    groups is left out. Raises NotAllowed.
    """
    permissions.require(viewer, "own.view")
    soon = Q(state=OfferState.OPEN, closes_at__gt=now, opens_at__lte=now + SHOWN_BEFORE)
    found = (
        offers(viewer).filter(soon | Q(pk__in=asked_for)).annotate(is_soon=Case(When(soon, then=True), default=False))
    )
    every = list(found.select_related("org").prefetch_related("slots", "quotas").order_by("closes_at", "pk"))
    theirs = {row.pk: offer_card(row) for row in every if row.pk in asked_for}
    return theirs, _open_to(viewer, [row for row in every if row.is_soon])


def _open_to(viewer: Viewer, rows: Sequence[Offer]) -> list[OfferCard]:
    try:
        org_id, group = member_of(viewer, viewer.person_id or 0)
    except NotForYou:
        return []
    above = way_up(org_id) if any(quota.org_id for row in rows for quota in row.quotas.all()) else ()
    theirs = [row for row in rows if not row.quotas.all() or quotas_for(row.quotas.all(), org_id, group, above=above)]
    granted: dict[tuple[str, str], list[Window] | None] = {}  # what a programme granted is asked once
    return [offer_card(row) for row in theirs if _has_grant(viewer, row, org_id, granted)]


def _has_grant(viewer: Viewer, row: Offer, org_id: int, granted: dict[tuple[str, str], list[Window] | None]) -> bool:
    """For everybody, or granted to the worker for a time in which one of its sessions lies."""
    key = row.kind, row.program
    if key not in granted:
        granted[key] = windows_of(row, viewer, viewer.person_id or 0, org_id)
    windows = granted[key]
    return windows is None or any(one.holds(slot) for one in windows for slot in row.slots.all())


def list_public(*, now: datetime) -> list[OfferCard]:
    """What is open or soon will be, for anybody to read."""
    rows = Offer.objects.filter(state=OfferState.OPEN, closes_at__gt=now, opens_at__lte=now + SHOWN_BEFORE)
    return [offer_card(row) for row in rows.select_related("org").prefetch_related("slots").order_by("closes_at", "pk")]


def why_not(viewer: Viewer, offer_id: int, *, now: datetime) -> Refusal | None:
    """What would be answered if the worker asked now; None: they may. Raises NotAllowed, NoSuchOffer."""
    permissions.require(viewer, "own.view")
    offer = offers(viewer).filter(pk=offer_id).first()
    if offer is None:
        raise NoSuchOffer(offer_id)
    try:
        org_id, group = member_of(viewer, viewer.person_id or 0)
        refuse(offer, viewer.person_id or 0, org_id, group, 0, now)
        if not _has_grant(viewer, offer, org_id, {}):
            require_grant(windows_of(offer, viewer, viewer.person_id or 0, org_id), [], None)
    except Refusal as refusal:
        return refusal
    return None


def why_waiting(viewer: Viewer, booking_id: int, *, now: datetime) -> ShareIsGiven | None:
    """Why a worker waits though seats are free: the narrowest share they come in is given; None: they do not wait for that. Raises NotAllowed."""
    row = bookings(viewer).filter(pk=booking_id, state=BookingState.WAITING).select_related("offer").first()
    shares = seating.why_waiting(row, now) if row else []
    if not shares:
        return None
    share = shares[0]
    zh, en = (share.org.name, share.org.name) if share.org else ("您所在群体", "your group")
    return ShareIsGiven(zh if not (share.org and share.group) else f"{zh}您所在群体", en, share.seats)


def has_feed(viewer: Viewer) -> datetime | None:
    """Since when the worker's calendar has an address; None: it has none. Raises NotAllowed."""
    permissions.require(viewer, "own.view")
    return Feed.objects.filter(person_id=viewer.person_id or 0).values_list("made_at", flat=True).first()


def calendar_of(secret: str, *, now: datetime) -> list[Appointment] | None:
    """The times of whoever has this secret, half a year back and all to come; None: nobody has it whose account is in use."""
    person_id = Feed.objects.filter(mark=mark_of(secret)).values_list("person_id", flat=True).first()
    if person_id is None or not accounts.accounts_of_persons([person_id]):
        return None
    rows = Booking.objects.filter(person_id=person_id, state__in=HOLDS_SEATS, slot__ends__gt=now - _FED)
    rows = rows.select_related("offer__place", "slot").prefetch_related(
        Prefetch("slot__lessons", Lesson.objects.order_by("begins"))
    )
    found = [one for row in rows for one in _appointments(row) if one.begins > now - _FED]
    return sorted(found, key=lambda one: (one.begins, one.number))


def _appointments(row: Booking) -> list[Appointment]:
    """A lesson is known by its own row, so that its entry stays the same whatever is added before it."""
    assert row.slot is not None, "who holds a seat has a time"
    place = row.offer.place
    address = place.address if place is not None and place.kind in places.public_kinds() else ""
    where = " ".join(part for part in (row.slot.label, address) if part)
    lessons = list(row.slot.lessons.all())
    if not lessons:
        return [Appointment(row.number, row.offer.title, row.slot.begins, row.slot.ends, where, row.asked_at)]
    return [
        Appointment(f"{row.number}-L{one.pk}", row.offer.title, one.begins, one.ends, where, row.asked_at, place, len(lessons))
        for place, one in enumerate(lessons, start=1)
    ]  # fmt: skip


def list_lessons(viewer: Viewer, booking_id: int) -> list[LessonCard]:
    """Of a course that the worker has a seat in, in order; empty: it is one time, or they have none. Raises NotAllowed."""
    row = bookings(viewer).filter(pk=booking_id).first()
    if row is None or row.slot_id is None:
        return []
    there = Exists(Presence.objects.filter(booking=row, lesson=OuterRef("pk")))
    rows = Lesson.objects.filter(slot_id=row.slot_id).annotate(was_there=there).order_by("begins")
    return [LessonCard(place, one.begins, one.ends, vars(one)["was_there"]) for place, one in enumerate(rows, start=1)]


def find_certificate(number: str) -> Certificate:
    """For anybody who has the number. Raises NoSuchCertificate."""
    number = number.strip().upper().replace("-", "").replace(" ", "")
    row = Booking.objects.filter(certificate=number).select_related("offer__org", "slot").first() if number else None
    if row is None:
        raise NoSuchCertificate
    return _certificate(row, registry.name_in_public(row.person_id))


def get_own_certificate(viewer: Viewer, booking_id: int) -> Certificate:
    """With the worker's whole name. Raises NotAllowed, NoSuchCertificate."""
    row = bookings(viewer).filter(pk=booking_id, certificate__isnull=False).select_related("offer__org", "slot").first()
    if row is None:
        raise NoSuchCertificate
    return _certificate(row, registry.get_own_name(viewer))


def _certificate(row: Booking, name: str) -> Certificate:
    assert row.slot is not None and row.certificate is not None, "only who came has one"
    on = timezone.localdate(row.slot.begins)
    return Certificate(row.certificate, name, row.offer.title, row.offer.kind, row.offer.org.name, on)


def own_settlement(viewer: Viewer, booking_id: int) -> Settlement | None:
    """What the worker's part in a trip cost and who bears it, to read; None: not told, or no trip. Raises NotAllowed."""
    row = bookings(viewer).filter(pk=booking_id).first()
    return Settlement.objects.filter(booking=row).first() if row else None


# --- whom messages tell ---


def people_to_tell(booking_ids: Iterable[int]) -> dict[int, tuple[int, datetime | None]]:
    """By booking: whose it is, and when it begins; null = it has no seat."""
    rows = Booking.objects.filter(pk__in=set(booking_ids)).values_list("pk", "person_id", "slot__begins")
    return {pk: (person_id, begins) for pk, person_id, begins in rows}


def bookings_to_tell(offer_ids: Iterable[int]) -> dict[int, list[int]]:
    """By offer: persons who asked and did not take it back."""
    rows = Booking.objects.filter(offer_id__in=set(offer_ids)).exclude(state=BookingState.CANCELLED)
    found: dict[int, list[int]] = {}
    for offer_id, person_id in rows.values_list("offer_id", "person_id"):
        found.setdefault(offer_id, []).append(person_id)
    return found
