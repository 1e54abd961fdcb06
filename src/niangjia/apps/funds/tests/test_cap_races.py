"""Twenty at once for the last place under a cap, out of several funds: one winner a round, in every window, on both databases."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from niangjia.apps.funds import caps as book
from niangjia.apps.funds import queries
from niangjia.apps.funds.models import CapUse
from niangjia.apps.funds.tests import money
from niangjia.apps.funds.tests.money import NOW
from niangjia.apps.funds.tests.test_money_races import CLIENTS, race
from niangjia.apps.funds.types import Cap, SubjectKind, Window
from niangjia.apps.organizations import queries as organizations

pytestmark = pytest.mark.django_db(transaction=True)
FUNDS = ("专项帮扶", "大病慰问", "送温暖", "厂工会慰问")
# Days of one year of which none is twelve months from another: each of them stands in the way of every other.
SPREAD = [date(2023, 1, 2) + timedelta(days=17 * number) for number in range(CLIENTS)]


@pytest.fixture
def county(transactional_db):
    county = money.build(people=CLIENTS)
    factory = organizations.find_union_by_path(county.grassroots_path).id
    for purpose in FUNDS[:3]:
        county.open_budget(purpose=purpose)
    county.open_budget(purpose=FUNDS[3], org_id=factory)
    yield county
    assert queries.verify() == []


def one_winner(county: money.County, window: Window, round_: int, **limit: object) -> None:
    """Each client pays somebody else out of one of four funds, for one and the same enterprise."""
    known = Cap(f"round-{window}", SubjectKind.ENTERPRISE, round_, window, SPREAD[0], event="earlier")
    with transaction.atomic():  # the counter is there: otherwise making its row would keep them apart
        book.take([known], amount=Decimal("1.00"), holder=f"earlier:{window}:{round_}", now=NOW)
        book.release(f"earlier:{window}:{round_}", now=NOW)

    def client(number: int) -> str:
        cap = Cap(
            f"round-{window}", SubjectKind.ENTERPRISE, round_, window, SPREAD[number], event=f"fire-{round_}", **limit
        )  # fmt: skip
        card = county.reserve(
            number,
            amount="300.00",
            case_ref=f"{window}:{round_}:{number}",
            purpose=FUNDS[number % 4],
            org_path=county.grassroots_path,
            caps=(cap,),
        )
        return "won" if card.id else ""

    assert race(client) == {"won": 1, "CapExceeded": CLIENTS - 1}, (window, round_)


LIMITS = [{"count": 1}, {"amount": Decimal("599.99")}]


@pytest.mark.parametrize("limit", LIMITS, ids=["times", "yuan"])
@pytest.mark.parametrize("window", Window)
def test_of_twenty_for_the_last_place_one_gets_it(county, window, limit):
    one_winner(county, window, 1, **limit)


@pytest.mark.slow
@pytest.mark.parametrize("limit", LIMITS, ids=["times", "yuan"])
@pytest.mark.parametrize("window", Window)
def test_of_twenty_for_the_last_place_one_gets_it_in_every_round(county, window, limit):
    for round_ in range(40):
        one_winner(county, window, round_, **limit)
    assert CapUse.objects.filter(released_at__isnull=True).count() == 40


def test_two_who_take_two_caps_in_opposite_order_do_not_block_each_other(county):
    """Counters are taken in one order, whatever order a pack names its caps in."""
    caps = [Cap(group, SubjectKind.UNION, 1, Window.YEAR, NOW.date(), count=CLIENTS) for group in ("a", "b", "c")]

    def client(number: int) -> str:
        turned = caps if number % 2 else caps[::-1]
        return county.reserve(number, amount="1.00", purpose=FUNDS[number % 3], caps=turned).state

    assert race(client) == {"RESERVED": CLIENTS}
