"""
Unsafe calls with an idempotency key: what was answered is written in the transaction of what was done, both or neither.

A call that was refused has done nothing and keeps nothing: its key may be used again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction

from niangjia.apps.accounts.models import ApiAnswer
from niangjia.apps.accounts.types import KeptAnswer
from niangjia.kernel.problems import Refusal

KEPT = timedelta(days=30)  # people notice the next working day, or after a holiday, that something was not answered


class KeyUsedBefore(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "这个幂等键已用于另一个请求。重试请原样重发；新的请求请用新的键。",
            "That idempotency key was used for another request. To retry, send the same again; for a new request take a new key.",
        )


def answer_once(
    *, token_id: int, key: str, asked: str, now: datetime, act: Callable[[], tuple[int, str]]
) -> KeptAnswer:
    """
    Do `act`, which gives status and body, unless this token had it done under `key` before: then the answer of then.

    Of two calls at once the second waits for the first. `asked` is a hash of the request. What `act` raises passes on, and nothing
    of it stays.

    Raises:
        KeyUsedBefore: with another `asked`.
    """
    with transaction.atomic():
        ApiAnswer.objects.filter(at__lt=now - KEPT).delete()
        # The row comes first: whoever sends the same at the same moment waits at its unique key for our commit.
        kept, is_new = ApiAnswer.objects.get_or_create(
            token_id=token_id, key=key, defaults={"asked": asked, "status": 0, "body": "", "at": now}
        )
        if not is_new:
            if kept.asked != asked:
                raise KeyUsedBefore
            return KeptAnswer(kept.status, kept.body, is_repeat=True)
        kept.status, kept.body = act()
        kept.save(update_fields=["status", "body"])
    return KeptAnswer(kept.status, kept.body, is_repeat=False)
