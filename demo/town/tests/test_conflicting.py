"""The conflicts planted in the invented city are what its auditor finds, and nothing else is."""

from __future__ import annotations

import pytest

from demo.town import conflicting
from niangjia.apps.accounts import queries as accounts
from niangjia.apps.cases.tests.desk import OCTOBER, build_desk
from niangjia.apps.cases.types import Outcome
from niangjia.apps.inspections import queries
from niangjia.kernel.months import Month

pytestmark = pytest.mark.django_db
NOVEMBER = Month("2023-11")


def found(desk) -> set[tuple[str, str]]:
    return {(one.rule.id, one.of) for one in queries.find_conflicts(desk.town.auditor, NOVEMBER)}


def test_what_was_planted_is_found_and_nothing_else(db):
    desk = build_desk()
    cases = [desk.verified(Outcome.V1), desk.verified(Outcome.V1, start=20, month=OCTOBER.next())]
    assert found(desk) == set(), "the town went by the rules"
    planted = conflicting.plant(desk.town.auditor, NOVEMBER, starts_on=desk.now.date(), now=desk.now)
    assert found(desk) == planted
    assert {rule for rule, _of in planted} == {"own-household", "own-union"}
    assert {of for rule, of in planted if rule == "own-union"} == {f"case:{one.pk}" for one in cases}


def test_planting_again_plants_no_second_officer(db):
    desk = build_desk()
    desk.verified(Outcome.V1)
    first = conflicting.plant(desk.town.auditor, NOVEMBER, starts_on=desk.now.date(), now=desk.now)
    conflicting.plant(desk.town.auditor, NOVEMBER, starts_on=desk.now.date(), now=desk.now)
    assert found(desk) == first
    assert accounts.people_of([desk.town.grassroots.account_id])[desk.town.grassroots.account_id][1]
