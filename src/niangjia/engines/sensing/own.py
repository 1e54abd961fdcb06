"""What the house itself knows and sensing needs: files, verifications, grants, opt-outs, declared households.

Persons are pseudonyms (32 hex characters). Lists are empty in a new deployment.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

Persons = tuple[str, ...]


@dataclass(frozen=True)
class OpenFile:
    """A hardship file open at the month's end; `cause` as in the list (因病 …)."""

    persons: Persons
    cause: str


@dataclass(frozen=True)
class Verification:
    """Outcome V4 (not in hardship) and the figures at that time; null = UNKNOWN then."""

    persons: Persons
    verified_on: date
    causes: tuple[str, ...]
    income: Decimal | None = None
    oop_net: Decimal | None = None


@dataclass(frozen=True)
class OwnHistory:
    open_files: tuple[OpenFile, ...] = ()
    not_in_hardship: tuple[Verification, ...] = ()
    paid_this_year: tuple[Persons, ...] = ()
    file_exits: tuple[Persons, ...] = ()
    opted_out: Persons = ()
    declared_households: tuple[tuple[str, Persons], ...] = field(default=())
