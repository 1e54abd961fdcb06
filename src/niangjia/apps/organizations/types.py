"""What may leave the room: unions and their levels."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Union:
    """
    One union. `path` holds the ids of its ancestors and its own, root first; `area` is a 12-digit division code;
    `uscc` the uniform credit code of the union or its firm, empty if none was reported; `parent_id` is null at the root.
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
    """Counts of one receipt; `moves` maps each moved union's former path to its present one."""

    created_count: int
    changed_count: int
    unchanged_count: int
    moves: dict[str, str]


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that must never be so, is so. `invariant` is its short name; `object` is ``kind:id``."""

    invariant: str
    object: str
    zh: str
    en: str
