"""Points by rule: worked examples, and what holds for any figures."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from niangjia.apps.assessments.score import Kind, Rule, Weighed, capped, compare, item_points, ranks

D = Decimal
RATIO = Rule(Kind.RATIO, goal=D(200))
RATE = Rule(Kind.RATE, least=D("0.5"), most=D("0.9"))
PENALTY = Rule(Kind.PENALTY, least=D(2), most=D(10))
RANK = Rule(Kind.RANK)
figures = st.integers(0, 100_000).map(lambda cents: D(cents) / 100)
rules = st.sampled_from([RATIO, RATE, PENALTY, RANK])
columns = st.dictionaries(st.integers(1, 20), st.none() | figures, min_size=1, max_size=8)
RULES = {"a": RATIO, "b": RATE, "c": PENALTY, "d": RANK}
SHEET = [Weighed(name, D(weight), RULES[name]) for name, weight in zip("abcd", (40, 30, 20, 10), strict=True)]
tables = st.dictionaries(
    st.integers(1, 9), st.fixed_dictionaries({name: st.none() | figures for name in "abcd"}), min_size=1
)


def points(rule, figure, weight=D(30)):
    return item_points(Weighed("x", weight, rule), {1: figure})[1].points


@pytest.mark.parametrize(
    ("rule", "figure", "expected"),
    [
        (RATIO, D(0), "0.00"), (RATIO, D(150), "22.50"), (RATIO, D(200), "30.00"), (RATIO, D(900), "30.00"), (RATIO, D("66.7"), "10.01"),
        (RATE, D("0.5"), "0.00"), (RATE, D("0.4"), "0.00"), (RATE, D("0.7"), "15.00"), (RATE, D(1), "30.00"),
        (PENALTY, D(0), "30.00"), (PENALTY, D(2), "30.00"), (PENALTY, D(6), "15.00"), (PENALTY, D(11), "0.00"),
    ],
)  # fmt: skip
def test_worked_examples(rule, figure, expected):
    assert points(rule, figure) == D(expected)


def test_those_alike_share_a_rank_and_the_next_one_is_further_down():
    found = item_points(Weighed("x", D(30), RANK), {1: D(9), 2: D(9), 3: D(5), 4: D(1), 5: None})
    assert [(found[key].rank, found[key].points) for key in (1, 2, 3, 4)] == [(1, 30), (1, 30), (3, 10), (4, 0)]
    assert (found[5].rank, found[5].points, found[1].among) == (None, None, 4)


def test_who_is_alone_with_a_figure_has_all_points_of_a_rank():
    assert item_points(Weighed("x", D(30), RANK), {1: D(9), 2: None})[1].points == 30


def test_who_did_nothing_has_no_points_of_a_rank_though_all_are_alike():
    found = item_points(Weighed("x", D(30), RANK), {1: D(0), 2: D(0)})
    assert [(one.rank, one.points) for one in found.values()] == [(1, 0), (1, 0)]


def test_an_unknown_figure_is_not_scored_and_takes_its_weight_out_of_what_could_be_had():
    known, unknown = compare(SHEET[:2], {1: {"a": D(100), "b": D("0.7")}, 2: {"a": D(100), "b": None}}, {})
    assert (known.total, known.possible, known.standing, known.rank) == (35, 70, 35, 1)
    assert (unknown.total, unknown.possible, unknown.standing, unknown.rank) == (20, 40, 35, 1)
    assert unknown.items[1].points is None


def test_without_any_figure_there_is_no_rank():
    first, last = compare(SHEET[:1], {1: {"a": None}, 2: {"a": D(0)}}, {1: D(5)})
    assert (first.union, first.rank, first.standing) == (2, 1, 0)
    assert (last.union, last.rank, last.standing) == (1, None, None)


def test_what_was_confirmed_is_added_and_each_side_has_its_most():
    assert capped([D(3), D(4), D(-1)], D(5), D(10)) == 4
    assert capped([D(-8), D(-4)], D(5), D(10)) == -10
    assert compare(SHEET[:1], {1: {"a": D(200)}}, {1: D(-3)})[0].total == 37


@pytest.mark.parametrize("numbers", [{"kind": Kind.RATIO}, {"kind": Kind.RATE, "least": D(2), "most": D(2)}, {"kind": Kind.PENALTY}])  # fmt: skip
def test_a_rule_without_its_numbers_is_no_rule(numbers):
    with pytest.raises(ValueError, match="goal|least"):
        Rule(**numbers)


@given(rules, columns, figures)
def test_a_better_figure_never_scores_less(rule, column, better):
    union = next(iter(column))
    before = item_points(Weighed("x", D(30), rule), column)[union]
    if before.figure is None:
        return
    is_better = better <= before.figure if rule.kind is Kind.PENALTY else better >= before.figure
    after = item_points(Weighed("x", D(30), rule), {**column, union: better})[union]
    assert after.points >= before.points if is_better else after.points <= before.points


@given(columns)
def test_a_rank_is_one_more_than_there_are_better_ones(column):
    found = ranks(column)
    for union, place in found.items():
        assert place == 1 + sum(1 for value in column.values() if value is not None and value > column[union])
    assert set(found) == {union for union, value in column.items() if value is not None}


@given(tables, st.integers(-10, 10))
def test_the_items_add_up_to_the_total_and_stay_within_their_weights(table, adjusted):
    for sheet in compare(SHEET, table, dict.fromkeys(table, D(adjusted))):
        assert sheet.total == sum((one.points for one in sheet.items if one.points is not None), D(0)) + adjusted
        assert all(one.points is None or 0 <= one.points <= one.weight for one in sheet.items)
        assert all((one.points is None) == (one.figure is None) for one in sheet.items)


@given(tables, st.randoms())
def test_the_same_figures_give_the_same_sheets_in_whatever_order_they_come(table, chance):
    keys = list(table)
    chance.shuffle(keys)
    assert compare(SHEET, table, {}) == compare(SHEET, {key: dict(table[key]) for key in keys}, {})
