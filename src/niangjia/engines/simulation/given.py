"""Which facts of the vocabulary the lake can give: read from ``programs/vocabulary/lake.yaml``, each a formula over the lake's columns.

`tells`: what the month's feeds say. `supposes`: what may be taken for a fact that only a visit establishes; it is used only when a
simulation asks for it, only where the lake tells nothing, and the result names it. Formulas are the rule language's: parsed, typed
and whitelisted like a rule; no author's text becomes SQL. The file stands beside the facts, not in them: what the lake can tell is no
part of a decision, and changing it makes no new version of any pack.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from niangjia.engines.policy import PackError, Problem
from niangjia.engines.policy.expressions import build, tree
from niangjia.engines.policy.expressions.build import WrongType
from niangjia.engines.policy.expressions.parse import parse
from niangjia.engines.policy.expressions.scan import Unreadable
from niangjia.engines.policy.expressions.to_sql import SqlWriter, literal
from niangjia.engines.policy.expressions.tree import Node
from niangjia.engines.policy.expressions.types import Kind
from niangjia.engines.policy.problems import nearest_word
from niangjia.engines.policy.vocabulary import Fact, Vocabulary
from niangjia.engines.policy.yamltext import BadFile, Item, Reader, read_yaml
from niangjia.engines.simulation.columns import Catalogue

FILE = "vocabulary/lake.yaml"
_SQL_TYPES = {
    "money": "DECIMAL(16,2)",
    "integer": "INTEGER",
    "number": "DECIMAL(22,10)",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "text": "VARCHAR",
}
_KINDS = {"boolean": Kind.BOOLEAN, "date": Kind.DATE, "text": Kind.TEXT}


@dataclass(frozen=True)
class Formula:
    """One fact as the lake's columns give it."""

    fact: Fact
    text: str
    node: Node

    @property
    def columns(self) -> tuple[str, ...]:
        return tree.facts_in(self.node)

    def sql(self, catalogue: Catalogue, asof: date, column: Callable[[str], str]) -> str:
        """SQL of the fact's own type; NULL where the value is outside the fact's domain."""
        writer = SqlWriter(column=column, kinds=catalogue.kinds, asof=asof, parameter=_no_parameter)
        t = self.fact.type
        if t.kind is not Kind.NUMBER:
            return writer.write(self.node)
        node = build.rounded(self.node, t.scale) if self.node.type.scale > t.scale else self.node
        whole = writer.number(node, t.scale)
        if node.type.at_scale(t.scale).low < t.low or node.type.at_scale(t.scale).high > t.high:
            whole = f"(CASE WHEN {whole} BETWEEN {literal(t.low)} AND {literal(t.high)} THEN {whole} END)"
        return {
            "money": f"CAST(CAST({whole} AS DECIMAL(18,0)) * 0.01 AS DECIMAL(16,2))",
            "integer": f"CAST({whole} AS INTEGER)",
            "number": f"CAST(CAST({whole} AS DECIMAL(22,0)) * 0.0000000001 AS DECIMAL(22,10))",
        }[self.fact.kind]


def _no_parameter(node: tree.Parameter) -> str:
    raise KeyError(node.name)


@dataclass(frozen=True)
class LakeFacts:
    catalogue: Catalogue
    told: Mapping[str, Formula]
    supposed: Mapping[str, Formula]

    def supposing(self, texts: Mapping[str, str]) -> LakeFacts:
        """
        With these suppositions (fact → formula) besides.

        Raises:
            PackError: an unknown fact, or a formula that does not hold.
        """
        found, problems = dict(self.supposed), list[Problem]()
        for name, text in texts.items():
            item = Item("--suppose", 0, 0, text, text)
            formula = _formula(self.catalogue, name, Item("--suppose", 0, 0, name, name), item, problems)
            if formula:
                found[name] = formula
        if problems:
            raise PackError(problems)
        return LakeFacts(self.catalogue, self.told, found)

    def without_suppositions(self) -> LakeFacts:
        return LakeFacts(self.catalogue, self.told, {})

    def columns_for(self, facts: Iterable[str]) -> set[str]:
        formulas = [one[name] for name in facts for one in (self.told, self.supposed) if name in one]
        return {column for formula in formulas for column in formula.columns}

    def fact_sql(self, fact: Fact, asof: date, column: Callable[[str], str]) -> str:
        """The fact's value, what is supposed for it, or NULL of its type."""
        parts = [
            one[fact.name].sql(self.catalogue, asof, column)
            for one in (self.told, self.supposed)
            if fact.name in one and one[fact.name].fact.kind == fact.kind
        ]
        if not parts:
            return f"CAST(NULL AS {_SQL_TYPES[fact.kind]})"
        return parts[0] if len(parts) == 1 else f"COALESCE({', '.join(parts)})"


def load_lake_facts(programs: Path, vocabulary: Vocabulary) -> LakeFacts:
    """
    What ``vocabulary/lake.yaml`` says, and every fact that is named, counted and typed as a column of the lake is: it is that column.

    Raises:
        PackError: with every fault found, each with file, line, word and the nearest right word.
    """
    catalogue = Catalogue(vocabulary)
    told = {
        name: Formula(fact, name, tree.Fact(column.type, name))
        for name, fact in vocabulary.facts.items()
        if (column := catalogue.columns.get(name)) is not None
        and (column.kind, column.grain, column.unit) == (fact.kind, fact.grain, fact.unit)
    }
    path = Path(programs) / FILE
    if not path.exists():
        return LakeFacts(catalogue, told, {})
    reader = Reader()
    try:
        root = read_yaml(path, FILE)
    except BadFile as bad:
        raise PackError([bad.problem]) from None
    table = reader.table(root, optional=("tells", "supposes"))
    supposed: dict[str, Formula] = {}
    for section, into in (("tells", told), ("supposes", supposed)):
        if section not in table:
            continue
        part = table[section]
        for name, item in reader.table(part, optional=tuple(part.table)).items():
            if item.value is None and section == "tells":
                into.pop(name, None)  # the column of that name means something else
                continue
            formula = _formula(catalogue, name, part.keys[name], item, reader.problems)
            if formula is not None:
                into[name] = formula
    if reader.problems:
        raise PackError(reader.problems)
    return LakeFacts(catalogue, told, supposed)


def _formula(catalogue: Catalogue, name: str, key: Item, item: Item, problems: list[Problem]) -> Formula | None:
    facts = catalogue.vocabulary.facts
    fact = facts.get(name)
    if fact is None:
        near = nearest_word(name, facts)
        problems.append(key.fault(f"词汇表里没有事实 {name}。", f"The vocabulary has no fact {name}.", name, near))
        return None
    try:
        node = parse(item.text, catalogue.names_of(fact.grain), _KINDS.get(fact.kind, Kind.NUMBER))
        _check_value(fact, node)
    except Unreadable as fault:
        problems.append(item.fault_inside(fault.offset, fault.zh, fault.en, fault.word, fault.nearest))
        return None
    except WrongType as fault:
        problems.append(item.fault(fault.zh, fault.en, item.text))
        return None
    return Formula(fact, item.text, node)


def _check_value(fact: Fact, node: Node) -> None:
    """Money stays money, a whole number whole, a code one of its codes."""
    if fact.type.kind is Kind.NUMBER and node.type.yuan not in (None, fact.type.yuan):
        raise WrongType(
            f"{fact.name} 的单位是 {fact.unit}，公式的结果不是。",
            f"{fact.name} is told in {fact.unit}; the formula's result is not.",
        )
    if fact.kind == "integer" and node.type.scale:
        raise WrongType(
            f"{fact.name} 是整数，公式的结果可能有小数。请用 floor 或 round。",
            f"{fact.name} is a whole number; the formula's result may have places. Use floor or round.",
        )
    if fact.values:
        for part in tree.walk(node):
            if isinstance(part, tree.Text) and part.value not in fact.values and part.value not in _compared(node):
                raise WrongType(
                    f"{part.value} 不是 {fact.name} 的取值，可用：{'、'.join(fact.values)}。",
                    f"{part.value} is not a value of {fact.name}; there are: {', '.join(fact.values)}.",
                )


def _compared(node: Node) -> set[str]:
    """Texts that the formula only compares with: they are codes of a column, not the fact's own."""
    return {
        part.value
        for one in tree.walk(node)
        if isinstance(one, tree.Compare | tree.Among)
        for part in tree.walk(one)
        if isinstance(part, tree.Text)
    }
