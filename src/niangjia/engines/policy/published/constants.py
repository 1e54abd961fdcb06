"""What an expression comes to while nothing is known of the subject: its value where that is the same for everybody."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from niangjia.engines.policy.expressions import tree
from niangjia.engines.policy.expressions.to_python import round_half_up
from niangjia.engines.policy.expressions.tree import Node
from niangjia.engines.policy.expressions.types import FIRST_DAY, LAST_DAY, Kind
from niangjia.engines.policy.values import to_decimal
from niangjia.kernel.months import add_months, completed_years

_COMPARE = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


class _Varies:
    def __repr__(self) -> str:
        return "VARIES"


VARIES: Final = _Varies()
"""It depends on the subject, or on a number that nobody has set yet."""

Value = Fraction | bool | date | str | None | _Varies


def constant(
    node: Node,
    parameters: Mapping[str, object],
    asof: date,
    *,
    tier: str | None = None,
    known: Mapping[str, object] | None = None,
) -> Value:
    """
    The value of `node` for every subject alike (numbers as exact fractions, None = unknown), else VARIES.

    `tier`: as if that tier had been found; None = not known. `known`: facts that hold for everybody here, such as an area's standard.
    """
    return _Constant(parameters, asof, tier, known or {}).value(node)


def constant_yuan(
    node: Node,
    parameters: Mapping[str, object],
    asof: date,
    *,
    tier: str | None = None,
    known: Mapping[str, object] | None = None,
) -> Decimal | None:
    """The yuan that everybody gets, to the cent, or None where it varies or cannot be told."""
    found = constant(node, parameters, asof, tier=tier, known=known)
    if not isinstance(found, Fraction):
        return None
    return to_decimal(round_half_up(found.numerator * 100, found.denominator), 2)


class _Constant:
    def __init__(
        self, parameters: Mapping[str, object], asof: date, tier: str | None, known: Mapping[str, object]
    ) -> None:
        self.parameters = parameters
        self.asof = asof
        self.tier = tier
        self.known = known

    def value(self, node: Node) -> Value:
        match node:
            case tree.Number():
                return Fraction(node.value, 10**node.type.scale)
            case tree.Truth() | tree.Text() | tree.Day():
                return node.value
            case tree.Fact():
                return _typed(node, self.known[node.name]) if node.name in self.known else VARIES
            case tree.Parameter():
                given = self.parameters.get(node.name)
                return VARIES if given is None else _typed(node, given)
            case tree.Asof():
                return self.asof
            case tree.Tier():
                return VARIES if self.tier is None else self.tier
            case tree.Used() | tree.LineAmount():
                return VARIES
            case tree.And():
                return self._joined([self.value(term) for term in node.terms], False)
            case tree.Or():
                return self._joined([self.value(term) for term in node.terms], True)
            case tree.IsUnknown():
                found = self.value(node.term)
                return VARIES if found is VARIES else found is None
            case tree.Coalesce():
                for term in node.terms:
                    if (found := self.value(term)) is not None:
                        return found
                return None
            case tree.Case():
                return self._case(node)
        parts = [self.value(part) for part in tree.children(node)]
        if VARIES in parts:
            return VARIES
        return None if None in parts else self._strict(node, parts)

    def _joined(self, truths: list[Value], deciding: bool) -> Value:
        """Of `and` the deciding truth is false, of `or` true: one is enough, whatever the others are."""
        if any(truth is deciding for truth in truths):
            return deciding
        return VARIES if VARIES in truths else None if None in truths else not deciding

    def _case(self, node: tree.Case) -> Value:
        for condition, value in zip(node.conditions, node.values, strict=True):
            truth = self.value(condition)
            if truth is VARIES or truth is None:
                return truth
            if truth:
                return self.value(value)
        return None if node.default is None else self.value(node.default)

    def _strict(self, node: Node, parts: list) -> Value:  # type: ignore[type-arg]
        match node:
            case tree.Arithmetic(operator="+"):
                return parts[0] + parts[1]
            case tree.Arithmetic(operator="-"):
                return parts[0] - parts[1]
            case tree.Arithmetic():
                return parts[0] * parts[1]
            case tree.Divide():
                return None if parts[1] == 0 else _half_up(parts[0] / parts[1], 10)
            case tree.Negate():
                return -parts[0]
            case tree.Compare():
                return bool(_COMPARE[node.operator](parts[0], parts[1]))
            case tree.Not():
                return not parts[0]
            case tree.Among():
                return parts[0] in parts[1:]
            case tree.Extreme():
                return min(parts) if node.operator == "least" else max(parts)
            case tree.Absolute():
                return abs(parts[0])
            case tree.Round():
                return _half_up(parts[0], node.type.scale)
            case tree.Floor():
                return Fraction(parts[0].numerator // parts[0].denominator)
            case tree.AgeInYears():
                return Fraction(completed_years(parts[0], parts[1]))
            case tree.AddMonths():
                return add_months(parts[0], int(parts[1]))
        raise AssertionError(type(node))


def _typed(node: Node, given: object) -> Value:
    """A value as rules see it: at its places, and unknown outside its domain."""
    if node.type.kind is Kind.NUMBER and isinstance(given, int | Decimal):
        scaled = _half_up(Fraction(given), node.type.scale) * 10**node.type.scale
        return Fraction(scaled, 10**node.type.scale) if node.type.low <= scaled <= node.type.high else None
    if node.type.kind is Kind.DATE and isinstance(given, date):
        return given if FIRST_DAY <= given <= LAST_DAY else None
    return given  # type: ignore[return-value]


def _half_up(value: Fraction, places: int) -> Fraction:
    return Fraction(round_half_up(value.numerator * 10**places, value.denominator), 10**places)
