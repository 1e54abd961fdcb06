"""For every test: the throw-away deployment comes from `niangjia.config.settings_for_tests`; it asks nothing of the environment
but ``NIANGJIA_DATABASE_URL``, which moves the tests to PostgreSQL. Generated cases are the same in every run; with ``NIANGJIA_NEW_CASES``
(as in `make soak`) they are drawn anew."""

import os
from collections.abc import Iterator

import hypothesis
import pytest

hypothesis.settings.register_profile("the same cases", derandomize=True)
if not os.environ.get("NIANGJIA_NEW_CASES"):
    hypothesis.settings.load_profile("the same cases")


# Tests below one of these share towns that take long to build: one process has them all, and builds each town once.
FAMILIES = (
    "tests/journeys",
    "tests/screens",
    "tests/faults",
    "demo/town",
    "src/niangjia/engines/sensing/tests/test_sensing_catalogue_states.py",
)
# Each file below one of these builds a small town for its tests.
TOWNS = ("src/niangjia/apps", "src/niangjia/jobs", "src/niangjia/portals")
# Tests of these empty the tables when they end, so they stay last, wherever they are.
EMPTYING = (
    "test_cap_races", "test_money_races", "test_case_concurrency", "test_audit_chain", "test_files", "test_registry", "test_last_seat",
    "test_tokens", "test_accounts", "test_order_races", "test_delivering", "test_reconsidering", "test_api_guide", "test_api_screens",
    "test_numbers_at_once",
)  # fmt: skip


def group_of(nodeid: str) -> str:
    """Whose tests one process has to itself; by itself where any process may have the test."""
    place = nodeid.partition("::")[0]
    if place.endswith(tuple(f"{name}.py" for name in EMPTYING)):
        return nodeid
    return next((family for family in FAMILIES if place.startswith(family)), place if place.startswith(TOWNS) else nodeid)  # fmt: skip


def rank(item: pytest.Item) -> int:
    """What one process has to itself comes first, so that at the end both have something small to do."""
    if empties_the_tables(item):
        return len(FAMILIES) + 2
    group = group_of(item.nodeid)
    return FAMILIES.index(group) if group in FAMILIES else len(FAMILIES) + (group == item.nodeid)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    wrong = {item.path.stem for item in items if empties_the_tables(item)} - {*EMPTYING}
    assert not wrong, f"name these in conftest.EMPTYING: {wrong}"
    items.sort(key=rank)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """`--dist loadgroup` reads marks that pytest 9.2 no longer lets it pass on: groups are read off the place of a test instead."""
    from xdist.scheduler import LoadScopeScheduling

    class ByTown(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid)

    return ByTown(config, log)


def empties_the_tables(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    return bool(marker and marker.kwargs.get("transaction"))


@pytest.fixture(scope="module", autouse=True)
def anchors_of_a_file_of_tests() -> Iterator[None]:
    yield from anchors_as_before()


@pytest.fixture(autouse=True)
def anchors_of_a_test(anchors_of_a_file_of_tests: None) -> Iterator[None]:
    yield from anchors_as_before()


def anchors_as_before() -> Iterator[None]:
    """A test's events are rolled back; what the throw-away deployment notes of them outside the database must go with them."""
    from django.conf import settings

    file = settings.DEPLOYMENT.anchors
    before = file.read_bytes() if file.is_file() else None
    yield
    if before is not None:
        file.write_bytes(before)
    else:
        file.unlink(missing_ok=True)


@pytest.fixture(scope="session", autouse=True)
def contests_of_the_tests_county() -> None:
    from niangjia.apps.contests.tests.own import adopt_all

    adopt_all()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Tests that commit empty the tables afterwards, which the triggers of audit and funds refuse; their own tests put them back."""
    from django.db import connection

    from niangjia.apps.audit import triggers
    from niangjia.apps.funds import triggers as fund_triggers

    with django_db_blocker.unblock():
        triggers.remove(connection)
        fund_triggers.remove(connection)
