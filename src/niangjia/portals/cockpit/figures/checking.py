"""``vocabulary/cockpit.yaml`` looked through before it is used: every word at its place, every figure counted by a source that is there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from pathlib import Path

from niangjia.engines import counting
from niangjia.engines.counting.holding import hold
from niangjia.engines.policy.files import read_file
from niangjia.engines.policy.problems import PackError, Problem, nearest_word
from niangjia.engines.policy.words import ID, Section
from niangjia.engines.policy.yamltext import Item, Reader
from niangjia.portals.cockpit.figures import words
from niangjia.portals.cockpit.figures.declared import Kind


def check_folder(programs: Path) -> list[Problem]:
    """Every fault of the file in this folder of programs; a folder without it has none."""
    path, counted = (programs / "vocabulary" / name for name in ("cockpit.yaml", "counted.yaml"))
    if not path.is_file():
        return []
    sources = counting.load_sources(programs) if counted.is_file() else {}
    try:
        read_file(path, _CockpitReader(sources), _CockpitReader.cockpit)
    except PackError as error:
        return list(error.problems)
    return []


class _CockpitReader(Reader):
    def __init__(self, sources: Mapping[str, counting.Source]) -> None:
        super().__init__()
        self.sources = sources
        self.measures: dict[str, counting.Measure] = {}

    def part(self, item: Item | None, section: Section) -> dict[str, Item]:
        return self.table(item, required=section.required, optional=section.optional)

    def cockpit(self, root: Item) -> None:
        table = self.part(root, words.ROOT)
        for share in self.part(table.get("alarm"), words.ALARM).values():
            if not isinstance(share.value, Decimal | int) or not share.value > 0:
                self.refuse(share.fault("这里应是大于零的数。", "A number above nought belongs here.", share.text))
        for figure in self.list(table.get("figures")):
            self.figure(figure)
        self.different(panels := self.list(table.get("panels")), "页", "page")
        for panel in panels:
            self.panel(panel)

    def figure(self, item: Item) -> None:
        table = self.part(item, words.FIGURE)
        name = self.word(table.get("id"), pattern=ID)
        unit = self.word(table.get("unit"), among=words.UNITS)
        for key in ("title", "noun", "note"):
            if key in table:
                self.bilingual(table[key])
        for key, among in (("span", words.SPANS), ("good", words.GOODS), ("scale", words.SCALES)):
            self.word(table.get(key), among=among)
        source, where, value, of = (self.word(table.get(key)) for key in ("source", "where", "value", "of"))
        if "of" in table:
            self.known(table["of"], of, self.measures, "上面没有这个数字", "No figure above has this id")
        if name in self.measures:
            self.refuse(table["id"].fault(f"已有 {name}。", f"There is a {name} already.", name))
        measure = counting.Measure(name, {}, source, unit, where, value, self.measures.get(of))
        if self.sources and source and unit in words.UNITS and ("of" not in table or of in self.measures):
            hold(self, item, table, measure, self.sources)
        self.measures[name] = measure

    def panel(self, item: Item) -> None:
        table = self.part(item, words.PANEL)
        self.word(table.get("id"), pattern=ID)
        self.flag(table.get("has_targets"))
        for key in ("title", "asks"):
            self.bilingual(table.get(key))
        for key in ("tiles", "map"):
            self.figures(table.get(key))
        self.different(blocks := self.list(table.get("blocks")), "表", "table")
        for block in blocks:
            self.block(block)

    def block(self, item: Item) -> None:
        table = self.part(item, words.BLOCK)
        self.word(table.get("id"), pattern=ID)
        self.bilingual(table.get("title"))
        if "note" in table:
            self.bilingual(table["note"])
        kind, tag = self.word(table.get("kind"), among=words.BLOCK_KINDS), self.word(table.get("tag"))
        chart = self.word(table.get("chart"), among=words.CHARTS)
        named = self.figures(table.get("figures"))
        for down in self.list(table.get("below")):
            self.known(
                down,
                self.word(down),
                [each.id for each in named],
                "figures 里没有这个数字",
                "`figures` has none of this id",
            )
        if "below" in table and chart != "stacked":
            self.refuse(
                table["below"].fault("below 只用在 chart: stacked。", "`below` goes with `chart: stacked`.", "below")
            )
        if (kind == Kind.BY and not tag) or (tag and kind in (Kind.MONTHS, Kind.UNIONS)):
            self.refuse(item.fault("by 要写 tag，months 和 unions 不写。", "`by` needs its tag; `months` and `unions` have none.", "tag"))  # fmt: skip
        if kind == Kind.GAPS and (len(named) != 1 or any(one.of is None for one in named)):
            self.refuse(item.fault("gaps 比较一个比率。", "`gaps` compares one rate.", "figures"))
        for one in named if tag and self.sources else ():
            tags = self.sources[one.source].tags if one.source in self.sources else {}
            self.known(table["tag"], tag, tags, f"{one.source} 没有这个标签", f"{one.source} has no such tag")

    def figures(self, item: Item | None) -> list[counting.Measure]:
        found = self.list(item)
        for one in found:
            self.known(one, self.word(one), self.measures, "没有这个数字", "There is no such figure")
        return [self.measures[one.text] for one in found if one.text in self.measures]

    def different(self, items: Collection[Item], zh: str, en: str) -> None:
        seen: set[str] = set()
        for item in items:
            if "id" in item.table and (name := item.table["id"]).text in seen:
                self.refuse(name.fault(f"已有{zh} {name.text}。", f"There is a {en} {name.text} already.", name.text))
            elif "id" in item.table:
                seen.add(item.table["id"].text)

    def known(self, item: Item, said: str, among: Collection[str], zh: str, en: str) -> None:
        if said and said not in among:
            self.refuse(item.fault(f"{zh}：{said}。", f"{en}: {said}.", said, nearest_word(said, among)))
