"""What can be counted: sources and what their rows say, as ``vocabulary/counted.yaml`` declares them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyarrow
import yaml

COMMON: Mapping[str, pyarrow.DataType] = {
    "ref": pyarrow.string(),
    "day": pyarrow.date32(),
    "union_id": pyarrow.int64(),
    "person": pyarrow.int64(),
    "household": pyarrow.int64(),
    "amount": pyarrow.decimal128(18, 2),
    "count": pyarrow.int32(),
    "days": pyarrow.int32(),
}
"""
Columns of every source. `ref` says what the row is and which, ``visit:12``; `person` and `household` are the register's numbers, null =
nobody's; `amount` in yuan; `count` is 1 unless it is a headcount; `days` how long it took; null where there is none.
"""
_TYPES = {"text": pyarrow.string(), "flag": pyarrow.bool_(), "codes": pyarrow.list_(pyarrow.string())}


@dataclass(frozen=True)
class Tag:
    """One column of a source's own. `type` text, flag or codes (several at once). `words`: code → zh and en; empty = told elsewhere."""

    name: str
    type: str
    title: Mapping[str, str]
    words: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Source:
    """`title`: what one row is."""

    id: str
    title: Mapping[str, str]
    tags: Mapping[str, Tag]

    @property
    def schema(self) -> pyarrow.Schema:
        return pyarrow.schema([*COMMON.items(), *((tag.name, _TYPES[tag.type]) for tag in self.tags.values())])


@lru_cache(maxsize=4)
def load_sources(programs: Path) -> Mapping[str, Source]:
    """By id, as declared. Raises KeyError: a tag of a type that is not known."""
    raw = yaml.safe_load((programs / "vocabulary" / "counted.yaml").read_text(encoding="utf-8"))
    shared = raw["tags"]
    found = {}
    for name, said in raw["sources"].items():
        tags = {tag: _tag(tag, shared[tag]) for tag in said.get("tags", ())}
        found[name] = Source(name, said["title"], tags)
    return found


def _tag(name: str, said: Mapping) -> Tag:
    kind = said.get("type", "text")
    if kind not in _TYPES:
        raise KeyError(f"counted.yaml: {name}: {kind}")
    return Tag(name, kind, said["title"], said.get("words", {}))
