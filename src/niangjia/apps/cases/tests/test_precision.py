"""How often what was announced was found true, and that a small group has no figure."""

from __future__ import annotations

import pytest
from django.db import transaction

from niangjia.apps.accounts.permissions import NotAllowed
from niangjia.apps.cases import queries
from niangjia.apps.cases.models import Case
from niangjia.apps.cases.tests import desk as desks


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        desk = desks.build_desk()
        desk.list_month(desk.homes(14))
        desk.dispatch()
        yield desk
        transaction.set_rollback(True)


@pytest.fixture
def desk(built, db):
    return built


def answered(*outcomes: str) -> None:
    for case, outcome in zip(Case.objects.order_by("pk"), outcomes, strict=False):
        Case.objects.filter(pk=case.pk).update(outcome=outcome)


def test_confirmed_over_verified_by_trigger_and_grade(desk):
    answered(*["V1"] * 5, *["V2"] * 4, "V3", *["V4"] * 2, "V7", "V9")
    codes = ("ORANGE", "T-ILL-2", desks.OCTOBER.text)
    for (row,), code in zip(queries.precision_of(desk.town.city, through=desks.OCTOBER), codes, strict=True):
        assert (row.code, row.verified_count, row.confirmed_count, row.ratio) == (code, 12, 9, 0.75)


def test_fewer_than_ten_have_no_figure_at_all(desk):
    answered(*["V1"] * 9)
    ((row,), _by_trigger, _by_month) = queries.precision_of(desk.town.city, through=desks.OCTOBER)
    assert (row.verified_count, row.confirmed_count, row.ratio) == (None, None, None)


def test_another_county_and_another_year_do_not_count(desk):
    answered(*["V1"] * 12)
    assert queries.precision_of(desk.town.other_county, through=desks.OCTOBER) == ([], [], [])
    assert queries.precision_of(desk.town.city, through=desks.OCTOBER.plus(12)) == ([], [], [])


def test_it_is_for_who_releases_lists(desk):
    with pytest.raises(NotAllowed):
        queries.precision_of(desk.town.township, through=desks.OCTOBER)
