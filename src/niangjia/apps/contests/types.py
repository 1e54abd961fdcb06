"""What may leave the room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from niangjia.apps.contests.lifecycle import (
    ContestState,
    EntryState,
    GrantKind,
    GrantState,
    Nearness,
    RoundState,
    VoteState,
)
from niangjia.apps.contests.packs import Ask, AwardRule, FileRule, Pack, RoundRule, Sheet, VoteRule
from niangjia.apps.files.types import FileCard
from niangjia.apps.objections.types import GrievanceState
from niangjia.apps.programs.types import DecisionCard, DecisionOutcome, Line
from niangjia.kernel.problems import Refusal

__all__ = [
    "Ask", "AwardCard", "AwardRule", "Burst", "ContestCard", "ContestState", "EntryCard", "EntryState", "FileRule", "GrantCard", "GrantKind",
    "GrantState", "JurorCard", "LineCard", "Nearness", "NoticeCard", "ObjectionCard", "Pack", "RoundCard", "RoundRule", "RoundState", "ScoreRow",
    "Sheet", "Subject", "Violation", "VoteRule", "VoteState",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Subject:
    """What is entered: one of a person of the register, a place, or a unit by its name. `org_id`: for which union."""

    org_id: int
    person_id: int | None = None
    place_id: int | None = None
    unit_name: str = ""


@dataclass(frozen=True, slots=True)
class RoundCard:
    """`vote_closes_at` null: nobody votes, or it is not open yet. `sheet` null until it is closed; `seed` empty until then."""

    id: int
    place: int
    rule: RoundRule
    state: RoundState
    opened_at: datetime | None
    vote_closes_at: datetime | None
    seal: str
    seed: str
    sheet: Mapping[str, Any] | None
    closed_at: datetime | None
    reason: str

    def takes_votes(self, now: datetime) -> bool:
        return self.state is RoundState.OPEN and self.vote_closes_at is not None and now < self.vote_closes_at


@dataclass(frozen=True, slots=True)
class ContestCard:
    id: int
    number: str
    title: Mapping[str, str]
    pack: Pack
    pack_hash: str
    org_id: int
    org_name: str
    org_path: str
    state: ContestState
    opens_at: datetime
    closes_at: datetime
    done_at: datetime | None
    reason: str
    rounds: tuple[RoundCard, ...] = ()

    @property
    def open_round(self) -> RoundCard | None:
        return next((one for one in self.rounds if one.state is RoundState.OPEN), None)

    @property
    def last_closed(self) -> RoundCard | None:
        return next((one for one in reversed(self.rounds) if one.state is RoundState.CLOSED), None)


@dataclass(frozen=True, slots=True)
class EntryCard:
    """
    `name`: of the worker, masked, or of the place or unit. `intro`, `contact`, `facts`: empty unless they were opened for this viewer.
    `decision_id` null: not held against a pack.
    """

    id: int
    number: str
    contest_id: int
    title: str
    name: str
    person_id: int | None
    place_id: int | None
    unit_name: str
    org_id: int
    org_name: str
    state: EntryState
    has_consent: bool
    is_nominated: bool
    handed_in_at: datetime | None
    decision_id: int | None
    reason: str
    intro: str = field(default="", repr=False)
    contact: str = field(default="", repr=False)
    facts: Mapping[str, str] = field(default_factory=dict, repr=False)
    files: Mapping[str, tuple[FileCard, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JurorCard:
    """`has_declared`, `marked`, `owed`: in the open round. `near`: numbers of the entries that they are near to, with why."""

    id: int
    account_id: int
    seat: int
    name: str
    is_sitting: bool
    has_declared: bool
    marked: int
    owed: int
    near: tuple[tuple[str, Nearness], ...]


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One line of a juror's sheet. `nearness` null: they may mark it. `value` null: not marked yet."""

    entry: EntryCard
    nearness: Nearness | None
    value: Decimal | None
    parts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LineCard:
    """One line of a published round. `marks`: by seat; `left_out`: seats whose mark did not count (extremes, conflicts). `extra`: of the round's tilt."""

    entry: EntryCard
    rank: int | None
    total: Decimal | None
    jury: Decimal | None
    votes: Decimal
    vote_count: int
    goes_on: bool
    marks: Mapping[int, Decimal]
    left_out: frozenset[int]
    barred: frozenset[int]
    extra: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Burst:
    """So many votes for one entry from one network in a short while: to be looked at, not judged."""

    entry_id: int
    number: str
    title: str
    network: str
    first_at: datetime
    last_at: datetime
    count: int
    counted: int


@dataclass(frozen=True, slots=True)
class NoticeCard:
    """One line of the shortlist. `objections`: by state."""

    id: int
    entry: EntryCard
    award: str
    title: Mapping[str, str]
    amount: Decimal | None
    starts_on: date
    ends_before: date
    open_count: int
    upheld_count: int


@dataclass(frozen=True, slots=True)
class ObjectionCard:
    """`text`, `contact`, `answer`: empty unless opened. `answered_at` null: it waits."""

    id: int
    contest_id: int
    contest_title: Mapping[str, str]
    entry_number: str
    entry_title: str
    award: str
    state: GrievanceState
    raised_at: datetime
    answered_at: datetime | None
    text: str = field(default="", repr=False)
    contact: str = field(default="", repr=False)
    answer: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class GrantCard:
    id: int
    kind: GrantKind
    state: GrantState
    amount: Decimal
    decision_id: int | None
    reservation_id: int | None
    refusal_zh: str
    refusal_en: str


@dataclass(frozen=True, slots=True)
class Honour:
    """What a contest gave a place, for everybody."""

    contest_id: int
    contest: Mapping[str, str]
    honour: Mapping[str, str]
    rank: int
    given_on: date


@dataclass(frozen=True, slots=True)
class AwardCard:
    id: int
    entry: EntryCard
    award: str
    title: Mapping[str, str]
    rank: int
    honour: Mapping[str, str]
    skill_level: str
    amount: Decimal
    program: str
    given_on: date
    grants: tuple[GrantCard, ...] = ()

    def grant(self, kind: GrantKind) -> GrantCard | None:
        return next((one for one in self.grants if one.kind is kind), None)

    @property
    def prize(self) -> GrantCard | None:
        return self.grant(GrantKind.PRIZE)

    @property
    def waits_for_allowance(self) -> bool:
        """It leads to an allowance of which nothing is set aside."""
        return bool(self.program) and not (self.allowance and self.allowance.state is GrantState.SET_ASIDE)

    @property
    def allowance(self) -> GrantCard | None:
        return self.grant(GrantKind.ALLOWANCE)


@dataclass(frozen=True, slots=True)
class Given:
    """What came of an allowance: the decision of its pack, or why it could not be decided."""

    award_id: int
    decision: DecisionCard | None
    refusal: Refusal | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """
    An allowance of which nothing is set aside. `decided`: the last decision for it, null before the first. `outcome`, `money` in yuan, `because`:
    what its pack would say of the facts that were stated; `outcome` null: none were, or it cannot say, as `refusal` tells.
    """

    award: AwardCard
    decided: DecisionCard | None
    outcome: DecisionOutcome | None = None
    money: Decimal = Decimal("0.00")
    because: tuple[Line, ...] = ()
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that must never be so, is so."""

    rule: str
    place: str
    detail: str
