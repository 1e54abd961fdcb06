"""Whoever reads every table on the way down the tree, month by month too, cannot work out a rate over fewer than ten that is not shown."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import numpy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from niangjia.apps.organizations.types import Level, Union, UnionState
from niangjia.apps.programs.tests import town
from niangjia.engines import counting
from niangjia.kernel.deployment import programs_folder
from niangjia.kernel.months import Month
from niangjia.portals.cockpit.figures.asked import Asked
from niangjia.portals.cockpit.figures.counting_up import Counter
from niangjia.portals.cockpit.figures.declared import declared
from tests.soak import often

MONTHS = (Month("2023-08"), Month("2023-09"), Month("2023-10"))
LEVELS = (Level.PROVINCE, Level.CITY, Level.COUNTY, Level.TOWN)
RATE, WHOLE = declared().figures["precision"], declared().figures["verified"]


def union(number: int, above: Union | None) -> Union:
    depth = above.path.count("/") - 1 if above else 0
    path = f"{above.path if above else '/'}{number}/"
    return Union(
        number, str(number), f"{number}", LEVELS[depth], UnionState.ACTIVE, path, "33", "", above.id if above else None
    )


@st.composite
def trees(draw) -> tuple[list[Union], dict[tuple[int, Month], int]]:
    """Four levels, and how many were verified at each union itself in each month."""
    unions = [union(1, None)]
    for level in (Level.PROVINCE, Level.CITY, Level.COUNTY):
        for above in [one for one in unions if one.level is level]:
            for _child in range(draw(st.integers(0 if level is Level.COUNTY else 1, 3))):
                unions.append(union(len(unions) + 1, above))
    sizes = st.sampled_from([0, 0, 1, 3, 7, 9, 10, 12, 25])
    return unions, {(one.id, month): draw(sizes) for one in unions for month in MONTHS}


def rolled(folder, unions, sizes) -> counting.Rollup:
    rows = [
        {"ref": f"case:{union_id}-{month}-{n}", "day": month.first_day + timedelta(days=n), "union_id": union_id, "household": place * 100 + n + 1, "outcome": ("V1", "V4")[n % 2]}
        for place, ((union_id, month), many) in enumerate(sizes.items()) for n in range(many)
    ]  # fmt: skip
    sources = counting.load_sources(programs_folder())
    counting.write_rollup(
        folder,
        as_of=town.NOW,
        unions=[counting.UnionRow(one.id, one.parent_id, one.level.value, one.area, one.path) for one in unions],
        sources=[(source, rows if name == "verification" else []) for name, source in sources.items()],
    )
    opened = counting.Rollup.open(folder, sources)
    assert opened is not None
    return opened


def pages(rollup: counting.Rollup, unions: list[Union]):
    """Of each union the counter of its page, as the lead of the whole comes down to it."""
    by_id = {one.id: one for one in unions}
    for one in unions:
        trail = tuple(by_id[int(part)] for part in one.path.strip("/").split("/"))
        yield one, Counter(rollup, Asked(one, trail, MONTHS[-1], MONTHS[-1], town.NOW), (RATE, WHOLE))


def told_of(told: list[list[bool]], row: list[bool]) -> bool:
    """Whether the numbers told say this one too: it is a sum of their multiples."""
    if not told:
        return not any(row)
    known = numpy.array(told, dtype=float)
    return int(numpy.linalg.matrix_rank(numpy.vstack([known, row]))) == int(numpy.linalg.matrix_rank(known))


def assert_small_ones_are_safe(shown: dict[str, list[int]], parts: dict[str, list[int]], sizes: dict[int, int]) -> None:
    """`shown`, `parts`: each with the unions whose own rows it counts."""
    some = [union_id for union_id, many in sizes.items() if many]
    told = [[union_id in counted for union_id in some] for counted in shown.values()]
    for name, counted in parts.items():
        if 0 < sum(sizes[union_id] for union_id in counted) < counting.SMALLEST:
            assert name not in shown, name
            assert not told_of(told, [union_id in counted for union_id in some]), (name, sizes, shown)


@settings(max_examples=often(25, 500), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=trees())
def test_no_table_on_the_way_down_gives_a_small_rate_away(tmp_path_factory, drawn):
    unions, all_sizes = drawn
    rollup = rolled(tmp_path_factory.mktemp("rollup"), unions, all_sizes)
    within = {one.id: [below.id for below in unions if below.path.startswith(one.path)] for one in unions}
    parts = {f"{one}": counted for one, counted in within.items()} | {f"{-one}": [one] for one in within}
    for month in MONTHS:
        sizes = {one.id: all_sizes[one.id, month] for one in unions}
        shown: dict[str, list[int]] = {}
        for one, counter in pages(rollup, unions):
            if month == MONTHS[-1]:
                cells = {one.id: counter.figure(RATE)} | counter.children(RATE)
            else:
                cells = {one.id: dict(counter.months(RATE))[month]}
            shown |= {f"{part}": parts[f"{part}"] for part, cell in cells.items() if cell.value is not None}
        assert_small_ones_are_safe(shown, parts, sizes)


@settings(max_examples=often(10, 200), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=trees())
def test_children_and_the_unions_own_make_the_whole_and_each_lists_its_rows(tmp_path_factory, drawn):
    unions, sizes = drawn
    rollup = rolled(tmp_path_factory.mktemp("rollup"), unions, sizes)
    for one, counter in pages(rollup, unions):
        cells = counter.children(WHOLE)
        assert sum((cell.value for cell in cells.values()), Decimal(0)) == counter.figure(WHOLE).value, one
        if own := cells.get(-one.id):
            assert "own=1" in own.url
            asked = Counter(rollup, counter.asked.own())
            listed = asked.rows(WHOLE, "", "", offset=0, limit=1_000)
            assert {row.union_id for row in listed} == {one.id} and len(listed) == own.rows == asked.one(
                WHOLE, "", ""
            ).rows


def test_two_hidden_together_are_ten_people_at_least(tmp_path):
    unions = [union(1, None)]
    unions += [union(number, unions[0]) for number in (2, 3, 4, 5)]
    sizes = {(1, MONTHS[-1]): 0, (2, MONTHS[-1]): 3, (3, MONTHS[-1]): 4, (4, MONTHS[-1]): 30, (5, MONTHS[-1]): 20}
    _one, counter = next(pages(rolled(tmp_path, unions, sizes), unions))
    assert {part for part, cell in counter.children(RATE).items() if cell.is_hidden} == {2, 3, 5}


def test_a_union_hidden_in_the_table_above_is_hidden_on_its_own_page(tmp_path):
    top = union(1, None)
    small, next_smallest, large = (union(number, top) for number in (2, 3, 4))
    below = [union(5, next_smallest), union(6, next_smallest)]
    unions = [top, small, next_smallest, large, *below]
    many = {2: 4, 4: 60, 5: 11, 6: 12}
    rollup = rolled(tmp_path, unions, {(one.id, MONTHS[-1]): many.get(one.id, 0) for one in unions})
    found = {one.id: counter for one, counter in pages(rollup, unions)}
    assert found[3].figure(RATE).is_hidden and not found[4].figure(RATE).is_hidden
    assert [cell.is_hidden for _part, cell in sorted(found[3].children(RATE).items())] == [True, False]
    alone = next(counter for one, counter in pages(rollup, [replace_root(next_smallest), *below]) if one.id == 3)
    assert not alone.figure(RATE).is_hidden  # its own lead does not see the table above


def replace_root(one: Union) -> Union:
    return Union(one.id, one.code, one.name, one.level, one.state, f"/{one.id}/", one.area, "", None)
