"""Invented deliveries for the tests of landing."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import duckdb
from stdnum.iso7064 import mod_11_2

from niangjia.engines.sensing import lake as lakes
from niangjia.engines.sensing import landing
from niangjia.kernel.deployment import programs_folder
from niangjia.kernel.sealing import Keys

KEYS = Keys(pseudonym=bytes(range(32)), blind_index=b"b" * 32, sealing={"1": b"s" * 32})
FEEDS = landing.load_feeds(programs_folder())
SETTLEMENT = [
    "setl_id",
    "mdtrt_id",
    "certno",
    "psn_name",
    "setl_time",
    "refd_setl_flag",
    "medfee_sumamt",
    "fund_pay_sumamt",
    "psn_part_amt",
]
Row = Mapping[str, str]


def person(number: int) -> str:
    """The ID number of the invented person `number`."""
    body = f"330624{date(1960, 1, 1) + timedelta(days=number * 37 % 15000):%Y%m%d}{number % 1000:03d}"
    return body + mod_11_2.calc_check_digit(body)


def settlement(number: int, **other: str) -> dict[str, str]:
    return {
        "setl_id": f"S{number:06d}",
        "mdtrt_id": f"M{number:06d}",
        "certno": person(number),
        "psn_name": "王小明",
        "setl_time": "2023-10-08",
        "refd_setl_flag": "0",
        "medfee_sumamt": "1000.00",
        "fund_pay_sumamt": "600.00",
        "psn_part_amt": "400.00",
    } | other


def settlements(count: int, start: int = 0, **other: str) -> list[dict[str, str]]:
    return [settlement(number, **other) for number in range(start, start + count)]


def csv_text(rows: Sequence[Row], columns: Sequence[str] | None = None, delimiter: str = ",", end: str = "\n") -> str:
    columns = columns or list(rows[0])
    out = io.StringIO()
    for cells in [columns, *([row[column] for column in columns] for row in rows)]:
        out.write(delimiter.join(_quoted(cell, delimiter) for cell in cells) + end)
    return out.getvalue()


def _quoted(cell: str, delimiter: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(mark in cell for mark in (delimiter, '"', "\n", "\r")) else cell


def deliver(folder: Path, name: str, content: str | bytes, month: str = "2023-10") -> Path:
    """Put a file into the month's folder; return that folder."""
    path = folder / month / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder / month


def land(lake: Path, folder: Path, **other: object) -> list[landing.BatchReport]:
    return landing.land_folder(
        lake, folder, **({"keys": KEYS, "feeds": FEEDS, "memory_limit": "1GB", "threads": 2} | other)
    )  # type: ignore[arg-type]


def land_one(lake: Path, folder: Path, **other: object) -> landing.BatchReport:
    (report,) = land(lake, folder, **other)
    return report


def rows_of(lake: Path, feed: str, columns: str = "*") -> list[tuple[object, ...]]:
    """What readers see, in (_seq, _row) order; replaced rows included."""
    paths = [str(file.path) for file in lakes.files(lake, FEEDS[feed])]
    if not paths:
        return []
    with duckdb.connect() as connection:
        query = f"SELECT {columns} FROM read_parquet($paths, union_by_name = true, hive_partitioning = false) ORDER BY _seq, _row"
        return connection.execute(query, {"paths": paths}).fetchall()


def everything_written(lake: Path) -> dict[str, bytes]:
    """Every file of the lake but the sealed ones, whose nonces differ."""
    return {
        str(path.relative_to(lake)): path.read_bytes()
        for path in sorted(lake.rglob("*"))
        if path.is_file() and path.suffix != ".sealed" and path.name != ".lock"
    }
