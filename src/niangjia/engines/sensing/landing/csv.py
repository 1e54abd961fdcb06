"""CSV: encoding by content, delimiter by header, then Arrow's reader; rows keep their number."""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.csv

from niangjia.engines.sensing.landing.feeds import Feed
from niangjia.engines.sensing.landing.header import count_known, read_header
from niangjia.engines.sensing.landing.parts import Part, UnreadableFile

_CHUNK = 4 << 20
_BLOCK = 4 << 20
_HEAD = 1 << 16
_DELIMITERS = ",\t;"
_NAMES = {",": "comma", "\t": "tab", ";": "semicolon"}


@dataclass(frozen=True)
class Survey:
    """What one pass over the bytes tells."""

    encoding: str
    has_quotes: bool
    head: str

    @property
    def is_header_only(self) -> bool:
        """Nothing after the first record; asked because Arrow's reader wants at least one row."""
        is_whole = len(self.head.encode()) < _HEAD
        return is_whole and len([record for record in csv.reader(io.StringIO(self.head, newline="")) if record]) <= 1


def survey(path: Path) -> Survey:
    """
    Strict UTF-8, else UTF-16 with a mark (or a NUL in its first two bytes), else GB18030; for the whole file, never by line.

    Raises:
        UnreadableFile: empty, none of these, lines of two encodings, or a quote without its pair.
    """
    with open(path, "rb") as handle:
        start = handle.read(4)
    if not start:
        raise UnreadableFile("文件是空的。请重新导出。", "The file is empty. Export it again.")
    if start.startswith((b"PK\x03\x04", b"PAR1", b"\xd0\xcf\x11\xe0")):
        raise UnreadableFile(
            "扩展名是 .csv，内容却是 Excel、压缩包或 Parquet。请把扩展名改为 .xlsx 或 .parquet，或另存为 CSV UTF-8。",
            "The name says .csv, but the content is Excel, an archive or Parquet. Rename it .xlsx or .parquet, or save as CSV UTF-8.",
        )
    if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        encoding = "utf-16"
    elif len(start) > 1 and 0 in start[:2]:
        encoding = "utf-16-le" if start[1] == 0 else "utf-16-be"
    elif _is_utf8(path):
        encoding = "utf-8-sig" if start.startswith(codecs.BOM_UTF8) else "utf-8"
    else:
        encoding = "gb18030"
        _refuse_mixed_lines(path)
    quotes = 0
    try:
        with _utf8(path, encoding) as handle:
            head = handle.read(_HEAD)
            chunk = head
            while chunk:
                quotes += chunk.count(b'"')
                chunk = handle.read(_CHUNK)
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            f"文件编码无法识别（按 {encoding} 读取失败）。请另存为“CSV UTF-8”。",
            f"The encoding cannot be told (not {encoding}). Save it as CSV UTF-8.",
        ) from error
    if quotes % 2:
        raise UnreadableFile(
            f"文件中有一个引号没有成对，其后的行可能被并成一行。{_odd_quote(path, encoding, 'zh')}请补上或删去该引号后重新导出。",
            f"A quotation mark has no pair and may swallow the rows after it. {_odd_quote(path, encoding, 'en')}"
            "Correct it and export again.",
        )
    return Survey(encoding, quotes > 0, head.decode("utf-8", errors="ignore"))


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_between = True
    with open(path, "rb") as handle:
        while chunk := handle.read(_CHUNK):
            if is_between and chunk.isascii():
                continue
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                return False
            is_between = decoder.getstate()[0] == b""
    return is_between


def _refuse_mixed_lines(path: Path) -> None:
    """Lines that are valid UTF-8 in three-byte characters stand next to lines that are not: two encodings in one file."""
    in_utf8 = others = first = 0
    with open(path, "rb") as handle:
        for number, line in enumerate(handle, 1):
            if line.isascii():
                continue
            try:
                is_utf8 = all(character < "\x80" or character >= "\u0800" for character in line.decode("utf-8"))
            except UnicodeDecodeError:
                is_utf8 = False
            in_utf8 += is_utf8
            others += not is_utf8
            first = first or (number if is_utf8 else 0)
    # By chance a GB18030 line reads as three-byte UTF-8 less than once in a thousand.
    if others and in_utf8 * 1000 > in_utf8 + others and in_utf8:
        raise UnreadableFile(
            f"同一文件中混有 UTF-8（如第 {first} 行）与其他编码的行。请从源系统重新导出，不要拼接不同编码的文件。",
            f"Lines in UTF-8 (line {first}, for one) are mixed with lines in another encoding. "
            "Export from the source again; do not join files of different encodings.",
        )


def _odd_quote(path: Path, encoding: str, language: str) -> str:
    """The first line that opens a quote and does not close it before the next line opens one more."""
    with _utf8(path, encoding) as handle:
        for number, line in enumerate(io.BufferedReader(handle), 1):  # type: ignore[type-var]
            if line.count(b'"') % 2:
                return f"请先看第 {number} 行。" if language == "zh" else f"Look at line {number} first. "
    return ""


class _Transcoder(io.RawIOBase):
    """A file's text as UTF-8, without a copy on disk."""

    def __init__(self, handle: BinaryIO, encoding: str) -> None:
        self._handle = handle
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._ready = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        pieces = [self._ready]
        length = len(self._ready)
        while size < 0 or length < size:
            raw = self._handle.read(1 << 20)
            pieces.append(self._decoder.decode(raw, final=not raw).encode())
            length += len(pieces[-1])
            if not raw:
                break
        content = b"".join(pieces)
        self._ready = content[size:] if size >= 0 else b""
        return content[:size] if size >= 0 else content

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        content = self.read(len(buffer))
        buffer[: len(content)] = content
        return len(content)

    def close(self) -> None:
        self._handle.close()
        super().close()


def _utf8(path: Path, encoding: str) -> BinaryIO:
    handle = open(path, "rb")  # noqa: SIM115 - the reader that gets it closes it
    if encoding == "utf-8":
        return handle
    if encoding == "utf-8-sig":
        handle.seek(3)
        return handle
    return _Transcoder(handle, encoding)  # type: ignore[return-value]


def open_csv(feed: Feed, path: Path, name: str) -> list[Part]:
    """
    One part.

    Raises:
        UnreadableFile, UnreadableHeader: whole file refused.
    """
    found = survey(path)
    delimiter, cells = _first_record(feed, found.head)
    header = read_header(feed, cells)
    part = Part(
        file=name,
        columns={code: (f"c{position}", "VARCHAR") for code, position in header.columns.items()},
        open=lambda connection: connection.register("incoming", reader()),
        delimiter=delimiter,
        encoding=f"{found.encoding.removesuffix('-sig')}, {_NAMES[delimiter]}",
        extra=header.extra,
    )

    def keep_broken(row: pa.csv.InvalidRow) -> str:
        part.broken.append((row.number, row.text))
        return "skip"

    def reader() -> pa.RecordBatchReader | pa.Table:
        names = [f"c{position}" for position in range(len(cells))]
        wanted = [name for name, _ in part.columns.values()]
        if found.is_header_only:
            return pa.table({name: pa.array([], pa.string()) for name in wanted})
        return pa.csv.open_csv(
            _utf8(path, found.encoding),
            # One thread: only then does Arrow tell the numbers of broken rows. Reading the values is on all threads.
            read_options=pa.csv.ReadOptions(
                use_threads=False, block_size=_BLOCK, column_names=names, skip_rows_after_names=1
            ),
            parse_options=pa.csv.ParseOptions(
                delimiter=delimiter,
                quote_char='"' if found.has_quotes else False,
                newlines_in_values=found.has_quotes,
                ignore_empty_lines=False,
                invalid_row_handler=keep_broken,
            ),
            convert_options=pa.csv.ConvertOptions(
                include_columns=wanted,
                column_types=dict.fromkeys(wanted, pa.string()),
                check_utf8=False,
                strings_can_be_null=False,
            ),
        )

    return [part]


def _first_record(feed: Feed, head: str) -> tuple[str, list[str]]:
    """The delimiter that makes the header best known, and the header's cells."""
    best = (",", [""])
    most = -1
    for delimiter in _DELIMITERS:
        record = next(iter(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)), [""])
        known = count_known(feed, record)
        if known > most:
            best, most = (delimiter, record), known
    return best
