"""Sealing answers and reasons: one JSON value, bound to its table and row; and the mark of an event, which tells nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from niangjia.kernel.sealing import Keys


@lru_cache(maxsize=4)
def _keys_in(folder: Path) -> Keys:
    return Keys.load(folder)


def seal(values: Mapping[str, Any], table: str, key: UUID) -> bytes:
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return _keys_in(settings.KEYS_FOLDER).seal(text.encode(), f"matters.{table}:{key}")


def unseal(sealed: bytes | memoryview | None, table: str, key: UUID) -> dict[str, Any]:
    """Raises CannotOpen: wrong key, altered value, or a value from another row."""
    if not sealed:
        return {}
    opened: dict[str, Any] = json.loads(_keys_in(settings.KEYS_FOLDER).open(bytes(sealed), f"matters.{table}:{key}"))
    return opened


def mark(text: str) -> str:
    """The same for the same event, and nothing can be read from it."""
    return _keys_in(settings.KEYS_FOLDER).blind(text, "matters.event")[:40]
