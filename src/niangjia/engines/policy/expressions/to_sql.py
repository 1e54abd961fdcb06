"""Typed tree → SQL text (DuckDB, or PostgreSQL with `POSTGRES_PRELUDE`): one scalar expression with no error left in it.

Numbers are integers at a scale known beforehand (BIGINT, or HUGEINT where the bounds ask for it), so that addition,
multiplication, division and rounding are integer arithmetic, exactly as in Python. NULL is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Literal

from niangjia.engines.policy.expressions import build, tree
from niangjia.engines.policy.expressions.tree import Node
from niangjia.engines.policy.expressions.types import BIGINT, FIRST_DAY, LAST_DAY, Kind, Type

ParameterSql = Callable[[tree.Parameter], str]
Dialect = Literal["duckdb", "postgres"]

POSTGRES_PRELUDE = """
CREATE DOMAIN hugeint AS numeric;
CREATE FUNCTION year(date) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT extract(year FROM $1)::bigint';
CREATE FUNCTION month(date) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT extract(month FROM $1)::bigint';
CREATE FUNCTION day(date) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT extract(day FROM $1)::bigint';
CREATE FUNCTION to_months(integer) RETURNS interval LANGUAGE sql IMMUTABLE AS 'SELECT make_interval(months => $1)';
CREATE FUNCTION whole_quotient(numeric, numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT div($1, $2)';
CREATE OPERATOR // (LEFTARG = numeric, RIGHTARG = numeric, FUNCTION = whole_quotient);
"""
"""What PostgreSQL must know, in the schema of the session, to run the same text: 128-bit integers, parts of a day, whole division."""


class SqlWriter:
    """
    `column`: fact name → SQL of its column. `parameter`: node → SQL of its value (integers at the node's scale).
    `kinds`: the vocabulary's type name of each fact, for the conversion of its column.
    """

    def __init__(self, *, column: Callable[[str], str], kinds: Mapping[str, str], parameter: ParameterSql, asof: date,
                 tier: str = "", used: Callable[[str], str] = str, line: Callable[[str], str] = str,
                 dialect: Dialect = "duckdb") -> None:  # fmt: skip
        self.column = column
        self.kinds = kinds
        self.parameter = parameter
        self.asof = asof
        self.tier = tier
        self.used = used
        self.line = line
        self.dialect = dialect

    def write(self, node: Node) -> str:
        return _WRITERS[type(node)](self, node)

    def number(self, node: Node, scale: int) -> str:
        """The node's integer at `scale` (never smaller than its own)."""
        if isinstance(node, tree.Number):
            return literal(node.value * 10 ** (scale - node.type.scale))
        sql = self.write(node)
        return (
            sql
            if scale == node.type.scale
            else f"({_wide(node.type.at_scale(scale).size, sql)} * {literal(10 ** (scale - node.type.scale))})"
        )


def literal(value: int) -> str:
    return f"CAST({value} AS {'BIGINT' if abs(value) <= BIGINT else 'HUGEINT'})"


def text_literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def day_literal(value: date) -> str:
    return f"DATE '{value.isoformat()}'"


def _wide(size: int, sql: str) -> str:
    """The operand as a 128-bit integer where the result can exceed 64 bits."""
    return sql if size <= BIGINT else f"CAST({sql} AS HUGEINT)"


def _fact(writer: SqlWriter, node: tree.Fact) -> str:
    return _column(writer.dialect, writer.column(node.name), writer.kinds.get(node.name, "boolean"), node.type)


_PLACES = {"money": 2, "integer": 0, "number": 10}


def _column(dialect: Dialect, column: str, kind: str, t: Type) -> str:
    """A column as the language sees it; NULL where the value is outside its domain."""
    if t.kind is Kind.DATE:
        return f"(CASE WHEN {column} BETWEEN {day_literal(FIRST_DAY)} AND {day_literal(LAST_DAY)} THEN CAST({column} AS DATE) END)"
    if t.kind is not Kind.NUMBER:
        return column
    if dialect == "postgres":  # no TRY_CAST: rounded without a bound, then held to the bounds
        places = _PLACES.get(kind, 10)
        sql = f"trunc(round(CAST({column} AS numeric), {places}) * {10**places})"
        return f"(CASE WHEN {sql} BETWEEN {t.low} AND {t.high} THEN {sql} END)"
    if kind == "money":
        sql, widest = f"CAST(TRY_CAST({column} AS DECIMAL(16,2)) * 100 AS BIGINT)", 10**16 - 1
    elif kind == "integer":
        sql, widest = f"CAST(TRY_CAST({column} AS INTEGER) AS BIGINT)", 2**31  # an INTEGER reaches one below the domain
    else:
        sql, widest = f"CAST(TRY_CAST({column} AS DECIMAL(22,10)) * 10000000000 AS HUGEINT)", 10**22 - 1
    if t.low <= -widest and t.high >= widest:
        return sql
    tests = [f"{sql} >= {literal(t.low)}"] if t.low > -widest else []
    tests += [f"{sql} <= {literal(t.high)}"] if t.high < widest else []
    return f"(CASE WHEN {' AND '.join(tests)} THEN {sql} END)"


def _arithmetic(writer: SqlWriter, node: tree.Arithmetic) -> str:
    if node.operator == "*":
        left, right = writer.write(node.left), writer.write(node.right)
    else:
        left, right = writer.number(node.left, node.type.scale), writer.number(node.right, node.type.scale)
    return f"({_wide(node.type.size, left)} {node.operator} {right})"


def _divide(writer: SqlWriter, node: tree.Divide) -> str:
    # Twice the quotient, cut towards zero; its last half then decides: half away from zero. Division by zero is NULL.
    up, down = build.division_factors(node.left.type.scale, node.right.type.scale)
    top, bottom = writer.write(node.left), writer.write(node.right)
    if down > 1:
        bottom = f"({_wide(node.right.type.size * down, bottom)} * {literal(down)})"
    if not (isinstance(node.right, tree.Number) and node.right.value):
        bottom = f"NULLIF({bottom}, 0)"
    twice = f"({_wide(2 * node.left.type.size * up, top)} * {literal(2 * up)} // {bottom})"
    return f"(({twice} + CASE WHEN {twice} < 0 THEN -1 ELSE 1 END) // 2)"


def _compare(writer: SqlWriter, node: tree.Compare) -> str:
    operator = "<>" if node.operator == "!=" else node.operator
    if node.left.type.kind is Kind.NUMBER:
        scale = max(node.left.type.scale, node.right.type.scale)
        return f"({writer.number(node.left, scale)} {operator} {writer.number(node.right, scale)})"
    return f"({writer.write(node.left)} {operator} {writer.write(node.right)})"


def _among(writer: SqlWriter, node: tree.Among) -> str:
    nodes = (node.term, *node.options)
    scale = max(part.type.scale for part in nodes)
    term, *options = (
        writer.number(part, scale) if part.type.kind is Kind.NUMBER else writer.write(part) for part in nodes
    )
    return f"({term} IN ({', '.join(options)}))"


def _case(writer: SqlWriter, node: tree.Case) -> str:
    parts = []
    for condition, value in zip(node.conditions, node.values, strict=True):
        test = writer.write(condition)
        if not isinstance(condition, tree.Truth) and not (
            isinstance(condition, tree.IsUnknown) and not tree.parameters_in(condition)
        ):
            parts.append(f"WHEN {test} IS NULL THEN NULL")
        parts.append(f"WHEN {test} THEN {_scaled(writer, value, node)}")
    if node.default is not None:
        parts.append(f"ELSE {_scaled(writer, node.default, node)}")
    return f"(CASE {' '.join(parts)} END)"


def _scaled(writer: SqlWriter, part: Node, whole: Node) -> str:
    if whole.type.kind is not Kind.NUMBER:
        return writer.write(part)
    return _wide(whole.type.size, writer.number(part, whole.type.scale))


def _coalesce(writer: SqlWriter, node: tree.Coalesce) -> str:
    *terms, last = ((term, _scaled(writer, term, node)) for term in node.terms)
    if not any(_gap(writer, term) for term, _ in terms):
        return f"COALESCE({', '.join(sql for _, sql in (*terms, last))})"
    parts = []
    for term, sql in terms:
        parts.append(f"WHEN {sql} IS NOT NULL THEN {sql}")
        if gap := _gap(writer, term):
            parts.append(f"WHEN {gap} THEN NULL")
    return f"(CASE {' '.join(parts)} ELSE {last[1]} END)"


def _is_unknown(writer: SqlWriter, node: tree.IsUnknown) -> str:
    sql, gap = writer.write(node.term), _gap(writer, node.term)
    return f"(CASE WHEN {sql} IS NOT NULL THEN FALSE WHEN {gap} THEN NULL ELSE TRUE END)" if gap else f"({sql} IS NULL)"


def _gap(writer: SqlWriter, node: Node) -> str:
    """True on rows for which a parameter that the node names has no value; empty: it names none that could lack one."""
    named = {part.name: part for part in tree.walk(node) if isinstance(part, tree.Parameter)}
    tests = [f"{writer.parameter(part)} IS NULL" for part in named.values()]
    return f"({' OR '.join(tests)})" if tests else ""


def _extreme(writer: SqlWriter, node: tree.Extreme) -> str:
    # DuckDB's least and greatest pass over NULL; ours are unknown then.
    terms = [_scaled(writer, term, node) for term in node.terms]
    missing = " OR ".join(f"{term} IS NULL" for term in terms)
    return f"(CASE WHEN {missing} THEN NULL ELSE {node.operator}({', '.join(terms)}) END)"


def _round(writer: SqlWriter, node: tree.Round) -> str:
    inner = writer.write(node.term)
    factor = 10 ** (node.term.type.scale - node.type.scale)
    if factor == 1:
        return inner
    half = factor // 2
    wide = _wide(node.term.type.size + half, inner)
    return f"(({wide} + CASE WHEN {inner} < 0 THEN {literal(-half)} ELSE {literal(half)} END) // {literal(factor)})"


def _floor(writer: SqlWriter, node: tree.Floor) -> str:
    inner = writer.write(node.term)
    factor = 10**node.term.type.scale
    if factor == 1:
        return inner
    wide = _wide(node.term.type.size + factor, inner)
    return f"(({wide} - CASE WHEN {inner} < 0 THEN {literal(factor - 1)} ELSE {literal(0)} END) // {literal(factor)})"


def _age(writer: SqlWriter, node: tree.AgeInYears) -> str:
    birth, day = writer.write(node.birth), writer.write(node.day)
    not_yet = f"month({day}) * 100 + day({day}) < month({birth}) * 100 + day({birth})"
    return f"(CAST(year({day}) - year({birth}) AS BIGINT) - CASE WHEN {not_yet} THEN 1 ELSE 0 END)"


def _add_months(writer: SqlWriter, node: tree.AddMonths) -> str:
    return f"CAST({writer.write(node.day)} + to_months(CAST({writer.write(node.months)} AS INTEGER)) AS DATE)"


def _days_between(writer: SqlWriter, node: tree.DaysBetween) -> str:
    return f"CAST(({writer.write(node.end)} - {writer.write(node.start)}) AS BIGINT)"


def _add_days(writer: SqlWriter, node: tree.AddDays) -> str:
    return f"CAST({writer.write(node.day)} + CAST({writer.write(node.days)} AS INTEGER) AS DATE)"


_WRITERS: dict[type[Node], Callable[..., str]] = {
    tree.Number: lambda writer, node: literal(node.value),
    tree.Truth: lambda writer, node: "TRUE" if node.value else "FALSE",
    tree.Text: lambda writer, node: text_literal(node.value),
    tree.Day: lambda writer, node: day_literal(node.value),
    tree.Fact: _fact,
    tree.Parameter: lambda writer, node: writer.parameter(node),
    tree.Asof: lambda writer, node: day_literal(writer.asof),
    tree.Tier: lambda writer, node: writer.tier,
    tree.Used: lambda writer, node: _column(
        writer.dialect, writer.used(node.cap), "money" if node.type.scale else "integer", node.type
    ),
    tree.LineAmount: lambda writer, node: writer.line(node.line),
    tree.Arithmetic: _arithmetic,
    tree.Divide: _divide,
    tree.Negate: lambda writer, node: f"(-{writer.write(node.term)})",
    tree.Compare: _compare,
    tree.And: lambda writer, node: "(" + " AND ".join(writer.write(term) for term in node.terms) + ")",
    tree.Or: lambda writer, node: "(" + " OR ".join(writer.write(term) for term in node.terms) + ")",
    tree.Not: lambda writer, node: f"(NOT {writer.write(node.term)})",
    tree.IsUnknown: _is_unknown,
    tree.Among: _among,
    tree.Case: _case,
    tree.Coalesce: _coalesce,
    tree.Extreme: _extreme,
    tree.Absolute: lambda writer, node: f"abs({writer.write(node.term)})",
    tree.Round: _round,
    tree.Floor: _floor,
    tree.AgeInYears: _age,
    tree.AddMonths: _add_months,
    tree.DaysBetween: _days_between,
    tree.AddDays: _add_days,
}
