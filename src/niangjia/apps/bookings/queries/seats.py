"""Reads: what is offered, who asked and how they stand, and whether every count is right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.bookings import drawing
from niangjia.apps.bookings.access import bookings, offers
from niangjia.apps.bookings.lessons import counted, earned
from niangjia.apps.bookings.lifecycle import BORNE, HOLDS_SEATS, BookingState, Giving, OfferState, SettleState
from niangjia.apps.bookings.models import Booking, Offer, Presence, Quota, Settlement, Slot
from niangjia.apps.bookings.problems import NoSuchBooking, NoSuchOffer
from niangjia.apps.bookings.seating import waiting_that_fit
from niangjia.apps.bookings.settlements import gift_key
from niangjia.apps.bookings.types import Attendance, BookedLine, BookingCard, OfferCard, SlotCard, Violation
from niangjia.apps.funds import queries as funds
from niangjia.apps.registry import queries as registry


def list_offers(viewer: Viewer, *, state: str = "", kind: str = "") -> QuerySet[Offer]:
    """Newest first. Raises NotAllowed."""
    rows = offers(viewer).select_related("org").prefetch_related("slots").order_by("-opens_at", "-pk")
    told = {"state": state, "kind": kind}
    return rows.filter(**{name: value for name, value in told.items() if value})


def get_offer(viewer: Viewer, offer_id: int) -> OfferCard:
    """Raises NotAllowed, NoSuchOffer."""
    row = list_offers(viewer).filter(pk=offer_id).first()
    if row is None:
        raise NoSuchOffer(offer_id)
    return offer_card(row)


def list_bookings(viewer: Viewer, *, offer_id: int, state: str = "") -> list[BookingCard]:
    """Of one offer: who has a seat by its time, then who waits in their order. Names masked. Raises NotAllowed."""
    rows = bookings(viewer).filter(offer_id=offer_id).select_related("slot")
    rows = rows.filter(state=state) if state else rows
    return cards_of(rows.order_by(F("slot__begins").asc(nulls_last=True), "line", "pk"))


def list_of_people(viewer: Viewer, person_ids: Iterable[int]) -> list[BookedLine]:
    """What these people asked for a seat at, of what the viewer may see, the latest first; none without bookings.view."""
    if not permissions.may(viewer, "bookings.view"):
        return []
    rows = bookings(viewer).filter(person_id__in=set(person_ids)).select_related("offer").order_by("-asked_at", "-pk")
    return [BookedLine(row.number, row.offer.title, BookingState(row.state), row.asked_at) for row in rows]


def list_own(viewer: Viewer) -> list[BookingCard]:
    """A worker's own, newest first. Raises NotAllowed."""
    return cards_of(bookings(viewer).filter(person_id=viewer.person_id or 0).order_by("-pk"))


def get_booking(viewer: Viewer, booking_id: int) -> BookingCard:
    """Raises NotAllowed, NoSuchBooking."""
    found = cards_of(bookings(viewer).filter(pk=booking_id))
    if not found:
        raise NoSuchBooking(booking_id)
    return found[0]


def attendance_of(viewer: Viewer, offer_id: int) -> Attendance:
    """Counted from the bookings, never typed. Raises NotAllowed, NoSuchOffer."""
    offer = get_offer(viewer, offer_id)
    attended, seated = Q(state=BookingState.ATTENDED), Q(state__in=HOLDS_SEATS)
    told = Booking.objects.filter(offer_id=offer_id).aggregate(
        seated=Coalesce(Sum("seats", filter=seated), 0), waiting=Coalesce(Sum("seats", filter=Q(state=BookingState.WAITING)), 0),
        persons=Count("pk", filter=attended), came=Coalesce(Sum("seats", filter=attended), 0),
        missed=Coalesce(Sum("seats", filter=Q(state=BookingState.MISSED)), 0),
    )  # fmt: skip
    companions = told.pop("came") - told["persons"]
    return Attendance(seats=sum(slot.seats for slot in offer.slots), companions=companions, **told)


def list_held_at(place_id: int, *, now: datetime) -> list[OfferCard]:
    """What is published at a place and not over, whoever offers it: without scope, as anybody may read it. In the order of their first times."""
    held = Slot.objects.filter(offer__place_id=place_id, ends__gt=now).values("offer_id")
    rows = Offer.objects.filter(pk__in=held, state__in=[OfferState.OPEN, OfferState.CLOSED])
    cards = [offer_card(row) for row in rows.select_related("org").prefetch_related("slots")]
    return sorted(cards, key=lambda card: (card.slots[0].begins, card.id))


# --- as types ---


def offer_card(row: Offer) -> OfferCard:
    slots = sorted(row.slots.all(), key=lambda slot: (slot.begins, slot.label))
    return OfferCard(
        id=row.pk, number=row.number, title=row.title, kind=row.kind, org_id=row.org_id, org_name=row.org.name, area=row.area, program=row.program,
        place_id=row.place_id, giving=Giving(row.giving), state=OfferState(row.state), opens_at=row.opens_at, closes_at=row.closes_at,
        most_companions=row.most_companions, every_years=row.every_years, note=row.note, seal=row.seal, seed=row.seed,
        slots=tuple(SlotCard(one.pk, one.begins, one.ends, one.seats, one.taken, one.label) for one in slots),
        campaign_id=row.campaign_id, teacher_id=row.teacher_id, unit_cost=row.unit_cost, least_share=row.least_share, drawn_at=row.drawn_at, step=row.step,
        extras=prices_of(row),
    )  # fmt: skip


def prices_of(row: Offer) -> dict[str, Decimal | None]:
    """What may be chosen beside a seat, with yuan a person; null = not told."""
    return {name: Decimal(price) if price else None for name, price in row.extras.items()}


def cards_of(rows: Iterable[Booking]) -> list[BookingCard]:
    found = list(counted(rows) if isinstance(rows, QuerySet) else rows)
    names = registry.masked_names({row.person_id for row in found})
    lines = _lines({row.offer_id for row in found if row.state == BookingState.WAITING})
    return [
        BookingCard(
            id=row.pk, number=row.number, offer_id=row.offer_id, person_id=row.person_id, name=names.get(row.person_id, ""), org_id=row.org_id,
            slot_id=row.slot_id or row.wished_id, state=BookingState(row.state), seats=row.seats, line=lines.get(row.pk), asked_at=row.asked_at,
            checked_in_at=row.checked_in_at, code=row.code, reason=row.reason, certificate=row.certificate or "", group=row.group,
            lessons=vars(row).get("lesson_count", 0), present=vars(row).get("present_count", 0), lessons_until=vars(row).get("lessons_until"),
            extras=tuple(row.extras),
        )
        for row in found
    ]  # fmt: skip


def _lines(offer_ids: set[int]) -> Mapping[int, int]:
    """The place in the line of everybody who waits, by booking."""
    places: dict[int, int] = {}
    count: dict[int, int] = {}
    waiting = Booking.objects.filter(offer_id__in=offer_ids, state=BookingState.WAITING).order_by(
        "offer_id", "line", "pk"
    )
    for pk, offer_id in waiting.values_list("pk", "offer_id"):
        count[offer_id] = places[pk] = count.get(offer_id, 0) + 1
    return places


# --- what must always be so ---


def verify(*, now: datetime) -> Iterator[Violation]:
    """
    Seats counted as given; nobody waits behind a seat that fits; every draw is that of its seed, and its seed that of its seal; what a trip
    costs the employer is what was decided, and what was settled stands in the fund's books.
    """
    given = Coalesce(Sum("bookings__seats", filter=Q(bookings__state__in=HOLDS_SEATS)), 0)
    for table, word in ((Slot, "SLOT"), (Quota, "QUOTA")):
        for row in table.objects.annotate(given=given).exclude(taken=F("given")).iterator():  # type: ignore[attr-defined]
            yield Violation(
                f"{word}_TAKEN",
                f"{word.lower()}:{row.pk}",
                f"says {row.taken} seats are taken, bookings hold {row.given}",
            )
    for offer in Offer.objects.exclude(state__in=[OfferState.DRAFT, OfferState.CANCELLED]).iterator():
        if offer.giving == Giving.FIRST_COME or offer.drawn_at:
            for booking, slot in waiting_that_fit(offer, now):
                yield Violation("WAITING_FITS", booking.number, f"waits though slot {slot.pk} has room")
        if offer.drawn_at:
            yield from _verify_draw(offer)
    elsewhere = Presence.objects.exclude(lesson__slot=F("booking__slot"), booking__state=BookingState.ATTENDED)
    for presence in elsewhere.select_related("booking"):
        yield Violation("PRESENCE_SEAT", presence.booking.number, "was at a lesson of a course in which it has no seat")
    certified = counted(Booking.objects.filter(certificate__isnull=False, offer__least_share__isnull=False))
    for booking in certified.select_related("offer"):
        if not earned(booking, booking.offer.least_share):
            yield Violation("CERTIFICATE_SHARE", booking.number, "has a certificate and was at too few lessons")
    for part in Settlement.objects.filter(state__in=BORNE).exclude(amount=F("decision__amount")).iterator():
        yield Violation(
            "SETTLEMENT_DECISION", f"booking:{part.booking_id}", "bears another amount than its decision gives"
        )
    yield from _verify_given()


def _verify_given() -> Iterator[Violation]:
    given = dict(Settlement.objects.filter(state=SettleState.GIVEN).values_list("booking_id", "amount"))
    booked = funds.goods_given(gift_key(booking_id) for booking_id in given)
    for booking_id, amount in sorted(given.items()):
        if booked.get(gift_key(booking_id)) != amount:
            yield Violation(
                "SETTLEMENT_GIVEN", f"booking:{booking_id}", "stands as settled, and the fund's books do not say so"
            )


def _verify_draw(offer: Offer) -> Iterator[Violation]:
    if drawing.seal_of(offer.seed) != offer.seal:
        yield Violation("DRAW_SEAL", offer.number, "its seed is not the one that was sealed when it was published")
    drawn = list(
        Booking.objects.filter(offer=offer, asked_at__lt=offer.closes_at).exclude(state=BookingState.CANCELLED)
    )
    lines = {one.number: one.line for one in drawn}
    if sorted(lines, key=lambda number: lines[number]) != drawing.order(offer.seed, lines):
        yield Violation("DRAW_ORDER", offer.number, "the line is not that of its seed")
