"""Money from budget to card, and everything that must not happen on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts import queries as accounts_read
from niangjia.apps.accounts.models import Account
from niangjia.apps.accounts.permissions import NotAllowed
from niangjia.apps.audit import queries as audit
from niangjia.apps.funds import actions as funds
from niangjia.apps.funds import problems, queries, triggers
from niangjia.apps.funds.models import LedgerAccount, LedgerTransfer, Payment, PaymentBatch, Reservation
from niangjia.apps.funds.tests import money
from niangjia.apps.funds.tests.money import E02_CAPS, GRANT, HOUSEHOLD, NOW, PERSON, PURPOSE, yearly
from niangjia.apps.funds.types import BatchState, Outcome, PaymentState, ReceiptLine, ReservationState
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.registry import actions as registry
from niangjia.apps.registry import queries as persons
from niangjia.apps.registry.types import HouseholdFacts, MemberFacts

PAID, RETURNED = Outcome.PAID, Outcome.RETURNED
pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    return money.build()


@pytest.fixture
def budget_id(county):
    return county.open_budget()


@pytest.fixture(autouse=True)
def _books_balance_after_every_test(db):
    yield
    assert queries.verify() == []


def paid_batch(county, budget_id, numbers=(0, 1)):
    county.approve(*[county.reserve(number) for number in numbers])
    return county.send(county.prepare(budget_id).id)


# --- the figures of the papers ------------------------------------------------------------------------------------


def test_255_verified_workers_make_a_batch_of_exactly_127500_and_a_second_run_adds_nothing():
    county = money.build(people=255)
    budget_id = county.open_budget()
    county.approve(*[county.reserve(number, caps=E02_CAPS) for number in range(255)])
    batch = county.prepare(budget_id)
    assert (batch.line_count, batch.total) == (255, Decimal("127500.00"))

    assert county.prepare(budget_id) == batch
    with pytest.raises(problems.NothingToPay):
        county.prepare(budget_id, key="once more")
    assert (Payment.objects.count(), PaymentBatch.objects.count()) == (255, 1)

    county.send(batch.id)
    county.receipt(batch.id, *[(line, PAID) for line in range(1, 256)])
    assert county.receipt(batch.id, *[(line, PAID) for line in range(1, 256)]).repeated_count == 255
    assert queries.get_batch(county.officer, batch.id).state == BatchState.SETTLED
    assert county.balances(budget_id).paid == Decimal("127500.00")
    assert queries.totals(county.officer, year=2023).total == Decimal("127500.00")


def test_money_and_goods_of_286843_70_balance_to_the_cent(county, budget_id):
    """Catalogue E03: cumulative aid in money and goods."""
    budget_id = county.open_budget("286843.70", purpose="梯度救助")
    request = funds.buy_goods(
        viewer=county.finance,
        budget_id=budget_id,
        name="大米10kg",
        unit="袋",
        unit_price=Decimal("68.90"),
        quantity=113,
        key="rice",
        reason="冬季慰问",
        now=NOW,
    )
    funds.approve_request(viewer=county.approver, request_id=request, now=NOW)
    item = queries.list_goods(county.officer).get()
    for number, quantity in enumerate((40, 40, 33)):
        funds.give_goods(
            viewer=county.payer,
            item_id=item.pk,
            quantity=quantity,
            key=f"gift:{number}",
            case_ref=f"case:{number}",
            person_id=county.people[number][0],
            household_id=county.people[number][1],
            now=NOW,
        )
    for number, amount in enumerate(("100000.00", "99999.99", "79058.01")):
        county.approve(county.reserve(number, amount=amount, purpose="梯度救助"))
    batch = county.send(county.prepare(budget_id).id)
    county.receipt(batch.id, (1, PAID), (2, PAID), (3, PAID))
    reached = queries.totals(county.officer, year=2023, purpose="梯度救助")
    assert (reached.goods, reached.money) == (Decimal("7785.70"), Decimal("279058.00"))
    assert reached.total == Decimal("286843.70")
    counted = list(queries.given_to_count({}, lambda refs: {ref: ("living",) for ref in refs}))
    by_form = {form: sum(row["amount"] for row in counted if row["form"] == form) for form in ("MONEY", "GOODS")}
    assert by_form == {"MONEY": reached.money, "GOODS": reached.goods} and len(counted) == 6
    assert {row["purpose"] for row in counted} == {"梯度救助"} and {len(row.get("line", ())) for row in counted} == {
        0,
        1,
    }
    left = county.balances(budget_id)
    assert (left.available, left.reserved, left.in_transit, left.goods_stock) == (0, 0, 0, 0)
    assert left.paid + left.goods_given == left.total == Decimal("286843.70")
    register = queries.list_register(county.officer, year=2023, purpose="梯度救助")
    assert sum(row.amount for row in register) == Decimal("286843.70")
    assert [row.what for row in register if row.is_goods] == ["大米10kg 33袋", "大米10kg 40袋", "大米10kg 40袋"]


def test_cents_do_not_drift(county):
    budget_id = county.open_budget("0.30", purpose="p")
    for number in range(3):
        assert county.reserve(number, amount="0.10", purpose="p").state == ReservationState.RESERVED
    assert county.balances(budget_id).available == Decimal("0.00")


# --- budgets --------------------------------------------------------------------------------------------------


def test_money_asked_for_is_not_there_before_another_person_approves(county, budget_id):
    request = funds.add_to_budget(
        viewer=county.finance, budget_id=budget_id, amount=Decimal("10.00"), key="k", reason="追加", now=NOW
    )
    assert county.balances(budget_id).available == Decimal("200000.00")
    with pytest.raises(NotAllowed):
        funds.approve_request(viewer=county.finance, request_id=request, now=NOW)
    funds.approve_request(viewer=county.approver, request_id=request, now=NOW)
    funds.approve_request(viewer=county.approver, request_id=request, now=NOW)
    assert county.balances(budget_id).available == Decimal("200010.00")


def test_whoever_asked_for_money_cannot_approve_it_even_on_another_post(county, budget_id):
    request = funds.add_to_budget(
        viewer=county.finance, budget_id=budget_id, amount=Decimal("10.00"), key="k", reason="追加", now=NOW
    )
    with pytest.raises(problems.SamePerson, match="另一位同事"):
        funds.approve_request(
            viewer=replace(county.approver, account_id=county.finance.account_id), request_id=request, now=NOW
        )


def test_a_budget_opens_once_and_the_same_request_twice_is_one(county, budget_id):
    again = {
        "viewer": county.finance,
        "org_id": county.org_id,
        "purpose": PURPOSE,
        "year": 2023,
        "reason": "x",
        "now": NOW,
    }
    funds.open_budget(**again, amount=Decimal("200000.00"), key=f"open:None:{PURPOSE}:2023")
    with pytest.raises(problems.BudgetExists):
        funds.open_budget(**again, amount=Decimal("200000.00"), key="another")
    with pytest.raises(problems.KeyReused):
        funds.open_budget(**again, amount=Decimal("1.00"), key=f"open:None:{PURPOSE}:2023")
    assert county.balances(budget_id).total == Decimal("200000.00")


def test_a_withdrawn_request_is_never_approved(county, budget_id):
    request = funds.add_to_budget(
        viewer=county.finance, budget_id=budget_id, amount=Decimal("10.00"), key="k", reason="追加", now=NOW
    )
    for _ in range(2):
        funds.withdraw_request(viewer=county.finance, request_id=request, reason="写错", now=NOW)
    with pytest.raises(problems.WrongState):
        funds.approve_request(viewer=county.approver, request_id=request, now=NOW)


@pytest.mark.parametrize("amount", ["0", "-1.00", "1.005", "NaN", "Infinity", "100000000000000.00"])
def test_an_amount_that_is_not_money_is_refused(county, budget_id, amount):
    with pytest.raises(problems.BadAmount):
        county.reserve(0, amount=amount)


def test_a_float_is_a_bug_not_money(county, budget_id):
    with pytest.raises(TypeError):
        funds.reserve(
            viewer=county.officer,
            org_path=county.path,
            purpose=PURPOSE,
            year=2023,
            case_ref="case:0",
            person_id=county.people[0][0],
            household_id=None,
            amount=500.0,
            now=NOW,
        )


# --- reserving ------------------------------------------------------------------------------------------------


def test_reserving_twice_reserves_once(county, budget_id):
    assert county.reserve(0) == county.reserve(0)
    assert county.balances(budget_id).reserved == GRANT


def test_a_case_line_does_not_change_its_amount_by_being_reserved_again(county, budget_id):
    county.reserve(0)
    with pytest.raises(problems.KeyReused):
        county.reserve(0, amount="600.00")


def test_the_nearest_budget_above_pays(county):
    with pytest.raises(problems.NoBudget, match="2023"):
        county.reserve(0, org_path=county.grassroots_path)
    budget_id = county.open_budget()
    assert county.reserve(0, org_path=county.grassroots_path).budget_id == budget_id


def test_a_budget_of_another_year_or_purpose_does_not_pay(county, budget_id):
    with pytest.raises(problems.NoBudget):
        county.reserve(0, year=2024)
    with pytest.raises(problems.NoBudget):
        county.reserve(0, purpose="金秋助学")


def test_another_county_does_not_reserve_here(county, budget_id):
    with pytest.raises(problems.NotFound):
        county.reserve(0, viewer=county.elsewhere_county)
    with pytest.raises(NotAllowed):
        county.reserve(0, viewer=county.grassroots)


def test_cancelling_gives_the_money_back_once(county, budget_id):
    card = county.reserve(0)
    for _ in range(2):
        assert (
            funds.cancel(viewer=county.officer, reservation_id=card.id, reason="本人放弃", now=NOW).state
            == ReservationState.CANCELLED
        )
    assert county.balances(budget_id).available == Decimal("200000.00")
    assert county.reserve(0).id != card.id


# --- short funds ----------------------------------------------------------------------------------------------


def test_a_short_fund_queues_and_serves_in_order_when_money_arrives(county):
    budget_id = county.open_budget("700.00")
    first, second, third = (county.reserve(number) for number in range(3))
    assert [card.state for card in (first, second, third)] == ["RESERVED", "QUEUED", "QUEUED"]
    assert (second.queue_place, third.queue_place) == (1, 2)
    assert county.balances(budget_id).queued_total == Decimal("1000.00")

    assert county.add(budget_id, "300.00", "a") == [second.id]
    assert county.add(budget_id, "600.00", "b") == [third.id]
    assert county.balances(budget_id).available == Decimal("100.00")


def test_a_small_sum_does_not_jump_the_queue(county):
    budget_id = county.open_budget("450.00")
    county.reserve(0)
    assert county.reserve(1, amount="100.00").state == ReservationState.QUEUED
    assert funds.serve_queue(budget_id=budget_id, now=NOW) == []


def test_cancelling_a_dear_one_at_the_head_serves_those_behind(county):
    county.open_budget("450.00")
    dear, cheap = county.reserve(0), county.reserve(1, amount="100.00")
    funds.cancel(viewer=county.officer, reservation_id=dear.id, reason="核减", now=NOW)
    assert queries.get_reservation(cheap.id).state == ReservationState.RESERVED


def test_a_queued_reservation_holds_its_cap_and_can_be_approved_but_not_paid(county):
    budget_id = county.open_budget("100.00")
    card = county.reserve(0, caps=E02_CAPS)
    with pytest.raises(problems.CapExceeded):
        county.reserve(0, case_ref="case:other", caps=E02_CAPS)
    county.approve(card)
    with pytest.raises(problems.NothingToPay):
        county.prepare(budget_id)
    county.add(budget_id, "400.00", "more")
    assert county.prepare(budget_id).total == GRANT


# --- caps -----------------------------------------------------------------------------------------------------


def test_one_grant_a_person_and_a_household_a_year(county, budget_id):
    card = county.reserve(0, caps=E02_CAPS)
    with pytest.raises(problems.CapExceeded, match="每户最多 1 次（e02），已用 1 次"):
        county.reserve(0, case_ref="case:again", caps=E02_CAPS)
    assert county.balances(budget_id).reserved == GRANT
    assert queries.cap_used(replace(E02_CAPS[0], subject_id=card.person_id)).as_pair() == (1, GRANT)
    next_year = tuple(replace(cap, day=date(2024, 1, 1)) for cap in E02_CAPS)
    county.reserve(0, case_ref="case:2024", caps=next_year)


def test_a_cap_in_yuan_is_reached_to_the_cent_and_not_passed(county, budget_id):
    cap = (yearly("living", HOUSEHOLD, amount=Decimal("1000.00")),)
    county.reserve(0, amount="999.99", case_ref="a", caps=cap)
    with pytest.raises(problems.CapExceeded, match="1,000.00 元（living），已用 999.99 元"):
        county.reserve(0, amount="0.02", case_ref="b", caps=cap)
    county.reserve(0, amount="0.01", case_ref="c", caps=cap)


def test_cancelling_releases_the_cap_and_a_returned_payment_does_not(county, budget_id):
    card = county.reserve(0, caps=E02_CAPS)
    funds.cancel(viewer=county.officer, reservation_id=card.id, reason="重复", now=NOW)
    county.approve(county.reserve(0, caps=E02_CAPS))
    batch = county.send(county.prepare(budget_id).id)
    county.receipt(batch.id, (1, RETURNED))
    with pytest.raises(problems.CapExceeded):
        county.reserve(0, case_ref="case:again", caps=E02_CAPS)


def test_goods_count_against_the_same_cap_as_money(county, budget_id):
    cap = (yearly("living", PERSON, amount=Decimal("520.00")),)
    request = funds.buy_goods(
        viewer=county.finance,
        budget_id=budget_id,
        name="棉被",
        unit="床",
        unit_price=Decimal("10.01"),
        quantity=5,
        key="quilts",
        reason="x",
        now=NOW,
    )
    funds.approve_request(viewer=county.approver, request_id=request, now=NOW)
    county.reserve(0, caps=cap)
    give = {
        "viewer": county.payer,
        "item_id": queries.list_goods(county.officer).get().pk,
        "case_ref": "case:0",
        "person_id": county.people[0][0],
        "household_id": None,
        "caps": money.bind(cap, *county.people[0]),
        "now": NOW,
    }
    with pytest.raises(problems.CapExceeded):
        funds.give_goods(quantity=2, key="g", **give)
    assert [funds.give_goods(quantity=1, key="g", **give) for _ in range(2)] == [Decimal("10.01")] * 2
    with pytest.raises(problems.StockShort, match="库存 4"):
        funds.give_goods(quantity=5, key="h", **(give | {"caps": ()}))
    with pytest.raises(problems.SamePerson):
        funds.give_goods(quantity=1, key="i", case_officer_ids=[county.payer.account_id], **(give | {"caps": ()}))


# --- separation of duties: each of these must block ----------------------------------------------------------------


def test_whoever_reserved_does_not_approve(county, budget_id):
    card = county.reserve(0)
    with pytest.raises(problems.SamePerson, match="提出这笔预留"):
        funds.approve(viewer=county.officer, reservation_id=card.id, now=NOW)


def test_whoever_verified_or_reviewed_the_case_approves_no_money_of_it(county, budget_id):
    card = county.reserve(0)
    with pytest.raises(problems.SamePerson, match="核实或复核"):
        funds.approve(viewer=county.reviewer, reservation_id=card.id, now=NOW)
    assert not queries.get_reservation(card.id).is_approved


def test_a_reservation_is_approved_by_one_person(county, budget_id):
    card = county.reserve(0, viewer=county.finance)
    county.approve(card)
    county.approve(card)
    with pytest.raises(problems.WrongState, match="已审批"):
        funds.approve(viewer=county.officer, reservation_id=card.id, now=NOW)


def test_an_unapproved_reservation_is_not_paid(county, budget_id):
    county.reserve(0)
    with pytest.raises(problems.NothingToPay):
        county.prepare(budget_id)


@pytest.mark.parametrize("who", ["finance", "reviewer"])
def test_the_preparer_and_the_cases_officers_do_not_approve_the_batch(county, budget_id, who):
    county.approve(county.reserve(0))
    batch = county.prepare(budget_id)
    same = replace(county.approver, account_id=getattr(county, who).account_id)
    with pytest.raises(problems.SamePerson):
        funds.approve_batch(viewer=same, batch_id=batch.id, now=NOW)
    assert queries.get_batch(county.officer, batch.id).state == BatchState.PREPARED


def stand_in(county, absent, colleague):
    """The colleague holds the absent one's post from today on; gives both as they come in with their next request."""
    post = accounts.hand_over(
        viewer=absent, account_id=colleague.account_id, starts_on=NOW.date(), last_on=NOW.date(), now=NOW
    )
    again = {"today": NOW.date()}
    return (
        accounts_read.get_viewer(account_id=absent.account_id, post_id=absent.post_id, **again),
        accounts_read.get_viewer(account_id=colleague.account_id, post_id=post, **again),
    )


def test_who_stands_in_approves_nothing_that_the_absent_one_prepared(county, budget_id):
    county.approve(county.reserve(0))
    batch = county.prepare(budget_id)
    other = accounts_read.get_viewer(
        account_id=county.approver.account_id, post_id=county.approver.post_id, today=NOW.date()
    )
    _absent, _standing_in = stand_in(county, county.finance, county.approver)
    joined = accounts_read.get_viewer(
        account_id=county.approver.account_id, post_id=county.approver.post_id, today=NOW.date()
    )
    with pytest.raises(problems.SamePerson, match="互相代岗的同事已编制这个批次"):
        funds.approve_batch(viewer=joined, batch_id=batch.id, now=NOW)
    assert not other.joined_ids  # as it was before the hand-over


def test_nor_does_the_absent_one_pay_what_was_approved_for_them(county, budget_id):
    absent, standing_in = stand_in(county, county.approver, county.payer)
    card = county.reserve(0)
    funds.approve(viewer=standing_in, reservation_id=card.id, now=NOW)
    batch = county.prepare(budget_id)
    funds.approve_batch(viewer=county.officer, batch_id=batch.id, now=NOW)
    as_payer = replace(county.payer, account_id=absent.account_id, joined_ids=absent.joined_ids)
    with pytest.raises(problems.SamePerson, match="互相代岗的同事已审批名单中的款项"):
        funds.seal_batch(viewer=as_payer, batch_id=batch.id, account_marks={}, now=NOW)


@pytest.mark.parametrize("who", ["finance", "approver", "reviewer"])
def test_the_payer_is_a_third_person_and_no_officer_of_the_case(county, budget_id, who):
    county.approve(county.reserve(0))
    batch = county.prepare(budget_id)
    funds.approve_batch(viewer=county.approver, batch_id=batch.id, now=NOW)
    same = replace(county.payer, account_id=getattr(county, who).account_id)
    with pytest.raises(problems.SamePerson):
        funds.seal_batch(viewer=same, batch_id=batch.id, account_marks=county.marks(), now=NOW)
    assert county.balances(budget_id).in_transit == 0


def test_an_officer_of_a_case_does_not_prepare_its_payment(county, budget_id):
    county.approve(county.reserve(0, officers=[county.finance.account_id]))
    with pytest.raises(problems.SamePerson):
        county.prepare(budget_id)
    assert not PaymentBatch.objects.exists()


def test_nobody_handles_their_own_benefit(county, budget_id):
    Account.objects.filter(pk=county.officer.account_id).update(person_id=county.people[0][0])
    with pytest.raises(problems.OwnBenefit):
        county.reserve(0)
    Account.objects.filter(pk=county.approver.account_id).update(person_id=county.people[1][0])
    card = county.reserve(1)
    with pytest.raises(problems.OwnBenefit):
        county.approve(card)


def test_nobody_handles_the_benefit_of_whom_they_live_with(county, budget_id):
    pair = tuple(MemberFacts(f"{number:032x}", name="王小明") for number in (90, 91))
    received = registry.receive_households([HouseholdFacts("H90", pair, county.org_id)], now=NOW)
    person_id, spouse_id = (received.person_ids[member.pseudonym] for member in pair)
    home = received.household_ids["H90"]

    def is_home_of(viewer):
        Account.objects.filter(person_id=spouse_id).update(person_id=None)
        Account.objects.filter(pk=viewer.account_id).update(person_id=spouse_id)

    def reserve():
        return funds.reserve(
            viewer=county.officer, org_path=county.path, purpose=PURPOSE, year=2023, case_ref="case:90",
            person_id=person_id, household_id=home, amount=GRANT, now=NOW,
        )  # fmt: skip

    is_home_of(county.officer)
    with pytest.raises(problems.OwnBenefit):
        reserve()
    is_home_of(county.approver)
    card = reserve()
    with pytest.raises(problems.OwnBenefit):
        county.approve(card)
    is_home_of(county.payer)
    county.approve(card)
    batch = county.prepare(budget_id)
    with pytest.raises(problems.OwnBenefit):
        county.send(batch.id)


def test_a_county_approves_only_its_own_people_from_a_budget_of_the_city(county):
    city = replace(county.finance, org_path=organizations.get_union(county.city_org_id).path)
    request = funds.open_budget(
        viewer=city, org_id=county.city_org_id, purpose="city", year=2023, amount=GRANT, key="c", reason="市级", now=NOW
    )
    approver = replace(county.approver, org_path=city.org_path)
    funds.approve_request(viewer=approver, request_id=request, now=NOW)
    card = county.reserve(0, purpose="city")
    with pytest.raises(problems.NotFound):
        funds.approve(viewer=county.elsewhere_county, reservation_id=card.id, now=NOW)
    county.approve(card)
    assert queries.get_reservation(card.id).approved_by == county.approver.account_id


def test_an_account_changed_after_the_approval_is_not_paid_to(county, budget_id):
    def enter(account):
        registry.set_bank_account(
            viewer=county.grassroots, person_id=county.people[0][0], account=account, bank_name="农商银行", now=NOW
        )

    enter("6222021234567800123")
    county.approve(county.reserve(0))
    batch = county.prepare(budget_id)
    funds.approve_batch(viewer=county.approver, batch_id=batch.id, now=NOW)
    enter("6222021234567899999")
    payee = [county.people[0][0]]
    with pytest.raises(problems.AccountChanged):
        funds.seal_batch(viewer=county.payer, batch_id=batch.id, account_marks=persons.account_marks(payee), now=NOW)
    assert county.balances(budget_id).in_transit == 0
    enter("6222021234567800123")
    funds.seal_batch(viewer=county.payer, batch_id=batch.id, account_marks=persons.account_marks(payee), now=NOW)
    assert county.balances(budget_id).in_transit == GRANT


def enter_account(viewer, person_id, account="6222021234567800123"):
    registry.set_bank_account(viewer=viewer, person_id=person_id, account=account, bank_name="农商银行", now=NOW)


def test_who_entered_a_payees_account_neither_approves_the_batch_nor_pays_it_out(county, budget_id):
    payee = county.people[0][0]
    enter_account(county.approver, payee)
    county.approve(county.reserve(0), county.reserve(1))  # the money may be approved: the account is another matter
    batch = county.prepare(budget_id)
    with pytest.raises(problems.SamePerson, match="登记过"):
        funds.approve_batch(viewer=county.approver, batch_id=batch.id, now=NOW)
    enter_account(county.grassroots, payee, "6222021234567800999")
    funds.approve_batch(viewer=county.approver, batch_id=batch.id, now=NOW)
    assert queries.get_batch(county.payer, batch.id).approved_by == county.approver.account_id


def test_who_pays_out_has_not_entered_an_account_on_another_post(county, budget_id):
    payee = county.people[0][0]
    enter_account(replace(county.grassroots, account_id=county.payer.account_id), payee)
    enter_account(replace(county.grassroots, account_id=county.payer.account_id), payee)  # twice is once
    county.approve(county.reserve(0))
    batch = county.prepare(budget_id)
    funds.approve_batch(viewer=county.approver, batch_id=batch.id, now=NOW)
    with pytest.raises(problems.SamePerson, match="登记过"):
        funds.seal_batch(viewer=county.payer, batch_id=batch.id, account_marks=persons.account_marks([payee]), now=NOW)
    assert county.balances(budget_id).in_transit == 0


def test_who_approved_the_money_does_not_pay_it_out_on_another_post(county, budget_id):
    card = county.reserve(0)
    as_county = replace(county.approver, account_id=county.payer.account_id)
    funds.approve(viewer=as_county, reservation_id=card.id, now=NOW)
    batch = county.prepare(budget_id)
    with pytest.raises(problems.SamePerson):
        county.send(batch.id)


def test_the_database_itself_refuses_two_duties_in_one_hand(county, budget_id):
    county.approve(county.reserve(0))
    batch = county.prepare(budget_id)
    row = PaymentBatch.objects.filter(pk=batch.id)
    for same in (
        {"approved_by": batch.prepared_by},
        {"approved_by": county.approver.account_id, "sealed_by": county.approver.account_id},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            row.update(**same)


def test_finance_of_another_county_touches_nothing_here(county, budget_id):
    county.approve(county.reserve(0))
    batch = county.prepare(budget_id)
    with pytest.raises(problems.NotFound):
        funds.prepare_batch(viewer=county.elsewhere, budget_id=budget_id, key="k", now=NOW)
    with pytest.raises(problems.NotFound):
        funds.seal_batch(viewer=county.elsewhere, batch_id=batch.id, account_marks={}, now=NOW)
    with pytest.raises(problems.NotFound):
        queries.get_batch(county.elsewhere, batch.id)
    assert (
        queries.list_balances(county.elsewhere) == [] and list(queries.list_register(county.elsewhere, year=2023)) == []
    )


# --- batches --------------------------------------------------------------------------------------------------


def test_a_batch_goes_its_way_and_every_step_twice_is_one(county, budget_id):
    batch = paid_batch(county, budget_id)
    assert batch.state == BatchState.SENT and county.send(batch.id) == batch
    assert county.balances(budget_id).in_transit == Decimal("1000.00")
    report = county.receipt(batch.id, (1, PAID), (2, PAID))
    assert (report.settled_count, report.returned_count, report.queued_ids) == (2, 0, ())
    assert county.balances(budget_id).paid == Decimal("1000.00")


def test_a_reservation_is_never_in_two_batches(county, budget_id):
    county.approve(county.reserve(0))
    first = county.prepare(budget_id)
    county.approve(county.reserve(1))
    second = county.prepare(budget_id, key="another")
    assert (first.line_count, second.line_count) == (1, 1)
    one, other = Payment.objects.order_by("pk")
    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.filter(pk=other.pk).update(reservation=one.reservation)


def test_a_key_of_another_budget_is_refused(county, budget_id):
    county.approve(county.reserve(0))
    county.prepare(budget_id)
    with pytest.raises(problems.KeyReused):
        county.prepare(county.open_budget(purpose="金秋助学"))


def test_an_amount_changed_after_approval_stops_the_batch(county, budget_id):
    county.approve(county.reserve(0))
    batch = county.prepare(budget_id)
    funds.approve_batch(viewer=county.approver, batch_id=batch.id, now=NOW)
    Payment.objects.update(amount=Decimal("5000.00"))
    with pytest.raises(problems.ContentChanged):
        funds.seal_batch(viewer=county.payer, batch_id=batch.id, account_marks=county.marks(), now=NOW)
    assert {found.invariant for found in queries.verify()} == {"INV 6", "INV 7"}
    Payment.objects.update(amount=GRANT)


def test_a_payment_without_an_account_is_named_and_the_batch_not_sealed(county, budget_id):
    county.approve(county.reserve(0), county.reserve(1))
    batch = county.prepare(budget_id)
    funds.approve_batch(viewer=county.approver, batch_id=batch.id, now=NOW)
    marks = {county.people[0][0]: "mark"}
    with pytest.raises(problems.AccountMissing, match=f"{batch.number}-00002"):
        funds.seal_batch(viewer=county.payer, batch_id=batch.id, account_marks=marks, now=NOW)


def test_one_line_is_taken_out_before_approval_and_not_after(county, budget_id):
    cards = [county.reserve(0), county.reserve(1)]
    county.approve(*cards)
    batch = county.prepare(budget_id)
    with pytest.raises(problems.WrongState):
        funds.cancel(viewer=county.officer, reservation_id=cards[1].id, reason="已去世", now=NOW)
    payment = queries.list_batch_payments(county.officer, batch.id)[1]
    take_out = {"viewer": county.finance, "payment_id": payment.id, "reason": "已去世", "now": NOW}
    assert funds.remove_payment(**take_out).total == funds.remove_payment(**take_out).total == GRANT
    funds.cancel(viewer=county.officer, reservation_id=cards[1].id, reason="已去世", now=NOW)
    funds.approve_batch(viewer=county.approver, batch_id=batch.id, now=NOW)
    with pytest.raises(problems.WrongState):
        funds.remove_payment(**(take_out | {"payment_id": payment.id - 1}))


def test_a_cancelled_batch_frees_its_people_and_its_key(county, budget_id):
    county.approve(county.reserve(0))
    batch = county.prepare(budget_id)
    for _ in range(2):
        funds.cancel_batch(viewer=county.finance, batch_id=batch.id, reason="编错", now=NOW)
    again = county.prepare(budget_id)
    assert again.id != batch.id and again.line_count == 1
    sent = county.send(again.id)
    with pytest.raises(problems.WrongState):
        funds.cancel_batch(viewer=county.finance, batch_id=sent.id, reason="太晚", now=NOW)


def test_the_steps_of_a_batch_cannot_be_skipped(county, budget_id):
    county.approve(county.reserve(0))
    batch = county.prepare(budget_id)
    with pytest.raises(problems.WrongState):
        funds.seal_batch(viewer=county.payer, batch_id=batch.id, account_marks=county.marks(), now=NOW)
    with pytest.raises(problems.WrongState):
        funds.mark_sent(viewer=county.payer, batch_id=batch.id, now=NOW)
    file = {"file_name": "a.csv", "sha256": "a" * 64, "line_count": 1, "total": GRANT}
    with pytest.raises(problems.WrongState):
        funds.record_bank_file(viewer=county.payer, batch_id=batch.id, now=NOW, **file)
    with pytest.raises(problems.WrongState):
        county.receipt(batch.id, (1, PAID))


def test_another_bank_file_than_the_sealed_one_is_refused(county, budget_id, tmp_path):
    batch = paid_batch(county, budget_id)
    file = {"file_name": batch.file_name, "sha256": batch.file_sha256, "line_count": 2, "total": batch.total}
    funds.record_bank_file(viewer=county.payer, batch_id=batch.id, now=NOW, **file)
    for changed in ({"sha256": "b" * 64}, {"line_count": 3}, {"total": Decimal("1000.01")}):
        with pytest.raises(problems.FileDiffers):
            funds.record_bank_file(viewer=county.payer, batch_id=batch.id, now=NOW, **(file | changed))
    assert "不存在" in queries.verify(tmp_path)[0].zh
    (tmp_path / batch.file_name).write_bytes(b"altered")
    assert "被改动" in queries.verify(tmp_path)[0].zh


# --- receipts -------------------------------------------------------------------------------------------------


def test_returned_money_is_reserved_again_and_paid_to_a_corrected_account_once(county, budget_id):
    batch = paid_batch(county, budget_id)
    county.receipt(batch.id, (1, RETURNED), (2, PAID))
    assert (county.balances(budget_id).reserved, county.balances(budget_id).paid) == (GRANT, GRANT)
    with pytest.raises(problems.NothingToPay):
        county.prepare(budget_id, key="next")

    payment = queries.list_batch_payments(county.officer, batch.id)[0]
    again = {"viewer": county.payer, "payment_id": payment.id, "now": NOW}
    with pytest.raises(problems.AccountUnchanged):
        funds.repay(account_mark=f"mark-{payment.person_id}", **again)
    funds.repay(account_mark="corrected", **again)
    funds.repay(account_mark="corrected", **again)
    second = county.prepare(budget_id, key="next")
    assert (second.line_count, second.total) == (1, GRANT)
    with pytest.raises(problems.AlreadyRepaid):
        funds.repay(account_mark="another", **again)
    funds.approve_batch(viewer=county.approver, batch_id=second.id, now=NOW)
    with pytest.raises(problems.AccountUnchanged):
        funds.seal_batch(viewer=county.payer, batch_id=second.id, account_marks=county.marks(), now=NOW)
    county.send(second.id, suffix="-corrected")
    county.receipt(second.id, (1, PAID))
    county.receipt(batch.id, (1, RETURNED), (1, PAID), day=20)
    assert county.balances(budget_id).paid == Decimal("1000.00")
    assert queries.get_reservation(payment.reservation_id).state == ReservationState.PAID


def test_paid_today_and_returned_next_week_comes_back_once(county, budget_id):
    batch = paid_batch(county, budget_id)
    county.receipt(batch.id, (1, PAID), (2, PAID), day=7)
    for _ in range(2):
        county.receipt(batch.id, (2, RETURNED), day=14)
    county.receipt(batch.id, (2, RETURNED), day=15)
    held = county.balances(budget_id)
    assert (held.paid, held.reserved, held.in_transit) == (GRANT, GRANT, 0)


@pytest.mark.parametrize("order", [(PAID, RETURNED), (RETURNED, PAID)])
@pytest.mark.parametrize("together", [True, False])
def test_the_order_of_the_banks_lines_does_not_matter(county, budget_id, order, together):
    batch = paid_batch(county, budget_id, (0,))
    for answers in [order] if together else [(order[0],), (order[1],)]:
        county.receipt(batch.id, *[(1, outcome) for outcome in answers])
    held = county.balances(budget_id)
    assert (held.paid, held.reserved) == (0, GRANT)
    assert queries.get_batch(county.officer, batch.id).returned_count == 1


def test_a_line_that_is_not_ours_or_has_another_amount_waits_in_a_queue(county, budget_id):
    batch = paid_batch(county, budget_id)
    reference = queries.list_bank_lines(county.payer, batch.id)[0].reference
    lines = [
        ReceiptLine("UNKNOWN", GRANT, PAID),
        ReceiptLine(reference, Decimal("50.00"), PAID),
        ReceiptLine(reference, GRANT, RETURNED, reason="账号已销户"),
    ]
    report = funds.receive_receipt(viewer=county.payer, batch_id=batch.id, lines=lines, now=NOW)
    assert (report.settled_count, report.returned_count, len(report.queued_ids)) == (0, 1, 2)
    assert funds.receive_receipt(viewer=county.payer, batch_id=batch.id, lines=lines, now=NOW).repeated_count == 3
    waiting = list(queries.list_receipt_queue(county.payer))
    assert [(entry.reference, entry.state) for entry in waiting] == [
        ("UNKNOWN", "UNMATCHED"),
        (reference, "AMOUNT_DIFFERS"),
    ]
    for _ in range(2):
        funds.close_receipt_entry(viewer=county.payer, entry_id=waiting[0].pk, note="属另一单位，已退银行", now=NOW)
    assert [entry.pk for entry in queries.list_receipt_queue(county.payer)] == [waiting[1].pk]


def test_a_partial_receipt_leaves_the_batch_open(county, budget_id):
    batch = paid_batch(county, budget_id)
    county.receipt(batch.id, (2, PAID))
    assert queries.get_batch(county.officer, batch.id).state == BatchState.SENT
    county.receipt(batch.id, (1, PAID))
    assert queries.get_batch(county.officer, batch.id).state == BatchState.SETTLED


def test_a_returned_payment_can_be_given_up(county, budget_id):
    batch = paid_batch(county, budget_id, (0,))
    county.receipt(batch.id, (1, RETURNED))
    payment = queries.list_batch_payments(county.officer, batch.id)[0]
    funds.cancel(viewer=county.officer, reservation_id=payment.reservation_id, reason="已去世", now=NOW)
    assert county.balances(budget_id).available == Decimal("200000.00")
    with pytest.raises(problems.WrongState):
        funds.repay(viewer=county.payer, payment_id=payment.id, account_mark="new", now=NOW)


# --- what the tables themselves refuse ------------------------------------------------------------------------------


def test_a_transfer_is_never_changed_or_deleted(county, budget_id):
    triggers.install(connection)
    for change in (lambda: LedgerTransfer.objects.update(amount=1), lambda: LedgerTransfer.objects.all().delete()):
        with pytest.raises(DatabaseError, match="never changed or deleted"), transaction.atomic():
            change()
    triggers.remove(connection)


def test_no_account_but_the_source_goes_below_zero(county, budget_id):
    for account in LedgerAccount.objects.exclude(kind="BUDGET_SOURCE"):
        with pytest.raises(IntegrityError), transaction.atomic():
            LedgerAccount.objects.filter(pk=account.pk).update(balance=Decimal("-0.01"))


def test_a_wrong_balance_and_a_wrong_state_are_found(county, budget_id):
    county.reserve(0)
    LedgerAccount.objects.filter(kind="AVAILABLE").update(balance=Decimal("1.00"))
    assert [found.invariant for found in queries.verify()] == ["INV 5", "INV 5"]
    LedgerAccount.objects.filter(kind="AVAILABLE").update(balance=Decimal("199500.00"))
    Reservation.objects.update(state=ReservationState.PAID)
    assert {found.invariant for found in queries.verify()} == {"INV 6", "INV 7"}
    Reservation.objects.update(state=ReservationState.RESERVED)


def test_every_step_is_in_the_audit_chain(county, budget_id):
    batch = paid_batch(county, budget_id, (0,))
    county.receipt(batch.id, (1, PAID))
    done = [event.action for event in audit.list_about(f"batch:{batch.id}")]
    assert done[::-1] == [
        f"funds.{step}"
        for step in ("prepare_batch", "approve_batch", "seal_batch", "export_batch", "mark_sent", "receive_receipt")
    ]
    assert audit.verify_chain().is_whole


def test_the_worker_sees_what_was_paid(county, budget_id):
    batch = paid_batch(county, budget_id, (0,))
    county.receipt(batch.id, (1, PAID))
    assert queries.list_own_help(county.people[0][0]) == [(NOW, GRANT, "", PaymentState.SETTLED)]
    assert queries.list_own_help(county.people[1][0]) == []
