"""A photo as it is kept: its pixels alone, upright, no larger than a screen or a page needs, as JPEG."""

from __future__ import annotations

import io
import threading
from dataclasses import dataclass
from typing import Final

import pi_heif
from PIL import Image, ImageCms, ImageOps

from niangjia.apps.files.problems import TooManyPixels, UnreadablePhoto

LONGEST_SIDE: Final = 2000
"""Pixels: a sheet of A4 is read at 170 dpi."""
QUALITY: Final = 82
MOST_PIXELS: Final = {
    "JPEG": 110_000_000,
    "MPO": 110_000_000,
    "HEIF": 50_000_000,
    "PNG": 30_000_000,
    "WEBP": 30_000_000,
}
"""A JPEG is decoded at a fraction of its size, the others whole: four bytes a pixel of memory. An iPhone's largest has 48 million."""
SMALL_SIDE: Final = 240
"""Pixels of the copy for lists: ten of them weigh less than one photo."""
pi_heif.register_heif_opener(thumbnails=False, aux_images=False, depth_images=False)
_DECODING = threading.BoundedSemaphore(2)  # photos at a time in one process: memory is bounded, whoever sends


@dataclass(frozen=True, slots=True)
class Photo:
    content: bytes
    width: int
    height: int


def write_anew(content: bytes) -> Photo:
    """
    The same picture as a plain JPEG. Whatever else the file carried (EXIF, place, thumbnails, a second file behind it) is not copied.

    Raises:
        TooManyPixels, UnreadablePhoto.
    """
    with _DECODING:
        try:
            return _write_anew(content)
        except TooManyPixels:
            raise
        except Image.DecompressionBombError as error:
            raise TooManyPixels(MOST_PIXELS["JPEG"]) from error
        except Exception as error:  # a hostile file makes a decoder fail in any way at all: each is the same no
            raise UnreadablePhoto from error


def small_of(kept: bytes) -> bytes:
    """The copy for lists, of a photo that was written anew here. Raises UnreadablePhoto."""
    with _DECODING:
        try:
            with Image.open(io.BytesIO(kept), formats=("JPEG",)) as opened:
                opened.draft("RGB", (SMALL_SIDE, SMALL_SIDE))
                picture = opened.convert("RGB")
        except Exception as error:
            raise UnreadablePhoto from error
    picture.thumbnail((SMALL_SIDE, SMALL_SIDE), Image.Resampling.LANCZOS)
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=70, optimize=True, exif=b"", icc_profile=None)
    return written.getvalue()


def _write_anew(content: bytes) -> Photo:
    with Image.open(io.BytesIO(content), formats=tuple(set(MOST_PIXELS) - {"MPO"})) as opened:
        most = MOST_PIXELS[opened.format or ""]
        if opened.width * opened.height > most:
            raise TooManyPixels(most)
        opened.draft(
            "RGB", (LONGEST_SIDE, LONGEST_SIDE)
        )  # of JPEG alone: decodes at half, a quarter …, never below that size
        turn = opened.getexif().get(0x0112, 1)
        opened.load()
        picture = _in_srgb(opened)
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    picture = _turned(picture, turn)
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=QUALITY, optimize=True, progressive=True, exif=b"", icc_profile=None)
    return Photo(written.getvalue(), picture.width, picture.height)


def _in_srgb(opened: Image.Image) -> Image.Image:
    """On white where it was transparent; a phone's wide colours as every screen shows them."""
    profile = opened.info.get("icc_profile")
    if opened.mode in ("RGBA", "LA", "PA") or "transparency" in opened.info:
        clear = opened.convert("RGBA")
        picture = Image.new("RGB", clear.size, "white")
        picture.paste(clear, mask=clear.getchannel("A"))
    else:
        picture = opened.convert("RGB")
    if profile and opened.mode == "RGB":
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), inPlace=True)
        except (ImageCms.PyCMSError, OSError):
            pass  # a profile that cannot be read: the colours are a little off, the picture is there
    picture.info.clear()
    return picture


def _turned(picture: Image.Image, turn: object) -> Image.Image:
    """As the camera was held: EXIF's orientation, 1 to 8, made into pixels."""
    exif = Image.Exif()
    exif[0x0112] = turn if isinstance(turn, int) and 1 <= turn <= 8 else 1
    picture.info["exif"] = exif.tobytes()
    upright = ImageOps.exif_transpose(picture)
    upright.info.clear()
    return upright
