"""Past decisions made again from what each pins; the result is kept as an event of the audit chain."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.inspections import actions as inspections
from niangjia.apps.programs import queries as programs
from niangjia.kernel.problems import Refusal

AT_ONCE = 500
"""Decisions that a page makes again while somebody waits: a second or two."""


class TooManyToWait(Refusal):
    def __init__(self, count: int, month: str) -> None:
        super().__init__(
            f"{month} 有 {count:,} 件决定，在网页上一次最多复算 {AT_ONCE} 件。请抽样复算，或请运维运行 niangjia replay --month {month}，结果会显示在这里。",
            f"{month} has {count:,} decisions; a page makes at most {AT_ONCE} again. Draw a sample, or have niangjia replay --month {month} run: its result is shown here.",
        )


class NothingDecided(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "这个月没有可以复算的决定，什么都没有记下。请从列表里选一个月。",
            "Nothing was decided in that month that could be made again; nothing was recorded. Choose a month from the list.",
        )


@dataclass(frozen=True)
class Replayed:
    """How many were made again, and which came out otherwise: id and in what."""

    count: int
    differing: tuple[tuple[int, str], ...]


def replay_many(
    decision_ids: Sequence[int],
    *,
    viewer: Viewer | None,
    of: str,
    now: datetime,
    progress: Callable[[str, float], None] | None = None,
) -> Replayed:
    """Make these decisions again; `of` says which they are (``month:2023-10``). One event tells the result. The caller has bounded them."""
    differing: list[tuple[int, str]] = []
    for place, decision_id in enumerate(decision_ids):
        if progress:
            progress("复算 · replay", place / len(decision_ids))
        try:
            again = programs.replay(decision_id)
        except Refusal as refusal:  # its text is not what it was
            differing.append((decision_id, refusal.zh))
            continue
        if not again.is_same:
            differing.append((decision_id, ", ".join(again.differences)))
    inspections.note_replay(
        viewer=viewer, of=of, count=len(decision_ids), differing=[one for one, _ in differing], now=now
    )
    return Replayed(len(decision_ids), tuple(differing))
