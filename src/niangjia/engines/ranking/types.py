"""What a round is ranked by, what is ranked, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum


class TieBreak(StrEnum):
    """What decides between equal totals, in the order a rule names them."""

    JURY = "jury"
    VOTES = "votes"
    BEST_MARK = "best_mark"


class CutTie(StrEnum):
    """Who goes on when the last place belongs to several: all of them, none of them, or whom a seeded draw names."""

    ALL = "all"
    NONE = "none"
    DRAW = "draw"


@dataclass(frozen=True)
class Rule:
    """
    `jury` and `votes`: their parts of the total, together one. `dropped`: so many of the highest and of the lowest marks do not count.
    `least_marks`: an entry with fewer marks that count is not ranked. `quota`: so many go on; null = all who reach `pass_mark`. `places`:
    decimals of every figure, rounded half up; figures are compared as they are published.
    """

    jury: Decimal
    votes: Decimal = Decimal(0)
    dropped: int = 0
    least_marks: int = 1
    quota: int | None = None
    pass_mark: Decimal | None = None
    ties: tuple[TieBreak, ...] = ()
    cut_tie: CutTie = CutTie.ALL
    places: int = 2

    def __post_init__(self) -> None:
        if self.jury + self.votes != 1 or min(self.jury, self.votes) < 0:
            raise ValueError("the parts of jury and votes are not one together")

    @property
    def least_jurors(self) -> int:
        """So many marks an entry needs to be ranked, those that are dropped included; 0 where no jury counts."""
        return self.least_marks + 2 * self.dropped if self.jury else 0


@dataclass(frozen=True)
class Entry:
    """
    `marks` by juror, 0 … 100; `barred`: jurors whose mark does not count here, for they are near to it. `votes`: those that count. `extra`: points
    that the rule gives beside both, as to entries of counties to which resources are tilted.
    """

    name: str
    marks: Mapping[str, Decimal] = field(default_factory=dict)
    barred: frozenset[str] = frozenset()
    votes: int = 0
    extra: Decimal = Decimal(0)


@dataclass(frozen=True)
class Placed:
    """
    `place` from 1, equal ones share it and the next is skipped; null = not ranked. `jury`: the mean of what counted; `votes`: hundred for the most
    voted, the others in proportion; `total`: their parts and the entry's `extra`; `counted` and `left_out`: the jurors whose mark did and did not.
    """

    name: str
    place: int | None
    total: Decimal | None
    jury: Decimal | None
    votes: Decimal
    goes_on: bool
    counted: tuple[str, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class Ranking:
    """Best first, those not ranked last. `drawn`: between whom the draw decided, in its order; empty = it was not needed."""

    rows: tuple[Placed, ...]
    drawn: tuple[str, ...] = ()
