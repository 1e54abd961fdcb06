"""A document as an office writes it: head, addressees, numbered text, tables, where the figures come from, who signs and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from niangjia.engines.papers.titles import title_lines

Value = str | int | Decimal | None
_DIGITS = "零一二三四五六七八九十"


@dataclass(frozen=True)
class Heading:
    """`level` 1: 一、 2: （一） 3: 1. The number is counted by the writer, never typed."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    text: str


@dataclass(frozen=True)
class Table:
    """Numbers stay numbers in a workbook; null: there is none. `shown`: the cells as the pages say them, in the same order; of a null, why."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Value]]
    shown: Sequence[Sequence[str]]
    note: str = ""

    @property
    def is_whole(self) -> bool:
        """Small enough to stand on one page, however much of the page before stays empty: a third at most."""
        return len(self.rows) <= 12

    @property
    def shares(self) -> list[float]:
        """Of the width, of each column: the first names a union and has more."""
        return [2.6 if len(self.heads) > 5 else 1.6, *[1.0] * (len(self.heads) - 1)]


@dataclass(frozen=True)
class Note:
    """Where one figure comes from. `value` as the text says it; `counted` beside it where people changed it, for `reason`."""

    title: str
    value: str
    source: str
    as_of: str
    counted: str = ""
    reason: str = ""


Block = Heading | Paragraph | Table


@dataclass(frozen=True)
class Paper:
    """
    `issuer`: the red head, without 文件. `number`: 发文字号, empty while it is a draft. `signer`: 签发人. `day` null: not issued.
    `stamp`: across the head of a draft or a withdrawn one, empty otherwise. `watermark`: who took it, small, below.
    """

    issuer: str
    title: str
    blocks: Sequence[Block]
    number: str = ""
    signer: str = ""
    to: str = ""
    copies: str = ""
    notes: Sequence[Note] = ()
    signed_by: str = ""
    day: date | None = None
    stamp: str = ""
    watermark: str = ""

    @property
    def title_lines(self) -> list[str]:
        """As a page of A4 has room for them at size 2: 156 mm."""
        return title_lines(self.title, 19.5)


def chinese(number: int) -> str:
    """
    From 1 to 99.

    >>> chinese(3), chinese(10), chinese(12), chinese(20), chinese(45)
    ('三', '十', '十二', '二十', '四十五')
    """
    tens, ones = divmod(number, 10)
    if not tens:
        return _DIGITS[ones]
    return ("" if tens == 1 else _DIGITS[tens]) + "十" + (_DIGITS[ones] if ones else "")


def numbered(blocks: Sequence[Block]) -> list[tuple[Block, str]]:
    """Each block with the number that stands before it, empty for text and tables."""
    counts = [0, 0, 0]
    found: list[tuple[Block, str]] = []
    for block in blocks:
        mark = ""
        if isinstance(block, Heading):
            counts[block.level - 1] += 1
            counts[block.level :] = [0] * (3 - block.level)
            count = counts[block.level - 1]
            mark = (f"{chinese(count)}、", f"（{chinese(count)}）", f"{count}. ")[block.level - 1]
        found.append((block, mark))
    return found


def long_day(day: date | None) -> str:
    """2023年4月6日: no leading zeros."""
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


def sources(notes: Sequence[Note]) -> list[str]:
    """Lines below the text: figures of one source and moment together, each that people changed by itself."""
    found: dict[tuple[str, str], list[str]] = {}
    changed: list[str] = []
    for note in notes:
        if note.counted:
            changed.append(
                f"{note.title} {note.value}（人工改动，清点数为 {note.counted}；理由：{note.reason}）。来源：{note.source}，截至{note.as_of}。"
            )
        else:
            found.setdefault((note.source, note.as_of), []).append(f"{note.title} {note.value}")
    together = [f"{'、'.join(said)}。来源：{source}，截至{as_of}。" for (source, as_of), said in found.items()]
    return together + changed
