"""One house for all tests of a file; what a test changes is undone after it. It is built once, and each file is given a copy."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass

import pytest
from django.db import connection, transaction
from django.test import Client

from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Viewer
from niangjia.portals.tests import house as houses


@dataclass(frozen=True)
class Kept:
    """The house, and the database without it and with it."""

    house: houses.House
    empty: sqlite3.Connection
    full: sqlite3.Connection


def _copy_of_the_database() -> sqlite3.Connection:
    copy = sqlite3.connect(":memory:")
    connection.ensure_connection()
    connection.connection.backup(copy)
    return copy


@pytest.fixture(scope="session")
def kept(django_db_setup, django_db_blocker) -> Kept:
    with django_db_blocker.unblock():
        empty = _copy_of_the_database()
        with transaction.atomic():
            house = houses.build()
            connection.run_on_commit = []  # it is never committed for anybody but `full`
        full = _copy_of_the_database()
        empty.backup(connection.connection)
    return Kept(house, empty, full)


@pytest.fixture(scope="module")
def built(kept: Kept, django_db_blocker) -> Iterator[houses.House]:
    with django_db_blocker.unblock():
        kept.full.backup(connection.connection)
        with transaction.atomic():
            yield deepcopy(kept.house)
            transaction.set_rollback(True)
        kept.empty.backup(connection.connection)


@pytest.fixture
def house(built, db):
    return built


@pytest.fixture(autouse=True)
def on_the_day_of_work(monkeypatch):
    """The pages read the clock; it shows the day on which the house was built."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: houses.town.NOW)


@pytest.fixture
def signed_in():
    def sign_in(viewer: Viewer, language: str = "zh") -> Client:
        client = Client(headers={"accept-language": language})
        client.force_login(
            accounts.get_account(viewer.account_id), backend="niangjia.apps.accounts.backends.AccountBackend"
        )
        session = client.session
        session["proved_at"] = houses.town.NOW.timestamp()  # as after signing in by hand
        session.save()
        return client

    return sign_in
