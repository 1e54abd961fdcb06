"""The lake's shelves: which batches are there, which files they brought, and what a crash left behind.

Always true here: a batch is there if, and only if, its report is under ``batches/``; nothing that is there ever changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet

from niangjia.engines.sensing.landing import storage
from niangjia.engines.sensing.landing.feeds import Feed
from niangjia.engines.sensing.landing.reports import BatchReport, SetAside
from niangjia.kernel.months import Month


@dataclass(frozen=True)
class LakeFile:
    """One batch's rows of one partition; `month` = ``YYYY-MM`` of the events, or of the snapshot."""

    path: Path
    batch: str
    seq: int
    month: str


def data_path(lake: Path, feed: Feed, month: str, batch: str) -> Path:
    return lake / feed.name / f"{feed.partition}={month}" / f"{batch}.parquet"


def replaced_path(lake: Path, feed: Feed, batch: str) -> Path:
    """Rows (_seq, _row, person, month) of older batches that `batch` brought again: they count no more."""
    return lake / feed.name / "replaced" / f"{batch}.parquet"


def set_aside_path(lake: Path, batch: str, *, is_sealed: bool = False) -> Path:
    return lake / "set_aside" / f"{batch}.{'sealed' if is_sealed else 'parquet'}"


def report_path(lake: Path, batch: str) -> Path:
    return lake / "batches" / f"{batch}.json"


def committed(lake: Path) -> list[BatchReport]:
    """Reports of all landed batches in order of arrival."""
    return [
        BatchReport.from_json(path.read_text(encoding="utf-8")) for path in sorted((lake / "batches").glob("*.json"))
    ]


def batch_names(lake: Path) -> list[str]:
    """As `committed`, the names alone: another list whenever something was landed."""
    return sorted(path.stem for path in (lake / "batches").glob("*.json"))


def files(
    lake: Path, feed: Feed, *, months: Iterable[str] | None = None, reports: Iterable[BatchReport] | None = None
) -> list[LakeFile]:
    """
    The feed's files, oldest batch first; of one snapshot month only the newest batch's, which replaces the others.

    Increments: rows that `replaced_path` names do not count.
    """
    wanted = None if months is None else {str(month) for month in months}
    found: dict[tuple[str, str], LakeFile] = {}
    for report in sorted(committed(lake) if reports is None else reports, key=lambda report: report.batch):
        if report.feed != feed.name:
            continue
        for month in report.months:
            if wanted is None or month in wanted:
                shelf = report.batch if feed.is_increment else ""
                found[shelf, month] = LakeFile(
                    data_path(lake, feed, month, report.batch), report.batch, report.seq, month
                )
    return sorted(found.values(), key=lambda file: (file.seq, file.month))


def set_aside(lake: Path, batch: str) -> list[SetAside]:
    """Every row of the batch that could not be read, in file and row order."""
    path = set_aside_path(lake, batch)
    return [SetAside(**row) for row in pyarrow.parquet.read_table(path).to_pylist()] if path.exists() else []


def sweep(lake: Path) -> list[Path]:
    """
    Remove what a crash left: parts, and files of batches without report. Only under the landing's lock.

    Returns what was removed.
    """
    known = {path.stem for path in (lake / "batches").glob("*.json")}
    leftovers = [path for path in lake.rglob("*.part") if path.is_file()]
    for pattern in (
        "*/month=*/*.parquet",
        "*/snapshot=*/*.parquet",
        "*/replaced/*.parquet",
        "vault/*.sealed",
        "set_aside/*",
    ):
        leftovers += [path for path in lake.glob(pattern) if path.suffix != ".part" and path.stem not in known]
    for path in leftovers:
        path.unlink()
    return leftovers


def confirm(lake: Path, month: str, feed: str, batch: str) -> None:
    """Keep that the feed came for `month` with the very content of an earlier `batch`: unchanged is not missing."""
    path = lake / "arrivals" / month / feed
    if not path.exists():
        storage.write(path, batch.encode())


def confirmed(lake: Path, month: Month) -> dict[str, str]:
    """Feeds that came for `month` unchanged from another delivery, and the batch that holds their rows."""
    folder = lake / "arrivals" / str(month)
    if not folder.is_dir():
        return {}
    return {path.name: path.read_text() for path in folder.iterdir() if path.suffix != ".part"}


def months_confirmed(lake: Path, feed: str) -> set[Month]:
    return {Month(path.parent.name) for path in (lake / "arrivals").glob(f"*/{feed}")}


def latest_snapshot(lake: Path, feed: Feed, month: Month) -> list[dict[str, object]]:
    """Rows of the feed's newest snapshot up to `month`; empty if none came."""
    held = [file for file in files(lake, feed) if file.month <= month.text]
    newest = max(held, key=lambda file: (file.month, file.seq), default=None)
    return pyarrow.parquet.read_table(newest.path).to_pylist() if newest else []


def snapshot_size(lake: Path, feed: Feed, month: Month) -> int:
    """How many rows `latest_snapshot` has."""
    held = [file for file in files(lake, feed) if file.month <= month.text]
    newest = max(held, key=lambda file: (file.month, file.seq), default=None)
    return int(pyarrow.parquet.read_metadata(newest.path).num_rows) if newest else 0


def rows_of_months(lake: Path, feed: Feed, months: Iterable[str]) -> list[dict[str, object]]:
    """Rows of an increment dated in these months, of every batch. For a feed without a key: nothing of it is ever replaced."""
    found = files(lake, feed, months=months)
    return [row for file in found for row in pyarrow.parquet.read_table(file.path).to_pylist()]


def pseudonym_text(value: bytes | str) -> str:
    """A pseudonym of a Parquet file as 32 hex characters."""
    return value.hex() if isinstance(value, bytes) else str(value).replace("-", "")
