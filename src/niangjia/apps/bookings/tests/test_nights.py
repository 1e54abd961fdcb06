"""The nights of a base: who has a seat sleeps there from the day of arrival to the eve of leaving, whichever union sent them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from niangjia.apps.bookings import actions, queries
from niangjia.apps.bookings.tests.fair import NOW, Fair, build
from niangjia.apps.bookings.types import SlotFacts
from niangjia.apps.places import actions as places
from niangjia.apps.places.models import Place
from niangjia.apps.places.types import PlaceFacts

HERE = timezone.get_default_timezone()


@pytest.fixture
def fair(db) -> Fair:
    return build()


def base(fair: Fair) -> int:
    facts = PlaceFacts(kind="base", name="云上基地", org_id=fair.county.org_id, area="330281", level="county", details={"beds": "40"})  # fmt: skip
    place = places.apply_for_place(viewer=fair.county, facts=facts, key="base", now=NOW)
    Place.objects.filter(pk=place).update(state="LISTED", listed_on=NOW.date())
    return place


def trip(fair: Fair, place: int, first: int, last: int, seats: int = 8, **told) -> int:
    begins, ends = datetime(2023, 5, first, 8, tzinfo=HERE), datetime(2023, 5, last, 18, tzinfo=HERE)
    told = {"kind": "recuperation", "place_id": place, "most_companions": 2} | told
    offer = fair.offer(is_open=False, **told)
    actions.add_slots(viewer=fair.county, offer_id=offer, slots=[SlotFacts(begins, ends, seats)], now=NOW)
    actions.publish(viewer=fair.county, offer_id=offer, now=NOW)
    return offer


def nights(place: int, first: int = 19, until: int = 25) -> list[int]:
    return list(queries.guests_by_night(place, first=date(2023, 5, first), until=date(2023, 5, until)).values())


def test_a_trip_of_three_days_is_two_nights_with_the_family_that_comes_along(fair):
    place = base(fair)
    offer = trip(fair, place, 20, 22)
    fair.ask(offer, 0, companions=2)
    fair.ask(offer, 1)
    assert nights(place) == [0, 4, 4, 0, 0, 0]


def test_trips_that_meet_add_up_and_who_waits_or_went_back_takes_no_bed(fair):
    place = base(fair)
    first, second = trip(fair, place, 19, 22, seats=1), trip(fair, place, 21, 24)
    fair.ask(first, 0)
    fair.ask(first, 1)  # waits
    kept, dropped = fair.ask(second, 2), fair.ask(second, 3)
    actions.cancel(viewer=fair.workers[3], booking_id=dropped, now=NOW + timedelta(hours=1))
    assert kept and nights(place) == [1, 1, 2, 1, 1, 0]
    assert nights(place, 21, 23) == [2, 1]


def test_only_trips_are_slept_through_and_only_there(fair):
    place = base(fair)
    for told in ({"kind": "course"}, {"place_id": None}):
        fair.ask(trip(fair, place, 20, 22, **told), 0)
    called_off = trip(fair, place, 20, 22)
    fair.ask(called_off, 1)
    actions.call_off(viewer=fair.county, offer_id=called_off, reason="台风", now=NOW)
    assert nights(place) == [0] * 6
