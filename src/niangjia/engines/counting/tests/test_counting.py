"""Numbers and their rows from a small roll-up drawn here."""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import product

import pytest

from niangjia.engines import counting
from niangjia.engines.counting.measures import condition
from niangjia.kernel.deployment import programs_folder
from niangjia.kernel.months import Month

SOURCES = counting.load_sources(programs_folder())
AT = datetime(2026, 3, 20, tzinfo=UTC)
TREE = [
    counting.UnionRow(1, None, "CITY", "330600000000", "1/"),
    counting.UnionRow(2, 1, "COUNTY", "330624000000", "1/2/"),
    counting.UnionRow(3, 1, "COUNTY", "330681000000", "1/3/"),
    counting.UnionRow(4, 2, "TOWN", "330624001000", "1/2/4/"),
    counting.UnionRow(10, None, "CITY", "330700000000", "10/"),
]
PAID = [
    {"ref": "batch:1", "day": date(2026, 1, 5), "union_id": 4, "person": 7, "amount": Decimal("500.10"), "days": 10, "purpose": "a"},
    {"ref": "batch:2", "day": date(2026, 2, 5), "union_id": 2, "person": 7, "amount": Decimal("0.20"), "days": 21, "purpose": "b"},
    {"ref": "batch:3", "day": date(2026, 2, 6), "union_id": 3, "person": 8, "amount": Decimal("100"), "purpose": "b"},
    {"ref": "batch:4", "day": date(2026, 2, 6), "union_id": 10, "person": 9, "amount": Decimal("9"), "purpose": "b"},
]  # fmt: skip
FOUND = [
    {"ref": f"case:{n}", "day": date(2026, 2, 1), "union_id": 4 if n < 12 else 3, "person": n, "outcome": "V1" if n % 3 else "V4", "trigger": ["T1", "T2"] if n % 2 else ["T1"], "sex": "M"}
    for n in range(1, 17)
]  # fmt: skip
WHOLE = {"since": date(2026, 1, 1), "until": date(2026, 12, 31)}


def measure(unit, *, where="", of=None, source="payment"):
    return counting.Measure("one", {}, source, unit, where, of=of)


VERIFIED = measure("pieces", source="verification")
RIGHT = measure("percent", where="outcome = 'V1'", of=VERIFIED, source="verification")


@pytest.fixture(scope="module")
def rollup(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rollups")
    rows = {"payment": PAID, "verification": FOUND}
    counting.write_rollup(
        folder, as_of=AT, unions=TREE, sources=[(one, rows.get(name, ())) for name, one in SOURCES.items()]
    )
    return counting.Rollup.open(folder, SOURCES)


def test_each_unit_counts_as_its_name_says(rollup):
    found = {
        unit: rollup.figure(measure(unit), within=1, **WHOLE)
        for unit in ("persons", "person_times", "pieces", "yuan", "days")
    }
    assert {unit: one.value for unit, one in found.items()} == {
        "persons": 2, "person_times": 3, "pieces": 3, "yuan": Decimal("600.30"), "days": Decimal("15.5"),
    }  # fmt: skip
    assert found["persons"].rows == 2 and found["days"].rows == 2


def test_another_city_whose_number_begins_alike_is_not_within(rollup):
    assert rollup.figure(measure("pieces"), within=10, **WHOLE).value == 1


def test_nothing_has_no_rate_and_no_mean_but_a_count_of_zero(rollup):
    empty = {"since": date(2020, 1, 1), "until": date(2020, 1, 2)}
    assert rollup.figure(RIGHT, within=1, **empty).value is None
    assert rollup.figure(measure("days"), within=1, **empty).value is None
    assert rollup.figure(measure("yuan"), within=1, **empty).value == 0
    assert rollup.figure(measure("pieces"), within=999, **WHOLE).value == 0


def test_a_row_with_two_codes_counts_under_each_and_its_rows_are_found_by_each(rollup):
    by = rollup.by(VERIFIED, "trigger", within=1, **WHOLE)
    assert {code: one.rows for code, one in by.items()} == {"T1": 16, "T2": 8}
    assert len(rollup.rows(VERIFIED, within=1, tag="trigger", code="T2", **WHOLE)) == 8


def test_months_stand_by_themselves_and_a_month_without_rows_is_there(rollup):
    found = rollup.by_month(measure("persons"), within=1, **WHOLE)
    assert [(str(month), one.value) for month, one in found[:3]] == [("2026-01", 1), ("2026-02", 2), ("2026-03", 0)]
    assert len(found) == 12 and found[-1][0] == Month("2026-12")


def test_children_and_levels_add_up_from_whoever_lies_below(rollup):
    assert {union: one.value for union, one in rollup.by_union(measure("pieces"), within=1, **WHOLE).items()} == {
        2: 2,
        3: 1,
    }
    assert rollup.by_union(measure("pieces"), within=1, level="TOWN", **WHOLE)[4].value == 1


@pytest.mark.parametrize(("unit", "within"), list(product(("persons", "pieces", "yuan", "days"), (1, 2, 3, 4))))
def test_as_many_rows_are_listed_as_the_number_counts(rollup, unit, within):
    asked = measure(unit)
    rows = rollup.rows(asked, within=within, **WHOLE)
    figure = rollup.figure(asked, within=within, **WHOLE)
    assert len(rows) == figure.rows
    if unit == "yuan":
        assert sum(row.amount for row in rows) == figure.value


def test_a_small_group_is_hidden_and_the_next_with_it(rollup):
    found = rollup.by_union(RIGHT, within=1, **WHOLE)
    assert {union: one.people for union, one in found.items()} == {2: 11, 3: 5}
    assert counting.hide_small(found) == {2, 3}
    assert counting.hide_small({1: counting.Figure(Decimal(1), 5, 12), 2: counting.Figure(Decimal(1), 5, 12)}) == set()


@pytest.mark.parametrize(
    "where",
    [
        "(select 1) = 1",
        "lower(outcome) = 'v1'",
        "other = 1",
        "p.outcome = 'V1'",
        "outcome = 'V1'; drop table payment",
        "read_text('/etc/passwd') = ''",
        "1 +",
    ],
)
def test_a_condition_says_nothing_but_comparisons_of_declared_columns(where):
    with pytest.raises(counting.MeasureError):
        condition(measure("pieces", where=where, source="verification"), SOURCES)


def test_the_newest_run_is_read_and_old_ones_go(tmp_path):
    assert counting.Rollup.open(tmp_path, SOURCES) is None
    for day in range(1, 6):
        counting.write_rollup(
            tmp_path,
            as_of=datetime(2026, 1, day, tzinfo=UTC),
            unions=TREE,
            sources=[(one, ()) for one in SOURCES.values()],
        )
    assert counting.Rollup.open(tmp_path, SOURCES).as_of.day == 5
    assert len([path for path in tmp_path.iterdir() if path.is_dir()]) == 3
    next((tmp_path / counting.Rollup.newest(tmp_path)).glob("payment*")).unlink()
    with pytest.raises(counting.RollupDamaged):
        counting.Rollup.open(tmp_path, SOURCES)
