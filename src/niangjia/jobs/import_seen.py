"""What the check of a workbook found, kept sealed beside it until it is landed: little for its page, all of it for landing and for the marked workbook."""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple, replace
from pathlib import Path
from typing import IO, Any

from niangjia.adapters import excel
from niangjia.engines.sensing.landing.csv import survey
from niangjia.jobs.import_check import text
from niangjia.jobs.import_kinds import LARGEST_BYTES, PROBLEMS, WRONG_SHOWN, Preview, Wrong
from niangjia.kernel.deployment import Deployment

_SHOWN, _WHOLE = ("shown.sealed", "seen.sealed")


def write(deployment: Deployment, folder: Path, seen: Preview) -> None:
    """Values as text, none as null: what a CSV would say."""
    shown = replace(seen, wrong=seen.wrong[:WRONG_SHOWN], doubtful=seen.doubtful[:WRONG_SHOWN], rows=())
    for name, one in ((_SHOWN, shown), (_WHOLE, seen)):
        columns = list((one.rows or one.first or ({},))[0])
        packed = {
            **asdict(replace(one, wrong=(), doubtful=(), first=(), rows=())),
            "wrong": [list(astuple(each)) for each in one.wrong],
            "doubtful": [list(astuple(each)) for each in one.doubtful],
            "columns": columns,
            "first": _packed(one.first, columns),
            "rows": _packed(one.rows, columns),
        }
        plain = json.dumps(packed, ensure_ascii=False).encode()
        part = folder / f"{name}.part"
        part.write_bytes(deployment.keys().seal(plain, f"imports/{folder.name}/{name}"))
        part.replace(folder / name)


def _packed(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> list[list[str | None]]:
    return [[None if row.get(name) is None else text(row[name]) for name in columns] for row in rows]


def read_shown(deployment: Deployment, folder: Path) -> Preview:
    """Without `rows`, and with the first of the wrong rows only."""
    return _read(deployment, folder, _SHOWN)


def read_whole(deployment: Deployment, folder: Path) -> Preview:
    return _read(deployment, folder, _WHOLE)


def _read(deployment: Deployment, folder: Path, name: str) -> Preview:
    plain = deployment.keys().open((folder / name).read_bytes(), f"imports/{folder.name}/{name}")
    found = json.loads(plain)
    columns = found.pop("columns")
    return Preview(**{
        **found,
        "wrong": tuple(Wrong(*each) for each in found["wrong"]),
        "doubtful": tuple(Wrong(*each) for each in found.get("doubtful", ())),
        "first": tuple(dict(zip(columns, row, strict=True)) for row in found["first"]),
        "rows": tuple(dict(zip(columns, row, strict=True)) for row in found["rows"]),
    })  # fmt: skip


def forget(folder: Path) -> None:
    for name in (_SHOWN, _WHOLE):
        (folder / name).unlink(missing_ok=True)


def mark(file: Path, seen: Preview, *, language: str) -> IO[bytes]:
    """The workbook as it came, with a column 问题与建议 behind each row that cannot be taken in."""
    said: dict[tuple[str, int], str] = {}
    sheets = excel.read_sheets(file) if file.suffix == ".xlsx" else [("", _csv_rows(file))]
    for one in seen.wrong:
        words = one.zh if language.startswith("zh") else one.en
        place = (one.sheet, one.row)
        said[place] = f"{said[place]} {words}" if place in said else words
    back = tempfile.SpooledTemporaryFile(max_size=LARGEST_BYTES)  # noqa: SIM115  whoever sends it closes it
    excel.write_back(back, sheets=sheets, said=said, head=PROBLEMS, heads=dict(seen.heads))
    back.seek(0)
    return back


def _csv_rows(file: Path) -> list[list[str]]:
    found = survey(file)
    with open(file, encoding=found.encoding, newline="") as handle:
        delimiter = max(",\t;", key=found.head.partition("\n")[0].count)
        return list(csv.reader(handle, delimiter=delimiter))
