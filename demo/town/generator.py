"""From a plan to folders of feed files, one a month, and the truth about them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

import duckdb

from demo.town import tables, text_files, truth
from niangjia.kernel.months import Month
from niangjia.kernel.problems import Refusal

Form = Literal["parquet", "csv", "mixed"]
INCREMENTS = ("medical_settlement", "social_insurance", "aid_payment", "event", "mutual_aid", "canvass")
SNAPSHOTS = (
    "household",
    "marriage",
    "member",
    "unemployment",
    "pension",
    "disability",
    "school",
    "low_income_scheme",
    "real_estate",
    "vehicle",
    "business",
    "union",
    "standard",
)
FEEDS = INCREMENTS + SNAPSHOTS
PARQUET_IN_HISTORY = (
    "medical_settlement",
    "social_insurance",
)  # of the mixed form: an archive, from before the counties sent files
# Written in the order of their persons: sorting ten million rows would be half the work. The small feeds are sorted.
UNSORTED = (
    "medical_settlement",
    "social_insurance",
    "household",
    "marriage",
    "member",
    "pension",
    "school",
    "real_estate",
    "vehicle",
)
SQL = Path(__file__).parent / "sql"
FEWEST, MOST = 2_000, 10_000_000


@dataclass
class TownReport:
    """What was written. `rows`: feed → rows of all months; `warts`: name → how many; `stories`: those planted, by kind; `invented`: a note to show."""

    folder: str
    persons: int
    months: list[str]
    history: list[str]
    seed: int
    form: str
    invented: str = truth.INVENTED
    rows: dict[str, int] = field(default_factory=dict)
    warts: dict[str, int] = field(default_factory=dict)
    stories: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0


def generate(
    folder: Path,
    *,
    persons: int,
    first_month: Month,
    months: int,
    history_months: int = 14,
    seed: int = 1,
    form: Form = "parquet",
    home: str = "330600",
    warts: bool = True,
    progress: Callable[[str, float], None] | None = None,
) -> TownReport:
    """
    Write the invented city's feeds to `folder/YYYY-MM/` for `history_months` before `first_month` and `months` from it on.

    History has every increment feed; full snapshots come for the last month of history and the live months only. Warts that
    typed data can carry (refunds, orphan refunds, wrong signs, duplicates, late rows, wrong check digits) are in every form; those
    of text (15-digit IDs, Excel dates, GBK …) in `csv` and `mixed`. `truth.json` tells the number of each and what is planted.
    Writing again with the same arguments gives the same rows. `progress` is called with a sentence and the part done (0…1).

    Raises:
        Refusal: fewer than 2,000 or more than 10,000,000 persons, no months, unknown home.
    """
    if not FEWEST <= persons <= MOST or months < 1 or history_months < 0 or seed not in range(2**18):
        raise Refusal(
            f"演示城市须有 {FEWEST:,} 至 {MOST:,} 人、至少一个月份，种子小于 262,144。",
            f"The town needs {FEWEST:,} to {MOST:,} persons, at least one month, and a seed below 262,144.",
        )
    started = time.monotonic()
    tell = progress or (lambda sentence, part: None)
    folder.mkdir(parents=True, exist_ok=True)
    plan = tables.Plan(persons, first_month, months, history_months, seed, home, warts)
    report = TownReport(
        str(folder), persons, [month.text for month in plan.live], [month.text for month in plan.history], seed, form
    )
    scratch = folder / ".town.duckdb"
    scratch.unlink(missing_ok=True)
    connection = duckdb.connect(
        str(scratch), config={"memory_limit": "4GB", "threads": 2, "temp_directory": str(folder / ".town.spill")}
    )
    try:
        tables.build(connection, plan, lambda step: tell(f"{step}…", 0.0))
        work = [
            (month, feed)
            for month in plan.history + plan.live
            for feed in FEEDS
            if feed in INCREMENTS or month >= first_month.previous()
        ]
        for done, (month, feed) in enumerate(work):
            tell(f"{month} {feed}", done / len(work))
            _write(connection, folder / month.text, feed, month, form, plan, report)
        report.stories = truth.count_stories(connection)
        planted = truth.planted(connection, plan)
        report.warts = dict(sorted(report.warts.items()))
    finally:
        connection.close()
        scratch.unlink(missing_ok=True)
    report.seconds = round(time.monotonic() - started, 2)
    told = {key: value for key, value in asdict(report).items() if key not in ("folder", "seconds")}
    (folder / "truth.json").write_text(
        json.dumps(told | {"planted": planted}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    tell("done", 1.0)
    return report


def _write(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    feed: str,
    month: Month,
    form: Form,
    plan: tables.Plan,
    report: TownReport,
) -> None:
    folder.mkdir(exist_ok=True)
    connection.execute("SET VARIABLE m = ?", [month.index])
    connection.execute("SET VARIABLE month = ?", [month.text])
    connection.execute("SET VARIABLE month_end = ?", [month.last_day])
    query = (SQL / f"{feed}.sql").read_text(encoding="utf-8")
    if form == "parquet" or (form == "mixed" and feed in PARQUET_IN_HISTORY and month < plan.first_month):
        path = folder / f"{feed}.parquet"
        order = "" if feed in UNSORTED else " ORDER BY ALL"
        written = connection.execute(
            f"COPY (SELECT COLUMNS(lambda name: name NOT IN ('may_spoil', 'wart')) FROM ({query}){order}) TO '{_quoted(path)}' (FORMAT parquet, COMPRESSION zstd)"
        ).fetchone()
        rows = int(written[0]) if written else 0
    else:
        rows, spoilt = text_files.write(
            connection, query, folder=folder, feed=feed, mixed=form == "mixed", warts=plan.warts
        )
        for wart, count in spoilt.items():
            report.warts[wart] = report.warts.get(wart, 0) + count
    if feed in truth.TYPED_WARTS_IN and plan.warts:
        for wart, count in truth.count_typed_warts(connection, query).items():
            report.warts[wart] = report.warts.get(wart, 0) + count
    report.rows[feed] = report.rows.get(feed, 0) + rows


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
