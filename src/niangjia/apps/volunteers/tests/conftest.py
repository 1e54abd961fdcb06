"""One room for all tests of a file; what a test changes is undone after it."""

from __future__ import annotations

import pytest
from django.db import transaction

from niangjia.apps.volunteers.tests import room as rooms


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield rooms.build()
        transaction.set_rollback(True)


@pytest.fixture
def room(built, db):
    return built
