"""
The machine of a matter, read from the pack that it pinned: which outcomes a stage has, where each leads, what it means.

Nothing here reads or writes; no stage and no outcome is named here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from niangjia.apps.accounts.types import Role
from niangjia.apps.matters.room import room
from niangjia.engines.policy.pack import Pack, Stage


class Kind(StrEnum):
    """ON: to a later stage. END: the last one is done. BACK: to an earlier stage, or once more. REFUSE: ends without what was asked for."""

    ON = "ON"
    END = "END"
    BACK = "BACK"
    REFUSE = "REFUSE"


FORWARD = (Kind.ON, Kind.END)


@dataclass(frozen=True)
class Flow:
    """The stages of one pack, first to last; `decides`: whether its rules have something to say."""

    stages: tuple[Stage, ...]
    decides: bool

    @property
    def first(self) -> Stage:
        return self.stages[0]

    def place(self, stage_id: str) -> int:
        """Raises StopIteration for a stage that the pack does not have."""
        return next(place for place, one in enumerate(self.stages) if one.id == stage_id)

    def stage(self, stage_id: str) -> Stage:
        return self.stages[self.place(stage_id)]

    def kind(self, stage: Stage, outcome: str) -> Kind:
        """Raises KeyError: the stage has no such outcome."""
        target = stage.outcomes[outcome]
        if not target:
            return Kind.REFUSE if outcome in room().refusing else Kind.END
        return Kind.ON if self.place(target) > self.place(stage.id) else Kind.BACK

    def forward(self, stage: Stage) -> str:
        """The first outcome that goes on; empty: the stage has none, as that of finance."""
        return next((one for one in stage.outcomes if self.kind(stage, one) in FORWARD), "")

    def path_from(self, stage: Stage) -> Iterator[Stage]:
        """The stages that follow when all goes well, this one first. It ends: each step goes forward."""
        while True:
            yield stage
            target = stage.outcomes.get(self.forward(stage), "")
            if not target:
                return
            stage = self.stage(target)

    @property
    def deciding(self) -> Stage | None:
        """
        The stage whose forward outcome needs the rules' answer: the first that asks for a second person, else the last that an officer
        works on; null where the pack has no rules. Money is finance's own stage, and a worker decides nothing.
        """
        at_work = [one for one in self.stages if role_of(one) not in (Role.WORKER, Role.FINANCE)]
        if not self.decides or not at_work:
            return None
        return next((one for one in at_work if one.needs_second_person), at_work[-1])

    def days(self, stage: Stage) -> int:
        """Working days; of a stage that counts calendar days about as many as lie in them; where the text says nothing, the room's."""
        days = stage.about_working_days
        return room().working_days if days is None else days

    def expected_days(self, stage: Stage, first_days: int | None = None) -> int:
        """Working days until the worker hears: the stages on the way, up to the worker's next turn or the end."""
        total = 0
        for place, one in enumerate(self.path_from(stage)):
            if role_of(one) is Role.WORKER:
                break
            total += first_days if place == 0 and first_days is not None else self.days(one)
        return total


def role_of(stage: Stage) -> Role:
    return Role(stage.role.upper())


def flow_of(pack: Pack) -> Flow:
    """The pack's own stages; of a pack without any, those of ``room.yaml``."""
    return Flow(pack.stages or room().stages, bool(pack.rules or pack.tiers) and not pack.measures)


def is_payment(stage: Stage) -> bool:
    """Where finance pays: the funds' own steps follow, the matter waits for them."""
    return role_of(stage) is Role.FINANCE and not stage.outcomes


def is_notice(stage: Stage) -> bool:
    """Shown in public for its days; a text from before stages had a kind says so by the outcome that waits for them."""
    return stage.kind == "notice" or room().after_notice in stage.outcomes
