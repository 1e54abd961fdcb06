"""The town at work, for the tests of cases."""

import pytest

from niangjia.apps.cases.tests.desk import Desk, build_desk, give_budget


@pytest.fixture
def desk(db) -> Desk:
    return build_desk()


@pytest.fixture
def funded(desk: Desk) -> Desk:
    give_budget(desk)
    give_budget(desk, "graded-aid")
    return desk
