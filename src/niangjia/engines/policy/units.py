"""Units of measure in expressions: yuan a month is not compared with yuan a year, nor a worker's yuan with a household's.

A plain number written in a rule has no unit of its own (12 may turn months into a year), so whatever it multiplies is not held to
one any more. An amount without a period (``yuan``) goes with an amount of any period.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import reduce

from niangjia.engines.policy.expressions import tree
from niangjia.engines.policy.expressions.tree import Node

Unit = tuple[tuple[str, int], ...] | None
"""(base, power) in order of the base; () = a bare number (a ratio, a count); None = any."""

_PLURALS = {"persons": "person", "members": "person", "member": "person", "households": "household", "months": "month",
            "years": "year", "days": "day"}  # fmt: skip
_BARE = {"ratio", "count", "flag", "code", "text", "list", "date", "grade", "time", "places", "products"}
_PERIODS = {"month", "year", "day"}


class UnitMismatch(Exception):
    """Two values that are not told in the same unit."""

    def __init__(self, left: Unit, right: Unit) -> None:
        self.left, self.right = shown(left), shown(right)
        super().__init__(f"{self.left} / {self.right}")


def unit_of(text: str) -> Unit:
    """
    >>> unit_of("yuan/persons/month"), unit_of("ratio")
    ((('month', -1), ('person', -1), ('yuan', 1)), ())
    """
    powers: dict[str, int] = {}
    for place, product in enumerate(text.split("/")):
        for part in product.split("*"):
            base = _PLURALS.get(part, part)
            if base not in _BARE:
                powers[base] = powers.get(base, 0) + (-1 if place else 1)
    return _tidy(powers)


def shown(unit: Unit) -> str:
    """
    >>> shown(unit_of("yuan/person/month"))
    'yuan/month/person'
    """
    above = [base for base, power in unit or () for _ in range(power)]
    below = [base for base, power in unit or () for _ in range(-power)]
    return "/".join([" ".join(above) or "1", *below])


def check(node: Node, unit_of_name: Callable[[str], Unit]) -> Unit:
    """
    The unit of `node`, where `unit_of_name` knows the facts and parameters.

    Raises:
        UnitMismatch: a sum, comparison or choice of two units.
    """

    def of(node: Node) -> Unit:
        match node:
            case tree.Fact(name=name) | tree.Parameter(name=name):
                return unit_of_name(name)
            case tree.Arithmetic(operator="*", left=left, right=right):
                return _times(of(left), of(right), 1)
            case tree.Divide(left=left, right=right):
                return _times(of(left), of(right), -1)
            case tree.Arithmetic(left=left, right=right):
                return _one([of(left), of(right)])
            case tree.Compare(left=left, right=right):
                _one([of(left), of(right)])
                return None
            case tree.Extreme(terms=terms) | tree.Coalesce(terms=terms):
                return _one(map(of, terms))
            case tree.Case(conditions=conditions, values=values, default=default):
                for condition in conditions:
                    of(condition)
                return _one(of(value) for value in (*values, *([default] if default else [])))
            case tree.Negate(term=term) | tree.Absolute(term=term) | tree.Round(term=term) | tree.Floor(term=term):
                return of(term)
            case _:
                for part in tree.children(node):
                    of(part)
                return None

    return of(node)


def _one(units: Iterable[Unit]) -> Unit:
    return reduce(_join, units, None)


def _join(left: Unit, right: Unit) -> Unit:
    if left is None or right is None:
        return right if left is None else left
    if left == right:
        return left
    periods = [{base for base, power in unit if base in _PERIODS and power < 0} for unit in (left, right)]
    without = [tuple(part for part in unit if part[0] not in _PERIODS or part[1] > 0) for unit in (left, right)]
    if without[0] != without[1] or (all(periods) and periods[0] != periods[1]):
        raise UnitMismatch(left, right)
    return left if periods[0] else right


def _times(left: Unit, right: Unit, sign: int) -> Unit:
    if left is None or right is None:
        return None
    powers = dict(left)
    for base, power in right:
        powers[base] = powers.get(base, 0) + sign * power
    return _tidy(powers)


def _tidy(powers: dict[str, int]) -> Unit:
    return tuple(sorted((base, power) for base, power in powers.items() if power))
