"""Recordings made from nothing, for tests: whole containers with a position and a name in them, and no sound."""

from __future__ import annotations

POSITION = b"+29.7117+121.2269/"


def box(name: bytes, *inside: bytes) -> bytes:
    body = b"".join(inside)
    return (8 + len(body)).to_bytes(4, "big") + name + body


def mp4(*, brand: bytes = b"M4A ", handlers: tuple[bytes, ...] = (b"soun",), mark: bytes = b"1") -> bytes:
    tracks = [box(b"trak", box(b"mdia", box(b"hdlr", bytes(8) + handler + bytes(13)))) for handler in handlers]
    told = box(b"udta", box(b"\xa9xyz", POSITION), box(b"name", "王小明的手机".encode()))
    ftyp = box(b"ftyp", brand + bytes(4) + b"isom")
    return ftyp + box(b"moov", box(b"mvhd", bytes(100)), *tracks, told) + box(b"mdat", b"sound " + mark * 40)


def video(*, mark: bytes = b"1") -> bytes:
    return mp4(brand=b"qt  ", handlers=(b"vide", b"soun"), mark=mark)


def mp3(frames: int = 4) -> bytes:
    """128 kbit, 44.1 kHz: 417 bytes a frame; behind a tag with a name in it."""
    told = "王小明".encode()
    tag = b"ID3\x04\x00\x00" + bytes([0, 0, 0, len(told)]) + told
    return tag + (b"\xff\xfb\x90\x00" + bytes(413)) * frames
