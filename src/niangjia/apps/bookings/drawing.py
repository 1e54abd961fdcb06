"""
The draw: an order that nobody chose, and that anybody can make again.

The seed is 256 random bits. Its hash, the seal, is shown when the offer is published, so the seed cannot be chosen once it is known who asked.
The order is that of the hashes of seed and booking number, so what it is hangs on nothing else.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable


def new_seed() -> str:
    return secrets.token_hex(32)


def seal_of(seed: str) -> str:
    return hashlib.sha256(bytes.fromhex(seed)).hexdigest()


def order(seed: str, numbers: Iterable[str]) -> list[str]:
    """The numbers, the luckiest first: ascending by HMAC-SHA256 of the number under the seed."""
    key = bytes.fromhex(seed)
    return sorted(numbers, key=lambda number: (hmac.digest(key, number.encode(), "sha256"), number))
