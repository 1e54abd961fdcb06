"""What the rules ask of a trip, and what is known of one worker's part in it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db.models import Sum
from django.utils import timezone

from niangjia.apps.bookings.kinds import kind_of
from niangjia.apps.bookings.lifecycle import SettleState
from niangjia.apps.bookings.models import Booking, Offer, Settlement, Slot, Trip
from niangjia.apps.bookings.problems import NotATrip, TripNotTold
from niangjia.apps.funds import queries as funds
from niangjia.apps.matters import queries as matters
from niangjia.apps.matters.types import Question
from niangjia.apps.programs import queries as programs
from niangjia.apps.programs.types import SubjectKind
from niangjia.engines.policy.pack import Pack
from niangjia.kernel.money import ZERO

OF_EACH = ("companions", "have_companions_paid", "trip_cost", "priority_group", "trip_days_before")
"""Facts of one worker's part; every other question of the form is about the trip."""


def program_of(offer: Offer) -> str:
    """Raises NotATrip."""
    kind = kind_of(offer.kind)
    if not kind.is_trip:
        raise NotATrip
    return offer.program or kind.program


def day_of(slot: Slot) -> date:
    """The day a trip counts on: its first."""
    return timezone.localdate(slot.begins)


def pack_of(offer: Offer, on: date) -> Pack:
    """Raises NotATrip, NoPackHere."""
    return programs.get_pack(program_of(offer), area=offer.area, asof=on)


def questions_of(offer: Offer) -> tuple[list[Question], Question | None]:
    """
    About the trip as a whole, as the pack words them; and which group of workers goes first, if the pack asks.

    Raises: NotATrip, NoPackHere, TripNotTold: it has no time yet.
    """
    first = offer.slots.order_by("begins").first()
    if first is None:
        raise TripNotTold
    pack = pack_of(offer, day_of(first))
    group = [one.id for one in pack.form if one.id == "priority_group"]
    asked = matters.words_for([one.id for one in pack.form if one.id not in OF_EACH], pack)
    return asked, next(iter(matters.words_for(group, pack)), None)


def facts_of(trip: Trip, settlement: Settlement, questions: list[Question]) -> dict[str, object]:
    """As the rules take them. What was paid for companions is only asked where somebody came along."""
    booking = settlement.booking
    assert booking.slot is not None, "only who went is settled"
    said = {one.name: matters.value_of(one, trip.answers[one.name]) for one in questions if trip.answers.get(one.name)}
    companions = booking.seats - 1
    return said | {
        "companions": companions,
        "have_companions_paid": settlement.companions_paid if companions else None,
        "trip_cost": settlement.cost,
        "priority_group": settlement.priority_group or None,
        "trip_days_before": days_before(settlement),
    }


def days_before(settlement: Settlement) -> int:
    """Days of the worker's other trips of the same year that were settled, whichever offer they belonged to."""
    booking = settlement.booking
    assert booking.slot is not None
    others = Settlement.objects.filter(
        booking__person_id=booking.person_id,
        booking__slot__begins__year=day_of(booking.slot).year,
        state__in=[SettleState.ORDERED, SettleState.GIVEN],
    ).exclude(pk=settlement.pk)
    return others.aggregate(days=Sum("days"))["days"] or 0


def price_of_extras(offer: Offer, booking: Booking) -> Decimal:
    """Yuan of what the worker chose beside the seat, as far as prices were told."""
    return sum((Decimal(offer.extras[name]) for name in booking.extras if offer.extras.get(name)), ZERO)


def subjects_of(settlement: Settlement) -> dict[SubjectKind, int]:
    """Whose caps it counts under: the worker's, and the part in the trip itself, which is the booking."""
    return {SubjectKind.PERSON: settlement.booking.person_id, SubjectKind.TRIP: settlement.booking_id}


def goods_name(offer: Offer) -> str:
    """What is bought of the carrier, as the fund's books have it."""
    return f"疗休养 {offer.number}"


def gift_key(booking_id: int) -> str:
    """Under which the fund's books have a worker's part."""
    return f"trip:{booking_id}"


def withdrawn_of(offer: Offer) -> list[int]:
    """Parts of which the carrier's payment was asked for and then withdrawn under the funds: what is asked for there does not reach so far. By id."""
    rows = Settlement.objects.filter(booking__offer=offer, state__in=[SettleState.ORDERED, SettleState.GIVEN]).order_by("pk")  # fmt: skip
    told = [(pk, amount or ZERO, state) for pk, amount, state in rows.values_list("pk", "amount", "state")]
    if all(state == SettleState.GIVEN for _pk, _amount, state in told):
        return []
    _count, left = funds.goods_asked(goods_name(offer))
    found = []
    for pk, amount, state in sorted(told, key=lambda one: (one[2] != SettleState.GIVEN, one[0])):
        left[amount] -= 1
        if left[amount] < 0 and state == SettleState.ORDERED:
            found.append(pk)
    return found
