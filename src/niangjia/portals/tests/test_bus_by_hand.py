"""The page of a bus plan: a stop added by hand is kept or refused in words, figures change, and nobody left over is published unasked."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from niangjia.apps.accounts.types import Role
from niangjia.apps.bookings.models import Offer, Tour, TourSite, TourStop
from niangjia.portals.tests import booked
from niangjia.portals.tests.test_booking_pages import go, said

WHEN = {"opens_at": "2023-11-06T09:00", "closes_at": "2023-11-18T09:00"}


@pytest.fixture(scope="module")
def built(built, django_db_blocker):
    with django_db_blocker.unblock():
        booked.lay(built)
    return built


@pytest.fixture
def ids(house) -> booked.Booked:
    return booked.lay(house)


@pytest.fixture
def county(house, signed_in) -> Client:
    return signed_in(house.viewers[Role.COUNTY])


def row(**typed: str) -> dict[str, str]:
    return {f"new-{name}": value for name, value in typed.items()}


@pytest.mark.parametrize("missing", ["site", "day", "hour", "people"])
def test_a_stop_that_is_not_complete_is_refused_with_what_was_typed(county, ids, missing):
    site = TourSite.objects.get(tour=ids.tour, name="澄潭社区")
    whole = {"site": str(site.pk), "day": "2023-11-21", "hour": "09:30", "people": "23"}
    page = go(county, "set_stops", ids.tour, **row(**(whole | {missing: ""})))
    text = page.content.decode()
    assert (
        page.status_code == 409 and "停靠没有填全" in said(page) and TourStop.objects.filter(tour=ids.tour).count() == 1
    )
    kept = [
        f'value="{value}" selected' if name == "site" else f'value="{value}"'
        for name, value in whole.items()
        if name != missing
    ]
    assert all(one in text for one in kept)
    go(county, "set_stops", ids.tour, **row(**whole))
    assert TourStop.objects.filter(tour=ids.tour, site=site, people=23).exists()


def test_more_people_than_a_site_asked_for_are_said(county, ids):
    site = TourSite.objects.get(tour=ids.tour, name="澄潭社区")
    page = said(
        go(county, "set_stops", ids.tour, **row(site=str(site.pk), day="2023-11-21", hour="09:30", people="30"))
    )
    assert "“澄潭社区”比想来的 24 人多排了 6 人" in page


def test_a_plan_with_people_left_over_is_published_once_that_is_ticked(county, ids):
    page = go(county, "publish_tour", ids.tour, **WHEN)
    assert (
        page.status_code == 422
        and "还有 44 人没有排上。" in said(page)
        and not Offer.objects.filter(tour=ids.tour).exists()
    )
    assert "每个时段的名额都开放报名" in said(go(county, "publish_tour", ids.tour, **WHEN, is_sure="on"))


def test_days_and_figures_of_a_plan_are_changed_on_its_page(county, ids):
    page = county.get(reverse("bookings:tour", args=[ids.tour])).content.decode()
    assert 'name="first_day" value="2023-11-20"' in page and 'name="latitude" value="29.5' in page
    told = {"title": "体检车秋季下乡", "first_day": "2023-11-20", "last_day": "2023-11-26", "leaves": "08:00", "returns": "18:00", "buses": "2", "lanes": "5", "minutes_each": "20", "kmh": "35", "latitude": "29.5", "longitude": "120.905"}  # fmt: skip
    wrong = go(county, "change_tour", ids.tour, **(told | {"returns": "07:00"}))
    assert wrong.status_code == 422 and "结束须晚于开始" in said(wrong)
    go(county, "change_tour", ids.tour, **told)
    row = Tour.objects.get(pk=ids.tour)
    assert (row.buses, row.lanes, len(row.days), row.days[-1]) == (2, 5, 5, "2023-11-24")


def test_a_plan_that_was_called_off_is_planned_again_on_its_page(county, ids):
    go(county, "publish_tour", ids.tour, **WHEN, is_sure="on")
    offer = Offer.objects.get(tour=ids.tour)
    assert "修改出车" not in said(county.get(reverse("bookings:tour", args=[ids.tour])))
    go(county, "act", offer.pk, "call-off", reason="车坏了")
    page = said(county.get(reverse("bookings:tour", args=[ids.tour])))
    assert "修改出车" in page and "发布给职工报名" in page and "围绕固定的重新排班" in page
