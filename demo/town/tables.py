"""The town's people, firms and unions as DuckDB tables; the SQL stands in `setup/`, in order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from demo.town import divisions, shapes, stories
from niangjia.kernel.months import Month

SETUP = Path(__file__).parent / "setup"
STORY_REACH = (
    14  # months before the first live one that a story may touch: its turn eight before, its effects five before that
)


@dataclass(frozen=True)
class Plan:
    persons: int
    first_month: Month
    months: int
    history_months: int
    seed: int
    home: str
    warts: bool

    @property
    def history(self) -> list[Month]:
        return [self.first_month.plus(-back) for back in range(self.history_months, 0, -1)]

    @property
    def live(self) -> list[Month]:
        return [self.first_month.plus(step) for step in range(self.months)]


def build(connection: duckdb.DuckDBPyConnection, plan: Plan, progress: Callable[[str], None]) -> None:
    """Make every table the feeds read. One person needs about 100 bytes on disk."""
    city = divisions.read_city(plan.home)
    slots = shapes.block()
    _set(
        connection,
        {
            "seed": plan.seed,
            "persons": plan.persons,
            "block": len(slots),
            "employers": max(60, plan.persons // 60),
            "villages": sum(town.villages for town in city.towns),
            "first": plan.first_month.index,
            "months": plan.months,
            "oldest": plan.first_month.index - plan.history_months,
            "base_year": plan.first_month.year,
            "last_year": plan.live[-1].year,
            "home": city.home,
            "city": city.name,
            "province": city.province,
            "in_province": city.neighbour,
            "out_of_province": divisions.OUT_OF_PROVINCE,
            "elsewhere": list(divisions.ELSEWHERE),
            "warts": plan.warts,
            "blocks": plan.persons // len(slots),
            "quiet_slot": shapes.first_slot("one-child", 3),
            "old_slot": shapes.first_slot("old-couple"),
            "old_single_slot": shapes.first_slot("old-single"),
        },
    )
    connection.execute("SET VARIABLE base_day = make_date(getvariable('base_year'), 1, 1)")
    _table(
        connection,
        "town",
        "code VARCHAR, name VARCHAR, county_code VARCHAR, county VARCHAR, villages INTEGER, has_union BOOLEAN",
        [(town.code, town.name, town.county_code, town.county, town.villages, town.has_union) for town in city.towns],
    )
    _table(
        connection,
        "village_prefix",
        "county_code VARCHAR, old INTEGER",
        [(code, int(divisions.OLD_PREFIX.get(code, code))) for code in city.counties],
    )
    _table(
        connection,
        "slot",
        "slot INTEGER, household INTEGER, shape VARCHAR, relation VARCHAR, kin VARCHAR, sex_fixed VARCHAR, low INTEGER, span INTEGER, gap INTEGER, gap_span INTEGER, mate INTEGER",
        [tuple(vars(slot).values()) for slot in slots],
    )
    _stories(connection)
    for file in sorted(SETUP.glob("*.sql")):
        progress(file.stem)
        connection.execute(file.read_text(encoding="utf-8"))
    # More than 499 people of one county, day and sex would run over into the birth date.
    too_many = connection.execute(
        "SELECT count(*) FROM person WHERE substr(id, 7, 8) <> strftime(birth, '%Y%m%d')"
    ).fetchone()
    if too_many and too_many[0]:
        raise RuntimeError(f"{too_many[0]} ID numbers ran out of sequence numbers")


def _stories(connection: duckdb.DuckDBPyConnection) -> None:
    cycle = [
        (shapes.first_household(shape, nth), place, len(told), story.name)
        for (shape, nth), told in stories.CYCLES.items()
        for place, story in enumerate(told)
        if story
    ]
    _table(connection, "cycle", "household INTEGER, place INTEGER, length INTEGER, name VARCHAR", cycle)
    kinds = [
        (
            one.name,
            one.head_work,
            one.head_base,
            one.spouse_work,
            one.spouse_base,
            one.head_age,
            one.child_age,
            one.scheme,
            list(one.homes),
        )
        for one in stories.STORIES.values()
    ]
    _table(
        connection,
        "kind",
        "name VARCHAR, head_work VARCHAR, head_base INTEGER, spouse_work VARCHAR, spouse_base INTEGER, head_age INTEGER, child_age INTEGER, scheme VARCHAR, homes INTEGER[]",
        kinds,
    )
    effects = [
        (
            one.name,
            effect.feed,
            effect.month,
            effect.text,
            effect.amount,
            effect.other,
            effect.on,
            effect.arrives,
            effect.visit,
            13 if effect.other == 1 else 10,
            effect.last_day,
        )
        for one in stories.STORIES.values()
        for effect in one.effects
    ]
    _table(
        connection,
        "effect",
        'story VARCHAR, feed VARCHAR, month INTEGER, text VARCHAR, amount INTEGER, other INTEGER, "on" VARCHAR, arrives INTEGER, visit INTEGER, day INTEGER, last_day BOOLEAN',
        effects,
    )


def _set(connection: duckdb.DuckDBPyConnection, values: dict[str, object]) -> None:
    for name, value in values.items():
        connection.execute(f"SET VARIABLE {name} = ?", [value])


def _table(connection: duckdb.DuckDBPyConnection, name: str, columns: str, rows: list[tuple[object, ...]]) -> None:
    connection.execute(f"CREATE TABLE {name} ({columns})")
    connection.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(rows[0]))})", rows)
