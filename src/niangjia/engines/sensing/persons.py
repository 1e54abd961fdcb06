"""A few persons looked up in the lake: their unions and employers, for the households of one list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from niangjia.engines.sensing import lake as lakes
from niangjia.engines.sensing.landing import Feed
from niangjia.engines.sensing.plan.steps import text
from niangjia.kernel.months import Month


@dataclass(frozen=True)
class UnionSpell:
    """One membership as the `member` feed of the month tells it; `left_on` null = still a member."""

    person: str
    union_code: str
    joined_on: date
    left_on: date | None
    group: str


def memberships_of(lake: Path, feeds: Mapping[str, Feed], month: Month, persons: Iterable[str]) -> list[UnionSpell]:
    """Memberships of `persons` (32 hex characters) in the newest `member` snapshot up to `month`."""
    newest = _newest(lake, feeds["member"], month)
    if newest is None:
        return []
    rows = _semi_join(
        [newest], persons, "union_code, joined_on, left_on, coalesce(\"group\", '')", "TRUE", "joined_on, union_code"
    )
    return [UnionSpell(*row) for row in rows]


def relations_of(lake: Path, feeds: Mapping[str, Feed], month: Month, persons: Iterable[str]) -> dict[str, str]:
    """The register's word (head, spouse, child, parent, other) for each of `persons`, from the latest stay; absent = not registered."""
    newest = _newest(lake, feeds["household"], month)
    if newest is None:
        return {}
    return {
        person: relation
        for person, relation, _ in _semi_join([newest], persons, 'relation, "from"', "TRUE", '"from", relation')
    }


def employers_of(lake: Path, feeds: Mapping[str, Feed], month: Month, persons: Iterable[str]) -> dict[str, str]:
    """Credit code of the last employer that paid pension insurance for each of `persons` in T−2 … T."""
    months = [str(one) for one in month.window(3)]
    files = [file.path for file in lakes.files(lake, feeds["social_insurance"], months=months)]
    if not files:
        return {}
    rows = _semi_join(
        files, persons, "aab001, month", "aae140 = '110' AND paid AND aab001 IS NOT NULL", "month, aab001"
    )
    return {person: employer for person, employer, _ in rows}


def _newest(lake: Path, feed: Feed, month: Month) -> Path | None:
    held = [file for file in lakes.files(lake, feed) if file.month <= month.text]
    newest = max(held, key=lambda file: (file.month, file.seq), default=None)
    return newest.path if newest else None


def _semi_join(files: list[Path], persons: Iterable[str], columns: str, condition: str, order: str) -> list[tuple]:
    with duckdb.connect() as connection:
        connection.register("wanted", pa.table({"person": pa.array(sorted(persons), pa.string())}))
        listed = ", ".join(text(path) for path in files)
        return connection.execute(f"""
            SELECT replace(f.person::VARCHAR, '-', '') AS who, {columns} FROM read_parquet([{listed}], union_by_name = true) f
            JOIN (SELECT person::UUID AS person FROM wanted) w ON w.person = f.person WHERE {condition} ORDER BY who, {order}""").fetchall()
