"""Sealing what is said of people, bound to table and row; the marks of voters; and the seeds of draws."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings

from niangjia.kernel.sealing import keys_in


def seal(values: Mapping[str, Any], table: str, key: UUID) -> bytes:
    return keys_in(settings.KEYS_FOLDER).seal_values(values, f"contests.{table}:{key}")


def unseal(sealed: bytes | memoryview | None, table: str, key: UUID) -> dict[str, Any]:
    """Raises CannotOpen: wrong key, altered value, or a value from another row."""
    return keys_in(settings.KEYS_FOLDER).open_values(sealed, f"contests.{table}:{key}")


def voter_of(round_id: int, person_id: int) -> str:
    """The same for the same person in the same round, and nothing can be read from it, nor from two rounds together."""
    return keys_in(settings.KEYS_FOLDER).blind(f"{round_id}:{person_id}", "contests.voter")[:40]


def network_of(round_id: int, address: str) -> str:
    return keys_in(settings.KEYS_FOLDER).blind(f"{round_id}:{address}", "contests.network")[:40] if address else ""


def new_seed(round_id: int) -> tuple[bytes, str]:
    """A sealed seed of 256 random bits, and its hash: shown before anybody knows who will be level."""
    seed = secrets.token_hex(32)
    return keys_in(settings.KEYS_FOLDER).seal(seed.encode(), f"contests.round:{round_id}"), seal_of(seed)


def open_seed(sealed: bytes | memoryview, round_id: int) -> str:
    return keys_in(settings.KEYS_FOLDER).open(bytes(sealed), f"contests.round:{round_id}").decode()


def seal_of(seed: str) -> str:
    return hashlib.sha256(bytes.fromhex(seed)).hexdigest()
