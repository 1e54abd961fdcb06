"""The deployment's keys, for what an account keeps sealed. The place of a value is ``accounts.<what>:<account id>``."""

from __future__ import annotations

from base64 import b64decode, b64encode
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from niangjia.kernel.sealing import Keys


@lru_cache(maxsize=4)
def _keys_in(folder: Path) -> Keys:
    return Keys.load(folder)


def forget_keys() -> None:
    """After a rotation in this process."""
    _keys_in.cache_clear()


def seal(plain: bytes, place: str) -> bytes:
    return _keys_in(settings.KEYS_FOLDER).seal(plain, place)


def open_sealed(sealed: bytes | memoryview, place: str) -> bytes:
    """Raises CannotOpen."""
    return _keys_in(settings.KEYS_FOLDER).open(bytes(sealed), place)


def seal_text(plain: str, place: str) -> str:
    return b64encode(seal(plain.encode(), place)).decode()


def open_text(sealed: str, place: str) -> str:
    """Raises CannotOpen."""
    return open_sealed(b64decode(sealed), place).decode()
