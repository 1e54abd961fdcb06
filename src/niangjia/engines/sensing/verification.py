"""What must hold in the lake and in the runs, whatever happened: read-only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from niangjia.engines.sensing.landing.reports import BatchReport, digest_of
from niangjia.engines.sensing.run import list_runs, official_run
from niangjia.kernel.months import Month

Finding = tuple[str, str, str]
"""(rule, place, detail)"""


def verify_lake(lake: Path) -> list[Finding]:
    """
    Rows in = accepted + set aside + duplicate; every file of a batch is there as it was written, with the rows that its report
    promises; nothing else is; no batch is missing between the first and the last.
    """
    return list(_lake_findings(lake))


def _lake_findings(lake: Path) -> Iterator[Finding]:
    seen: dict[tuple[str, str], str] = {}
    known: set[str] = set()
    reports, unread = [], []
    for path in sorted((lake / "batches").glob("*.json")):
        try:
            reports.append(BatchReport.from_json(path.read_text(encoding="utf-8")))
        except (ValueError, KeyError, TypeError) as error:
            unread.append(path.stem)
            yield "LAKE_REPORT", path.name, f"cannot be read: {error}"
    known.update(unread)
    places = sorted([report.seq for report in reports] + [int(name[:6]) for name in unread if name[:6].isdigit()])
    for missing in sorted(set(range(1, max(places, default=0))) - set(places)):
        yield "LAKE_GAP", f"{missing:06d}", "the report of this batch is gone, and with it its rows"
    for report in reports:
        known.add(report.batch)
        if report.rows_in != report.rows_accepted + report.rows_set_aside + report.rows_duplicate:
            yield (
                "LAKE_ROWS",
                report.batch,
                f"{report.rows_in} in, {report.rows_accepted} + {report.rows_set_aside} + {report.rows_duplicate}",
            )
        if (earlier := seen.setdefault((report.feed, report.content_hash), report.batch)) != report.batch:
            yield "LAKE_TWICE", report.batch, f"same content as {earlier}"
        altered = [
            name
            for name, digest in report.digests.items()
            if not (lake / name).is_file() or digest_of(lake / name) != digest
        ]
        for name in altered:
            yield "LAKE_FILE", name, "missing or altered since it was landed"
        if altered:
            continue
        try:
            written = sum(
                pq.read_metadata(path).num_rows for path in lake.glob(f"{report.feed}/*=*/{report.batch}.parquet")
            )
        except (OSError, pa.ArrowException) as error:
            yield "LAKE_FILE", report.batch, f"cannot be read: {error}"
            continue
        if written != report.rows_accepted:
            yield "LAKE_FILES", report.batch, f"{report.rows_accepted} rows accepted, {written} in files"
    for pattern in ("*/*=*/*.parquet", "*/replaced/*.parquet", "vault/*.sealed", "set_aside/*"):
        for path in lake.glob(pattern):
            if path.stem not in known and path.suffix != ".part":
                yield "LAKE_STRAY", path.name, "a file of no landed batch; the next landing removes it"


def verify_runs(runs: Path) -> list[Finding]:
    """Every month's list is whole, as its manifest says, balances, and names each household once."""
    return list(_run_findings(runs))


def _run_findings(runs: Path) -> Iterator[Finding]:
    for run in list_runs(runs):
        place = f"{run.month}/{run.run_id}"
        for name, digest in run.manifest()["hashes"].items():
            path = run.folder / name
            if not path.exists() or digest_of(path) != digest:
                yield "RUN_FILE", f"{place}/{name}", "missing or altered"
        counts = run.counts
        expected = (
            counts["active_before"] + counts["NEW"] + counts["RETURNED"] - counts["EXITED"] - counts["active_to_held"]
        )
        if expected != counts["active"]:
            yield "LIST_BALANCE", place, f"{expected} expected, {counts['active']} active"
        try:
            keys = pq.read_table(run.folder / "signals.parquet", columns=["household_key"]).column(0).to_pylist()
        except (OSError, pa.ArrowException):
            continue  # told above
        if len(keys) != len(set(keys)):
            yield "LIST_TWICE", place, "a household stands on the list twice"
    for folder in runs.glob("????-??"):
        mark = official_run(runs, Month(folder.name))
        if mark is not None and not (mark / "manifest.json").exists():
            yield "RUN_MISSING", folder.name, "the month's list is gone"
