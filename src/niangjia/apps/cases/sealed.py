"""Sealing the secret part of a form: one JSON value, bound to its table and row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings

from niangjia.kernel.sealing import keys_in


def seal(values: Mapping[str, Any], table: str, key: UUID) -> bytes:
    return keys_in(settings.KEYS_FOLDER).seal_values(values, f"cases.{table}:{key}")


def unseal(sealed: bytes | memoryview | None, table: str, key: UUID) -> dict[str, Any]:
    """Raises CannotOpen: wrong key, altered value, or a value from another row."""
    return keys_in(settings.KEYS_FOLDER).open_values(sealed, f"cases.{table}:{key}")


def mark(plain: str, field: str) -> str:
    """A keyed fingerprint: equal for equal values, and nothing else."""
    return keys_in(settings.KEYS_FOLDER).blind(plain, f"cases.{field}")
