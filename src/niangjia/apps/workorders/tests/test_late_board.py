"""The board of what is late counts what the list lists, wherever one stands in the tree."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from niangjia.apps.workorders import queries
from niangjia.apps.workorders.models import WorkOrder
from niangjia.apps.workorders.tests import unions
from niangjia.apps.workorders.tests.unions import NOW
from niangjia.apps.workorders.types import OrderState

HOUSEHOLDS = 12
CODES = ("C", "X", "Y", "XT", "XU", "XG", "XH", "XF", "YG", "CG")
drawn = st.lists(
    st.tuples(st.sampled_from(CODES), st.sampled_from(["accept", "forward", "verify", "review"]), st.integers(-3, 20)),
    min_size=HOUSEHOLDS, max_size=HOUSEHOLDS,
)  # fmt: skip


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        place = unions.build(HOUSEHOLDS)
        for number in range(HOUSEHOLDS):
            place.dispatch(number)
        yield place
        transaction.set_rollback(True)


@pytest.fixture
def place(built, db):
    return built


@given(drawn)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_figure_of_the_board_is_the_length_of_its_list(place, orders):
    ids = list(WorkOrder.objects.order_by("pk").values_list("pk", flat=True))
    for order_id, (code, clock, days) in zip(ids, orders, strict=True):
        WorkOrder.objects.filter(pk=order_id).update(
            org=place[code].id, clock=clock, step_due_at=NOW - timedelta(days=days), state=OrderState.CREATED
        )
    for viewer in (place.province, place.city, place.county, place.other_county, place.town):
        whole = queries.list_late(viewer, now=NOW)
        assert sum(row.count for row in whole) == queries.count_open(viewer, now=NOW).late
        for row in whole:
            narrow = {"org_id": row.org_id} if row.is_own else {"under": row.path}
            listed = queries.list_orders(viewer, now=NOW, only_overdue=True, **narrow)
            assert row.count == listed.count() == sum(row.by_clock.values())
            for clock, count in row.by_clock.items():
                assert count == queries.list_orders(viewer, now=NOW, only_overdue=True, clock=clock, **narrow).count()
            if not row.is_own:
                assert row.count == sum(one.count for one in queries.list_late(viewer, path=row.path, now=NOW))
            earliest = listed.first().step_due_at
            assert row.most_days == max(1, -(-(NOW - earliest) // timedelta(days=1)))


def test_the_county_figure_adds_up_what_lies_in_each_county(place):
    WorkOrder.objects.update(org=place["XG"].id, step_due_at=NOW - timedelta(days=1))
    assert queries.count_late_by_county(place.city, now=NOW) == {"330624": HOUSEHOLDS}
    assert queries.count_late_by_county(place.other_county, now=NOW) == {}
