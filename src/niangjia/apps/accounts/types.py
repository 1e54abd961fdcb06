"""What may leave the room: roles and the viewer, the one who asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum


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


class Due(StrEnum):
    """What somebody who has signed in must do before anything else."""

    OWN_PASSWORD = "OWN_PASSWORD"  # the present one was set by somebody else
    NEW_PASSWORD = "NEW_PASSWORD"  # the present one has outlived the policy
    SECOND_FACTOR = "SECOND_FACTOR"  # the post asks for one and the account has none


@dataclass(frozen=True, slots=True)
class Viewer:
    """
    Who asks, on which post. `org_path` bounds what is seen, empty for a worker, who sees what is their own:
    `person_id` is the registry's id of that worker, null for staff.
    """

    account_id: int
    post_id: int
    name: str
    role: Role
    org_id: int
    org_path: str
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class Throttle:
    """At most `most` tries of a kind by one value (a user name, a network address) within `window`."""

    kind: str
    most: int
    window: timedelta


@dataclass(frozen=True, slots=True)
class PostCard:
    """One post of an account. `ends_before` is null while no end is set."""

    id: int
    account_id: int
    role: Role
    org_id: int
    org_name: str
    starts_on: date
    ends_before: date | None


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
