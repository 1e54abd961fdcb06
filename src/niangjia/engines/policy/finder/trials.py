"""The values worth trying for a fact: where the pack's own comparisons turn, both sides of it, and a few usual ones."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from niangjia.engines.policy.expressions import tree
from niangjia.engines.policy.expressions.build import MOST_DAYS
from niangjia.engines.policy.expressions.types import FIRST_DAY, LAST_DAY, Kind
from niangjia.engines.policy.program import Program
from niangjia.engines.policy.values import to_decimal
from niangjia.engines.policy.vocabulary import Fact
from niangjia.kernel.months import add_months

MOST_VALUES = 28
_USUAL = {
    "money": ("0", "1", "100", "1000", "3000", "10000", "50000", "200000", "1000000"),
    "integer": ("0", "1", "2", "3", "5", "10", "30", "100"),
    "number": ("0", "0.1", "0.5", "1", "2", "10", "100"),
}


def values_to_try(program: Program, fact: Fact) -> tuple[Any, ...]:
    """Where the pack's comparisons turn, both sides of it, and a few usual ones; the pack's own first."""
    tests = [node for node in program.pack.nodes if fact.name in tree.facts_in(node)]
    if fact.kind == "boolean":
        return (True, False)
    if fact.kind == "text":
        told = [part.value for test in tests for part in tree.walk(test) if isinstance(part, tree.Text)]
        told = [code for code in dict.fromkeys(told) if not fact.values or code in fact.values]
        others = [code for code in fact.values if code not in told][:1]
        return (*told, *others) if told or others else ("…",)
    numbers = sorted(_numbers(program, tests))
    if fact.kind == "date":
        days = [part.value for test in tests for part in tree.walk(test) if isinstance(part, tree.Day)]
        days += [value for value in program.parameters.values() if isinstance(value, date)]
        days.append(program.asof)
        whole = [int(number) for number in numbers if number == number.to_integral_value() and 0 < number <= 600]
        days += [add_months(program.asof, -months) for n in whole for months in (n, n * 12) if months <= 1400]
        if any(isinstance(part, tree.DaysBetween | tree.AddDays) for test in tests for part in tree.walk(test)):
            spans = [
                int(number) for number in numbers if number == number.to_integral_value() and 0 < number <= MOST_DAYS
            ]
            days += [day + timedelta(days=way * span) for day in list(days) for span in spans for way in (1, -1)]
        around = [day + timedelta(days=step) for day in dict.fromkeys(days) for step in (0, 1, -1)]
        return tuple(day for day in dict.fromkeys(around) if FIRST_DAY <= day <= LAST_DAY)[: 2 * MOST_VALUES]
    step = to_decimal(1, 2 if fact.kind == "number" else fact.type.scale)
    near = [number + way for number in numbers for way in (Decimal(0), step, -step)]
    usual = [Decimal(text) for text in _USUAL[fact.kind]]
    bounds = [bound for bound in (fact.minimum, fact.maximum) if bound is not None]
    low, high = to_decimal(fact.type.low, fact.type.scale), to_decimal(fact.type.high, fact.type.scale)
    places = Decimal(1).scaleb(-fact.type.scale)
    within = [
        value.quantize(places) for value in (*near, *usual, *bounds) if low <= value <= high and abs(value) < 10**12
    ]
    found = list(dict.fromkeys(within))[:MOST_VALUES]
    return tuple(int(value) for value in found) if fact.kind == "integer" else tuple(found)


def _numbers(program: Program, tests: list[tree.Node]) -> set[Decimal]:
    """Numbers that stand in these tests, parameters by their values in force."""
    found = set()
    for test in tests:
        for part in tree.walk(test):
            if isinstance(part, tree.Number):
                found.add(to_decimal(part.value, part.type.scale))
            elif isinstance(part, tree.Parameter) and part.type.kind is Kind.NUMBER:
                value = program.parameters[part.name]
                if isinstance(value, int | Decimal) and not isinstance(value, bool):
                    found.add(Decimal(value))
    return found
