"""The place of these tests: built once a file; what a test changes is undone after it."""

from collections.abc import Iterator

import pytest
from django.db import transaction

from niangjia.apps.matters.tests.room import Place, build


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Place]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield build(tmp_path_factory.mktemp("programs"))
        transaction.set_rollback(True)


@pytest.fixture
def place(built: Place, db) -> Place:
    return built.fork()
