"""One house for all tests of a file; what a test changes is undone after it."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.test import Client

from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Viewer
from niangjia.portals.tests import house as houses


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield houses.build()
        transaction.set_rollback(True)


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
