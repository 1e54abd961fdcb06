"""Numbers of a tree against the same numbers counted by hand in plain Python: whoever is below, each month, each unit; and as many rows as counted."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from niangjia.engines.counting import (
    Figure,
    Measure,
    MeasureError,
    Rollup,
    RollupDamaged,
    Source,
    Tag,
    UnionRow,
    hide_small,
    write_rollup,
)
from niangjia.engines.counting.writing import KEPT
from tests.soak import often

NOW = datetime(2023, 12, 31, 16, tzinfo=UTC)
FIRST, LAST = date(2023, 1, 1), date(2023, 12, 31)
VISIT = Source(
    "visit",
    {"zh": "走访", "en": "visit"},
    {
        "kind": Tag("kind", "text", {}, {}),
        "cause": Tag("cause", "codes", {}, {}),
        "is_late": Tag("is_late", "flag", {}, {}),
    },
)
SOURCES = {"visit": VISIT}


def measure(unit: str, where: str = "", of: Measure | None = None) -> Measure:
    return Measure("one", {}, "visit", unit, where, "", of)


@st.composite
def towns(draw: st.DrawFn) -> tuple[list[UnionRow], list[dict[str, Any]]]:
    """A tree of up to eight unions, ids in no order of the tree's, some with a path that is another's beginning but for the slash."""
    ids = draw(st.permutations([1, 2, 3, 11, 12, 13, 21, 111]))[: draw(st.integers(1, 8))]
    unions = [UnionRow(ids[0], None, "PROVINCE", "33", f"/{ids[0]}/")]
    for one in ids[1:]:
        above = draw(st.sampled_from(unions))
        unions.append(UnionRow(one, above.id, "COUNTY", "33", f"{above.path}{one}/"))
    amounts = st.none() | st.decimals("0", "99999999.99", places=2)
    row = st.fixed_dictionaries(
        {
            "ref": st.uuids().map(lambda key: f"visit:{key}"),
            "day": st.dates(FIRST - timedelta(40), LAST + timedelta(40)),
            "union_id": st.sampled_from(ids),
            "person": st.none() | st.integers(1, 4),
            "household": st.none() | st.integers(1, 3),
            "amount": amounts,
            "count": st.integers(1, 3),
            "days": st.none() | st.integers(0, 30),
            "kind": st.none() | st.sampled_from(["home", "call"]),
            "cause": st.lists(st.sampled_from(["ill", "school"]), unique=True),
            "is_late": st.none() | st.booleans(),
        }
    )
    return unions, draw(st.lists(row, max_size=30))


UNITS = [
    measure("pieces"), measure("persons"), measure("person_times"), measure("yuan"), measure("days"),
    measure("pieces", "kind = 'home' and not is_late"), measure("persons", "kind in ('home', 'call') or kind is null"),
    measure("percent", "is_late", measure("pieces")), measure("pieces", "array_contains(cause, 'ill')"),
]  # fmt: skip


def by_hand(asked: Measure, rows: list[dict[str, Any]]) -> tuple[Decimal | None, int]:
    """The number and how many rows it lists, of rows that are in the span and the part of the tree."""
    conditions = {
        "": lambda row: True,
        "kind = 'home' and not is_late": lambda row: row["kind"] == "home" and row["is_late"] is False,
        "kind in ('home', 'call') or kind is null": lambda row: True,
        "is_late": lambda row: row["is_late"] is True,
        "array_contains(cause, 'ill')": lambda row: "ill" in row["cause"],
    }
    found = [row for row in rows if conditions[asked.where](row)]
    if asked.unit == "persons":
        persons = {row["person"] for row in found} - {None}
        return Decimal(len(persons)), len(persons)
    if asked.unit == "person_times":
        return Decimal(sum(row["count"] for row in found)), len(found)
    if asked.unit == "yuan":
        paid = [row["amount"] for row in found if row["amount"] is not None]
        return sum(paid, Decimal(0)), len(paid)
    if asked.unit == "days":
        took = [row["days"] for row in found if row["days"] is not None]
        return (Decimal(str(sum(took) / len(took))).quantize(Decimal("0.1")) if took else None), len(took)
    if asked.unit == "percent":
        return (Decimal(len(found)) / len(rows) if rows else None), len(found)
    return Decimal(len(found)), len(found)


def rolled(folder: Path, unions: list[UnionRow], rows: list[dict[str, Any]]) -> Rollup:
    write_rollup(folder, as_of=NOW, unions=unions, sources=[(VISIT, rows)])
    opened = Rollup.open(folder, SOURCES)
    assert opened is not None
    return opened


@settings(max_examples=often(12, 400), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(towns())
def test_every_number_of_every_union_is_what_counting_by_hand_gives_and_has_as_many_rows(tmp_path_factory, town):
    unions, rows = town
    rollup = rolled(tmp_path_factory.mktemp("rollup"), unions, rows)
    for union in unions:
        below = {one.id for one in unions if one.path.startswith(union.path)}
        here = [row for row in rows if row["union_id"] in below and FIRST <= row["day"] <= LAST]
        june = [row for row in here if row["day"].month == 6]
        for asked in UNITS:
            figure = rollup.figure(asked, within=union.id, since=FIRST, until=LAST)
            value, count = by_hand(asked, here)
            assert (figure.value, figure.rows) == (value, count), (union, asked)
            month = rollup.figure(asked, within=union.id, since=date(2023, 6, 1), until=date(2023, 6, 30))
            assert (month.value, month.rows) == by_hand(asked, june), (union, asked)
            listed = rollup.rows(asked, within=union.id, since=FIRST, until=LAST, limit=1000)
            assert len(listed) == count
            assert {row.ref for row in listed} <= {row["ref"] for row in here}


@settings(max_examples=often(8, 200), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(towns())
def test_what_is_counted_in_one_pass_is_what_each_gives_by_itself(tmp_path_factory, town):
    unions, rows = town
    alone, together = (rolled(tmp_path_factory.mktemp("rollup"), unions, rows) for _ in range(2))
    span = {"within": unions[0].id, "since": FIRST, "until": LAST}
    for asked in UNITS:
        assert alone.by_month(asked, **span) == together.by_month(asked, **span, beside=UNITS)
        assert alone.by_union(asked, **span) == together.by_union(asked, **span, beside=UNITS)
        assert alone.by(asked, "cause", **span) == together.by(asked, "cause", **span, beside=UNITS)
        assert alone.figure(asked, **span) == together.figure(asked, **span, beside=UNITS)


@settings(max_examples=often(8, 200), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(towns())
def test_the_parts_of_all_unions_of_a_level_are_what_each_has_by_itself(tmp_path_factory, town):
    unions, rows = town
    rollup = rolled(tmp_path_factory.mktemp("rollup"), unions, rows)
    span, kept = {"since": FIRST, "until": LAST}, {one.id for one in unions if one.level == "COUNTY"}
    for asked in UNITS:
        found = rollup.parts_at(asked, within=unions[0].id, level="COUNTY", **span)
        alone = {}
        for union in kept:
            own = rollup.own(asked, within=union, **span)
            alone[union] = rollup.by_union(asked, within=union, **span) | (
                {-union: own} if own.rows or own.people else {}
            )
        assert found == {union: parts for union, parts in alone.items() if parts}


@settings(max_examples=often(8, 200), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(towns())
def test_what_lies_below_and_a_union_s_own_add_up_to_the_whole_but_persons_once(tmp_path_factory, town):
    unions, rows = town
    rollup = rolled(tmp_path_factory.mktemp("rollup"), unions, rows)
    for union in unions:
        own = [row for row in rows if row["union_id"] == union.id and FIRST <= row["day"] <= LAST]
        for unit in ("pieces", "person_times", "yuan"):
            asked = measure(unit)
            parts = rollup.by_union(asked, within=union.id, since=FIRST, until=LAST)
            months = rollup.by_month(asked, within=union.id, since=FIRST, until=LAST)
            whole = rollup.figure(asked, within=union.id, since=FIRST, until=LAST)
            assert sum((one.value for one in parts.values()), by_hand(asked, own)[0]) == whole.value
            assert sum((figure.value for _month, figure in months), Decimal(0)) == whole.value
            assert len(months) == 12
        parts = rollup.by_union(measure("persons"), within=union.id, since=FIRST, until=LAST)
        whole = rollup.figure(measure("persons"), within=union.id, since=FIRST, until=LAST)
        most = max((one.value for one in parts.values()), default=Decimal(0))
        assert most <= whole.value <= sum((one.value for one in parts.values()), by_hand(measure("persons"), own)[0])


def test_a_row_with_two_causes_counts_under_each_and_opens_under_each(tmp_path):
    union = UnionRow(1, None, "COUNTY", "33", "/1/")
    rollup = rolled(tmp_path, [union], [{"ref": "visit:1", "day": FIRST, "union_id": 1, "cause": ["ill", "school"]}])
    found = rollup.by(measure("pieces"), "cause", within=1, since=FIRST, until=LAST)
    assert {code: figure.value for code, figure in found.items()} == {"ill": 1, "school": 1}
    assert rollup.figure(measure("pieces"), within=1, since=FIRST, until=LAST).value == 1
    for code in found:
        assert len(rollup.rows(measure("pieces"), within=1, since=FIRST, until=LAST, tag="cause", code=code)) == 1


@pytest.mark.parametrize(
    "where",
    ["kind = 'home'; drop table unions", "kind in (select 1)", "other = 1", "u.path = 'x'", "read_text('/etc/passwd') = ''", "kind ||"],
)  # fmt: skip
def test_a_condition_says_nothing_but_a_plain_condition_over_declared_columns(tmp_path, where):
    rollup = rolled(tmp_path, [UnionRow(1, None, "COUNTY", "33", "/1/")], [])
    with pytest.raises(MeasureError):
        rollup.figure(measure("pieces", where), within=1, since=FIRST, until=LAST)


def test_a_union_that_the_tree_does_not_hold_has_nothing(tmp_path):
    rollup = rolled(tmp_path, [UnionRow(1, None, "COUNTY", "33", "/1/")], [{"ref": "visit:1", "day": FIRST, "union_id": 1}])  # fmt: skip
    assert rollup.figure(measure("pieces"), within=2, since=FIRST, until=LAST) == Figure(Decimal(0), 0)


def test_a_roll_up_that_dies_half_way_leaves_the_newest_as_it_was_and_old_ones_are_pruned(tmp_path):
    union = UnionRow(1, None, "COUNTY", "33", "/1/")
    rolled(tmp_path, [union], [{"ref": "visit:1", "day": FIRST, "union_id": 1}])

    def dying():
        yield {"ref": "visit:2", "day": FIRST, "union_id": 1}
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        write_rollup(tmp_path, as_of=NOW + timedelta(hours=1), unions=[union], sources=[(VISIT, dying())])
    assert Rollup.open(tmp_path, SOURCES).as_of == NOW
    for hour in range(2, 7):
        write_rollup(tmp_path, as_of=NOW + timedelta(hours=hour), unions=[union], sources=[(VISIT, [])])
    assert len([path for path in tmp_path.iterdir() if path.is_dir()]) == KEPT
    assert Rollup.open(tmp_path, SOURCES).as_of == NOW + timedelta(hours=6)


def test_a_roll_up_of_an_earlier_clock_is_the_newest_all_the_same_and_stays(tmp_path):
    union = UnionRow(1, None, "COUNTY", "33", "/1/")
    for hour in range(KEPT + 1):
        write_rollup(tmp_path, as_of=NOW + timedelta(hours=hour), unions=[union], sources=[(VISIT, [])])
    earlier = NOW - timedelta(days=1)
    write_rollup(tmp_path, as_of=earlier, unions=[union], sources=[(VISIT, [])])
    assert Rollup.open(tmp_path, SOURCES).as_of == earlier


def test_a_roll_up_of_the_same_instant_stands_beside_the_one_that_is_being_read(tmp_path):
    union = UnionRow(1, None, "COUNTY", "33", "/1/")
    read = rolled(tmp_path, [union], [{"ref": "visit:1", "day": FIRST, "union_id": 1}])
    write_rollup(tmp_path, as_of=NOW, unions=[union], sources=[(VISIT, [])])
    assert read.figure(measure("pieces"), within=1, since=FIRST, until=LAST).value == 1
    assert Rollup.open(tmp_path, SOURCES).figure(measure("pieces"), within=1, since=FIRST, until=LAST).value == 0


def test_what_a_killed_roll_up_left_half_written_goes_with_the_next_but_not_one_at_work(tmp_path):
    dead, at_work = tmp_path / ".20230101T000000Z-1", tmp_path / ".20231231T155900Z-2"
    for half in (dead, at_work):
        half.mkdir()
    old = (datetime.now(UTC) - timedelta(days=2)).timestamp()
    os.utime(dead, (old, old))
    write_rollup(tmp_path, as_of=NOW, unions=[], sources=[])
    assert not dead.exists()
    assert at_work.exists()


def test_a_roll_up_that_cannot_be_read_says_what_to_do(tmp_path):
    rollup = rolled(tmp_path, [UnionRow(1, None, "COUNTY", "33", "/1/")], [])
    (rollup.run / "manifest.json").write_text("{")
    with pytest.raises(RollupDamaged, match="niangjia rollup"):
        Rollup.open(tmp_path, SOURCES)


def people(**counts: int) -> dict[str, Figure]:
    return {part: Figure(Decimal("0.5"), count, count) for part, count in counts.items()}


def test_a_rate_of_fewer_than_ten_is_hidden_and_the_next_smallest_with_it_when_it_would_give_it_away():
    assert hide_small(people(a=9, b=40, c=30)) == {"a", "c"}
    assert hide_small(people(a=9, b=3, c=30)) == {"a", "b"}
    assert hide_small(people(a=10, b=40)) == set()
    assert hide_small({"a": Figure(None, 0, None), "b": Figure(Decimal(1), 12, 12)}) == set()
