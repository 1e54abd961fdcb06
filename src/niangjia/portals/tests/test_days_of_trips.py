"""The days of a worker's trips: counted from the sessions, and never more in a year than a decision saw together."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from niangjia.apps.accounts.types import Role
from niangjia.apps.bookings import actions, problems, queries
from niangjia.apps.bookings.models import Settlement
from niangjia.apps.bookings.types import CostFacts, SettleState, SlotFacts
from niangjia.apps.cases.tests import desk as desks
from niangjia.apps.files.tests import pictures
from niangjia.apps.funds import actions as funds
from niangjia.apps.funds import queries as fund_queries
from niangjia.apps.programs import queries as programs
from niangjia.apps.programs.tests import town
from niangjia.portals.tests import booked

SEGMENT = booked.TRIP | {"destination_class": "own_city", "is_trip_segment": "yes"}


@pytest.fixture(scope="module")
def built(built, django_db_blocker):
    with django_db_blocker.unblock():
        booked.lay(built)
    return built


@pytest.fixture
def person(house) -> int:
    return town.household(950, house.desk.town["XG"], now=town.NOW)[1][0]


def went(house, person_id: int, key: str, first: int, days: int, cost: str = "1200.00") -> int:
    """A trip of so many days that the worker was on, with what it cost, to be worked out."""
    county, before = house.viewers[Role.COUNTY], town.NOW - timedelta(days=20)
    slot = SlotFacts(booked.at(first, 8), booked.at(first + days - 1, 17), 4)
    offer = booked._offer(house, key, [slot], now=before, title=key, kind="recuperation", program="recuperation")
    booking = actions.ask(viewer=county, offer_id=offer, person_id=person_id, key=key, now=before)
    code = queries.get_booking(county, booking).code
    actions.check_in(viewer=county, code=code, now=booked.at(first, 8))
    actions.tell_trip(viewer=county, offer_id=offer, answers=SEGMENT, now=town.NOW)
    costs = {booking: CostFacts(Decimal(cost), None)}
    actions.tell_costs(viewer=county, offer_id=offer, costs=costs, now=town.NOW)
    actions.keep_invoice(viewer=county, offer_id=offer, content=pictures.jpeg(), key=None, now=town.NOW)
    return offer


def decide(house, offer: int) -> Settlement:
    actions.decide_trip(viewer=house.viewers[Role.COUNTY], offer_id=offer, now=town.NOW)
    return Settlement.objects.get(booking__offer=offer)


def pay(house, offer: int) -> None:
    place = house.desk.town
    actions.pay_carrier(viewer=place.finance, offer_id=offer, now=town.NOW)
    for request in [one for one in fund_queries.list_requests(place.county_third) if one.kind == "BUY_GOODS"]:
        funds.approve_request(viewer=place.county_third, request_id=request.pk, now=town.NOW)


def give(house, offer: int) -> tuple[int, int]:
    return actions.hand_over(viewer=house.desk.second_finance, offer_id=offer, now=town.NOW)


def test_two_trips_decided_before_either_is_ordered_count_each_others_days(house, person):
    first, second = went(house, person, "first", -18, 3), went(house, person, "second", -12, 3)
    assert decide(house, first).state == SettleState.GRANTED
    refused = decide(house, second)
    assert refused.state == SettleState.REFUSED and "今年此前 3 天" in refused.refusal_zh


def decided_beside_each_other(house, person, monkeypatch) -> tuple[int, int]:
    first, second = went(house, person, "first", -18, 3), went(house, person, "second", -12, 3)
    monkeypatch.setattr("niangjia.apps.bookings.settlements.days_before", lambda _row: 0)
    assert {decide(house, offer).state for offer in (first, second)} == {SettleState.GRANTED}
    monkeypatch.undo()
    desks.give_budget(house.desk, "recuperation", "630000.00", year=2023)
    return first, second


def test_a_carrier_is_not_paid_for_days_that_no_decision_saw_together(house, person, monkeypatch):
    first, second = decided_beside_each_other(house, person, monkeypatch)
    with pytest.raises(problems.DaysOutgrown) as refused:
        pay(house, first)
    assert "重新“按规则核算”" in refused.value.zh and "work it out again" in refused.value.en
    assert decide(house, first).state == SettleState.REFUSED
    pay(house, second)
    assert give(house, second) == (1, 0)


def test_what_was_ordered_beside_another_trip_is_not_handed_over_beside_it(house, person, monkeypatch):
    first, second = decided_beside_each_other(house, person, monkeypatch)
    monkeypatch.setattr("niangjia.apps.bookings.actions.settling.outgrown", lambda _rows, beside: [])
    pay(house, first), pay(house, second)
    monkeypatch.undo()
    assert (give(house, first), give(house, second)) == ((1, 0), (0, 1))
    assert "没有一起核算过" in Settlement.objects.get(booking__offer=second).refusal_zh


def test_parts_that_fit_the_year_together_are_paid_in_whatever_order(house, person):
    first, second = went(house, person, "first", -18, 3), went(house, person, "second", -12, 2)
    assert {decide(house, offer).state for offer in (first, second)} == {SettleState.GRANTED}
    desks.give_budget(house.desk, "recuperation", "630000.00", year=2023)
    for offer in (second, first):
        pay(house, offer)
        assert give(house, offer) == (1, 0)


def test_the_days_that_are_paid_are_those_of_the_session_whatever_was_typed(house, person):
    offer = went(house, person, "typed", -18, 3, cost="3000.00")
    typed = {"viewer": house.viewers[Role.COUNTY], "offer_id": offer, "answers": SEGMENT | {"trip_days": "5"}}
    actions.tell_trip(**typed, now=town.NOW)
    assert "trip_days" not in {one.name for one in queries.get_trip(house.viewers[Role.COUNTY], offer).questions}
    row = decide(house, offer)
    assert (row.days, row.amount) == (3, Decimal("1800.00"))
    assert programs.get_decision(row.decision_id).facts["trip_days"] == "3"
