"""Invented photos of the demo's visits: a room of coloured shapes that says so, and a signature nobody made."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw


def room(number: int) -> bytes:
    """JPEG of some 15 kilobytes, another for every number."""
    wall, floor = 150 + number * 37 % 80, 90 + number * 53 % 60
    picture = Image.new("RGB", (1200, 900), (wall, wall - 20, wall - 45))
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 620, 1200, 900), fill=(floor, floor - 15, floor - 30))
    left = 120 + number * 71 % 500
    pen.rectangle((left, 160, left + 260, 420), fill=(198, 220, 236), outline=(250, 250, 250), width=14)
    pen.rectangle((left - 60, 560, left + 420, 760), fill=(120, 82, 58))
    pen.rectangle((left - 60, 520, left + 420, 575), fill=(214, 200, 182))
    _say(pen, (40, 40), f"DEMO {number}")
    return _written(picture)


def signature(number: int) -> bytes:
    picture = Image.new("RGB", (900, 320), "white")
    pen = ImageDraw.Draw(picture)
    points = [(80 + step * 55, 160 + (number * (step + 3) * 29 % 140 - 70)) for step in range(14)]
    pen.line(points, fill=(16, 35, 58), width=7, joint="curve")
    _say(pen, (700, 270), "DEMO")
    return _written(picture)


def _say(pen: ImageDraw.ImageDraw, at: tuple[int, int], words: str) -> None:
    pen.text(at, words, fill=(90, 90, 90), font_size=34)


def _written(picture: Image.Image) -> bytes:
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=80)
    return written.getvalue()
