"""Parquet: types as they are; only the columns that the feed declares are read."""

from __future__ import annotations

from pathlib import Path

import duckdb

from niangjia.engines.sensing.landing.feeds import Feed
from niangjia.engines.sensing.landing.header import UnreadableHeader, read_header
from niangjia.engines.sensing.landing.parts import Part, UnreadableFile
from niangjia.engines.sensing.landing.spelling import text


def open_parquet(feed: Feed, path: Path, name: str, connection: duckdb.DuckDBPyConnection) -> list[Part]:
    """
    One part. Row numbers count from 2, as if there were a header.

    Raises:
        UnreadableFile, UnreadableHeader: whole file refused.
    """
    relation = f"read_parquet({text(str(path))}, file_row_number = true, binary_as_string = true)"
    try:
        described = connection.execute(f"DESCRIBE SELECT * EXCLUDE (file_row_number) FROM {relation}").fetchall()
    except duckdb.Error as error:
        raise UnreadableFile(
            "不是完整的 Parquet 文件（可能传输中断或改了扩展名）。请重新导出并完整传输。",
            "Not a whole Parquet file (cut off, or renamed from another kind). Export and transfer it again.",
        ) from error
    header = read_header(feed, [column for column, *_ in described])
    columns = {}
    for code, position in header.columns.items():
        column, native = described[position][0], described[position][1]
        if native.startswith(("STRUCT", "MAP", "UNION")) or native.endswith("]"):
            raise UnreadableHeader(
                f"列 {column} 是嵌套类型 {native.split('(')[0]}。请每格只放一个值后重新导出。",
                f"Column {column} is of the nested type {native.split('(')[0]}. Export one value a cell.",
            )
        columns[code] = ('"' + column.replace('"', '""') + '"', "VARCHAR" if native.startswith("ENUM") else native)
    return [
        Part(
            file=name,
            columns=columns,
            open=lambda connection: connection.execute(f"CREATE OR REPLACE TEMP VIEW incoming AS FROM {relation}"),
            row="file_row_number + 2",
            encoding="parquet",
            extra=header.extra,
        )
    ]
