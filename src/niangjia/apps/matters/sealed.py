"""Sealing answers and reasons: one JSON value, bound to its table and row; and the mark of an event, which tells nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings

from niangjia.kernel.sealing import keys_in


def seal(values: Mapping[str, Any], table: str, key: UUID) -> bytes:
    return keys_in(settings.KEYS_FOLDER).seal_values(values, f"matters.{table}:{key}")


def unseal(sealed: bytes | memoryview | None, table: str, key: UUID) -> dict[str, Any]:
    """Raises CannotOpen: wrong key, altered value, or a value from another row."""
    return keys_in(settings.KEYS_FOLDER).open_values(sealed, f"matters.{table}:{key}")


def mark(text: str) -> str:
    """The same for the same event, and nothing can be read from it."""
    return keys_in(settings.KEYS_FOLDER).blind(text, "matters.event")[:40]
