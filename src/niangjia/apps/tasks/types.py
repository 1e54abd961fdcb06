"""What leaves the room of tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from niangjia.apps.files.types import FileCard
from niangjia.apps.tasks.lifecycle import LIVE as LIVE
from niangjia.apps.tasks.lifecycle import Origin as Origin
from niangjia.apps.tasks.lifecycle import Step as Step
from niangjia.apps.tasks.lifecycle import TaskState as TaskState


@dataclass(frozen=True)
class TaskCard:
    """One line of a list. `owner_id` null: on the board. `percent` null: nothing was noted. `is_late`: due day past and not yet reported."""

    id: int
    number: str
    title: str
    setter_id: int
    setter_name: str
    owner_id: int | None
    owner_name: str
    origin: Origin
    state: TaskState
    due_on: date
    bids_until: date | None
    percent: int | None
    is_late: bool


@dataclass(frozen=True)
class MoveCard:
    step: Step
    to: TaskState
    reason: str
    changed: Mapping[str, Sequence[str]]
    by: int | None
    at: datetime


@dataclass(frozen=True)
class ProgressCard:
    percent: int
    note: str
    by: int
    at: datetime


@dataclass(frozen=True)
class BidCard:
    id: int
    org_id: int
    org_name: str
    plan: str
    promised_on: date
    at: datetime
    is_withdrawn: bool
    is_picked: bool


@dataclass(frozen=True)
class TaskFile:
    """All that is told of one task. `proof`: keys of the evidence that still proves it. `may`: the steps and acts open to the viewer today."""

    card: TaskCard
    what: str
    programme: str
    measure: str
    indicator: str
    no_evidence: str
    moves: Sequence[MoveCard]
    progress: Sequence[ProgressCard]
    bids: Sequence[BidCard]
    evidence: Sequence[FileCard]
    proof: frozenset[str]
    may: frozenset[str]

    @property
    def is_returned(self) -> bool:
        return any(one.step is Step.RETURN for one in self.moves)


@dataclass(frozen=True)
class Violation:
    """Something that must never be so, is so."""

    invariant: str
    object: str
    zh: str
    en: str
