"""Which unions a round looks at: anybody who has the seed and the codes can draw them again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def draw(seed: str, codes: Iterable[str], size: int) -> list[str]:
    """
    Those whose SHA-256 of seed and code is lowest, lowest first.

    >>> draw("demo-2023", ["A", "B", "C"], 2) == draw("demo-2023", ["C", "B", "A"], 2)
    True
    """
    return sorted(codes, key=lambda code: hashlib.sha256(f"{seed} {code}".encode()).hexdigest())[:size]
