"""Where an offer may be held: at public places that its union keeps, or recognises; nobody's home and no lease is ever told."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from niangjia.apps.bookings import actions, problems, queries
from niangjia.apps.bookings.models import Offer, TourSite
from niangjia.apps.bookings.tests.fair import DAY, NOW, Fair, build
from niangjia.apps.bookings.types import SiteFacts, TourFacts
from niangjia.apps.places import actions as places
from niangjia.apps.places import queries as place_queries
from niangjia.apps.places.models import Place

pytestmark = pytest.mark.django_db
TODAY = date(2023, 5, 8)


@pytest.fixture
def fair(db) -> Fair:
    return build()


def place(org_id: int, kind: str, number: int, *, state: str = "LISTED") -> int:
    row = Place.objects.create(
        number=f"P{number}", key=f"P{number}", kind=kind, name=f"场所{number}", org_id=org_id, area="330281", address=f"地址{number}号", level="county",
        state=state, listed_on=TODAY, latitude=30_080_000, longitude=121_050_000,
    )  # fmt: skip
    return row.pk


@pytest.mark.parametrize("kind", ["roof", "lease"])
def test_an_offer_is_held_at_no_home_and_no_lease(fair, kind):
    with pytest.raises(problems.NotAPlaceForOffers):
        fair.offer(1, place_id=place(fair.county.org_id, kind, 1))
    assert not Offer.objects.exists()
    assert fair.offer(1, place_id=place(fair.town.org_id, "venue", 2))


@pytest.mark.parametrize("kind", ["roof", "lease"])
def test_a_bus_stops_at_no_home_and_no_lease_of_the_register(fair, kind):
    days = (date(2023, 5, 22),)
    facts = TourFacts("车", fair.county.org_id, "330281", days, DAY.time(), DAY.replace(hour=9).time(), 30_050_000, 121_150_000, lanes=4)  # fmt: skip
    tour = actions.make_tour(viewer=fair.county, facts=facts, key="tour", now=NOW)
    site = SiteFacts("站", 30_080_000, 121_050_000, 5, place_id=place(fair.county.org_id, kind, 1))
    with pytest.raises(problems.NotAPlaceForOffers):
        actions.add_site(viewer=fair.county, tour_id=tour, facts=site, now=NOW)
    assert not TourSite.objects.exists()


def test_a_calendar_tells_the_address_of_a_public_place_and_of_no_other(fair):
    here = place(fair.county.org_id, "venue", 1)
    offer = fair.offer(1, place_id=here)
    fair.ask(offer, 0)
    secret = actions.make_feed(viewer=fair.workers[0], now=NOW)
    assert queries.calendar_of(secret, now=NOW)[0].place == "地址1号"
    Place.objects.filter(pk=here).update(kind="roof")  # as it could be written before it was refused
    assert queries.calendar_of(secret, now=NOW)[0].place == ""


def test_a_place_that_is_not_listed_is_not_for_offers(fair):
    with pytest.raises(problems.NotAPlaceForOffers):
        fair.offer(1, place_id=place(fair.county.org_id, "venue", 1, state="CLOSED"))


def test_a_place_whose_validity_is_over_is_neither_public_nor_for_offers(fair):
    here = place(fair.county.org_id, "base", 1)
    Place.objects.update(valid_until=TODAY)
    for day, is_there in ((TODAY, True), (TODAY + timedelta(days=1), False)):
        assert place_queries.list_usable(fair.county.org_id, on=day).exists() is is_there
        assert place_queries.list_public(on=day).exists() is is_there
    Place.objects.update(valid_until=TODAY - timedelta(days=1))
    with pytest.raises(problems.NotAPlaceForOffers):
        fair.offer(1, place_id=here)


@pytest.mark.parametrize("change", [{"state": "CLOSED"}, {"state": "SUSPENDED"}, {"valid_until": TODAY - timedelta(days=1)}])  # fmt: skip
def test_what_is_held_at_a_place_out_of_use_is_not_booked_and_no_draft_there_is_published(fair, change):
    here = place(fair.county.org_id, "base", 1)
    offer, draft = fair.offer(2, place_id=here), fair.offer(1, place_id=here, is_open=False)
    booked = fair.ask(offer, 0)
    Place.objects.update(**change)
    with pytest.raises(problems.PlaceNotInUse) as refused:
        fair.ask(offer, 1)
    assert "不能报名" in refused.value.zh and "cannot be booked" in refused.value.en
    assert isinstance(queries.why_not(fair.workers[1], offer, now=NOW), problems.PlaceNotInUse)
    with pytest.raises(problems.NotAPlaceForOffers):
        actions.publish(viewer=fair.county, offer_id=draft, now=NOW)
    assert queries.get_booking(fair.workers[0], booked).state == "SEATED"


def agree(fair, *, confirmed: bool = True, until: date | None = None) -> None:
    """The two unions recognise each other's bases from today; binding once the other has confirmed it."""
    told = {"kind": "base", "with_org_id": fair.other.org_id, "since": TODAY, "until": until, "now": NOW}
    pairing = places.propose_pairing(viewer=fair.county, **told)
    if confirmed:
        places.confirm_pairing(viewer=fair.other, pairing_id=pairing, now=NOW)


def test_a_base_that_is_recognised_is_booked_while_the_agreement_lasts(fair):
    theirs, venue = place(fair.other.org_id, "base", 1), place(fair.other.org_id, "venue", 2)
    told = {"kind": "recuperation", "place_id": theirs}
    with pytest.raises(problems.NotAPlaceForOffers):
        fair.offer(1, **told)
    agree(fair, confirmed=False, until=TODAY + timedelta(days=9))
    with pytest.raises(problems.NotAPlaceForOffers):
        fair.offer(1, **told)
    agree(fair, until=TODAY + timedelta(days=9))
    offer = fair.offer(1, **told)
    fair.ask(offer, 0)
    with pytest.raises(problems.NotAPlaceForOffers):
        fair.offer(1, place_id=venue)  # the agreement is of bases
    for day, is_usable in ((TODAY - timedelta(days=1), False), (TODAY, True), (TODAY + timedelta(days=10), False)):
        usable = place_queries.list_usable(fair.town.org_id, on=day)
        assert usable.filter(pk=theirs).exists() is is_usable
        assert place_queries.recognises(fair.town.org_id, fair.other.org_id, "base", on=day) is is_usable


def test_who_went_to_a_recognised_base_is_counted_by_check_ins_on_both_sides(fair):
    theirs = place(fair.other.org_id, "base", 1)
    agree(fair)
    offer = fair.offer(3, kind="recuperation", place_id=theirs, most_companions=1)
    booked = [fair.ask(offer, 0, companions=1), fair.ask(offer, 1)]
    actions.check_in(viewer=fair.county, code=queries.get_booking(fair.county, booked[0]).code, now=DAY)
    (sent,) = queries.count_exchanged(fair.county, [fair.other.org_id], ["base"]).items()
    assert sent == ((fair.other.org_id, "base", 2023), queries.Exchanged(sent=1, received=0))
    (came,) = queries.count_exchanged(fair.other, [fair.county.org_id], ["base"]).values()
    assert (came.sent, came.received) == (0, 1)
    assert queries.count_exchanged(fair.county, [fair.other.org_id], ["venue"]) == {}
    assert queries.guests_by_night(theirs, first=DAY.date(), until=DAY.date() + timedelta(days=1)) == {DAY.date(): 0}, "a morning is no night"  # fmt: skip
