"""The facts that a programme may ask for: name, type, unit, grain, domain. ``programs/vocabulary/facts/*.yaml``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from niangjia.engines.policy.expressions import tree
from niangjia.engines.policy.expressions.scan import RESERVED
from niangjia.engines.policy.expressions.types import BOOLEAN, DATE, FACT_DOMAINS, TYPE_NAMES, Kind, Type
from niangjia.engines.policy.problems import PackError, Problem, nearest_word
from niangjia.engines.policy.yamltext import BadFile, Item, Reader, read_yaml

NAME = r"[a-z][a-z0-9_]{0,62}"

# Base units; `yuan/month` and `person*months` are built of them. A number whose unit begins with yuan is money to the type check.
UNITS = ("yuan", "ratio", "count", "person", "persons", "household", "households", "member", "members", "month", "months",
         "year", "years", "day", "days", "time", "date", "flag", "code", "text", "list", "grade", "m2", "kwh", "points", "hours", "places", "products")  # fmt: skip


@dataclass(frozen=True)
class Fact:
    """
    One fact. `kind`: money, integer, number, boolean, date, text. `grain`: the unit it is told of (``units.yaml``).

    A value outside `minimum` … `maximum` is not believed: it counts as unknown. `values` are the codes of a text.
    """

    name: str
    title: Mapping[str, str]
    kind: str
    unit: str
    grain: str
    values: tuple[str, ...]
    minimum: Decimal | None
    maximum: Decimal | None
    source: str
    type: Type


@dataclass(frozen=True)
class Unit:
    """What a programme decides about. `within`: the units it belongs to, directly."""

    name: str
    title: Mapping[str, str]
    within: tuple[str, ...]


_PEOPLE = {
    "person": Unit("person", {"zh": "职工", "en": "worker"}, ("household",)),
    "household": Unit("household", {"zh": "家庭", "en": "household"}, ()),
}
"""The units of a vocabulary that declares none (decisions made before units were declared are made again with it)."""


@dataclass(frozen=True)
class Vocabulary:
    facts: Mapping[str, Fact]
    units: Mapping[str, Unit] = field(default_factory=lambda: _PEOPLE)

    @property
    def names(self) -> dict[str, tree.Node]:
        """What each name stands for in an expression, `asof` included."""
        found: dict[str, tree.Node] = {name: tree.Fact(fact.type, name) for name, fact in self.facts.items()}
        found["asof"] = tree.Asof(DATE)
        return found

    def names_of(self, unit: str) -> dict[str, tree.Node]:
        """The names that a programme about `unit` may ask for: facts of the unit and of what it belongs to."""
        grains = self.reach(unit)
        return {
            name: node
            for name, node in self.names.items()
            if name not in self.facts or self.facts[name].grain in grains
        }

    def reach(self, unit: str) -> tuple[str, ...]:
        """The unit and all that it belongs to, nearest first."""
        found = [unit]
        for name in found:
            found += [wider for wider in self.units[name].within if wider not in found]
        return tuple(found)

    @property
    def titles(self) -> dict[str, str]:
        return {fact.title["zh"]: name for name, fact in self.facts.items() if "zh" in fact.title}


def load_vocabulary(programs: Path) -> Vocabulary:
    """
    The units of ``vocabulary/units.yaml`` and the facts of ``vocabulary/facts/*.yaml`` under the programs folder.

    Raises:
        PackError: with every fault found.
    """
    reader, facts = Reader(), dict[str, Fact]()
    folder = Path(programs) / "vocabulary" / "facts"
    units = _read_units(reader, folder.parent / "units.yaml")
    for path in sorted(folder.glob("*.yaml")):
        try:
            root = read_yaml(path, f"vocabulary/facts/{path.name}")
        except BadFile as bad:
            reader.refuse(bad.problem)
            continue
        for name, item in reader.table(root, optional=tuple(root.table)).items():
            if name in facts:
                reader.refuse(
                    root.keys[name].fault(
                        f"事实 {name} 在另一个文件里已有。", f"The fact {name} is declared in another file too.", name
                    )
                )
                continue
            fact = read_fact(reader, name, root.keys[name], item, units)
            if fact is not None:
                facts[name] = fact
    if not facts and not reader.problems:
        reader.refuse(Problem(str(folder), 0, 0, "词汇表里没有事实。", "The vocabulary holds no facts."))
    if reader.problems:
        raise PackError(reader.problems)
    return Vocabulary(facts, units)


def _read_units(reader: Reader, path: Path) -> Mapping[str, Unit]:
    if not path.exists():
        return _PEOPLE
    try:
        root = read_yaml(path, "vocabulary/units.yaml")
    except BadFile as bad:
        reader.refuse(bad.problem)
        return _PEOPLE
    units = {}
    for name, item in reader.table(root, optional=tuple(root.table)).items():
        reader.word(root.keys[name], pattern=NAME)
        table = reader.table(item, required=("zh", "en"), optional=("within",))
        within = tuple(reader.word(part, among=tuple(root.table)) for part in reader.list(table.get("within")))
        units[name] = Unit(name, {language: reader.word(table.get(language)) for language in ("zh", "en")}, within)
    return units


def read_fact(reader: Reader, name: str, key: Item, item: Item, units: Mapping[str, Unit] = _PEOPLE) -> Fact | None:
    before = len(reader.problems)
    check_name(reader, name, key)
    table = reader.table(
        item,
        required=("zh", "en", "type", "unit", "grain"),
        optional=("values", "minimum", "maximum", "source", "note"),
    )
    kind = reader.word(table.get("type"), among=TYPE_NAMES)
    unit = read_unit(reader, table.get("unit"))
    grain = reader.word(table.get("grain"), among=tuple(units))
    title: dict[str, str] = {language: reader.word(table[language]) for language in ("zh", "en") if language in table}
    values = tuple(reader.word(value) for value in reader.list(table.get("values")))
    minimum, maximum = read_bound(reader, table.get("minimum")), read_bound(reader, table.get("maximum"))
    if "values" in table and kind != "text":
        reader.refuse(table["values"].fault("只有 text 类型才列 values。", "Only a text has values."))
    if (minimum is not None or maximum is not None) and kind not in FACT_DOMAINS:
        reader.refuse(item.fault("只有数才有 minimum 和 maximum。", "Only a number has a minimum and a maximum."))
    if kind == "money" and unit and not unit.startswith("yuan"):
        reader.refuse(table["unit"].fault("金额的单位应为 yuan。", "The unit of money is yuan.", unit, "yuan"))
    if len(reader.problems) > before:
        return None
    return Fact(name, title, kind, unit, grain, values, minimum, maximum, table["source"].text if "source" in table else "",
                make_type(kind, unit, values, minimum, maximum, FACT_DOMAINS))  # fmt: skip


def check_name(reader: Reader, name: str, key: Item) -> None:
    reader.word(key, pattern=NAME)
    if name in RESERVED:
        reader.refuse(
            key.fault(
                f"{name} 是规则语言的词，不能用作名称。",
                f"{name} is a word of the rule language and cannot be a name.",
                name,
            )
        )


def read_unit(reader: Reader, item: Item | None) -> str:
    unit = reader.word(item)
    if item is not None:
        for part in re.split(r"[/*]", unit):
            if unit and part not in UNITS:
                reader.refuse(
                    item.fault(
                        f"没有叫 {part} 的单位。", f"There is no unit called {part}.", part, nearest_word(part, UNITS)
                    )
                )
    return unit


def read_bound(reader: Reader, item: Item | None) -> Decimal | None:
    if item is None or item.value is None:
        return None
    if isinstance(item.value, bool) or not isinstance(item.value, int | Decimal):
        reader.refuse(item.fault("这里应是数。", "A number belongs here.", item.text))
        return None
    return Decimal(item.value)


def make_type(kind: str, unit: str, values: tuple[str, ...], minimum: Decimal | None, maximum: Decimal | None,
              domains: Mapping[str, tuple[int, int]]) -> Type:  # fmt: skip
    if kind == "boolean":
        return BOOLEAN
    if kind == "date":
        return DATE
    if kind == "text":
        return Type(Kind.TEXT, values=values or None)
    scale, largest = domains[kind]
    low = -largest if minimum is None else max(-largest, int(minimum * 10**scale))
    high = largest if maximum is None else min(largest, int(maximum * 10**scale))
    return Type(Kind.NUMBER, scale, low, high, 1 if unit.startswith("yuan") else 0)
