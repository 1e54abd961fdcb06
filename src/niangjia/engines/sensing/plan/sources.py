"""The lake's files as relations: only the columns the plan reads, typed, empty when a feed never came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from niangjia.engines.sensing.plan.steps import Workbench, text
from niangjia.kernel.months import Month

COLUMNS: dict[str, dict[str, str]] = {
    "medical_settlement": {
        "setl_id": "VARCHAR",
        "mdtrt_id": "VARCHAR",
        "person": "UUID",
        "med_type": "VARCHAR",
        "setl_time": "DATE",
        "refd_setl_flag": "BOOLEAN",
        "psn_part_amt": "DECIMAL(16,2)",
        "insu_admdvs": "VARCHAR",
        "_seq": "INTEGER",
        "_row": "BIGINT",
    },
    "social_insurance": {
        "person": "UUID",
        "aab001": "VARCHAR",
        "aae140": "VARCHAR",
        "aac040": "DECIMAL(16,2)",
        "paid": "BOOLEAN",
        "stop_reason": "VARCHAR",
        "birth_date": "DATE",
        "sex": "VARCHAR",
        "_seq": "INTEGER",
        "_row": "BIGINT",
    },
    "unemployment": {
        "person": "UUID",
        "benefit_from": "DATE",
        "benefit_to": "DATE",
        "benefit_monthly": "DECIMAL(16,2)",
    },
    "pension": {"person": "UUID", "retired_on": "DATE", "pension_monthly": "DECIMAL(16,2)"},
    "disability": {"person": "UUID", "kind": "VARCHAR", "grade": "INTEGER", "from": "DATE", "to": "DATE"},
    "school": {
        "person": "UUID",
        "stage": "VARCHAR",
        "ownership": "VARCHAR",
        "fee_yearly": "DECIMAL(16,2)",
        "aid_yearly": "DECIMAL(16,2)",
        "from": "DATE",
        "to": "DATE",
    },
    "low_income_scheme": {"person": "UUID", "scheme": "VARCHAR", "from": "DATE", "to": "DATE"},
    "aid_payment": {"person": "UUID", "scheme": "VARCHAR", "amount": "DECIMAL(16,2)", "paid_on": "DATE"},
    "household": {
        "household_no": "VARCHAR",
        "person": "UUID",
        "relation": "VARCHAR",
        "birth_date": "DATE",
        "sex": "VARCHAR",
        "area": "VARCHAR",
        "from": "DATE",
        "to": "DATE",
        "death_date": "DATE",
    },
    "marriage": {
        "person_a": "UUID",
        "person_b": "UUID",
        "birth_date_a": "DATE",
        "sex_a": "VARCHAR",
        "birth_date_b": "DATE",
        "sex_b": "VARCHAR",
        "from": "DATE",
        "to": "DATE",
    },
    "real_estate": {
        "person": "UUID",
        "property_no": "VARCHAR",
        "use": "VARCHAR",
        "area_m2": "DECIMAL(16,2)",
        "share": "DECIMAL(18,6)",
    },
    "vehicle": {"person": "UUID", "kind": "VARCHAR", "first_registered_on": "DATE", "price": "DECIMAL(16,2)"},
    "business": {
        "person": "UUID",
        "uscc": "VARCHAR",
        "capital": "DECIMAL(16,2)",
        "state": "VARCHAR",
        "from": "DATE",
        "to": "DATE",
    },
    "event": {
        "person": "UUID",
        "kind": "VARCHAR",
        "happened_on": "DATE",
        "loss": "DECIMAL(16,2)",
        "compensation": "DECIMAL(16,2)",
    },
    "mutual_aid": {"person": "UUID", "amount": "DECIMAL(16,2)", "paid_on": "DATE"},
    "member": {
        "person": "UUID",
        "union_code": "VARCHAR",
        "joined_on": "DATE",
        "left_on": "DATE",
        "birth_date": "DATE",
        "sex": "VARCHAR",
        "group": "VARCHAR",
    },
    "canvass": {
        "person": "UUID",
        "union_code": "VARCHAR",
        "reported_on": "DATE",
        "cause": "VARCHAR",
        "income_12m": "DECIMAL(16,2)",
        "_seq": "INTEGER",
        "_row": "BIGINT",
    },
    "union": {
        "code": "VARCHAR",
        "parent": "VARCHAR",
        "name": "VARCHAR",
        "level": "VARCHAR",
        "area": "VARCHAR",
        "uscc": "VARCHAR",
        "state": "VARCHAR",
    },
    "standard": {
        "area": "VARCHAR",
        "from": "DATE",
        "dibao_monthly": "DECIMAL(16,2)",
        "mean_housing_area_m2": "DECIMAL(16,2)",
    },
}

INCREMENTS = frozenset({"medical_settlement", "social_insurance", "aid_payment", "event", "mutual_aid", "canvass"})
CARRIED_FORWARD = frozenset({"household", "marriage", "member", "union", "standard"})
"""Without these nothing can be computed: a month that lacks one uses the latest earlier snapshot, and says so."""


@dataclass(frozen=True)
class Inputs:
    """
    The committed files that month `month` reads.

    `came`: feeds that arrived in the month's own folder. `snapshots`: feed → month of the snapshot used, absent = none.
    `increments`: feed → event month → files, in order of arrival. `replaced`: feed → files of rows (_seq, _row, person)
    that a later batch brought again. `previous_disability`: the last earlier month whose
    disability feed came, None = never.
    """

    month: Month
    came: frozenset[str]
    snapshots: Mapping[str, Month]
    snapshot_files: Mapping[str, tuple[Path, ...]]
    increments: Mapping[str, Mapping[Month, tuple[Path, ...]]]
    replaced: Mapping[str, tuple[Path, ...]]
    previous_disability: Month | None
    batches: tuple[tuple[str, str], ...]
    """(feed:month of folder:name, content hash) of every batch that can reach this month: what a rerun must find again."""

    def months_of(self, feed: str, months: Iterable[Month]) -> dict[Month, tuple[Path, ...]]:
        held = self.increments.get(feed, {})
        return {month: held[month] for month in months if held.get(month)}


def columns_sql(feed: str, columns: Iterable[str] | None = None) -> str:
    kinds = COLUMNS[feed]
    return ", ".join(f'"{column}"::{kinds[column]} AS "{column}"' for column in (columns or kinds))


def empty_sql(feed: str, columns: Iterable[str] | None = None) -> str:
    kinds = COLUMNS[feed]
    return (
        "SELECT " + ", ".join(f'NULL::{kinds[column]} AS "{column}"' for column in (columns or kinds)) + " WHERE false"
    )


def read_sql(feed: str, files: Iterable[Path], columns: Iterable[str] | None = None, extra: str = "") -> str:
    """SELECT over the files; columns the file lacks (an optional column that was not delivered) come as NULL."""
    names = [text(path) for path in files]
    chosen = list(columns or COLUMNS[feed])
    if not names:
        return empty_sql(feed, chosen) if not extra else f"SELECT *{extra} FROM ({empty_sql(feed, chosen)})"
    return f"SELECT {columns_sql(feed, chosen)}{extra} FROM read_parquet([{', '.join(names)}], union_by_name = true)"


def snapshot_sql(inputs: Inputs, feed: str, columns: Iterable[str] | None = None) -> str:
    return read_sql(feed, inputs.snapshot_files.get(feed, ()), columns)


def increment_sql(inputs: Inputs, feed: str, months: Iterable[Month], columns: Iterable[str]) -> str:
    """Rows dated in `months`, with `back` = months before the inputs' month (0 = the month itself)."""
    columns = list(columns)
    parts = [
        read_sql(feed, files, columns, f", {inputs.month.index - month.index}::UTINYINT AS back")
        for month, files in inputs.months_of(feed, months).items()
    ]
    if not parts:
        return f"SELECT *, 0::UTINYINT AS back FROM ({empty_sql(feed, columns)})"
    return " UNION ALL ".join(parts)


def replaced_rows(bench: Workbench, inputs: Inputs) -> None:
    """Tables left behind for feeds with a key: rows that a later batch brought again, and all rows of their persons."""
    for feed, files in inputs.replaced.items():
        paths = ", ".join(text(path) for path in files)
        source = (
            f"SELECT _seq, _row, person FROM read_parquet([{paths}]) GROUP BY ALL"
            if files
            else "SELECT NULL::INTEGER AS _seq, NULL::BIGINT AS _row, NULL::UUID AS person WHERE false"
        )
        bench.make(f"replaced_{feed}", "one row per row that a later batch brought again", source)


def settled_sql(inputs: Inputs, feed: str, months: Iterable[Month], columns: Iterable[str]) -> str:
    """
    As `increment_sql`, without the rows that a later batch brought again.

    Only persons with such a row are looked at row by row; for the others no row number need be read.
    """
    columns = list(columns)
    if not inputs.replaced[feed]:
        return increment_sql(inputs, feed, months, columns)
    months = list(months)
    rows = increment_sql(inputs, feed, months, columns)
    placed = increment_sql(inputs, feed, months, [*columns, *({"_seq", "_row"} - set(columns))])
    chosen = ", ".join(f'"{column}"' for column in [*columns, "back"])
    return f"""SELECT * FROM ({rows}) WHERE person NOT IN (SELECT person FROM replaced_{feed})
        UNION ALL SELECT {chosen} FROM ({placed}) ANTI JOIN replaced_{feed} USING (_seq, _row)
        WHERE person IN (SELECT person FROM replaced_{feed})"""
