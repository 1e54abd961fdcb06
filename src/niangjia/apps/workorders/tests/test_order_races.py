"""Many at one order at once: one move, clear refusals, no second order. On SQLite and on PostgreSQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from niangjia.apps.audit import queries as audit
from niangjia.apps.workorders import actions as workorders
from niangjia.apps.workorders import queries
from niangjia.apps.workorders.lifecycle import OrderState
from niangjia.apps.workorders.models import WorkOrder
from niangjia.apps.workorders.tests import unions
from niangjia.apps.workorders.tests.unions import NOW, working
from niangjia.kernel.problems import Refusal

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def place():
    return unions.build(households=6)


@pytest.fixture(autouse=True)
def _invariants_hold_after_every_race(transactional_db):
    yield
    assert queries.verify() == [] and audit.verify_chain().is_whole


def race(act: Callable[[int], object], clients: int) -> Counter[str]:
    """All at the same moment, each on a connection of its own; what each got: a text, or the refusal's name."""
    barrier = Barrier(clients)

    def client(number: int) -> str:
        try:
            barrier.wait()
            return str(act(number))
        except Refusal as refusal:
            return type(refusal).__name__
        finally:
            connections.close_all()

    with ThreadPoolExecutor(clients) as pool:
        return Counter(pool.map(client, range(clients)))


def test_a_month_dispatched_by_ten_at_once_is_dispatched_once(place):
    orders = [place.new(number) for number in range(6)]
    won = race(lambda _: workorders.dispatch_many(orders=orders, now=NOW).created_count, clients=10)
    assert won["6"] == 1 and won["0"] == 9
    assert WorkOrder.objects.count() == 6


def test_two_reviewers_at_once_and_one_did(place):
    order = place.at(OrderState.SUBMITTED)
    both = (place.county, place.county_second)
    won = race(
        lambda number: workorders.review(viewer=both[number], order_id=order.id, step=order.step, now=NOW).state,
        clients=2,
    )
    assert won == {"REVIEWED": 1, "OrderMovedOn": 1}


def test_reviewing_and_returning_at_once_leaves_one_truth(place):
    order = place.at(OrderState.SUBMITTED)
    acts = (
        lambda: workorders.review(viewer=place.county, order_id=order.id, now=NOW),
        lambda: workorders.return_order(viewer=place.county_second, order_id=order.id, reason="x", now=NOW),
    )
    won = race(lambda number: acts[number]().state, clients=2)
    assert won["IllegalMove"] == 1 and len(queries.list_history(order.id)) == order.step + 1


def test_many_sweeps_at_once_tell_once(place):
    for number in range(6):
        place.dispatch(number)
    race(lambda _: len(workorders.sweep(now=working(1, day=9)).escalated_ids), clients=5)
    assert all(len(queries.list_history(order_id)) == 2 for order_id in WorkOrder.objects.values_list("pk", flat=True))
