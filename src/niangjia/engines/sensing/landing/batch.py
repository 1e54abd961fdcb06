"""One feed of one folder: read, judged, gated, written; its report comes last."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pyarrow as pa

from niangjia.engines.sensing import lake as lakes
from niangjia.engines.sensing.landing import gates, storage, vault
from niangjia.engines.sensing.landing.advice import Problems
from niangjia.engines.sensing.landing.csv import open_csv
from niangjia.engines.sensing.landing.excel import open_excel
from niangjia.engines.sensing.landing.feeds import Feed
from niangjia.engines.sensing.landing.parquet import open_parquet
from niangjia.engines.sensing.landing.parts import Part, UnreadableFile
from niangjia.engines.sensing.landing.reports import SHOWN, BatchReport, SetAside, digest_of
from niangjia.engines.sensing.landing.spelling import hmac_pads, id_number_of, macros, pseudonym_of, text
from niangjia.engines.sensing.landing.staging import ROWS_A_PART, Stager, digits_name, lake_columns
from niangjia.kernel.months import Month
from niangjia.kernel.problems import Refusal
from niangjia.kernel.sealing import Keys

CSV_ENDINGS = (".csv", ".tsv", ".txt")
# Our own mistakes, as against what a damaged file can raise.
_BUGS = (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException)


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
class Checked:
    """
    `rows`: what was read of each good row, by the feed's codes, ID numbers as 18 characters, with its place in `places`: (sheet, row).
    `wrong`: every problem of every row that could not be read; sums under the data are in neither. `half`: what could be read of those
    rows, each with its place; None = it could not.
    """

    rows: tuple[dict[str, object], ...]
    places: tuple[tuple[str, int], ...]
    wrong: tuple[SetAside, ...]
    half: tuple[tuple[tuple[str, int], dict[str, object]], ...] = ()


class Lander:
    """
    Lands deliveries into one lake, over one in-memory database, which keeps the table `persons` (digits, person): the
    pseudonym of everyone met so far, so that each is computed once. A context manager; memory only.
    """

    def __init__(
        self, lake: Path, folder: Path, *, keys: Keys, memory_limit: str, threads: int, override: str | None
    ) -> None:
        self.lake = lake.resolve()
        self.keys = keys
        self.memory_limit = memory_limit
        self.override = override
        self._reach = [self.lake, folder.resolve()]
        self._threads = threads
        self.connection = self._connect()

    def __enter__(self) -> Lander:
        return self

    def __exit__(self, *error: object) -> None:
        self.connection.close()

    def land(self, delivery: Delivery, landed: Sequence[BatchReport]) -> BatchReport:
        """
        The report, whatever became of the delivery: landed, duplicate of an earlier batch, or refused with the reason.

        Safe to repeat: the same bytes land once. A crash before the report is written leaves nothing that readers see.
        """
        feed, month = delivery.feed, delivery.month
        report = BatchReport(feed=feed.name, month=month.text, status="refused", files=delivery.names)
        try:
            report = replace(report, content_hash=delivery.content_hash())
            for earlier in landed:
                if earlier.content_hash == report.content_hash and earlier.feed == feed.name:
                    return replace(report, status="duplicate", duplicate_of=earlier.batch)
            seq = max((earlier.seq for earlier in landed), default=0) + 1
            report = replace(report, batch=f"{seq:06d}-{feed.name}-{month}-{report.content_hash[:12]}")
            return _Batch(self, delivery, report).land(landed)
        except Refusal as refusal:
            return replace(report, batch="", refused_zh=refusal.zh, refused_en=refusal.en)
        finally:
            self._clear()

    def check(self, delivery: Delivery) -> Checked:
        """
        What landing would make of the delivery, row by row. Writes nothing.

        Raises:
            UnreadableFile, UnreadableHeader: whole file refused.
        """
        try:
            report = BatchReport(
                feed=delivery.feed.name, month=delivery.month.text, status="checked", files=delivery.names
            )
            return _Batch(self, delivery, report, is_typed=True).check()
        finally:
            self._clear()

    def _connect(self) -> duckdb.DuckDBPyConnection:
        return _connect(self._reach, self.memory_limit, self._threads)

    def _clear(self) -> None:
        """Empty the database for the next delivery; a damaged file may have broken it, then there is a new one."""
        try:
            self._drop_all()
        except duckdb.Error:
            self.connection.close()
            self.connection = self._connect()

    def _drop_all(self) -> None:
        views = "SELECT 'VIEW', view_name FROM duckdb_views() WHERE NOT internal"
        tables = "SELECT 'TABLE', table_name FROM duckdb_tables() WHERE table_name <> 'persons'"
        for kind, name in self.connection.execute(f"{views} UNION ALL {tables}").fetchall():
            self.connection.execute(f'DROP {kind} IF EXISTS "{name}"')
        for name in ("incoming", "moves", "whole"):
            self.connection.unregister(name)


def _connect(reach: Sequence[Path], memory_limit: str, threads: int) -> duckdb.DuckDBPyConnection:
    """
    In memory, without spilling (rows carry ID numbers until they are sealed), without network or extensions, and with no
    file in reach but those under `reach`.
    """
    connection = duckdb.connect()
    for statement in (
        f"SET memory_limit = {text(memory_limit)}",
        f"SET threads = {int(threads)}",
        "SET temp_directory = ''",
        "SET autoinstall_known_extensions = false",
        "SET enable_external_file_cache = false",
        "SET enable_progress_bar = false",
        f"SET allowed_directories = [{', '.join(text(f'{place}/') for place in reach)}]",
        "SET enable_external_access = false",
        "SET lock_configuration = true",
        *macros(),
        "CREATE TEMP TABLE persons (digits BIGINT, person UUID)",
    ):
        connection.execute(statement)
    return connection


class _Batch:
    """The steps of one landing, in order. Relations: `staged` (every row), `accepted` (what goes to the lake)."""

    def __init__(self, lander: Lander, delivery: Delivery, report: BatchReport, *, is_typed: bool = False) -> None:
        self.lander = lander
        self.delivery = delivery
        self.feed = delivery.feed
        self.connection = lander.connection
        self.report = report
        self.problems = Problems(delivery.feed, delivery.month, is_typed)
        self.parts: list[Part] = []
        self.met_before = 0

    def land(self, landed: Sequence[BatchReport]) -> BatchReport:
        self._stage()
        self._judge()
        try:
            failed = self._count(f"_key_failed AND _problem <> {self.problems.BLANK_ROW}") + sum(
                len(part.broken) for part in self.parts
            )
            gates.check_keys(self.feed, failed=failed, rows=self.report.rows_in)
            self._drop_losers()
            self._count_months()
            self._check_volume(landed)
        except gates.DataProblem as problem:
            return replace(self.report, batch="", refused_zh=problem.zh, refused_en=problem.en)
        self._meet_persons()
        self._write(landed)
        return self.report

    def check(self) -> Checked:
        self._stage()
        self._judge()
        named = []
        for column in self.feed.columns.values():
            if column.type == "id":
                named.append(f'{id_number_of(digits_name(column))} AS "{column.code}"')
            elif column.lake == "vault":
                named.append(f'_vault_{column.vault} AS "{column.code}"')
            elif column.lake == "keep":
                named.append(f'"{column.lake_name}" AS "{column.code}"')
        rows, places = self._read(named, "_problem IS NULL")
        half, half_places = self._read(named, f"_problem <> {self.problems.BLANK_ROW}")
        totals = {(part.sheet, row) for part in self.parts for row, _written in part.totals}
        wrong = self.connection.execute(
            f"""SELECT feed, file, sheet, "row", "column", code, advice_zh, advice_en FROM (
                    SELECT *, 0 AS told FROM set_aside WHERE "column" = ''
                    UNION ALL
                    SELECT feed, file, sheet, "row", col, advice.code, zh, en, _row, NULL, told
                    FROM (SELECT _row, unnest(_all) AS told FROM staged WHERE _problem <> {self.problems.BLANK_ROW})
                         JOIN set_aside USING (_row) JOIN advice ON problem = told // 2 AND lost = (told % 2 = 1))
                ORDER BY _row, told"""
        ).fetchall()
        found = (SetAside(*row) for row in wrong)
        told = tuple(one for one in found if (one.sheet, one.row) not in totals)
        return Checked(tuple(rows), places, told, tuple(zip(half_places, half, strict=True)))

    def _read(
        self, named: Sequence[str], condition: str
    ) -> tuple[list[dict[str, object]], tuple[tuple[str, int], ...]]:
        """Rows as they were understood, and the places they stand at."""
        execute = self.connection.execute
        rows = self.connection.sql(f"SELECT {', '.join(named)} FROM staged WHERE {condition} ORDER BY _row")
        numbers = execute(f"SELECT _row FROM staged WHERE {condition} ORDER BY _row").fetchall()
        places = tuple((self.parts[row // ROWS_A_PART - 1].sheet, row % ROWS_A_PART) for (row,) in numbers)
        return rows.to_arrow_table().to_pylist(), places

    def _stage(self) -> None:
        """Grain: one row per row of the delivery, in file and row order."""
        for path, name in zip(self.delivery.paths, self.delivery.names, strict=True):
            try:
                self.parts += self._open(path, name)
            except Refusal as refusal:
                raise UnreadableFile(f"{name}：{refusal.zh}", f"{name}: {refusal.en}") from refusal
        stager = Stager(self.feed, self.delivery.month, self.problems, tells_all=self.problems.is_typed)
        tables = []
        for number, part in enumerate(self.parts, 1):
            try:
                tables.append(stager.stage(self.connection, part, number))
            except duckdb.OutOfMemoryException as error:
                raise UnreadableFile(
                    f"{part.file}：内存不足（上限 {self.lander.memory_limit}）。请在 niangjia.toml 调高 memory_limit，或将文件分成几份放入 {self.feed.name}/。",
                    f"{part.file}: out of memory (limit {self.lander.memory_limit}). Raise memory_limit in niangjia.toml, "
                    f"or put the file in several parts into {self.feed.name}/.",
                ) from error
            except _BUGS:
                raise
            except (duckdb.Error, pa.ArrowInvalid) as error:
                raise UnreadableFile(
                    f"{part.file}：文件内容已损坏或被截断，无法读完。请重新导出并完整传输。",
                    f"{part.file}: damaged or cut off, cannot be read to its end. Export and transfer it again.",
                ) from error
        union = " UNION ALL BY NAME ".join(f"FROM {table}" for table in tables)
        self.connection.execute(f"CREATE TEMP VIEW staged AS {union}")
        self.connection.execute("CREATE TEMP VIEW accepted AS FROM staged WHERE _problem IS NULL")

    def _open(self, path: Path, name: str) -> list[Part]:
        ending = path.suffix.lower()
        if ending == ".parquet":
            return open_parquet(self.feed, path, name, self.connection)
        if ending not in CSV_ENDINGS:
            return open_excel(self.feed, path, name)
        return open_csv(self.feed, path, name)

    def _judge(self) -> None:
        """Count, and make the table `set_aside`: one row per row that could not be read, in file and row order."""
        execute, problems = self.connection.execute, self.problems
        whole = [
            (number * ROWS_A_PART + row, problem, False, written)
            for number, part in enumerate(self.parts, 1)
            for problem, rows in ((problems.BROKEN_ROW, part.broken), (problems.TOTAL_ROW, part.totals))
            for row, written in rows
        ]
        good, unread = execute(
            f"SELECT count(*) FILTER (_problem IS NULL), count(*) FILTER (_problem <> {problems.BLANK_ROW}) FROM staged"
        ).fetchall()[0]
        execute(
            "CREATE TEMP TABLE advice (problem SMALLINT, lost BOOLEAN, col VARCHAR, code VARCHAR, zh VARCHAR, en VARCHAR)"
        )
        execute("CREATE TEMP TABLE places (number BIGINT, file VARCHAR, sheet VARCHAR)")
        execute("CREATE TEMP TABLE unread (_row BIGINT, _problem SMALLINT, _lost BOOLEAN, _raw VARCHAR)")
        if unread or whole:
            self.connection.executemany("INSERT INTO advice VALUES (?, ?, ?, ?, ?, ?)", problems.pairs())
            places = [(number, part.file, part.sheet) for number, part in enumerate(self.parts, 1)]
            self.connection.executemany("INSERT INTO places VALUES (?, ?, ?)", places)
            execute(
                f"INSERT INTO unread SELECT _row, _problem, _lost, _raw FROM staged WHERE _problem <> {problems.BLANK_ROW}"
            )
        if whole:
            names = ("_row", "_problem", "_lost", "_raw")
            self.connection.register(
                "whole", pa.table(dict(zip(names, map(list, zip(*whole, strict=True)), strict=True)))
            )
            execute("INSERT INTO unread FROM whole")
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
            rows_in=good + unread + len(whole),
            rows_set_aside=unread + len(whole),
            rows_accepted=good,
            set_aside_counts=dict(counts),
            set_aside=tuple(SetAside(*row) for row in shown),
        )

    def _drop_losers(self) -> None:
        """Of rows with one key the last stays. A hash finds whether there are any; only then are keys compared."""
        if not self.feed.key:
            return
        columns = [self.feed.columns[code] for code in self.feed.key]
        keys = ", ".join(digits_name(column) if column.type == "id" else f'"{column.code}"' for column in columns)
        execute = self.connection.execute
        execute(
            f"CREATE TEMP TABLE suspects AS SELECT hash({keys}) AS h FROM accepted GROUP BY ALL HAVING count(*) > 1"
        )
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
               FROM staged WHERE _problem IS NULL AND _row NOT IN (SELECT _row FROM losers)"""
        )
        self.report = replace(self.report, rows_duplicate=losers, rows_accepted=self.report.rows_accepted - losers)

    def _count_months(self) -> None:
        months = {self.report.month: self.report.rows_accepted}
        if self.feed.is_increment:
            counted = self.connection.execute(
                f"SELECT {self._month} AS m, count(*) FROM accepted GROUP BY m ORDER BY m"
            ).fetchall()
            months = {f"{str(month)[:4]}-{str(month)[-2:]}": count for month, count in counted}
        self.report = replace(self.report, months=months)

    @property
    def _month(self) -> str:
        """SQL for the row's month: the column itself, or the integer 202310 of a date."""
        column = self.feed.columns[self.feed.date_column]
        if column.type == "month":
            return f'"{column.code}"'
        return f'CAST(year("{column.code}") * 100 + month("{column.code}") AS INTEGER)'

    def _check_volume(self, landed: Sequence[BatchReport]) -> None:
        try:
            gates.check_volume(self.feed, self.delivery.month, dict(self.report.months), landed)
        except gates.UnusualVolume:
            if not self.lander.override:
                raise
            self.report = replace(self.report, override=self.lander.override)

    def _meet_persons(self) -> None:
        """Pseudonyms for those not met before in this landing. Grain of `persons`: one row per person."""
        ids = self.feed.id_columns
        if not ids:
            return
        digits = " UNION ALL ".join(f"SELECT {digits_name(column)} AS digits FROM accepted" for column in ids)
        self.met_before = self._count("true", "persons")
        self.connection.execute(
            f"""INSERT INTO persons SELECT digits, {pseudonym_of(id_number_of("digits"))}
                FROM (SELECT DISTINCT digits FROM ({digits}) ANTI JOIN persons USING (digits))""",
            hmac_pads(self.lander.keys.pseudonym),
        )
        joins = " ".join(
            f"JOIN persons AS whose{column.suffix} ON whose{column.suffix}.digits = accepted.{digits_name(column)}"
            for column in ids
        )
        pseudonyms = ", ".join(f"whose{column.suffix}.person AS {column.lake_name}" for column in ids)
        self.connection.execute(f"CREATE TEMP VIEW known AS SELECT accepted.*, {pseudonyms} FROM accepted {joins}")

    def _write(self, landed: Sequence[BatchReport]) -> None:
        """Data, corrections, identities, rows set aside, and at last the report, which makes them count."""
        lake, batch = self.lander.lake, self.report.batch
        source = "known" if self.feed.id_columns else "accepted"
        columns = ", ".join(f'"{name}"' for name in lake_columns(self.feed))
        columns += f", CAST({self.report.seq} AS INTEGER) AS _seq, _row"
        for month in self.report.months:
            where = (
                f" WHERE CAST({self._month} AS VARCHAR) IN ('{month}', '{month.replace('-', '')}')"
                if len(self.report.months) > 1
                else ""
            )
            self._copy(
                f"SELECT {columns} FROM {source}{where} ORDER BY _row", lakes.data_path(lake, self.feed, month, batch)
            )
        if self.feed.is_increment and self.feed.key:
            self._write_replaced(source, landed)
        if self.feed.id_columns:
            newest = {report.feed: report for report in landed if report.feed in vault.RICHEST}
            named = [
                lake / feed / f"snapshot={report.month}" / f"{report.batch}.parquet" for feed, report in newest.items()
            ]
            identities = vault.collect_identities(self.connection, source, self.feed, named, met_before=self.met_before)
            if identities.num_rows:
                self._seal(identities, vault.vault_path(lake, batch), f"vault/{batch}")
        if self.report.rows_set_aside:
            self._copy("SELECT * EXCLUDE (_row, _raw) FROM set_aside ORDER BY _row", lakes.set_aside_path(lake, batch))
            raw = self.connection.sql(
                'SELECT file, sheet, "row", _raw AS raw FROM set_aside ORDER BY _row'
            ).to_arrow_table()
            self._seal(raw, lakes.set_aside_path(lake, batch, is_sealed=True), f"set_aside/{batch}")
        self.report = replace(self.report, status="landed")
        storage.write(lakes.report_path(lake, batch), self.report.to_json().encode())

    def _write_replaced(self, source: str, landed: Sequence[BatchReport]) -> None:
        """
        Grain: one row per row of an older batch whose key this batch brings again: its place (`_seq`, `_row`), its person
        and month. It counts no more, whichever month the newer row stands in.
        """
        keys = [self.feed.columns[code] for code in self.feed.key]
        months = list(self.report.months) if any(key.type == "month" for key in keys) else None
        older = lakes.files(self.lander.lake, self.feed, months=months, reports=landed)
        if not older:
            return
        same_key = " AND ".join(f'older."{key.lake_name}" IS NOT DISTINCT FROM newer."{key.lake_name}"' for key in keys)
        found = " UNION ALL ".join(
            f"""SELECT older._seq, older._row, older.person, {text(month)} AS month
                FROM read_parquet([{", ".join(text(str(file.path)) for file in files)}]) AS older SEMI JOIN {source} AS newer ON {same_key}"""
            for month, files in itertools.groupby(
                sorted(older, key=lambda file: file.month), key=lambda file: file.month
            )
        )
        self.connection.execute(f"CREATE TEMP TABLE replaced AS {found} ORDER BY ALL")
        counts = self.connection.execute(
            "SELECT month, count(*) FROM replaced GROUP BY month ORDER BY month"
        ).fetchall()
        if counts:
            self._copy(
                "FROM replaced ORDER BY ALL", lakes.replaced_path(self.lander.lake, self.feed, self.report.batch)
            )
        self.report = replace(self.report, replaced=dict(counts))

    def _copy(self, query: str, path: Path) -> None:
        part = storage.part_of(path)
        self.connection.execute(f"COPY ({query}) TO {text(str(part))} (FORMAT parquet, COMPRESSION snappy)")
        storage.publish(path)
        self._keep_digest(path)

    def _seal(self, table: pa.Table, path: Path, place: str) -> None:
        vault.write_sealed(table, path, place, self.lander.keys)
        self._keep_digest(path)

    def _keep_digest(self, path: Path) -> None:
        name = path.relative_to(self.lander.lake).as_posix()
        self.report = replace(self.report, digests={**self.report.digests, name: digest_of(path)})

    def _count(self, condition: str, relation: str = "staged") -> int:
        return int(self.connection.execute(f"SELECT count(*) FROM {relation} WHERE {condition}").fetchall()[0][0])
