"""What may leave the room: facts that come in, masked cards that go out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from niangjia.apps.organizations.types import Union


class PersonField(StrEnum):
    """Sealed columns that `actions.reveal` can open."""

    NAME = "name"
    ID_NUMBER = "id_number"
    PHONE = "phone"
    BANK_ACCOUNT = "bank_account"


class SpellSource(StrEnum):
    SENSED = "SENSED"
    DECLARED = "DECLARED"  # found at a verification: overrides the registers


class Purpose(StrEnum):
    SENSING = "SENSING"  # monthly cross-check for hardship
    NOTICE = "NOTICE"
    CONTACT = "CONTACT"


class CorrectionField(StrEnum):
    """What a worker may ask to be corrected. HOUSEHOLD and OTHER have no column: accepting one says that it was done elsewhere."""

    NAME = "NAME"
    PHONE = "PHONE"
    BANK_ACCOUNT = "BANK_ACCOUNT"
    HOUSEHOLD = "HOUSEHOLD"
    OTHER = "OTHER"


class CorrectionState(StrEnum):
    OPEN = "OPEN"
    ACCEPTED = "ACCEPTED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"


class RecognitionKind(StrEnum):
    HONOUR = "HONOUR"
    SKILL = "SKILL"  # a level of the vocabulary's `skill_level`


@dataclass(frozen=True, slots=True)
class RecognitionFacts:
    """An honour or a skill level given to a person by the union `org_id`. `ref`: what it rests on (``award:12``); one is entered once."""

    person_id: int
    kind: RecognitionKind
    code: str
    title: str
    given_on: date
    org_id: int
    ref: str


@dataclass(frozen=True, slots=True)
class Certificate:
    """A skill certificate got by examination, as it lies on the table. `level`: a code of the vocabulary's `skill_level`."""

    level: str
    occupation: str
    number: str
    given_on: date
    issuer: str


@dataclass(frozen=True, slots=True)
class RecognitionCard:
    """`org_name`: the union that gave it, or that entered the certificate of `issuer`; `issuer` and `number` empty: the union gave it itself."""

    kind: RecognitionKind
    code: str
    title: str
    given_on: date
    org_name: str
    ref: str
    id: int = 0
    issuer: str = ""
    number: str = ""
    entered_at: datetime | None = None

    @property
    def is_certificate(self) -> bool:
        return bool(self.number)


@dataclass(frozen=True, slots=True)
class HouseholdFace:
    """A household in a list. `name`: of the member with a union, else of the oldest, masked. `person_ids`: who lives there now, oldest first."""

    name: str
    person_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CorrectionCard:
    """One correction asked for. `value`, `note`, `basis` are empty for whoever has not opened them; `decided_at` null: it waits."""

    id: int
    person_id: int
    name: str
    about: CorrectionField
    state: CorrectionState
    raised_at: datetime
    decided_at: datetime | None
    value: str = field(default="", repr=False)
    note: str = field(default="", repr=False)
    basis: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class HeldCard:
    """A corrected value that feeds do not overwrite. `differs_since` null: none says otherwise."""

    person_id: int
    name: str
    column: str
    since: datetime
    differs_since: datetime | None
    correction_id: int


@dataclass(frozen=True, slots=True)
class ConsentCard:
    """One consent or objection to a purpose. `given_at` null: an objection to what rests on law; `withdrawn_at` null: it stands."""

    purpose: Purpose
    given_at: datetime | None
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """
    A person of a household as a sensing run or a verification found them. `pseudonym` is 32 hex characters;
    `sex` is M or F; `relation` is the register's word (head, spouse, child, parent …), empty if unknown. Empty `name`, `id_number`
    or `phone`: not reported, what is known stays.
    """

    pseudonym: str
    id_number: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    birth_date: date | None = None
    sex: str = ""
    relation: str = ""


@dataclass(frozen=True, slots=True)
class HouseholdFacts:
    """A household as sensed: its text key, who is in it, and the id of the union responsible (null: not yet known)."""

    key: str
    members: tuple[MemberFacts, ...]
    org_id: int | None = None


@dataclass(frozen=True, slots=True)
class MembershipFacts:
    pseudonym: str
    org_id: int
    joined_on: date
    left_on: date | None = None
    group: str = ""


@dataclass(frozen=True, slots=True)
class HouseholdsReceived:
    """Ids by household key and by pseudonym, and what was written."""

    household_ids: dict[str, int]
    person_ids: dict[str, int]
    created_household_count: int
    created_person_count: int
    changed_person_count: int
    moved_person_count: int


@dataclass(frozen=True, slots=True)
class PersonCard:
    """A person, masked. Fields never reported are empty; `household_id` and `org_id` are null when none is known."""

    id: int
    pseudonym: str
    name: str
    id_number: str
    phone: str
    bank_account: str
    bank_name: str
    birth_date: date | None
    sex: str
    household_id: int | None
    org_id: int | None


@dataclass(frozen=True, slots=True)
class PayeeAccount:
    """
    Where a person is paid, as a batch shows it. `masked` and `mark` (blind index) are empty while there is no account;
    `entered_by` is the account of who entered it, null for a feed.
    """

    masked: str
    bank_name: str
    mark: str
    entered_by: int | None


@dataclass(frozen=True, slots=True)
class HouseholdCard:
    """`key` is the lake's text key; `org_id` the union responsible, null before a household is placed."""

    id: int
    key: str
    org_id: int | None
    org_path: str
    member_ids: tuple[int, ...]
    is_declared: bool


@dataclass(frozen=True, slots=True)
class MemberCard:
    person: PersonCard
    relation: str
    source: SpellSource
    starts_on: date


@dataclass(frozen=True, slots=True)
class DeclaredHousehold:
    """What a verification found, for the next sensing run. `pseudonyms` sorted."""

    key: str
    pseudonyms: tuple[str, ...]
    declared_on: date


@dataclass(frozen=True, slots=True)
class DataView:
    """Someone looked at a person's data. `what` is the field opened or the page seen."""

    at: datetime
    account_id: int | None
    action: str
    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class MemberCount:
    """Persons with a lasting membership, by the first digits of a division's code."""

    by_area: Mapping[str, int]
    as_of: datetime


@dataclass(frozen=True, slots=True)
class HeadcountCard:
    """How many workers a union said there were on a day, and by which source."""

    workers: int
    on: date
    source: str


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """
    `members`: all lasting memberships at the union and below. `counted`: those of them where workers were told. `workers` null = nobody told any.
    `own`: what the union itself told; null = added up from `told` unions below.
    """

    union: Union
    members: int
    counted: int
    workers: int | None
    own: HeadcountCard | None
    told: int

    @property
    def share(self) -> float | None:
        """Null: nobody told how many workers there are."""
        return self.counted / self.workers if self.workers else None

    @property
    def is_strange(self) -> bool:
        """More members than workers: one of the two is wrong."""
        return self.workers is not None and self.counted > self.workers
