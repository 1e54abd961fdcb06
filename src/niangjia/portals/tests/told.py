"""The house's people are told what happened there, and some of them elsewhere too: for the tests of the inbox and its settings."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from niangjia.adapters.channel import Failure
from niangjia.apps.accounts.types import Role
from niangjia.apps.messages import actions as messages
from niangjia.apps.messages import queries
from niangjia.apps.messages.types import Channel, Choices
from niangjia.jobs import deliver, tell
from niangjia.jobs.tests.outbox import Wire, reach
from niangjia.portals.tests.house import House, town

CHANNELS: dict[str, Any] = {
    "email": {"host": "127.0.0.1", "port": 9, "security": "plain", "sender": "niangjia@example.com"},
    "dingtalk": {},
    "sms": {"url": "http://127.0.0.1:9/send", "body": {"to": "{phone}", "content": "{text}"}},
}


def lay(house: House) -> int:
    """Tell everything; return up to which number of the audit chain. Safe to repeat."""
    tell.tell(now=town.NOW)
    return queries.told_up_to()


def lay_channels(house: House) -> None:
    """The county's officer has one address confirmed and one that waits for its code; some messages arrived there, some did not."""
    county, now = house.viewers[Role.COUNTY], town.NOW - timedelta(hours=1)
    reach(county, Channel.EMAIL, now=now)
    messages.choose(viewer=county, choices=Choices(digest_hour=None), now=now)
    tell.tell(channels=[Channel.EMAIL], now=now)
    messages.give_address(viewer=county, channel=Channel.SMS, typed="13900000009", channels=set(Channel), now=now)
    wire = Wire(failures=[None, Failure.BUSY, Failure.REFUSED, Failure.TIMEOUT])
    deliver.send_due({Channel.EMAIL: wire}, now=now, ticking=lambda: 0.0)
