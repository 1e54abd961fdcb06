"""Twenty at once want the last seat, round after round: one has it and the rest waits. 500 rounds in the soak."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from niangjia.apps.bookings import actions, queries
from niangjia.apps.bookings.models import Booking, Slot
from niangjia.apps.bookings.tests.fair import NOW, build
from niangjia.kernel.problems import Refusal
from tests.soak import IS_SOAK

CLIENTS = 20
ROUNDS = 500 if IS_SOAK else 4


@pytest.fixture
def fair(transactional_db):
    yield build(CLIENTS)
    assert list(queries.verify(now=NOW)) == []


def race(act: Callable[[int], object]) -> Counter[str]:
    """All at the same moment, each on a connection of its own; what each got: a state, or the refusal's name."""
    barrier = Barrier(CLIENTS)

    def client(number: int) -> str:
        try:
            barrier.wait()
            return str(act(number))
        except Refusal as refusal:
            return type(refusal).__name__
        finally:
            connections.close_all()

    with ThreadPoolExecutor(CLIENTS) as pool:
        return Counter(pool.map(client, range(CLIENTS)))


@pytest.mark.django_db(transaction=True)
def test_the_last_seat_is_never_sold_twice(fair):
    for _ in range(ROUNDS):
        offer = fair.offer(1)
        got = race(lambda number, offer=offer: Booking.objects.get(pk=fair.ask(offer, number)).state)
        assert got == {"SEATED": 1, "WAITING": CLIENTS - 1} and Slot.objects.get(offer_id=offer).taken == 1


@pytest.mark.django_db(transaction=True)
def test_the_last_seat_of_two_offers_goes_to_a_worker_once_in_their_years(fair):
    """Every client is the same worker, at two offers by turns."""
    for turn in range(ROUNDS):
        told = {"program": f"p{turn}", "every_years": 3}
        offers = fair.offer(1, **told), fair.offer(1, **told)
        race(lambda number, offers=offers: fair.ask(offers[number % 2], 0, key=f"{offers} {number}"))
        assert Booking.objects.filter(offer_id__in=offers, state="SEATED").count() == 1


@pytest.mark.django_db(transaction=True)
def test_who_lets_go_and_who_asks_at_once_leave_one_with_the_seat(fair):
    for _ in range(ROUNDS):
        offer = fair.offer(1)
        first = fair.ask(offer, 0)

        def act(number: int, offer: int = offer, first: int = first) -> object:
            if number % 2:
                return fair.ask(offer, number)
            return actions.cancel(viewer=fair.workers[0], booking_id=first, now=NOW)

        race(act)
        assert Booking.objects.filter(offer_id=offer, state="SEATED").count() == 1
