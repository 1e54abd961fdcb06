"""The stage of these tests: built once a file; what a test changes is undone after it."""

from collections.abc import Iterator

import pytest
from django.db import transaction

from niangjia.apps.contests.tests import stage as stages
from niangjia.apps.contests.tests.stage import Stage


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker) -> Iterator[Stage]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield stages.build()
        transaction.set_rollback(True)


@pytest.fixture
def stage(built: Stage, db, monkeypatch) -> Stage:
    stages.install(monkeypatch, stages.TEXT)
    return built.fork()
