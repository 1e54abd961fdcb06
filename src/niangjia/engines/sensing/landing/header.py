"""Which column of a file is which column of the feed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from niangjia.engines.sensing.landing.feeds import Column, Feed, nearest
from niangjia.kernel import identity
from niangjia.kernel.problems import Refusal


class UnreadableHeader(Refusal):
    """The first row does not name the feed's columns."""


@dataclass(frozen=True)
class Header:
    """`columns`: {code: position from 0}. `extra`: names that the feed does not know, ignored."""

    columns: dict[str, int]
    extra: tuple[str, ...]


def _key(cell: str) -> str:
    return identity.fold(cell.strip().strip("\"'"))


def find_column(feed: Feed, cell: str) -> Column | None:
    """By code, Chinese name or alias; a unit in brackets after the name does not matter."""
    names = {
        _key(name): column for column in feed.columns.values() for name in (column.code, column.zh, *column.aliases)
    }
    key = _key(cell)
    return names.get(key) or names.get(re.sub(r"[(\[【].*[)\]】]$", "", key))


def count_known(feed: Feed, cells: Sequence[str]) -> int:
    return sum(find_column(feed, cell) is not None for cell in cells)


def read_header(feed: Feed, cells: Sequence[str]) -> Header:
    """
    Raises:
        UnreadableHeader: no cell is known, one is there twice, or a required column is missing; names the nearest.
    """
    columns: dict[str, int] = {}
    extra = []
    for position, cell in enumerate(cells):
        column = find_column(feed, cell)
        if column is None:
            if cell.strip():
                extra.append(cell.strip())
        elif column.code in columns:
            raise UnreadableHeader(
                f"表头中“{column.zh}”（{column.code}）出现了两次。请保留一列后重新导出。",
                f"The header has {column.code} ({column.zh}) twice. Keep one column and export again.",
            )
        else:
            columns[column.code] = position
    if not columns:
        # What stands there is not repeated: without a header the first row is a person.
        known = "、".join(f"{column.zh}({column.code})" for column in feed.columns.values() if column.required)
        close = _closest(feed, cells)
        raise UnreadableHeader(
            f"第一行（{len(cells)} 格）不是“{feed.zh}”的表头。应含：{known}。{close[0]}列之间用逗号、制表符或分号分隔。",
            f"The first row ({len(cells)} cells) is not a header of {feed.name}. Expected: {known}. {close[1]}"
            "Columns are separated by comma, tab or semicolon.",
        )
    missing = [column for column in feed.columns.values() if column.required and column.code not in columns]
    if missing:
        named = "、".join(f"{column.zh}({column.code})" for column in missing)
        close = _closest(feed, extra)
        # Names of columns, not cells of a person.
        unknown = [cell for cell in extra if not any(mark.isdigit() for mark in cell)][:5]
        zh = f"不认识的列：{'、'.join(unknown)}。" if unknown else ""
        en = f"Not known: {', '.join(unknown)}. " if unknown else ""
        raise UnreadableHeader(
            f"表头缺少必需的列：{named}。{zh}{close[0]}请补齐列名后重新导出。",
            f"The header lacks required columns: {named}. {en}{close[1]}Complete the header and export again.",
        )
    return Header(columns, tuple(extra))


def _closest(feed: Feed, cells: Sequence[str]) -> tuple[str, str]:
    """“you wrote x; did you mean y?”, for the first few unknown cells that resemble a known name."""
    names = [name for column in feed.columns.values() for name in (column.code, column.zh, *column.aliases)]
    pairs = [(cell.strip(), near[0]) for cell in cells if (near := nearest(cell.strip(), names))][:3]
    return (
        "".join(f"“{cell}”是否为“{name}”？" for cell, name in pairs),
        "".join(f"{cell!r}: did you mean {name!r}? " for cell, name in pairs),
    )
