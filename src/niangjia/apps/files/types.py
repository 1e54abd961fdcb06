"""What may leave the room: whose a file is, what is told of it, and its content once opened."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

JPEG: Final = "image/jpeg"
PDF: Final = "application/pdf"
MP3: Final = "audio/mpeg"
MP4_AUDIO: Final = "audio/mp4"
MP4_VIDEO: Final = "video/mp4"
RECORDINGS: Final = frozenset({MP3, MP4_AUDIO, MP4_VIDEO})

MOST_FILES: Final = 20
"""Of one owner, all parts together, unless its room says less."""

_PLAIN = re.compile(r"[a-z][a-z_]{0,19}")


@dataclass(frozen=True, slots=True)
class Owner:
    """What files belong to: a `kind` of matter (``visit``) and the number or key by which its room knows it."""

    kind: str
    id: str

    def __post_init__(self) -> None:
        if not _PLAIN.fullmatch(self.kind) or not re.fullmatch(r"[0-9A-Za-z-]{1,40}", self.id):
            raise ValueError(f"not an owner: {self.kind!r} {self.id!r}")

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True, slots=True)
class FileCard:
    """
    One file without its content. `key`: 32 hex digits. `part`: which field of the owner's form it answers (``photos``, ``signature``).
    `byte_count` as kept. `uploaded_by` null: somebody without an account. `width`, `height` in pixels; null for a PDF and a recording.
    """

    key: str
    owner: Owner
    part: str
    media_type: str
    byte_count: int
    width: int | None
    height: int | None
    uploaded_by: int | None
    uploaded_at: datetime

    @property
    def is_photo(self) -> bool:
        return self.media_type == JPEG

    @property
    def is_recording(self) -> bool:
        return self.media_type in RECORDINGS


@dataclass(frozen=True, slots=True)
class FileContent:
    card: FileCard
    content: bytes


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that must never be so, is so."""

    rule: str
    place: str
    detail: str
