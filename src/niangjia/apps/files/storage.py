"""
Sealed content on the disk: ``<folder>/files/<first two digits>/<key>``, whole or not at all.

A name is the row's key, not a hash of the content: it tells nothing, and taking one owner's file away never touches another's.
Beside a photo lies its small copy for lists, ``<key>-small``, sealed for its own place; made when somebody looks for the first time.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings

from niangjia.kernel.sealing import Keys, keys_in, prefix_of


def keys() -> Keys:
    return keys_in(settings.KEYS_FOLDER)


_SMALL = "-small"


def _place(key: uuid.UUID, is_small: bool) -> str:
    return f"files.{'small' if is_small else 'file'}:{key.hex}"


def path_of(key: uuid.UUID, *, is_small: bool = False) -> Path:
    return settings.FILES_FOLDER / key.hex[:2] / (key.hex + (_SMALL if is_small else ""))


def digest_of(content: bytes) -> str:
    """Keyed: who has the database alone cannot tell whether a photo they know is among the files."""
    return keys().blind(hashlib.sha256(content).hexdigest(), "files.content")


def put(key: uuid.UUID, content: bytes, *, is_small: bool = False) -> None:
    """Seal and write, with the newest key: temporary file, fsync, rename, fsync of the folder. Replaces what stood there."""
    target = path_of(key, is_small=is_small)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}.part")
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(keys().seal(content, _place(key, is_small)))
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def get(key: uuid.UUID, *, is_small: bool = False) -> bytes:
    """Raises FileNotFoundError; CannotOpen: wrong key, altered, or another row's."""
    return keys().open(path_of(key, is_small=is_small).read_bytes(), _place(key, is_small))


def is_sealed_with_newest(key: uuid.UUID, *, is_small: bool = False) -> bool:
    return is_sealed_with(list(keys().sealing)[-1], key, is_small=is_small)


def is_sealed_with(key_id: str, key: uuid.UUID, *, is_small: bool = False) -> bool:
    """Raises FileNotFoundError."""
    with path_of(key, is_small=is_small).open("rb") as file:
        return file.read(64).startswith(prefix_of(key_id))


def remove(*keys: uuid.UUID) -> None:
    for key in keys:
        path_of(key).unlink(missing_ok=True)
        path_of(key, is_small=True).unlink(missing_ok=True)


def list_old(before: datetime) -> Iterator[tuple[Path, uuid.UUID | None]]:
    """Everything that lies in the folder since before then; null key = not named like a file of ours (what a dying writer left)."""
    if not settings.FILES_FOLDER.is_dir():
        return
    for folder in sorted(path for path in settings.FILES_FOLDER.iterdir() if path.is_dir()):
        for path in sorted(folder.iterdir()):
            try:
                written = path.stat().st_mtime
            except FileNotFoundError:  # swept or taken away meanwhile
                continue
            if written < before.timestamp():
                yield path, _key_of(path)


def _key_of(path: Path) -> uuid.UUID | None:
    try:
        key = uuid.UUID(hex=path.name.removesuffix(_SMALL))
    except ValueError:
        return None
    return key if path in (path_of(key), path_of(key, is_small=True)) else None
