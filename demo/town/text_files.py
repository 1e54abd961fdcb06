"""Feeds as counties really send them: CSV in several dialects, Excel with merged cells, and cells in every form.

The spoilt cells say the same as the clean ones; only `missing-required` makes a row unreadable, in feeds whose single rows decide nothing.
"""

from __future__ import annotations

import datetime
import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb
import xlsxwriter
import yaml

from niangjia.kernel import deployment

ID_COLUMNS = ("certno", "aac002", "id", "id_a")
PLAIN = ("union", "standard")  # reference data, never spoilt
UNREADABLE_IN = ("real_estate", "vehicle", "member")


@dataclass(frozen=True)
class Dialect:
    """How a feed looks in the `mixed` form. `by_county` writes a folder with a part per county, the last one in GB18030."""

    suffix: str = "csv"
    delimiter: str = ","
    encoding: str = "utf-8"
    chinese_header: bool = False
    extra: tuple[str, str] | None = None
    by_county: bool = False
    merge: str | None = None


MIXED = {
    "medical_settlement": Dialect(encoding="gb18030", chinese_header=True),
    "household": Dialect(by_county=True),
    "member": Dialect(encoding="utf-8-sig"),
    "school": Dialect(encoding="gb18030", chinese_header=True),
    "real_estate": Dialect(encoding="gb18030"),
    "vehicle": Dialect(delimiter=";", extra=("车身颜色", "白")),
    "business": Dialect(delimiter="\t", extra=("备注", "演示")),
    "low_income_scheme": Dialect(suffix="xlsx", merge="household_no"),
    "disability": Dialect(suffix="xlsx", chinese_header=True),
    "event": Dialect(suffix="xlsx"),
    "canvass": Dialect(suffix="xlsx", chinese_header=True, merge="union_code"),
}

# What a cell becomes; {} is the clean cell.
_ID_FORMS = {
    "id-15-digits": "substr({0}, 1, 6) || substr({0}, 9, 9)",
    "id-lower-case-x": "lower({0})",
    "id-full-width": "translate({0}, '0123456789X', '０１２３４５６７８９Ｘ')",
    "id-spaces": "left({0}, 6) || ' ' || substr({0}, 7, 8) || ' ' || right({0}, 4)",
    "id-apostrophe": "'''' || {0}",
    "missing-required": "NULL",
}
_MONEY_FORMS = {
    "money-thousands-separator": "format('{{:,.2f}}', {0}::DOUBLE)",
    "money-yuan-suffix": "{0}::VARCHAR || '元'",
}
_DATE_FORMS = {
    "date-slashes": "strftime({0}, '%Y/%-m/%-d')",
    "date-compact": "strftime({0}, '%Y%m%d')",
    "date-chinese": "strftime({0}, '%Y年%-m月%-d日')",
    "date-excel-serial": "({0} - DATE '1899-12-30')::VARCHAR",
}
TEXT_WARTS = (*_ID_FORMS, *_MONEY_FORMS, *_DATE_FORMS)


def write(
    connection: duckdb.DuckDBPyConnection, query: str, *, folder: Path, feed: str, mixed: bool, warts: bool
) -> tuple[int, dict[str, int]]:
    """Write one feed of one month as text; return its rows and how many cells or files were spoilt in which way."""
    dialect = MIXED.get(feed, Dialect()) if mixed else Dialect()
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE clean AS SELECT row_number() OVER () AS _row, * FROM (FROM ({query}) ORDER BY ALL)"
    )
    columns = {
        name: kind
        for name, kind, *_ in connection.execute("DESCRIBE clean").fetchall()
        if name not in ("_row", "may_spoil", "wart")
    }
    rows = _count(connection, "clean")
    if "wart" in {name for name, *_ in connection.execute("DESCRIBE clean").fetchall()}:
        connection.execute("UPDATE clean SET may_spoil = false WHERE wart IS NOT NULL")
    spoilt = _choose(
        connection,
        columns,
        each=min(6, rows // 150) if warts and feed not in PLAIN else 0,
        unreadable=feed in UNREADABLE_IN,
    )
    shown = ", ".join(f"{_rendered(name, kind, columns)} AS {_column(name)}" for name, kind in columns.items())
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE shown AS SELECT _row, {shown} FROM clean LEFT JOIN spoil USING (_row) ORDER BY _row"
    )
    if feed == "social_insurance" and warts:
        connection.execute(
            "INSERT INTO shown SELECT shown.* FROM shown JOIN spoil USING (_row) WHERE spoil.wart = 'money-yuan-suffix'"
        )
        spoilt["row-twice"] = _count(connection, "shown") - rows
        rows += spoilt["row-twice"]
    header = _header(feed, columns) if dialect.chinese_header else list(columns)
    if dialect.suffix == "xlsx":
        spoilt["merged-cells"] = _write_xlsx(connection, folder / f"{feed}.xlsx", columns, header, dialect)
    elif dialect.by_county:
        spoilt["file-gb18030"] = _write_parts(connection, folder / feed, columns)
    else:
        _write_csv(connection, folder / f"{feed}.csv", "FROM shown", columns, header, dialect)
    for name, applies in (
        ("file-bom", dialect.encoding == "utf-8-sig"),
        ("file-gb18030", dialect.encoding == "gb18030"),
        ("file-semicolon", dialect.delimiter == ";"),
        ("file-tab", dialect.delimiter == "\t"),
        ("extra-column", dialect.extra is not None),
    ):
        if applies:
            spoilt[name] = spoilt.get(name, 0) + 1
    return rows, {name: count for name, count in spoilt.items() if count}


def _choose(
    connection: duckdb.DuckDBPyConnection, columns: dict[str, str], *, each: int, unreadable: bool
) -> dict[str, int]:
    """Fill the table `spoil` (grain: one row per spoilt row, one wart each): `each` rows for every wart."""
    connection.execute("CREATE OR REPLACE TEMP TABLE spoil (_row BIGINT, wart VARCHAR)")
    if not each:
        return {}
    id_column, money, date = _id(columns), _first(columns, "DECIMAL(16,2)"), _first(columns, "DATE")
    amount = f"coalesce({_column(money)}, 0) >= 1000" if money else "false"
    dated = f"{_column(date)} IS NOT NULL" if date else "false"
    candidates = connection.execute(
        f"SELECT _row, substr({id_column}, 7, 2) = '19', right({id_column}, 1) = 'X', {amount}, {dated}"
        f" FROM clean WHERE may_spoil ORDER BY roll(60, _row % 60000000), _row LIMIT 3000"
    ).fetchall()
    fits = {
        "id-15-digits": 1,
        "id-lower-case-x": 2,
        "money-thousands-separator": 3,
        "date-slashes": 4,
        "date-compact": 4,
        "date-chinese": 4,
        "date-excel-serial": 4,
    }
    wanted = [
        wart
        for wart in TEXT_WARTS
        if (wart not in _MONEY_FORMS or money) and (wart != "missing-required" or unreadable)
    ]
    chosen: list[tuple[int, str]] = []
    taken: set[int] = set()
    for wart in wanted:
        free = (row for row in candidates if row[0] not in taken and (wart not in fits or row[fits[wart]]))
        picked = [row[0] for row, _ in zip(free, range(each), strict=False)]
        taken.update(picked)
        chosen += [(row, wart) for row in picked]
    if chosen:
        connection.executemany("INSERT INTO spoil VALUES (?, ?)", chosen)
    return {wart: sum(1 for _, given in chosen if given == wart) for wart in wanted}


def _rendered(name: str, kind: str, columns: dict[str, str]) -> str:
    """SQL for one cell as text: the clean form, or the spoilt one where the row has a wart for this column."""
    column = _column(name)
    if name == _id(columns):
        forms = _ID_FORMS
    elif name == _first(columns, "DECIMAL(16,2)"):
        forms = _MONEY_FORMS
    elif name == _first(columns, "DATE"):
        forms = _DATE_FORMS
    else:
        return f"{column}::VARCHAR"
    cases = " ".join(f"WHEN '{wart}' THEN {form.format(column)}" for wart, form in forms.items())
    return f"CASE spoil.wart {cases} ELSE {column}::VARCHAR END"


def _write_csv(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    source: str,
    columns: dict[str, str],
    header: list[str],
    dialect: Dialect,
) -> None:
    names = [f'{_column(code)} AS "{title}"' for code, title in zip(columns, header, strict=True)]
    if dialect.extra:
        names.append(f"'{dialect.extra[1]}' AS \"{dialect.extra[0]}\"")
    plain = path.with_suffix(".part") if dialect.encoding != "utf-8" else path
    quoted = str(plain).replace("'", "''")
    connection.execute(
        f"COPY (SELECT {', '.join(names)} {source}) TO '{quoted}' (FORMAT csv, HEADER, DELIMITER '{dialect.delimiter}')"
    )
    if plain != path:
        with (
            plain.open(encoding="utf-8", newline="") as clean,
            path.open("w", encoding=dialect.encoding, newline="") as encoded,
        ):
            shutil.copyfileobj(clean, encoded)
        plain.unlink()


def _write_parts(connection: duckdb.DuckDBPyConnection, folder: Path, columns: dict[str, str]) -> int:
    """A part per county, the last one in GB18030 with Chinese headings; how many were in GB18030."""
    folder.mkdir(exist_ok=True)
    counties = [row[0] for row in connection.execute("SELECT DISTINCT left(area, 6) FROM shown ORDER BY 1").fetchall()]
    ours = [county for county in counties if county[:4] == counties[-1][:4]]
    for county in counties:
        last = county == ours[-1]
        _write_csv(
            connection,
            folder / f"{county}.csv",
            f"FROM shown WHERE left(area, 6) = '{county}'",
            columns,
            _header("household", columns) if last else list(columns),
            Dialect(encoding="gb18030" if last else "utf-8"),
        )
    return 1


def _write_xlsx(
    connection: duckdb.DuckDBPyConnection, path: Path, columns: dict[str, str], header: list[str], dialect: Dialect
) -> int:
    """An Excel file; neighbouring equal cells of the `merge` column are merged. How many ranges were."""
    place = list(columns).index(dialect.merge) if dialect.merge else -1
    order = f"ORDER BY {_column(dialect.merge)}, _row" if dialect.merge else "ORDER BY _row"
    rows = connection.execute(f"SELECT {', '.join(map(_column, columns))} FROM shown {order}").fetchall()
    book = xlsxwriter.Workbook(str(path))
    book.set_properties({"created": datetime.datetime(2020, 1, 1)})  # noqa: DTZ001 — the same file every time
    sheet, day = book.add_worksheet("数据"), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, header)
    for line, row in enumerate(rows, start=1):
        for column, (value, kind) in enumerate(zip(row, columns.values(), strict=True)):
            _write_cell(sheet, line, column, value, kind, day)
    ranges, start = 0, 0
    for line in range(1, len(rows) + 1) if place >= 0 else ():
        if line == len(rows) or rows[line][place] != rows[start][place]:
            if line - start > 1:
                sheet.merge_range(start + 1, place, line, place, rows[start][place])
                ranges += 1
            start = line
    book.close()
    return ranges


def _write_cell(
    sheet: xlsxwriter.worksheet.Worksheet,
    line: int,
    column: int,
    value: str | None,
    kind: str,
    day: xlsxwriter.format.Format,
) -> None:
    if value is None:
        return
    if kind == "DATE" and len(value) == 10 and value[4] == "-":
        sheet.write_datetime(line, column, datetime.date.fromisoformat(value), day)
    elif kind == "DATE" and value.isdigit() and len(value) == 5 or kind == "INTEGER":
        sheet.write_number(line, column, int(value))
    elif kind.startswith("DECIMAL") and value.replace(".", "").isdigit():
        sheet.write_number(line, column, float(value))
    else:
        sheet.write_string(line, column, value)


def _header(feed: str, columns: dict[str, str]) -> list[str]:
    """The Chinese names of the columns, as the vocabulary declares them; the codes while it does not."""
    path = deployment.programs_folder() / "vocabulary" / "feeds" / f"{feed}.yaml"
    declared = yaml.safe_load(path.read_text(encoding="utf-8"))["columns"] if path.exists() else {}
    return [declared.get(code, {}).get("zh", code) for code in columns]


def _first(columns: dict[str, str], kind: str) -> str | None:
    return next((name for name, given in columns.items() if given == kind), None)


def _id(columns: dict[str, str]) -> str | None:
    return next((name for name in ID_COLUMNS if name in columns), None)


def _column(name: str) -> str:
    return f'"{name}"'


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0]) if row else 0
