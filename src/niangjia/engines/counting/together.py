"""Several measures of one source counted in one pass over its rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from niangjia.engines.counting.measures import Figure, Measure, Unit, condition
from niangjia.engines.counting.sources import Source

_WHOSE = "case when s.person is not null then s.person when s.household is not null then -s.household end"


KEYS = 100_000
"""More than any whole number that is a key beside a union: a month's index."""


@dataclass(frozen=True)
class Span:
    """
    Which rows, and by what they are told apart: `key` is SQL over the row ``s``, null = in no part. `which`: the column and value of the unions
    above that are meant; empty = none is asked. Both: by union and key, as ``union * KEYS + key``. `tag` with `code`: of those rows alone.
    """

    within: int
    since: date
    until: date
    key: str
    which: tuple[str, Any] | tuple[()] = ()
    tag: str = ""
    code: str = ""


@dataclass(frozen=True)
class Count:
    """One column of the pass. `has_people`: how many different persons or households as well."""

    source: str
    where: str
    unit: str
    value: str
    has_people: bool = False

    @property
    def is_of_persons(self) -> bool:
        return self.unit == Unit.PERSONS

    @property
    def column(self) -> str:
        """What is added up or averaged; empty where rows are counted."""
        of_unit = {Unit.YUAN: "amount", Unit.DAYS: "days", Unit.PERSON_TIMES: "count"}.get(Unit(self.unit), "")
        return (self.value or of_unit) if of_unit else ""


def counts_of(measure: Measure) -> dict[Count, Measure]:
    """Its own, and of a rate what is below the line."""
    below = measure.of
    own = {Count(measure.source, measure.where, measure.unit, measure.value): measure}
    return own if below is None else own | {Count(below.source, below.where, below.unit, below.value, True): below}


def rows_meant(measure: Measure, sources: Mapping[str, Source]) -> str:
    """Its condition over ``s``, with what its unit asks of a row. Raises MeasureError."""
    (count, _), *_ = counts_of(measure).items()
    parts = [condition(measure, sources)]
    if count.is_of_persons:
        parts.append("s.person is not null")
    if count.unit in (Unit.YUAN, Unit.DAYS):
        parts.append(f's."{count.column}" is not null')
    return " and ".join(parts)


def span_of(span: Span, source: Source) -> tuple[str, list[Any]]:
    """The span's days and tag over ``s``."""
    if not span.tag:
        return "s.day between ? and ?", [span.since, span.until]
    is_list = source.tags[span.tag].type == "codes"
    has = f'list_contains(s."{span.tag}", ?)' if is_list else f's."{span.tag}"::varchar = ?'
    return f"s.day between ? and ? and {has}", [span.since, span.until, span.code]


def query_of(counts: Mapping[Count, str], span: Span, source: Source) -> tuple[str, list[Any]]:
    """
    SQL that gives a row a part: the part, then of each count its value, rows and people. `counts`: each with its condition over ``s``.

    What is text is decided before the join: DuckDB 2.0 loses its place when a join carries text along.
    """
    narrowed, values = span_of(span, source)
    columns = [f"({where}) as c{place}" for place, where in enumerate(counts.values())]
    columns += [f's."{count.column}" as v{place}' for place, count in enumerate(counts) if count.column]
    if any(count.has_people for count in counts):
        columns.append(f"{_WHOSE} as whose")
    part = (f"a.ancestor * {KEYS} + s.part" if span.key else "a.ancestor") if span.which else "s.part"
    inner = (
        f"select s.union_id, s.person, {span.key or 'null'} as part, {', '.join(columns)} "
        f'from "{source.id}" s where {narrowed} and ({" or ".join(counts.values())})'
    )
    above = ""
    if span.which:
        above = f'join above a on a.union_id = s.union_id and a.ancestor in (select id from unions where "{span.which[0]}" = ?)'
        values.append(span.which[1])
    numbers = ", ".join(part for place, count in enumerate(counts) for part in _numbers(place, count))
    return (
        f"select {part} as part, {numbers} from ({inner}) s join above w on w.union_id = s.union_id {above} "
        f"where w.ancestor = ? and {part} is not null group by {part}"
    ), [*values, span.within]


def _numbers(place: int, count: Count) -> Iterable[str]:
    kept = f"filter (where s.c{place})"
    persons = f"count(distinct s.person) {kept}"
    value = {Unit.YUAN: "sum", Unit.DAYS: "avg", Unit.PERSON_TIMES: "sum"}.get(Unit(count.unit))
    yield f"{value}(s.v{place}) {kept}" if value else persons if count.is_of_persons else f"count(*) {kept}"
    yield persons if count.is_of_persons else f"count(*) {kept}"
    yield f"count(distinct s.whose) {kept}" if count.has_people else "0"


def figures_of(counts: Sequence[Count], found: Iterable[tuple[Any, ...]]) -> list[dict[Any, Figure]]:
    """Of each count its figures by part; a part without rows of it is not among them."""
    figures: list[dict[Any, Figure]] = [{} for _count in counts]
    for part, *numbers in found:
        for place, count in enumerate(counts):
            value, rows, people = numbers[3 * place : 3 * place + 3]
            if rows:
                figures[place][part] = Figure(_decimal(value, count.unit), rows, people or None)
    return figures


def _decimal(found: Any, unit: str) -> Decimal | None:
    if found is None:
        return None
    value = Decimal(str(found))
    return value.quantize(Decimal("0.1")) if unit == Unit.DAYS else value
