"""Small changes to the text of an expression: one word or number at a time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

_TOKEN = re.compile(r"'(?:[^']|'')*'|[0-9]+(?:\.[0-9]+)?|[A-Za-z_][A-Za-z0-9_]*|<=|>=|<>|!=|\S")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_OTHER_OPERATOR = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "=": "!=", "!=": "=", "<>": "="}
_OTHER_WORD = {"and": "or", "or": "and"}
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Edit:
    """`text` with one token changed: the `number`th, `before`, at `offset`, becomes `after`."""

    text: str
    number: int
    offset: int
    before: str
    after: str


def tokens_of(text: str) -> list[re.Match[str]]:
    return list(_TOKEN.finditer(text))


def edits(text: str, is_money: Callable[[str], bool]) -> Iterator[Edit]:
    """
    Every change of a number (by its least step both ways, and doubled), a comparison, `and` and `or`, and a day (by one).

    The `and` of a `between` is none. `is_money`: whether, in this text, the number in place of ``{}`` stands among money: then
    its least step is a cent, whatever places it is written with.

    >>> [edit.text for edit in edits("a >= 2 or b", lambda _: False)]
    ['a > 2 or b', 'a >= 3 or b', 'a >= 1 or b', 'a >= 4 or b', 'a >= 2 and b']
    """
    tokens = tokens_of(text)
    depth, betweens = 0, list[int]()
    for number, token in enumerate(tokens):
        word, lower = token.group(), token.group().lower()
        if word == "(":
            depth += 1
        elif word == ")":
            depth -= 1
        others: list[str] = []
        if lower == "between":
            betweens.append(depth)
        elif lower == "and" and betweens and betweens[-1] == depth:
            betweens.pop()
        elif lower in _OTHER_WORD:
            others = [_OTHER_WORD[lower]]
        elif word in _OTHER_OPERATOR:
            others = [_OTHER_OPERATOR[word]]
        elif _NUMBER.fullmatch(word):
            around = f"{text[: token.start()]}{{}}{text[token.end() :]}"
            others = [shown(value) for value in near(Decimal(word), step(word, is_money=is_money(around)))]
        elif word.startswith("'") and number and tokens[number - 1].group().lower() == "date":
            others = [f"'{day}'" for day in days_beside(date.fromisoformat(word.strip("'")))]
        for other in others:
            changed = text[: token.start()] + other + text[token.end() :]
            yield Edit(changed, number, token.start(), word, other)


def step(written: str, *, is_money: bool) -> Decimal:
    """A cent, or one of the last place that is written: a share of 0.80 becomes 0.79 and 0.81."""
    places = len(written.partition(".")[2])
    return CENT if is_money and places <= 2 else Decimal(1).scaleb(-places)


def near(value: Decimal, least: Decimal) -> list[Decimal]:
    return list(dict.fromkeys([value + least, value - least, *([value * 2] if value else [])]))


def shown(value: Decimal) -> str:
    """
    >>> shown(Decimal("500.00")), shown(Decimal("-0.01")), shown(Decimal("0.10"))
    ('500', '-0.01', '0.10')
    """
    return f"{value:f}" if value != value.to_integral_value() else f"{value.to_integral_value():f}"


def days_beside(day: date) -> list[date]:
    return [day - timedelta(days=1), day + timedelta(days=1)]
