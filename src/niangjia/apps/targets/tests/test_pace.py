"""The traffic light and the forecast, on both sides of every line."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from niangjia.apps.targets.pace import LastYear, Light, Method, pace
from niangjia.apps.targets.types import Comparator, Goal, Period

YEAR = Period(2022, 2022)
JULY_2 = date(2022, 7, 2)  # day 183 of 365


def light(reached, goal=365, day=JULY_2, comparator=Comparator.AT_LEAST, **more):
    return pace(reached=Decimal(reached), goal=Goal(comparator, Decimal(goal)), period=more.pop("period", YEAR), today=day, **more)  # fmt: skip


@pytest.mark.parametrize(
    ("reached", "said"),
    [("183", Light.GREEN), ("182", Light.AMBER), ("146.4", Light.AMBER), ("146.39", Light.RED), ("365", Light.REACHED)],
)
def test_the_light_weighs_what_was_reached_against_what_should_be_by_today(reached, said):
    found = light(reached)
    assert (found.light, found.due, found.method) == (said, Decimal(183), Method.DAYS)


@pytest.mark.parametrize(
    ("comparator", "said"), [(Comparator.OVER, Light.RED), (Comparator.AT_LEAST, Light.REACHED), (Comparator.PLAN, Light.REACHED)]
)  # fmt: skip
def test_exactly_the_number_reaches_at_least_and_plan_but_not_more_than(comparator, said):
    assert light("365", comparator=comparator, day=date(2023, 1, 1)).light is said


def test_one_more_is_more_than():
    assert light("366", comparator=Comparator.OVER).light is Light.REACHED


def test_the_forecast_goes_on_as_the_days_went():
    assert light("183").forecast == 365


def test_last_years_course_is_followed_where_there_was_one():
    found = light("100", last_year=LastYear(Decimal(20), Decimal(100)))
    assert (found.forecast, found.due, found.method, found.light) == (500, 73, Method.LAST_YEAR, Light.GREEN)


def test_a_handful_of_last_year_says_nothing():
    assert light("100", last_year=LastYear(Decimal(1), Decimal(11))).method is Method.DAYS


def test_no_forecast_in_the_first_month_nor_after_the_end():
    assert light("10", day=date(2022, 1, 30)).forecast is None
    assert light("10", day=date(2022, 2, 1)).forecast is not None
    assert light("10", day=date(2022, 12, 31)).forecast is None


def test_a_year_that_is_over_without_its_number_is_red_and_one_that_has_not_begun_is_not_judged():
    assert light("364", day=date(2023, 5, 1)).light is Light.RED
    assert light("0", day=date(2021, 12, 31)).light is Light.NONE


def test_a_rate_is_where_it_stands_and_is_not_foretold():
    found = light("81", goal=90, is_rate=True, period=Period(2025, 2025, is_standing=True), day=date(2025, 3, 1))
    assert (found.light, found.method, found.forecast) == (Light.AMBER, Method.STANDING, None)


def test_nothing_counted_is_nothing_judged():
    found = pace(reached=None, goal=Goal(Comparator.PLAN, Decimal(5)), period=YEAR, today=JULY_2)
    assert (found.light, found.part, found.forecast) == (Light.NONE, None, None)


def test_three_years_are_one_span():
    found = light("366", goal=1096, period=Period(2020, 2022), day=date(2020, 12, 31))
    assert (found.light, found.due, found.forecast) == (Light.GREEN, 366, 1096)
