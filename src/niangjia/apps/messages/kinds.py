"""The kinds of ``kinds.yaml``, checked when read: a text that could hold more than it may is refused, whoever wrote it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import Any

import yaml

from niangjia.apps.messages.types import Channel
from niangjia.kernel.problems import DataProblem

FILE = Path(__file__).with_name("kinds.yaml")
LANGUAGES = ("zh", "en")

# What a text may hold, and what a value of it looks like. An order's number is GD and a month, a batch's FF, an application's SX, a place's CS, a contest's PX, an entry's CP,
# a task's RW; no ID number, phone or card begins with a letter, and a name or an amount is none of these.
PLACEHOLDERS: Mapping[str, Callable[[object], bool]] = {
    "count": lambda value: type(value) is int and 0 < value < 10**6,
    "number": lambda value: (
        isinstance(value, str) and bool(re.fullmatch(r"(?:GD|FF|SX|CS|CP|PX|RW)[0-9]{6,20}", value))
    ),
    "day": lambda value: isinstance(value, str) and bool(re.fullmatch(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}", value)),
}
PARTS = {"file": {"kinds", "code", "digest"}, "code": {"title", "text"}, "digest": {"title"}}
_IN_PATH = frozenset({"id"})
_PATH = re.compile(r"/[a-z0-9/{}-]*(?:\?[a-z]+=[A-Za-z0-9]+)?")


class KindRefused(DataProblem):
    def __init__(self, kind: str, zh: str, en: str) -> None:
        super().__init__(f"消息种类 {kind}：{zh}", f"Message kind {kind}: {en}")


class ValueRefused(DataProblem):
    """The value itself is not said again: it may be what must not be told."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(
            f"消息种类 {kind} 不能带 {name}，或它的值不是规定的样子。消息里只有件数、编号和日期。",
            f"Message kind {kind} may not carry {name}, or its value has not the form it must have. Messages hold counts, numbers and days.",
        )


@dataclass(frozen=True, slots=True)
class Kind:
    """See the head of ``kinds.yaml``. `paths` empty = `path` also for several."""

    id: str
    follows: tuple[str, ...]
    until: tuple[str, ...]
    when: Mapping[str, tuple[str, ...]]
    to: str
    may: str
    is_together: bool
    is_urgent: bool
    is_digest: bool
    path: str
    paths: str
    over: frozenset[Channel]
    title: Mapping[str, str]
    text: Mapping[str, str]

    def holds(self, detail: Mapping[str, Any]) -> bool:
        return all(detail.get(name) in values for name, values in self.when.items())

    def check(self, params: Mapping[str, object]) -> None:
        """Raises ValueRefused: a placeholder of the texts is missing, or a value is none that a message may hold."""
        for name in _names(*self.text.values(), *self.title.values()) | set(params):
            if name not in PLACEHOLDERS or name not in params or not PLACEHOLDERS[name](params[name]):
                raise ValueRefused(self.id, name)

    def word(self, params: Mapping[str, object]) -> tuple[dict[str, str], dict[str, str]]:
        """Title and text by language."""
        self.check(params)
        return (
            {language: _fill(self.title[language], params, language) for language in LANGUAGES},
            {language: _fill(self.text[language], params, language) for language in LANGUAGES},
        )


@dataclass(frozen=True)
class Kinds:
    """`code_…` and `digest_title`: texts outside the inbox, with placeholders of their own."""

    by_id: Mapping[str, Kind]
    code_title: Mapping[str, str]
    code_text: Mapping[str, str]
    digest_title: Mapping[str, str]

    def following(self, action: str) -> list[Kind]:
        return [kind for kind in self.by_id.values() if action in kind.follows]

    def ended_by(self, action: str) -> list[str]:
        return [name for name, kind in self.by_id.items() if action in kind.until]

    @property
    def actions(self) -> frozenset[str]:
        return frozenset(action for kind in self.by_id.values() for action in (*kind.follows, *kind.until))


@lru_cache(maxsize=1)
def load() -> Kinds:
    return read(FILE.read_text(encoding="utf-8"))


def read(text: str) -> Kinds:
    """Raises KindRefused."""
    given = yaml.safe_load(text)
    for part, known in PARTS.items():
        if unknown := sorted(set(given if part == "file" else given[part]) - known):
            raise KindRefused(part, f"不认识 {unknown[0]}", f"{unknown[0]} is not known")
    return Kinds(
        {name: _kind(name, values) for name, values in given["kinds"].items()},
        _texts("code", given["code"]["title"], set()),
        _texts("code", given["code"]["text"], {"code"}),
        _texts("digest", given["digest"]["title"], {"count"}),
    )


def _kind(name: str, values: Mapping[str, Any]) -> Kind:
    known = {
        "follows",
        "until",
        "when",
        "to",
        "may",
        "together",
        "urgent",
        "digest",
        "path",
        "paths",
        "over",
        "title",
        "text",
    }
    if unknown := sorted(set(values) - known):
        raise KindRefused(name, f"不认识 {unknown[0]}", f"{unknown[0]} is not known")
    if missing := sorted({"follows", "to", "path", "over", "title", "text"} - set(values)):
        raise KindRefused(name, f"缺少 {missing[0]}", f"{missing[0]} is missing")
    if values.get("until") and values.get("together"):
        raise KindRefused(
            name, "合成一条的不能写 until", "what tells of several things at once does not end with one of them"
        )
    if values.get("urgent") and (values.get("digest") or values.get("together")):
        raise KindRefused(name, "紧急的不能汇总", "what is urgent waits for nothing")
    for path in (values["path"], values.get("paths", "")):
        if path and (not _PATH.fullmatch(path) or _names(path) - _IN_PATH):
            raise KindRefused(name, f"地址 {path} 不能用", f"the path {path} cannot be used")
    allowed = set(PLACEHOLDERS) - ({"number", "day"} if values.get("together") else set())  # several have no one number
    return Kind(
        id=name,
        follows=tuple(values["follows"]),
        until=tuple(values.get("until", ())),
        when={key: tuple(one_of) for key, one_of in values.get("when", {}).items()},
        to=values["to"],
        may=values.get("may", ""),
        is_together=bool(values.get("together")),
        is_urgent=bool(values.get("urgent")),
        is_digest=bool(values.get("digest")),
        path=values["path"],
        paths=values.get("paths", ""),
        over=frozenset(Channel(channel) for channel in values["over"]),
        title=_texts(name, values["title"], set()),
        text=_texts(name, values["text"], allowed),
    )


def _texts(name: str, texts: Mapping[str, str], allowed: set[str]) -> dict[str, str]:
    if set(texts) != set(LANGUAGES) or not all(texts.values()):
        raise KindRefused(name, "中文和英文都要写", "both languages are needed")
    for text in texts.values():
        for part in Formatter().parse(text):
            if part[1] is not None and (part[1] not in allowed or part[2] or part[3]):
                raise KindRefused(name, f"文字里不能有 {{{part[1]}}}", f"a text may not hold {{{part[1]}}}")
    return dict(texts)


def _names(*texts: str) -> set[str]:
    return {name for text in texts for _, name, _, _ in Formatter().parse(text) if name is not None}


def _fill(text: str, params: Mapping[str, object], language: str) -> str:
    shown = {name: _day(str(value), language) if name == "day" else str(value) for name, value in params.items()}
    return text.format_map(shown)


def _day(text: str, language: str) -> str:
    day = date.fromisoformat(text)
    return f"{day.month}月{day.day}日" if language == "zh" else day.isoformat()
