"""What a worker may choose beside the seat: offered as the kind has it, chosen at booking, settled with the trip, counted by who came (E21)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from niangjia.apps.bookings import actions, kinds, problems, queries
from niangjia.apps.bookings.models import Booking
from niangjia.apps.bookings.tests.fair import DAY, NOW, build
from niangjia.apps.bookings.types import CostFacts

pytestmark = pytest.mark.django_db
TRIP = {"kind": "recuperation", "program": "recuperation", "area": "33"}


@pytest.fixture
def fair(db):
    return build()


@pytest.fixture
def trip(fair) -> int:
    """Three days with a health check of 180 yuan to choose."""
    offer = fair.offer(4, is_open=False, **TRIP)
    actions.set_extras(viewer=fair.county, offer_id=offer, extras={"health_check": Decimal("180.00")}, now=NOW)
    actions.publish(viewer=fair.county, offer_id=offer, now=NOW)
    return offer


def test_a_trip_with_a_health_check_is_booked_with_or_without_it(fair, trip):
    assert queries.get_offer(fair.county, trip).extras == {"health_check": Decimal("180.00")}
    chosen, plain = fair.ask(trip, 0, extras=["health_check"]), fair.ask(trip, 1)
    assert queries.get_booking(fair.workers[0], chosen).extras == ("health_check",)
    assert queries.get_booking(fair.workers[1], plain).extras == ()


def test_only_what_the_offer_has_is_chosen_and_only_what_its_kind_has_is_offered(fair, trip):
    with pytest.raises(problems.NoSuchExtra):
        fair.ask(trip, 0, extras=["massage"])
    bare = fair.offer(4, **TRIP)
    with pytest.raises(problems.NoSuchExtra):
        fair.ask(bare, 1, extras=["health_check"])
    course = fair.offer(4, is_open=False, kind="course")
    with pytest.raises(problems.NoSuchExtra):
        actions.set_extras(viewer=fair.county, offer_id=course, extras={"health_check": None}, now=NOW)


def test_once_published_what_may_be_chosen_stands(fair, trip):
    with pytest.raises(problems.NotPossibleNow):
        actions.set_extras(viewer=fair.county, offer_id=trip, extras={}, now=NOW)


def test_a_worker_who_came_with_the_check_counts_once_for_the_trip_and_once_for_the_check(fair, trip):
    for number, extras in ((0, ["health_check"]), (1, []), (2, ["health_check"])):
        booking = fair.ask(trip, number, extras=extras)
        if number != 2:  # the third did not come
            actions.check_in(viewer=fair.county, code=Booking.objects.get(pk=booking).code, now=DAY)
    rows = list(queries.attendances_to_count())
    assert sorted(row["kind"] for row in rows) == ["check_up", "recuperation", "recuperation"]
    assert len({row["ref"] for row in rows}) == 3
    check = next(row for row in rows if row["kind"] == "check_up")
    assert check["person"] == fair.workers[0].person_id


def test_what_a_trip_cost_is_never_less_than_what_was_chosen_beside_it(fair, trip):
    booking = fair.ask(trip, 0, extras=["health_check"])
    actions.check_in(viewer=fair.county, code=Booking.objects.get(pk=booking).code, now=DAY)
    with pytest.raises(problems.LessThanExtras, match="180.00"):
        actions.tell_costs(viewer=fair.county, offer_id=trip, costs={booking: CostFacts(Decimal("179.99"))}, now=DAY)
    told = actions.tell_costs(viewer=fair.county, offer_id=trip, costs={booking: CostFacts(Decimal("180.00"))}, now=DAY)
    assert told == 1


def test_an_extra_that_counts_as_no_kind_is_found_when_the_file_is_read(monkeypatch, tmp_path):
    text = (kinds.programs_folder() / "vocabulary" / "offers.yaml").read_text(encoding="utf-8")
    (tmp_path / "vocabulary").mkdir()
    wrong = text.replace("counts_as: check_up", "counts_as: checkup")
    (tmp_path / "vocabulary" / "offers.yaml").write_text(wrong, encoding="utf-8")
    monkeypatch.setattr(kinds, "programs_folder", lambda: tmp_path)
    kinds.kinds.cache_clear()
    with pytest.raises(ValueError, match="checkup"):
        kinds.kinds()
    kinds.kinds.cache_clear()
