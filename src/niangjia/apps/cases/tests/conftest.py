"""The town at work, for the tests of cases: built once a file; what a test changes is undone after it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.db import transaction

from niangjia.apps.cases.tests.desk import Desk, build_desk, give_budget


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker) -> Iterator[Desk]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield build_desk()
        transaction.set_rollback(True)


@pytest.fixture
def desk(built: Desk, db) -> Desk:
    return replace(built)


@pytest.fixture
def funded(desk: Desk) -> Desk:
    give_budget(desk)
    give_budget(desk, "graded-aid")
    return desk
