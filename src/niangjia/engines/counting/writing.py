"""A roll-up is written beside what is there and becomes the newest in one step; older ones are pruned."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import chain, count, islice
from pathlib import Path
from typing import Any

import pyarrow
from pyarrow import parquet

from niangjia.engines.counting.sources import Source

POINTER = "newest"
KEPT = 3
"""Runs kept: whoever has a page open reads on while another is made."""
_CHUNK = 50_000
_LONGEST = timedelta(days=1)


@dataclass(frozen=True)
class UnionRow:
    """One union of the tree as it stood; `path` as `organizations` has it, ids with slashes."""

    id: int
    parent: int | None
    level: str
    area: str
    path: str


_UNIONS = pyarrow.schema([("id", pyarrow.int64()), ("parent", pyarrow.int64()), ("level", pyarrow.string()), ("area", pyarrow.string()), ("path", pyarrow.string())])  # fmt: skip


def write_rollup(
    folder: Path,
    *,
    as_of: datetime,
    unions: Iterable[UnionRow],
    sources: Iterable[tuple[Source, Iterable[Mapping[str, Any]]]],
    before: Callable[[Path], None] = lambda run: None,
) -> dict[str, int]:
    """
    Write every source's rows below `folder` and make them the newest; rows by source. A row lacks what it has not (null; `count` is 1).
    `before` has the whole run before anybody reads it. A crash leaves the newest as it was.
    """
    run = _free(folder, f"{as_of:%Y%m%dT%H%M%S}")
    making = folder / f".{run.name}-{os.getpid()}"
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    try:
        _write(making / "unions.parquet", _UNIONS, (asdict(union) for union in unions))
        counts = {source.id: _write(making / f"{source.id}.parquet", source.schema, rows) for source, rows in sources}
        hashes = {path.stem: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(making.glob("*.parquet"))}
        manifest = {"as_of": as_of.isoformat(), "rows": counts, "sha256": hashes}
        (making / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
        making.rename(run)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    before(run)
    _point(folder, run.name)
    _prune(folder)
    return counts


def _free(folder: Path, name: str) -> Path:
    """Somebody may be reading what was made of the same instant."""
    names = chain([name], (f"{name}-{number}" for number in count(2)))
    return next(run for one in names if not (run := folder / one).exists())


def _prune(folder: Path) -> None:
    """The runs made last stay, whatever their clock said; what a killed run left half written goes once it cannot be at work any more."""
    made = sorted((path for path in folder.iterdir() if path.is_dir()), key=lambda path: path.stat().st_mtime_ns)
    begun = [path for path in made if path.name.startswith(".")]
    runs = [path for path in made if path not in begun]
    now = runs[-1].stat().st_mtime  # it was made just now
    dead = [path for path in begun if now - path.stat().st_mtime > _LONGEST.total_seconds()]
    for old in (*runs[:-KEPT], *dead):
        shutil.rmtree(old, ignore_errors=True)


def _point(folder: Path, name: str) -> None:
    new = folder / f".{POINTER}"
    new.write_text(name, encoding="utf-8")
    new.replace(folder / POINTER)


def _write(path: Path, schema: pyarrow.Schema, rows: Iterable[Mapping[str, Any]]) -> int:
    left, total = iter(rows), 0
    has_count = "count" in schema.names and "ref" in schema.names
    with parquet.ParquetWriter(path, schema, use_dictionary=False) as writer:
        while some := list(islice(left, _CHUNK)):
            columns = [
                [row.get(name, 1 if has_count and name == "count" else None) for row in some] for name in schema.names
            ]
            arrays = [pyarrow.array(values, type=kind) for values, kind in zip(columns, schema.types, strict=True)]
            writer.write_table(pyarrow.Table.from_arrays(arrays, schema=schema))
            total += len(some)
    return total


def whole_as_of(folder: Path) -> datetime | None:
    """
    As of when the newest run below `folder` is; null: there is none, or one of its files is gone or no longer as it was written.

    Only files that were touched after the run was whole are read again: this is asked every few minutes.
    """
    pointer = folder / POINTER
    try:
        run = folder / pointer.read_text(encoding="utf-8").strip()
        path = run / "manifest.json"
        manifest, written = json.loads(path.read_text(encoding="utf-8")), path.stat().st_mtime_ns
        for name, told in manifest["sha256"].items():
            file = run / f"{name}.parquet"
            if file.stat().st_mtime_ns > written and hashlib.sha256(file.read_bytes()).hexdigest() != told:
                return None
        return datetime.fromisoformat(manifest["as_of"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
