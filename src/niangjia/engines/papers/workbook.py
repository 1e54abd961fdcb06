"""The workbook: the text on one sheet, each table on its own, where the figures come from on the last. Text is always text."""

from __future__ import annotations

import io
import re
from datetime import datetime
from decimal import Decimal
from typing import Any

import xlsxwriter

from niangjia.engines.papers.document import Heading, Paper, Table, long_day, numbered

# What a spreadsheet might run, also behind marks nobody sees: such a cell gets the leading apostrophe of Excel.
_RISKY = re.compile("^[\\s\0\ufeff\u200b-\u200f\u2060\u202a-\u202e]*[=+\\-@|%＝＋－＠]")
_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\']")


def write_workbook(paper: Paper) -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    day = datetime(2000, 1, 1) if paper.day is None else datetime.combine(paper.day, datetime.min.time())  # noqa: DTZ001  a property of the file
    book.set_properties({"title": paper.title, "author": paper.issuer, "created": day})
    looks = _looks(book)
    _text(book, looks, paper)
    tables = [block for block in paper.blocks if isinstance(block, Table)]
    for place, table in enumerate(tables, 1):
        _table(book, looks, table, place)
    if paper.notes:
        _notes(book, looks, paper)
    book.close()
    return file.getvalue()


def _looks(book: Any) -> dict[str, Any]:
    body = {"font_name": "仿宋_GB2312", "font_size": 12, "text_wrap": True, "valign": "vcenter"}
    boxed = body | {"border": 1}
    return {
        "issuer": book.add_format({"font_name": "方正小标宋简体", "font_size": 24, "font_color": "#D60000", "align": "center"}),
        "title": book.add_format({"font_name": "方正小标宋简体", "font_size": 18, "align": "center", "text_wrap": True, "valign": "vcenter"}),
        "center": book.add_format(body | {"align": "center"}),
        "right": book.add_format(body | {"align": "right"}),
        "heading": book.add_format(body | {"font_name": "黑体"}),
        "text": book.add_format(body),
        "note": book.add_format(body | {"font_size": 9, "font_color": "#5F6B7A"}),
        "head": book.add_format(boxed | {"font_name": "黑体", "align": "center"}),
        "cell": book.add_format(boxed),
        "whole": book.add_format(boxed | {"num_format": "#,##0"}),
        "part": book.add_format(boxed | {"num_format": "#,##0.00"}),
        "risky": book.add_format(boxed | {"quote_prefix": True, "num_format": "@"}),
    }  # fmt: skip


def _put(sheet: Any, looks: dict[str, Any], row: int, column: int, value: Any, look: str = "") -> None:
    if isinstance(value, Decimal):
        sheet.write_number(row, column, value, looks[look or "part"])
    elif isinstance(value, int):
        sheet.write_number(row, column, value, looks[look or "whole"])
    else:
        text = "—" if value is None else str(value)
        sheet.write_string(row, column, text, looks["risky" if _RISKY.match(text) and value else look or "cell"])


def _text(book: Any, looks: dict[str, Any], paper: Paper) -> None:
    sheet = book.add_worksheet("正文")
    sheet.set_paper(9)
    sheet.set_column(0, 0, 90)
    lines: list[tuple[str, str]] = [(paper.issuer, "issuer")]
    lines += [(paper.stamp, "right")] if paper.stamp else []
    lines += [(paper.number, "center"), (paper.title, "title")]
    lines += [(f"{paper.to}：", "text")] if paper.to else []
    for block, mark in numbered(paper.blocks):
        if isinstance(block, Table):
            lines.append((f"（表：{block.title}）", "note"))
        else:
            lines.append(("　　" + mark + block.text, "heading" if isinstance(block, Heading) else "text"))
    lines += [(paper.signed_by, "right"), (long_day(paper.day), "right")] if paper.signed_by else []
    lines += [(f"抄送：{paper.copies}。", "text")] if paper.copies else []
    lines += [(paper.watermark, "note")] if paper.watermark else []
    for row, (text, look) in enumerate(lines):
        _put(sheet, looks, row, 0, text, look)
    sheet.fit_to_pages(1, 0)


def _table(book: Any, looks: dict[str, Any], table: Table, place: int) -> None:
    name = _NOT_IN_A_NAME.sub("", table.title)[:24] or "表"
    sheet = book.add_worksheet(f"表{place} {name}")
    sheet.set_paper(9)
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, max(len(table.heads) - 1, 1), 16)
    _put(sheet, looks, 0, 0, table.title, "heading")
    for column, head in enumerate(table.heads):
        _put(sheet, looks, 1, column, head, "head")
    for row, (cells, shown) in enumerate(zip(table.rows, table.shown, strict=True), 2):
        for column, (value, said) in enumerate(zip(cells, shown, strict=True)):
            _put(sheet, looks, row, column, said if value is None else value)  # why there is no number
    sheet.freeze_panes(2, 1)
    sheet.repeat_rows(1)
    sheet.fit_to_pages(1, 0)
    if table.note:
        _put(sheet, looks, len(table.rows) + 2, 0, table.note, "note")


def _notes(book: Any, looks: dict[str, Any], paper: Paper) -> None:
    sheet = book.add_worksheet("数据来源")
    heads = ("数字", "文中", "清点", "来源", "截至", "人工改动的理由")
    for column, (head, width) in enumerate(zip(heads, (28, 16, 16, 24, 22, 40), strict=True)):
        sheet.set_column(column, column, width)
        _put(sheet, looks, 0, column, head, "head")
    for row, note in enumerate(paper.notes, 1):
        for column, text in enumerate(
            (note.title, note.value, note.counted or note.value, note.source, note.as_of, note.reason)
        ):
            _put(sheet, looks, row, column, text)
    sheet.freeze_panes(1, 0)
