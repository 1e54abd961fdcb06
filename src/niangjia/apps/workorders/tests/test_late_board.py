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
    st.tuples(st.sampled_from(CODES), st.sampled_from(["accept", "forward", "verify", "review"]), st.integers(-3, 20), st.integers(-3, 9)),
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
    for order_id, (code, clock, days, whole_days) in zip(ids, orders, strict=True):
        WorkOrder.objects.filter(pk=order_id).update(
            org=place[code].id,
            clock=clock,
            step_due_at=NOW - timedelta(days=days),
            state=OrderState.CREATED,
            due_at=NOW - timedelta(days=whole_days),
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
            ran_out = [one.step_due_at if one.step_due_at <= NOW else one.due_at for one in listed]
            assert row.most_days == max(1, -(-(NOW - min(ran_out)) // timedelta(days=1)))


def test_the_county_figure_adds_up_what_lies_in_each_county(place):
    WorkOrder.objects.update(org=place["XG"].id, step_due_at=NOW - timedelta(days=1))
    assert queries.count_late_by_county(place.city, now=NOW) == {"330624": HOUSEHOLDS}
    assert queries.count_late_by_county(place.other_county, now=NOW) == {}


def test_an_order_past_its_whole_limit_is_late_though_its_step_has_time_and_each_late_one_is_told_once(place):
    WorkOrder.objects.update(
        org=place["XG"].id, clock="verify", state=OrderState.CREATED, step_due_at=NOW + timedelta(days=1)
    )
    assert queries.count_open(place.county, now=NOW).late == 0
    late = WorkOrder.objects.order_by("pk").first()
    WorkOrder.objects.filter(pk=late.pk).update(due_at=NOW - timedelta(days=15))
    assert queries.count_open(place.county, now=NOW).late == 1
    (row,) = queries.list_late(place.county, now=NOW)
    assert (row.by_clock, row.most_days) == ({"whole": 1}, 15)
    card = queries.get_order(place.county, late.pk, now=NOW)
    assert card.is_overdue and card.late == "whole" and card.deadline == card.due_at
    WorkOrder.objects.filter(pk=late.pk).update(step_due_at=NOW)
    assert queries.list_late(place.county, now=NOW)[0].by_clock == {"verify": 1}
    WorkOrder.objects.filter(pk=late.pk).update(
        state=OrderState.CANCELLED, step_due_at=None, remind_at=None, escalate_at=None
    )
    assert queries.count_open(place.county, now=NOW).late == 0, "what has ended is late no more"
