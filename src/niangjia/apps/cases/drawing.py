"""
Which findings are visited again: drawn so that anyone can draw them once more, and nobody could foresee or steer it.

The seed is the fingerprint of all that was accepted in the month: it exists only once the month is over, and whoever has the findings can
make it. Each finding's lot is the hash of seed and number; the lowest lots are drawn.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from decimal import ROUND_CEILING, Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from niangjia.kernel.months import Month


@lru_cache(maxsize=1)
def _read() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("spot_checks.yaml").read_text(encoding="utf-8"))
    return read


def share_of(area: str) -> Decimal:
    """The share of a division, by the longest code that it begins with; zero where none is set."""
    shares = _read()["share"]
    fitting = [code for code in shares if area.startswith(code)]
    return Decimal(shares[max(fitting, key=len)]) if fitting else Decimal(0)


def fewest_for_a_ratio() -> int:
    return int(_read()["fewest_for_a_ratio"])


def seed_of(month: Month, area: str, findings: Iterable[tuple[int, str]]) -> str:
    """Hex fingerprint of a county's month: its findings by number, each with its outcome."""
    lines = [f"{month} {area}", *(f"{finding_id} {outcome}" for finding_id, outcome in sorted(findings))]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def lot_of(seed: str, finding_id: int) -> str:
    return hashlib.sha256(f"{seed} {finding_id}".encode()).hexdigest()


def draw(seed: str, finding_ids: Sequence[int], share: Decimal) -> list[int]:
    """
    The drawn, lowest lot first.

    >>> draw("ab", [1, 2, 3], Decimal("0.05"))
    [1]
    """
    count = int((len(finding_ids) * share).to_integral_value(ROUND_CEILING))
    return sorted(finding_ids, key=lambda finding_id: lot_of(seed, finding_id))[:count]
