"""YAML with every word's place, and nothing that YAML can do besides holding words, numbers, days, lists and tables.

No anchors, aliases or tags (they can build bombs and objects), no key twice, no float: a number is a Decimal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import yaml

from niangjia.engines.policy.problems import Problem, nearest_word

# libyaml's parser is ten times faster; it gives the same nodes and places.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
LARGEST_FILE = 1_000_000
DEEPEST = 12


class BadFile(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.en)
        self.problem = problem


@dataclass(frozen=True)
class Item:
    """
    One value of the file. `value`: str, bool, int, Decimal, date, None, a tuple of Items, or a dict of key → Item.

    `text` is a scalar as written (expressions need it: ``when: true``). `is_quoted`: the text begins one column later.
    """

    file: str
    line: int
    column: int
    value: object
    text: str = ""
    style: str = ""
    keys: dict[str, Item] = field(default_factory=dict, compare=False, repr=False)

    def fault(self, zh: str, en: str, word: str = "", nearest: str = "") -> Problem:
        if nearest:
            zh, en = f"{zh}是不是 {nearest}？", f"{en} Did you mean {nearest}?"
        return Problem(self.file, self.line, self.column, zh, en, word, nearest)

    def at(self, offset: int) -> Item:
        """This scalar from `offset` characters into it: exact for one-line scalars, else the scalar's first line."""
        is_exact = self.style in ("", "'", '"') and "\n" not in self.text
        return replace(self, column=self.column + offset + (1 if self.style else 0)) if is_exact else self

    def fault_inside(self, offset: int, zh: str, en: str, word: str = "", nearest: str = "") -> Problem:
        """A fault `offset` characters into this scalar, whose words name the nearest one already."""
        place = self.at(offset)
        return Problem(self.file, place.line, place.column, zh, en, word, nearest)

    @property
    def table(self) -> dict[str, Item]:
        return self.value if isinstance(self.value, dict) else {}

    @property
    def items(self) -> tuple[Item, ...]:
        return self.value if isinstance(self.value, tuple) else ()

    def plain(self) -> object:
        """The bare value, for canonical forms: decimals and days as text with their kind."""
        if isinstance(self.value, dict):
            return {key: item.plain() for key, item in self.value.items()}
        if isinstance(self.value, tuple):
            return [item.plain() for item in self.value]
        if isinstance(self.value, bool | str) or self.value is None:
            return self.value
        if isinstance(self.value, date):
            return {"day": self.value.isoformat()}
        number = Decimal(str(self.value)).normalize()
        return {"number": f"{number:f}"}


_NUMBER = re.compile(r"[-+]?[0-9]{1,30}(\.[0-9]{1,20})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read_yaml(path: Path, shown: str | None = None) -> Item:
    """
    The file's root. `shown` is the file's name in messages.

    Raises:
        BadFile: unreadable, too large, too deep, a key twice, an anchor, an alias, a tag, several documents.
    """
    name = shown or str(path)
    try:
        raw = path.read_bytes()
    except OSError:
        raise BadFile(
            Problem(name, 0, 0, "文件不存在或不能读。", "The file does not exist or cannot be read.")
        ) from None
    return parse_yaml(raw, name)


def parse_yaml(raw: bytes, name: str) -> Item:
    if len(raw) > LARGEST_FILE:
        raise BadFile(Problem(name, 0, 0, "文件超过 1 MB。", "The file is larger than 1 MB."))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadFile(
            Problem(name, 0, 0, "文件不是 UTF-8，请另存为 UTF-8。", "The file is not UTF-8; save it as UTF-8.")
        ) from None
    try:
        _check_events(text, name)
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        reason = getattr(fault, "problem", None) or "unreadable"
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        raise BadFile(Problem(
            name, line, column,
            f"YAML 写法有误（{reason}）。常见原因：缩进不齐、缺少引号，或大括号里的文字含有逗号、冒号。",
            f"This is not YAML ({reason}). Often: uneven indentation, missing quotes, or a comma or colon inside braces.",
        )) from None  # fmt: skip
    if node is None:
        raise BadFile(Problem(name, 0, 0, "文件是空的。", "The file is empty."))
    return _item(node, name)


def _check_events(text: str, name: str) -> None:
    depth = documents = 0
    for event in yaml.parse(text, Loader=_LOADER):
        mark = event.start_mark
        place = (name, mark.line + 1, mark.column + 1) if mark else (name, 0, 0)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise BadFile(
                Problem(
                    *place,
                    "不能用锚点和别名（& 与 *），请写全。",
                    "Anchors and aliases (& and *) cannot be used; write it out.",
                )
            )
        if getattr(event, "tag", None):
            raise BadFile(Problem(*place, "不能用标签（!）。", "Tags (!) cannot be used."))
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise BadFile(Problem(*place, "一个文件只能有一份内容。", "One file holds one document."))
        if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            depth += 1
            if depth > DEEPEST:
                raise BadFile(Problem(*place, f"嵌套超过 {DEEPEST} 层。", f"Nested deeper than {DEEPEST} levels."))
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            depth -= 1


def _item(node: yaml.Node, name: str) -> Item:
    line, column = node.start_mark.line + 1, node.start_mark.column + 1
    if isinstance(node, yaml.MappingNode):
        table: dict[str, Item] = {}
        keys: dict[str, Item] = {}
        for key_node, value_node in node.value:
            key = _item(key_node, name)
            if not key.text:
                raise BadFile(key.fault("键必须是一个词。", "A key must be one word."))
            if key.text in table:
                raise BadFile(key.fault(f"{key.text} 写了两次（上一次在第 {keys[key.text].line} 行）。",
                                        f"{key.text} is written twice (before on line {keys[key.text].line}).", key.text))  # fmt: skip
            table[key.text], keys[key.text] = _item(value_node, name), key
        return Item(name, line, column, table, keys=keys)
    if isinstance(node, yaml.SequenceNode):
        return Item(name, line, column, tuple(_item(part, name) for part in node.value))
    assert isinstance(node, yaml.ScalarNode)
    return Item(name, line, column, _scalar(node), node.value, node.style or "")


def _scalar(node: yaml.ScalarNode) -> object:
    text: str = node.value
    if node.style:
        return text
    if text in ("", "~", "null"):
        return None
    if text in ("true", "false"):
        return text == "true"
    if _NUMBER.fullmatch(text):
        return Decimal(text) if "." in text else int(text)
    if _DAY.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return text
    return text


class Reader:
    """Reads tables key by key and keeps every fault, so that an author sees all of them at once."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def refuse(self, problem: Problem) -> None:
        self.problems.append(problem)

    def table(
        self, item: Item | None, *, required: tuple[str, ...] = (), optional: tuple[str, ...] = ()
    ) -> dict[str, Item]:
        """The table's entries; unknown and missing keys become problems."""
        if item is None:
            return {}
        if not isinstance(item.value, dict):
            self.refuse(item.fault("这里应是“键: 值”的表。", "A table of `key: value` belongs here.", item.text))
            return {}
        known = required + optional
        for key in item.table:
            if key not in known:
                zh, en = f"没有叫 {key} 的键。", f"There is no key called {key}."
                if item.table[key].value is None:
                    zh, en = (
                        f"{zh}大括号里的句子若含逗号，请整句加引号。",
                        f"{en} Put a sentence with a comma inside braces in quotes.",
                    )
                self.refuse(item.keys[key].fault(zh, en, key, nearest_word(key, known)))
        for key in required:
            if key not in item.table:
                self.refuse(item.fault(f"缺少 {key}。", f"{key} is missing.", key))
        return item.table

    def list(self, item: Item | None) -> tuple[Item, ...]:
        if item is None or item.value is None:
            return ()
        if not isinstance(item.value, tuple):
            self.refuse(item.fault("这里应是一个列表。", "A list belongs here.", item.text))
        return item.items

    def word(self, item: Item | None, *, among: tuple[str, ...] = (), pattern: str = "") -> str:
        """A text scalar; optionally one of a list, or of a shape."""
        if item is None:
            return ""
        if isinstance(item.value, dict | tuple) or not item.text:
            self.refuse(item.fault("这里应是文字。", "A text belongs here."))
            return ""
        if among and item.text not in among:
            self.refuse(item.fault(f"{item.text} 不可用，可用：{'、'.join(among)}。", f"{item.text} cannot be used; there are: {', '.join(among)}.",
                                   item.text, nearest_word(item.text, among)))  # fmt: skip
        if pattern and not re.fullmatch(pattern, item.text):
            self.refuse(
                item.fault(
                    f"{item.text} 的写法不对。", f"{item.text} is not written as it should be ({pattern}).", item.text
                )
            )
        return item.text

    def flag(self, item: Item | None, default: bool = False) -> bool:
        if item is None:
            return default
        if not isinstance(item.value, bool):
            self.refuse(item.fault("这里应是 true 或 false。", "true or false belongs here.", item.text))
            return default
        return item.value

    def whole(self, item: Item | None, low: int = 0, high: int = 1_000_000) -> int | None:
        if item is None or item.value is None:
            return None
        if not isinstance(item.value, int) or isinstance(item.value, bool) or not low <= item.value <= high:
            self.refuse(
                item.fault(
                    f"这里应是 {low} 到 {high} 的整数。",
                    f"A whole number from {low} to {high} belongs here.",
                    item.text,
                )
            )
            return None
        return item.value

    def bilingual(self, item: Item | None) -> dict[str, str]:
        """``{zh: …, en: …}``; both are needed: pages are Chinese first, English complete."""
        table = self.table(item, required=("zh", "en"))
        return {language: self.word(table.get(language)) for language in ("zh", "en") if language in table}
