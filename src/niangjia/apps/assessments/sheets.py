"""``programs/assessments/*.yaml``: read with every word's place, and refused where a word, a number or a source is missing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from niangjia.apps.assessments import words
from niangjia.apps.assessments.problems import NoSuchSheet
from niangjia.apps.assessments.score import Kind, Rule
from niangjia.apps.assessments.types import Item, Sheet
from niangjia.apps.organizations.types import Level
from niangjia.apps.targets import packs as targets
from niangjia.apps.targets.counts import CountsReader, sources_of
from niangjia.apps.targets.counts import measure_of as measure_of_counts
from niangjia.apps.targets.types import Unit
from niangjia.apps.targets.words import UNITS
from niangjia.engines import counting
from niangjia.engines.policy.files import check_files, read_file
from niangjia.engines.policy.problems import PackError, Problem, nearest_word
from niangjia.engines.policy.words import ID, Section
from niangjia.engines.policy.yamltext import Item as Node
from niangjia.kernel.deployment import programs_folder

FOLDER = "assessments"
REACHED = Rule(Kind.RATIO, goal=Decimal(1))
"""Of an indicator: reached ÷ asked, at most all."""


def list_sheets() -> Sequence[Sheet]:
    """By id. Raises PackError."""
    return tuple(_all(programs_folder()).values())


def get_sheet(sheet_id: str) -> Sheet:
    """Raises NoSuchSheet."""
    found = _all(programs_folder()).get(sheet_id)
    if found is None:
        raise NoSuchSheet(sheet_id)
    return found


@lru_cache(maxsize=4)
def _all(programs: Path) -> dict[str, Sheet]:
    found = [read(path) for path in sorted((programs / FOLDER).glob("*.yaml"))]
    return {one.id: one for one in sorted(found, key=lambda one: one.id)}


def find_item(sheet: Sheet, item_id: str) -> Item:
    """Raises NoSuchSheet."""
    for item in sheet.items:
        if item.id == item_id:
            return item
    raise NoSuchSheet(f"{sheet.id}/{item_id}")


def measure_of(sheet: Sheet, item: Item) -> counting.Measure:
    """How a roll-up counts it. Raises KeyError: it is an indicator of a programme."""
    if item.counts is None:
        raise KeyError(item.id)
    return measure_of_counts(f"{sheet.id}.{item.id}", item.counts, item.unit)


def check_folder(programs: Path) -> list[Problem]:
    """Every fault of every sheet in this folder of programs, also sources that are not declared and indicators that are not there."""
    sources, indicators = sources_of(programs), _indicators(programs)
    return check_files(sorted((programs / FOLDER).glob("*.yaml")), lambda path: read(path, sources, indicators))


def _indicators(programs: Path) -> set[str] | None:
    """``programme.indicator`` of every file of targets that can be read; null: there is no such folder, and nothing is held against it."""
    if not (programs / targets.FOLDER).is_dir():
        return None
    found = set()
    for path in sorted((programs / targets.FOLDER).glob("*.yaml")):
        try:
            one = targets.read(path)
        except PackError:
            continue
        found |= {f"{one.id}.{indicator.id}" for indicator in one.indicators}
    return found


def read(
    path: Path, sources: Mapping[str, counting.Source] | None = None, indicators: Collection[str] | None = None
) -> Sheet:
    """Held against `sources` and `indicators`, where they are given. Raises PackError with every fault found."""
    return read_file(path, _SheetReader(sources, indicators), _SheetReader.sheet)


class _SheetReader(CountsReader):
    def __init__(
        self, sources: Mapping[str, counting.Source] | None = None, indicators: Collection[str] | None = None
    ) -> None:
        super().__init__(sources)
        self.indicators = indicators

    def part(self, node: Node | None, section: Section) -> dict[str, Node]:
        return self.table(node, required=section.required, optional=section.optional)

    def text(self, table: Mapping[str, Node], key: str, *, among: tuple[str, ...] = (), pattern: str = "") -> str:
        return self.word(table[key], among=among, pattern=pattern) if key in table else ""

    def number(self, table: Mapping[str, Node], key: str, *, is_positive: bool = False) -> Decimal:
        node = table.get(key)
        if node is None:
            return Decimal(0)
        if (
            isinstance(node.value, bool)
            or not isinstance(node.value, int | Decimal)
            or (is_positive and node.value <= 0)
        ):
            self.refuse(
                node.fault("这里应是数，分值大于零。", "A number belongs here; points are above zero.", node.text)
            )
            return Decimal(0)
        return Decimal(node.value)

    def sheet(self, root: Node) -> Sheet:
        table = self.part(root, words.SHEET)
        level = self.text(table, "level", among=words.LEVELS)
        most = self.part(table.get("adjust"), words.ADJUST)
        self.seen: set[str] = set()
        return Sheet(
            id=self.text(table, "id", pattern=ID),
            title=self.bilingual(table.get("title")),
            about=self.bilingual(table["about"]) if "about" in table else {},
            issuer=self.text(table, "issuer"),
            year=self.whole(table.get("year"), 2000, 2100) or 2000,
            area=self.text(table, "area", pattern="[0-9]{2}|[0-9]{4}|[0-9]{6}"),
            level=Level(level) if level in words.LEVELS else Level.COUNTY,
            items=tuple(self.item(one) for one in self.list(table.get("items"))),
            extra=self.number(most, "extra"),
            off=self.number(most, "off"),
        )

    def item(self, node: Node) -> Item:
        table = self.part(node, words.ITEM)
        said = self.text(table, "id", pattern=ID)
        if said in self.seen:
            self.refuse(table["id"].fault(f"{said} 写了两次。", f"{said} is written twice.", said))
        self.seen.add(said)
        own = {"counts", "score", "unit"} & set(table)
        if own != (set() if "indicator" in table else {"counts", "score", "unit"}):
            self.refuse(
                node.fault(
                    "写 counts、unit 和 score，或只写 indicator。", "Write counts, unit and score, or an indicator and none of these."
                )
            )  # fmt: skip
        named = self.text(table, "indicator", pattern=rf"{ID}\.{ID}")
        if named and self.indicators is not None and named not in self.indicators:
            zh, en = f"没有指标 {named}。", f"There is no indicator {named}."
            self.refuse(table["indicator"].fault(zh, en, named, nearest_word(named, self.indicators)))
        programme, _dot, indicator = named.partition(".")
        unit = self.text(table, "unit", among=UNITS)
        counts = self.counts(table["counts"], unit) if "counts" in table else None
        return Item(
            id=said, title=self.bilingual(table.get("title")), clause=self.text(table, "clause"), weight=self.number(table, "weight", is_positive=True),
            rule=self.rule(table["score"]) if "score" in table else REACHED, unit=Unit(unit) if unit in UNITS else Unit.PERCENT, counts=counts,
            programme=programme, indicator=indicator,
        )  # fmt: skip

    def rule(self, node: Node) -> Rule:
        table = self.part(node, words.SCORE)
        kind = self.text(table, "kind", among=words.KINDS)
        numbers = {key: self.number(table, key) for key in ("goal", "least", "most")}
        try:
            return Rule(Kind(kind) if kind in words.KINDS else Kind.RANK, **numbers)
        except ValueError:
            self.refuse(
                node.fault(
                    "ratio 的 goal 大于零；rate、penalty 的 least 小于 most。", "The goal of a ratio is above zero; least is below most."
                )
            )  # fmt: skip
            return REACHED
