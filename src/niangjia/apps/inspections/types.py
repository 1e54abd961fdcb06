"""What may leave the room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from niangjia.apps.accounts.types import Role
from niangjia.apps.audit.types import Hand


class SampleKind(StrEnum):
    SUPPRESSED = "SUPPRESSED"  # households that sensing held back from a month's list
    REFUSED = "REFUSED"  # cases and applications that ended with a no
    PAYMENTS = "PAYMENTS"


class Result(StrEnum):
    IN_ORDER = "IN_ORDER"
    NOT_IN_ORDER = "NOT_IN_ORDER"
    REMARK = "REMARK"


@dataclass(frozen=True)
class Item:
    """`ref`: ``payment:12``; `mark`: fingerprint of the row when it was drawn. `result` null: not looked at. `now`: SAME, CHANGED or GONE."""

    ref: str
    mark: str
    result: Result | None = None
    remark: str = ""
    judged_by: int | None = None
    judged_at: datetime | None = None
    now: str = ""


@dataclass(frozen=True)
class Sample:
    """`id` is the number of the event that drew it. `population_hash`: over every row then, drawn or not."""

    id: int
    kind: SampleKind
    month: str
    seed: str
    size: int
    population: int
    population_hash: str
    items: tuple[Item, ...]
    drawn_by: int | None
    drawn_at: datetime
    org_path: str

    @property
    def done(self) -> int:
        return sum(item.result is not None for item in self.items)

    @property
    def wrong(self) -> int:
        return sum(item.result is Result.NOT_IN_ORDER for item in self.items)


@dataclass(frozen=True)
class Again:
    """A sample drawn again: what its population is now, which rows it would draw, and what came of those drawn."""

    population: int
    population_hash: str
    is_same_population: bool
    is_same_draw: bool
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Reader:
    """How often one account looked, by kind; `median`: of the others of its role, null = too few of them."""

    account_id: int
    role: Role
    counts: Mapping[str, int]
    total: int
    median: float | None
    is_unusual: bool


@dataclass(frozen=True)
class Rule:
    id: str
    kind: str
    zh: str
    en: str
    first: frozenset[str]
    second: frozenset[str]
    what: str


@dataclass(frozen=True)
class Found:
    """A conflict: which rule, in what (``case:12``), whose. `hands`: the rows it rests on. `looked_at`: when it was looked into, with the remark."""

    rule: Rule
    of: str
    account_ids: tuple[int, ...]
    hands: tuple[Hand, ...]
    looked_at: datetime | None = None
    looked_by: int | None = None
    remark: str = ""

    @property
    def key(self) -> str:
        """It names the conflict in every search of every month."""
        return f"{self.rule.id}/{self.of}/{'-'.join(map(str, self.account_ids))}"


@dataclass(frozen=True)
class Search:
    """What the rules found at `at`, with what was said of each since."""

    at: datetime
    account_id: int | None
    found: list[Found]
