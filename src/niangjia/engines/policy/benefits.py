"""How a benefit's amount is put together from its parts, as typed nodes: so both back ends calculate the same.

Order (the union's own): the line's amount → not above its ceiling → not above the worker's own cost → minus earlier aid for the
same cost → not below zero → half up to the cent; then all lines together → not above what the household's or person's caps leave.
Where the caps leave less than the lines, what is not money is filled first (half a quilt is not handed over), then money, each in the
pack's order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from niangjia.engines.policy.expressions import build, tree
from niangjia.engines.policy.expressions.build import WrongType
from niangjia.engines.policy.expressions.tree import Node
from niangjia.engines.policy.expressions.types import Kind, Type
from niangjia.engines.policy.pack import Cap, Line

_MONEY_USED = Type(Kind.NUMBER, 2, 0, 10**16 - 1, 1)
_COUNT_USED = Type(Kind.NUMBER, 0, 0, 10**9, 0)


def line_value(
    amount: Node, ceiling: Node | None, cost: Node | None, less: Node | None, due_on: Node | None = None
) -> Node:
    """One line's cents; of one with `due_on` unknown as long as that day is, unless it comes to nothing. Raises WrongType: a part is not money."""
    for part in (amount, ceiling, cost, less):
        if part is not None:
            build.need(part, Kind.NUMBER, "amount")
            if part.type.yuan not in (1, None):
                raise WrongType(
                    "金额的结果不是钱，请检查单位。", "The result of the amount is not money; check its units."
                )
    limits = [part for part in (amount, ceiling, cost) if part is not None]
    value = build.extreme("least", limits) if len(limits) > 1 else amount
    if less is not None:
        # Earlier aid that is negative by mistake must not raise the payment.
        value = build.arithmetic("-", value, build.extreme("greatest", [less, build.zero()]))
    value = _cents(value)
    if due_on is None:
        return value
    is_told = build.either([build.compare("=", value, build.zero()), build.compare("=", due_on, due_on)])
    return build.case([is_told], [value], None)


def cap_test(cap: str, count: Node | None, amount: Node | None, lines: Sequence[str] = ()) -> Node:
    """True while something is left under the cap; a cap over some lines alone refuses nothing, but must be known."""
    if count is not None:
        used = build.arithmetic("+", tree.Used(_COUNT_USED, cap), build.number("1"))
        return build.compare("<=", used, build.need(count, Kind.NUMBER, "count"))
    if amount is not None:
        used, limit = tree.Used(_MONEY_USED, cap), whole_cents(amount)
        if not lines:
            return build.compare("<", used, limit)
        known = [build.compare(">=", used, build.zero())]
        if not isinstance(amount, tree.Number | tree.Parameter):
            known.append(build.compare("=", limit, limit))  # unknown while the limit is
        return build.both(known)
    return build.truth(True)


def whole_cents(limit: Node) -> Node:
    """A cap's limit as it binds: a part of a cent is not there to be given."""
    build.need(limit, Kind.NUMBER, "amount")
    if limit.type.scale <= 2:
        return limit
    return build.arithmetic("*", build.floor(build.arithmetic("*", limit, build.number("100"))), build.number("0.01"))


def limit(cap: Cap) -> Node:
    """What a cap allows: times, or yuan in whole cents."""
    if cap.count is not None:
        return build.floor(cap.count.node)
    assert cap.amount is not None, "a cap has a count or an amount"
    return whole_cents(cap.amount.node)


def join(lines: Sequence[Line], caps: Sequence[Cap]) -> tuple[dict[str, Node], Node | None, Node | None]:
    """(one value a line id, their sum, the sum under the amount caps); (…, None, None) for a pack without benefit."""
    values: dict[str, Node] = {}
    for line_id, group in groupby(lines, key=lambda line: line.id):
        if line_id in values:
            raise WrongType(
                f"编号为 {line_id} 的几行应写在一起。", f"The lines with the id {line_id} must stand together."
            )
        values[line_id] = _alternatives(list(group))
    if not values:
        return values, None, None
    amounts: dict[str, Node] = {line: tree.LineAmount(value.type, line) for line, value in values.items()}
    total = _sum(amounts.values())
    return values, _cents(total), _cents(_under([_limited(amounts, caps)], [cap for cap in caps if not cap.lines]))


def _limited(amounts: dict[str, Node], caps: Sequence[Cap]) -> Node:
    """The lines' sum, those of each sub-budget not above what its caps leave."""
    parts = sub_budgets(amounts, caps)
    placed = {line for lines, _ in parts for line in lines}
    return _sum([*(part for _, part in parts), *(amount for line, amount in amounts.items() if line not in placed)])


def sub_budgets(amounts: Mapping[str, Node], caps: Sequence[Cap]) -> list[tuple[tuple[str, ...], Node]]:
    """(lines, what they come to together under the sub-budget's caps), whole cents. Raises WrongType: a line stands in two."""
    budgets: dict[tuple[str, ...], list[Cap]] = {}
    for cap in caps:
        if cap.lines and cap.amount is not None:
            budgets.setdefault(tuple(sorted(cap.lines)), []).append(cap)
    parts, placed = [], set[str]()
    for lines, over in budgets.items():
        if twice := placed & set(lines):
            raise WrongType(
                f"待遇 {min(twice)} 属于两个不同的分项上限；同一项只能属于一个分项。",
                f"The line {min(twice)} stands in two different sub-budgets; it may stand in one.",
            )
        placed |= set(lines)
        together = _under([_sum([amounts[line] for line in lines])], over)
        parts.append((lines, build.extreme("greatest", [together, build.zero()])))
    return parts


def _under(values: list[Node], caps: Sequence[Cap]) -> Node:
    left = [
        build.arithmetic("-", whole_cents(cap.amount.node), tree.Used(_MONEY_USED, cap.id))
        for cap in caps
        if cap.amount is not None
    ]
    return build.extreme("least", [*values, *left]) if left else values[0]


def _sum(values: Iterable[Node]) -> Node:
    total, *rest = values
    for value in rest:
        total = build.arithmetic("+", total, value)
    return total


def dues(lines: Sequence[Line]) -> dict[str, Node]:
    """Line id → the day by which its amount is to be paid, of the alternative that counts; unknown where none does."""
    found = {}
    for line_id, group in groupby((line for line in lines if line.due_on is not None), key=lambda line: line.id):
        days = [(line.when.node if line.when else None, line.due_on.node) for line in group if line.due_on is not None]
        tests = [test for test, _ in days if test is not None]
        default = days[-1][1] if len(tests) < len(days) else None
        if tests:
            found[line_id] = build.case(tests, [day for test, day in days if test is not None], default)
        elif default is not None:
            found[line_id] = default
    return found


def choices(lines: Sequence[Line]) -> dict[str, Node]:
    """Line id → which of its alternatives counts, from 0; -1 = none."""
    found = {}
    for line_id, group in groupby(lines, key=lambda line: line.id):
        alternatives = list(group)
        tests = [line.when.node for line in alternatives if line.when is not None]
        numbers: list[Node] = [build.number(str(position)) for position in range(len(tests))]
        default = build.number(str(len(tests))) if len(tests) < len(alternatives) else build.negate(build.number("1"))
        found[line_id] = build.case(tests, numbers, default) if tests else default
    return found


def _cents(value: Node) -> Node:
    """Not below zero, half up to the cent, and never more than a money column holds."""
    found = build.rounded(build.extreme("greatest", [value, build.zero()]), 2)
    if found.type.at_scale(max(2, found.type.scale)).high >= 10 ** (14 + max(2, found.type.scale)):
        raise WrongType(
            "金额可能超过 DECIMAL(16,2)，请写 ceiling。", "The amount could exceed DECIMAL(16,2); state a ceiling."
        )
    return _at_cents(found)


def _at_cents(value: Node) -> Node:
    """Whole yuan (a ceiling like 500) as cents too: adding 0.00 brings the scale."""
    return value if value.type.scale == 2 else build.arithmetic("+", value, build.number("0.00"))


def _alternatives(lines: list[Line]) -> Node:
    conditions, values, default = [], [], build.zero()
    for position, line in enumerate(lines):
        if line.when is not None:
            conditions.append(line.when.node)
            values.append(line.value)
        elif position < len(lines) - 1:
            raise WrongType(f"{line.id}：没有 when 的一行应在最后。", f"{line.id}: the line without `when` comes last.")
        else:
            default = line.value
    return build.case(conditions, values, default) if conditions else default
