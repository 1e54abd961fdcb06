"""Feed files on paper: ID numbers and month folders for the oracle's own cases and for the random towns."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from stdnum.iso7064 import mod_11_2

from tests.oracle.oracle import FEEDS

Cells = Mapping[str, object]


def id_number(birth: date, serial: int, *, sex: str = "M", region: str = "330624") -> str:
    """An invented 18-digit ID number; `serial` 0–499 tells people of one birthday apart."""
    number = f"{region}{birth:%Y%m%d}{serial * 2 + (1 if sex == 'M' else 0):03d}"
    return number + mod_11_2.calc_check_digit(number)


def feed_file(
    feed: str, rows: Iterable[Cells], *, extra: str = "", separator: str = ",", encoding: str = "utf-8"
) -> bytes:
    """One CSV file with the contract's codes as header; `extra` names one more, meaningless column."""
    header = [*FEEDS[feed], *([extra] if extra else [])]
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator)
    writer.writerow(header)
    for row in rows:
        unknown = set(row) - set(header)
        assert not unknown, f"{feed} has no columns {unknown}"
        writer.writerow(["" if row.get(code) is None else row[code] for code in header])
    return out.getvalue().encode(encoding)


def write_feed(folder: Path, feed: str, content: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{feed}.csv").write_bytes(content)
