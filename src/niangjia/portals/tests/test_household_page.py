"""One household's page: what every programme says of it so far, and all that happened to it."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from niangjia.apps.accounts.types import Role
from niangjia.apps.alerts.models import HardshipAlert
from niangjia.apps.bookings.models import Booking
from niangjia.apps.cases.models import Case
from niangjia.apps.matters.models import Matter
from niangjia.apps.programs.tests import town
from niangjia.jobs import feed_health
from niangjia.kernel.months import Month
from niangjia.portals.tests import applied, booked
from niangjia.portals.tests.programs_in_force import install_all


def _page(house, signed_in, role: Role, which: str, name: str = "officer:household_programs") -> str:
    answer = signed_in(house.viewers[role]).get(reverse(name, args=[house.households[which]]))
    return answer.content.decode()


@pytest.fixture
def in_force(house):
    """The house with every programme that is shipped."""
    install_all(house.viewers[Role.COUNTY], house.viewers[Role.CITY], town.NOW)
    return house


def test_a_programme_that_has_not_decided_does_not_ask_what_the_register_knows(in_force, signed_in):
    said = _page(in_force, signed_in, Role.COUNTY, "created")
    assert "还须知道" in said, "some programme here is undecided"
    assert "当地月低保标准" not in said and "家庭人数" not in said and "工会会员" not in said


def test_a_report_that_anybody_may_send_is_no_answer_about_a_household(in_force, signed_in):
    assert "安全隐患" not in _page(in_force, signed_in, Role.COUNTY, "created")


def test_what_members_applied_for_and_booked_stands_in_the_line_through_time(house, signed_in):
    laid = applied.lay(house)
    booked.lay(house)
    person = house.viewers[Role.WORKER].person_id
    Matter.objects.filter(pk=laid.waiting_id).update(person_id=person)
    Booking.objects.filter(pk=Booking.objects.first().pk).update(person_id=person)
    page = _page(house, signed_in, Role.COUNTY, "confirmed", "officer:household")
    assert Matter.objects.get(pk=laid.waiting_id).number in page and Booking.objects.first().number in page


def test_a_case_shows_what_changed_since_the_month_before(house, signed_in):
    county, case = signed_in(house.viewers[Role.COUNTY]), Case.objects.get(pk=house.cases["confirmed"])
    before = HardshipAlert.objects.filter(household=case.household_id, month="2023-09")
    before.update(M4=Decimal("31111.00"))
    page = reverse("officer:case", args=[case.pk])
    assert "31,111.00" in county.get(page).content.decode()
    before.update(month="2023-08")
    assert "上个月不在名单上" in county.get(page).content.decode()


@pytest.mark.parametrize(("name", "value", "said"), [("I2", "0.00", "没有查到"), ("I2", "12.00", "12.00"), ("I5", "-0.05", "不到零"), ("I5", "0.82", "0.82"), ("M4", "0.00", "0.00")])  # fmt: skip
def test_an_income_of_nothing_is_told_as_not_found_and_no_multiple_is_below_zero(name, value, said):
    assert said in render_to_string("officer/fact.html", {"name": name, "value": Decimal(value)})


def test_each_figure_says_to_which_month_its_sources_came(house, signed_in, monkeypatch):
    monkeypatch.setattr(
        "niangjia.jobs.feed_health.latest_until", lambda _deployment, month: {"medical_settlement": month.previous()}
    )
    page = _page(house, signed_in, Role.COUNTY, "confirmed", "officer:household")
    assert "至 2023年9月" in page.replace(" 年", "年")


def test_the_newest_month_of_a_feed_is_none_after_the_list(tmp_path, monkeypatch):
    came = [SimpleNamespace(feed="school", month=month) for month in ("2023-08", "2023-09", "2023-11")]
    monkeypatch.setattr("niangjia.engines.sensing.committed", lambda lake: came)
    found = feed_health.latest_until(SimpleNamespace(lake=tmp_path), Month("2023-10"))
    assert found == {"school": Month("2023-09")}
