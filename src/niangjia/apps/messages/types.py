"""What may leave the room: messages to tell and as read, addresses, choices, parcels to send and how sending went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Channel(StrEnum):
    EMAIL = "EMAIL"
    DINGTALK = "DINGTALK"
    WECOM = "WECOM"
    SMS = "SMS"


class DeliveryState(StrEnum):
    WAITING = "WAITING"
    SENDING = "SENDING"  # claimed by a worker, until its lease ends
    SENT = "SENT"
    FAILED = "FAILED"  # given up
    DROPPED = "DROPPED"  # no longer wanted when its time came


class Trouble(StrEnum):
    """Why a try failed, as a class: what a server said in words may name the address."""

    TIMEOUT = "TIMEOUT"
    UNREACHABLE = "UNREACHABLE"
    BUSY = "BUSY"  # too much at once, or the other side is down
    REFUSED = "REFUSED"  # by the receiver or the gateway, for good
    NOT_SET_UP = "NOT_SET_UP"  # the channel is not, or wrongly, described by the deployment
    LOST = "LOST"  # its worker ended in the middle, again and again


@dataclass(frozen=True, slots=True)
class Ending:
    """That messages of `kind` about `subject` from before `at` have nothing left to do in them."""

    kind: str
    subject: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Telling:
    """
    One thing to tell one account. `occasion` is the moment or the event that it is about, `subject` the thing, such as ``workorder:7``: with
    account and kind they are the key. `at`: when it happened. `path`: where it leads, on this site. `params`: values of the kind's placeholders.
    """

    account_id: int
    kind: str
    subject: str
    occasion: str
    path: str
    at: datetime
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MessageCard:
    """One message as its owner reads it, worded in both languages. `read_at` null = unread."""

    id: int
    kind: str
    title: Mapping[str, str]
    text: Mapping[str, str]
    path: str
    at: datetime
    read_at: datetime | None
    is_urgent: bool


@dataclass(frozen=True, slots=True)
class GroupCard:
    """Several unread messages of one kind: `count` messages, `newest` the last's number. `text` says how many things they are about, where they say so."""

    kind: str
    title: Mapping[str, str]
    text: Mapping[str, str] | None
    path: str
    count: int
    newest: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Choices:
    """
    What an account chose. `quiet_from` to `quiet_until` are hours of the day, equal = no quiet hours; `digest_hour` null = everything
    singly. `off`: kinds that do not go over a channel.
    """

    language: str = "zh"
    quiet_from: int = 22
    quiet_until: int = 7
    digest_hour: int | None = 8
    off: frozenset[tuple[Channel, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class AddressCard:
    """One's own address on a channel, masked. `confirmed_at` null = only the code goes there."""

    channel: Channel
    masked: str
    confirmed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Parcel:
    """
    What one worker has claimed to send: one text to one address, for one delivery or a digest of several. `address` is plain, in memory
    alone. `token` proves the claim: without it nothing is settled.
    """

    token: str
    delivery_ids: tuple[int, ...]
    channel: Channel
    address: str
    title: str
    text: str
    paths: tuple[str, ...]
    language: str

    def __repr__(self) -> str:
        return f"Parcel({self.channel}, {self.delivery_ids})"  # no address, wherever it is printed


@dataclass(frozen=True, slots=True)
class ChannelCount:
    channel: Channel
    state: DeliveryState
    count: int


@dataclass(frozen=True, slots=True)
class FailedTry:
    """One try that failed, without whom it was for."""

    at: datetime
    channel: Channel
    kind: str
    trouble: Trouble
    try_number: int
    milliseconds: int
    is_given_up: bool


@dataclass(frozen=True, slots=True)
class Violation:
    rule: str
    place: str
    detail: str
