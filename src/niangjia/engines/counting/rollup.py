"""Reading a roll-up: numbers of a part of the union tree in a span of days, and their rows. DuckDB over Parquet."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from niangjia.engines.counting.keeping import read_answers, write_answers
from niangjia.engines.counting.measures import Figure, Measure, Row, Unit
from niangjia.engines.counting.sources import COMMON, Source
from niangjia.engines.counting.together import KEYS, Span, counts_of, figures_of, query_of, rows_meant, span_of
from niangjia.engines.counting.writing import POINTER
from niangjia.kernel.months import Month
from niangjia.kernel.problems import Refusal

_MONTH = "year(s.day) * 12 + month(s.day) - 1"
"""Its index."""

RECENT_MONTHS = 36
"""How far back pages draw a line."""


class RollupDamaged(Refusal):
    def __init__(self, run: str) -> None:
        super().__init__(
            f"汇总 {run} 读不出来。请系统管理员运行 niangjia rollup 重新汇总，数字没有丢。",
            f"The roll-up {run} cannot be read. Ask the administrator to run niangjia rollup; no figure is lost.",
        )


class Rollup:
    """One run. Its answers are kept: a run never changes."""

    def __init__(self, run: Path, sources: Mapping[str, Source]) -> None:
        self.run, self.sources = run, sources
        self._answers = read_answers(run)
        self._days: dict[str, tuple[date, date] | None] = {}
        self._lock = threading.Lock()
        try:
            manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
            self.as_of = datetime.fromisoformat(manifest["as_of"])
            self._db = duckdb.connect()
            self._db.execute("set threads to 2")
            self._db.execute(
                "create table unions as select u.*, p.level as parent_level from read_parquet($run) u left join read_parquet($run) p on p.id = u.parent",
                {"run": str(run / "unions.parquet")},
            )
            # Whole numbers only: DuckDB 2.0 loses its place when a join carries paths along (an internal error over many row groups).
            self._db.execute(
                "create table above as select id as union_id, unnest(string_split(trim(path, '/'), '/'))::bigint as ancestor from unions"
            )
            for name in manifest["rows"]:
                path = str(run / f"{name}.parquet").replace("'", "''")
                self._db.execute(f"create view \"{name}\" as select * from read_parquet('{path}')")
            self.rows_by_source: Mapping[str, int] = manifest["rows"]
        except (OSError, ValueError, KeyError, duckdb.Error) as error:
            raise RollupDamaged(run.name) from error

    @classmethod
    def open(cls, folder: Path, sources: Mapping[str, Source]) -> Rollup | None:
        """The newest run below `folder`; None: none was made yet. Raises RollupDamaged."""
        name = cls.newest(folder)
        return cls(folder / name, sources) if name else None

    @staticmethod
    def newest(folder: Path) -> str:
        """Its name; empty for none."""
        pointer = folder / POINTER
        return pointer.read_text(encoding="utf-8").strip() if pointer.is_file() else ""

    # — numbers —
    # `beside`: what the same page asks too; of one source it is counted in the same pass.

    def figure(
        self, measure: Measure, *, within: int, since: date, until: date, tag: str = "", code: str = "", beside: Sequence[Measure] = ()
    ) -> Figure:  # fmt: skip
        """Of the union `within` and all below, from `since` to `until`, both included; `tag` with `code`: of those rows alone."""
        month, recent = Month.of(since), Month.of(self.as_of.date()).window(RECENT_MONTHS)
        if not tag and (since, until) == (month.first_day, month.last_day) and month in recent:
            # One of the months that a page draws as a line anyhow: they are counted together, once.
            span = {"since": recent[0].first_day, "until": recent[-1].last_day}
            return dict(self.by_month(measure, within=within, **span, beside=beside))[month]
        return self._ask(measure, Span(within, since, until, "1", (), tag, code), beside).get(1) or _nothing(measure)

    def days_of(self, source: str) -> tuple[date, date] | None:
        """Of the oldest and the newest row of a source; null: it has none."""
        if source not in self._days:
            name = self.sources[source].id
            oldest, newest = self._all(f'select min(day), max(day) from "{name}"', [])[0]
            self._days[source] = (oldest, newest) if oldest else None
        return self._days[source]

    def keep_answers(self) -> None:
        """What was asked so far is answered for every process that opens this run from now on."""
        write_answers(self.run, self._answers)

    def by_month(
        self, measure: Measure, *, within: int, since: date, until: date, beside: Sequence[Measure] = ()
    ) -> list[tuple[Month, Figure]]:
        """Each month by itself, every month of the span: who came in two months is in both."""
        found = self._ask(measure, Span(within, since, until, _MONTH), beside)
        months = [Month.from_index(index) for index in range(Month.of(since).index, Month.of(until).index + 1)]
        return [(month, found.get(month.index) or _nothing(measure)) for month in months]

    def by_union(
        self, measure: Measure, *, within: int, since: date, until: date, level: str = "", beside: Sequence[Measure] = ()
    ) -> dict[int, Figure]:  # fmt: skip
        """By the unions of `level` within, else by those right below; only those with rows."""
        which = ("level", level) if level else ("parent", within)
        return self._ask(measure, Span(within, since, until, "", which), beside)

    def own(self, measure: Measure, *, within: int, since: date, until: date, beside: Sequence[Measure] = ()) -> Figure:
        """Of the union itself, without those below: beside them it makes the whole."""
        found = self._ask(measure, Span(within, since, until, f"case when s.union_id = {within} then 1 end"), beside)
        return found.get(1) or _nothing(measure)

    def parts_at(
        self, measure: Measure, *, within: int, level: str, since: date, until: date, beside: Sequence[Measure] = ()
    ) -> dict[int, dict[int, Figure]]:
        """Of each union of `level` within that has rows: of those right below it by id, and of itself by its id with a minus."""
        below = self._ask(measure, Span(within, since, until, "", ("parent_level", level)), beside)
        itself = f"case when s.union_id in (select id from unions where level = '{level}') then s.union_id end"
        own = self._ask(measure, Span(within, since, until, itself), beside)
        above: dict[int, int] = dict(self._all("select id, parent from unions where parent_level = ?", [level]))
        parts: dict[int, dict[int, Figure]] = {}
        for union, figure in below.items():
            parts.setdefault(above[union], {})[union] = figure
        for union, figure in own.items():
            if figure.rows or figure.people:
                parts.setdefault(union, {})[-union] = figure
        return parts

    def parts_by_month(
        self, measure: Measure, *, within: int, since: date, until: date, beside: Sequence[Measure] = ()
    ) -> dict[Month, dict[int, Figure]]:
        """Each month that has rows: of the unions right below by id, and of the union itself by its id with a minus."""
        below = self._ask(measure, Span(within, since, until, _MONTH, ("parent", within)), beside)
        own = self._ask(
            measure, Span(within, since, until, f"case when s.union_id = {within} then {_MONTH} end"), beside
        )
        months: dict[Month, dict[int, Figure]] = {}
        for part, figure in below.items():
            union, index = divmod(part, KEYS)
            months.setdefault(Month.from_index(index), {})[union] = figure
        for index, figure in own.items():
            months.setdefault(Month.from_index(index), {})[-within] = figure
        return months

    def by(
        self, measure: Measure, tag: str, *, within: int, since: date, until: date, beside: Sequence[Measure] = ()
    ) -> dict[str, Figure]:
        """By the codes of a tag; a row with several codes counts under each, one with none under none."""
        is_list = self.sources[measure.source].tags[tag].type == "codes"
        key = f'unnest(s."{tag}")' if is_list else f's."{tag}"::varchar'
        return self._ask(measure, Span(within, since, until, key), beside)

    def _ask(self, measure: Measure, span: Span, beside: Sequence[Measure]) -> dict[Any, Figure]:
        self._count(measure, span, beside)
        own, *below = (self._answers[span, count] for count in counts_of(measure))
        return {part: _rate(own.get(part), whole) for part, whole in below[0].items()} if below else own

    def _count(self, measure: Measure, span: Span, beside: Sequence[Measure]) -> None:
        """What is not known yet, one pass a source."""
        own = counts_of(measure)
        if all((span, count) in self._answers for count in own):
            return
        sources = {count.source for count in own}
        wanted = own | {
            count: one for each in beside for count, one in counts_of(each).items() if count.source in sources
        }
        for name in sources:
            meant = {
                count: rows_meant(one, self.sources)
                for count, one in wanted.items()
                if count.source == name and (span, count) not in self._answers
            }
            counts, (query, values) = list(meant), query_of(meant, span, self.sources[name])
            for count, figures in zip(counts, figures_of(counts, self._all(query, values)), strict=True):
                self._answers[span, count] = figures

    def _all(self, query: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        try:
            with self._lock:
                return self._db.execute(query, list(values)).fetchall()
        except (
            duckdb.IOException,
            duckdb.CatalogException,
            duckdb.BinderException,
        ) as error:  # also one made before a source was declared
            raise RollupDamaged(self.run.name) from error

    # — rows —

    def rows(
        self, measure: Measure, *, within: int, since: date, until: date, offset: int = 0, limit: int = 50, tag: str = "", code: str = "",
        is_own: bool = False,
    ) -> list[Row]:  # fmt: skip
        """The rows that the figure counts, the latest first; of persons each person's latest. `is_own`: of the union alone."""
        source = self.sources[measure.source]
        narrowed, values = span_of(Span(within, since, until, "1", (), tag, code), source)
        where = f"{narrowed} and {rows_meant(measure, self.sources)} and w.ancestor = ?"
        if is_own:
            where += f" and s.union_id = {within}"
        is_of_persons = measure.unit == Unit.PERSONS
        once = "qualify row_number() over (partition by s.person order by s.day desc, s.ref) = 1" if is_of_persons else ""  # fmt: skip
        columns = ", ".join(f's."{name}"' for name in source.schema.names)
        query = (
            f'select {columns} from "{measure.source}" s join above w on w.union_id = s.union_id where {where} {once} '
            "order by s.day desc, s.ref limit ? offset ?"
        )
        found = self._all(query, [*values, within, limit, offset])
        common = len(COMMON)
        return [
            Row(**dict(zip(COMMON, row[:common], strict=True)), tags=dict(zip(source.tags, row[common:], strict=True)))
            for row in found
        ]


def _nothing(measure: Measure) -> Figure:
    return Figure(None if measure.unit in (Unit.PERCENT, Unit.DAYS) else Decimal(0), 0)


def _rate(above: Figure | None, below: Figure) -> Figure:
    rows = above.rows if above else 0
    return Figure(Decimal(rows) / below.rows if below.rows else None, rows, below.people)
