"""A third, slow and plain reading of the rule language, with fractions: what both back ends are measured against.

It shares the typed tree with them and nothing else: no scales, no integers, no bounds.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction

from niangjia.engines.policy.expressions import tree
from niangjia.engines.policy.expressions.types import Kind, Type


def half_up(value: Fraction, places: int) -> Fraction:
    scaled = abs(value) * 10**places
    whole = scaled.numerator // scaled.denominator
    if scaled - whole >= Fraction(1, 2):
        whole += 1
    return Fraction(whole if value >= 0 else -whole, 10**places)


def believed(t: Type, value: object) -> object:
    """A fact as the language sees it: rounded to its places, unknown outside its domain."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, date):
        return value if date(1900, 1, 1) <= value <= date(2199, 12, 31) else None
    found = half_up(Fraction(value), t.scale)  # type: ignore[arg-type]
    return found if Fraction(t.low, 10**t.scale) <= found <= Fraction(t.high, 10**t.scale) else None


class Reference:
    def __init__(self, facts: Mapping[str, object], parameters: Mapping[str, object], asof: date) -> None:
        self.facts = facts
        self.parameters = parameters
        self.absent = {name for name, value in parameters.items() if value is None}
        self.asof = asof
        self.tier: str | None = None

    def value(self, node: tree.Node):
        match node:
            case tree.Number():
                return Fraction(node.value, 10**node.type.scale)
            case tree.Truth() | tree.Text() | tree.Day():
                return node.value
            case tree.Fact():
                return believed(node.type, self.facts.get(node.name))
            case tree.Parameter():
                value = self.parameters[node.name]
                return Fraction(value) if value is not None and node.type.kind is Kind.NUMBER else value
            case tree.Asof():
                return self.asof
            case tree.Tier():
                return self.tier
            case tree.And():
                truths = [self.value(term) for term in node.terms]
                return False if False in truths else None if None in truths else True
            case tree.Or():
                truths = [self.value(term) for term in node.terms]
                return True if True in truths else None if None in truths else False
            case tree.IsUnknown():
                if self.value(node.term) is not None:
                    return False
                return None if self.names_nothing_set(node.term) else True
            case tree.Coalesce():
                for place, term in enumerate(node.terms):
                    value = self.value(term)
                    if value is not None or place == len(node.terms) - 1 or self.names_nothing_set(term):
                        return value
            case tree.Case():
                for condition, value in zip(node.conditions, node.values, strict=True):
                    truth = self.value(condition)
                    if truth is None:
                        return None
                    if truth:
                        return self.value(value)
                return None if node.default is None else self.value(node.default)
        parts = [self.value(part) for part in tree.children(node)]
        return None if None in parts else self.strict(node, parts)

    def names_nothing_set(self, node: tree.Node) -> bool:
        return any(isinstance(part, tree.Parameter) and part.name in self.absent for part in tree.walk(node))

    def strict(self, node: tree.Node, parts: list):
        match node:
            case tree.Arithmetic(operator=operator):
                left, right = parts
                return left + right if operator == "+" else left - right if operator == "-" else left * right
            case tree.Divide():
                return None if parts[1] == 0 else half_up(parts[0] / parts[1], 10)
            case tree.Negate():
                return -parts[0]
            case tree.Compare(operator=operator):
                left, right = parts
                return {"=": left == right, "!=": left != right}[operator] if operator in ("=", "!=") else {
                    "<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[operator]  # fmt: skip
            case tree.Not():
                return not parts[0]
            case tree.Among():
                return parts[0] in parts[1:]
            case tree.Extreme(operator=operator):
                return min(parts) if operator == "least" else max(parts)
            case tree.Absolute():
                return abs(parts[0])
            case tree.Round():
                return half_up(parts[0], node.type.scale)
            case tree.Floor():
                return Fraction(parts[0].numerator // parts[0].denominator)
            case tree.AgeInYears():
                birth, day = parts
                return Fraction(day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day)))
            case tree.AddMonths():
                day, months = parts
                index = day.year * 12 + day.month - 1 + int(months)
                year, month = index // 12, index % 12 + 1
                return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
            case tree.DaysBetween():
                return Fraction((parts[1] - parts[0]).days)
            case tree.AddDays():
                return parts[0] + timedelta(days=int(parts[1]))
        raise AssertionError(type(node))
