"""Whether contest packs say only what can be said, told with line, column and the nearest word."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from niangjia.apps.contests import packs, words
from niangjia.apps.contests.problems import PackRefused
from niangjia.engines.policy.problems import Problem
from niangjia.engines.policy.words import ID, Section
from niangjia.engines.policy.yamltext import BadFile, Item, Reader, read_yaml

FOLDER = "contests"


def check_folder(programs: Path) -> list[Problem]:
    """Every fault of every contest pack in this folder of programs."""
    problems: list[Problem] = []
    seen: dict[tuple[str, str], Path] = {}
    for path in sorted((programs / FOLDER).glob("*.yaml")):
        found, name, area = _check(path)
        if (name, area) in seen:
            other = seen[name, area].name
            zh, en = f"{area} 的 {name} 已在 {other} 中。", f"{name} of {area} is in {other} already."
            found.append(read_yaml(path).table["id"].fault(zh, en, name))
        if name:
            seen[name, area] = path
        problems += found
    return problems


def _check(path: Path) -> tuple[list[Problem], str, str]:
    """Its faults, its id and its area; empty where it has none."""
    try:
        root = read_yaml(path)
    except BadFile as bad:
        return [bad.problem], "", ""
    reader = _PackReader()
    reader.part(root, words.PACK)
    name, area = (root.table[key].text if key in root.table else "" for key in ("id", "area"))
    if not reader.problems:
        try:
            packs.read(path.read_text(encoding="utf-8"))
        except PackRefused as refused:
            return [_place(root, refused.where).fault(refused.zh, refused.en)], name, area
    return reader.problems, name, area


def _place(root: Item, where: str) -> Item:
    """As near as what was refused says: ``entry.by``, ``rounds, awards``."""
    at = root
    for part in where.partition(",")[0].split("."):
        if part not in at.table:
            break
        at = at.table[part]
    return at


class _PackReader(Reader):
    def part(self, item: Item, section: Section) -> None:
        table = self.table(item, required=section.required, optional=section.optional)
        for key, one in table.items():
            if key in section.keys:
                self.value(one, section.keys[key])

    def value(self, item: Item, kind: str) -> None:
        if kind in words.TABLES:
            self.part(item, words.TABLES[kind])
        elif kind in words.LISTS:
            for one in self.list(item):
                self.part(one, words.LISTS[kind])
        elif kind in words.MANY:
            for one in self.list(item):
                self.word(one, among=words.ENUMS[kind])
        elif kind in words.ENUMS:
            self.word(item, among=words.ENUMS[kind])
        elif kind == "bilingual":
            self.bilingual(item)
        elif kind == "flag":
            self.flag(item)
        elif kind == "number":
            self.number(item)
        else:
            self.word(
                item, pattern={"id": ID, "name": "[a-z][a-z0-9_]*", "area": "[0-9]{2}|[0-9]{4}|[0-9]{6}"}.get(kind, "")
            )

    def number(self, item: Item) -> None:
        is_number = isinstance(item.value, int | Decimal) and not isinstance(item.value, bool) and item.value >= 0
        if not is_number and item.text != packs.ASK:
            self.refuse(item.fault("这里应是数，或 ask（设立时再填）。", "A number belongs here, or ask.", item.text))
