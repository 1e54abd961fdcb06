"""The sketch by county: every county of Zhejiang once, no two in one place, darker for more."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import translation

from niangjia.apps.organizations import areas
from niangjia.portals.design import county_map


@pytest.fixture(autouse=True)
def without_a_map_of_its_own(monkeypatch):
    monkeypatch.setattr(county_map, "approval_number", lambda: "")


def test_the_grid_has_each_county_once_and_no_two_in_one_place():
    drawn = county_map.map_of({}, area="330000", unit="")
    assert {tile.code for tile in drawn.tiles} == {code for code, _name, _city in areas.counties_of("33")}
    assert len({(tile.left, tile.top) for tile in drawn.tiles}) == len(drawn.tiles) == 90


def test_a_city_shows_its_own_counties_from_the_corner():
    drawn = county_map.map_of({"330624": 4}, area="330600", unit="")
    assert {tile.code[:4] for tile in drawn.tiles} == {"3306"}
    assert min(tile.left for tile in drawn.tiles) == min(tile.top for tile in drawn.tiles) == 0


def test_more_is_darker_and_the_table_has_the_highest_first():
    drawn = county_map.map_of({"330624": 50, "330681": 1, "330602": 25}, area="330600", unit="")
    steps = {tile.code: tile.step for tile in drawn.tiles}
    assert (steps["330624"], steps["330602"], steps["330681"], steps["330604"]) == (5, 3, 1, 0)
    assert [tile.code for tile in drawn.rows] == ["330624", "330602", "330681"]


def test_the_steps_of_colour_say_which_numbers_they_stand_for_without_a_gap():
    drawn = county_map.map_of({"330624": 31, "330681": 5, "330602": 12}, area="330600", unit="")
    assert [step.words for step in drawn.steps] == ["0", "1–6", "7–12", "13–18", "19–24", "25–31"]
    for tile in drawn.tiles:
        step = next(one for one in drawn.steps if one.number == tile.step)
        least, _, most = step.words.partition("–")
        assert int(least) <= (tile.value or 0) <= int(most or least)
    few = county_map.map_of({"330624": 2}, area="330600", unit="")
    assert [(step.number, step.words) for step in few.steps] == [(0, "0"), (3, "1"), (5, "2")]


def test_rates_are_coloured_between_the_lowest_and_the_highest_and_an_unknown_one_has_no_colour():
    rates = {"330624": Decimal("0.9"), "330681": Decimal("0.6"), "330602": Decimal("0.72"), "330603": None}
    drawn = county_map.map_of_measures(
        rates, area="330600", unit="", links={}, write=lambda value: "—" if value is None else f"{value:.0%}", begins_at_zero=False
    )  # fmt: skip
    steps = {tile.code: (tile.step, tile.text) for tile in drawn.tiles}
    assert steps["330624"] == (5, "90%") and steps["330681"] == (1, "60%") and steps["330602"] == (2, "72%")
    assert steps["330603"] == (0, "—")
    assert [step.words for step in drawn.steps] == ["—", "60%–66%", "66%–72%", "72%–78%", "78%–84%", "84%–90%"]


@pytest.mark.parametrize(
    ("most", "said"),
    [(87, ["—", "1–17", "18–34", "35–52", "53–69", "70–87"]), (3, ["—", "1", "2", "3"]), ("0.5", ["—", "0.0–0.1", "0.1–0.2", "0.2–0.3", "0.3–0.4", "0.4–0.5"])],
)  # fmt: skip
def test_no_whole_number_stands_in_two_steps(most: int | str, said: list[str]):
    drawn = county_map.map_of_measures(
        {"330624": Decimal(most)}, area="330600", unit="户", links={}, write=lambda found: "—" if found is None else f"{found:g}"
    )  # fmt: skip
    assert [step.words for step in drawn.steps] == said


def test_a_tile_has_its_name_in_the_language_of_the_page_as_far_as_it_fits():
    labels = {}
    for language in ("zh-hans", "en"):
        with translation.override(language):
            drawn = county_map.map_of({}, area="330000", unit="")
        labels[language] = {tile.code: tile.label for tile in drawn.tiles}
    assert labels["zh-hans"]["331127"] == "景宁畲族" and labels["en"]["331127"] == "Jingning"
    assert labels["en"]["330624"] == "Xinchang" and all(len(label) <= 10 for label in labels["en"].values())
