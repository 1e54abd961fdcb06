"""Builds typed nodes: the one place that knows which types go together and how large a result can get.

`parse` builds from an author's text, `packs` from the parts of a benefit; both get the same checks.
"""

from __future__ import annotations

from datetime import date

from niangjia.engines.policy.expressions import tree
from niangjia.engines.policy.expressions.tree import Node
from niangjia.engines.policy.expressions.types import BOOLEAN, DIVISION_PLACES, LIMIT, TEXT, Kind, Type

MOST_DAYS = 40_000


class WrongType(Exception):
    """Worded in both languages; the parser adds the place."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


_KIND_ZH = {Kind.NUMBER: "数", Kind.BOOLEAN: "是/否", Kind.DATE: "日期", Kind.TEXT: "文字"}
_KIND_EN = {Kind.NUMBER: "a number", Kind.BOOLEAN: "true or false", Kind.DATE: "a date", Kind.TEXT: "text"}


def need(node: Node, kind: Kind, place: str) -> Node:
    if node.type.kind is not kind:
        raise WrongType(
            f"{place} 要的是{_KIND_ZH[kind]}，这里是{_KIND_ZH[node.type.kind]}。类型不会自动转换。",
            f"{place} takes {_KIND_EN[kind]}, this is {_KIND_EN[node.type.kind]}. Types are never converted silently.",
        )
    return node


def number(digits: str) -> Node:
    """
    >>> number("2.50").value
    250
    """
    whole, _, places = digits.partition(".")
    value = int(whole + places)
    return tree.Number(_fits(Type(Kind.NUMBER, len(places), value, value, yuan=None)), value)


def zero() -> Node:
    return number("0")


def truth(value: bool) -> Node:
    return tree.Truth(BOOLEAN, value)


def text(value: str) -> Node:
    return tree.Text(TEXT, value)


def day(value: date) -> Node:
    return tree.Day(Type(Kind.DATE, low=value.toordinal(), high=value.toordinal()), value)


def arithmetic(operator: str, left: Node, right: Node) -> Node:
    need(left, Kind.NUMBER, operator)
    need(right, Kind.NUMBER, operator)
    if operator == "*":
        a, b = left.type, right.type
        corners = [x * y for x in (a.low, a.high) for y in (b.low, b.high)]
        yuan = None if a.yuan is None and b.yuan is None else (a.yuan or 0) + (b.yuan or 0)
        return tree.Arithmetic(
            _fits(Type(Kind.NUMBER, a.scale + b.scale, min(corners), max(corners), yuan)), "*", left, right
        )
    a, b, yuan = _aligned(operator, left, right)
    low, high = (a.low + b.low, a.high + b.high) if operator == "+" else (a.low - b.high, a.high - b.low)
    return tree.Arithmetic(_fits(Type(Kind.NUMBER, a.scale, low, high, yuan)), operator, left, right)


def divide(left: Node, right: Node) -> Node:
    need(left, Kind.NUMBER, "/")
    need(right, Kind.NUMBER, "/")
    a, b = left.type, right.type
    up, down = division_factors(a.scale, b.scale)
    smallest = 1 if b.low <= 0 <= b.high else min(abs(b.low), abs(b.high))
    # The doubled numerator is the largest number met on the way (half up is found from twice the quotient).
    if 2 * a.size * up > LIMIT or b.size * down > LIMIT:
        raise _too_large()
    size = a.size * up // (smallest * down) + 1
    yuan = None if a.yuan is None and b.yuan is None else (a.yuan or 0) - (b.yuan or 0)
    return tree.Divide(_fits(Type(Kind.NUMBER, DIVISION_PLACES, -size, size, yuan)), left, right)


def division_factors(left_scale: int, right_scale: int) -> tuple[int, int]:
    """What numerator and denominator are multiplied by so that their integer quotient has `DIVISION_PLACES`."""
    exponent = DIVISION_PLACES + right_scale - left_scale
    return 10 ** max(0, exponent), 10 ** max(0, -exponent)


def negate(term: Node) -> Node:
    need(term, Kind.NUMBER, "-")
    return tree.Negate(Type(Kind.NUMBER, term.type.scale, -term.type.high, -term.type.low, term.type.yuan), term)


def compare(operator: str, left: Node, right: Node) -> Node:
    kind = left.type.kind
    need(right, kind, operator)
    if kind is Kind.NUMBER:
        _aligned(operator, left, right)
    elif kind in (Kind.TEXT, Kind.BOOLEAN) and operator not in ("=", "!="):
        raise WrongType(
            f"{_KIND_ZH[kind]}只能用 = 或 != 比较。",
            f"{_KIND_EN[kind].capitalize()} can only be compared with = or !=.",
        )
    if kind is Kind.TEXT:
        for one, other in ((left, right), (right, left)):
            _check_code(one, other)
    return tree.Compare(BOOLEAN, operator, left, right)


def both(terms: list[Node]) -> Node:
    for term in terms:
        need(term, Kind.BOOLEAN, "and")
    return terms[0] if len(terms) == 1 else tree.And(BOOLEAN, tuple(terms))


def either(terms: list[Node]) -> Node:
    for term in terms:
        need(term, Kind.BOOLEAN, "or")
    return terms[0] if len(terms) == 1 else tree.Or(BOOLEAN, tuple(terms))


def negation(term: Node) -> Node:
    return tree.Not(BOOLEAN, need(term, Kind.BOOLEAN, "not"))


def is_unknown(term: Node) -> Node:
    return tree.IsUnknown(BOOLEAN, term)


def among(term: Node, options: list[Node]) -> Node:
    for option in options:
        compare("=", term, option)
    return tree.Among(BOOLEAN, term, tuple(options))


def case(conditions: list[Node], values: list[Node], default: Node | None) -> Node:
    for condition in conditions:
        need(condition, Kind.BOOLEAN, "when")
    result = _common("case", values if default is None else [*values, default])
    return tree.Case(result, tuple(conditions), tuple(values), default)


def coalesce(terms: list[Node]) -> Node:
    return tree.Coalesce(_common("coalesce", terms), tuple(terms))


def extreme(operator: str, terms: list[Node]) -> Node:
    for term in terms:
        if term.type.kind not in (Kind.NUMBER, Kind.DATE):
            raise WrongType(f"{operator} 只用于数和日期。", f"{operator} takes numbers or dates.")
    _common(operator, terms)
    terms = _without_idle_literals(operator, terms)
    if len(terms) == 1:
        return terms[0]
    result = _common(operator, terms)
    aligned = [term.type.at_scale(result.scale) for term in terms]
    pick = min if operator == "least" else max
    bounds = Type(result.kind, result.scale, pick(t.low for t in aligned), pick(t.high for t in aligned), result.yuan)
    return tree.Extreme(bounds, operator, tuple(terms))


def _without_idle_literals(operator: str, terms: list[Node]) -> list[Node]:
    """Leave out literals that can never be the result (a zero beside what is never negative); they are never unknown either."""
    kept = list(terms)
    for term in terms:
        if isinstance(term, tree.Number) and any(
            _always_wins(operator, other.type, term.type) for other in kept if other is not term
        ):
            kept.remove(term)
    return kept


def _always_wins(operator: str, one: Type, literal: Type) -> bool:
    scale = max(one.scale, literal.scale)
    a, b = one.at_scale(scale), literal.at_scale(scale)
    return a.low >= b.high if operator == "greatest" else a.high <= b.low


def absolute(term: Node) -> Node:
    t = need(term, Kind.NUMBER, "abs").type
    low = 0 if t.low <= 0 <= t.high else min(abs(t.low), abs(t.high))
    return tree.Absolute(Type(Kind.NUMBER, t.scale, low, t.size, t.yuan), term)


def rounded(term: Node, places: int) -> Node:
    t = need(term, Kind.NUMBER, "round").type
    if not 0 <= places <= DIVISION_PLACES:
        raise WrongType("round 的位数应为 0 到 10。", "round takes 0 to 10 places.")
    if places >= t.scale:
        return tree.Round(t, term)
    _fits(Type(Kind.NUMBER, t.scale, -t.size - 10**t.scale, t.size + 10**t.scale))
    factor = 10 ** (t.scale - places)
    return tree.Round(Type(Kind.NUMBER, places, -(-t.low // factor) - 1, t.high // factor + 1, t.yuan), term)


def floor(term: Node) -> Node:
    t = need(term, Kind.NUMBER, "floor").type
    factor = 10**t.scale
    _fits(Type(Kind.NUMBER, t.scale, -t.size - factor, t.size))
    return tree.Floor(Type(Kind.NUMBER, 0, t.low // factor, t.high // factor, t.yuan), term)


def age_in_years(birth: Node, asof: Node) -> Node:
    need(birth, Kind.DATE, "age_in_years")
    need(asof, Kind.DATE, "age_in_years")
    return tree.AgeInYears(Type(Kind.NUMBER, 0, -10_000, 10_000, 0), birth, asof)


def add_months(start: Node, months: Node) -> Node:
    need(start, Kind.DATE, "add_months")
    need(months, Kind.NUMBER, "add_months")
    sign, inner = (-1, months.term) if isinstance(months, tree.Negate) else (1, months)
    if not isinstance(inner, tree.Number | tree.Parameter) or inner.type.scale or inner.type.size > 1200:
        raise WrongType(
            "add_months 的月数须为整数或整数参数，且不超过 1200。参数请在 pack 中写 minimum 与 maximum。",
            "The months of add_months are a whole number or a whole-number parameter, at most 1200. "
            "Give such a parameter its minimum and maximum.",
        )
    ends = [bound * 31 * sign for bound in (inner.type.low, inner.type.high)]
    low, high = start.type.low + min(*ends, 0), start.type.high + max(*ends, 0)
    if low < date(1, 1, 2).toordinal() or high > date(9999, 11, 30).toordinal():
        raise WrongType("这个日期会超出公历范围。", "This date could leave the calendar.")
    return tree.AddMonths(Type(Kind.DATE, low=low, high=high), start, months)


def days_between(start: Node, end: Node) -> Node:
    need(start, Kind.DATE, "days_between")
    need(end, Kind.DATE, "days_between")
    low, high = end.type.low - start.type.high, end.type.high - start.type.low
    return tree.DaysBetween(Type(Kind.NUMBER, 0, low, high, 0), start, end)


def add_days(start: Node, days: Node) -> Node:
    need(start, Kind.DATE, "add_days")
    need(days, Kind.NUMBER, "add_days")
    if days.type.scale or days.type.yuan or days.type.size > MOST_DAYS:
        raise WrongType(
            f"add_days 的天数须为整数，且不超过 {MOST_DAYS}。事实和参数请写 minimum 与 maximum。",
            f"The days of add_days are a whole number, at most {MOST_DAYS}. Give the fact or parameter its minimum and maximum.",
        )
    low, high = start.type.low + days.type.low, start.type.high + days.type.high
    if low < date(1, 1, 2).toordinal() or high > date(9999, 11, 30).toordinal():
        raise WrongType("这个日期会超出公历范围。", "This date could leave the calendar.")
    return tree.AddDays(Type(Kind.DATE, low=low, high=high), start, days)


def _check_code(variable: Node, literal: Node) -> None:
    values = variable.type.values
    if values is not None and isinstance(literal, tree.Text) and literal.value not in values:
        listed = ", ".join(values)
        raise WrongType(f"'{literal.value}' 不是可用的取值：{listed}。", f"'{literal.value}' is not one of {listed}.")


def _aligned(operator: str, left: Node, right: Node) -> tuple[Type, Type, int | None]:
    scale = max(left.type.scale, right.type.scale)
    a, b = left.type.at_scale(scale), right.type.at_scale(scale)
    _fits(a)
    _fits(b)
    return a, b, _same_unit(operator, [left.type, right.type])


def _same_unit(operator: str, types: list[Type]) -> int | None:
    found: int | None = None
    for one in types:
        if one.yuan is None:
            continue
        if found is not None and one.yuan != found:
            raise WrongType(
                f"{operator} 两边的单位不同：一边是钱，一边不是。请检查是否漏乘了人数或月数，或用错了事实。",
                f"The two sides of {operator} differ in unit: one is money, the other is not. "
                "Check for a forgotten factor or the wrong fact.",
            )
        found = one.yuan
    return found


def _common(place: str, terms: list[Node]) -> Type:
    kind = terms[0].type.kind
    for term in terms:
        need(term, kind, place)
    if kind is Kind.BOOLEAN:
        return BOOLEAN
    if kind is Kind.TEXT:
        return TEXT
    scale = max(term.type.scale for term in terms)
    types = [term.type.at_scale(scale) for term in terms]
    low, high = min(t.low for t in types), max(t.high for t in types)
    if kind is Kind.DATE:
        return Type(Kind.DATE, low=low, high=high)
    return _fits(Type(Kind.NUMBER, scale, low, high, _same_unit(place, types)))


def _fits(t: Type) -> Type:
    if t.size > LIMIT:
        raise _too_large()
    return t


def _too_large() -> WrongType:
    return WrongType(
        "结果可能超出 38 位数字。请给事实或参数写上 minimum 与 maximum，或把规则拆开。",
        "The result could exceed 38 digits. Give the facts or parameters a minimum and a maximum, or split the rule.",
    )
