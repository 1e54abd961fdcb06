"""Workbooks as offices open them: written row by row in little memory, text always kept as text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

import python_calamine
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

Value = str | int | Decimal | date | datetime | None

LONGEST_TEXT = 32_767  # what a cell holds
_LONGEST_NAME = 31
_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\']")
# What a spreadsheet, or one that this was pasted or saved into, might run: also full-width signs and marks nobody sees.
_RISKY = re.compile("^[\\s\0\ufeff\u200b-\u200f\u2060\u202a-\u202e]*[=+\\-@|%＝＋－＠]|^[\t\r\n\0]")


@dataclass(frozen=True)
class Column:
    """`width` in characters; a wide character takes two. `choices`: what a cell below may hold, any if empty."""

    head: str
    width: int = 14
    choices: tuple[str, ...] = ()


class Sheet:
    """Writes one sheet from its first row to its last. Decimals get two places, dates and times show as such, text stays text."""

    def __init__(self, workbook: xlsxwriter.Workbook, name: str) -> None:
        self.sheet: Worksheet = workbook.add_worksheet(sheet_name(name))
        self.row = 0
        self._formats = {
            "money": workbook.add_format({"num_format": "#,##0.00"}),
            "day": workbook.add_format({"num_format": "yyyy-mm-dd"}),
            "moment": workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            "text": workbook.add_format({"num_format": "@"}),
            # The mark that Excel itself sets for a leading apostrophe: edited or copied, the cell is still text.
            "risky": workbook.add_format({"num_format": "@", "quote_prefix": True}),
            "head": workbook.add_format({"bold": True, "bg_color": "#E8EEF5", "bottom": 1, "text_wrap": True, "valign": "vcenter"}),
            "note": workbook.add_format({"font_color": "#5F6B7A", "italic": True}),
            "wrong": workbook.add_format({"font_color": "#B42318", "text_wrap": True}),
        }  # fmt: skip

    def write(self, values: Iterable[Value], *, look: str = "") -> None:
        for place, value in enumerate(values):
            if value is not None and value != "":
                self._write_cell(place, value, look)
        self.row += 1

    def write_head(self, columns: Sequence[Column], *, filtered_to: int | None = None) -> None:
        """The heads, kept in sight; `filtered_to`: the number of rows below that the filter buttons cover."""
        for place, column in enumerate(columns):
            self.sheet.set_column(place, place, column.width)
        self.sheet.freeze_panes(self.row + 1, 0)
        self.sheet.repeat_rows(self.row)
        if filtered_to:
            self.sheet.autofilter(self.row, 0, self.row + filtered_to, len(columns) - 1)
        self.write((column.head for column in columns), look="head")

    def _write_cell(self, place: int, value: Value, look: str) -> None:
        looks = self._formats
        if isinstance(value, datetime):
            self.sheet.write_datetime(self.row, place, value.replace(tzinfo=None), looks["moment"])
        elif isinstance(value, date):
            self.sheet.write_datetime(self.row, place, value, looks["day"])
        elif isinstance(value, Decimal):
            self.sheet.write_number(self.row, place, value, looks["money"])
        elif isinstance(value, int):
            self.sheet.write_number(self.row, place, value)
        else:
            text = str(value)[:LONGEST_TEXT]
            self.sheet.write_string(self.row, place, text, looks["risky" if is_risky(text) else look or "text"])


def is_risky(text: str) -> bool:
    """
    Whether a spreadsheet might take the text for a formula.

    >>> is_risky("=1+1"), is_risky("＝1"), is_risky("-3"), is_risky("李小红")
    (True, True, True, False)
    """
    return bool(_RISKY.match(text))


def open_workbook(file: IO[bytes], *, title: str) -> xlsxwriter.Workbook:
    """A workbook that keeps one row in memory. Nothing written to it becomes a formula, a link or a number by itself."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}  # fmt: skip
    workbook = xlsxwriter.Workbook(file, options)
    workbook.set_properties({"title": title, "author": "娘家 Niangjia"})
    return workbook


def sheet_name(text: str) -> str:
    return _NOT_IN_A_NAME.sub(" ", text).strip()[:_LONGEST_NAME] or "1"


def write_list(
    file: IO[bytes], *, title: str, watermark: str, columns: Sequence[Column], rows: Iterable[Sequence[Value]], count: int
) -> int:  # fmt: skip
    """The watermark, the heads, then `rows`; return how many there were. `count`: how many there will be, for the filter buttons."""
    workbook = open_workbook(file, title=title)
    sheet = Sheet(workbook, title)
    sheet.sheet.set_footer(f"&L{watermark.replace('&', '&&')[:200]}&R&P / &N")
    sheet.write([watermark], look="note")
    sheet.write_head(columns, filtered_to=count)
    written = 0
    for row in rows:
        sheet.write(row)
        written += 1
    workbook.close()
    return written


# --- workbooks that come in ---------------------------------------------------------------------------------------


def write_template(
    file: IO[bytes], *, title: str, columns: Sequence[Column], hints: Sequence[str], example: Sequence[str]
) -> None:
    """
    Above the heads, where the reader passes it over: how to fill it in, a hint and an example for each column. Below only text cells. The
    sheet has its `title` alone for a name, by which problems are told.
    """
    workbook = open_workbook(file, title=title)
    sheet = Sheet(workbook, title)
    text = workbook.add_format({"num_format": "@"})
    sheet.write([f"{title}：第 2 行是说明，第 3 行是示例（不会导入），请从第 5 行填起"], look="note")
    sheet.write(hints, look="note")
    sheet.write(example, look="note")
    first = sheet.row + 1
    sheet.write_head(columns)
    for place, column in enumerate(columns):
        sheet.sheet.set_column(place, place, column.width, text)
        if column.choices:
            sheet.sheet.data_validation(
                first, place, first + 9_999, place, {"validate": "list", "source": list(column.choices)}
            )
    workbook.close()


def read_sheets(path: Path) -> list[tuple[str, list[list[Any]]]]:
    """Every visible sheet with its cells as they are, from A1."""
    with python_calamine.load_workbook(str(path)) as workbook:
        visible = [
            one.name for one in workbook.sheets_metadata if one.visible == python_calamine.SheetVisibleEnum.Visible
        ]
        return [(name, workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in visible]


def write_back(
    file: IO[bytes],
    *,
    sheets: Sequence[tuple[str, Sequence[Sequence[Any]]]],
    said: dict[tuple[str, int], str],
    head: str,
    heads: dict[str, int],
) -> None:
    """
    The cells as they came, and behind them a column `head` with what is `said` of a row: (sheet, number from 1). `heads`: the number of
    the row that holds the heads of a sheet.
    """
    workbook = open_workbook(file, title=head)
    plain, wrong = workbook.add_format({"num_format": "General"}), "wrong"
    for name, rows in sheets:
        sheet = Sheet(workbook, name)
        last = max((len(row) for row in rows), default=0)
        sheet.sheet.set_column(last, last, 60)
        for number, row in enumerate(rows, 1):
            for place, value in enumerate(row):
                if isinstance(value, bool | int | float):
                    sheet.sheet.write(sheet.row, place, value, plain)
                elif isinstance(value, str | date | datetime) and value != "":
                    sheet._write_cell(place, value, "")
                elif value not in ("", None):
                    sheet._write_cell(place, str(value), "")
            words = head if heads.get(name) == number else said.get((name, number))
            if words:
                sheet._write_cell(last, words, wrong)
            sheet.row += 1
    workbook.close()
