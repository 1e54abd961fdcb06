"""What deciding gives back. Plain tuples: ten of them are made in a few microseconds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

Outcome = Literal["granted", "refused", "cannot_tell"]
Facts = Mapping[str, object]


class Decision(NamedTuple):
    """
    `amount`: yuan, None unless granted; `lines`: (line id, yuan) of each benefit line, before the caps; `given`: the same after
    the caps, which add up to `amount`.
    `refused_by`: ids of the rules, tiers and caps that are false; `unknown`: ids of what could not be told and matters.
    `needs_approval`: ids of approvals that somebody else must give first. `due`: (line id, day) of each deferred line that comes to
    anything. Of the amount only lines of kind money are ever paid (`Line.kind`).
    """

    outcome: Outcome
    tier: str | None
    amount: Decimal | None
    lines: tuple[tuple[str, Decimal], ...]
    refused_by: tuple[str, ...]
    unknown: tuple[str, ...]
    needs_approval: tuple[str, ...]
    content_hash: str
    given: tuple[tuple[str, Decimal], ...] = ()
    due: tuple[tuple[str, date], ...] = ()


class Trace(NamedTuple):
    """Every test's truth (None = unknown) and every line's cents, in the pack's order."""

    rules: tuple[bool | None, ...]
    tiers: tuple[bool | None, ...]
    caps: tuple[bool | None, ...]
    lines: tuple[int | None, ...]
    choices: tuple[int | None, ...]  # which alternative of each line counts, from 0; -1 = none
    approvals: tuple[bool | None, ...]
    tier: str | None
    total: int | None
