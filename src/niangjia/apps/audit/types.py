"""What may leave the room: events to record, events as read, and the chain's report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol


class Actor(Protocol):
    """Who acts: `accounts.types.Viewer`. None stands for the system itself."""

    @property
    def account_id(self) -> int: ...
    @property
    def post_id(self) -> int: ...
    @property
    def org_path(self) -> str: ...
    @property
    def for_account_id(self) -> int | None: ...
    @property
    def token_id(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Entry:
    """
    One event to record. `action` is ``app.verb``; `object` is ``kind:id``; `detail` holds ids, codes, counts and
    amounts as text, never a name or a number of a person.
    """

    action: str
    object: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One recorded event. `account_id` and `post_id` are null when the system itself acted."""

    seq: int
    at: datetime
    account_id: int | None
    post_id: int | None
    org_path: str
    action: str
    object: str
    reason: str
    detail: dict[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class Hand:
    """
    One person's part in a matter. `of`: ``case:12``; `step`: a code such as VERIFIED; `ref`: the thing it was done to. `account_id` null: the system,
    or somebody outside; `at` null: not kept. `for_account_id`: for whom they stood in.
    """

    of: str
    step: str
    account_id: int | None
    at: datetime | None
    ref: str = ""
    for_account_id: int | None = None


class Break(StrEnum):
    EDITED = "EDITED"  # an event's content no longer gives its hash
    MISSING = "MISSING"  # a number is skipped
    REORDERED = "REORDERED"  # an event stands on another's number, or does not follow the one before it
    TAIL_CUT = "TAIL_CUT"  # fewer events than the head or an anchor outside the database vouches for
    REWRITTEN = "REWRITTEN"  # whole and consistent, but not the chain that was anchored


@dataclass(frozen=True, slots=True)
class ChainReport:
    """`broken_seq` and `kind` are null while the chain is whole. `anchor_count` anchors outside the database agreed."""

    event_count: int
    head_hash: str
    anchor_count: int
    broken_seq: int | None = None
    kind: Break | None = None

    @property
    def is_whole(self) -> bool:
        return self.kind is None
