import time

import pytest
from django.conf import settings
from django.contrib.auth import login
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpResponse
from django.test import Client, RequestFactory

from niangjia.apps.accounts.models import Account
from niangjia.config.middleware import limit_sessions

pytestmark = pytest.mark.django_db


def test_every_answer_carries_the_headers():
    answer = Client().get("/healthy")
    assert answer.content == b"ok"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe-eval" not in policy
    script = next(part for part in policy.split(";") if part.strip().startswith("script-src "))
    assert "unsafe-inline" not in script
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store, private"
    assert "geolocation" in answer.headers["Permissions-Policy"]


def test_an_unknown_host_is_turned_away():
    assert Client(headers={"host": "evil.example"}).get("/healthy/").status_code == 400


@pytest.fixture
def visit(monkeypatch):
    """A signed-in session, and a function that makes a request at a second; it says whether one is still signed in."""
    account = Account.objects.create(username="wang", name="王", password="x")
    request = RequestFactory().get("/")
    request.session = SessionStore()
    moment = [1_000_000.0]
    monkeypatch.setattr(time, "time", lambda: moment[0])
    login(request, account, backend=settings.AUTHENTICATION_BACKENDS[0])
    answer = limit_sessions(lambda request: HttpResponse())

    def at(second: float) -> bool:
        moment[0] = 1_000_000.0 + second
        answer(request)
        return "_auth_user_id" in request.session

    return at


def test_a_session_ends_after_half_an_hour_without_a_request(visit):
    assert visit(0) and visit(29 * 60) and visit(29 * 60 + 1790)
    assert not visit(29 * 60 + 1790 + 1801 + 60)


def test_a_session_ends_after_twelve_hours_in_any_case(visit):
    for quarter in range(48):
        assert visit(quarter * 900)
    assert visit(12 * 3600)
    assert not visit(12 * 3600 + 1)


def test_a_page_view_writes_the_session_at_most_once_a_minute():
    written = []

    class Session(dict):
        def __setitem__(self, key, value):
            written.append(key)
            super().__setitem__(key, value)

    request = RequestFactory().get("/")
    request.session = Session(_auth_user_id="1", started_at=int(time.time()), seen_at=int(time.time()))
    answer = limit_sessions(lambda request: HttpResponse())
    for _ in range(10):
        answer(request)
    assert written == []
