"""What may leave the room: what is told of needs, helpers and pairs, and what is told to the room about them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from niangjia.apps.volunteers.lifecycle import HelperState, NeedState, PairState, Side, Source

__all__ = [
    "BidCard", "CoverageRow", "HelperCard", "HelperFacts", "HelperState", "Matched", "NeedCard", "NeedFacts", "NeedState", "OpenNeed", "OwnPair", "PairCard", "PairState",
    "Proposed", "Side", "Source", "StepRow", "Unfilled", "Violation", "VisitFacts", "VisitRow", "Works",
]  # fmt: skip


def hours_of(minutes: int) -> str:
    """
    >>> hours_of(90), hours_of(120), hours_of(100)
    ('1.5', '2', '1.7')
    """
    tenths = (minutes * 10 + 30) // 60
    return f"{tenths // 10}.{tenths % 10}" if tenths % 10 else str(tenths // 10)


@dataclass(frozen=True, slots=True)
class NeedFacts:
    """What a union files. `area` six digits; `firm` empty = the union's own name; `answers` to the kind's form; `contact` is sealed."""

    kind: str
    title: str
    about: str
    field: str
    org_id: int
    area: str
    skills: tuple[str, ...]
    seats: int = 1
    firm: str = ""
    days: tuple[str, ...] = ()
    due_on: date | None = None
    is_open_bid: bool = False
    bids_until: date | None = None
    place_id: int | None = None
    contact: str = ""
    answers: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HelperFacts:
    """What a helper, or a union for them, says. `areas`: prefixes of divisions they go to, none = everywhere; `days`: none = always."""

    kind: str
    skills: tuple[str, ...]
    areas: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    capacity: int | None = None
    home: str = ""
    team: str = ""
    contact: str = ""
    answers: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VisitFacts:
    """`minutes` there; `beneficiaries`: people who had something of it that time."""

    on: date
    minutes: int
    beneficiaries: int = 0
    words: str = ""


@dataclass(frozen=True, slots=True)
class NeedCard:
    """`told` the kind's answers that are no free text. `can_bid_until` null: no bids, or not now."""

    id: int
    number: str
    kind: str
    title: str
    about: str
    field: str
    org_id: int
    org_name: str
    area: str
    firm: str
    place_id: int | None
    skills: tuple[str, ...]
    days: tuple[str, ...]
    seats: int
    filled: int
    due_on: date | None
    is_open_bid: bool
    bids_until: date | None
    told: Mapping[str, str | int]
    stage: str
    state: NeedState
    step: int
    filed_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class HelperCard:
    """`name` masked. `satisfaction` 0 … 100 by those they helped, null = nobody yet. `has_contact`: there is one to be opened."""

    id: int
    number: str
    kind: str
    person_id: int
    name: str
    org_id: int
    org_name: str
    home: str
    team: str
    skills: tuple[str, ...]
    areas: tuple[str, ...]
    days: tuple[str, ...]
    told: Mapping[str, str | int]
    capacity: int
    load: int
    state: HelperState
    step: int
    satisfaction: int | None
    has_contact: bool


@dataclass(frozen=True, slots=True)
class PairCard:
    """`helper_said`, `firm_said` null: not yet. `points` by part, empty: nobody weighed it. `can_say`: the sides that the viewer may speak for."""

    id: int
    need_id: int
    helper: HelperCard
    state: PairState
    source: Source
    score: int | None
    points: Mapping[str, int]
    reason: str
    helper_said: bool | None
    firm_said: bool | None
    satisfaction: int | None
    made_at: datetime
    can_say: tuple[Side, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnPair:
    """A pair as its helper sees it. `minutes` and `beneficiaries` by the log."""

    id: int
    need: NeedCard
    state: PairState
    source: Source
    points: Mapping[str, int]
    reason: str
    helper_said: bool | None
    firm_said: bool | None
    satisfaction: int | None
    visits: tuple[VisitRow, ...]
    takes_visits: bool

    @property
    def minutes(self) -> int:
        return sum(one.minutes for one in self.visits if not one.is_void)

    @property
    def hours(self) -> str:
        return hours_of(self.minutes)


@dataclass(frozen=True, slots=True)
class VisitRow:
    """`words` empty unless the viewer may read them."""

    id: int
    pair_id: int
    helper_name: str
    on: date
    minutes: int
    beneficiaries: int
    words: str
    is_void: bool
    void_reason: str

    @property
    def hours(self) -> str:
        return hours_of(self.minutes)


@dataclass(frozen=True, slots=True)
class StepRow:
    """A stage that was left. `texts` opened for who works on the need. `to` empty = it ended."""

    stage: str
    to: str
    told: Mapping[str, str | int]
    texts: Mapping[str, str]
    reason: str
    org_name: str
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class BidCard:
    pair: PairCard
    words: str


@dataclass(frozen=True, slots=True)
class Proposed:
    """One pair of a proposal, or somebody who might go instead. `is_able` false: a rule of the need is not met."""

    need_id: int
    helper: HelperCard
    score: int
    points: Mapping[str, int]
    is_able: bool = True


@dataclass(frozen=True, slots=True)
class Unfilled:
    """`why` a code of `engines.matching.Why`."""

    need_id: int
    seats: int
    why: str


@dataclass(frozen=True, slots=True)
class Matched:
    """The last proposal to a union. `gap` 0: no assignment is better; else the most that one could be better by."""

    at: datetime
    pair_count: int
    gap: int
    need_count: int
    helper_count: int
    proposed: tuple[Proposed, ...]
    unfilled: tuple[Unfilled, ...]


@dataclass(frozen=True, slots=True)
class OpenNeed:
    """What everybody may read of a need that takes bids."""

    id: int
    number: str
    kind: str
    title: str
    about: str
    field: str
    area: str
    firm: str
    skills: tuple[str, ...]
    seats: int
    filled: int
    bids: int
    bids_until: date | None
    due_on: date | None


@dataclass(frozen=True, slots=True)
class Works:
    """Counted from rows. `needs` filed and published, `done` evaluated, `firms` different ones that somebody came to."""

    needs: int = 0
    done: int = 0
    helpers: int = 0
    firms: int = 0
    visits: int = 0
    minutes: int = 0
    beneficiaries: int = 0

    @property
    def hours(self) -> str:
        return hours_of(self.minutes)


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """`code`: six digits of a county, or a field of the kind."""

    code: str
    works: Works


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that must never be so, is so."""

    rule: str
    place: str
    detail: str
