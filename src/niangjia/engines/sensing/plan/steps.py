"""A step is one named table: its grain in words, its SQL, and after the run its rows and seconds."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import duckdb


@dataclass
class Workbench:
    """
    One DuckDB connection and the steps that were run on it, in order.

    `record` holds for each step: name, grain, rows, seconds; it goes into the manifest (seconds only there, never into
    anything that is hashed).
    """

    connection: duckdb.DuckDBPyConnection
    progress: Callable[[str, float], None] | None = None
    expected_steps: int = 45
    record: list[dict[str, Any]] = field(default_factory=list)

    def make(self, name: str, grain: str, sql: str) -> int:
        """Create table `name` from `sql`; return its row count."""
        started = time.perf_counter()
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {sql}")
        rows = int(self.value(f"SELECT count(*) FROM {name}"))
        self.note(name, grain, rows, time.perf_counter() - started)
        return rows

    def note(self, name: str, grain: str, rows: int, seconds: float) -> None:
        self.record.append({"step": name, "grain": grain, "rows": rows, "seconds": round(seconds, 3)})
        if self.progress:
            self.progress(f"{name} · {grain}", min(len(self.record) / self.expected_steps, 1.0))

    def value(self, sql: str) -> Any:
        row = self.connection.execute(sql).fetchone()
        return row[0] if row else None

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql).fetchall()

    def drop(self, *names: str) -> None:
        for name in names:
            self.connection.execute(f"DROP TABLE IF EXISTS {name}")


def text(value: object) -> str:
    """A SQL literal of a text or date that we made ourselves (codes, file names, dates)."""
    return "'" + str(value).replace("'", "''") + "'"


def open_at(day: str, start: str = '"from"', end: str = '"to"') -> str:
    """Half-open spell: start inside, end outside, empty end = still open. `day` is a SQL expression."""
    return f"({start} <= {day} AND ({end} IS NULL OR {end} > {day}))"
