"""What must hold besides for one fact to count: beside `or` the rest must be false, beside `and` true, before a branch the others not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from niangjia.engines.policy.expressions import tree
from niangjia.engines.policy.expressions.tree import Node
from niangjia.engines.policy.pack import Pack
from niangjia.engines.policy.program import Program
from niangjia.engines.policy.published.constants import VARIES, constant

Wish = tuple[Node, bool]


def wishes(pack: Pack, fact: str) -> Iterator[tuple[Wish, ...]]:
    """One list a place where the fact stands: in a rule, in a tier's test, in the amount."""
    rules = [rule.when.node for rule in pack.rules]
    tiers = [tier.when.node for tier in pack.tiers]
    for place, rule in enumerate(rules):
        others = tuple((other, True) for number, other in enumerate(rules) if number != place)
        yield from ((*others, *path) for path in _paths(rule, fact))
    granted = tuple((rule, True) for rule in rules)
    for place, tier in enumerate(tiers):
        before = tuple((other, False) for other in tiers[:place])
        yield from ((*granted, *before, *path) for path in _paths(tier, fact))
    for value in pack.line_values.values():
        for path in _paths(value, fact):
            yield (*granted, *(one for wish in path for one in _tier_wishes(pack, wish)))


def beside(pack: Pack, fact: str) -> tuple[str, ...]:
    """Facts that are weighed against this one in a comparison: only together do they tip it."""
    found: dict[str, None] = {}
    for node in pack.nodes:
        for part in tree.walk(node):
            if isinstance(part, tree.Compare) and fact in (names := tree.facts_in(part)):
                found |= dict.fromkeys(names)
    found.pop(fact, None)
    return tuple(found)


def _tier_wishes(pack: Pack, wish: Wish) -> tuple[Wish, ...]:
    """``tier = 'G2'`` as the tests that lead to it, so that a climb sees each step."""
    node, truth = wish
    wanted = [part.value for part in tree.walk(node) if isinstance(part, tree.Text)] if _asks_tier(node) else []
    ids = [tier.id for tier in pack.tiers]
    if not truth or not wanted or wanted[0] not in ids:
        return (wish,)
    place = ids.index(wanted[0])
    before = tuple((tier.when.node, False) for tier in pack.tiers[:place])
    return (*before, (pack.tiers[place].when.node, True), wish)


def _asks_tier(node: Node) -> bool:
    return any(isinstance(part, tree.Tier) for part in tree.walk(node))


def _paths(node: Node, fact: str) -> Iterator[tuple[Wish, ...]]:
    if isinstance(node, tree.Fact):
        if node.name == fact:
            yield ()
        return
    if fact not in tree.facts_in(node):
        return
    if isinstance(node, tree.And | tree.Or):
        for place, term in enumerate(node.terms):
            others = (other for number, other in enumerate(node.terms) if number != place)
            beside = tuple((other, isinstance(node, tree.And)) for other in others)
            yield from ((*beside, *path) for path in _paths(term, fact))
        return
    if isinstance(node, tree.Case):
        before: tuple[Wish, ...] = ()
        for condition, value in zip(node.conditions, node.values, strict=True):
            yield from ((*before, *path) for path in _paths(condition, fact))
            yield from ((*before, (condition, True), *path) for path in _paths(value, fact))
            before = (*before, (condition, False))
        if node.default is not None:
            yield from ((*before, *path) for path in _paths(node.default, fact))
        return
    for part in tree.children(node):
        yield from _paths(part, fact)


def open_facts(program: Program, known: Mapping[str, object]) -> frozenset[str]:
    """The facts that are not known and stand where what is known leaves something open. Whatever is outside cannot matter any more."""
    told = {name: value for name, value in known.items() if value is not None}
    pack, found = program.pack, set[str]()

    def look(node: Node) -> None:
        if constant(node, program.parameters, program.asof, known=told) is not VARIES:
            return
        if isinstance(node, tree.Fact):
            found.add(node.name)
        elif isinstance(node, tree.Case):
            for condition, value in zip(node.conditions, node.values, strict=True):
                truth = constant(condition, program.parameters, program.asof, known=told)
                if truth is False:
                    continue
                look(condition)
                look(value)
                if truth is True:
                    return
            if node.default is not None:
                look(node.default)
        else:
            for part in tree.children(node):
                look(part)

    for node in (*(rule.when.node for rule in pack.rules), *pack.line_values.values()):
        look(node)
    for tier in pack.tiers:
        look(tier.when.node)
        if constant(tier.when.node, program.parameters, program.asof, known=told) is True:
            break
    return frozenset(found)
