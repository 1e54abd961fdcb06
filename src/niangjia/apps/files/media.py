"""
A recording as it is taken: the container is walked to its end, what says where and when it was made is blanked, nothing is decoded.

A hostile recording is a matter of who plays it: therefore it is handed out as what it was found to be, with no guessing allowed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from niangjia.apps.files.problems import TornRecording, UnknownRecording
from niangjia.apps.files.types import MP3, MP4_AUDIO, MP4_VIDEO

_BRANDS: Final = {b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4A ", b"M4V ", b"qt  ", b"MSNV", b"dash", b"3gp4", b"3gp5", b"3gp6"}  # fmt: skip
_HOLDS: Final = {b"moov", b"trak", b"mdia"}
_TELLS: Final = {b"udta", b"meta"}  # names, places and devices: iPhones write the position into both
_LEAST_FRAMES: Final = 3
_KBITS: Final = {
    1: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_HERTZ: Final = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


def clean(content: bytes) -> tuple[str, bytes]:
    """
    Media type and what is kept. Taken are MP3, and MP4 with its relatives M4A, MOV and 3GP.

    Raises:
        UnknownRecording, TornRecording.
    """
    if content[4:8] == b"ftyp":
        return _clean_mp4(content)
    if content.startswith(b"ID3") or _frame(content, 0):
        return MP3, _clean_mp3(content)
    raise UnknownRecording


# --- MP4: boxes of a length and a name, some of which hold boxes ---


def _clean_mp4(content: bytes) -> tuple[str, bytes]:
    if content[8:12] not in _BRANDS:
        raise UnknownRecording
    kept = bytearray(content)
    names, handlers = set(), set()
    for name, _start, body, end in _boxes(content, 0, len(content)):
        names.add(name)
        if name in _TELLS:
            kept[body - 4 : body] = b"free"  # offsets into the file stay right
            kept[body:end] = bytes(end - body)
        elif name == b"hdlr":
            handlers.add(content[body + 8 : body + 12])
    if not {b"ftyp", b"moov", b"mdat"} <= names or not handlers & {b"vide", b"soun"}:
        raise TornRecording
    return (MP4_VIDEO if b"vide" in handlers else MP4_AUDIO), bytes(kept)


def _boxes(content: bytes, start: int, end: int, depth: int = 0) -> Iterator[tuple[bytes, int, int, int]]:
    """Name, start, body and end of each box, those inside `_HOLDS` as well; together they fill the file. Raises TornRecording."""
    while start < end:
        size, name, body = int.from_bytes(content[start : start + 4], "big"), content[start + 4 : start + 8], start + 8
        if size == 1:
            size, body = int.from_bytes(content[start + 8 : start + 16], "big"), start + 16
        elif size == 0 and depth == 0:
            size = end - start
        if size < body - start or start + size > end:
            raise TornRecording
        if name in _TELLS and body != start + 8:
            raise TornRecording  # no writer needs sixteen digits for a name
        yield name, start, body, start + size
        if name in _HOLDS and depth < 4:
            yield from _boxes(content, body, start + size, depth + 1)
        start += size


# --- MP3: frames, each of which says how long it is ---


def _clean_mp3(content: bytes) -> bytes:
    """The frames alone, without tags. Raises TornRecording."""
    start = 0
    while content[start : start + 3] == b"ID3" and len(content) >= start + 10:
        size = content[start + 6 : start + 10]
        start += 10 + (size[0] << 21 | size[1] << 14 | size[2] << 7 | size[3])
    place, frames = start, 0
    while length := _frame(content, place):
        place, frames = place + length, frames + 1
    rest = content[place:]
    if frames < _LEAST_FRAMES or not (len(rest) < 4096 or rest.startswith((b"TAG", b"APETAGEX"))):
        raise TornRecording
    return content[start : min(place, len(content))]


def _frame(content: bytes, start: int) -> int:
    """How many bytes the layer III frame at `start` has; 0: there is none."""
    head = content[start : start + 4]
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return 0
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    kbits, hertz = head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or layer != 1 or kbits in (0, 15) or hertz == 3:
        return 0
    rate = _KBITS[1 if version == 3 else 2][kbits] * 1000
    return (144 if version == 3 else 72) * rate // _HERTZ[version][hertz] + (head[2] >> 1 & 1)
