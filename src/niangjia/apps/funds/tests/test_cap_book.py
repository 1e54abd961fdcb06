"""One book of what everybody used of every cap: any subject, any window, whichever programme and union pays."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import F

from niangjia.apps.accounts.permissions import NotAllowed
from niangjia.apps.funds import actions as funds
from niangjia.apps.funds import caps as book
from niangjia.apps.funds import problems, queries
from niangjia.apps.funds.models import CapCounter, CapUse
from niangjia.apps.funds.tests import money
from niangjia.apps.funds.tests.money import NOW
from niangjia.apps.funds.types import Cap, Outcome, Subject, SubjectKind, Window
from niangjia.apps.organizations import queries as organizations

pytestmark = pytest.mark.django_db
YUAN = Decimal
ROLLING, YEAR, EVENT, LIFETIME = Window.ROLLING_12_MONTHS, Window.YEAR, Window.EVENT, Window.LIFETIME


@pytest.fixture
def county():
    return money.build()


def cap(
    window: Window = YEAR,
    day: date = date(2023, 11, 6),
    *,
    group: str = "g",
    per=SubjectKind.LOAN,
    subject_id=7,
    **more,
) -> Cap:
    return Cap(group, per, subject_id, window, day, **(more or {"count": 1}))


_entered = iter(range(10**6))


def use(*caps: Cap, amount: str = "100.00", holder: str = "") -> str:
    holder = holder or f"test:{next(_entered)}"
    with transaction.atomic():
        book.take(caps, amount=YUAN(amount), holder=holder, now=NOW, program="p")
    assert queries.verify() == []
    return holder


def refused(*caps: Cap, amount: str = "100.00") -> problems.CapExceeded:
    with pytest.raises(problems.CapExceeded) as found:
        use(*caps, amount=amount)
    return found.value


# --- whom it counts for --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", SubjectKind)
def test_whatever_a_programme_is_about_has_its_own_count(kind):
    use(cap(per=kind))
    refused(cap(per=kind))
    use(cap(per=kind, subject_id=8))
    other = SubjectKind.PERSON if kind is not SubjectKind.PERSON else SubjectKind.LOAN
    use(cap(per=other))


def test_a_group_is_shared_by_programmes_whoever_pays(county):
    """The county's relief fund and the factory union's own fund give to one household: one use each of the same cap."""
    county.open_budget()
    own = county.open_budget("1000.00", purpose="厂工会慰问", org_id=organization_of(county.grassroots_path))
    shared = money.yearly("help", money.HOUSEHOLD, amount=YUAN("700.00"))
    county.reserve(0, caps=(shared,), program="special-grant")
    small = county.reserve(
        0, caps=(shared,), amount="200.00", case_ref="factory", purpose="厂工会慰问", org_path=county.grassroots_path, program="gift"
    )  # fmt: skip
    with pytest.raises(problems.CapExceeded, match="已用 700.00 元"):
        county.reserve(0, caps=(shared,), amount="0.01", case_ref="more", program="third")
    rows = queries.list_cap_uses([Subject(SubjectKind.HOUSEHOLD, county.people[0][1])])
    assert [(row.program, row.payer_name, row.amount, row.day) for row in rows] == [
        ("gift", "轴承厂工会", YUAN("200.00"), NOW.date()),
        ("special-grant", "新昌县总工会", YUAN("500.00"), NOW.date()),
    ]
    assert small.budget_id == own and rows[0].held_to[0].amount == YUAN("700.00")


def organization_of(path: str) -> int:
    return organizations.find_union_by_path(path).id


def test_two_limits_of_one_group_are_one_use():
    """Once a year, and three times ever: the same grant is counted once."""
    year, ever = cap(YEAR, count=1), cap(LIFETIME, count=2)
    use(year, ever)
    assert queries.cap_used(ever).as_pair() == (1, YUAN("100.00"))
    refused(year, ever)
    next_year = date(2024, 1, 1)
    use(replace(year, day=next_year), replace(ever, day=next_year))
    assert refused(*(replace(one, day=date(2025, 1, 1)) for one in (year, ever))).cap.window is LIFETIME


def test_windows_of_one_group_see_each_others_uses():
    use(cap(YEAR))
    refused(cap(LIFETIME, day=date(2025, 5, 5)))


def test_caps_of_one_group_that_tell_of_one_use_differently_are_a_mistake():
    with pytest.raises(ValueError, match="tell of one use"):
        use(cap(YEAR, share=YUAN("1.00")), cap(LIFETIME))


# --- windows -------------------------------------------------------------------------------------------------------


def test_a_year_is_the_calendars():
    use(cap(day=date(2023, 12, 31)))
    refused(cap(day=date(2023, 1, 1)))
    use(cap(day=date(2024, 1, 1)))


def test_an_event_is_helped_once_and_another_event_again():
    fire = cap(EVENT, event="2023-10-02 火灾", count=1)
    use(fire)
    assert "2023-10-02 火灾" in refused(replace(fire, day=date(2024, 3, 1))).zh
    use(replace(fire, event="2024-06-11 水灾"))


def test_a_cap_per_event_asks_which_event():
    with pytest.raises(problems.EventMissing):
        use(cap(EVENT, count=1))


def test_once_in_a_life_stays_used_in_every_year():
    use(cap(LIFETIME, day=date(1999, 1, 1)))
    refused(cap(LIFETIME, day=date(2040, 1, 1)))


@pytest.mark.parametrize(
    ("first", "blocked", "free"),
    [
        (date(2023, 3, 15), date(2024, 3, 14), date(2024, 3, 15)),
        (date(2024, 2, 29), date(2025, 2, 28), date(2025, 3, 1)),  # the clamped month ends on the 28th, the day before
        (date(2023, 2, 28), date(2024, 2, 27), date(2024, 2, 28)),
        (date(2023, 8, 31), date(2024, 8, 30), date(2024, 8, 31)),
    ],
)
def test_twelve_months_end_with_the_day_of_the_new_use(first, blocked, free):
    use(cap(ROLLING, first, count=1))
    refused(cap(ROLLING, blocked, count=1))
    use(cap(ROLLING, free, count=1))


def test_a_use_dated_back_must_fit_into_the_twelve_months_of_those_after_it():
    use(cap(ROLLING, date(2023, 12, 1), amount=YUAN("150.00")))
    late = cap(ROLLING, date(2023, 2, 1), amount=YUAN("150.00"))
    assert queries.cap_used(late).as_pair() == (1, YUAN("100.00"))
    refused(late, amount="50.01")
    use(late, amount="50.00")
    use(cap(ROLLING, date(2022, 12, 1), amount=YUAN("150.00")))  # outside the twelve months of December 2023
    refused(cap(ROLLING, date(2023, 1, 31), amount=YUAN("150.00")), amount="0.01")


def test_a_use_between_two_others_counts_in_both_windows():
    year_ago, now_day = date(2023, 1, 10), date(2023, 12, 20)
    use(cap(ROLLING, year_ago, count=2))
    use(cap(ROLLING, now_day, count=2))
    refused(cap(ROLLING, date(2023, 6, 1), count=2))
    use(cap(ROLLING, date(2024, 1, 10), count=2))


def test_a_later_use_keeps_its_own_limit_against_one_dated_back_with_a_higher_one():
    use(cap(ROLLING, date(2023, 12, 1), amount=YUAN("100.00")))
    refused(cap(ROLLING, date(2023, 11, 1), amount=YUAN("900.00")), amount="0.01")
    use(cap(ROLLING, date(2023, 12, 2), amount=YUAN("900.00")), amount="800.00")


def test_what_is_given_back_is_free_again_in_every_window():
    for window in Window:
        first = cap(window, group=window, count=1, event="e")
        holder = use(first)
        with transaction.atomic():
            book.release(holder, now=NOW)
            book.release(holder, now=NOW)
        assert queries.verify() == []
        use(replace(first, day=date(2023, 10, 1)))
        refused(first)


def test_a_release_in_the_middle_opens_the_windows_it_stood_in():
    use(cap(ROLLING, date(2023, 1, 10), count=2))
    middle = use(cap(ROLLING, date(2023, 6, 1), count=2))
    refused(cap(ROLLING, date(2023, 12, 20), count=2))
    with transaction.atomic():
        book.release(middle, now=NOW)
    use(cap(ROLLING, date(2023, 12, 20), count=2))


# --- parts, tops, and what came back ---------------------------------------------------------------------------------


def test_a_sub_budget_counts_its_lines_part_only():
    part = cap(amount=YUAN("80.00"), share=YUAN("60.00"))
    use(part, amount="500.00")
    assert queries.cap_used(part).as_pair() == (1, YUAN("60.00"))
    refused(replace(part, share=YUAN("20.01")))
    use(replace(part, share=YUAN("20.00")))


def test_nothing_of_a_sub_budget_is_no_use_of_its_money():
    use(cap(amount=YUAN("80.00"), share=YUAN("80.00")))
    use(cap(amount=YUAN("80.00"), share=YUAN("0.00")))


def test_money_on_top_counts_as_money_and_not_as_another_time():
    once = cap(count=1)
    use(once)
    use(replace(once, times=0), amount="30.00")
    assert queries.cap_used(once).as_pair() == (1, YUAN("130.00"))
    refused(once)


def test_money_that_came_back_is_free_as_of_the_day_it_was_used(county):
    budget_id = county.open_budget()
    year = money.yearly("living", money.PERSON, amount=YUAN("500.00"))
    paid = county.reserve(0, caps=(year,))
    county.approve(paid)
    batch = county.send(county.prepare(budget_id).id)
    back = {"viewer": county.payer, "reservation_id": paid.id, "reason": "核减", "now": NOW}
    with pytest.raises(problems.WrongState):
        funds.receive_back(amount=YUAN("1.00"), key="early", **back)
    county.receipt(batch.id, (1, Outcome.PAID))
    with pytest.raises(problems.TooMuchBack, match=r"500\.00"):
        funds.receive_back(amount=YUAN("500.01"), key="much", **back)
    first = funds.receive_back(amount=YUAN("120.00"), key="k", **back)
    assert funds.receive_back(amount=YUAN("120.00"), key="k", **back) == first
    with pytest.raises(problems.KeyReused):
        funds.receive_back(amount=YUAN("121.00"), key="k", **back)
    with pytest.raises(problems.TooMuchBack, match=r"380\.00"):
        funds.receive_back(amount=YUAN("380.01"), key="much", **back)
    assert county.balances(budget_id).paid == YUAN("380.00") and queries.verify() == []
    assert queries.totals(county.officer, year=2023).money == YUAN("380.00")
    counted = {row["form"]: (row["amount"], row.get("person")) for row in queries.given_to_count({}, lambda refs: {})}
    assert counted == {"MONEY": (YUAN("500.00"), county.people[0][0]), "RETURNED": (YUAN("-120.00"), None)}
    county.reserve(0, amount="120.00", case_ref="again", caps=(year,))
    with pytest.raises(problems.CapExceeded):
        county.reserve(0, amount="0.01", case_ref="more", caps=(year,))


def test_a_grant_that_fell_whole_gives_its_time_back_too(county):
    budget_id = county.open_budget()
    once = money.yearly("once", money.PERSON, count=1)
    paid = county.reserve(0, caps=(once,))
    county.approve(paid)
    county.receipt(county.send(county.prepare(budget_id).id).id, (1, Outcome.PAID))
    back = {"viewer": county.payer, "reservation_id": paid.id, "reason": "撤销", "now": NOW}
    funds.receive_back(amount=YUAN("500.00"), key="k", is_whole_grant=True, **back)
    assert queries.verify() == []
    county.reserve(0, case_ref="again", caps=(once,))


def test_who_may_not_confirm_money_books_none_that_came_back(county):
    county.open_budget()
    card = county.reserve(0)
    with pytest.raises(NotAllowed):
        funds.receive_back(
            viewer=county.officer, reservation_id=card.id, amount=YUAN("1"), key="k", reason="x", now=NOW
        )
    with pytest.raises(problems.NotFound):
        funds.receive_back(
            viewer=county.elsewhere, reservation_id=card.id, amount=YUAN("1"), key="k", reason="x", now=NOW
        )
    with pytest.raises(problems.ReasonMissing):
        funds.receive_back(viewer=county.payer, reservation_id=card.id, amount=YUAN("1"), key="k", reason=" ", now=NOW)


# --- what is checked afterwards --------------------------------------------------------------------------------------


def found() -> list[str]:
    return [one.en for one in queries.verify()]


def test_a_counter_that_differs_from_its_uses_is_found():
    use(cap())
    CapCounter.objects.update(used_amount=YUAN("99.99"))
    assert found() == ["a cap counter differs from its uses (1 times, 100.00 yuan)"]


@pytest.mark.parametrize("window", Window)
def test_a_window_over_its_limit_is_found(window):
    holders = [use(cap(window, date(2023, 11, day), event="e", amount=YUAN("200.00"))) for day in (1, 2)]
    CapUse.objects.filter(holder=holders[0]).update(amount=YUAN("100.01"))
    CapCounter.objects.update(used_amount=YUAN("200.01"))
    assert found() == [f"{holders[1]} holds more than its window allowed"]


def test_what_a_cancelled_reservation_still_holds_is_found(county):
    county.open_budget()
    card = county.reserve(0, caps=money.E02_CAPS)
    funds.cancel(viewer=county.officer, reservation_id=card.id, reason="x", now=NOW)
    CapUse.objects.update(released_at=None)
    assert {one for one in found() if "cancelled" in one} == {
        f"reservation:{card.id} is cancelled and still holds its cap"
    }


def test_two_who_read_the_same_book_do_not_both_write(monkeypatch):
    """The turn decides, lock or no lock: what was read is not written over what came in between."""
    turn_of = book._turn_of

    def overtaken(key):
        counter = turn_of(key)
        CapCounter.objects.filter(pk=counter.pk).update(turn=F("turn") + 1)
        return counter

    monkeypatch.setattr(book, "_turn_of", overtaken)
    with pytest.raises(problems.BookMoved):
        use(cap())
