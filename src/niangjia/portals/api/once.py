"""Unsafe calls: counted, done once for a key, answered alike however often they come."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Final

from django.http import HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from ninja import Header, Schema

from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts.types import Throttle, Viewer
from niangjia.portals.api.doors import ApiRequest
from niangjia.portals.api.service import api

# A clerk's whole day in a minute: far above what an honest program needs, low enough to stop one that runs wild.
CALLS: Final = Throttle("api.unsafe", 120, timedelta(minutes=1))

Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=255,
        pattern=r"^[A-Za-z0-9_.:-]+$",
        description="一次办理一个新的 UUID，重试时不变；保留三十天 · a fresh UUID for each act, the same to retry; kept for thirty days",
        examples=["0d9c2b9e-7d0c-4a43-9f0b-6f2d9a1f7c11"],
    ),
]


def once(request: ApiRequest, key: str, do: Callable[[Viewer, datetime], Schema]) -> HttpResponse:
    """
    Do it and answer with what it gives, unless this token had it done under `key`: then the same answer, marked as a repeat.

    `do` answers without anything of a person: the answer is kept. Raises what `do` raises, KeyUsedBefore, TooManyTries.
    """
    viewer, now = request.viewer, timezone.now()
    token_id = viewer.token_id or 0
    accounts.take_turn(CALLS, str(token_id), now=now)
    # Keyed: a body may hold a number of a person, which could be guessed from a plain hash.
    said = f"{request.method} {request.path}\n".encode() + request.canonical
    asked = salted_hmac("api.asked", said, algorithm="sha256").hexdigest()

    def act() -> tuple[int, str]:
        return 200, api.renderer.render(request, do(viewer, now).model_dump(), response_status=200)

    kept = accounts.answer_once(token_id=token_id, key=key, asked=asked, now=now, act=act)
    response = HttpResponse(kept.body, status=kept.status, content_type="application/json; charset=utf-8")
    if kept.is_repeat:
        response.headers["Idempotent-Replayed"] = "true"
    return response
