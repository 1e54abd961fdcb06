"""One readable piece of a delivery: a file, or a sheet of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import duckdb

from niangjia.kernel.problems import Refusal


class UnreadableFile(Refusal):
    """The file cannot be read at all; says what to do."""


@dataclass
class Part:
    """
    `columns`: {feed's code: (SQL name in the relation, DuckDB type)}. `open` registers the relation `incoming`.
    `row`: SQL for the row's number (header = 1); empty = rows are counted as they come, without those in `broken`.
    `broken`: (row number, text) of rows with too few or too many cells, complete once the relation has been read.
    `totals`: the same of sums under the data. `epoch`: day 0 of Excel's serial dates. `delimiter`: the CSV's, else empty.
    """

    file: str
    columns: Mapping[str, tuple[str, str]]
    open: Callable[[duckdb.DuckDBPyConnection], object]
    sheet: str = ""
    row: str = ""
    epoch: str = "1899-12-30"
    delimiter: str = ""
    encoding: str = ""
    extra: tuple[str, ...] = ()
    broken: list[tuple[int, str]] = field(default_factory=list)
    totals: list[tuple[int, str]] = field(default_factory=list)
