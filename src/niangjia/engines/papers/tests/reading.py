"""The words of a PDF that Typst wrote, page by page, as a reader's search finds them: glyphs back to characters by each font's own table."""

from __future__ import annotations

import re
import zlib

_FONT_OR_STRING = re.compile(rb"/(f\d+) [\d.]+ Tf|\(((?:[^()\\]|\\.)*)\)|<([0-9A-F]{4,})>", re.S)
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def pages_of(pdf: bytes) -> list[str]:
    objects = {int(found[1]): found[2] for found in re.finditer(rb"(?:^|\n)(\d+) 0 obj\s(.*?)\nendobj", pdf, re.S)}
    pages = [body for body in objects.values() if re.search(rb"/Type/Page\b(?!s)", body)]
    return [_words(_stream(objects[_to(body, b"Contents")]), _fonts(objects, body)) for body in pages]


def text_of(pdf: bytes) -> str:
    """All words without spaces, for a line may end anywhere."""
    return "".join("".join(pages_of(pdf)).split())


def _to(body: bytes, key: bytes) -> int:
    found = re.search(rb"/" + key + rb" (\d+) 0 R", body)
    assert found, (key, body[:200])
    return int(found[1])


def _stream(body: bytes) -> bytes:
    return zlib.decompress(body.split(b"stream", 1)[1].lstrip(b"\r\n"))


def _fonts(objects: dict[int, bytes], page: bytes) -> dict[bytes, dict[int, str]]:
    listed = re.search(rb"/Font<<(.*?)>>", objects[_to(page, b"Resources")])
    assert listed
    named = re.findall(rb"/(f\d+) (\d+) 0 R", listed[1])
    return {name: _characters(_stream(objects[_to(objects[int(number)], b"ToUnicode")])) for name, number in named}


def _characters(table: bytes) -> dict[int, str]:
    pairs = re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]+)>", table)
    return {int(glyph, 16): bytes.fromhex(code.decode()).decode("utf-16-be") for glyph, code in pairs}


def _words(content: bytes, fonts: dict[bytes, dict[int, str]]) -> str:
    said, font = [], {}
    for found in _FONT_OR_STRING.finditer(content):
        if found[1]:
            font = fonts[found[1]]
            continue
        glyphs = bytes.fromhex(found[3].decode()) if found[3] else _unescaped(found[2])
        said.append("".join(font.get(int.from_bytes(glyphs[at : at + 2]), "�") for at in range(0, len(glyphs), 2)))
    return "".join(said)


def _unescaped(string: bytes) -> bytes:
    def one(found: re.Match[bytes]) -> bytes:
        return bytes([int(found[1], 8)]) if found[1].isdigit() else _ESCAPES.get(found[1], found[1])

    return re.sub(rb"\\([0-7]{1,3}|.)", one, string, flags=re.S)
