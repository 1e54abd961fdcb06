"""
Every operation of the API, driven from its own document by Schemathesis, as several roles: whatever is sent, nothing breaks, every answer
is one that the document tells of, what is wrong is told, and nothing opens without a token. The same cases in every run; with
`NIANGJIA_NEW_CASES` others are drawn.
"""

from __future__ import annotations

from datetime import timedelta

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import strategies
from schemathesis import checks
from schemathesis.generation.modes import GenerationMode

from niangjia.apps.accounts.types import Role, Throttle
from niangjia.apps.matters.models import Matter
from niangjia.portals.api import once
from niangjia.portals.api.urls import api
from niangjia.portals.tests import applied
from niangjia.portals.tests.caller import token_of
from tests.soak import IS_SOAK

EXAMPLES = 200 if IS_SOAK else 10
ROLES = (Role.COUNTY, Role.GRASSROOTS, Role.FINANCE)
DOCUMENT = api.get_openapi_schema()
OPERATIONS = [(method.upper(), path) for path, methods in DOCUMENT["paths"].items() for method in methods]
# What fits the shapes may still be wrong: a cursor of another list, a visit without a second person. Tokens have their own test below.
EXCLUDED = [checks.positive_data_acceptance, checks.ignored_auth]
PLAIN = {"Accept-Encoding": "identity"}  # Schemathesis unpacks nothing when it calls the application itself
LIMITS = hypothesis.settings(
    max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(hypothesis.HealthCheck)
)


@pytest.fixture(scope="module")
def built(built, django_db_blocker):
    with django_db_blocker.unblock():
        applied.lay(built)
    return built


@pytest.fixture
def document(house, monkeypatch):
    monkeypatch.setattr(once, "CALLS", Throttle("api.unsafe", 10**6, timedelta(minutes=1)))
    # The server's own end of a request would close the connection that the test's house lies in.
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    for signal in signals:
        signal.connect(close_old_connections)


def parts_of(house, path):
    """Ids that are there as often as such that are not."""
    real = {
        "order_id": sorted(house.orders.values()), "case_id": sorted(house.cases.values()), "decision_id": [1, 2, 3], "area": ["330624"],
        "program_id": ["special-grant", "graded-aid"], "matter": [str(one) for one in Matter.objects.values_list("pk", flat=True).order_by("pk")],
    }  # fmt: skip
    return {name: strategies.sampled_from(ids) for name, ids in real.items() if f"{{{name}}}" in path}


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_whatever_is_sent_is_answered_as_documented(house, document, method, path, mode):
    operation = document[path][method]
    tokens = [token_of(house.viewers[role]) for role in ROLES]

    @hypothesis.settings(LIMITS)
    @hypothesis.given(data=strategies.data(), case=operation.as_strategy(mode), token=strategies.sampled_from(tokens))
    def send(data, case, token):
        if mode is GenerationMode.POSITIVE and data.draw(strategies.booleans(), "real ids"):
            case.path_parameters |= {name: data.draw(ids, name) for name, ids in parts_of(house, path).items()}
        with transaction.atomic():  # every case finds the house as it was built
            case.call_and_validate(headers=PLAIN | {"Authorization": f"Bearer {token}"}, excluded_checks=EXCLUDED)
            transaction.set_rollback(True)

    send()


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_nothing_opens_without_a_token(house, document, method, path):
    @hypothesis.settings(LIMITS, max_examples=2)
    @hypothesis.given(case=document[path][method].as_strategy())
    def send(case):
        for headers in ({}, {"Authorization": "Bearer njt_nobody"}, {"Authorization": "Basic Y291bnR5Og=="}):
            case.headers.pop("Authorization", None)
            response = case.call(headers=headers)
            assert response.status_code == 401 and response.headers["www-authenticate"] == ["Bearer"]

    send()
