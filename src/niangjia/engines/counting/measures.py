"""What is asked of a roll-up and what comes back; conditions are parsed against a short list of what they may say."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

import sqlglot
from sqlglot import exp

from niangjia.engines.counting.sources import Source


class Unit(StrEnum):
    PERSONS = "persons"  # each once
    PERSON_TIMES = "person_times"  # as often as they came
    PIECES = "pieces"  # rows
    YUAN = "yuan"  # the sum of amounts
    DAYS = "days"  # the mean
    PERCENT = "percent"  # rows ÷ rows of another measure: a plain ratio, 0.3


@dataclass(frozen=True)
class Measure:
    """
    `where`: scalar SQL over the source's columns, empty = every row. `value`: the column of yuan or days, empty = the common one. `of`: the
    denominator of a percent; rows of persons or pieces.
    """

    id: str
    title: Mapping[str, str]
    source: str
    unit: str
    where: str = ""
    value: str = ""
    of: Measure | None = None


@dataclass(frozen=True)
class Figure:
    """
    `value` null: a rate or mean of nothing. `rows`: as many as are listed. `people`: of a rate how many different persons (or households) are
    below its line; null of anything else: telling them apart costs more than all the rest.
    """

    value: Decimal | None
    rows: int
    people: int | None = None


@dataclass(frozen=True)
class Row:
    """One counted row; `tags` by name as the source declares them."""

    ref: str
    day: date
    union_id: int
    person: int | None
    household: int | None
    amount: Decimal | None
    count: int
    days: int | None
    tags: Mapping[str, object] = field(default_factory=dict)


class MeasureError(ValueError):
    """A measure that cannot be counted: an author's mistake, found when it is read. `key`: where it stands; `word`: what is not among `among`."""

    def __init__(self, said: str, key: str = "where", word: str = "", among: Collection[str] = ()) -> None:
        super().__init__(said)
        self.key, self.word, self.among = key, word, among


_ALLOWED = (
    exp.And, exp.Or, exp.Not, exp.Paren, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.In, exp.Between, exp.Is, exp.Null,
    exp.Boolean, exp.Literal, exp.Column, exp.Identifier, exp.ArrayContains,
)  # fmt: skip


def condition(measure: Measure, sources: Mapping[str, Source]) -> str:
    """The measure's condition as SQL over columns of ``s``. Raises MeasureError: no such source, column or unit, or more than a plain condition."""
    source = sources.get(measure.source)
    if source is None:
        raise MeasureError(f"{measure.id}: no source {measure.source}", "source", measure.source, sources)
    if measure.unit not in set(Unit) or (measure.unit == Unit.PERCENT) != (measure.of is not None):
        raise MeasureError(f"{measure.id}: unit {measure.unit}", "unit", measure.unit, set(Unit))
    names = set(source.schema.names)
    if measure.value and measure.value not in names:
        raise MeasureError(f"{measure.id}: no column {measure.value}", "value", measure.value, names)
    if not measure.where:
        return "true"
    try:
        tree = sqlglot.parse_one(measure.where, read="duckdb")
    except sqlglot.errors.ParseError as error:
        raise MeasureError(f"{measure.id}: {error}") from error
    for node in tree.walk():
        if not isinstance(node, _ALLOWED):
            raise MeasureError(f"{measure.id}: {type(node).__name__} has no place in a condition")
        if isinstance(node, exp.Column):
            if node.table or node.name not in names:
                raise MeasureError(f"{measure.id}: no column {node.sql()}", "where", node.name, names)
            node.set("table", exp.to_identifier("s"))
            node.set("this", exp.to_identifier(node.name, quoted=True))
    return f"({tree.sql(dialect='duckdb')})"


def columns_of(measure: Measure) -> frozenset[str]:
    """The columns that its condition names."""
    if not measure.where:
        return frozenset()
    return frozenset(node.name for node in sqlglot.parse_one(measure.where, read="duckdb").find_all(exp.Column))
