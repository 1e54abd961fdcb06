"""
The outbox: claimed under a lease, sent outside, settled by who claimed it.

Between sending and settling a worker may be killed: the lease ends and it is sent again. At least once, never lost.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q

from niangjia.apps.accounts import sealing
from niangjia.apps.messages import kinds, timing
from niangjia.apps.messages.models import Address, Delivery, Message, Try
from niangjia.apps.messages.queries import choices_of, code_place, place
from niangjia.apps.messages.types import Channel, Choices, DeliveryState, Parcel, Trouble
from niangjia.kernel.sealing import CannotOpen

_MOST_LINES = 20  # of a digest; the rest is in the inbox, which the text leads to
_FOR_GOOD = (Trouble.REFUSED,)


def claim(*, channels: Collection[Channel], now: datetime, most: int = 10) -> list[Parcel]:
    """
    Take up to `most` deliveries that are due, or that a worker took and never settled; others leave them alone until the lease ends.

    What is no longer wanted is dropped, what has come into quiet hours waits for their end, what was claimed too often is given
    up: then fewer come back than were due, and an empty list says that nothing is.
    """
    while True:
        with transaction.atomic():
            rows = _take(channels, now, most)
            parcels = _pack(rows, now)
        if parcels or len(rows) < most:
            return parcels


def _take(channels: Collection[Channel], now: datetime, most: int) -> list[Delivery]:
    waiting = Q(state=DeliveryState.WAITING.value, due_at__lte=now)
    forgotten = Q(state=DeliveryState.SENDING.value, leased_until__lte=now)
    free = (
        Delivery.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(waiting | forgotten, channel__in=[channel.value for channel in channels])
        .order_by("due_at", "pk")
    )
    rows = list(free[:most])
    digests = {(row.account_id, row.channel) for row in rows if row.is_digest}
    for account_id, channel in digests:  # a digest is whole: everything of it that is due
        known = [row.pk for row in rows]
        rows += free.filter(account_id=account_id, channel=channel, is_digest=True).exclude(pk__in=known)
    messages = Message.objects.in_bulk({row.message_id for row in rows if row.message_id})
    for row in rows:
        row.message = messages.get(row.message_id) if row.message_id else None
    return rows


def _pack(rows: Sequence[Delivery], now: datetime) -> list[Parcel]:
    chosen = choices_of({row.account_id for row in rows})
    addresses = {
        (row.account_id, row.channel): row
        for row in Address.objects.filter(account_id__in={row.account_id for row in rows})
    }
    parcels: list[Parcel] = []
    bundles: dict[tuple[object, ...], list[Delivery]] = {}
    for row in rows:
        address = addresses.get((row.account_id, row.channel))
        if row.try_count >= timing.MOST_TRIES:
            _end(row, DeliveryState.FAILED, now)
            Try.objects.create(delivery=row, number=row.try_count, at=now, trouble=Trouble.LOST.value, milliseconds=0)
        elif not _is_wanted(row, address, chosen[row.account_id], now):
            _end(row, DeliveryState.DROPPED, now)
        elif (later := _later(row, chosen[row.account_id], now)) is not None:
            Delivery.objects.filter(pk=row.pk).update(
                state=DeliveryState.WAITING.value, due_at=later, token="", leased_until=None
            )
        else:
            alone = () if row.is_digest else (row.pk,)
            bundles.setdefault((row.account_id, row.channel, *alone), []).append(row)
    for bundle in bundles.values():
        token = secrets.token_hex(16)
        Delivery.objects.filter(pk__in=[row.pk for row in bundle]).update(
            state=DeliveryState.SENDING.value,
            token=token,
            leased_until=now + timing.LEASE,
            try_count=F("try_count") + 1,
        )
        parcel = _worded(bundle, addresses[bundle[0].account_id, bundle[0].channel], chosen, token)
        if parcel is not None:
            parcels.append(parcel)
        else:  # sealed with keys that are gone: nobody can read where it should go
            for row in bundle:
                _end(row, DeliveryState.FAILED, now)
    return parcels


def _is_wanted(row: Delivery, address: Address | None, choices: Choices, now: datetime) -> bool:
    if address is None:
        return False
    if row.message is None:
        return address.sealed_code is not None and address.code_ends_at is not None and now < address.code_ends_at
    is_known = row.message.kind in kinds.load().by_id
    is_read = row.is_digest and row.message.read_at is not None  # seen in the inbox before the digest's hour
    return (
        is_known
        and not is_read
        and address.confirmed_at is not None
        and (Channel(row.channel), row.message.kind) not in choices.off
    )


def _later(row: Delivery, choices: Choices, now: datetime) -> datetime | None:
    """When, if not now: quiet hours may have begun since, or were chosen since."""
    if row.message is None or kinds.load().by_id[row.message.kind].is_urgent or not timing.is_quiet(choices, now):
        return None
    return timing.next_hour(now, choices.quiet_until)


def _worded(bundle: Sequence[Delivery], address: Address, chosen: dict[int, Choices], token: str) -> Parcel | None:
    known, channel = kinds.load(), Channel(address.channel)
    language = chosen[address.account_id].language
    try:
        plain = sealing.open_sealed(address.sealed, place(address.account_id, channel)).decode()
        messages = [row.message for row in bundle if row.message is not None]
        if not messages:
            code = sealing.open_sealed(address.sealed_code or b"", code_place(address.account_id, channel)).decode()
            title, lines = known.code_title[language], [known.code_text[language].format(code=code)]
        else:
            worded = [known.by_id[message.kind].word(message.params) for message in messages]
            title = (
                worded[0][0][language] if len(worded) == 1 else known.digest_title[language].format(count=len(worded))
            )
            lines = [text[language] for _, text in worded[:_MOST_LINES]]
    except CannotOpen:
        return None
    paths = tuple(message.path for message in messages)
    return Parcel(token, tuple(row.pk for row in bundle), channel, plain, title, "\n".join(lines), paths, language)


def _end(row: Delivery, state: DeliveryState, now: datetime) -> None:
    Delivery.objects.filter(pk=row.pk).update(state=state.value, ended_at=now, token="", leased_until=None)


def settle(*, parcel: Parcel, trouble: Trouble | None, milliseconds: int, now: datetime) -> bool:
    """
    Note how a try went: arrived (`trouble` None), to be tried again after a growing delay, or given up.

    False, and nothing noted, if the lease ended in between and another worker has it now.
    """
    with transaction.atomic():
        rows = list(
            Delivery.objects.select_for_update().filter(
                pk__in=parcel.delivery_ids, token=parcel.token, state=DeliveryState.SENDING.value
            )
        )
        for row in rows:
            Try.objects.create(
                delivery=row,
                number=row.try_count,
                at=now,
                trouble=trouble.value if trouble else "",
                milliseconds=milliseconds,
            )
            if trouble is None:
                _end(row, DeliveryState.SENT, now)
            elif trouble in _FOR_GOOD or row.try_count >= timing.MOST_TRIES:
                _end(row, DeliveryState.FAILED, now)
            else:
                Delivery.objects.filter(pk=row.pk).update(
                    state=DeliveryState.WAITING.value,
                    due_at=now + timing.DELAYS[row.try_count - 1],
                    token="",
                    leased_until=None,
                )
    return bool(rows)


def forget_old(*, now: datetime) -> int:
    """Delete deliveries that ended and messages that were read, both long ago; return how many messages."""
    before = now - timing.KEPT
    with transaction.atomic():
        Delivery.objects.filter(ended_at__lt=before).delete()
        count, _ = Message.objects.filter(read_at__lt=before, created_at__lt=before).delete()
    return count
