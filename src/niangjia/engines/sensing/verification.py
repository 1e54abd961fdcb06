"""What must hold in the lake and in the runs, whatever happened: read-only."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq

from niangjia.engines.sensing import lake as lakes
from niangjia.engines.sensing.run import list_runs, official_run
from niangjia.kernel.months import Month

Finding = tuple[str, str, str]
"""(rule, place, detail)"""


def verify_lake(lake: Path) -> list[Finding]:
    """Rows in = accepted + set aside + duplicate; every file of a batch is there with the rows its report promises; nothing else is."""
    return list(_lake_findings(lake))


def _lake_findings(lake: Path) -> Iterator[Finding]:
    seen: dict[tuple[str, str], str] = {}
    known: set[str] = set()
    for report in lakes.committed(lake):
        known.add(report.batch)
        if report.rows_in != report.rows_accepted + report.rows_set_aside + report.rows_duplicate:
            yield (
                "LAKE_ROWS",
                report.batch,
                f"{report.rows_in} in, {report.rows_accepted} + {report.rows_set_aside} + {report.rows_duplicate}",
            )
        if (earlier := seen.setdefault((report.feed, report.content_hash), report.batch)) != report.batch:
            yield "LAKE_TWICE", report.batch, f"same content as {earlier}"
        written = sum(
            pq.read_metadata(path).num_rows for path in lake.glob(f"{report.feed}/*=*/{report.batch}.parquet")
        )
        if written != report.rows_accepted:
            yield "LAKE_FILES", report.batch, f"{report.rows_accepted} rows accepted, {written} in files"
    for path in lake.glob("*/*=*/*.parquet"):
        if path.stem not in known:
            yield "LAKE_STRAY", path.name, "a file of no landed batch; the next landing removes it"


def verify_runs(runs: Path) -> list[Finding]:
    """Every month's list is whole, as its manifest says, balances, and names each household once."""
    return list(_run_findings(runs))


def _run_findings(runs: Path) -> Iterator[Finding]:
    for run in list_runs(runs):
        place = f"{run.month}/{run.run_id}"
        for name, digest in run.manifest()["hashes"].items():
            path = run.folder / name
            if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
                yield "RUN_FILE", f"{place}/{name}", "missing or altered"
        counts = run.counts
        expected = (
            counts["active_before"] + counts["NEW"] + counts["RETURNED"] - counts["EXITED"] - counts["active_to_held"]
        )
        if expected != counts["active"]:
            yield "LIST_BALANCE", place, f"{expected} expected, {counts['active']} active"
        keys = pq.read_table(run.folder / "signals.parquet", columns=["household_key"]).column(0).to_pylist()
        if len(keys) != len(set(keys)):
            yield "LIST_TWICE", place, "a household stands on the list twice"
    for folder in runs.glob("????-??"):
        mark = official_run(runs, Month(folder.name))
        if mark is not None and not (mark / "manifest.json").exists():
            yield "RUN_MISSING", folder.name, "the month's list is gone"
