"""For every test: the throw-away deployment comes from `niangjia.config.settings_for_tests`; it asks nothing of the environment
but ``NIANGJIA_DATABASE_URL``, which moves the tests to PostgreSQL. Generated cases are the same in every run; with ``NIANGJIA_NEW_CASES``
(as in `make soak`) they are drawn anew."""

import os

import hypothesis
import pytest

hypothesis.settings.register_profile("the same cases", derandomize=True)
if not os.environ.get("NIANGJIA_NEW_CASES"):
    hypothesis.settings.load_profile("the same cases")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Tests that commit empty the tables afterwards, which the triggers of audit and funds refuse; their own tests put them back."""
    from django.db import connection

    from niangjia.apps.audit import triggers
    from niangjia.apps.funds import triggers as fund_triggers

    with django_db_blocker.unblock():
        triggers.remove(connection)
        fund_triggers.remove(connection)
