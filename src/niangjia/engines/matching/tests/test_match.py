"""The matching is the best of all there are, where all can be looked at; and every pair says why."""

from __future__ import annotations

from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from niangjia.engines.matching import Helper, Need, Points, Unfilled, Weights, Why, match

TEA, LATHE, LOOM = "5-01-02", "6-18-01", "6-04-02"
WEIGHTS = Weights()


def points_of(need: Need, helper: Helper) -> int | None:
    able, parts = Points([helper], WEIGHTS).parts(need)
    return int(sum(values[0] for values in parts.values())) if able[0] else None


def best_of_all(needs: list[Need], helpers: list[Helper]) -> int:
    """Every set of helpers for every need, those who are asked too often left out."""
    ways = []
    for need in needs:
        able = [helper.name for helper in helpers if points_of(need, helper) is not None]
        ways.append([group for count in range(need.seats + 1) for group in combinations(able, count)])
    gains = {
        (need.name, helper.name): max(1, WEIGHTS.placed + (points_of(need, helper) or 0))
        for need in needs
        for helper in helpers
    }
    best = 0
    for chosen in product(*ways):
        asked = [name for group in chosen for name in group]
        if all(asked.count(helper.name) <= helper.seats for helper in helpers):
            best = max(
                best, sum(gains[need.name, name] for need, group in zip(needs, chosen, strict=True) for name in group)
            )
    return best


@st.composite
def towns(draw):
    skills = st.frozensets(st.sampled_from([TEA, LATHE, LOOM, "6-18", "6"]), min_size=1, max_size=2)
    areas = st.sampled_from(["330624", "330602", "331127"])
    days = st.frozensets(st.sampled_from(["2022-05-09", "2022-05-24"]), max_size=2)
    needs = [
        Need(f"n{number}", draw(skills), draw(areas), draw(st.integers(0, 2)), draw(days))
        for number in range(draw(st.integers(1, 3)))
    ]
    helpers = [
        Helper(
            f"h{number}", draw(skills), draw(areas), draw(st.sampled_from([frozenset({""}), frozenset({"3306"})])), draw(days),
            draw(st.integers(0, 2)), draw(st.integers(0, 4)), draw(st.sampled_from([None, 0, 60, 100])),
        )
        for number in range(draw(st.integers(1, 4)))
    ]  # fmt: skip
    return needs, helpers


@given(towns(), st.sampled_from([1, 3, 600_000]))
@settings(max_examples=150, deadline=None)
def test_no_other_matching_places_more_or_scores_more_however_few_pairs_are_looked_at_first(town, first_arcs):
    needs, helpers = town
    found = match(needs, helpers, first_arcs=first_arcs)
    assert found.score == best_of_all(needs, helpers) and found.gap == 0
    assert all(sum(pair.helper == one.name for pair in found.pairs) <= one.seats for one in helpers)
    assert len({(pair.need, pair.helper) for pair in found.pairs}) == len(found.pairs)
    by_need = {need.name: need for need in needs}
    by_helper = {helper.name: helper for helper in helpers}
    for pair in found.pairs:
        assert pair.score == points_of(by_need[pair.need], by_helper[pair.helper]) == sum(pair.points.values())


def test_a_finer_skill_serves_a_coarser_need_and_a_coarser_one_serves_with_fewer_points():
    fine, coarse = Helper("fine", frozenset({TEA}), "331127"), Helper("coarse", frozenset({"5"}), "331127")
    assert points_of(Need("tea", frozenset({"5"}), "331127"), fine) == points_of(
        Need("tea", frozenset({TEA}), "331127"), fine
    )
    asked = Need("tea", frozenset({TEA}), "331127")
    assert points_of(asked, fine) - points_of(asked, coarse) == 2 * WEIGHTS.level
    assert points_of(Need("loom", frozenset({LOOM}), "331127"), fine) is None
    assert points_of(Need("eleven", frozenset({"5-01"}), "331127"), Helper("x", frozenset({"5-011"}), "331127")) is None


def test_who_lives_near_is_liked_and_has_little_to_do_goes_first():
    need = Need("茶", frozenset({TEA}), "331127")
    near = Helper("near", frozenset({TEA}), "331127")
    city = Helper("city", frozenset({TEA}), "331121")
    far = Helper("far", frozenset({TEA}), "330624")
    assert [points_of(need, one) for one in (near, city, far)] == [72, 62, 52]
    assert match([need], [far, city, near]).pairs[0].points == {"skill": 40, "near": 20, "liked": 12, "load": 0}
    busy = Helper("busy", frozenset({TEA}), "331127", load=3, satisfaction=100)
    assert points_of(need, busy) == 40 + 20 + 20 - 15


@pytest.mark.parametrize(
    ("helper", "why"),
    [
        (Helper("a", frozenset({LOOM}), "331127"), Why.SKILL),
        (Helper("a", frozenset({TEA}), "330624", areas=frozenset({"3306"})), Why.AREA),
        (Helper("a", frozenset({TEA}), "331127", free=frozenset({"2022-06-01"})), Why.DAYS),
        (Helper("a", frozenset({TEA}), "331127", seats=0), Why.TAKEN),
    ],
)
def test_a_seat_that_stays_empty_says_why(helper, why):
    need = Need("茶", frozenset({TEA}), "331127", days=frozenset({"2022-05-24"}))
    assert match([need], [helper]).unfilled == (Unfilled("茶", 1, why),)


def test_what_a_person_chose_stays_and_what_they_barred_never_is():
    need = Need("茶", frozenset({TEA}), "331127", seats=2)
    helpers = [
        Helper(name, frozenset({TEA}), "331127", satisfaction=liked)
        for name, liked in (("甲", 100), ("乙", 90), ("丙", 0))
    ]
    found = match([need], helpers, fixed=[("茶", "丙")], barred=[("茶", "甲")])
    assert {(pair.helper, pair.is_fixed) for pair in found.pairs} == {("丙", True), ("乙", False)}
    weaver = Helper("织", frozenset({LOOM}), "331127")
    assert match([need], [weaver], fixed=[("茶", "织")]).pairs[0].is_fixed, "also one whom no skill recommends"


def test_two_calls_give_the_same():
    needs = [Need(f"n{number}", frozenset({TEA}), "331127", 2) for number in range(20)]
    helpers = [Helper(f"h{number}", frozenset({TEA}), "331127") for number in range(30)]
    assert match(needs, helpers) == match(needs, helpers)
