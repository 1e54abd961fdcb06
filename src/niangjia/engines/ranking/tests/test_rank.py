"""A round is counted as its rule says, by whoever counts it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from niangjia.engines.ranking import CutTie, Entry, Rule, TieBreak, rank

JURY = Rule(jury=Decimal(1))


def marks(*given: str) -> dict[str, Decimal]:
    return {f"j{number}": Decimal(mark) for number, mark in enumerate(given)}


def places(entries: list[Entry], rule: Rule = JURY, seed: str = "") -> dict[str, int | None]:
    return {row.name: row.place for row in rank(entries, rule, seed=seed).rows}


def test_the_highest_and_the_lowest_mark_are_dropped_and_the_rest_is_averaged():
    (row,) = rank([Entry("甲", marks("100", "90", "91", "92", "10"))], replace(JURY, dropped=1)).rows
    assert row.jury == Decimal("91.00") and row.counted == ("j1", "j2", "j3") and row.left_out == ("j0", "j4")


def test_a_juror_who_is_near_to_an_entry_does_not_count_there_and_counts_elsewhere():
    near = [Entry("甲", marks("100", "80"), barred=frozenset({"j0"})), Entry("乙", marks("90", "80"))]
    rows = {row.name: row for row in rank(near, JURY).rows}
    assert (rows["甲"].jury, rows["乙"].jury) == (Decimal("80.00"), Decimal("85.00")) and rows["甲"].left_out == ("j0",)


def test_an_entry_with_too_few_marks_is_not_ranked_and_goes_nowhere():
    rule = replace(JURY, least_marks=2, quota=5)
    rows = rank([Entry("甲", marks("90")), Entry("乙", marks("60", "60"))], rule).rows
    assert [(row.name, row.place, row.goes_on) for row in rows] == [("乙", 1, True), ("甲", None, False)]


def test_votes_count_in_proportion_to_the_most_voted():
    rule = Rule(jury=Decimal("0.7"), votes=Decimal("0.3"))
    rows = {
        row.name: row
        for row in rank([Entry("甲", marks("80"), votes=50), Entry("乙", marks("90"), votes=200)], rule).rows
    }
    assert (
        rows["甲"].votes == Decimal("25.00")
        and rows["甲"].total == Decimal("63.50")
        and rows["乙"].total == Decimal("93.00")
    )


def test_points_of_a_tilt_come_beside_marks_and_votes_and_rank_nobody_who_has_no_marks():
    """E25: bookhouses of the mountain counties are leant to."""
    entries = [Entry("甲", marks("90")), Entry("乙", marks("86"), extra=Decimal(5)), Entry("丙", extra=Decimal(5))]
    rows = {row.name: row for row in rank(entries, JURY).rows}
    assert (rows["乙"].total, rows["乙"].jury, rows["乙"].place) == (Decimal("91.00"), Decimal("86.00"), 1)
    assert rows["甲"].place == 2 and rows["丙"].place is None


def test_a_third_is_rounded_half_up_and_compared_as_published():
    (row,) = rank([Entry("甲", marks("90", "90", "91"))], JURY).rows
    assert row.jury == Decimal("90.33")
    (row,) = rank([Entry("甲", marks("90.01", "90.00"))], JURY).rows
    assert row.jury == Decimal("90.01"), "90.005"
    assert places([Entry("甲", marks("90.001")), Entry("乙", marks("90.004"))]) == {"甲": 1, "乙": 1}


def test_equal_ones_share_a_place_and_the_next_is_skipped_unless_the_rule_names_what_decides():
    entries = [
        Entry("甲", marks("90", "80"), votes=1),
        Entry("乙", marks("85", "85"), votes=2),
        Entry("丙", marks("70", "70")),
    ]
    assert places(entries) == {"甲": 1, "乙": 1, "丙": 3}
    assert places(entries, replace(JURY, ties=(TieBreak.BEST_MARK,))) == {"甲": 1, "乙": 2, "丙": 3}
    assert places(entries, replace(JURY, ties=(TieBreak.VOTES, TieBreak.BEST_MARK))) == {"甲": 2, "乙": 1, "丙": 3}


@pytest.mark.parametrize(("cut", "expected"), [(CutTie.ALL, {"甲", "乙", "丙"}), (CutTie.NONE, {"甲"})])
def test_where_the_last_place_belongs_to_several_the_rule_says_who_goes_on(cut, expected):
    entries = [Entry("甲", marks("90")), Entry("乙", marks("80")), Entry("丙", marks("80")), Entry("丁", marks("70"))]
    rows = rank(entries, replace(JURY, quota=2, cut_tie=cut)).rows
    assert {row.name for row in rows if row.goes_on} == expected


def test_a_draw_for_the_last_place_is_that_of_its_seed():
    entries = [Entry(name, marks("80")) for name in "甲乙丙丁"]
    rule = replace(JURY, quota=1, cut_tie=CutTie.DRAW)
    found = rank(entries, rule, seed="a")
    assert sum(row.goes_on for row in found.rows) == 1 and set(found.drawn) == set("甲乙丙丁")
    assert rank(entries[::-1], rule, seed="a") == found
    winners = {next(row.name for row in rank(entries, rule, seed=str(seed)).rows if row.goes_on) for seed in range(60)}
    assert winners == set("甲乙丙丁")
    with pytest.raises(ValueError, match="seed"):
        rank(entries, rule)


def test_nobody_goes_on_below_the_pass_mark():
    rows = rank(
        [Entry("甲", marks("59.99")), Entry("乙", marks("60"))], replace(JURY, pass_mark=Decimal(60), quota=9)
    ).rows
    assert [row.name for row in rows if row.goes_on] == ["乙"]


def test_from_more_than_two_hundred_to_twenty_in_four_rounds():
    """E35: sea-selection, preliminary, semi-final, final with twenty."""
    entries = [Entry(f"e{number:03}", marks(str(50 + number % 50), str(60 + number % 37))) for number in range(213)]
    for quota in (100, 50, 20):
        rows = rank(entries, replace(JURY, quota=quota, cut_tie=CutTie.DRAW), seed="s").rows
        going = {row.name for row in rows if row.goes_on}
        assert len(going) == quota
        entries = [one for one in entries if one.name in going]


def test_parts_that_are_not_one_are_no_rule():
    with pytest.raises(ValueError, match="one together"):
        Rule(jury=Decimal("0.7"), votes=Decimal("0.4"))


mark = st.decimals(0, 100, places=2)
fields = st.lists(
    st.builds(
        lambda given, barred, votes: (dict(enumerate(given)), barred, votes), st.lists(mark, max_size=5),
        st.frozensets(st.integers(0, 4), max_size=2), st.integers(0, 30),
    ),
    min_size=1, max_size=6,
)  # fmt: skip
rules = st.builds(
    lambda part, dropped, least, quota, ties, cut: Rule(part, 1 - part, dropped, least, quota, None, tuple(ties), cut),
    st.sampled_from([Decimal(0), Decimal("0.7"), Decimal(1)]), st.integers(0, 2), st.integers(0, 2), st.none() | st.integers(0, 4),
    st.lists(st.sampled_from(TieBreak), unique=True), st.sampled_from(CutTie),
)  # fmt: skip


def built(given: list) -> list[Entry]:
    return [
        Entry(
            f"e{number}",
            {f"j{one}": value for one, value in told.items()},
            frozenset(f"j{one}" for one in barred),
            votes,
        )
        for number, (told, barred, votes) in enumerate(given)
    ]


@given(fields, rules, st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_in_whatever_order_it_comes_it_is_the_same_and_no_more_go_on_than_may(given, rule, random):
    entries = built(given)
    found = rank(entries, rule, seed="s")
    shuffled = [replace(one, marks=dict(random.sample(sorted(one.marks.items()), len(one.marks)))) for one in entries]
    random.shuffle(shuffled)
    assert rank(shuffled, rule, seed="s") == found
    going = [row for row in found.rows if row.goes_on]
    if rule.quota is not None and rule.cut_tie is not CutTie.ALL:
        assert len(going) <= rule.quota
    ranked = [row for row in found.rows if row.place is not None]
    assert [row.total for row in ranked] == sorted((row.total for row in ranked), reverse=True)
    if rule.cut_tie is not CutTie.DRAW:
        worst = max((row.place for row in going), default=0)
        assert all(row.goes_on for row in ranked if row.place <= worst)


@given(fields, st.integers(0, 4), st.integers(0, 5))
@settings(max_examples=100, deadline=None)
def test_a_better_mark_never_makes_a_worse_place(given, juror, which):
    entries = built(given)
    one = entries[which % len(entries)]
    if f"j{juror}" not in one.marks:
        return
    better = replace(one, marks=one.marks | {f"j{juror}": Decimal(100)})
    rule = replace(JURY, dropped=1, least_marks=1)
    before, after = (
        places(entries, rule)[one.name],
        places([better if other is one else other for other in entries], rule)[one.name],
    )
    assert before is None or after <= before
