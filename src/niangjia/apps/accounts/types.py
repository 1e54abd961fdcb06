"""What may leave the room: roles and the viewer, the one who asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final


class Role(StrEnum):
    PROVINCE = "PROVINCE"
    CITY = "CITY"
    COUNTY = "COUNTY"
    TOWNSHIP = "TOWNSHIP"
    GRASSROOTS = "GRASSROOTS"
    FINANCE = "FINANCE"
    AUDITOR = "AUDITOR"
    ADMINISTRATOR = "ADMINISTRATOR"
    WORKER = "WORKER"


ROLE_NAMES: Final = {
    Role.PROVINCE: ("省总工会", "Provincial union"),
    Role.CITY: ("市总工会", "City union"),
    Role.COUNTY: ("县（市、区）总工会", "County union"),
    Role.TOWNSHIP: ("乡镇（街道）工会", "Town union"),
    Role.GRASSROOTS: ("基层工会", "Grassroots union"),
    Role.FINANCE: ("财务", "Finance"),
    Role.AUDITOR: ("审计", "Auditor"),
    Role.ADMINISTRATOR: ("系统管理", "Administrator"),
    Role.WORKER: ("职工本人", "Worker"),
}
"""Roles as refusals name them, in Chinese and English."""


class Due(StrEnum):
    """What somebody who has signed in must do before anything else."""

    OWN_PASSWORD = "OWN_PASSWORD"  # the present one was set by somebody else
    NEW_PASSWORD = "NEW_PASSWORD"  # the present one has outlived the policy
    SECOND_FACTOR = "SECOND_FACTOR"  # the post asks for one and the account has none


class Scope(StrEnum):
    """What a token may be used for. It never allows more than the post it was issued on."""

    PROGRAMS_READ = "programs:read"
    ORDERS_READ = "orders:read"
    ORDERS_WRITE = "orders:write"
    CASES_READ = "cases:read"
    DECISIONS_READ = "decisions:read"
    APPLICATIONS_WRITE = "applications:write"
    MATTERS_WRITE = "matters:write"


@dataclass(frozen=True)
class Holder:
    """A union, and the roles among those asked for that somebody holds there today."""

    org_name: str
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class Viewer:
    """
    Who asks, on which post. `org_path` bounds what is seen, empty for a worker, who sees what is their own:
    `person_id` is the registry's id of that worker, null for staff.

    `for_account_id`: whose post this is when the viewer stands in; null on a post of one's own. `joined_ids`: accounts that stand
    or lately stood in for the viewer, or the viewer for them. `token_id`: by which token a program asks for them; null at a page.
    """

    account_id: int
    post_id: int
    name: str
    role: Role
    org_id: int
    org_path: str
    person_id: int | None = None
    for_account_id: int | None = None
    joined_ids: frozenset[int] = frozenset()
    token_id: int | None = None

    def has_hand_in(self, account_ids: Iterable[int | None]) -> bool:
        """Whether one of these is the viewer, or is joined with the viewer by standing in: for four eyes."""
        return not (self.joined_ids | {self.account_id}).isdisjoint(account_ids)


@dataclass(frozen=True, slots=True)
class Throttle:
    """At most `most` tries of a kind by one value (a user name, a network address) within `window`."""

    kind: str
    most: int
    window: timedelta


@dataclass(frozen=True, slots=True)
class PostCard:
    """One post of an account. `ends_before` is null while no end is set; `for_name`: who is on leave, empty on a post of one's own."""

    id: int
    account_id: int
    role: Role
    org_id: int
    org_name: str
    starts_on: date
    ends_before: date | None
    for_name: str = ""


@dataclass(frozen=True)
class Recognised:
    """
    Who asks by a session. `viewer` null: no post is held. `sitting_seen_at` null: there is no such sitting, or it was ended. `along`: what
    was asked along with it, by name.
    """

    posts: tuple[PostCard, ...] = ()
    viewer: Viewer | None = None
    has_second_factor: bool = False
    sitting_seen_at: datetime | None = None
    along: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TotpOffer:
    """A secret to put into an app: for the code, for typing, and as the address that a QR picture holds. Not yet enrolled."""

    key_hex: str
    typed: str
    address: str


@dataclass(frozen=True, slots=True)
class PasskeyCard:
    """`last_used_at` null: not used since it was added."""

    id: int
    name: str
    added_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class SecondFactors:
    """What an account has besides its password. `totp_since` null: no app. Recovery codes alone are no second factor."""

    totp_since: datetime | None
    recovery_count: int
    passkeys: tuple[PasskeyCard, ...]

    @property
    def is_any(self) -> bool:
        return self.totp_since is not None or bool(self.passkeys)


@dataclass(frozen=True, slots=True)
class Site:
    """Where a passkey belongs: the host it is bound to, and the origin that asks (``https://help.example.gov.cn``)."""

    host: str
    origin: str


@dataclass(frozen=True, slots=True)
class SittingCard:
    """One place where an account is signed in. `device` and `address` may be empty."""

    id: int
    device: str
    address: str
    started_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Absence:
    """`away` is on leave until `last_on`, that day included; `by` stands in for them at `org_id`."""

    away_id: int
    away_name: str
    by_id: int
    by_name: str
    org_id: int
    last_on: date


@dataclass(frozen=True, slots=True)
class StandingIn:
    """One hand-over of a post. `post_id` is the colleague's; `last_on` is its last day."""

    post_id: int
    role: Role
    org_name: str
    from_name: str
    to_name: str
    starts_on: date
    last_on: date
    is_mine: bool  # the viewer's own post, handed over; else the viewer stands in


@dataclass(frozen=True, slots=True)
class TokenCard:
    """A token as its holder recognises it: `tail` are the last characters of its secret. `last_used_at` null: not used yet."""

    id: int
    account_id: int
    account_name: str
    name: str
    scopes: tuple[Scope, ...]
    role: Role
    org_name: str
    tail: str
    issued_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewToken:
    """`secret` is shown once: only its hash is kept."""

    id: int
    secret: str


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who asks by a token, checked afresh, and what the token may be used for."""

    viewer: Viewer
    scopes: frozenset[Scope]


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """The answer to an unsafe call. `is_repeat`: it was given before, and nothing was done now."""

    status: int
    body: str
    is_repeat: bool
