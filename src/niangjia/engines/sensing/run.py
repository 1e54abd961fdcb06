"""One month sensed: files in, a new run folder out; running twice gives the same rows."""

from __future__ import annotations

import csv
import fcntl
import hashlib
import io
import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from niangjia import __version__
from niangjia.engines.sensing import lake as lakes
from niangjia.engines.sensing.landing import BatchReport, Feed, storage
from niangjia.engines.sensing.own import OwnHistory
from niangjia.engines.sensing.pack import SensingPack
from niangjia.engines.sensing.plan import diff, facts, income, listing, people, sources, spending, verdict
from niangjia.engines.sensing.plan.sources import CARRIED_FORWARD, COLUMNS, INCREMENTS, Inputs
from niangjia.engines.sensing.plan.steps import Workbench, text
from niangjia.kernel.months import Month
from niangjia.kernel.problems import Refusal

Progress = Callable[[str, float], None]

PLAN_VERSION = 1
"""Raised whenever the plan's answers change: the same inputs then make a correction list, never a silent edit."""


class MonthNotLanded(Refusal):
    def __init__(self, month: Month) -> None:
        super().__init__(
            f"{month} 还没有数据：没有收到户籍、会员或参保数据。请先运行 niangjia land，再感知该月。",
            f"Nothing has been landed for {month}: no household, member or insurance feed. Run niangjia land first, then sense the month.",
        )


@dataclass(frozen=True)
class Run:
    """
    A finished run. `kind`: ``monthly`` (the month's list), ``correction`` (what late data would change; the list stays).

    `is_new` is False when the same inputs had been run before and nothing was written.
    """

    month: Month
    run_id: str
    folder: Path
    kind: str
    counts: dict[str, int]
    is_new: bool

    def manifest(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / "manifest.json").read_text(encoding="utf-8")))


def official_run(runs: Path, month: Month) -> Path | None:
    """The folder of the month's list, or None while the month has not been sensed."""
    mark = runs / str(month) / "official"
    return runs / str(month) / mark.read_text().strip() if mark.exists() else None


def list_runs(runs: Path) -> list[Run]:
    """Finished runs, newest month first; of one month its list first, then corrections."""
    found = [
        _load(path.parent, Month(path.parent.parent.name), is_new=False)
        for path in runs.glob("????-??/*/manifest.json")
    ]
    return sorted(
        sorted(found, key=lambda run: (run.kind != "monthly", run.run_id)), key=lambda run: run.month, reverse=True
    )


def sense_month(
    *,
    lake: Path,
    runs: Path,
    month: Month,
    home: str,
    pack: SensingPack,
    feeds: Mapping[str, Feed],
    own: OwnHistory | None = None,
    progress: Progress | None = None,
    memory_limit: str = "8GB",
    threads: int = 2,
) -> Run:
    """
    Sense `month` and write ``runs/<month>/<run id>/``; safe to repeat.

    The first run of a month makes its list. Later, with other inputs (a late batch), a correction list is written beside it.

    Raises:
        MonthNotLanded: no feed that could tell a household came for the month.
    """
    own = own or OwnHistory()
    with _only_one(runs):
        inputs = inputs_of(lake, feeds, month)
        if not inputs.came & {"household", "member", "social_insurance"}:
            raise MonthNotLanded(month)
        earlier = _previous_run(runs, month)
        run_id = _fingerprint(inputs, pack, own, earlier, home)
        folder = runs / str(month) / run_id
        official = official_run(runs, month)
        if (folder / "manifest.json").exists() and official is not None:
            return _load(folder, month, is_new=False)
        kind = "monthly" if official in (None, folder) else "correction"
        if not (folder / "manifest.json").exists():
            settings = _Settings(lake, runs, home, pack, own, earlier, official, kind, progress, memory_limit, threads)
            _run(folder, inputs, settings)
        if kind == "monthly":
            storage.write(folder.parent / "official", run_id.encode())
        return _load(folder, month, is_new=True)


def inputs_of(lake: Path, feeds: Mapping[str, Feed], month: Month) -> Inputs:
    """The committed files that `month` reads: increments by the event's own date, snapshots of the month's folder."""
    reports = lakes.committed(lake)
    confirmed = lakes.confirmed(lake, month)
    came = {report.feed for report in reports if report.month == month.text} | confirmed.keys()
    increments: dict[str, dict[Month, list[Path]]] = {feed: {} for feed in INCREMENTS}
    replacing: dict[str, list[BatchReport]] = {feed: [] for feed in INCREMENTS if feeds[feed].key}
    snapshots: dict[str, tuple[str, BatchReport]] = {}
    used: list[tuple[str, str]] = []
    for report in reports:
        if report.feed not in COLUMNS:
            continue
        if report.feed in INCREMENTS:
            reached = [Month(text) for text in report.months if text <= month.text]
            for event_month in reached:
                increments[report.feed].setdefault(event_month, []).append(
                    lakes.data_path(lake, feeds[report.feed], str(event_month), report.batch)
                )
            is_replacing = any(replaced <= month.text for replaced in report.replaced)
            if is_replacing:
                replacing[report.feed].append(report)
            if reached or is_replacing:
                used.append((f"{report.feed}:{report.month}", report.content_hash))
        else:
            stands_for = month.text if report.batch == confirmed.get(report.feed) else report.month
            held = snapshots.get(report.feed)
            if stands_for <= month.text and (held is None or (stands_for, report.seq) > (held[0], held[1].seq)):
                snapshots[report.feed] = (stands_for, report)
    # A snapshot of an earlier month stands in only where nothing can be computed without one.
    chosen = {
        feed: report
        for feed, (stands_for, report) in snapshots.items()
        if stands_for == month.text or feed in CARRIED_FORWARD
    }
    used += [(f"{feed}:{report.month}", report.content_hash) for feed, report in chosen.items()]
    return Inputs(
        month=month,
        came=frozenset(came),
        snapshots={feed: Month(report.month) for feed, report in chosen.items()},
        snapshot_files={
            feed: (lakes.data_path(lake, feeds[feed], report.month, report.batch),) for feed, report in chosen.items()
        },
        increments={
            feed: {event: tuple(files) for event, files in sorted(held.items())} for feed, held in increments.items()
        },
        replaced={
            feed: tuple(lakes.replaced_path(lake, feeds[feed], report.batch) for report in held)
            for feed, held in replacing.items()
        },
        previous_disability=_last_came(lake, reports, "disability", month),
        batches=tuple(sorted({*used, *((f"{feed}:came", str(month)) for feed in came)})),
    )


def _last_came(lake: Path, reports: list[BatchReport], feed: str, month: Month) -> Month | None:
    earlier = {Month(report.month) for report in reports if report.feed == feed} | lakes.months_confirmed(lake, feed)
    return max((landed for landed in earlier if landed < month), default=None)


@dataclass(frozen=True)
class _Settings:
    lake: Path
    runs: Path
    home: str
    pack: SensingPack
    own: OwnHistory
    earlier: Path | None
    official: Path | None
    kind: str
    progress: Progress | None
    memory_limit: str
    threads: int


def _run(folder: Path, inputs: Inputs, settings: _Settings) -> None:
    """Write the run beside its final place and move it there when it is whole."""
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    started = time.perf_counter()
    bench = Workbench(_connect(part / "spill", settings), settings.progress)
    try:
        _plan(bench, inputs, settings)
        _write(bench, part, inputs.month)
        if settings.kind == "correction" and settings.official is not None:
            _write_differences(bench, part, settings.official)
        set_aside = _set_aside(bench, settings.lake, inputs.month)
        states = dict(bench.rows("SELECT state, count(*) FROM listing GROUP BY state ORDER BY state"))
        active = int(bench.value("SELECT count(*) FROM future WHERE is_active"))
        released = int(
            bench.value(
                "SELECT count(*) FROM row_state JOIN past USING (household_key) WHERE state = 'HELD' AND past.is_active"
            )
        )
        active_before = int(bench.value("SELECT count(*) FROM past WHERE is_active"))
        no_standard = [
            area
            for (area,) in bench.rows(
                "SELECT DISTINCT area FROM fact WHERE has_no_standard AND area IS NOT NULL ORDER BY area"
            )
        ]
        sensed = int(bench.value("SELECT count(*) FROM fact"))
    finally:
        bench.connection.close()
    shutil.rmtree(part / "spill", ignore_errors=True)
    counts = {
        "sensed": sensed,
        "listed": sum(states.values()),
        "active": active,
        "active_before": active_before,
        "active_to_held": released,
        **{state: states.get(state, 0) for state in ("NEW", "CONTINUING", "RETURNED", "EXITED", "HELD", "STALE")},
    }
    balance = active_before + counts["NEW"] + counts["RETURNED"] - counts["EXITED"] - released
    if balance != active:
        raise AssertionError(f"list of {inputs.month} does not balance: {balance} expected, {active} active")
    _write_rows(part / "set_aside.csv", ("feed", "file", "sheet", "row", "column", "reason", "advice"), set_aside)
    manifest = {
        "month": str(inputs.month),
        "run": folder.name,
        "kind": settings.kind,
        "home": settings.home,
        "engine": f"duckdb {duckdb.__version__}",
        "niangjia": __version__,
        "pack": {"id": settings.pack.id, "hash": settings.pack.content_hash},
        "previous_run": settings.earlier.name if settings.earlier else None,
        "inputs": [{"batch": name, "hash": digest} for name, digest in inputs.batches],
        "feeds_missing": sorted(COLUMNS.keys() - inputs.came),
        "carried_forward": {
            feed: str(landed) for feed, landed in sorted(inputs.snapshots.items()) if feed not in inputs.came
        },
        "areas_without_standard": no_standard,
        "history_since": {feed: str(min(held)) for feed, held in sorted(inputs.increments.items()) if held},
        "counts": counts,
        "set_aside": len(set_aside),
        "hashes": {path.name: _sha256(path) for path in sorted(part.iterdir()) if path.is_file()},
        "steps": bench.record,
        "seconds": round(time.perf_counter() - started, 3),
    }
    storage.write(part / "manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1).encode())
    shutil.rmtree(folder, ignore_errors=True)  # without a manifest: killed before it was finished
    part.rename(folder)
    storage.flush_folder(folder.parent)


def _connect(spill: Path, settings: _Settings) -> duckdb.DuckDBPyConnection:
    """A connection that may read the lake and the runs, write the run's folder, and nothing else."""
    spill.mkdir()
    allowed = ", ".join(text(folder.resolve()) for folder in (settings.lake, settings.runs))
    connection = duckdb.connect(":memory:", config={"memory_limit": settings.memory_limit, "threads": settings.threads})
    connection.execute(f"SET temp_directory = {text(spill)}")
    connection.execute(f"SET allowed_directories = [{allowed}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET preserve_insertion_order = false")
    connection.execute(f"SET VARIABLE home_city = {text(settings.home[:4])}")
    connection.execute("SET lock_configuration = true")
    return connection


def _plan(bench: Workbench, inputs: Inputs, settings: _Settings) -> None:
    pack, month = settings.pack, inputs.month
    limits = pack.limits(month.last_day, settings.home)
    left_out = limits.codes("left_out_med_types")

    def condition(words: str) -> str:
        return pack.condition(words, month.last_day)

    sources.replaced_rows(bench, inputs)
    income.insurance(bench, inputs)
    people.build(bench, inputs, settings.own)
    income.pensions_and_benefits(bench, inputs)
    spending.build(bench, inputs, left_out, exact_above=limits.lowest("large_stay"))
    facts.build(bench, inputs, high_fee_above=limits.number("high_fee_school"))
    diff.load_history(bench, settings.earlier)
    diff.own_persons(bench, settings.own, month, limits.whole("recent_months"))
    verdict.triggers(bench, pack, condition)
    diff.match(bench, month)
    diff.own_marks(bench, limits.number("recent_change_share"))
    verdict.suppression(bench, pack, limits, inputs.came, settings.home[:2])
    verdict.undecided(bench, pack, condition)
    diff.states(bench, inputs.came, pack.triggers, limits.whole("stale_months"))
    facts.exact_visits(bench, inputs, left_out)
    listing.build(bench, month, limits.number("jobless_months"))
    diff.keep_history(bench, month)


def _write(bench: Workbench, part: Path, month: Month) -> None:
    for name, query in {
        "signals.parquet": "SELECT * FROM listing ORDER BY area, household_key",
        "members.parquet": "SELECT household_key, person FROM row_member ORDER BY household_key, person",
        "on_file.parquet": f"""
            SELECT DISTINCT o.person, {listing.rounded_quotient("f.household_income", "(12 * f.size)")} AS income_per_capita, f.dibao_monthly AS standard
            FROM own_person o JOIN person p USING (person) JOIN fact f USING (household) WHERE o.mark = 'S-FILED' ORDER BY o.person""",
        "history.parquet": "SELECT * FROM future ORDER BY household_key",
        "history_members.parquet": "SELECT * FROM future_member ORDER BY household_key, person",
    }.items():
        bench.connection.execute(f"COPY ({query}) TO {text(part / name)} (FORMAT parquet, COMPRESSION zstd)")
    bench.connection.execute(
        f"COPY (SELECT * FROM listing ORDER BY area, household_key) TO {text(part / 'signals.csv')} (HEADER)"
    )
    for path in part.glob("*.*"):
        if path.is_file():
            storage.flush_file(path)


def _write_differences(bench: Workbench, part: Path, official: Path) -> None:
    """The correction list: what the month's list would say with what is known now. One row per household and column."""
    compared = [column for column in listing.COLUMNS if column not in ("month", "household_key")]
    sides = " UNION ALL ".join(
        f"""SELECT household_key, {text(column)} AS "column", o."{column}"::VARCHAR AS was, n."{column}"::VARCHAR AS is_now
            FROM official o FULL JOIN listing n USING (household_key) WHERE o."{column}" IS DISTINCT FROM n."{column}" """
        for column in compared
    )
    bench.connection.execute(
        f"CREATE TEMP VIEW official AS SELECT * FROM read_parquet({text(official / 'signals.parquet')})"
    )
    bench.connection.execute(f"COPY (SELECT * FROM ({sides}) ORDER BY ALL) TO {text(part / 'correction.csv')} (HEADER)")


def _set_aside(bench: Workbench, lake: Path, month: Month) -> list[tuple[str, ...]]:
    """Rows of the month's folder that could not be read, and refunds that still wait for their settlement."""
    reports = {report.seq: report for report in lakes.committed(lake)}
    rows: list[tuple[str, ...]] = [
        (row.feed, row.file, row.sheet, str(row.row), row.column, row.code, f"{row.advice_zh} / {row.advice_en}")
        for report in reports.values()
        if report.month == month.text
        for row in lakes.set_aside(lake, report.batch)
    ]
    advice = "未找到同一人同一就诊号的原结算；补来原结算后会自动重新匹配 / no earlier settlement of this person and visit; it is looked for again in each run"
    for seq, row in bench.rows("SELECT _seq, _row FROM orphan_refund WHERE back <= 11 ORDER BY ALL"):
        files = reports[seq].files
        place = min(row // 1_000_000_000, len(files)) - 1  # parts count from 1
        rows.append(
            ("medical_settlement", files[place], "", str(row % 1_000_000_000), "mdtrt_id", "ORPHAN_REFUND", advice)
        )
    return rows


def _previous_run(runs: Path, month: Month) -> Path | None:
    """The latest list before `month`: the one that this month's states are told from."""
    earlier = sorted(
        folder.name for folder in runs.glob("????-??") if folder.name < str(month) and (folder / "official").exists()
    )
    return official_run(runs, Month(earlier[-1])) if earlier else None


def _fingerprint(inputs: Inputs, pack: SensingPack, own: OwnHistory, earlier: Path | None, home: str) -> str:
    whole = [inputs.batches, pack.content_hash, asdict(own), earlier.name if earlier else None, home, PLAN_VERSION]
    return hashlib.sha256(json.dumps(whole, default=str, sort_keys=True).encode()).hexdigest()[:12]


def _load(folder: Path, month: Month, *, is_new: bool) -> Run:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return Run(month, folder.name, folder, manifest["kind"], manifest["counts"], is_new)


@contextmanager
def _only_one(runs: Path) -> Iterator[None]:
    """Two sensing runs of one deployment wait for each other; a killed one leaves no lock behind."""
    runs.mkdir(parents=True, exist_ok=True)
    with open(runs / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for part in runs.glob("????-??/*.part"):
            shutil.rmtree(part, ignore_errors=True)
        yield


def _write_rows(path: Path, header: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    storage.write(path, buffer.getvalue().encode())


def _sha256(path: Path) -> str:
    with open(path, "rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
