"""One's own inbox."""

from __future__ import annotations

from datetime import datetime

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.messages.models import Message
from niangjia.apps.messages.problems import NoSuchMessage


def mark_read(*, viewer: Viewer, message_id: int, now: datetime) -> str:
    """Note that it was read; return where it leads. Safe to repeat. Raises NoSuchMessage."""
    message = Message.objects.filter(account_id=viewer.account_id, pk=message_id).first()
    if message is None:
        raise NoSuchMessage
    Message.objects.filter(pk=message.pk, read_at__isnull=True).update(read_at=now)
    return message.path


def mark_all_read(*, viewer: Viewer, up_to: int, now: datetime, kind: str = "") -> int:
    """All (of one kind) up to the number `up_to`, the newest that was seen: what came in the meantime stays unread. Return how many."""
    unread = Message.objects.filter(account_id=viewer.account_id, read_at__isnull=True, pk__lte=up_to)
    unread = unread.filter(kind=kind) if kind else unread
    return unread.update(read_at=now)
