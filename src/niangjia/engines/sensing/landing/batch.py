"""One feed of one folder: read, judged, gated, written; its report comes last."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from niangjia.engines.sensing import lake as lakes
from niangjia.engines.sensing.landing import gates, storage, vault
from niangjia.engines.sensing.landing.advice import Problems
from niangjia.engines.sensing.landing.csv import open_csv
from niangjia.engines.sensing.landing.feeds import Feed
from niangjia.engines.sensing.landing.parquet import open_parquet
from niangjia.engines.sensing.landing.parts import Part, UnreadableFile
from niangjia.engines.sensing.landing.reports import SHOWN, BatchReport, SetAside
from niangjia.engines.sensing.landing.spelling import macros, text
from niangjia.engines.sensing.landing.staging import ROWS_A_PART, Stager, lake_columns
from niangjia.kernel.months import Month
from niangjia.kernel.problems import Refusal
from niangjia.kernel.sealing import Keys

CSV_ENDINGS = (".csv", ".tsv", ".txt")
_READ_ERRORS = (duckdb.InvalidInputException, duckdb.IOException, duckdb.ConversionException, duckdb.SerializationException)


@dataclass(frozen=True)
class Delivery:
    """The files of one feed in one month's folder, in name order. `names` are relative to the folder."""

    feed: Feed
    month: Month
    folder: Path
    names: tuple[str, ...]

    @property
    def paths(self) -> list[Path]:
        return [self.folder / name for name in self.names]

    def content_hash(self) -> str:
        digest = hashlib.sha256()
        for path in self.paths:
            with open(path, "rb") as handle:
                while chunk := handle.read(1 << 22):
                    digest.update(chunk)
        return digest.hexdigest()


@dataclass(frozen=True)
class Lander:
    """Lands deliveries into one lake."""

    lake: Path
    keys: Keys
    memory_limit: str
    threads: int
    override: str | None

    def land(self, delivery: Delivery, landed: Sequence[BatchReport]) -> BatchReport:
        """
        The report, whatever became of the delivery: landed, duplicate of an earlier batch, or refused with the reason.

        Safe to repeat: the same bytes land once. A crash before the report is written leaves nothing that readers see.
        """
        feed, month = delivery.feed, delivery.month
        report = BatchReport(feed=feed.name, month=month.text, status="refused", files=delivery.names)
        connection = self._connect(delivery.folder)
        try:
            report = replace(report, content_hash=delivery.content_hash())
            for earlier in landed:
                if earlier.content_hash == report.content_hash and earlier.feed == feed.name:
                    return replace(report, status="duplicate", duplicate_of=earlier.batch)
            seq = max((earlier.seq for earlier in landed), default=0) + 1
            report = replace(report, batch=f"{seq:06d}-{feed.name}-{month}-{report.content_hash[:12]}")
            return _Batch(self, delivery, connection, report).land(landed)
        except Refusal as refusal:
            return replace(report, batch="", refused_zh=refusal.zh, refused_en=refusal.en)
        finally:
            connection.close()

    def _connect(self, folder: Path) -> duckdb.DuckDBPyConnection:
        """
        In memory, without spilling (rows carry ID numbers until they are sealed), without network or extensions, and
        with no file in reach but the lake and the folder.
        """
        connection = duckdb.connect()
        reach = ", ".join(text(str(place.resolve()) + "/") for place in (self.lake, folder))
        for statement in (
            f"SET memory_limit = {text(self.memory_limit)}",
            f"SET threads = {int(self.threads)}",
            "SET temp_directory = ''",
            "SET autoinstall_known_extensions = false",
            "SET enable_external_file_cache = false",
            "SET enable_progress_bar = false",
            f"SET allowed_directories = [{reach}]",
            "SET enable_external_access = false",
            "SET lock_configuration = true",
            *macros(),
        ):
            connection.execute(statement)
        return connection


class _Batch:
    """The steps of one landing, in order. Relations: `staged` (every row), `accepted` (what goes to the lake)."""

    def __init__(self, lander: Lander, delivery: Delivery, connection: duckdb.DuckDBPyConnection, report: BatchReport) -> None:
        self.lander = lander
        self.delivery = delivery
        self.feed = delivery.feed
        self.connection = connection
        self.report = report
        self.problems = Problems(delivery.feed)
        self.parts: list[Part] = []

    def land(self, landed: Sequence[BatchReport]) -> BatchReport:
        self._stage()
        self._judge()
        try:
            failed = self._count("_key_failed AND _problem <> -1") + sum(len(part.broken) for part in self.parts)
            gates.check_keys(self.feed, failed=failed, rows=self.report.rows_in)
            self._drop_losers()
            self._count_months()
            self._check_volume(landed)
        except gates.DataProblem as problem:
            return replace(self.report, batch="", refused_zh=problem.zh, refused_en=problem.en)
        self._write()
        return self.report

    def _stage(self) -> None:
        """Grain: one row per row of the delivery, in file and row order."""
        for path, name in zip(self.delivery.paths, self.delivery.names, strict=True):
            try:
                self.parts += self._open(path, name)
            except Refusal as refusal:
                raise UnreadableFile(f"{name}：{refusal.zh}", f"{name}: {refusal.en}") from refusal
        stager = Stager(self.feed, self.delivery.month, self.problems)
        tables = []
        for number, part in enumerate(self.parts, 1):
            try:
                table = stager.stage(self.connection, part, number, self.lander.keys)
            except duckdb.OutOfMemoryException as error:
                raise UnreadableFile(
                    f"{part.file}：内存不足（上限 {self.lander.memory_limit}）。请在 niangjia.toml 调高 memory_limit，或将文件分成几份放入 {self.feed.name}/。",
                    f"{part.file}: out of memory (limit {self.lander.memory_limit}). Raise memory_limit in niangjia.toml, "
                    f"or put the file in several parts into {self.feed.name}/.",
                ) from error
            except _READ_ERRORS as error:
                raise UnreadableFile(
                    f"{part.file}：文件内容已损坏或被截断，无法读完。请重新导出并完整传输。",
                    f"{part.file}: damaged or cut off, cannot be read to its end. Export and transfer it again.",
                ) from error
            tables.append(table if part.row else f"{table}_numbered")
        union = " UNION ALL BY NAME ".join(f"FROM {table}" for table in tables)
        self.connection.execute(f"CREATE TEMP VIEW staged AS {union}")
        self.connection.execute("CREATE TEMP VIEW accepted AS FROM staged WHERE _problem IS NULL")

    def _open(self, path: Path, name: str) -> list[Part]:
        ending = path.suffix.lower()
        if ending == ".parquet":
            return open_parquet(self.feed, path, name, self.connection)
        return open_csv(self.feed, path, name)

    def _judge(self) -> None:
        """Count, and make the table `set_aside`: one row per row that could not be read, in file and row order."""
        execute = self.connection.execute
        broken = sum(len(part.broken) for part in self.parts)
        rows = self._count(f"_problem IS NULL OR _problem <> {self.problems.BLANK_ROW}") + broken
        unread = self._count(f"_problem <> {self.problems.BLANK_ROW}")
        execute("CREATE TEMP TABLE advice (problem SMALLINT, lost BOOLEAN, col VARCHAR, code VARCHAR, zh VARCHAR, en VARCHAR)")
        execute("CREATE TEMP TABLE places (number BIGINT, file VARCHAR, sheet VARCHAR)")
        execute("CREATE TEMP TABLE unread (_row BIGINT, _problem SMALLINT, _lost BOOLEAN, _raw VARCHAR)")
        if unread + broken:
            self.connection.executemany("INSERT INTO advice VALUES (?, ?, ?, ?, ?, ?)", self.problems.pairs())
            places = [(number, part.file, part.sheet) for number, part in enumerate(self.parts, 1)]
            self.connection.executemany("INSERT INTO places VALUES (?, ?, ?)", places)
            execute(f"INSERT INTO unread SELECT _row, _problem, _lost, _raw FROM staged WHERE _problem <> {self.problems.BLANK_ROW}")
        for number, part in enumerate(self.parts, 1):
            if part.broken:
                rows_broken = [
                    (number * ROWS_A_PART + row, self.problems.BROKEN_ROW, False, text_) for row, text_ in part.broken
                ]
                self.connection.executemany("INSERT INTO unread VALUES (?, ?, ?, ?)", rows_broken)
        execute(
            f"""CREATE TEMP TABLE set_aside AS
                SELECT {text(self.feed.name)} AS feed, file, sheet, _row % {ROWS_A_PART} AS "row", col AS "column", code,
                       zh AS advice_zh, en AS advice_en, _row, _raw
                FROM unread JOIN places ON number = _row // {ROWS_A_PART}
                     JOIN advice ON problem = _problem AND lost = _lost
                ORDER BY _row"""
        )
        counts = execute(
            """SELECT trim("column" || ' ' || code), count(*) FROM set_aside GROUP BY ALL ORDER BY ALL"""
        ).fetchall()
        shown = execute(
            f'SELECT feed, file, sheet, "row", "column", code, advice_zh, advice_en FROM set_aside ORDER BY _row LIMIT {SHOWN}'
        ).fetchall()
        self.report = replace(
            self.report,
            encodings={part.file: part.encoding for part in self.parts},
            extra_columns=tuple(sorted({name for part in self.parts for name in part.extra})),
            rows_in=rows,
            rows_set_aside=unread + broken,
            rows_accepted=rows - unread - broken,
            set_aside_counts=dict(counts),
            set_aside=tuple(SetAside(*row) for row in shown),
        )

    def _drop_losers(self) -> None:
        """Of rows with one key the last stays. A hash finds whether there are any; only then are keys compared."""
        if not self.feed.key:
            return
        keys = ", ".join(f'"{self.feed.columns[code].lake_name}"' for code in self.feed.key)
        execute = self.connection.execute
        execute(f"CREATE TEMP TABLE suspects AS SELECT hash({keys}) AS h FROM accepted GROUP BY ALL HAVING count(*) > 1")
        if not execute("SELECT count(*) FROM suspects").fetchall()[0][0]:
            return
        execute(
            f"""CREATE TEMP TABLE losers AS SELECT _row FROM (
                    SELECT _row, max(_row) OVER (PARTITION BY {keys}) AS winner
                    FROM accepted WHERE hash({keys}) IN (SELECT h FROM suspects))
                WHERE _row < winner"""
        )
        losers = execute("SELECT count(*) FROM losers").fetchall()[0][0]
        execute(
            """CREATE OR REPLACE TEMP VIEW accepted AS
               FROM staged WHERE _problem IS NULL AND _row NOT IN (SELECT _row FROM losers) ORDER BY _row"""
        )
        self.report = replace(
            self.report, rows_duplicate=losers, rows_accepted=self.report.rows_accepted - losers
        )

    def _count_months(self) -> None:
        if self.feed.is_increment:
            counted = self.connection.execute("SELECT _month, count(*) FROM accepted GROUP BY ALL ORDER BY ALL").fetchall()
            months = dict(counted)
        else:
            months = {self.report.month: self.report.rows_accepted}
        self.report = replace(self.report, months=months)

    def _check_volume(self, landed: Sequence[BatchReport]) -> None:
        try:
            gates.check_volume(self.feed, self.delivery.month, dict(self.report.months), landed)
        except gates.UnusualVolume:
            if not self.lander.override:
                raise
            self.report = replace(self.report, override=self.lander.override)

    def _write(self) -> None:
        batch = self.report.batch
        columns = ", ".join(f'"{name}"' for name in lake_columns(self.feed))
        columns += f", CAST({self.report.seq} AS INTEGER) AS _seq, _row"
        for month in self.report.months:
            where = f" WHERE _month = '{month}'" if self.feed.is_increment else ""
            self._copy(f"SELECT {columns} FROM accepted{where}", lakes.data_path(self.lander.lake, self.feed, month, batch))
        if self.feed.name == lakes.CORRECTED:
            self._write_superseded()
        vault.seal_identities(self.connection, "accepted", self.feed, self.lander.lake, batch, self.lander.keys)
        if self.report.rows_set_aside:
            self._copy("SELECT * EXCLUDE (_row, _raw) FROM set_aside ORDER BY _row", lakes.set_aside_path(self.lander.lake, batch))
            raw = self.connection.sql('SELECT file, sheet, "row", _raw AS raw FROM set_aside ORDER BY _row').to_arrow_table()
            vault.write_sealed(raw, lakes.set_aside_path(self.lander.lake, batch, is_sealed=True), f"set_aside/{batch}", self.lander.keys)
        self.report = replace(self.report, status="landed")
        storage.write(lakes.report_path(self.lander.lake, batch), self.report.to_json().encode())

    def _write_superseded(self) -> None:
        """
        Grain: one row per settlement of this batch and other month in which an older batch has it; those rows count no more
        if their `_seq` is smaller than this one's.
        """
        older = [file.path for file in lakes.files(self.lander.lake, self.feed)]
        if not older:
            return
        paths = "[" + ", ".join(text(str(path)) for path in older) + "]"
        self.connection.execute(
            f"""CREATE TEMP TABLE superseded AS
                SELECT DISTINCT setl_id, refd_setl_flag, older.month, CAST({self.report.seq} AS INTEGER) AS _seq
                FROM read_parquet({paths}, hive_partitioning = true, hive_types_autocast = false) AS older
                JOIN accepted AS newer USING (setl_id, refd_setl_flag)
                WHERE older.month <> newer._month
                ORDER BY ALL"""
        )
        count = self._count("true", "superseded")
        if count:
            self._copy("FROM superseded ORDER BY ALL", lakes.superseded_path(self.lander.lake, self.feed, self.report.batch))
        self.report = replace(self.report, superseded=count)

    def _copy(self, query: str, path: Path) -> None:
        part = storage.part_of(path)
        self.connection.execute(f"COPY ({query}) TO {text(str(part))} (FORMAT parquet, COMPRESSION snappy)")
        storage.publish(path)

    def _count(self, condition: str, relation: str = "staged") -> int:
        return int(self.connection.execute(f"SELECT count(*) FROM {relation} WHERE {condition}").fetchall()[0][0])
