"""Excel: sheets with the feed's header, merged cells filled down, every cell as the text a CSV would carry."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import python_calamine

from niangjia.engines.sensing.landing.feeds import Feed
from niangjia.engines.sensing.landing.header import Header, UnreadableHeader, count_known, read_header
from niangjia.engines.sensing.landing.parts import Part, UnreadableFile
from niangjia.engines.sensing.landing.workbooks import Look, look_into

_HEADER_WITHIN = 5
_EXACT = 10**15  # a double keeps fifteen digits
_TOTALS = ("合计", "总计", "小计", "共计", "汇总")


def open_excel(feed: Feed, path: Path, name: str) -> list[Part]:
    """
    One part a visible sheet that carries the feed's header; other sheets are named among the extras.

    Raises:
        UnreadableFile, UnreadableHeader: whole file refused.
    """
    look = look_into(path)
    parts, without = [], []
    refusal: UnreadableHeader | None = None
    try:
        with python_calamine.load_workbook(str(path)) as workbook:
            for metadata in workbook.sheets_metadata:
                if metadata.visible != python_calamine.SheetVisibleEnum.Visible:
                    continue
                sheet = workbook.get_sheet_by_name(metadata.name)
                if not sheet.height:
                    continue
                try:
                    parts.append(_read_sheet(feed, sheet, name, look))
                except UnreadableHeader as error:
                    refusal = refusal or error
                    without.append(f"[{metadata.name}]")
    except python_calamine.PasswordError as error:
        raise UnreadableFile(
            "文件有打开密码。请去掉密码后另存，再报。", "The file has a password. Remove it, save, and deliver again."
        ) from error
    except python_calamine.CalamineError as error:
        raise UnreadableFile(
            "Excel 文件无法读取。请用 Excel 或 WPS 打开后另存为 .xlsx 再报。",
            "The Excel file cannot be read. Open it in Excel or WPS and save it anew as .xlsx.",
        ) from error
    if not parts:
        raise refusal or UnreadableFile("工作簿中没有内容。请重新导出。", "The workbook is empty. Export it again.")
    parts[0].extra += tuple(without)
    return parts


def _read_sheet(feed: Feed, sheet: python_calamine.CalamineSheet, name: str, look: Look) -> Part:
    bad = look.unreadable.get(sheet.name, frozenset())
    rows = _rows(sheet, bad)
    top = [cells for _, cells in zip(range(_HEADER_WITHIN + 1), _rows(sheet, bad), strict=False)]
    header, data_from = _find_header(feed, top)
    columns: dict[str, list[str]] = {code: [] for code in header.columns}
    numbers: list[int] = []
    filled = _merges(sheet, data_from)
    last: tuple[int, list[str]] | None = None
    for number, cells in enumerate(rows):
        if number < data_from:
            continue
        for column, value in filled(number, cells):
            cells[column] = value
        if any(cell.strip() for cell in cells):
            if last:
                _keep(columns, numbers, header, *last)
            last = (number, cells)
    part = Part(
        file=name,
        sheet=sheet.name,
        columns={},
        open=lambda connection: None,
        row="_row",
        epoch=look.epoch,
        encoding="excel",
    )
    if last and any(_is_total(cell) for cell in last[1]):
        part.totals.append((last[0] + 1, "\t".join(last[1])))
    elif last:
        _keep(columns, numbers, header, *last)
    table = pa.table(
        {f"c{position}": pa.array(columns[code], pa.string()) for code, position in header.columns.items()}
        | {"_row": pa.array(numbers, pa.int64())}
    )
    part.columns = {code: (f"c{position}", "VARCHAR") for code, position in header.columns.items()}
    part.open = lambda connection: connection.register("incoming", table)
    part.extra = header.extra
    return part


def _keep(columns: dict[str, list[str]], numbers: list[int], header: Header, number: int, cells: Sequence[str]) -> None:
    for code, position in header.columns.items():
        columns[code].append(cells[position] if position < len(cells) else "")
    numbers.append(number + 1)


def _find_header(feed: Feed, top: Sequence[Sequence[str]]) -> tuple[Header, int]:
    """
    The header and the number of the first data row from 0. A title above is passed over; a second header row is either the
    same names in the other language, or the lower half of a header in two levels.
    """
    candidates = [(cells, number + 1) for number, cells in enumerate(top[:_HEADER_WITHIN])]
    for number in range(min(len(top), _HEADER_WITHIN) - 1):
        width = max(len(top[number]), len(top[number + 1]))
        upper, lower = (list(cells) + [""] * (width - len(cells)) for cells in top[number : number + 2])
        candidates.append(
            ([below if below.strip() else above for above, below in zip(upper, lower, strict=True)], number + 2)
        )
    best = max(candidates, key=lambda candidate: count_known(feed, candidate[0]))
    header = read_header(feed, best[0])
    data_from = best[1]
    if data_from < len(top):
        following = [cell for cell in top[data_from] if cell.strip()]
        if following and count_known(feed, following) == len(following):
            data_from += 1
    return header, data_from


def _rows(sheet: python_calamine.CalamineSheet, bad: frozenset[tuple[int, int]]) -> Iterator[list[str]]:
    """Rows from the sheet's first, cells from column A, each as text."""
    start = sheet.start
    lead = [""] * (start[1] if start else 0)
    bad_rows = {row for row, _ in bad}
    for number, values in enumerate(sheet.iter_rows()):
        cells = lead + [value if type(value) is str else cell_text(value) for value in values]
        if number in bad_rows:
            for row, column in bad:
                if row == number and column < len(cells):
                    cells[column] = "#VALUE!"
        yield cells


def cell_text(value: object) -> str:
    """
    What a CSV would carry. Whole numbers without point; other numbers in fifteen digits, which is what Excel knows; numbers
    that are longer keep the exponent that shows their last digits to be lost.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int | float):
        if abs(value) >= _EXACT or value != value:
            return repr(float(value))
        return str(int(value)) if value == int(value) else format(Decimal(format(value, ".15g")), "f")
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value)


def _merges(sheet: python_calamine.CalamineSheet, data_from: int):  # type: ignore[no-untyped-def]
    """A function that tells, row by row in order, what cells under a merged one repeat."""
    tops: dict[int, list[tuple[int, int, int]]] = {}
    for (first_row, first_column), (last_row, _) in sheet.merged_cell_ranges or ():
        if last_row > first_row >= data_from:
            tops.setdefault(first_row, []).append((first_row, last_row, first_column))
    open_ones: list[tuple[int, int, str]] = []

    def filled(number: int, cells: list[str]) -> list[tuple[int, str]]:
        nonlocal open_ones
        open_ones = [one for one in open_ones if one[0] >= number]
        repeats = [(column, value) for _, column, value in open_ones if column < len(cells)]
        for _, last_row, column in tops.get(number, ()):
            if column < len(cells):
                open_ones.append((last_row, column, cells[column]))
        return repeats

    return filled


def _is_total(cell: str) -> bool:
    return "".join(cell.split()).rstrip("：:") in _TOTALS
