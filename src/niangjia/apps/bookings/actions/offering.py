"""What is offered: its times and seats, who it is for, publishing, drawing, calling off."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.audit.types import Entry
from niangjia.apps.bookings import drawing
from niangjia.apps.bookings.access import own_offer
from niangjia.apps.bookings.kinds import kind_of, said_by_pack
from niangjia.apps.bookings.lifecycle import OPEN, BookingState, Giving, OfferState, Step
from niangjia.apps.bookings.models import Booking, Campaign, Lesson, Offer, Quota, Slot, Teacher
from niangjia.apps.bookings.problems import (
    DrawTooEarly,
    FewerThanTaken,
    IsBookedByThat,
    LastSlot,
    NoReason,
    NoSlots,
    NoSuchExtra,
    NoSuchOffer,
    NotADraw,
    NotAPlaceForOffers,
    NotPossibleNow,
    SlotBeforeDraw,
    SlotIsPast,
    SlotWasHeld,
    WasHeld,
    WrongTimes,
)
from niangjia.apps.bookings.seating import give_back, move, move_up, seated_under_none
from niangjia.apps.bookings.shares import keep_shares, keep_shares_again
from niangjia.apps.bookings.types import OfferFacts, SlotFacts
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope
from niangjia.apps.places import queries as places
from niangjia.kernel.sealing import keys_in


def make_offer(*, viewer: Viewer, facts: OfferFacts, key: str, now: datetime) -> int:
    """
    A draft that its union alone sees; return its id. Safe to repeat: with the same `key` the one that was made is returned. Once in how many
    years is what its pack says, if that says so.

    Raises: NotAllowed; NoSuchOffer: its union, teacher or campaign is not of the viewer's part of the tree; NotAPlaceForOffers; WrongTimes; MissingParameter.
    """
    permissions.require(viewer, "bookings.manage")
    if not scope.covers(viewer.org_path, organizations.get_union(facts.org_id).path):
        raise NoSuchOffer(facts.title)
    if facts.opens_at >= facts.closes_at:
        raise WrongTimes
    _refuse_others(viewer, facts)
    refuse_place(facts.org_id, facts.place_id, now)
    told = _told(facts, now) | {
        "org_id": facts.org_id,
        "area": facts.area,
        "state": OfferState.DRAFT,
        "number": key[:24],
    }
    with transaction.atomic():
        offer, is_new = Offer.objects.get_or_create(key=key, defaults=told)
        if is_new:
            Offer.objects.filter(pk=offer.pk).update(number=f"HD{offer.pk:07}")
            audit.record(
                viewer, action="bookings.offer", object=f"offer:{offer.pk}", detail={"kind": facts.kind}, now=now
            )
        return offer.pk


def _told(facts: OfferFacts, now: datetime) -> dict[str, object]:
    """What an offer says, by column. Raises MissingParameter."""
    said = said_by_pack(facts.program, area=facts.area, on=timezone.localdate(now))
    return {
        "title": facts.title.strip(), "kind": facts.kind, "giving": facts.giving, "program": facts.program,
        "opens_at": facts.opens_at, "closes_at": facts.closes_at, "place_id": facts.place_id, "most_companions": facts.most_companions,
        "every_years": said.every_years if said and said.every_years else facts.every_years, "note": facts.note.strip(),
        "campaign_id": facts.campaign_id, "teacher_id": facts.teacher_id, "unit_cost": facts.unit_cost, "least_share": facts.least_share,
    }  # fmt: skip


WHAT_NOBODY_BOOKED = {"title", "note", "teacher_id", "campaign_id", "closes_at"}
"""What may change while people have a seat or wait: none of it alters what they asked for, as long as booking does not close earlier."""


def change_offer(*, viewer: Viewer, offer_id: int, facts: OfferFacts, now: datetime) -> bool:
    """
    A draft says what it is told from now on; of what is published, what nobody booked by: its title, text, teacher and season, and, while it is
    open, a later end of booking. What was said before stays on record, and who booked is told. Return whether anything changed: safe to repeat.

    Raises: as `make_offer`; NotPossibleNow: it was called off; IsBookedByThat: something that people booked by would change; SlotBeforeDraw.
    """
    with transaction.atomic():
        offer = own_offer(viewer, offer_id)
        _refuse_ended(offer)
        told = _told(facts, now)
        before = {name: getattr(offer, name) for name, value in told.items() if getattr(offer, name) != value}
        if not before:
            return False
        if facts.opens_at >= facts.closes_at:
            raise WrongTimes
        if offer.state != OfferState.DRAFT and (
            set(before) - WHAT_NOBODY_BOOKED or not _closes_no_earlier(offer, facts, now)
        ):
            raise IsBookedByThat
        if offer.state == OfferState.OPEN and "closes_at" in before:
            _refuse_before_draw(offer, offer.slots.values_list("begins", flat=True), facts.closes_at)
        _refuse_others(viewer, facts, known=(offer.campaign_id, offer.teacher_id))
        if "place_id" in before:
            refuse_place(offer.org_id, facts.place_id, now)
        if "kind" in before:
            offer.extras = {}  # they are of the kind
        for name in before:
            setattr(offer, name, told[name])
        offer.step += 1
        offer.save(update_fields=[*before, "extras", "step"])
        detail = {"before": _as_text(before), "after": _as_text({name: told[name] for name in before})}
        audit.record(viewer, action="bookings.change", object=f"offer:{offer.pk}", detail=detail, now=now)
        return True


def _closes_no_earlier(offer: Offer, facts: OfferFacts, now: datetime) -> bool:
    """Nor anew, once a draw's booking is over: who did not ask in time is not drawn."""
    if facts.closes_at == offer.closes_at:
        return True
    is_late = offer.giving == Giving.DRAW and now >= offer.closes_at
    return offer.state == OfferState.OPEN and facts.closes_at > offer.closes_at and not is_late


def _as_text(said: Mapping[str, object]) -> dict[str, str | None]:
    return {name: None if value is None else str(value) for name, value in said.items()}


def _refuse_others(viewer: Viewer, facts: OfferFacts, known: tuple[int | None, int | None] = (None, None)) -> None:
    """A campaign of one's own part of the tree or above it; a teacher of any union: they are announced to everybody. `known` stand already."""
    campaign_id, teacher_id = known
    if facts.campaign_id not in (None, campaign_id):
        own = scope.inside("org", viewer.org_path)
        above = [one.id for one in organizations.list_ancestors(viewer.org_id)]
        found = Campaign.objects.filter(pk=facts.campaign_id)
        if not (found.filter(own) | found.filter(org_id__in=above)).exists():
            raise NoSuchOffer(facts.campaign_id)
    if (
        facts.teacher_id not in (None, teacher_id)
        and not Teacher.objects.filter(pk=facts.teacher_id, is_active=True).exists()
    ):
        raise NoSuchOffer(facts.teacher_id)


def refuse_place(org_id: int, place_id: int | None, now: datetime) -> None:
    """Raises NotAPlaceForOffers: not in use, somebody's home, a lease, or of a union that the offer's does not recognise."""
    if place_id is not None:
        usable = places.list_usable(org_id, on=timezone.localdate(now))
        if not usable.filter(pk=place_id).exists():
            raise NotAPlaceForOffers


def _refuse_past(begins: Iterable[datetime], now: datetime) -> None:
    if past := [at for at in begins if at <= now]:
        raise SlotIsPast(min(past))


def _refuse_before_draw(offer: Offer, begins: Iterable[datetime], closes_at: datetime) -> None:
    """A draw is held when booking is closed and gives no seat in what began by then."""
    if offer.giving == Giving.DRAW and (early := [at for at in begins if at <= closes_at]):
        raise SlotBeforeDraw(min(early), closes_at)


def add_slots(*, viewer: Viewer, offer_id: int, slots: Iterable[SlotFacts], now: datetime) -> None:
    """
    Times with seats. One that is there (by beginning and label) is left as it is. Shares of the pack are made anew, and whoever waits moves up.

    Raises: NotAllowed, NoSuchOffer, NotPossibleNow: it was called off; WrongTimes; SlotIsPast, SlotBeforeDraw: of what is published.
    """
    with transaction.atomic():
        offer = own_offer(viewer, offer_id)
        _refuse_ended(offer)
        told = list(slots)
        if any(one.begins >= one.ends or one.seats < 1 or not _lessons_fit(one) for one in told):
            raise WrongTimes
        if offer.state != OfferState.DRAFT:
            known = set(offer.slots.values_list("begins", "label"))
            begins = [one.begins for one in told if (one.begins, one.label) not in known]
            _refuse_past(begins, now)
            _refuse_before_draw(offer, begins, offer.closes_at)
        rows = [Slot(offer=offer, begins=one.begins, ends=one.ends, seats=one.seats, label=one.label) for one in told]
        Slot.objects.bulk_create(rows, ignore_conflicts=True)
        _add_lessons(offer, told)
        keep_shares_again(offer, now)
        if offer.giving == Giving.FIRST_COME or offer.drawn_at:
            move_up(offer, now, viewer)
        audit.record(viewer, action="bookings.slots", object=f"offer:{offer.pk}", detail={"count": len(told)}, now=now)


def _lessons_fit(slot: SlotFacts) -> bool:
    return all(slot.begins <= begins < ends <= slot.ends for begins, ends in slot.lessons)


def _add_lessons(offer: Offer, told: Iterable[SlotFacts]) -> None:
    """A slot that was there keeps its lessons: who was present at which is not to be told anew."""
    lessons = {(one.begins, one.label): one.lessons for one in told if one.lessons}
    slots = [
        one for one in offer.slots.filter(lessons__isnull=True) if (one.begins, one.label) in lessons and not one.taken
    ]
    rows = [
        Lesson(slot=one, begins=begins, ends=ends) for one in slots for begins, ends in lessons[one.begins, one.label]
    ]
    Lesson.objects.bulk_create(rows)


def set_seats(*, viewer: Viewer, slot_id: int, seats: int, now: datetime) -> None:
    """More or fewer seats; shares of the pack are made anew, and whoever waits moves up. Raises NotAllowed, NoSuchOffer, NotPossibleNow, FewerThanTaken."""
    with transaction.atomic():
        offer_id = Slot.objects.filter(pk=slot_id).values_list("offer_id", flat=True).first()
        offer = own_offer(viewer, offer_id or 0)
        _refuse_ended(offer)
        slot = Slot.objects.get(pk=slot_id)
        if seats < max(1, slot.taken):
            raise FewerThanTaken(slot.taken)
        Slot.objects.filter(pk=slot_id).update(seats=seats)
        keep_shares_again(offer, now)
        move_up(offer, now, viewer)
        audit.record(
            viewer,
            action="bookings.seats",
            object=f"offer:{offer.pk}",
            detail={"slot": slot_id, "seats": seats},
            now=now,
        )


def set_quota(*, viewer: Viewer, offer_id: int, org_id: int | None, group: str = "", seats: int, now: datetime) -> None:
    """
    So many of the seats are for that union's workers, or that group's. An offer with quotas is for nobody else. Seats of theirs that were given
    before count among them. Raises as `set_seats`.
    """
    with transaction.atomic():
        offer = own_offer(viewer, offer_id)
        _refuse_ended(offer)
        quota = Quota.objects.filter(offer=offer, org_id=org_id, group=group).first()
        quota = quota or Quota(offer=offer, org_id=org_id, group=group)
        theirs: list[Booking] = seated_under_none(quota) if quota.pk is None else []
        quota.taken += sum(one.seats for one in theirs)
        if seats < quota.taken:
            raise FewerThanTaken(quota.taken)
        quota.seats = seats
        quota.save()
        offer.quotas.update(is_of_pack=False)  # whoever sets one sets the shares
        Booking.objects.filter(pk__in=[one.pk for one in theirs]).update(quota=quota)
        if offer.giving == Giving.FIRST_COME or offer.drawn_at:
            move_up(offer, now, viewer)
        detail = {"org": org_id, "group": group, "seats": seats}
        audit.record(viewer, action="bookings.quota", object=f"offer:{offer.pk}", detail=detail, now=now)


def drop_quota(*, viewer: Viewer, offer_id: int, quota_id: int, now: datetime) -> None:
    """
    These seats are kept for them no more; without any quota the offer is for every member. Who has a seat by it keeps it, and whoever waits
    moves up. Safe to repeat. Raises NotAllowed, NoSuchOffer, NotPossibleNow: it was called off.
    """
    with transaction.atomic():
        offer = own_offer(viewer, offer_id)
        _refuse_ended(offer)
        quota = Quota.objects.filter(offer=offer, pk=quota_id).first()
        if quota is None:
            return
        Booking.objects.filter(quota=quota).update(quota=None)
        quota.delete()
        offer.quotas.update(is_of_pack=False)
        if offer.giving == Giving.FIRST_COME or offer.drawn_at:
            move_up(offer, now, viewer)
        detail = {"org": quota.org_id, "group": quota.group}
        audit.record(viewer, action="bookings.drop_quota", object=f"offer:{offer.pk}", detail=detail, now=now)


def set_extras(*, viewer: Viewer, offer_id: int, extras: Mapping[str, Decimal | None], now: datetime) -> None:
    """
    What may be chosen beside a seat, of what its kind has, with yuan a person; null = not told. Not once it is published: who asked has chosen.

    Raises: NotAllowed, NoSuchOffer, NotPossibleNow, NoSuchExtra.
    """
    with transaction.atomic():
        offer = own_offer(viewer, offer_id)
        if offer.state != OfferState.DRAFT:
            raise NotPossibleNow(OfferState(offer.state).label)
        if strange := set(extras) - set(kind_of(offer.kind).extras):
            raise NoSuchExtra(sorted(strange)[0])
        offer.extras = {name: "" if price is None else str(price) for name, price in sorted(extras.items())}
        offer.save(update_fields=["extras"])
        audit.record(viewer, action="bookings.extras", object=f"offer:{offer.pk}", detail=offer.extras, now=now)


def publish(*, viewer: Viewer, offer_id: int, now: datetime) -> None:
    """
    From now on it is seen, and asked for in its time. A draw's seed is made and sealed here. Safe to repeat.

    Raises: NotAllowed, NoSuchOffer, NoSlots, NotPossibleNow; SlotIsPast, SlotBeforeDraw: one of its sessions nobody could have a seat in;
        NotAPlaceForOffers: its place is not in use any more.
    """
    with transaction.atomic():
        offer = own_offer(viewer, offer_id)
        if offer.state == OfferState.OPEN:
            return
        if offer.state != OfferState.DRAFT:
            raise NotPossibleNow(OfferState(offer.state).label)
        begins = list(offer.slots.values_list("begins", flat=True))
        if not begins:
            raise NoSlots
        _refuse_past(begins, now)
        _refuse_before_draw(offer, begins, offer.closes_at)
        refuse_place(offer.org_id, offer.place_id, now)
        keep_shares(offer, now)
        offer.state = OfferState.OPEN
        if offer.giving == Giving.DRAW:
            seed = drawing.new_seed()
            offer.sealed_seed = keys_in(settings.KEYS_FOLDER).seal(seed.encode(), f"bookings.offer:{offer.pk}")
            offer.seal = drawing.seal_of(seed)
        offer.save(update_fields=["state", "sealed_seed", "seal"])
        audit.record(
            viewer, action="bookings.publish", object=f"offer:{offer.pk}", detail={"seal": offer.seal}, now=now
        )


def draw(*, viewer: Viewer, offer_id: int, now: datetime) -> None:
    """
    Show the seed, put everybody who asked in its order, and give the seats in that order; the rest waits in it. Safe to repeat.

    Raises: NotAllowed, NoSuchOffer, NotADraw, NotPossibleNow: not published; DrawTooEarly.
    """
    with transaction.atomic():
        offer = own_offer(viewer, offer_id)
        if offer.giving != Giving.DRAW:
            raise NotADraw
        if offer.drawn_at:
            return
        if offer.state not in (OfferState.OPEN, OfferState.CLOSED) or offer.sealed_seed is None:
            raise NotPossibleNow(OfferState(offer.state).label)
        if now < offer.closes_at:
            raise DrawTooEarly(offer.closes_at)
        sealed = bytes(offer.sealed_seed)
        offer.seed = keys_in(settings.KEYS_FOLDER).open(sealed, f"bookings.offer:{offer.pk}").decode()
        offer.drawn_at, offer.state = now, OfferState.CLOSED
        offer.save(update_fields=["seed", "drawn_at", "state"])
        asked = {one.number: one for one in Booking.objects.filter(offer=offer, state=BookingState.ASKED)}
        for line, number in enumerate(drawing.order(offer.seed, asked), 1):
            move(asked[number], Step.PUT_IN_LINE, line=line)
        seated = move_up(offer, now, viewer)
        detail = {"asked": len(asked), "seated": len(seated), "seed": offer.seed}
        audit.record(viewer, action="bookings.draw", object=f"offer:{offer.pk}", detail=detail, now=now)


def call_off(*, viewer: Viewer, offer_id: int, reason: str, now: datetime) -> None:
    """
    It does not take place: every booking that is open ends, with the reason. Safe to repeat.

    Raises: NotAllowed, NoSuchOffer; WasHeld: somebody came, or all its sessions are over; NoReason: of what is published.
    """
    with transaction.atomic():
        offer = own_offer(viewer, offer_id)
        if offer.state == OfferState.CANCELLED:
            return
        if offer.state != OfferState.DRAFT:
            _refuse_held(offer, now)
            if not reason.strip():
                raise NoReason
        Offer.objects.filter(pk=offer.pk).update(state=OfferState.CANCELLED)
        _end(viewer, Booking.objects.filter(offer=offer, state__in=OPEN), reason, now)
        audit.record(viewer, action="bookings.call_off", object=f"offer:{offer.pk}", reason=reason, now=now)


def _refuse_held(offer: Offer, now: datetime) -> None:
    came = Booking.objects.filter(offer=offer, state=BookingState.ATTENDED).exists()
    if came or not offer.slots.filter(ends__gt=now).exists():
        raise WasHeld


def call_off_slot(*, viewer: Viewer, slot_id: int, reason: str = "", now: datetime) -> None:
    """
    One time of an offer is taken out: who has a seat in it, or waits for it alone, has none any more, with the reason. What it was stays on
    record. Shares of the pack are made anew, and whoever waits for another time moves up.

    Raises:
        NotAllowed; NoSuchOffer: no such time; NotPossibleNow: the offer was called off; SlotWasHeld: it has begun, and somebody has a seat in it;
        LastSlot: of what is published; NoReason: somebody has a seat or waits.
    """
    with transaction.atomic():
        offer = own_offer(viewer, Slot.objects.filter(pk=slot_id).values_list("offer_id", flat=True).first() or 0)
        _refuse_ended(offer)
        slot = Slot.objects.get(pk=slot_id)
        if slot.taken and slot.begins <= now or slot.bookings.filter(state=BookingState.ATTENDED).exists():
            raise SlotWasHeld(slot.begins)
        if offer.state != OfferState.DRAFT and offer.slots.count() == 1:
            raise LastSlot
        theirs = Booking.objects.filter(Q(slot=slot) | Q(wished=slot), offer=offer, state__in=OPEN)
        if not reason.strip() and theirs.exists():
            raise NoReason
        ended = _end(viewer, theirs, reason, now)
        Booking.objects.filter(wished=slot).update(wished=None)
        slot.lessons.all().delete()
        slot.delete()
        keep_shares_again(offer, now)
        if offer.giving == Giving.FIRST_COME or offer.drawn_at:
            move_up(offer, now, viewer)
        detail = {"begins": slot.begins.isoformat(), "label": slot.label, "seats": slot.seats, "ended": ended}
        audit.record(
            viewer, action="bookings.call_off_slot", object=f"offer:{offer.pk}", reason=reason, detail=detail, now=now
        )


def _end(viewer: Viewer, bookings: Iterable[Booking], reason: str, now: datetime) -> int:
    """Bookings of what does not take place; how many. By its entry each worker is told."""
    ended = list(bookings)
    for booking in ended:
        give_back(booking)
        move(booking, Step.CANCEL, slot=None, quota=None, reason=reason.strip()[:200])
    entries = [Entry(action="bookings.called_off", object=f"booking:{one.pk}") for one in ended]
    audit.record_many(viewer, entries=entries, now=now)
    return len(ended)


def _refuse_ended(offer: Offer) -> None:
    if offer.state == OfferState.CANCELLED:
        raise NotPossibleNow(OfferState(offer.state).label)
