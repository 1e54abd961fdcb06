"""Messages come into being, and with them what goes out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction

from niangjia.apps.messages import kinds, timing
from niangjia.apps.messages.models import Address, Delivery, Heard, Message
from niangjia.apps.messages.queries import choices_of
from niangjia.apps.messages.types import Channel, DeliveryState, Ending, Telling

CHUNK = 500

_Key = tuple[int, str, str, str]


def tell(
    *,
    tellings: Sequence[Telling],
    after: int,
    up_to: int,
    endings: Sequence[Ending] = (),
    channels: Collection[Channel] = (),
    now: datetime,
) -> bool:
    """
    Write what the audit chain's events after number `after`, up to `up_to`, say to whom: messages, what is to go out over
    `channels`, and that it was told; and what they end (`endings`). False, and nothing written, if another worker was first.

    Safe to repeat: one key is told once. What comes together adds to the count of the moment's message and makes it unread again.

    Raises:
        ValueRefused: a value that no message may hold. Nothing is written.
    """
    known = kinds.load().by_id
    summed: dict[_Key, tuple[Telling, int]] = {}
    for telling in tellings:
        kind = known[telling.kind]
        kind.check(telling.params)
        key = _key(telling)
        first, count = summed.get(key, (telling, 0))
        added = telling.params.get("count", 1)
        summed[key] = first, (count if kind.is_together else 0) + (added if isinstance(added, int) else 1)
    with transaction.atomic():
        if not after:
            Heard.objects.get_or_create(id=1, defaults={"seq": 0})
        if not Heard.objects.filter(id=1, seq=after).update(seq=up_to):
            return False
        standing = _find_standing(list(summed))
        fresh: list[Message] = []
        for key, (telling, count) in summed.items():
            kind = known[telling.kind]
            if message := standing.get(key):
                if kind.is_together:
                    _add(message, count, kind.paths)
                continue
            fresh.append(
                Message(
                    account_id=telling.account_id,
                    kind=telling.kind,
                    subject=telling.subject,
                    occasion=telling.occasion,
                    params={**telling.params, **({"count": count} if "count" in telling.params else {})},
                    path=kind.paths if count > 1 and kind.paths else telling.path,
                    created_at=telling.at,
                )
            )
        Message.objects.bulk_create(fresh, batch_size=CHUNK)
        Delivery.objects.bulk_create(_going_out(fresh, channels, now), batch_size=CHUNK)
        _end(endings, now)
    return True


def _end(endings: Sequence[Ending], now: datetime) -> None:
    """Done elsewhere: such a message is read, and what of it has not gone out yet does not."""
    last: dict[tuple[str, str], datetime] = {}
    for one in endings:
        last[one.kind, one.subject] = max(one.at, last.get((one.kind, one.subject), one.at))
    keys = sorted(last)
    for start in range(0, len(keys), CHUNK):
        part = keys[start : start + CHUNK]
        rows = Message.objects.filter(
            kind__in={kind for kind, _ in part}, subject__in={subject for _, subject in part}, read_at__isnull=True
        ).values_list("pk", "kind", "subject", "created_at")
        over = [pk for pk, kind, subject, at in rows if (kind, subject) in last and at < last[kind, subject]]
        for first in range(0, len(over), CHUNK):
            ids = over[first : first + CHUNK]
            Message.objects.filter(pk__in=ids).update(read_at=now)
            Delivery.objects.filter(message__in=ids, state=DeliveryState.WAITING.value).update(
                state=DeliveryState.DROPPED.value, ended_at=now
            )


def _key(one: Telling | Message) -> _Key:
    return one.account_id, one.kind, one.subject, one.occasion


def _find_standing(keys: Sequence[_Key]) -> dict[_Key, Message]:
    found: dict[_Key, Message] = {}
    for start in range(0, len(keys), CHUNK):
        part = keys[start : start + CHUNK]
        rows = Message.objects.filter(
            account_id__in={account_id for account_id, *_ in part}, occasion__in={occasion for *_, occasion in part}
        )
        found |= {_key(row): row for row in rows}
    return found


def _add(message: Message, count: int, paths: str) -> None:
    message.params = {**message.params, "count": message.params["count"] + count}
    message.path = paths or message.path
    message.read_at = None
    message.save(update_fields=["params", "path", "read_at"])


def _going_out(messages: Sequence[Message], channels: Collection[Channel], now: datetime) -> list[Delivery]:
    if not channels or not messages:
        return []
    account_ids = {message.account_id for message in messages}
    chosen = choices_of(account_ids)
    reached: dict[int, list[Channel]] = {}
    confirmed = Address.objects.filter(
        account_id__in=account_ids, confirmed_at__isnull=False, channel__in=[channel.value for channel in channels]
    )
    for account_id, channel in confirmed.order_by("channel").values_list("account_id", "channel"):
        reached.setdefault(account_id, []).append(Channel(channel))
    known = kinds.load().by_id
    rows = []
    for message in messages:
        kind, choices = known[message.kind], chosen[message.account_id]
        is_digest = kind.is_digest and choices.digest_hour is not None
        for channel in reached.get(message.account_id, []):
            if channel in kind.over and (channel, kind.id) not in choices.off:
                due_at = timing.due_at(choices, at=now, is_urgent=kind.is_urgent, is_digest=is_digest)
                rows.append(
                    Delivery(
                        account_id=message.account_id,
                        message=message,
                        channel=channel.value,
                        is_digest=is_digest,
                        due_at=due_at,
                        created_at=now,
                    )
                )
    return rows
