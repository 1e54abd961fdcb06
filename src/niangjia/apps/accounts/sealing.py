"""The deployment's keys, for what an account keeps sealed. The place of a value is ``accounts.<what>:<account id>``."""

from __future__ import annotations

from base64 import b64decode, b64encode

from django.conf import settings

from niangjia.kernel.sealing import keys_in


def seal(plain: bytes, place: str) -> bytes:
    return keys_in(settings.KEYS_FOLDER).seal(plain, place)


def open_sealed(sealed: bytes | memoryview, place: str) -> bytes:
    """Raises CannotOpen."""
    return keys_in(settings.KEYS_FOLDER).open(bytes(sealed), place)


def seal_text(plain: str, place: str) -> str:
    return b64encode(seal(plain.encode(), place)).decode()


def open_text(sealed: str, place: str) -> str:
    """Raises CannotOpen."""
    return open_sealed(b64decode(sealed), place).decode()
