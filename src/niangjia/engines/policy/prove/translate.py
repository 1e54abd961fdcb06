"""Typed tree → Z3 terms that mean what the Python and SQL back ends mean: exact integers at a scale, three values, half up.

How a value is written:

- a number is an integer at its node's scale; a text is the number of its code in `Texts`; a day is a `Day` (month index and day
  of the month), because the language mostly compares days and counts months and years; where it counts days, a day is
  its number (`ordinal`);
- beside every value stands whether it is known (`Term.known`): plain True wherever that cannot fail, so that a proof about
  known facts carries no second logic with it;
- a product of two facts is a sum over the bits of the one with the smaller domain, if it has at most `Way.bits`: that is linear,
  which Z3 decides; else the product is left to Z3 as it is, which may find no answer; or, for proofs only, it is any number that
  lies where such a product must lie and moves as it must move (`Way.is_loose`): what no such number breaks, no product breaks.
  None of them is the best for every question, so they are tried one after the other;
- a quotient by a fact is the number that long division would find: stated, not calculated.

`test_policy_prove.py` sets this against `Program.trace` on generated packs and facts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import z3

from niangjia.engines.policy.expressions import build, tree
from niangjia.engines.policy.expressions.fold import fold
from niangjia.engines.policy.expressions.tree import Node
from niangjia.engines.policy.expressions.types import FIRST_DAY, LAST_DAY, Kind, Type
from niangjia.engines.policy.pack import Pack
from niangjia.engines.policy.parameters import Value

Formula = Any  # a z3.BoolRef or plain bool
Integer = Any  # a z3.ArithRef


class Way(NamedTuple):
    """How products of two unknown numbers are written. `is_loose`: an input that is found may be none; only "none" counts."""

    bits: int
    is_loose: bool = False


# Up to 255 first (persons, months, times), as measured on the shipped packs and on generated ones; then up to 16 million.
LOOSE, FIRST, SECOND = Way(8, is_loose=True), Way(8), Way(24)


class Untranslatable(Exception):
    """A word of the rule language that this translation does not know: whatever needs it is not proved."""

    def __init__(self, node: Node) -> None:
        super().__init__(type(node).__name__)


class Day(NamedTuple):
    """`month` counts months since year 0, `day` is the day of the month."""

    month: Integer
    day: Integer

    @property
    def key(self) -> Integer:
        """In the order of days."""
        return self.month * 32 + self.day


class Term(NamedTuple):
    """`value`: an integer, a formula or a `Day`; means nothing where `known` is false."""

    known: Formula
    value: Any


class Texts:
    """Codes as numbers. Whatever is not a known code is one of the numbers above them."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self.codes: list[str] = [""]
        for node in nodes:
            for part in tree.walk(node):
                self._add(part.type.values or ())
                if isinstance(part, tree.Text):
                    self._add((part.value,))

    def _add(self, codes: Iterable[str]) -> None:
        for code in codes:
            if code not in self.codes:
                self.codes.append(code)

    def number(self, code: str) -> int:
        if code not in self.codes:
            self.codes.append(code)
        return self.codes.index(code)

    def text(self, number: int) -> str:
        """The code, or for a number above all codes a text that is none of them."""
        if number < len(self.codes):
            return self.codes[number]
        other = f"other-{number - len(self.codes) + 1}"
        while other in self.codes:
            other += "-"
        return other


# — formulas that stay plain truths as long as they can —


def conjunction(*parts: Formula) -> Formula:
    kept = [part for part in parts if part is not True]
    if any(part is False for part in kept):
        return False
    return True if not kept else kept[0] if len(kept) == 1 else z3.And(*kept)


def disjunction(*parts: Formula) -> Formula:
    kept = [part for part in parts if part is not False]
    if any(part is True for part in kept):
        return True
    return False if not kept else kept[0] if len(kept) == 1 else z3.Or(*kept)


def negation(part: Formula) -> Formula:
    return not part if isinstance(part, bool) else z3.Not(part)


def choice(test: Formula, one: Any, other: Any) -> Any:
    """`one` where `test` holds, else `other`: of formulas, integers and days."""
    if isinstance(test, bool):
        return one if test else other
    if isinstance(one, Day):
        return Day(choice(test, one.month, other.month), choice(test, one.day, other.day))
    if isinstance(one, bool) and isinstance(other, bool):
        return one if one == other else test if one else z3.Not(test)
    if isinstance(one, bool):
        return disjunction(test, other) if one else conjunction(negation(test), other)
    if isinstance(other, bool):
        return disjunction(negation(test), one) if other else conjunction(test, one)
    return z3.If(test, one, other)


def is_true(term: Term) -> Formula:
    return conjunction(term.known, term.value)


def is_false(term: Term) -> Formula:
    return conjunction(term.known, negation(term.value))


def is_unknown(term: Term) -> Formula:
    return negation(term.known)


class Product(NamedTuple):
    left: Integer
    right: Integer
    value: Integer


@dataclass(frozen=True)
class Variable:
    """One input. `kind`: number boolean date text. `parts`: of a day its year, month and day, else one. `known` may be True."""

    name: str
    kind: Kind
    term: Term
    parts: tuple[Any, ...]


class Translator:
    """
    Inputs as variables, nodes as terms. `constraints` hold the domains of the inputs and what quotients and bits must satisfy:
    they belong to every question about the terms.

    `parameters`: name → value in force; one that is missing is an input within its own domain, and one of `absent` has no value. `asof`: a day, or None = an
    input. `known`: facts are known, all of them; else each of them may be unknown.
    `shared`: inputs that are another translator's, too (two inputs that differ in one fact alone); `like`: that translator, whose
    bits, quotients and loose products of the same terms are the same here: what is asked of both is asked with both's constraints.
    """

    def __init__(
        self,
        pack: Pack,
        *,
        texts: Texts,
        parameters: Mapping[str, Value],
        asof: date | None,
        absent: frozenset[str] = frozenset(),
        known: bool = True,
        shared: Mapping[str, Variable] | None = None,
        like: Translator | None = None,
        mark: str = "",
        way: Way = FIRST,
    ) -> None:
        self.pack = pack
        self.way = way
        self.texts = texts
        self.parameters = parameters
        self.absent = absent
        self.asof = asof
        self.known = known
        self.mark = mark
        self.inputs: dict[str, Variable] = dict(shared or {})
        self.constraints: list[Formula] = []
        self.tier: Term | None = None
        self.lines: dict[str, Term] = {}
        self.facts: dict[str, Term] = {}  # facts that stand for something else: triggers in grades
        self._terms: dict[Node, Term] = {}
        # What was defined for which terms. The terms are kept beside it: their ids are unique only while they live.
        self._defined: dict[tuple[object, ...], tuple[Any, ...]] = like._defined if like is not None else {}
        self._count = 0
        self.products: list[Product] = []

    # — inputs —

    def input(self, name: str, t: Type, *, known: bool) -> Variable:
        """The variable called `name`, made when it is first asked for, within the domain of its type."""
        if name in self.inputs:
            return self.inputs[name]
        said: Formula = True if known else z3.Bool(f"{name}?{self.mark}")
        label = f"{name}{self.mark}"
        parts: tuple[Any, ...]
        value: Any
        if t.kind is Kind.BOOLEAN:
            value = z3.Bool(label)
            parts = (value,)
        elif t.kind is Kind.DATE:
            year, month, day = parts = tuple(z3.Int(f"{label}.{part}") for part in ("year", "month", "day"))
            self.constraints += [
                year >= FIRST_DAY.year,
                year <= LAST_DAY.year,
                month >= 1,
                month <= 12,
                day >= 1,
                day <= _days_in(year, month),
            ]
            value = Day(year * 12 + month - 1, day)
        else:
            value = z3.Int(label)
            parts = (value,)
            if t.kind is Kind.NUMBER:
                self.constraints += [value >= t.low, value <= t.high]
            elif t.values is not None:
                self.constraints.append(z3.Or(*(value == self.texts.number(code) for code in t.values)))
            else:
                self.constraints.append(value >= 0)
        variable = self.inputs[name] = Variable(name, t.kind, Term(said, value), parts)
        return variable

    # — nodes —

    def term(self, node: Node) -> Term:
        """The node with its parameters' values in place: smaller numbers, the same answers."""
        return self.of(fold(node, self._in_place))

    def cents(self, node: Node) -> Term:
        folded = fold(node, self._in_place)
        return self.number(folded, max(2, folded.type.scale))

    def scale_of(self, node: Node) -> int:
        """The places of `term(node)`: values in place can leave fewer than the node has."""
        return fold(node, self._in_place).type.scale

    def of(self, node: Node) -> Term:
        if node not in self._terms:
            writer = _WRITERS.get(type(node))
            if writer is None:
                raise Untranslatable(node)
            self._terms[node] = writer(self, node)
        return self._terms[node]

    def number(self, node: Node, scale: int) -> Term:
        term = self.of(node)
        factor = 10 ** (scale - node.type.scale)
        return term if factor == 1 else Term(term.known, term.value * factor)

    def _in_place(self, node: tree.Parameter) -> Node:
        value = self.parameters.get(node.name)
        if value is None:
            return node
        if isinstance(value, bool):
            return build.truth(value)
        if isinstance(value, int | Decimal):
            scale = max(0, -int(Decimal(value).normalize().as_tuple().exponent))
            whole = int(Decimal(value).scaleb(scale))
            return tree.Number(Type(Kind.NUMBER, scale, whole, whole, node.type.yuan), whole)
        if isinstance(value, date):
            return build.day(value)
        return tree.Text(node.type, str(value))

    def fresh(self, name: str) -> Integer:
        self._count += 1
        return z3.Int(f"{name}#{self._count}{self.mark}")

    # — products and quotients —

    def product(self, one: Integer, a: Type, other: Integer, b: Type) -> Integer:
        if z3.is_int_value(one) or z3.is_int_value(other):
            return one * other
        if (a.high - a.low) < (b.high - b.low):
            one, a, other, b = other, b, one, a
        bits = (b.high - b.low).bit_length()
        if bits > self.way.bits:
            return self._loose(one, a, other, b) if self.way.is_loose else one * other
        parts = [z3.If(digit, one * 2**place, 0) for place, digit in enumerate(self._digits(other, b.low, bits))]
        return z3.Sum(one * b.low, *parts) if b.low else z3.Sum(*parts)

    def _loose(self, one: Integer, a: Type, other: Integer, b: Type) -> Integer:
        """Any number between the four planes that enclose the product of two numbers within bounds (McCormick)."""
        key = ("product", one.get_id(), other.get_id(), a.low, a.high, b.low, b.high)
        if key not in self._defined:
            found = self.fresh("product")
            self.constraints += [
                found >= a.low * other + b.low * one - a.low * b.low,
                found >= a.high * other + b.high * one - a.high * b.high,
                found <= a.high * other + b.low * one - a.high * b.low,
                found <= a.low * other + b.high * one - a.low * b.high,
            ]
            self._defined[key] = (found, one, other)
        found = self._defined[key][0]
        self.products.append(Product(one, other, found))
        return found

    def _digits(self, value: Integer, low: int, bits: int) -> Sequence[Formula]:
        """The bits of `value` above `low`, as truths."""
        key = ("bits", value.get_id(), low, bits)
        if key not in self._defined:
            self._count += 1
            digits = tuple(z3.Bool(f"bit#{self._count}.{place}{self.mark}") for place in range(bits))
            whole = z3.Sum(*(z3.If(digit, 2**place, 0) for place, digit in enumerate(digits)))
            self.constraints.append(value == low + whole)
            self._defined[key] = (digits, value)
        found: Sequence[Formula] = self._defined[key][0]
        return found

    def quotient(self, top: Integer, bottom: Integer, sizes: tuple[int, int], low: int, high: int) -> Integer:
        """Half away from zero. `sizes`: of denominator and quotient; `low`, `high`: of the denominator."""
        if z3.is_int_value(bottom):
            divisor = bottom.as_long()
            if divisor == 0:
                return z3.IntVal(0)
            if divisor < 0:
                top, divisor = -top, -divisor
            return z3.If(top >= 0, (2 * top + divisor) / (2 * divisor), -((divisor - 2 * top) / (2 * divisor)))
        key = ("quotient", top.get_id(), bottom.get_id(), *sizes, low, high)
        if key not in self._defined:
            self._defined[key] = (self._long_division(top, bottom, sizes, low, high), top, bottom)
        return self._defined[key][0]

    def later(self, day: Day, days: Integer) -> Day:
        """The day so many days on: the one whose number is that much larger."""
        key = ("later", day.month.get_id(), day.day.get_id(), days.get_id())
        if key not in self._defined:
            found = Day(self.fresh("month"), self.fresh("day"))
            self.constraints += [
                found.day >= 1,
                found.day <= _days_in(found.month / 12, found.month % 12 + 1),
                ordinal(found) == ordinal(day) + days,
            ]
            self._defined[key] = (found, day, days)
        later: Day = self._defined[key][0]
        return later

    def _long_division(self, top: Integer, bottom: Integer, sizes: tuple[int, int], low: int, high: int) -> Integer:
        size_of_bottom, size = sizes
        found = self.fresh("quotient")
        if low > 0:
            below, above = bottom, top
        elif high < 0:
            below, above = -bottom, -top
        else:
            below, above = z3.If(bottom >= 0, bottom, -bottom), z3.If(bottom >= 0, top, -top)
        absolute = z3.If(above >= 0, above, -above)
        smallest = 0 if low <= 0 <= high else min(abs(low), abs(high))
        times = self.product(
            found, Type(Kind.NUMBER, 0, 0, size), below, Type(Kind.NUMBER, 0, smallest, size_of_bottom)
        )
        self.constraints += [
            z3.Implies(
                below > 0, z3.And(2 * times <= 2 * absolute + below, 2 * absolute + below < 2 * times + 2 * below)
            ),
            found >= 0,
            found <= size,
        ]
        return z3.If(above >= 0, found, -found)


def move_together(one: Translator, other: Translator) -> Iterator[Formula]:
    """What loose products of one rule, in two inputs, owe each other: the larger the factors, the larger the product."""
    for a, b in zip(one.products, other.products, strict=False):
        for kept, moved, kept_too, moved_too in (
            (a.left, a.right, b.left, b.right),
            (a.right, a.left, b.right, b.left),
        ):
            if kept.eq(kept_too):
                yield z3.Implies(moved == moved_too, a.value == b.value)
                for less, more, low, high in (
                    (moved, moved_too, a.value, b.value),
                    (moved_too, moved, b.value, a.value),
                ):
                    yield z3.Implies(z3.And(kept >= 0, less < more), high >= low + kept)
                    yield z3.Implies(z3.And(kept <= 0, less < more), high <= low + kept)
        for first, second in ((a, b), (b, a)):
            grows = (first.left >= 0, first.right >= 0, first.left <= second.left, first.right <= second.right)
            yield z3.Implies(z3.And(*grows), first.value <= second.value)


def _days_in(year: Integer, month: Integer) -> Integer:
    leap = z3.And(year % 4 == 0, z3.Or(year % 100 != 0, year % 400 == 0))
    return z3.If(
        z3.Or(month == 4, month == 6, month == 9, month == 11),
        z3.IntVal(30),
        z3.If(month == 2, z3.If(leap, z3.IntVal(29), z3.IntVal(28)), z3.IntVal(31)),
    )


# — one writer a kind of node —


def day_value(value: date) -> Day:
    return Day(z3.IntVal(value.year * 12 + value.month - 1), z3.IntVal(value.day))


def _fact(one: Translator, node: tree.Fact) -> Term:
    return one.facts[node.name] if node.name in one.facts else one.input(node.name, node.type, known=one.known).term


def _parameter(one: Translator, node: tree.Parameter) -> Term:
    term = one.input(node.name, node.type, known=True).term
    return Term(False, term.value) if node.name in one.absent else term


def _asof(one: Translator, node: tree.Asof) -> Term:
    return Term(True, day_value(one.asof)) if one.asof is not None else one.input("asof", node.type, known=True).term


def _tier(one: Translator, node: tree.Tier) -> Term:
    assert one.tier is not None
    return one.tier


def _arithmetic(one: Translator, node: tree.Arithmetic) -> Term:
    if node.operator == "*":
        left, right = one.of(node.left), one.of(node.right)
        value = one.product(left.value, node.left.type, right.value, node.right.type)
    else:
        left, right = one.number(node.left, node.type.scale), one.number(node.right, node.type.scale)
        value = left.value + right.value if node.operator == "+" else left.value - right.value
    return Term(conjunction(left.known, right.known), value)


def _divide(one: Translator, node: tree.Divide) -> Term:
    up, down = build.division_factors(node.left.type.scale, node.right.type.scale)
    top, bottom = one.of(node.left), one.of(node.right)
    low, high = node.right.type.low, node.right.type.high
    is_zero: Formula = low <= 0 <= high
    if is_zero and isinstance(node.right, tree.Number):
        return Term(False, z3.IntVal(0))
    if is_zero:
        is_zero = bottom.value == 0
    value = one.quotient(
        top.value * up if up > 1 else top.value,
        z3.simplify(bottom.value * down) if down > 1 else bottom.value,
        (node.right.type.size * down, node.type.size),
        low * down,
        high * down,
    )
    return Term(conjunction(top.known, bottom.known, negation(is_zero)), value)


def _negate(one: Translator, node: tree.Negate) -> Term:
    term = one.of(node.term)
    return Term(term.known, -term.value)


def _ordered(operator: str, left: Any, right: Any) -> Formula:
    match operator:
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case _:
            return left >= right


def _equal(left: Any, right: Any) -> Formula:
    if isinstance(left, Day):
        return z3.And(left.month == right.month, left.day == right.day)
    if isinstance(left, bool) or isinstance(right, bool):
        truth, formula = (left, right) if isinstance(left, bool) else (right, left)
        return formula if truth else negation(formula)
    return left == right


def _compare(one: Translator, node: tree.Compare) -> Term:
    left, right = _aligned(one, node.left, node.right)
    if node.operator in ("=", "!="):
        same = _equal(left.value, right.value)
        value = same if node.operator == "=" else negation(same)
    elif isinstance(left.value, Day):
        value = _ordered(node.operator, left.value.key, right.value.key)
    else:
        value = _ordered(node.operator, left.value, right.value)
    return Term(conjunction(left.known, right.known), value)


def _aligned(one: Translator, *nodes: Node) -> list[Term]:
    if nodes[0].type.kind is not Kind.NUMBER:
        return [one.of(node) for node in nodes]
    scale = max(node.type.scale for node in nodes)
    return [one.number(node, scale) for node in nodes]


def _and(one: Translator, node: tree.And) -> Term:
    terms = [one.of(term) for term in node.terms]
    fails = disjunction(*(is_false(term) for term in terms))
    return Term(disjunction(fails, conjunction(*(term.known for term in terms))), negation(fails))


def _or(one: Translator, node: tree.Or) -> Term:
    terms = [one.of(term) for term in node.terms]
    holds = disjunction(*(is_true(term) for term in terms))
    return Term(disjunction(holds, conjunction(*(term.known for term in terms))), holds)


def _not(one: Translator, node: tree.Not) -> Term:
    term = one.of(node.term)
    return Term(term.known, negation(term.value))


def _among(one: Translator, node: tree.Among) -> Term:
    term, *options = _aligned(one, node.term, *node.options)
    return Term(term.known, disjunction(*(_equal(term.value, option.value) for option in options)))


def _scaled(one: Translator, part: Node, whole: Node) -> Term:
    return one.number(part, whole.type.scale) if whole.type.kind is Kind.NUMBER else one.of(part)


def _case(one: Translator, node: tree.Case) -> Term:
    # Without `else` what is left is unknown; its value can be any, so the last branch's own.
    found = _scaled(one, node.default if node.default is not None else node.values[-1], node)
    if node.default is None:
        found = Term(False, found.value)
    for condition, value in reversed(list(zip(node.conditions, node.values, strict=True))):
        test, branch = one.of(condition), _scaled(one, value, node)
        known = conjunction(test.known, choice(test.value, branch.known, found.known))
        found = Term(known, choice(test.value, branch.value, found.value))
    return found


def _coalesce(one: Translator, node: tree.Coalesce) -> Term:
    found = _scaled(one, node.terms[-1], node)
    for part in reversed(node.terms[:-1]):
        term = _scaled(one, part, node)
        rest = False if tree.is_gap(part, one.absent) else found.known
        found = Term(disjunction(term.known, rest), choice(term.known, term.value, found.value))
    return found


def _is_unknown(one: Translator, node: tree.IsUnknown) -> Term:
    term = one.of(node.term)
    return Term(term.known, False) if tree.is_gap(node.term, one.absent) else Term(True, is_unknown(term))


def _extreme(one: Translator, node: tree.Extreme) -> Term:
    terms = [_scaled(one, term, node) for term in node.terms]
    value = terms[0].value
    for term in terms[1:]:
        a, b = (value.key, term.value.key) if isinstance(value, Day) else (value, term.value)
        value = choice(a <= b if node.operator == "least" else a >= b, value, term.value)
    return Term(conjunction(*(term.known for term in terms)), value)


def _absolute(one: Translator, node: tree.Absolute) -> Term:
    term = one.of(node.term)
    return Term(term.known, z3.If(term.value >= 0, term.value, -term.value))


def half_up(value: Integer, factor: int, *, never_negative: bool = False) -> Integer:
    """`value` in units of `factor`, half away from zero. `/` of Z3's integers rounds down for a positive divisor."""
    if factor == 1:
        return value
    up = (value + factor // 2) / factor
    return up if never_negative else z3.If(value >= 0, up, -((factor // 2 - value) / factor))


def _round(one: Translator, node: tree.Round) -> Term:
    term = one.of(node.term)
    factor = 10 ** (node.term.type.scale - node.type.scale)
    return Term(term.known, half_up(term.value, factor, never_negative=node.term.type.low >= 0))


def _floor(one: Translator, node: tree.Floor) -> Term:
    term = one.of(node.term)
    factor = 10**node.term.type.scale
    return term if factor == 1 else Term(term.known, term.value / factor)


def _age(one: Translator, node: tree.AgeInYears) -> Term:
    birth, day = one.of(node.birth), one.of(node.day)
    months = day.value.month - birth.value.month - z3.If(day.value.day < birth.value.day, 1, 0)
    return Term(conjunction(birth.known, day.known), months / 12)


def _add_months(one: Translator, node: tree.AddMonths) -> Term:
    day, months = one.of(node.day), one.of(node.months)
    month = day.value.month + months.value
    last = _days_in(month / 12, month % 12 + 1)
    return Term(
        conjunction(day.known, months.known),
        Day(month, z3.If(day.value.day <= last, day.value.day, last)),
    )


def ordinal(day: Day) -> Integer:
    """The number of the day, as `date.toordinal` counts: 1 January of the year 1 is 1."""
    year, month = day.month / 12, day.month % 12
    before = z3.IntVal(0)
    for place, days in enumerate((0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)):
        before = z3.If(month == place, z3.IntVal(days), before)
    leap = z3.And(year % 4 == 0, z3.Or(year % 100 != 0, year % 400 == 0))
    past = year - 1
    return past * 365 + past / 4 - past / 100 + past / 400 + before + z3.If(z3.And(leap, month >= 2), 1, 0) + day.day


def _days_between(one: Translator, node: tree.DaysBetween) -> Term:
    start, end = one.of(node.start), one.of(node.end)
    return Term(conjunction(start.known, end.known), ordinal(end.value) - ordinal(start.value))


def _add_days(one: Translator, node: tree.AddDays) -> Term:
    day, days = one.of(node.day), one.of(node.days)
    return Term(conjunction(day.known, days.known), one.later(day.value, days.value))


_WRITERS: dict[type[Node], Callable[..., Term]] = {
    tree.Number: lambda one, node: Term(True, z3.IntVal(node.value)),
    tree.Truth: lambda one, node: Term(True, node.value),
    tree.Text: lambda one, node: Term(True, z3.IntVal(one.texts.number(node.value))),
    tree.Day: lambda one, node: Term(True, day_value(node.value)),
    tree.Fact: _fact,
    tree.Parameter: _parameter,
    tree.Asof: _asof,
    tree.Tier: _tier,
    tree.Used: lambda one, node: one.input(f"used:{node.cap}", node.type, known=one.known).term,
    tree.LineAmount: lambda one, node: one.lines[node.line],
    tree.Arithmetic: _arithmetic,
    tree.Divide: _divide,
    tree.Negate: _negate,
    tree.Compare: _compare,
    tree.And: _and,
    tree.Or: _or,
    tree.Not: _not,
    tree.IsUnknown: _is_unknown,
    tree.Among: _among,
    tree.Case: _case,
    tree.Coalesce: _coalesce,
    tree.Extreme: _extreme,
    tree.Absolute: _absolute,
    tree.Round: _round,
    tree.Floor: _floor,
    tree.AgeInYears: _age,
    tree.AddMonths: _add_months,
    tree.DaysBetween: _days_between,
    tree.AddDays: _add_days,
}
