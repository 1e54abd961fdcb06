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

from niangjia.engines.counting.measures import Figure, Measure, Row, Unit, condition
from niangjia.engines.counting.sources import COMMON, Source
from niangjia.engines.counting.writing import POINTER
from niangjia.kernel.months import Month
from niangjia.kernel.problems import Refusal

_WHOSE = "case when s.person is not null then s.person when s.household is not null then -s.household end"


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
        self._answers: dict[tuple[Any, ...], Any] = {}
        self._lock = threading.Lock()
        try:
            manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
            self.as_of = datetime.fromisoformat(manifest["as_of"])
            self._db = duckdb.connect()
            self._db.execute("set threads to 2")
            self._db.execute("create table unions as select * from read_parquet(?)", [str(run / "unions.parquet")])
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

    def figure(
        self, measure: Measure, *, within: int, since: date, until: date, tag: str = "", code: str = ""
    ) -> Figure:
        """Of the union `within` and all below, from `since` to `until`, both included; `tag` with `code`: of those rows alone."""
        month, recent = Month.of(since), Month.of(self.as_of.date()).window(RECENT_MONTHS)
        if not tag and (since, until) == (month.first_day, month.last_day) and month in recent:
            # One of the months that a page draws as a line anyhow: they are counted together, once.
            months = self.by_month(measure, within=within, since=recent[0].first_day, until=recent[-1].last_day)
            return dict(months)[month]
        found = self._ask(measure, within, since, until, "1", (), tag, code)
        return found.get(1) or _nothing(measure)

    def last_day(self, source: str) -> date | None:
        """Of the newest row of a source; null: it has none."""
        asked = ("last day", source)
        if asked not in self._answers:
            self._answers[asked] = self._all(f'select max(day) from "{self.sources[source].id}"', [])[0][0]
        day: date | None = self._answers[asked]
        return day

    def by_month(self, measure: Measure, *, within: int, since: date, until: date) -> list[tuple[Month, Figure]]:
        """Each month by itself, every month of the span: who came in two months is in both."""
        found = self._ask(measure, within, since, until, "year(s.day) * 12 + month(s.day) - 1")
        months = [Month.from_index(index) for index in range(Month.of(since).index, Month.of(until).index + 1)]
        return [(month, found.get(month.index) or _nothing(measure)) for month in months]

    def by_union(
        self, measure: Measure, *, within: int, since: date, until: date, level: str = ""
    ) -> dict[int, Figure]:
        """By the unions of `level` within, else by those right below; only those with rows."""
        which = ("level", level) if level else ("parent", within)
        return self._ask(measure, within, since, until, "a.ancestor", which)

    def by(self, measure: Measure, tag: str, *, within: int, since: date, until: date) -> dict[str, Figure]:
        """By the codes of a tag; a row with several codes counts under each, one with none under none."""
        return self._ask(measure, within, since, until, self._tag_key(measure, tag), tag_of=tag)

    def _tag_key(self, measure: Measure, tag: str) -> str:
        declared = self.sources[measure.source].tags[tag]
        return f'unnest(s."{tag}")' if declared.type == "codes" else f's."{tag}"::varchar'

    def _ask(
        self, measure: Measure, within: int, since: date, until: date, key: str, which: Sequence[Any] = (), tag: str = "",
        code: str = "", tag_of: str = "", has_people: bool = False,
    ) -> dict[Any, Figure]:  # fmt: skip
        asked = (*_key(measure), within, since, until, key, tuple(which), tag, code, has_people)
        known = self._answers.get(asked)
        if known is None:
            known = self._counted(measure, within, since, until, key, which, tag, code, has_people)
            if measure.of is not None:
                below = self._ask(measure.of, within, since, until, key, which, tag, code, tag_of, True)
                known = {part: _rate(known.get(part), whole) for part, whole in below.items()}
            self._answers[asked] = known
        return known

    def _counted(
        self, measure: Measure, within: int, since: date, until: date, key: str, which: Sequence[Any], tag: str, code: str,
        has_people: bool,
    ) -> dict[Any, Figure]:  # fmt: skip
        above, values = "", []
        if which:
            above = f'join above a on a.union_id = s.union_id and a.ancestor in (select id from unions where "{which[0]}" = ?)'
            values.append(which[1])
        where, more = self._where(measure, within, since, until, tag, code)
        unit = Unit(measure.unit)
        rows = "count(distinct person)" if unit is Unit.PERSONS else "count(*)"
        value = {
            Unit.PERSONS: "count(distinct person)", Unit.PERSON_TIMES: 'sum("count")', Unit.YUAN: "sum(value)", Unit.DAYS: "avg(value)",
        }.get(unit, "count(*)")  # fmt: skip
        column = measure.value or {Unit.YUAN: "amount", Unit.DAYS: "days"}.get(unit, "count")
        inner = (
            f'select {key} as part, s.person, s."count", s."{column}" as value, {_WHOSE} as whose '
            f'from "{measure.source}" s join above w on w.union_id = s.union_id {above} where {where}'
        )
        people = "count(distinct whose)" if has_people else "0"
        query = f"select part, {value}, {rows}, {people} from ({inner}) where part is not null group by part"
        return {
            part: Figure(_decimal(found, unit), count, counted or None)
            for part, found, count, counted in self._all(query, [*values, *more])
        }

    def _where(
        self, measure: Measure, within: int, since: date, until: date, tag: str, code: str
    ) -> tuple[str, list[Any]]:
        """The rows that a number counts, as every question here names them."""
        parts, values = ["s.day between ? and ?", "w.ancestor = ?"], [since, until, within]
        parts.append(condition(measure, self.sources))
        if measure.unit == Unit.PERSONS:
            parts.append("s.person is not null")
        if measure.unit in (Unit.DAYS, Unit.YUAN):
            column = measure.value or ("days" if measure.unit == Unit.DAYS else "amount")
            parts.append(f's."{column}" is not null')
        if tag:
            declared = self.sources[measure.source].tags[tag]
            parts.append(f'list_contains(s."{tag}", ?)' if declared.type == "codes" else f's."{tag}"::varchar = ?')
            values.append(code)
        return " and ".join(parts), values

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
        self, measure: Measure, *, within: int, since: date, until: date, offset: int = 0, limit: int = 50, tag: str = "", code: str = ""
    ) -> list[Row]:  # fmt: skip
        """The rows that the figure counts, the latest first; of persons each person's latest."""
        where, values = self._where(measure, within, since, until, tag, code)
        once = (
            "qualify row_number() over (partition by s.person order by s.day desc, s.ref) = 1"
            if measure.unit == Unit.PERSONS
            else ""
        )
        source = self.sources[measure.source]
        columns = ", ".join(f's."{name}"' for name in source.schema.names)
        query = (
            f'select {columns} from "{measure.source}" s join above w on w.union_id = s.union_id where {where} {once} '
            "order by s.day desc, s.ref limit ? offset ?"
        )
        found = self._all(query, [*values, limit, offset])
        common = len(COMMON)
        return [
            Row(**dict(zip(COMMON, row[:common], strict=True)), tags=dict(zip(source.tags, row[common:], strict=True)))
            for row in found
        ]


def _key(measure: Measure) -> tuple[Any, ...]:
    """What tells measures apart, whatever they are called."""
    return (measure.source, measure.where, measure.unit, measure.value, *(_key(measure.of) if measure.of else ()))


def _nothing(measure: Measure) -> Figure:
    return Figure(None if measure.unit in (Unit.PERCENT, Unit.DAYS) else Decimal(0), 0)


def _rate(above: Figure | None, below: Figure) -> Figure:
    rows = above.rows if above else 0
    return Figure(Decimal(rows) / below.rows if below.rows else None, rows, below.people)


def _decimal(found: Any, unit: Unit) -> Decimal | None:
    if found is None:
        return None
    value = Decimal(str(found))
    return value.quantize(Decimal("0.1")) if unit is Unit.DAYS else value
