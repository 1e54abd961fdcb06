"""From what was written to what is meant: one typed row for each row that came, or the reason why not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from niangjia.engines.sensing.landing import spelling
from niangjia.engines.sensing.landing.advice import Problems
from niangjia.engines.sensing.landing.feeds import Column, Feed
from niangjia.engines.sensing.landing.parts import Part
from niangjia.kernel.months import Month

ROWS_A_PART = 1_000_000_000

_TYPES = {
    "id": "BIGINT",
    "text": "VARCHAR",
    "code": "VARCHAR",
    "phone": "VARCHAR",
    "month": "VARCHAR",
    "money": "DECIMAL(16,2)",
    "number": "DECIMAL(16,4)",
    "ratio": "DECIMAL(18,10)",
    "integer": "INTEGER",
    "flag": "BOOLEAN",
    "date": "DATE",
}


@dataclass(frozen=True)
class Stager:
    """Builds the table of one part. Grain in = grain out: one row per row of the file, blank rows left out."""

    feed: Feed
    month: Month
    problems: Problems
    tells_all: bool = False
    """Whether a row also has `_all`: each of its problems as number × 2, and 1 where the second of its two advices holds."""

    def stage(self, connection: duckdb.DuckDBPyConnection, part: Part, number: int) -> str:
        """
        Make the relation of part `number`; return its name. Columns: `_row`, `_problem` (NULL = good), `_lost`,
        `_key_failed`, `_raw`, the lake's columns with ``_digits…`` (17 digits of the ID) for each person, and ``_vault…``.
        Rows keep the file's order.
        """
        table = f"part_{number}"
        part.open(connection)
        connection.execute(f"CREATE TEMP TABLE {table} AS {self.sql(part, number)}")
        return table if part.row else self._number_rows(connection, table, part, number)

    def sql(self, part: Part, number: int) -> str:
        columns = list(self.feed.columns.values())
        ids = [column for column in columns if column.type == "id"]
        here = [column for column in columns if column.code in part.columns]
        row = f"CAST({number * ROWS_A_PART} + {part.row} AS BIGINT)" if part.row else "CAST(NULL AS BIGINT)"
        source = [f"{row} AS _row"] + [f"{part.columns[column.code][0]} AS {_q('r_' + column.code)}" for column in here]
        read = [f"{self._value(column, part)} AS {_q('v_' + column.code)}" for column in columns if column.type != "id"]
        read += [f"{spelling.id_candidate(self._written(column, part))} AS {_q('t_' + column.code)}" for column in ids]
        read += [
            f"TRY_CAST(left({_q('t_' + column.code)}, 17) AS BIGINT) AS {_q('n_' + column.code)}" for column in ids
        ]
        inside = []
        for column in ids:
            inside.append(f"{spelling.birth_of(_q('n_' + column.code))} AS {_q('b_' + column.code)}")
            inside.append(f"{spelling.id_check_digit(_q('n_' + column.code))} AS {_q('e_' + column.code)}")
        checked = [f"{self._checked_id(column)} AS {_q('v_' + column.code)}" for column in ids]
        bounded = [
            f"CASE WHEN {bounds} THEN {_q('v_' + column.code)} END AS {_q('v_' + column.code)}"
            for column in here
            if (bounds := self._bounds(column))
        ]
        return f"""
            WITH source AS (SELECT {", ".join(source)} FROM incoming),
                 read AS (SELECT *, {", ".join(read)} FROM source),
                 inside AS (SELECT *{f" REPLACE ({', '.join(bounded)})" if bounded else ""}{"".join(", " + item for item in inside)} FROM read),
                 checked AS (SELECT *{"".join(", " + item for item in checked)} FROM inside),
                 judged AS (SELECT *, {self._problem(part)} AS _problem{f", {self._all(part)} AS _all" if self.tells_all else ""} FROM checked)
            SELECT _row, {", ".join(self._outcome(part))} FROM judged
        """

    def _written(self, column: Column, part: Part) -> str:
        """The cell as VARCHAR."""
        native = part.columns[column.code][1] if column.code in part.columns else "VARCHAR"
        return f"({spelling.as_text(_q('r_' + column.code), native)})"

    def _value(self, column: Column, part: Part) -> str:
        """The typed reading, NULL if there is none or it cannot be read."""
        if column.code not in part.columns:
            return f"CAST(NULL AS {_TYPES[column.type]})"
        raw, native = _q("r_" + column.code), part.columns[column.code][1]
        if column.type == "date":
            return spelling.date_value(raw, native, part.epoch)
        if column.type == "month":
            return spelling.month_value(raw, native, part.epoch)
        if column.type == "money":
            return spelling.money_value(raw, native)
        if column.type == "number":
            return spelling.number_value(raw, native)
        if column.type == "ratio":
            return spelling.ratio_value(raw, native)
        if column.type == "integer":
            return spelling.integer_value(raw, native, column)
        if column.type == "flag":
            return spelling.flag_value(raw, native)
        if column.type == "code":
            return spelling.code_value(raw, native, column)
        if column.type == "phone":
            return spelling.phone_value(raw, native)
        return spelling.text_value(raw, native, part.delimiter, is_free=column.vault == "note")

    def _bounds(self, column: Column) -> str:
        """What a reading must satisfy besides its type; empty = anything."""
        value = _q("v_" + column.code)
        if column.type in ("date", "month"):
            first, last = self.feed.days_of(column, self.month)
            if column.type == "month":
                return f"{value} BETWEEN '{Month.of(first)}' AND '{Month.of(last)}'"
            return f"{value} BETWEEN DATE '{first}' AND DATE '{last}'"
        if column.type == "ratio":
            return f"{value} BETWEEN 0 AND 1"
        return "" if column.minimum is None else f"{value} >= {column.minimum}"

    def _checked_id(self, column: Column) -> str:
        """The first 17 digits, which say it all, if the birth date is real and the check digit right; else NULL."""
        candidate, digits, birth, expected = (_q(mark + column.code) for mark in ("t_", "n_", "b_", "e_"))
        return f"CASE WHEN {birth} IS NOT NULL AND right({candidate}, 1) IN ({expected}, '?') THEN {digits} END"

    def _unreadable(self, column: Column, part: Part) -> Iterator[tuple[str, str]]:
        """(condition, reason) for one column; conditions look at the text only where there is no value."""
        value = _q("v_" + column.code)
        if column.code not in part.columns:
            return
        blank = spelling.is_blank(self._written(column, part))
        yield f"{value} IS NULL AND NOT {blank}", _reason(column)
        if column.required:
            yield f"{value} IS NULL", "MISSING_REQUIRED"

    def _problem(self, part: Part) -> str:
        """The number of the row's first problem in declared order (`advice.Problems`); NULL = none."""
        cases = " ".join(
            f"WHEN {condition} THEN {self.problems.number(code, reason)}"
            for condition, code, reason in self._conditions(part)
        )
        return f"CAST(CASE {cases} END AS SMALLINT)"

    def _all(self, part: Part) -> str:
        """The first problem of each column, as a list; empty = none."""
        by_column: dict[str, list[str]] = {}
        for condition, code, reason in self._conditions(part):
            column = self.feed.columns[code]
            told = f"{2 * self.problems.number(code, reason)}"
            if reason == _reason(column) and _has_second(column) and code in part.columns:
                told += f" + CASE WHEN {self._is_second(column, part)} THEN 1 ELSE 0 END"
            by_column.setdefault(code, []).append(f"WHEN {condition} THEN {told}")
        cases = ", ".join(f"CASE {' '.join(whens)} END" for whens in by_column.values())
        return f"list_filter([{cases}]::INTEGER[], lambda one: one IS NOT NULL)"

    def _is_second(self, column: Column, part: Part) -> str:
        """Whether a cell that cannot be used has lost its digits, or is a day that can be read and lies out of bounds."""
        if column.type in ("date", "month"):
            return f"({_q('v_' + column.code)} IS NULL AND ({self._value(column, part)}) IS NOT NULL)"
        return f"regexp_full_match({self._written(column, part)}, '{spelling.LOST_DIGITS}')"

    def _conditions(self, part: Part) -> list[tuple[str, str, str]]:
        """(condition, column, reason) of everything that can be wrong with a row, in declared order."""
        feed = self.feed
        whens = [
            (condition, column.code, reason)
            for column in feed.columns.values()
            for condition, reason in self._unreadable(column, part)
        ]
        whens += [(f"{_q('v_' + end)} < {_q('v_' + start)}", end, "BAD_DATE") for start, end in feed.ranges]
        if feed.refund:
            whens += self._refund_signs()
        if len(feed.id_columns) == 2:
            first, second = (column.code for column in feed.id_columns)
            whens.append((f"{_q('v_' + first)} = {_q('v_' + second)}", second, "CONFLICT"))
        return whens

    def _refund_signs(self) -> list[tuple[str, str, str]]:
        flag, amount = _q("v_" + self.feed.refund["flag"]), _q("v_" + self.feed.refund["amount"])
        amounts = [column.code for column in self.feed.columns.values() if column.type == "money"]
        signs = [(f"{flag} AND {amount} >= 0", self.feed.refund["amount"], "BAD_REFUND_SIGN")]
        for code in amounts:
            value = _q("v_" + code)
            signs.append((f"{value} <> 0 AND coalesce({flag}, false) <> ({value} < 0)", code, "BAD_REFUND_SIGN"))
        return signs

    def _outcome(self, part: Part) -> list[str]:
        feed = self.feed
        here = [column for column in feed.columns.values() if column.code in part.columns]
        raw = ", ".join(f"{_q(column.code)} := {self._written(column, part)}" for column in here)
        # A Parquet row of nothing but NULL is a row; a line of nothing but separators is not.
        blank = (
            "false"
            if part.row and not part.sheet
            else " AND ".join(spelling.is_blank(self._written(column, part)) for column in here)
        )
        lost = " OR ".join(
            f"(_problem = {self.problems.number(column.code, _reason(column))} AND {self._is_second(column, part)})"
            for column in here
            if _has_second(column)
        )
        keys = [column for column in here if column.type == "id" or column.code in feed.key]
        failed = " OR ".join(f"({condition})" for column in keys for condition, _ in self._unreadable(column, part))
        outcome = [
            f"CASE WHEN _problem IS NULL THEN NULL WHEN {blank} THEN {self.problems.BLANK_ROW} ELSE _problem END AS _problem",
            f"CASE WHEN _problem IS NOT NULL THEN ({lost or 'false'}) END AS _lost",
            f"CASE WHEN _problem IS NOT NULL THEN ({failed or 'false'}) END AS _key_failed",
            f"CASE WHEN _problem IS NOT NULL THEN to_json(struct_pack({raw}))::VARCHAR END AS _raw",
        ]
        outcome += ["_all"] if self.tells_all else []
        for column in feed.columns.values():
            outcome += self._stored(column)
        return outcome

    def _stored(self, column: Column) -> list[str]:
        value = _q("v_" + column.code)
        if column.type == "id":
            birth = _q("b_" + column.code)
            stored = [f"{value} AS {digits_name(column)}"]
            if column.derive:
                stored.append(f"{birth} AS birth_date{column.suffix}")
                stored.append(f"CASE WHEN {_q('n_' + column.code)} % 2 = 1 THEN 'M' ELSE 'F' END AS sex{column.suffix}")
            return stored
        if column.default:
            value = f"coalesce({value}, {column.default})"
        if column.lake == "vault":
            return [f"{value} AS _vault_{column.vault}"]
        return [f"{value} AS {_q(column.lake_name)}"] if column.lake == "keep" else []

    def _number_rows(self, connection: duckdb.DuckDBPyConnection, table: str, part: Part, number: int) -> str:
        """Rows came in file order: the number is the position, moved by the broken rows before it."""
        first = number * ROWS_A_PART + 2
        numbered = f"{table}_numbered"
        if not part.broken:
            connection.execute(
                f"CREATE TEMP VIEW {numbered} AS SELECT {first} + rowid AS _row, * EXCLUDE (_row) FROM {table}"
            )
            return numbered
        part.broken.sort()
        moves = [(row - 2 - before, before + 1) for before, (row, _) in enumerate(part.broken)]
        connection.register(
            "moves", pa.table({"starts": [start for start, _ in moves], "plus": [plus for _, plus in moves]})
        )
        connection.execute(
            f"""CREATE TEMP TABLE {numbered} AS
                SELECT {first} + rowid + coalesce(plus, 0) AS _row, {table}.* EXCLUDE (_row)
                FROM {table} ASOF LEFT JOIN (SELECT starts, max(plus) AS plus FROM moves GROUP BY starts) AS moved
                ON rowid >= starts ORDER BY rowid"""
        )
        connection.execute(f"DROP TABLE {table}")
        return numbered


def digits_name(column: Column) -> str:
    return f"_digits{column.suffix}"


def lake_columns(feed: Feed) -> list[str]:
    """Names of the feed's columns in the lake, in declared order, without `_seq` and `_row`."""
    names = []
    for column in feed.columns.values():
        if column.lake == "keep":
            names.append(column.lake_name)
        if column.derive:
            names += [f"birth_date{column.suffix}", f"sex{column.suffix}"]
    return names


def _has_second(column: Column) -> bool:
    """Whether two things may be wrong with it: Excel may have made a rounded number of it, or a day lie out of bounds."""
    return column.type in ("date", "month") or (column.type in ("id", "code", "phone") and not column.values)


def _reason(column: Column) -> str:
    if column.type == "id":
        return "BAD_ID"
    if column.type in ("date", "month"):
        return "BAD_DATE"
    is_number = column.type in ("money", "number", "ratio") or (column.type == "integer" and not column.values)
    return "BAD_NUMBER" if is_number else "BAD_VALUE"


def _q(name: str) -> str:
    return f'"{name}"'
