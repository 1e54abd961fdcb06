"""Typed tree → lines of Python that compute it. None is unknown; numbers are plain integers at a scale known beforehand.

The source is made from our tree only. No character of an author's text enters it: facts are numbered variables, texts and
days are entries of a list of constants, numbers are printed by `repr(int)`. That is what makes compiling it safe, and it
is an order of magnitude faster than a chain of closures (`benchmarks/decide.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from niangjia.engines.policy.expressions import build, tree
from niangjia.engines.policy.expressions.tree import Node
from niangjia.engines.policy.expressions.types import Kind
from niangjia.kernel.months import add_months, completed_years


@dataclass(frozen=True)
class Piece:
    """Python text of a value that is known whenever every variable of `unknown_if` is not None."""

    text: str
    unknown_if: frozenset[str] = frozenset()


class PythonWriter:
    """
    Collects statements for the nodes it is given. `variables`: fact name → variable that holds its converted value or
    None. `parameters`: name → value (integer at the node's scale, bool, date or text), None where it has none.
    """

    def __init__(self, variables: Mapping[str, str], parameters: Mapping[str, object], asof: date) -> None:
        self.variables = variables
        self.parameters = parameters
        self.asof = asof
        self.absent = frozenset(name for name, value in parameters.items() if value is None)
        self.lines: list[str] = []
        self.constants: list[object] = []
        self.extra: dict[Node, str] = {}  # tier, used and line amounts: variables set by the caller
        self._count = 0
        self._done: dict[Node, str] = {}

    def variable(self, node: Node) -> str:
        """The name of a variable that holds the node's value, or None."""
        if node in self._done:
            return self._done[node]
        piece = self.piece(node)
        if piece.text in piece.unknown_if:
            return piece.text
        name = self.fresh()
        self.lines.append(f"{name} = {guarded(piece)}")
        self._done[node] = name
        return name

    def fresh(self) -> str:
        self._count += 1
        return f"t{self._count}"

    def piece(self, node: Node) -> Piece:
        return _WRITERS[type(node)](self, node)

    def number(self, node: Node, scale: int) -> Piece:
        if isinstance(node, tree.Number):
            return Piece(repr(node.value * 10 ** (scale - node.type.scale)))
        piece = self.piece(node)
        return (
            piece
            if scale == node.type.scale
            else Piece(f"({piece.text} * {10 ** (scale - node.type.scale)})", piece.unknown_if)
        )

    def constant(self, value: object) -> Piece:
        """An integer or a truth is written out; anything else is looked up, never printed into the source."""
        if isinstance(value, bool | int):
            return Piece(f"({value!r})")
        for position, known in enumerate(self.constants):
            if known is value or (type(known) is type(value) and not isinstance(value, dict) and known == value):
                return Piece(f"k{position}")
        self.constants.append(value)
        return Piece(f"k{len(self.constants) - 1}")

    def may_be_unknown(self, node: Node, variable: str) -> frozenset[str]:
        is_known = isinstance(node, tree.Number) or (isinstance(node, tree.Parameter) and node.name not in self.absent)
        return frozenset() if is_known else frozenset((variable,))

    def held(self, name: str) -> Piece:
        return Piece(name, frozenset((name,)))


def guarded(piece: Piece) -> str:
    """The value, or None if a variable it needs is None."""
    if not piece.unknown_if:
        return piece.text
    missing = " or ".join(f"{name} is None" for name in sorted(piece.unknown_if))
    return f"None if {missing} else {piece.text}"


def divide_half_up(top: int, bottom: int) -> int:
    """
    The quotient rounded half away from zero.

    >>> divide_half_up(-5, 2), divide_half_up(5, -2), divide_half_up(1, 3)
    (-3, -3, 0)
    """
    if bottom < 0:
        top, bottom = -top, -bottom
    return (2 * top + bottom) // (2 * bottom) if top >= 0 else -((bottom - 2 * top) // (2 * bottom))


def round_half_up(value: int, factor: int) -> int:
    """`value` in units of `factor`, half away from zero."""
    return (value + factor // 2) // factor if value >= 0 else -((factor // 2 - value) // factor)


def days_between(start: date, end: date) -> int:
    """
    >>> days_between(date(2024, 2, 28), date(2024, 3, 1)), days_between(date(2023, 3, 1), date(2023, 2, 28))
    (2, -1)
    """
    return end.toordinal() - start.toordinal()


def add_days(day: date, days: int) -> date:
    return date.fromordinal(day.toordinal() + days)


HELPERS: dict[str, object] = {
    "divide": divide_half_up, "rounded": round_half_up, "add_months": add_months, "age": completed_years,
    "days_between": days_between, "add_days": add_days,
    "abs": abs,
}  # fmt: skip


def _parameter(writer: PythonWriter, node: tree.Parameter) -> Piece:
    if node.name not in writer.absent:
        return writer.constant(writer.parameters[node.name])
    if f"{_ABSENT} = None" not in writer.lines:
        writer.lines.append(f"{_ABSENT} = None")
    return writer.held(_ABSENT)


# The variable that stands for every parameter without value.
_ABSENT = "absent"


def _arithmetic(writer: PythonWriter, node: tree.Arithmetic) -> Piece:
    if node.operator == "*":
        left, right = writer.piece(node.left), writer.piece(node.right)
    else:
        left, right = writer.number(node.left, node.type.scale), writer.number(node.right, node.type.scale)
    return Piece(f"({left.text} {node.operator} {right.text})", left.unknown_if | right.unknown_if)


def _divide(writer: PythonWriter, node: tree.Divide) -> Piece:
    up, down = build.division_factors(node.left.type.scale, node.right.type.scale)
    top, name, doubled = writer.piece(node.left), writer.fresh(), writer.fresh()
    bottom = writer.variable(node.right)
    low, high = node.right.type.low, node.right.type.high
    missing = " or ".join(
        f"{one} is None" for one in sorted(top.unknown_if | writer.may_be_unknown(node.right, bottom))
    )
    missing = " or ".join(filter(None, [missing, f"{bottom} == 0" if low <= 0 <= high else ""]))
    if low > 0:
        size = f"{bottom} * {down}" if down > 1 else bottom
        found = f"({doubled} + {size}) // (2 * {size}) if ({doubled} := {top.text} * {2 * up}) >= 0 else -(({size} - {doubled}) // (2 * {size}))"
    else:
        found = f"divide({top.text} * {up}, {bottom} * {down})"
    writer.lines.append(f"{name} = None if {missing} else {found}" if missing else f"{name} = {found}")
    return writer.held(name)


def _compare(writer: PythonWriter, node: tree.Compare) -> Piece:
    if node.left.type.kind is Kind.NUMBER:
        scale = max(node.left.type.scale, node.right.type.scale)
        left, right = writer.number(node.left, scale), writer.number(node.right, scale)
    else:
        left, right = writer.piece(node.left), writer.piece(node.right)
    operator = "==" if node.operator == "=" else node.operator
    return Piece(f"({left.text} {operator} {right.text})", left.unknown_if | right.unknown_if)


def _junction(dominant: str) -> Callable[[PythonWriter, tree.And | tree.Or], Piece]:
    """Kleene: one dominant term decides, else one unknown term makes the whole unknown."""

    def write(writer: PythonWriter, node: tree.And | tree.Or) -> Piece:
        names = list(dict.fromkeys(writer.variable(term) for term in node.terms))
        decided = " or ".join(f"{name} is {dominant}" for name in names)
        missing = " or ".join(f"{name} is None" for name in names)
        result = writer.fresh()
        writer.lines.append(
            f"{result} = {dominant} if {decided} else None if {missing} else {'True' if dominant == 'False' else 'False'}"
        )
        return writer.held(result)

    return write


def _not(writer: PythonWriter, node: tree.Not) -> Piece:
    piece = writer.piece(node.term)
    return Piece(f"(not {piece.text})", piece.unknown_if)


def _among(writer: PythonWriter, node: tree.Among) -> Piece:
    nodes = (node.term, *node.options)
    scale = max(part.type.scale for part in nodes)
    pieces = [writer.number(part, scale) if part.type.kind is Kind.NUMBER else writer.piece(part) for part in nodes]
    options = ", ".join(piece.text for piece in pieces[1:])
    return Piece(f"({pieces[0].text} in ({options},))", pieces[0].unknown_if)


def _case(writer: PythonWriter, node: tree.Case) -> Piece:
    text = _branch(writer, node.default, node) if node.default is not None else "None"
    for condition, value in reversed(list(zip(node.conditions, node.values, strict=True))):
        test = writer.variable(condition)
        text = f"None if {test} is None else ({_branch(writer, value, node)}) if {test} else ({text})"
    name = writer.fresh()
    writer.lines.append(f"{name} = {text}")
    return writer.held(name)


def _branch(writer: PythonWriter, part: Node, whole: Node) -> str:
    return guarded(writer.number(part, whole.type.scale) if whole.type.kind is Kind.NUMBER else writer.piece(part))


def _coalesce(writer: PythonWriter, node: tree.Coalesce) -> Piece:
    text = _branch(writer, node.terms[-1], node)
    for term in reversed(node.terms[:-1]):
        piece = writer.number(term, node.type.scale) if node.type.kind is Kind.NUMBER else writer.piece(term)
        if not piece.unknown_if:
            text = piece.text
        else:
            known = " and ".join(f"{name} is not None" for name in sorted(piece.unknown_if))
            text = f"{piece.text} if {known} else ({'None' if tree.is_gap(term, writer.absent) else text})"
    name = writer.fresh()
    writer.lines.append(f"{name} = {text}")
    return writer.held(name)


def _extreme(writer: PythonWriter, node: tree.Extreme) -> Piece:
    pieces = [
        writer.number(term, node.type.scale) if node.type.kind is Kind.NUMBER else writer.piece(term)
        for term in node.terms
    ]
    if len(pieces) == 1:
        return pieces[0]
    unknown = frozenset[str]().union(*(piece.unknown_if for piece in pieces))
    text, sign = pieces[0].text, "<" if node.operator == "least" else ">"
    for piece in pieces[1:]:
        # Faster than calling min or max.
        one, other = writer.fresh(), writer.fresh()
        text = f"({one} if ({one} := {text}) {sign} ({other} := {piece.text}) else {other})"
    return Piece(text, unknown)


def _call(function: str, *parts: str) -> Callable[[PythonWriter, Node], Piece]:
    def write(writer: PythonWriter, node: Node) -> Piece:
        pieces = [writer.piece(getattr(node, part)) for part in parts]
        unknown = frozenset[str]().union(*(piece.unknown_if for piece in pieces))
        return Piece(f"{function}({', '.join(piece.text for piece in pieces)})", unknown)

    return write


def _round(writer: PythonWriter, node: tree.Round) -> Piece:
    piece = writer.piece(node.term)
    factor = 10 ** (node.term.type.scale - node.type.scale)
    if factor == 1:
        return piece
    if node.term.type.low >= 0:
        return Piece(f"(({piece.text} + {factor // 2}) // {factor})", piece.unknown_if)
    return Piece(f"rounded({piece.text}, {factor})", piece.unknown_if)


def _floor(writer: PythonWriter, node: tree.Floor) -> Piece:
    piece = writer.piece(node.term)
    factor = 10**node.term.type.scale
    return piece if factor == 1 else Piece(f"({piece.text} // {factor})", piece.unknown_if)


def _is_unknown(writer: PythonWriter, node: tree.IsUnknown) -> Piece:
    variable = writer.variable(node.term)
    if not tree.is_gap(node.term, writer.absent):
        return Piece(f"({variable} is None)")
    name = writer.fresh()
    writer.lines.append(f"{name} = None if {variable} is None else False")
    return writer.held(name)


_WRITERS: dict[type[Node], Callable[..., Piece]] = {
    tree.Number: lambda writer, node: writer.constant(node.value),
    tree.Truth: lambda writer, node: writer.constant(node.value),
    tree.Text: lambda writer, node: writer.constant(node.value),
    tree.Day: lambda writer, node: writer.constant(node.value),
    tree.Fact: lambda writer, node: writer.held(writer.variables[node.name]),
    tree.Parameter: _parameter,
    tree.Asof: lambda writer, node: writer.constant(writer.asof),
    tree.Tier: lambda writer, node: writer.held(writer.extra[node]),
    tree.Used: lambda writer, node: writer.held(writer.extra[node]),
    tree.LineAmount: lambda writer, node: writer.held(writer.extra[node]),
    tree.Arithmetic: _arithmetic,
    tree.Divide: _divide,
    tree.Negate: lambda writer, node: (lambda piece: Piece(f"(-{piece.text})", piece.unknown_if))(
        writer.piece(node.term)
    ),
    tree.Compare: _compare,
    tree.And: _junction("False"),
    tree.Or: _junction("True"),
    tree.Not: _not,
    tree.IsUnknown: _is_unknown,
    tree.Among: _among,
    tree.Case: _case,
    tree.Coalesce: _coalesce,
    tree.Extreme: _extreme,
    tree.Absolute: _call("abs", "term"),
    tree.Round: _round,
    tree.Floor: _floor,
    tree.AgeInYears: _call("age", "birth", "day"),
    tree.AddMonths: _call("add_months", "day", "months"),
    tree.DaysBetween: _call("days_between", "start", "end"),
    tree.AddDays: _call("add_days", "day", "days"),
}
