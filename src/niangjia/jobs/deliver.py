"""The outbox goes out: what is due is claimed, sent, and noted as it went."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from niangjia.adapters.channel import Sender
from niangjia.adapters.channels import open_channels, site_of
from niangjia.apps.messages import actions as messages
from niangjia.apps.messages.types import Channel, Parcel, Trouble
from niangjia.jobs import tell
from niangjia.kernel.deployment import Deployment
from niangjia.kernel.problems import Refusal

log = logging.getLogger(__name__)

# Beside the server the next turn goes on in half a minute: a slow gateway must not keep reminders waiting.
MOST_SECONDS = 240


@dataclass(frozen=True)
class DeliverReport:
    told: int
    sent: int
    failed: int


def run(deployment: Deployment, *, now: datetime) -> DeliverReport:
    """
    Make messages of what happened, then send what is due over the channels that the deployment has set up. Safe to repeat, and beside
    another worker.

    A wrong description of a channel keeps nothing from the inbox: it is logged, what waits goes on waiting.
    """
    try:
        senders = open_senders(deployment)
        site = site_of(deployment.messages)
    except Refusal as refusal:
        _complain(refusal.en)
        return DeliverReport(tell.tell(now=now), 0, 0)
    told = tell.tell(channels=senders, now=now)
    sent, failed = send_due(senders, site=site, now=now)
    return DeliverReport(told, sent, failed)


@cache
def _complain(said: str) -> None:
    """Once a process: it would be said twice a minute."""
    log.error("messages stay in the inbox: %s", said)


def open_senders(deployment: Deployment) -> dict[Channel, Sender]:
    """Raises WrongSetUp, ExtraMissing."""
    return {Channel(name): sender for name, sender in open_channels(deployment.messages).items()}


def send_due(
    senders: Mapping[Channel, Sender],
    *,
    site: str = "",
    now: datetime,
    ticking: Callable[[], float] = time.monotonic,
) -> tuple[int, int]:
    """
    Send everything that is due at `now`; how many parcels arrived and how many did not. A parcel is a message or a day's digest.

    What fails is due again later, not in this run. Killed between sending and noting it, a parcel is sent once more when its lease
    is over: at least once. `ticking`: seconds that pass, so that a lease taken late in a long run does not end early.
    """
    began = ticking()
    sent = failed = 0
    while senders and ticking() - began < MOST_SECONDS:
        moment = now + timedelta(seconds=ticking() - began)
        parcels = messages.claim(channels=senders, now=moment)
        if not parcels:
            break
        for parcel in parcels:
            before = ticking()
            trouble = _send(senders[parcel.channel], parcel, site)
            took = ticking() - before
            after = now + timedelta(seconds=ticking() - began)
            messages.settle(parcel=parcel, trouble=trouble, milliseconds=int(took * 1000), now=after)
            sent, failed = sent + (trouble is None), failed + (trouble is not None)
    return sent, failed


def _send(sender: Sender, parcel: Parcel, site: str) -> Trouble | None:
    link = site + (parcel.paths[0] if len(parcel.paths) == 1 else "/inbox/") if site and parcel.paths else ""
    text = f"{parcel.text}\n{link}" if link else parcel.text
    try:
        failure = sender.send(address=parcel.address, title=parcel.title, text=text)
    except Exception as error:  # a bug in one channel must not keep the others; what it says may name the address
        log.error("channel %s broke: %s", parcel.channel, type(error).__name__)
        return Trouble.UNREACHABLE
    return Trouble(failure.value) if failure else None
