"""A venue at a concession (E17): for the unit to which it was granted, until its last day; its union books, and nobody else is told that it is open."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from niangjia.apps.bookings import actions, kinds, problems, queries
from niangjia.apps.bookings.models import Booking
from niangjia.apps.bookings.types import Giving, OfferFacts, SlotFacts
from niangjia.apps.matters.tests import begun
from niangjia.apps.programs import actions as programs
from niangjia.apps.programs.tests import town
from niangjia.engines import policy
from niangjia.kernel.deployment import programs_folder

pytestmark = pytest.mark.django_db
PACK = Path(__file__).parents[5] / "demo/town/programs/330624-xinchang/venue-concession"
NOW = town.NOW
ASKED = {
    "concession_user": "small_or_micro", "concession_use": "training", "concession_from": "2023-11-20", "concession_until": "2023-12-31"
}  # fmt: skip


@pytest.fixture
def place(db) -> begun.Place:
    found = begun.build()
    pack = policy.load_pack(PACK, policy.load_vocabulary(programs_folder()))
    programs.install_packs([pack], NOW, programs=programs_folder())
    return found


def grant(place: begun.Place) -> int:
    """Asked for by the union of the bearing factory, checked and approved by the county."""
    card = place.open(place.town.grassroots, "venue-concession", **ASKED)
    card = place.act(place.town.county, card, "accepted", ordinary_fee="3000")
    return place.act(place.town.county_second, card, "approved").id


@pytest.fixture
def hall(place) -> dict[date, int]:
    """Its sessions, by day: before the concession, in it, on its last day, and after it."""
    county = place.town.county
    facts = OfferFacts(
        "培训教室", "venue", county.org_id, "330624", Giving.FIRST_COME, NOW, NOW + timedelta(days=60), program="venue-concession"
    )  # fmt: skip
    offer = actions.make_offer(viewer=county, facts=facts, key="hall", now=NOW)
    days = [date(2023, 11, 19), date(2023, 11, 20), date(2023, 12, 31), date(2024, 1, 1)]
    begins = [datetime(day.year, day.month, day.day, 8, tzinfo=town.SHANGHAI) for day in days]
    slots = [SlotFacts(one, one + timedelta(hours=4), 1) for one in begins]
    actions.add_slots(viewer=county, offer_id=offer, slots=slots, now=NOW)
    actions.publish(viewer=county, offer_id=offer, now=NOW)
    return {day: slot.id for day, slot in zip(days, queries.get_offer(county, offer).slots, strict=True)} | {0: offer}  # type: ignore[dict-item]


def book(place: begun.Place, hall, day: date | None, viewer=None) -> int:
    viewer = viewer or place.town.grassroots
    slot = hall[day] if day else None
    return actions.ask(viewer=viewer, offer_id=hall[0], person_id=place.person_id, key=f"{day}{viewer.name}", slot_id=slot, now=NOW)  # fmt: skip


def test_a_concession_that_was_granted_is_booked_from_its_first_day_to_its_last(place, hall):
    matter = grant(place)
    for day in (date(2023, 11, 19), date(2024, 1, 1), None):
        with pytest.raises(problems.OutsideGrant) as refused:
            book(place, hall, day)
        assert "优惠自 2023-11-20 至 2023-12-31" in refused.value.zh
    for day in (date(2023, 11, 20), date(2023, 12, 31)):
        booking = book(place, hall, day)
        assert queries.get_booking(place.town.county, booking).state == "SEATED"
        actions.cancel(viewer=place.town.county, booking_id=booking, now=NOW)
    assert matter


def test_without_a_grant_nobody_books_and_no_worker_reads_that_it_is_open(place, hall):
    with pytest.raises(problems.NotGranted):
        book(place, hall, date(2023, 11, 20))
    card = place.open(place.town.grassroots, "venue-concession", **(ASKED | {"concession_use": "other"}))
    place.act(
        place.town.county, card, "refused", "用途不符", ordinary_fee="3000"
    )  # asked for, and decided, is not granted
    with pytest.raises(problems.NotGranted):
        book(place, hall, date(2023, 11, 20))
    assert queries.offers_for(place.worker, (), now=NOW)[1] == [] and not Booking.objects.exists()


def test_what_was_granted_to_a_unit_is_its_unions_to_book_and_not_each_members(place, hall):
    grant(place)
    with pytest.raises(problems.NotGranted):
        book(place, hall, date(2023, 11, 20), viewer=place.worker)
    assert queries.offers_for(place.worker, (), now=NOW)[1] == []
    assert isinstance(queries.why_not(place.worker, hall[0], now=NOW), problems.NotGranted)


def test_another_unions_grant_is_not_ones_own(place, hall):
    grant(place)
    other = town.household(2, place.town["XH"])[1][0]
    with pytest.raises(problems.NotGranted):
        actions.ask(viewer=place.town.county, offer_id=hall[0], person_id=other, key="other", slot_id=hall[date(2023, 11, 20)], now=NOW)  # fmt: skip


def test_an_offer_of_a_venue_that_goes_by_no_programme_is_for_everybody():
    assert kinds.grant_of("venue", "") is None and kinds.grant_of("course", "venue-concession") is None
    grant = kinds.grant_of("venue", "venue-concession")
    facts = policy.load_vocabulary(programs_folder()).facts
    assert grant is not None and {facts[grant.first].kind, facts[grant.last].kind} == {"date"}
