"""For every test: the throw-away deployment comes from `niangjia.config.settings_for_tests`; it asks nothing of the environment
but ``NIANGJIA_DATABASE_URL``, which moves the tests to PostgreSQL. Generated cases are the same in every run; with ``NIANGJIA_NEW_CASES``
(as in `make soak`) they are drawn anew."""

import os
from pathlib import Path

import hypothesis
import pytest

hypothesis.settings.register_profile("the same cases", derandomize=True)
if not os.environ.get("NIANGJIA_NEW_CASES"):
    hypothesis.settings.load_profile("the same cases")


# Tests below one of these share towns that take long to build: one process has them all, and builds each town once.
FAMILIES = (
    "tests/journeys",
    "tests/screens",
    "demo/town",
    "src/niangjia/engines/sensing/tests/test_sensing_catalogue_states.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What one process has to itself comes first, so that at the end both have something small to do; what empties the tables stays last."""
    root = Path(__file__).parent
    for item in items:
        place = item.path.relative_to(root).as_posix()
        for family in FAMILIES:
            if place.startswith(family) and not empties_the_tables(item):
                item.add_marker(pytest.mark.xdist_group(family))
    items.sort(key=lambda item: item.get_closest_marker("xdist_group") is None)


def empties_the_tables(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    return bool(marker and marker.kwargs.get("transaction"))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Tests that commit empty the tables afterwards, which the triggers of audit and funds refuse; their own tests put them back."""
    from django.db import connection

    from niangjia.apps.audit import triggers
    from niangjia.apps.funds import triggers as fund_triggers

    with django_db_blocker.unblock():
        triggers.remove(connection)
        fund_triggers.remove(connection)
