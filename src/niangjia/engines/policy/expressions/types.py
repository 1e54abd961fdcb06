"""What a value can be: a number with its places and bounds, a truth, a day, a text.

Always true here: every number is an integer times a power of ten that is known when the rule is read (`scale`), and its
smallest and largest value are known too. So nothing can overflow while a rule runs: a rule that could is refused when read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

# Whatever fits here fits DuckDB's 128-bit integers with room to spare, and DECIMAL(38, 0).
LIMIT = 10**38 - 1
BIGINT = 2**63 - 1
DIVISION_PLACES = 10

# Outside its domain a value is not believed: it counts as unknown.
FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2199, 12, 31)


class Kind(Enum):
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    TEXT = "text"


@dataclass(frozen=True)
class Type:
    """
    `scale`, `low`, `high`: of numbers, the value is integer / 10**scale with low ≤ integer ≤ high; of dates, low and high
    are ordinals. `yuan`: the power of money in a number (1 for money, 0 for counts and ratios, None for bare literals,
    which go with either). `values`: the codes a text may have, None = any.
    """

    kind: Kind
    scale: int = 0
    low: int = 0
    high: int = 0
    yuan: int | None = 0
    values: tuple[str, ...] | None = None

    @property
    def size(self) -> int:
        return max(abs(self.low), abs(self.high))

    def at_scale(self, scale: int) -> Type:
        factor = 10 ** (scale - self.scale)
        return replace(self, scale=scale, low=self.low * factor, high=self.high * factor)


BOOLEAN = Type(Kind.BOOLEAN)
DATE = Type(Kind.DATE, low=FIRST_DAY.toordinal(), high=LAST_DAY.toordinal())
TEXT = Type(Kind.TEXT)

# name in YAML → scale, largest integer at that scale. Money is DECIMAL(16,2); integers are 32 bits; a number of the
# vocabulary has ten places below 10^12, a number of a pack (a ratio, a multiple) six places up to 10,000.
FACT_DOMAINS = {"money": (2, 10**16 - 1), "integer": (0, 2**31 - 1), "number": (10, 10**22 - 1)}
PARAMETER_DOMAINS = {"money": (2, 10**11), "integer": (0, 10**6), "number": (6, 10**10)}
TYPE_NAMES = ("money", "integer", "number", "boolean", "date", "text")
