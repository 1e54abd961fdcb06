"""What may leave the room: kinds, figures, text, cards, revisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class State(StrEnum):
    DRAFT = "DRAFT"
    REVIEWED = "REVIEWED"
    ISSUED = "ISSUED"
    WITHDRAWN = "WITHDRAWN"


class Rhythm(StrEnum):
    MONTH = "month"
    QUARTER = "quarter"


@dataclass(frozen=True)
class TableKind:
    """A line a union right below; `figures`: ids of the cockpit's."""

    title: str
    figures: tuple[str, ...]


@dataclass(frozen=True)
class Kind:
    """
    One file. `blocks`: (kind, template), kind ``heading``, ``text`` or ``targets`` (a line an indicator of the programme that the template
    names). `sentences`: up, down, equal, none.
    """

    id: str
    title: Mapping[str, str]
    rhythm: Rhythm
    head: str
    heading: str
    mark: str
    to: str
    copies: str
    blocks: tuple[tuple[str, str], ...]
    tables: tuple[TableKind, ...]
    sentences: Mapping[str, str]
    target_line: Mapping[str, str]


@dataclass(frozen=True)
class FigureValue:
    """
    One number as it was counted when the draft was made. `title`: how the text refers to it, unique in a bulletin. `text`: as it is written,
    unit and all. `link`: the address of its rows, empty = none. `changed`: what people wrote instead, empty = nothing, for `reason`.
    `is_hidden`: it is of so few people that it is not said; `text` says that.
    """

    title: str
    text: str
    source: str
    as_of: str
    link: str = ""
    changed: str = ""
    reason: str = ""
    is_hidden: bool = False

    @property
    def said(self) -> str:
        return self.changed or self.text


@dataclass(frozen=True)
class BlockText:
    """`kind`: heading or text. A figure stands in it as 〔title：value〕."""

    kind: str
    text: str


@dataclass(frozen=True)
class TableText:
    """`rows`: values as text or number (null: not to be said), `shown`: as they are written."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Any]]
    shown: Sequence[Sequence[str]]
    note: str = ""


@dataclass(frozen=True)
class Content:
    title: str
    to: str
    copies: str
    blocks: Sequence[BlockText]


@dataclass(frozen=True)
class Card:
    """`number` null: not issued. `version`: of its latest edit."""

    id: int
    org_id: int
    org_name: str
    kind: str
    period: str
    state: State
    content: Content
    tables: Sequence[TableText]
    figures: Sequence[FigureValue]
    as_of: datetime
    version: int
    year: int | None
    number: int | None
    mark: str
    drafted_by: int
    drafted_at: datetime
    edited_by: int
    reviewed_by: int | None
    issued_by: int | None
    issued_at: datetime | None
    withdrawn_at: datetime | None
    reason: str

    @property
    def full_number(self) -> str:
        """泰总工通〔2023〕1号; empty before it is issued."""
        return f"{self.mark}〔{self.year}〕{self.number}号" if self.number else ""


@dataclass(frozen=True)
class RevisionCard:
    version: int
    content: Content
    by: int
    at: datetime
    note: str


@dataclass(frozen=True)
class Violation:
    """Something that must never be so, is so."""

    invariant: str
    object: str
    zh: str
    en: str
