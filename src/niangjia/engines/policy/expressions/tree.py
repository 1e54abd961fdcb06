"""The typed tree of a rule: the only thing that is ever run. Whatever is not here does not exist in the language."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import date

from niangjia.engines.policy.expressions.types import Type


@dataclass(frozen=True)
class Node:
    type: Type


@dataclass(frozen=True)
class Number(Node):
    """`value` is the integer at `type.scale`."""

    value: int


@dataclass(frozen=True)
class Truth(Node):
    value: bool


@dataclass(frozen=True)
class Text(Node):
    value: str


@dataclass(frozen=True)
class Day(Node):
    value: date


@dataclass(frozen=True)
class Fact(Node):
    name: str


@dataclass(frozen=True)
class Parameter(Node):
    name: str


@dataclass(frozen=True)
class Asof(Node):
    """The day the decision is for; given by the caller, never by a clock."""


@dataclass(frozen=True)
class Tier(Node):
    """The tier that was found; only benefit lines, caps and approvals may ask for it."""


@dataclass(frozen=True)
class LineAmount(Node):
    """What a benefit line came to, in cents."""

    line: str


@dataclass(frozen=True)
class Used(Node):
    """What was already granted under a cap in its window; the caller counts it."""

    cap: str


@dataclass(frozen=True)
class Arithmetic(Node):
    operator: str  # + - *
    left: Node
    right: Node


@dataclass(frozen=True)
class Divide(Node):
    left: Node
    right: Node


@dataclass(frozen=True)
class Negate(Node):
    term: Node


@dataclass(frozen=True)
class Compare(Node):
    operator: str  # = != < <= > >=
    left: Node
    right: Node


@dataclass(frozen=True)
class And(Node):
    terms: tuple[Node, ...]


@dataclass(frozen=True)
class Or(Node):
    terms: tuple[Node, ...]


@dataclass(frozen=True)
class Not(Node):
    term: Node


@dataclass(frozen=True)
class IsUnknown(Node):
    term: Node


@dataclass(frozen=True)
class Among(Node):
    """`term` equals one of the literals."""

    term: Node
    options: tuple[Node, ...]


@dataclass(frozen=True)
class Case(Node):
    """The value beside the first true condition; an unknown condition before it makes the whole unknown."""

    conditions: tuple[Node, ...]
    values: tuple[Node, ...]
    default: Node | None


@dataclass(frozen=True)
class Coalesce(Node):
    terms: tuple[Node, ...]


@dataclass(frozen=True)
class Extreme(Node):
    """Least or greatest; unknown if any term is."""

    operator: str  # least greatest
    terms: tuple[Node, ...]


@dataclass(frozen=True)
class Absolute(Node):
    term: Node


@dataclass(frozen=True)
class Round(Node):
    """Half away from zero, to the scale of `type`."""

    term: Node


@dataclass(frozen=True)
class Floor(Node):
    term: Node


@dataclass(frozen=True)
class AgeInYears(Node):
    birth: Node
    day: Node


@dataclass(frozen=True)
class AddMonths(Node):
    day: Node
    months: Node


@dataclass(frozen=True)
class DaysBetween(Node):
    """How many days after `start` `end` is; below zero where it is before."""

    start: Node
    end: Node


@dataclass(frozen=True)
class AddDays(Node):
    day: Node
    days: Node


def children(node: Node) -> Iterator[Node]:
    for name in node.__dataclass_fields__:
        value = getattr(node, name)
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            yield from (item for item in value if isinstance(item, Node))


def walk(node: Node) -> Iterator[Node]:
    """Every node, parents first, in the order of the text."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(reversed(list(children(current))))


def facts_in(*nodes: Node) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.name for node in nodes for part in walk(node) if isinstance(part, Fact)))


def is_gap(node: Node, absent: Container[str]) -> bool:
    """Whether it names a parameter without value: while it is unknown, nothing may be put in its place and it is not `null`."""
    return bool(absent) and any(isinstance(part, Parameter) and part.name in absent for part in walk(node))


def parameters_in(*nodes: Node) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.name for node in nodes for part in walk(node) if isinstance(part, Parameter)))
