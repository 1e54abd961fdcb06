"""No page shows a figure about fewer than ten households, nor one from which it could be told."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from niangjia.engines.simulation import SMALLEST, Cell, ProgramResult, hide_small
from niangjia.engines.simulation.results import MonthResult, Spread


def cell(
    before: int = 0,
    newly_in: int = 0,
    newly_out: int = 0,
    *,
    rows: int = 1000,
    untold: int = 0,
    gainers: int | None = None,
) -> Cell:
    """A cell of one-person households; each grant is 500 yuan."""
    after = before + newly_in - newly_out
    gain = newly_in if gainers is None else gainers
    counts = {
        "rows": rows, "before_granted": before, "after_granted": after, "newly_in": newly_in, "newly_out": newly_out,
        "gainers": gain, "losers": newly_out, "changed": newly_in + newly_out, "after_untold": untold, "before_untold": untold,
    }  # fmt: skip
    households = {f"{name}_households": count for name, count in counts.items()}
    yuan = {
        "before_yuan": before * 500,
        "after_yuan": after * 500,
        "gained_yuan": gain * 500,
        "lost_yuan": newly_out * 500,
    }
    return Cell(**counts, **households, **{name: Decimal(value) for name, value in yuan.items()})


def result(*months: dict[str, Cell], gain: Spread = Spread()) -> ProgramResult:
    return ProgramResult(
        "trial", {"zh": "", "en": ""}, "33", "household", "household", "", "", None, None,
        tuple(MonthResult(f"2023-{10 + number}", cells, gain) for number, cells in enumerate(months)),
    )  # fmt: skip


@pytest.mark.parametrize("households", [1, 9])
def test_a_small_group_is_hidden_and_ten_is_shown(households):
    (shown,) = hide_small(result({"330624": cell(0, households)})).counties
    assert shown["after_granted"] is None and shown["after_yuan"] is None and shown["newly_in"] is None
    (shown,) = hide_small(result({"330624": cell(0, SMALLEST)})).counties
    assert (shown["after_granted"], shown["newly_in"], shown["gained_yuan"]) == (10, 10, 5000)


def test_nobody_is_no_small_group():
    (shown,) = hide_small(result({"330624": cell()})).counties
    assert shown["after_granted"] == 0 and shown["newly_in"] == 0 and not shown.is_any_hidden


def test_a_small_change_is_not_told_by_both_sides_of_it():
    (shown,) = hide_small(result({"330624": cell(500, 3)})).counties
    assert shown["before_granted"] == 500 and shown["after_granted"] is None and shown["after_yuan"] is None


def test_one_flow_that_is_small_hides_the_other():
    (shown,) = hide_small(result({"330624": cell(500, 40, 3)})).counties
    assert shown["newly_in"] is None and shown["newly_out"] is None and shown["gainers"] is None
    assert (shown["before_granted"], shown["after_granted"]) == (500, 537)


def test_a_county_cannot_be_told_from_the_total_and_the_others():
    shown = hide_small(result({"330602": cell(4), "330624": cell(40), "330681": cell(400)}))
    assert shown.whole["before_granted"] == 444
    assert [row["before_granted"] for row in shown.counties] == [None, None, 400]


def test_a_county_of_few_households_shows_nothing():
    (shown,) = hide_small(result({"330624": cell(rows=7)})).counties
    assert {value for name, value in shown.figures.items()} == {None}


def test_quantiles_of_few_are_hidden_and_few_rows_of_a_gap():
    few = Spread(9, 9, (Decimal(1),) * 5)
    shown = hide_small(result({"330624": cell(0, 9)}, gain=few))
    assert shown.gain == (("2023-10", None),) and shown.is_any_hidden
    many = Spread(10, 10, (Decimal(1),) * 5)
    assert hide_small(result({"330624": cell(0, 10)}, gain=many)).gain[0][1] == many


sizes = st.integers(0, 60)


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["330602", "330603", "330604", "330624", "330681"]), st.tuples(sizes, sizes, sizes), min_size=1
    )
)
def test_no_hidden_group_of_counties_is_small(drawn):
    """What the shown total less the shown rows gives is of ten households or more, or of nobody."""
    cells = {county: cell(before + out, into, out) for county, (before, into, out) in drawn.items()}
    shown = hide_small(result(cells))
    for figure in ("before_granted", "after_granted", "newly_in", "newly_out"):
        whole = shown.whole[figure]
        for row in shown.counties:
            assert row[figure] is None or row[figure] == 0 or row[figure] >= SMALLEST
        if whole is not None:
            rest = whole - sum(row[figure] or 0 for row in shown.counties)
            assert rest == 0 or rest >= SMALLEST
    if shown.whole["after_granted"] is not None:  # nor what changed in the hidden ones, whose side before may be shown
        changed = [cells[row.name].changed for row in shown.counties if row["after_granted"] is None]
        assert sum(changed) == 0 or sum(changed) >= SMALLEST
    for row in (shown.whole, *shown.counties):
        known = {name: row[name] for name in ("before_granted", "after_granted", "newly_in", "newly_out")}
        for hidden in known:
            if known[hidden] is None:  # nothing else in the row gives it
                assert any(known[other] is None for other in known if other != hidden)
