"""How somebody wants to be told, and where: an address gets nothing before its owner has typed the code that was sent there."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts import sealing
from niangjia.apps.accounts.types import Throttle, Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.messages import kinds, timing
from niangjia.apps.messages.addresses import read_address
from niangjia.apps.messages.models import Address, Choice, Delivery
from niangjia.apps.messages.problems import ChannelNotSetUp, CodeRefused, HourRefused, NoSuchAddress
from niangjia.apps.messages.queries import code_place, place
from niangjia.apps.messages.types import Channel, Choices, DeliveryState

# A code costs a text message and reaches whoever has that number: enough for mistakes, too few to pester somebody with.
CODES_BY_ACCOUNT = Throttle("messages.code", 5, timedelta(hours=1))
_MOST_GUESSES = 5


def choose(*, viewer: Viewer, choices: Choices, now: datetime) -> None:
    """
    Replace what the viewer chose. What waits already is weighed by it when its time comes.

    Raises:
        HourRefused.
    """
    hours = [choices.quiet_from, choices.quiet_until, choices.digest_hour or 0]
    if not all(0 <= hour < 24 for hour in hours):
        raise HourRefused
    known = kinds.load().by_id
    values = {
        "language": "en" if choices.language == "en" else "zh",
        "quiet_from": choices.quiet_from,
        "quiet_until": choices.quiet_until,
        "digest_hour": choices.digest_hour,
        "off": sorted(f"{channel.value}:{kind}" for channel, kind in choices.off if kind in known),
    }
    Choice.objects.update_or_create(account_id=viewer.account_id, defaults=values)


def give_address(*, viewer: Viewer, channel: Channel, typed: str, channels: Collection[Channel], now: datetime) -> None:
    """
    Keep an address, sealed, and send a code to it; one that was there is replaced, and what still waits for it goes nowhere.

    `channels`: those that the deployment has set up.

    Raises:
        ChannelNotSetUp, AddressRefused, TooManyTries.
    """
    if channel not in channels:
        raise ChannelNotSetUp
    address = read_address(channel, typed)
    accounts.take_turn(CODES_BY_ACCOUNT, str(viewer.account_id), now=now)
    with transaction.atomic():
        _drop_waiting(viewer.account_id, channel, now)
        row, _ = Address.objects.update_or_create(
            account_id=viewer.account_id,
            channel=channel.value,
            defaults={
                "sealed": sealing.seal(address.encode(), place(viewer.account_id, channel)),
                "confirmed_at": None,
            },
        )
        _send_code(row, now)
        _record(viewer, "messages.give_address", channel, now)


def send_code_again(*, viewer: Viewer, channel: Channel, now: datetime) -> None:
    """A new code; the one before opens nothing any more. Raises NoSuchAddress, TooManyTries."""
    accounts.take_turn(CODES_BY_ACCOUNT, str(viewer.account_id), now=now)
    with transaction.atomic():
        _drop_waiting(viewer.account_id, channel, now)
        _send_code(_unconfirmed(viewer, channel), now)


def confirm_address(*, viewer: Viewer, channel: Channel, code: str, now: datetime) -> None:
    """
    The code arrived: from now on messages go there. Five wrong ones end it.

    Raises:
        NoSuchAddress, CodeRefused.
    """
    with transaction.atomic():
        row = _unconfirmed(viewer, channel)
        is_right = (
            row.sealed_code is not None
            and row.code_ends_at is not None
            and now < row.code_ends_at
            and row.code_tries < _MOST_GUESSES
            and hmac.compare_digest(
                sealing.open_sealed(row.sealed_code, code_place(viewer.account_id, channel)), code.strip().encode()
            )
        )
        if is_right:
            row.confirmed_at, row.sealed_code, row.code_ends_at = now, None, None
            row.save(update_fields=["confirmed_at", "sealed_code", "code_ends_at"])
            _record(viewer, "messages.confirm_address", channel, now)
        else:
            Address.objects.filter(pk=row.pk).update(code_tries=F("code_tries") + 1)
    if not is_right:
        raise CodeRefused


def remove_address(*, viewer: Viewer, channel: Channel, now: datetime) -> None:
    """Forget it; what waits for it goes nowhere. Safe to repeat."""
    with transaction.atomic():
        _drop_waiting(viewer.account_id, channel, now)
        if Address.objects.filter(account_id=viewer.account_id, channel=channel.value).delete()[0]:
            _record(viewer, "messages.remove_address", channel, now)


def _unconfirmed(viewer: Viewer, channel: Channel) -> Address:
    row = (
        Address.objects.select_for_update()
        .filter(account_id=viewer.account_id, channel=channel.value, confirmed_at__isnull=True)
        .first()
    )
    if row is None:
        raise NoSuchAddress
    return row


def _send_code(row: Address, now: datetime) -> None:
    code = f"{secrets.randbelow(10**6):06d}"
    row.sealed_code = sealing.seal(code.encode(), code_place(row.account_id, Channel(row.channel)))
    row.code_ends_at, row.code_tries = now + timing.CODE_LASTS, 0
    row.save(update_fields=["sealed_code", "code_ends_at", "code_tries"])
    Delivery.objects.create(account_id=row.account_id, channel=row.channel, due_at=now, created_at=now)


def _drop_waiting(account_id: int, channel: Channel, now: datetime) -> None:
    Delivery.objects.filter(account_id=account_id, channel=channel.value, state=DeliveryState.WAITING.value).update(
        state=DeliveryState.DROPPED.value, ended_at=now
    )


def _record(viewer: Viewer, action: str, channel: Channel, now: datetime) -> None:
    detail = {"channel": channel.value}
    audit.record(viewer, action=action, object=f"account:{viewer.account_id}", detail=detail, now=now)
