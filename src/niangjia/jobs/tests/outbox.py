"""A town with its desk, channels that lead to servers of this machine, and addresses that are confirmed: for the tests of messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from niangjia.adapters.channel import Failure
from niangjia.apps.accounts import sealing
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import queries as audit
from niangjia.apps.messages import actions as messages
from niangjia.apps.messages.models import Address, Heard, Message
from niangjia.apps.messages.queries import code_place
from niangjia.apps.messages.types import Channel

ROBOT = "https://oapi.dingtalk.com/robot/send?access_token=" + "a1" * 32
TYPED = {Channel.EMAIL: "lan@example.com", Channel.SMS: "13900000009", Channel.DINGTALK: ROBOT}


@dataclass
class Wire:
    """A sender that keeps what it is given, and fails as it is told to."""

    failures: list[Failure | None] = field(default_factory=list)
    sent: list[tuple[str, str, str]] = field(default_factory=list)

    def send(self, *, address: str, title: str, text: str) -> Failure | None:
        failure = self.failures.pop(0) if self.failures else None
        if failure is None:
            self.sent.append((address, title, text))
        return failure


def code_of(viewer: Viewer, channel: Channel) -> str:
    row = Address.objects.get(account_id=viewer.account_id, channel=channel.value)
    return sealing.open_sealed(row.sealed_code, code_place(viewer.account_id, channel)).decode()


def reach(viewer: Viewer, channel: Channel = Channel.EMAIL, *, now: datetime, typed: str = "") -> None:
    """Give an address and confirm it."""
    messages.give_address(viewer=viewer, channel=channel, typed=typed or TYPED[channel], channels=set(Channel), now=now)
    messages.confirm_address(viewer=viewer, channel=channel, code=code_of(viewer, channel), now=now)


def hear_from_now_on() -> None:
    """What was recorded before is not told."""
    Heard.objects.update_or_create(id=1, defaults={"seq": audit.last_seq()})


def hear_from_the_beginning() -> None:
    Heard.objects.update_or_create(id=1, defaults={"seq": 0})


def told(viewer: Viewer) -> list[Message]:
    return list(Message.objects.filter(account_id=viewer.account_id).order_by("pk"))


def kinds_of(viewer: Viewer) -> list[str]:
    return [message.kind for message in told(viewer)]
