"""The same tree with its parameters' values in place, and so with tighter bounds: cheaper SQL, the same answers."""

from __future__ import annotations

from collections.abc import Callable

from niangjia.engines.policy.expressions import build, tree
from niangjia.engines.policy.expressions.tree import Node

Replace = Callable[[tree.Parameter], Node]


def fold(node: Node, replace: Replace) -> Node:
    """Every parameter replaced, and every type worked out anew by `build`: nothing here decides what goes together."""
    if isinstance(node, tree.Parameter):
        return replace(node)

    def again(part: Node) -> Node:
        return fold(part, replace)

    def all_again(parts: tuple[Node, ...]) -> list[Node]:
        return [again(part) for part in parts]

    match node:
        case tree.Arithmetic():
            return build.arithmetic(node.operator, again(node.left), again(node.right))
        case tree.Divide():
            return build.divide(again(node.left), again(node.right))
        case tree.Negate():
            return build.negate(again(node.term))
        case tree.Compare():
            return tree.Compare(node.type, node.operator, again(node.left), again(node.right))
        case tree.And():
            return tree.And(node.type, tuple(all_again(node.terms)))
        case tree.Or():
            return tree.Or(node.type, tuple(all_again(node.terms)))
        case tree.Not():
            return tree.Not(node.type, again(node.term))
        case tree.IsUnknown():
            return tree.IsUnknown(node.type, again(node.term))
        case tree.Among():
            return tree.Among(node.type, again(node.term), node.options)
        case tree.Case():
            default = again(node.default) if node.default is not None else None
            return build.case(all_again(node.conditions), all_again(node.values), default)
        case tree.Coalesce():
            return build.coalesce(all_again(node.terms))
        case tree.Extreme():
            return build.extreme(node.operator, all_again(node.terms))
        case tree.Absolute():
            return build.absolute(again(node.term))
        case tree.Round():
            return build.rounded(again(node.term), node.type.scale)
        case tree.Floor():
            return build.floor(again(node.term))
        case tree.AgeInYears():
            return build.age_in_years(again(node.birth), again(node.day))
        case tree.AddMonths():
            return tree.AddMonths(node.type, again(node.day), again(node.months))
        case tree.DaysBetween():
            return build.days_between(again(node.start), again(node.end))
        case tree.AddDays():
            return tree.AddDays(node.type, again(node.day), again(node.days))
    return node
