"""A PDF as it is taken: whole, open, without anything that runs."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import Final

from niangjia.apps.files.problems import ActivePdf, LockedPdf, TornPdf

_AFTER: Final = 64  # bytes that may follow the last mark: line ends of careless writers
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_INFLATED: Final = 8 * 1024 * 1024  # bytes of one stream of objects, and
_INFLATED_IN_ALL: Final = 64 * 1024 * 1024  # of all of them: beyond that it is a bomb
# Long names alone: three letters and a slash stand in any large picture by chance. A script always says /JavaScript.
_RUNS: Final = re.compile(
    rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia|SubmitForm|ImportData|GoToE|GoToR|Movie|Sound)(?![A-Za-z0-9])|/XFA\s*[\[\d]"
)
_LOCKED: Final = re.compile(rb"/Encrypt(?![A-Za-z0-9])")
_ARCHIVE_END: Final = b"PK\x05\x06"


def check(content: bytes) -> None:
    """
    Let a PDF pass as it is.

    What runs is looked for by its name, also in packed objects. A writer of a hostile file may hide it deeper: therefore it is also
    served to be saved, never to be shown by our pages.

    Raises:
        TornPdf, LockedPdf, ActivePdf.
    """
    if not re.match(rb"%PDF-[12]\.\d", content) or _ARCHIVE_END in content[-70_000:]:
        raise TornPdf
    end = content.rfind(b"%%EOF")
    if end < 0 or len(content) - end > _AFTER or content[end + 5 :].strip(b"\r\n\t \0"):
        raise TornPdf
    said = _plain_names(content)
    if _LOCKED.search(said):
        raise LockedPdf
    if _RUNS.search(said) or any(_RUNS.search(_plain_names(packed)) for packed in _packed(content)):
        raise ActivePdf


def _plain_names(text: bytes) -> bytes:
    """Names as they are meant: ``/J#61vaScript`` is ``/JavaScript``."""
    return re.sub(rb"#([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), text)


def _packed(content: bytes) -> Iterator[bytes]:
    """Streams that hold objects, unpacked. Raises ActivePdf for one that unpacks to far more than papers need."""
    in_all = 0
    for start in _STREAM.finditer(content):
        head = _plain_names(content[max(0, start.start() - 400) : start.start()])
        head = head[head.rfind(b"obj") + 1 :]
        if b"/ObjStm" not in head:
            continue
        try:
            unpacked = zlib.decompressobj().decompress(content[start.end() :], _INFLATED)
        except zlib.error as error:
            raise TornPdf from error
        in_all += len(unpacked)
        if len(unpacked) >= _INFLATED or in_all > _INFLATED_IN_ALL:
            raise ActivePdf
        yield unpacked
