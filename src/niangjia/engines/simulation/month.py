"""One month of the lake as rows to decide about: one table for each unit that is asked for, with the columns that are asked for.

Persons and households are put together by sensing's own plan steps, so that both see the same people, incomes and costs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from niangjia.engines.sensing.landing import Feed
from niangjia.engines.sensing.own import OwnHistory
from niangjia.engines.sensing.pack import SensingPack
from niangjia.engines.sensing.plan import facts, income, people, sources, spending
from niangjia.engines.sensing.plan.sources import Inputs, increment_sql, settled_sql, snapshot_sql
from niangjia.engines.sensing.plan.steps import Workbench, open_at, text
from niangjia.engines.sensing.run import MonthNotLanded, inputs_of
from niangjia.engines.simulation.columns import Catalogue
from niangjia.kernel.money import LARGEST
from niangjia.kernel.months import Month

_EVERYBODY = ("household", "member", "social_insurance")
_NEEDS_PEOPLE = frozenset({"person", "household"})
STEPS = 45
"""About how many steps a month takes; for the progress only."""


@dataclass(frozen=True)
class Wanted:
    """The units whose rows are wanted, and the columns that formulas read."""

    units: frozenset[str]
    columns: frozenset[str]

    @property
    def needs_people(self) -> bool:
        return bool(self.units & _NEEDS_PEOPLE)


@dataclass(frozen=True)
class Home:
    """Where the lake is and whose it is. `area`: prefix of the divisions whose rows are wanted ("" = all)."""

    lake: Path
    home: str
    area: str
    pack: SensingPack
    feeds: Mapping[str, Feed]
    own: OwnHistory


def connect(spill: Path, lake: Path, home: str, *, memory_limit: str, threads: int) -> duckdb.DuckDBPyConnection:
    """A connection that may read the lake, write below the simulation's folder, and nothing else."""
    spill.mkdir(parents=True, exist_ok=True)
    allowed = ", ".join(text(folder.resolve()) for folder in (lake, spill.parent))
    connection = duckdb.connect(":memory:", config={"memory_limit": memory_limit, "threads": threads})
    connection.execute(f"SET temp_directory = {text(spill)}")
    connection.execute(f"SET allowed_directories = [{allowed}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET preserve_insertion_order = false")
    connection.execute(f"SET VARIABLE home_city = {text(home[:4])}")
    connection.execute("SET lock_configuration = true")
    return connection


def build(bench: Workbench, where: Home, month: Month, catalogue: Catalogue, wanted: Wanted) -> Inputs:
    """
    Tables left behind: ``rows_<unit>`` (one row per one of them inside the area: number, key, area, county, household and the wanted
    columns), and for people `member` (one row per living person of a household with a worker).

    `household` is the month's own number. Nobody who withdrew consent is among them, nor
    anybody who lives with them. Raises MonthNotLanded.
    """
    inputs = inputs_of(where.lake, where.feeds, month)
    if not inputs.came & set(_EVERYBODY):
        raise MonthNotLanded(month)
    sources.replaced_rows(bench, inputs)
    if wanted.needs_people:
        _people(bench, where, inputs, month, exact="oop_max_stay" in wanted.columns)
        used = {use for name in wanted.columns for use in catalogue.columns[name].uses}
        for use, make in _STEPS.items():
            if use in used:
                make(bench, where, inputs)
        _opted_out(bench, where.own)
    for unit in sorted(wanted.units):
        _ROWS[unit](bench, where, inputs, _columns_of(catalogue, wanted, unit, inputs.came))
    return inputs


def _people(bench: Workbench, where: Home, inputs: Inputs, month: Month, *, exact: bool) -> None:
    """Sensing's steps up to its facts. `exact`: every largest stay is put together; else none is, nobody asks for it."""
    limits = where.pack.limits(month.last_day, where.home)
    income.insurance(bench, inputs)
    people.build(bench, inputs, where.own)
    income.pensions_and_benefits(bench, inputs)
    above = "0" if exact else str(LARGEST)
    spending.build(bench, inputs, limits.codes("left_out_med_types"), exact_above=above)
    facts.build(bench, inputs, high_fee_above=limits.number("high_fee_school"))
    bench.drop(
        "person", "stay", "departed", "care_place", "orphan_refund", "visit", "jobless", "couple", "worker", "student"
    )


def _columns_of(catalogue: Catalogue, wanted: Wanted, unit: str, came: frozenset[str]) -> dict[str, str]:
    """SQL of each wanted column that rows of `unit` can show; a column whose feed did not come is unknown."""
    reach = catalogue.vocabulary.reach(unit)
    found = {}
    for name in sorted(wanted.columns):
        column = catalogue.columns[name]
        if column.grain in reach:
            is_known = all(feed in came for feed in column.needs)
            found[name] = column.sql if is_known else f"CASE WHEN FALSE THEN {column.sql} END"
    return found


def _listed(columns: Mapping[str, str]) -> str:
    return "".join(f', {sql} AS "{name}"' for name, sql in columns.items())


def _inside(area: str, prefix: str) -> str:
    return f"starts_with({area}, {text(prefix)})" if prefix else "TRUE"


# — steps that only some columns need —


def _household_people(bench: Workbench, where: Home, inputs: Inputs) -> None:
    bench.make(
        "household_people",
        "one row per household with a worker",
        """
        SELECT household, count(*) FILTER (is_worker)::INT AS workers, count(*) FILTER (age < 18)::INT AS children,
               count(*) FILTER (age >= 60)::INT AS elders, count(*) FILTER (is_retired)::INT AS pensioners
        FROM member GROUP BY household""",
    )


def _stages(bench: Workbench, where: Home, inputs: Inputs) -> None:
    bench.make(
        "household_stages",
        "one row per household with a student",
        """
        SELECT household, count(DISTINCT e.person) FILTER (stage IN ('kindergarten', 'compulsory', 'special'))::INT AS to_compulsory,
               count(DISTINCT e.person) FILTER (stage IN ('senior', 'vocational'))::INT AS senior,
               count(DISTINCT e.person) FILTER (stage = 'higher')::INT AS higher
        FROM enrolment e JOIN member USING (person) GROUP BY household""",
    )


def _signs(bench: Workbench, where: Home, inputs: Inputs) -> None:
    conditions = [
        f"(({where.pack.condition(trigger.when.text, inputs.month.last_day)}) IS TRUE)"
        for trigger in where.pack.triggers
    ]
    bench.make(
        "warned",
        "one row per household with a warning sign",
        f"SELECT household FROM fact WHERE {' OR '.join(conditions)}",
    )


def _membership_details(bench: Workbench, where: Home, inputs: Inputs) -> None:
    asof = f"DATE {text(inputs.month.last_day)}"
    bench.make(
        "membership_details",
        "one row per active union member: since when, and the group of the latest membership",
        f"""
        SELECT person, min(joined_on) AS joined_on, nullif(arg_max("group", (joined_on, union_code)), '') AS employment_group,
               year(min(joined_on)) = {inputs.month.year} AS has_joined_this_year,
               CASE WHEN year(min(joined_on)) = {inputs.month.year} THEN {inputs.month.number} - month(min(joined_on)) + 1
                    ELSE {inputs.month.number} END::INT AS months_this_year
        FROM ({snapshot_sql(inputs, "member", ["person", "joined_on", "left_on", "union_code", "group"])})
        WHERE {open_at(asof, "joined_on", "left_on")} GROUP BY person""",
    )


def _mutual_aid(bench: Workbench, where: Home, inputs: Inputs) -> None:
    bench.make(
        "own_mutual_aid",
        "one row per person with mutual aid in W12",
        f"""
        SELECT person, sum(amount)::DECIMAL(16,2) AS amount
        FROM ({increment_sql(inputs, "mutual_aid", inputs.month.window(12), ["person", "amount"])}) GROUP BY person""",
    )


def _accidents(bench: Workbench, where: Home, inputs: Inputs) -> None:
    bench.make(
        "own_accident",
        "one row per person with an event in W12",
        f"""
        SELECT person, bool_or(kind = 'work') AS at_work, bool_or(kind IN ('fire', 'flood')) AS by_disaster
        FROM ({increment_sql(inputs, "event", inputs.month.window(12), ["person", "kind"])}) GROUP BY person""",
    )


_STEPS: Mapping[str, Callable[[Workbench, Home, Inputs], None]] = {
    "people": _household_people,
    "stages": _stages,
    "signs": _signs,
    "membership_details": _membership_details,
    "mutual_aid": _mutual_aid,
    "accidents": _accidents,
}


def _opted_out(bench: Workbench, own: OwnHistory) -> None:
    """Who withdrew consent is not profiled, and with them their household."""
    rows = ", ".join(f"({text(person)}::UUID)" for person in own.opted_out)
    persons = (
        f"SELECT person FROM (VALUES {rows}) AS gone(person)" if rows else "SELECT NULL::UUID AS person WHERE false"
    )
    bench.make(
        "left_out",
        "one row per household with somebody who withdrew consent",
        f"SELECT DISTINCT household FROM member WHERE person IN ({persons})",
    )


# — rows —

_HOUSEHOLD_JOINS = {
    "q.": "LEFT JOIN household_people q ON q.household = f.household",
    "y.": "LEFT JOIN household_stages y ON y.household = f.household",
    "s.": "LEFT JOIN warned s ON s.household = f.household",
}
_PERSON_JOINS = {
    "u.": "LEFT JOIN membership u ON u.person = m.person",
    "w.": "LEFT JOIN wage w ON w.person = m.person",
    "p.": "LEFT JOIN pension_income p ON p.person = m.person",
    "b.": "LEFT JOIN benefit_income b ON b.person = m.person",
    "c.": "LEFT JOIN medical c ON c.person = m.person",
    "d.": "LEFT JOIN disabled d ON d.person = m.person",
    "g.": "LEFT JOIN membership_details g ON g.person = m.person",
    "a.": "LEFT JOIN own_mutual_aid a ON a.person = m.person",
    "x.": "LEFT JOIN own_accident x ON x.person = m.person",
}


def _joins(joins: Mapping[str, str], columns: Iterable[str]) -> str:
    """Only what the columns name: a join over everybody is not free."""
    whole = " " + " ".join(columns).replace("(", " ")
    return " ".join(join for alias, join in joins.items() if f" {alias}" in whole)


def _persons(bench: Workbench, where: Home, inputs: Inputs, columns: Mapping[str, str]) -> None:
    """Workers: what the vocabulary calls a person of a programme."""
    bench.make(
        "rows_person",
        "one row per living worker",
        f"""
        SELECT row_number() OVER ()::INT AS number, m.person AS key, f.area, left(f.area, 6) AS county, m.household{_listed(columns)}
        FROM member m JOIN fact f ON f.household = m.household
        {_joins({**_HOUSEHOLD_JOINS, **_PERSON_JOINS}, columns.values())}
        WHERE m.is_worker AND {_inside("f.area", where.area)} AND m.household NOT IN (SELECT household FROM left_out)""",
    )


def _households(bench: Workbench, where: Home, inputs: Inputs, columns: Mapping[str, str]) -> None:
    bench.make(
        "rows_household",
        "one row per household with a worker, or with one who died in W12",
        f"""
        SELECT row_number() OVER ()::INT AS number, n.key, f.area, left(f.area, 6) AS county, f.household{_listed(columns)}
        FROM fact f JOIN (SELECT household, min(person) AS key FROM member GROUP BY household) n USING (household)
        {_joins(_HOUSEHOLD_JOINS, columns.values())}
        WHERE {_inside("f.area", where.area)} AND f.household NOT IN (SELECT household FROM left_out)""",
    )


def _enterprises(bench: Workbench, where: Home, inputs: Inputs, columns: Mapping[str, str]) -> None:
    """Employers with a paid worker in the month, and firms that have a union; the area is the union's, else unknown."""
    insured = settled_sql(inputs, "social_insurance", [inputs.month], ["person", "aab001", "aae140", "aac040", "paid"])
    asof = f"DATE {text(inputs.month.last_day)}"
    bench.make(
        "rows_enterprise",
        "one row per employer",
        f"""
        WITH paying AS (
            SELECT aab001 AS uscc, count(*)::INT AS insured_workers, sum(base)::DECIMAL(16,2) AS monthly_payroll FROM (
                SELECT aab001, person, max(aac040) AS base FROM ({insured})
                WHERE aae140 = '110' AND paid AND aab001 IS NOT NULL GROUP BY aab001, person) GROUP BY aab001),
        members AS (
            SELECT union_code, count(DISTINCT person)::INT AS members
            FROM ({snapshot_sql(inputs, "member", ["person", "union_code", "joined_on", "left_on"])})
            WHERE {open_at(asof, "joined_on", "left_on")} GROUP BY union_code),
        organised AS (
            SELECT uscc, min(area) AS area, sum(coalesce(members, 0))::INT AS union_members
            FROM ({snapshot_sql(inputs, "union", ["code", "area", "uscc", "state"])}) o LEFT JOIN members m ON m.union_code = o.code
            WHERE uscc IS NOT NULL AND state = 'active' GROUP BY uscc),
        e AS (
            SELECT coalesce(paying.uscc, organised.uscc) AS uscc, rpad(organised.area, 12, '0') AS area,
                   coalesce(insured_workers, 0) AS insured_workers, coalesce(monthly_payroll, 0)::DECIMAL(16,2) AS monthly_payroll,
                   organised.uscc IS NOT NULL AS has_union, union_members
            FROM paying FULL JOIN organised ON organised.uscc = paying.uscc)
        SELECT row_number() OVER ()::INT AS number, e.uscc AS key, e.area, left(e.area, 6) AS county, row_number() OVER ()::INT AS household{_listed(columns)}
        FROM e WHERE {_inside("e.area", where.area)}""",
    )


def _unions(bench: Workbench, where: Home, inputs: Inputs, columns: Mapping[str, str]) -> None:
    asof = f"DATE {text(inputs.month.last_day)}"
    bench.make(
        "rows_union",
        "one row per union",
        f"""
        WITH o AS (
            SELECT code, any_value(parent) AS parent, any_value(level) AS level, any_value(state) AS state,
                   rpad(any_value(area), 12, '0') AS area FROM ({snapshot_sql(inputs, "union")}) GROUP BY code),
        members AS (
            SELECT union_code, count(DISTINCT person)::INT AS members
            FROM ({snapshot_sql(inputs, "member", ["person", "union_code", "joined_on", "left_on"])})
            WHERE {open_at(asof, "joined_on", "left_on")} GROUP BY union_code),
        below AS (SELECT parent, count(*)::INT AS unions_below FROM o GROUP BY parent),
        counted AS (
            SELECT o.*, coalesce(members, 0) AS members, coalesce(unions_below, 0) AS unions_below
            FROM o LEFT JOIN members ON members.union_code = o.code LEFT JOIN below ON below.parent = o.code)
        SELECT row_number() OVER ()::INT AS number, o.code AS key, o.area, left(o.area, 6) AS county, row_number() OVER ()::INT AS household{_listed(columns)}
        FROM counted o WHERE {_inside("o.area", where.area)}""",
    )


_ROWS: Mapping[str, Callable[[Workbench, Home, Inputs, Mapping[str, str]], None]] = {
    "person": _persons,
    "household": _households,
    "enterprise": _enterprises,
    "union": _unions,
}
