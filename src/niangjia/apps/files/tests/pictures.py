"""Photos and papers as phones and writers of hostile files make them."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

from PIL import Image, ImageDraw

PLACE = b"29.5012345"
"""What a camera writes of where it was, as a mark to look for."""


def drawn(width: int = 600, height: int = 400, mode: str = "RGB") -> Image.Image:
    """A picture whose left half is red: which way it is turned can be seen."""
    picture = Image.new(mode, (width, height), "white")
    ImageDraw.Draw(picture).rectangle((0, 0, width // 2 - 1, height), fill="red")
    return picture


def jpeg(width: int = 600, height: int = 400, *, turn: int = 1, **options) -> bytes:
    """As a phone writes it: with orientation, device, time and place."""
    exif = Image.Exif()
    exif[0x0112], exif[0x0110], exif[0x0132] = turn, "Canary Phone 9", "2023:10:01 10:00:00"
    place = exif.get_ifd(0x8825)
    place.update({1: "N", 2: (29.0, 30.0, 4.44), 3: "E", 4: (120.0, 54.0, 1.0), 29: PLACE.decode()})
    exif[0x8825] = place
    written = io.BytesIO()
    drawn(width, height).save(written, "JPEG", exif=exif, comment=b"canary comment", **options)
    return written.getvalue()


def png(mode: str = "RGBA") -> bytes:
    written = io.BytesIO()
    drawn(mode="RGB").convert(mode).save(written, "PNG")
    return written.getvalue()


def webp() -> bytes:
    written = io.BytesIO()
    drawn().save(written, "WEBP")
    return written.getvalue()


def png_bomb(side: int = 40_000) -> bytes:
    """A few kilobytes that say they are 1.6 thousand million pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * 4_000_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def pdf(body: bytes = b"", *, trailer: bytes = b"", after: bytes = b"\n") -> bytes:
    """The smallest paper: one empty page, and what is put into it."""
    return (
        b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n"
        b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>\nendobj\n" + body + b"trailer\n<</Root 1 0 R" + trailer
        + b">>\nstartxref\n0\n%%EOF" + after
    )  # fmt: skip


def packed(text: bytes) -> bytes:
    """An object of a PDF that hides `text` in a packed stream of objects."""
    body = zlib.compress(text)
    return b"9 0 obj\n<</Type/ObjStm/Filter/FlateDecode/Length %d>>\nstream\n%b\nendstream\nendobj\n" % (
        len(body),
        body,
    )


HEIC = Path(__file__).with_name("iphone.heic").read_bytes()
"""As an iPhone held upright writes it: the left half is red before it is turned; orientation, device, time and place are in it."""
TORN_HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 400
ZIP_END = b"PK\x05\x06" + b"\0" * 18
