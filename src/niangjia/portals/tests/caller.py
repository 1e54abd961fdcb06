"""A program with a token, for the tests of the API."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.test import Client

from niangjia.apps.accounts import actions, permissions
from niangjia.apps.accounts.types import Scope, Viewer
from niangjia.apps.programs.tests.town import NOW


def token_of(viewer: Viewer, scopes: tuple[Scope, ...] | None = None) -> str:
    """A new token on that viewer's post; by default with everything the post offers."""
    chosen = permissions.scopes_of(viewer.role) if scopes is None else scopes
    until = NOW + timedelta(days=30)
    return actions.issue_token(viewer=viewer, name="测试程序", scopes=chosen, expires_at=until, now=NOW).secret


class Caller:
    def __init__(self, token: str = "", **headers: str) -> None:
        self.client = Client(headers=({"authorization": f"Bearer {token}"} if token else {}) | headers)

    def get(self, address: str, **query: Any) -> HttpResponse:
        return self.client.get(address if address.startswith("/api/") else f"/api/v1{address}", query or None)

    def post(self, address: str, body: Any = None, *, key: str | None = "", **headers: str) -> HttpResponse:
        """`key` empty: a fresh one; None: none at all."""
        sent = {} if key is None else {"idempotency-key": key or str(uuid.uuid4())}
        text = body if isinstance(body, str) else json.dumps(body or {}, ensure_ascii=False)
        return self.client.post(
            f"/api/v1{address}", text, content_type=headers.pop("content_type", "application/json"), headers=sent | headers
        )  # fmt: skip


def caller(viewer: Viewer, *scopes: Scope) -> Caller:
    return Caller(token_of(viewer, scopes or None))
