"""Facts as they come in (Decimal, int, bool, date, str, None) → the integers that rules calculate with, and back.

A wrong type is a `FactError`. A value outside its domain, NaN or infinity is not believed: it becomes None, unknown.
Decimals finer than the fact's scale are rounded half away from zero, as DuckDB's CAST to DECIMAL does.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache

from niangjia.engines.policy.expressions.to_python import round_half_up
from niangjia.engines.policy.expressions.types import FIRST_DAY, LAST_DAY
from niangjia.engines.policy.problems import FactError
from niangjia.engines.policy.vocabulary import Fact, Vocabulary

_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
_MOST_REMEMBERED = 20_000


class Scaled(dict[Decimal, "int | None"]):
    """Decimal → integer at a scale within bounds, remembered: one person's ten programmes ask for the same few amounts."""

    def __init__(self, scale: int, low: int, high: int) -> None:
        super().__init__()
        self.factor = 10**scale
        self.low = low
        self.high = high

    def __missing__(self, value: Decimal) -> int | None:
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        self[value] = found = self.convert(value)
        return found

    def convert(self, value: Decimal) -> int | None:
        if not value.is_finite() or value.adjusted() > 30:
            return None
        whole, parts = value.as_integer_ratio() if value.adjusted() > -30 else (0, 1)
        if self.factor % parts == 0:
            found = whole * (self.factor // parts)
        else:
            found = round_half_up(whole * self.factor, parts)
        return found if self.low <= found <= self.high else None


class _Yuan(dict[int, Decimal]):
    """Cents → Decimal yuan with two places, remembered."""

    def __missing__(self, cents: int) -> Decimal:
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        self[cents] = found = _EXACT.scaleb(Decimal(cents), -2)
        return found


@lru_cache(maxsize=1024)
def scaled(scale: int, low: int, high: int) -> Scaled:
    """One memory for each domain: facts that share their bounds share it."""
    return Scaled(scale, low, high)


YUAN = _Yuan()


def read_money(name: str, value: object, scaled: Scaled) -> int | None:
    return _read_decimal(scaled, "money", name, value)


def read_number(name: str, value: object, scaled: Scaled) -> int | None:
    return _read_decimal(scaled, "number", name, value)


def _read_decimal(scaled: Scaled, kind: str, name: str, value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, Decimal):
        return None if value.is_snan() else scaled[value]
    if isinstance(value, int) and not isinstance(value, bool):
        found = value * scaled.factor
        return found if scaled.low <= found <= scaled.high else None
    raise FactError(name, value, kind)


def read_integer(name: str, value: object, low: int, high: int) -> int | None:
    if value is None:
        return None
    is_whole = (isinstance(value, int) and not isinstance(value, bool)) or (
        isinstance(value, Decimal) and value == value.to_integral_value()
    )
    if not is_whole:
        raise FactError(name, value, "integer")
    found = int(value)  # type: ignore[call-overload]
    return found if low <= found <= high else None


def read_boolean(name: str, value: object) -> bool | None:
    if value is None or value is True or value is False:
        return value
    raise FactError(name, value, "boolean")


def read_date(name: str, value: object) -> date | None:
    if value is None:
        return None
    if type(value) is date:
        return value if FIRST_DAY <= value <= LAST_DAY else None
    raise FactError(name, value, "date")


def read_text(name: str, value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise FactError(name, value, "text")


def to_decimal(value: int, scale: int) -> Decimal:
    return _EXACT.scaleb(Decimal(value), -scale)


class ReadFacts(dict[str, "int | bool | date | str | None"]):
    """Facts as rules calculate with them. Made by `read_facts` only."""


def read_facts(vocabulary: Vocabulary, facts: Mapping[str, object]) -> ReadFacts:
    """
    Check and convert a person's facts once, for `Program.decide_read`. Names that the vocabulary does not know are passed over.

    Raises:
        FactError: a fact has a wrong type.
    """
    found, known = ReadFacts(), vocabulary.facts
    for name, value in facts.items():
        fact = known.get(name)
        if fact is not None:
            found[name] = value if value is None or value is True and fact.kind == "boolean" else _read(fact, value)
    return found


def _read(fact: Fact, value: object) -> int | bool | date | str | None:
    t = fact.type
    if fact.kind == "money" or fact.kind == "number":
        return _read_decimal(scaled(t.scale, t.low, t.high), fact.kind, fact.name, value)
    if fact.kind == "integer":
        return read_integer(fact.name, value, t.low, t.high)
    if fact.kind == "boolean":
        return read_boolean(fact.name, value)
    return read_date(fact.name, value) if fact.kind == "date" else read_text(fact.name, value)
