"""A roll-up is written beside what is there and becomes the newest in one step; older ones are pruned."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow
from pyarrow import parquet

from niangjia.engines.counting.sources import Source

POINTER = "newest"
KEPT = 3
"""Runs kept: whoever has a page open reads on while another is made."""
_CHUNK = 50_000


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
) -> dict[str, int]:
    """
    Write every source's rows below `folder` and make them the newest; rows by source. A row lacks what it has not (null; `count` is 1).
    A crash leaves the newest as it was.
    """
    run = folder / f"{as_of:%Y%m%dT%H%M%S}"
    making = folder / f".{run.name}-{os.getpid()}"
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    try:
        _write(making / "unions.parquet", _UNIONS, (asdict(union) for union in unions))
        counts = {source.id: _write(making / f"{source.id}.parquet", source.schema, rows) for source, rows in sources}
        hashes = {path.stem: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(making.glob("*.parquet"))}
        manifest = {"as_of": as_of.isoformat(), "rows": counts, "sha256": hashes}
        (making / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
        shutil.rmtree(run, ignore_errors=True)
        making.rename(run)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    _point(folder, run.name)
    runs = sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    for old in runs[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)
    return counts


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
