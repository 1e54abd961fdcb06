"""What may leave the room: unions and their levels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Level(StrEnum):
    PROVINCE = "PROVINCE"
    CITY = "CITY"
    COUNTY = "COUNTY"
    TOWN = "TOWN"
    GRASSROOTS = "GRASSROOTS"
    FEDERATION = "FEDERATION"  # of a sector (trucks, parcels …), under a town, a county or a city


class UnionState(StrEnum):
    ACTIVE = "ACTIVE"
    MERGED = "MERGED"
    CLOSED = "CLOSED"


class ChangeKind(StrEnum):
    OPEN = "OPEN"  # entered by hand
    MOVE = "MOVE"  # under another parent, with all below
    MERGE = "MERGE"  # into another union, which goes on
    CLOSE = "CLOSE"  # ended; another goes on with what was open
    EDIT = "EDIT"  # name, leader, sector, area, credit code


# Where a union of a level may stand.
PARENTS: dict[Level, tuple[Level, ...]] = {
    Level.CITY: (Level.PROVINCE,),
    Level.COUNTY: (Level.CITY, Level.PROVINCE),
    Level.TOWN: (Level.COUNTY, Level.CITY),
    Level.GRASSROOTS: (Level.TOWN, Level.COUNTY, Level.CITY, Level.PROVINCE, Level.FEDERATION, Level.GRASSROOTS),
    Level.FEDERATION: (Level.TOWN, Level.COUNTY, Level.CITY, Level.PROVINCE),
}


@dataclass(frozen=True, slots=True)
class Union:
    """
    One union. `path` holds the ids of its ancestors and its own, root first; `area` is a 12-digit division code;
    `uscc` the uniform credit code of the union or its firm, empty if none was reported; `parent_id` is null at the root.
    `successor_id`: who goes on with what an ended union had; `feed_says`: what the feed says otherwise than was set by hand.
    """

    id: int
    code: str
    name: str
    level: Level
    state: UnionState
    path: str
    area: str
    uscc: str
    parent_id: int | None
    leader: str = ""
    sector: str = ""
    successor_id: int | None = None
    feed_says: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_active(self) -> bool:
        return self.state is UnionState.ACTIVE


@dataclass(frozen=True, slots=True)
class UnionRow:
    """One row of the union feed as it came; `parent` is a code, empty at the root."""

    code: str
    parent: str
    name: str
    level: str
    area: str
    uscc: str = ""
    state: str = "active"


@dataclass(frozen=True, slots=True)
class UnionsReceived:
    """Counts of one receipt; `moves` maps each moved union's former path to its present one; of `held_count` the hand-set value stayed."""

    created_count: int
    changed_count: int
    unchanged_count: int
    moves: dict[str, str]
    held_count: int = 0


@dataclass(frozen=True, slots=True)
class ChangeCard:
    """One change as read. `done_at` null: planned. `handed`: what went to whom, counted by kind."""

    id: int
    unit_id: int
    unit_name: str
    kind: ChangeKind
    to_id: int | None
    to_name: str
    to_code: str
    from_day: date
    reason: str
    before: Mapping[str, str]
    after: Mapping[str, str]
    handed: Mapping[str, int]
    decided_by: int | None
    decided_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class Ending:
    """A union that ended on `day`, and the active one that goes on with what it had."""

    org_id: int
    standing_id: int
    day: date


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that must never be so, is so. `invariant` is its short name; `object` is ``kind:id``."""

    invariant: str
    object: str
    zh: str
    en: str
