"""Twenty at once for what only one can have: one winner, clear refusals, books in order. On SQLite and on PostgreSQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connections

from niangjia.apps.audit import queries as audit
from niangjia.apps.funds import actions as funds
from niangjia.apps.funds import queries
from niangjia.apps.funds.models import Payment, Reservation
from niangjia.apps.funds.tests import money
from niangjia.apps.funds.tests.money import E02_CAPS, NOW, PERSON, yearly
from niangjia.apps.funds.types import Outcome
from niangjia.kernel.problems import Refusal

CLIENTS = 20
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def county():
    return money.build(people=CLIENTS)


@pytest.fixture(autouse=True)
def _books_balance_after_every_race(transactional_db):
    yield
    assert queries.verify() == [] and audit.verify_chain().is_whole


def race(act: Callable[[int], object], clients: int = CLIENTS) -> Counter[str]:
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


def test_twenty_want_the_last_500_yuan_and_one_gets_it(county):
    budget_id = county.open_budget("500.00")
    assert race(lambda number: county.reserve(number).state) == {"RESERVED": 1, "QUEUED": 19}
    assert county.balances(budget_id).available == 0


def test_twenty_grants_to_one_worker_and_one_is_given(county):
    county.open_budget()
    won = race(lambda number: county.reserve(0, case_ref=f"case:{number}", caps=E02_CAPS).state)
    assert won == {"RESERVED": 1, "CapExceeded": 19}


def test_a_cap_in_yuan_holds_when_twenty_draw_on_it(county):
    county.open_budget()
    cap = (yearly("living", PERSON, amount=Decimal("1000.00")),)
    won = race(lambda number: county.reserve(0, case_ref=f"case:{number}", amount="300.00", caps=cap).state)
    assert won == {"RESERVED": 3, "CapExceeded": 17}


def test_one_case_reserved_twenty_times_is_reserved_once(county):
    budget_id = county.open_budget()
    assert len(race(lambda _: county.reserve(0).id)) == 1
    assert county.balances(budget_id).reserved == Decimal("500.00") and Reservation.objects.count() == 1


def test_two_officers_approve_one_reservation_and_one_did(county):
    county.open_budget()
    card = county.reserve(0, officers=[])
    both = (county.approver, county.reviewer)
    won = race(
        lambda number: funds.approve(viewer=both[number], reservation_id=card.id, now=NOW).is_approved, clients=2
    )
    assert won == {"True": 1, "WrongState": 1}


def test_approving_and_cancelling_at_once_leaves_one_truth(county):
    county.open_budget()
    card = county.reserve(0)
    acts = (
        lambda: funds.approve(viewer=county.approver, reservation_id=card.id, now=NOW),
        lambda: funds.cancel(viewer=county.officer, reservation_id=card.id, reason="x", now=NOW),
    )
    race(lambda number: acts[number]().state, clients=2)
    assert queries.get_reservation(card.id).state == "CANCELLED"


@pytest.mark.parametrize("same_key", [True, False])
def test_a_batch_prepared_by_many_at_once_pays_nobody_twice(county, same_key):
    budget_id = county.open_budget()
    county.approve(*[county.reserve(number) for number in range(5)])
    won = race(lambda number: county.prepare(budget_id, key="k" if same_key else f"k{number}").line_count, clients=8)
    assert won == ({"5": 8} if same_key else {"5": 1, "NothingToPay": 7})
    assert Payment.objects.count() == 5


def test_one_receipt_received_by_many_at_once_settles_once(county):
    budget_id = county.open_budget()
    county.approve(county.reserve(0), county.reserve(1))
    batch = county.send(county.prepare(budget_id).id)
    won = race(lambda _: county.receipt(batch.id, (1, Outcome.PAID), (2, Outcome.RETURNED)).repeated_count, clients=8)
    assert won == {"0": 1, "2": 7}
    assert county.balances(budget_id).paid == Decimal("500.00")


def test_a_batch_sealed_by_many_at_once_leaves_once(county):
    budget_id = county.open_budget()
    county.approve(county.reserve(0))
    batch = county.prepare(budget_id)
    funds.approve_batch(viewer=county.approver, batch_id=batch.id, now=NOW)
    seal = {"viewer": county.payer, "batch_id": batch.id, "account_marks": county.marks(), "now": NOW}
    assert race(lambda _: funds.seal_batch(**seal).state, clients=8) == {"SEALED": 8}
    assert county.balances(budget_id).in_transit == Decimal("500.00")
