"""A base that is closed: who closes it sees what stands there, its unions are told, and the offer's pages say so to officers and workers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from niangjia.apps.accounts.types import Role
from niangjia.apps.bookings.types import SlotFacts
from niangjia.apps.messages import queries as inbox
from niangjia.apps.places.lifecycle import Step
from niangjia.apps.places.models import Place
from niangjia.apps.programs.tests import town
from niangjia.jobs import tell
from niangjia.portals.tests import booked, placed
from niangjia.portals.tests.test_booking_pages import go, said


@pytest.fixture(scope="module")
def built(built, django_db_blocker):
    with django_db_blocker.unblock():
        booked.lay(built)
        placed.lay(built)
    return built


@pytest.fixture
def base(house) -> int:
    base_id = placed.lay(house).base_id
    Place.objects.filter(pk=base_id).update(state="LISTED", listed_on=town.NOW.date())
    return base_id


@pytest.fixture
def offers(house, base) -> list[int]:
    return [
        booked._offer(house, key, [SlotFacts(booked.at(9, 8), booked.at(11, 17), 8)], now=town.NOW, title=key, kind="venue", place_id=base)
        for key in ("基地一日", "基地二日")
    ]  # fmt: skip


def test_who_closes_a_base_sees_what_stands_there_and_its_unions_are_told(house, signed_in, base, offers):
    page = said(signed_in(house.viewers[Role.CITY]).get(reverse("places:desk_place", args=[base])))
    assert "在这里办的活动" in page and "基地一日" in page and "基地二日" in page
    tell.tell(now=town.NOW)
    placed.take(house, Role.CITY, base, Step.CLOSE, reason="停业")
    tell.tell(now=town.NOW + timedelta(minutes=1))
    told = {one.path for one in inbox.list_messages(house.viewers[Role.COUNTY]) if one.kind == "place_of_offer_ended"}
    assert told == {f"/desk/bookings/{offer}/" for offer in offers}


def test_the_pages_of_an_offer_say_that_its_place_is_out_of_use(house, signed_in, base, offers):
    worker, county = signed_in(house.viewers[Role.WORKER]), signed_in(house.viewers[Role.COUNTY])
    pages = (worker, "offer"), (county, "desk_offer")
    assert not any("不能再报名" in said(who.get(reverse(f"bookings:{name}", args=[offers[0]]))) for who, name in pages)
    placed.take(house, Role.CITY, base, Step.CLOSE, reason="停业")
    for who, name in pages:
        assert "演示风景区（已撤销，不能再报名）" in said(who.get(reverse(f"bookings:{name}", args=[offers[0]])))
    asked = go(worker, "ask", offers[0], key="k")
    assert asked.status_code == 409 and "举办的场所已撤销" in said(asked)
