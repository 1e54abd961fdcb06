"""``places.yaml`` and ``place_steps.yaml`` looked through with every word's place, so that whoever changes them sees all that is wrong at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from niangjia.apps.places import kinds, words
from niangjia.engines.policy.problems import Problem
from niangjia.engines.policy.words import ID, Section
from niangjia.engines.policy.yamltext import BadFile, Item, Reader, read_yaml


def check_folder(programs: Path) -> list[Problem]:
    """Every fault of both files in this folder of programs; a folder without them has none."""
    folder = programs / "vocabulary"
    places, steps = folder / "places.yaml", folder / "place_steps.yaml"
    if not places.is_file() or not steps.is_file():
        return []
    problems = [*_check(steps, _Words.steps), *_check(places, _Words.kinds)]
    if problems:
        return problems
    try:
        kinds.read(folder)
    except ValueError as wrong:
        return [Problem(str(places), 0, 0, f"对不上：{wrong}。", f"It does not fit together: {wrong}.")]
    return []


def _check(path: Path, read: Callable[[_Words, Item], None]) -> list[Problem]:
    try:
        root = read_yaml(path)
    except BadFile as bad:
        return [bad.problem]
    reader = _Words()
    read(reader, root)
    return reader.problems


class _Words(Reader):
    def steps(self, root: Item) -> None:
        for one in self.table(root, required=words.STEPS).values():
            self.section(one, words.STEP)

    def kinds(self, root: Item) -> None:
        for one in self.named(root):
            self.section(one, words.KIND)

    def section(self, item: Item, section: Section) -> None:
        table = self.table(item, required=section.required, optional=section.optional)
        for key, kind in section.keys.items():
            if key in table:
                self.value(table[key], kind)

    def value(self, item: Item, kind: str) -> None:
        if kind in words.LISTS:
            for one in self.list(item):
                self.section(one, words.LISTS[kind])
        elif kind == "own_steps":
            self._own_steps(item)
        elif kind in words.TABLES:
            for one in self.named(item):
                self.section(one, words.TABLES[kind])
        elif kind == "projects":
            self.section(item, words.PROJECTS)
        elif kind in words.RANGES:
            self.whole(item, *words.RANGES[kind])
        elif kind in ("states", "levels"):
            for one in self.list(item):
                self.word(one, among=words.WORDS[kind[:-1]])
        elif kind == "flag":
            self.flag(item)
        elif kind == "bilingual":
            self.bilingual(item)
        elif kind == "number":
            self._number(item)
        else:
            self.word(item, among=words.WORDS.get(kind, ()), pattern=ID if kind == "id" else "")

    def named(self, item: Item) -> list[Item]:
        """The entries of a table whose keys are its author's own."""
        table = self.table(item, optional=tuple(item.table))
        for key in table:
            if not re.fullmatch(ID, key):
                self.refuse(
                    item.keys[key].fault(f"{key} 的写法不对。", f"{key} is not written as it should be ({ID}).", key)
                )
        return list(table.values())

    def _own_steps(self, item: Item) -> None:
        for key, one in self.table(item, optional=words.STEPS).items():
            if key in words.STEPS and one.value is not None:
                self.section(one, words.OWN_STEP)

    def _number(self, item: Item) -> None:
        is_number = isinstance(item.value, int | Decimal) and not isinstance(item.value, bool)
        if not is_number or Decimal(str(item.value)) < 0:
            self.refuse(item.fault("这里应是不小于 0 的数。", "A number of 0 or more belongs here.", item.text))
