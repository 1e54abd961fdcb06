"""A look into an Excel file before it is opened: is it what its name says, is it bounded, and which cells lie?

The reader behind gives error cells and formulas without a stored result as empty, and allots memory for the whole rectangle
up to the last cell; both are looked for here in the file's own XML.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from niangjia.engines.sensing.landing.parts import UnreadableFile

_LARGEST_BYTES = 1 << 30
_BOMB_BYTES, _BOMB_RATIO = 32 << 20, 200
_LARGEST_OLD_BYTES = 200 << 20
_CELLS = 30_000_000
_CHUNK = 4 << 20
_OVERLAP = 4096

_CELL = rb"<c\b(?:[^>]*?)\br=\"([A-Z]{1,3})([0-9]{1,7})\"[^>]*?"
_ERROR = re.compile(rb"<c\b(?=[^>]*\bt=\"e\")[^>]*\br=\"([A-Z]{1,3})([0-9]{1,7})\"[^>]*>")
_NO_RESULT = re.compile(_CELL + rb"(?<!/)><f\b(?:[^>]*/>|[^>]*>[^<]*</f>)(?:<v\s*/>|<v></v>|(?=</c>))")
_FAR_COLUMN = re.compile(_CELL.replace(rb"{1,3}", rb"{2,3}") + rb"(?<!/)><(?:v|is|f)\b")
_FILLED = re.compile(rb"<c\b[^>]*\br=\"[A-Z]{1,3}([0-9]{1,7})\"[^>]*(?<!/)><(?:v|is|f)\b")
_BIFF_ERROR = re.compile(
    rb"\x05\x02\x08\x00.{6}[\x00\x07\x0f\x17\x1d\x24\x2a]\x01|\x06\x00[\x16-\xff]\x00.{6}\x02.[\x00\x07\x0f\x17\x1d\x24\x2a].{3}\xff\xff",
    re.DOTALL,
)
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(frozen=True)
class Look:
    """`epoch`: day 0 of serial dates. `unreadable`: {sheet: (row, column) from 0 of error cells and unsaved formulas}."""

    epoch: str = "1899-12-30"
    unreadable: dict[str, frozenset[tuple[int, int]]] = field(default_factory=dict)


def look_into(path: Path) -> Look:
    """
    Raises:
        UnreadableFile: not a workbook, password-protected, damaged, or too large once unpacked.
    """
    with open(path, "rb") as handle:
        mark = handle.read(8)
    if mark.startswith(b"PK\x03\x04"):
        try:
            with zipfile.ZipFile(path) as archive:
                return _look_into_zip(archive)
        except (
            zipfile.BadZipFile,
            zlib.error,
            KeyError,
            ElementTree.ParseError,
            NotImplementedError,
            EOFError,
            RuntimeError,
        ) as error:
            raise UnreadableFile(
                "Excel 文件已损坏或不完整。请用 Excel 或 WPS 打开后另存为 .xlsx 再报。",
                "The Excel file is damaged or incomplete. Open it in Excel or WPS and save it anew as .xlsx.",
            ) from error
    if mark.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _look_into_old(path)
    raise UnreadableFile(
        "不是 Excel 文件（可能是改了扩展名的 CSV 或网页）。请用 Excel 打开后另存为 .xlsx，或把扩展名改回 .csv。",
        "Not an Excel file (perhaps a CSV or web page with another name). Save it as .xlsx from Excel, or name it .csv again.",
    )


def _look_into_old(path: Path) -> Look:
    if path.stat().st_size > _LARGEST_OLD_BYTES:
        raise _too_large()
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise UnreadableFile(
            "文件有打开密码。请去掉密码后另存，再报。", "The file has a password. Remove it, save, and deliver again."
        )
    if _BIFF_ERROR.search(content):
        raise UnreadableFile(
            "旧格式（.xls/.et）文件中有错误值单元格，不能可靠读取。请改正后另存为 .xlsx。",
            "The old-format file has error cells and cannot be read reliably. Correct them and save as .xlsx.",
        )
    return Look()


def _look_into_zip(archive: zipfile.ZipFile) -> Look:
    entries = archive.infolist()
    unpacked, packed = sum(entry.file_size for entry in entries), sum(entry.compress_size for entry in entries)
    if unpacked > _LARGEST_BYTES or (unpacked > _BOMB_BYTES and unpacked > packed * _BOMB_RATIO):
        raise _too_large()
    if "xl/workbook.xml" not in archive.namelist():
        raise UnreadableFile(
            "不是 .xlsx 工作簿（可能是 .ods、.xlsb 或压缩包）。请用 Excel 或 WPS 另存为 .xlsx。",
            "Not an .xlsx workbook (perhaps .ods, .xlsb or an archive). Save it as .xlsx from Excel or WPS.",
        )
    for entry in entries:
        # Reading to the end holds the sizes that the archive states against its content.
        if not entry.filename.startswith("xl/worksheets/"):
            for _ in _chunks(archive, entry.filename):
                pass
    workbook = _small_xml(archive, "xl/workbook.xml")
    properties = workbook.find(f"{_MAIN}workbookPr")
    is_1904 = properties is not None and properties.get("date1904") in ("1", "true")
    targets = {
        relation.get("Id"): str(relation.get("Target"))
        for relation in _small_xml(archive, "xl/_rels/workbook.xml.rels")
    }
    unreadable = {}
    for sheet in workbook.iter(f"{_MAIN}sheet"):
        target = targets.get(sheet.get(_RELATION), "")
        place = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if "worksheets/" in place:
            unreadable[str(sheet.get("name"))] = _unreadable_cells(archive, place)
    return Look("1904-01-01" if is_1904 else "1899-12-30", unreadable)


def _unreadable_cells(archive: zipfile.ZipFile, entry: str) -> frozenset[tuple[int, int]]:
    found: set[tuple[int, int]] = set()
    last_row, last_column = 0, 26
    tail = b""
    for chunk in _chunks(archive, entry):
        piece = tail + chunk
        for pattern in (_ERROR, _NO_RESULT):
            for match in pattern.finditer(piece):
                found.add((int(match[2]) - 1, _column(match[1]) - 1))
        far = {match[1] for match in _FAR_COLUMN.finditer(piece)}
        last_column = max([last_column, *map(_column, far)])
        end = max(piece.rfind(b"<v"), piece.rfind(b"<is"))
        filled = [int(match[1]) for match in _FILLED.finditer(piece[max(0, end - _OVERLAP) :])] if end >= 0 else []
        last_row = max([last_row, *filled])
        tail = piece[-_OVERLAP:]
    if last_row * last_column > _CELLS:
        raise UnreadableFile(
            "工作表右下角远处有内容，表格范围过大。请删除数据区以外的行和列，另存后再报；数据很多时请用 CSV 或 Parquet。",
            "Something is written far away from the data, which makes the sheet too large. Delete rows and columns outside "
            "the data and save; for very many rows use CSV or Parquet.",
        )
    return frozenset(found)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _chunks(archive: zipfile.ZipFile, entry: str) -> Iterator[bytes]:
    with archive.open(entry) as handle:
        while chunk := handle.read(_CHUNK):
            yield chunk


def _small_xml(archive: zipfile.ZipFile, entry: str) -> ElementTree.Element:
    content = archive.read(entry)
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise zipfile.BadZipFile("entities")
    return ElementTree.fromstring(content)


def _too_large() -> UnreadableFile:
    return UnreadableFile(
        "Excel 文件展开后过大（或被做成压缩炸弹），不予打开。请改用 CSV 或 Parquet 导出。",
        "Unpacked, the Excel file is too large (or made to be). It is not opened. Export CSV or Parquet instead.",
    )
