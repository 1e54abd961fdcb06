"""What the rules ask of a trip, and what is known of one worker's part in it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Q, Sum
from django.utils import timezone

from niangjia.apps.bookings.kinds import kind_of
from niangjia.apps.bookings.lifecycle import BORNE, SettleState
from niangjia.apps.bookings.models import Booking, Offer, Settlement, Slot, Trip
from niangjia.apps.bookings.problems import NotATrip, TripNotTold
from niangjia.apps.files.types import Owner
from niangjia.apps.funds import queries as funds
from niangjia.apps.matters import queries as matters
from niangjia.apps.matters.types import Question
from niangjia.apps.programs import queries as programs
from niangjia.apps.programs.types import SubjectKind
from niangjia.engines.policy.pack import Pack
from niangjia.kernel.money import ZERO

INVOICES, MOST_INVOICES = "invoices", 12
OF_EACH = ("companions", "have_companions_paid", "trip_cost", "priority_group", "trip_days", "trip_days_before")
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


def days_of(slot: Slot) -> int:
    """How many days it lasts, the first and the last counted; one that ends at midnight has no more of the day that begins then."""
    return (timezone.localdate(slot.ends - timedelta(microseconds=1)) - day_of(slot)).days + 1


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
        "trip_days": days_of(booking.slot),
        "trip_days_before": days_before(settlement),
    }


def days_before(settlement: Settlement) -> int:
    """Days of the worker's other trips of the same year of which the employer bears a part, whichever offer they belonged to."""
    booking = settlement.booking
    assert booking.slot is not None
    others = Settlement.objects.filter(
        booking__person_id=booking.person_id, booking__slot__begins__year=day_of(booking.slot).year, state__in=BORNE
    ).exclude(pk=settlement.pk)
    return others.aggregate(days=Sum("days"))["days"] or 0


def outgrown(rows: Iterable[Settlement], beside: Collection[SettleState]) -> list[Settlement]:
    """
    Those of which no decision saw all days of the worker's year together: another trip was decided beside it. The year's are the row itself and
    the worker's others in one of the states `beside`. A pack that does not ask for earlier days has no such limit.
    """
    return [row for row in rows if not _were_seen_together(row, beside)]


def _were_seen_together(row: Settlement, beside: Collection[SettleState]) -> bool:
    assert row.booking.slot is not None
    theirs = Settlement.objects.filter(
        booking__person_id=row.booking.person_id, booking__slot__begins__year=day_of(row.booking.slot).year
    )
    found = theirs.filter(Q(pk=row.pk) | Q(state__in=beside)).values_list("pk", "days", "decision__facts")
    days = {pk: days or 0 for pk, days, _facts in found}
    seen = {
        pk: days[pk] + facts["trip_days_before"] for pk, _days, facts in found if "trip_days_before" in (facts or {})
    }
    return row.pk not in seen or max(seen.values()) >= sum(days.values())


def owner_of(offer_id: int) -> Owner:
    """Of a trip's invoices."""
    return Owner("trip", str(offer_id))


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
