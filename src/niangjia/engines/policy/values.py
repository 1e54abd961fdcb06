"""Facts as they come in (Decimal, int, bool, date, str, None) → the integers that rules calculate with, and back.

A wrong type is a `FactError`. A value outside its domain, NaN or infinity is not believed: it becomes None, unknown.
Decimals finer than the fact's scale are rounded half away from zero, as DuckDB's CAST to DECIMAL does.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal

from niangjia.engines.policy.expressions.to_python import round_half_up
from niangjia.engines.policy.expressions.types import FACT_DOMAINS
from niangjia.engines.policy.problems import FactError
from niangjia.engines.policy.vocabulary import Vocabulary

_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
_MOST_REMEMBERED = 50_000


class _Scaled(dict[Decimal, "int | None"]):
    """Decimal → integer at a scale, remembered: one person's ten programmes ask for the same few amounts."""

    def __init__(self, scale: int, largest: int) -> None:
        super().__init__()
        self.scale = scale
        self.factor = 10**scale
        self.largest = largest

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
        return found if -self.largest <= found <= self.largest else None


class _Yuan(dict[int, Decimal]):
    """Cents → Decimal yuan with two places, remembered."""

    def __missing__(self, cents: int) -> Decimal:
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        self[cents] = found = _EXACT.scaleb(Decimal(cents), -2)
        return found


CENTS = _Scaled(*FACT_DOMAINS["money"])
TENTHS = _Scaled(*FACT_DOMAINS["number"])
YUAN = _Yuan()


def read_money(name: str, value: object) -> int | None:
    return _read_decimal(CENTS, "money", name, value)


def read_number(name: str, value: object) -> int | None:
    return _read_decimal(TENTHS, "number", name, value)


def _read_decimal(scaled: _Scaled, kind: str, name: str, value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, Decimal):
        return None if value.is_snan() else scaled[value]
    if isinstance(value, int) and not isinstance(value, bool):
        found = value * 10**scaled.scale
        return found if abs(found) <= scaled.largest else None
    raise FactError(name, value, kind)


def read_integer(name: str, value: object) -> int | None:
    """Bounds are checked by the caller."""
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        return int(value)
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value)
    raise FactError(name, value, "integer")


def read_boolean(name: str, value: object) -> bool | None:
    if value is None or value is True or value is False:
        return value
    raise FactError(name, value, "boolean")


def read_date(name: str, value: object) -> date | None:
    if value is None or type(value) is date:
        return value
    raise FactError(name, value, "date")


def read_text(name: str, value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise FactError(name, value, "text")




def to_decimal(value: int, scale: int) -> Decimal:
    return _EXACT.scaleb(Decimal(value), -scale)


class ReadFacts(dict[str, "int | bool | date | str | None"]):
    """Facts as rules calculate with them. Made by `read_facts` only."""


_READERS = {
    "money": read_money, "number": read_number, "integer": read_integer, "boolean": read_boolean, "date": read_date, "text": read_text,
}  # fmt: skip


def read_facts(vocabulary: Vocabulary, facts: Mapping[str, object]) -> ReadFacts:
    """
    Check and convert a person's facts once, for `Program.decide_read`. Names that the vocabulary does not know are passed over.

    Raises:
        FactError: a fact has a wrong type.
    """
    found, known = ReadFacts(), vocabulary.facts
    for name, value in facts.items():
        fact = known.get(name)
        if fact is None:
            continue
        read = CENTS[value] if value.__class__ is Decimal and fact.kind == "money" else _READERS[fact.kind](name, value)
        if read.__class__ is int:
            found[name] = read if fact.type.low <= read <= fact.type.high else None
        elif isinstance(read, date):
            found[name] = read if fact.type.low <= read.toordinal() <= fact.type.high else None
        else:
            found[name] = read
    return found
