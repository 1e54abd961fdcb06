"""Money, notices and differences: who pays, who is paid, who settles, each of them told and nobody else."""

from __future__ import annotations

import re
from datetime import timedelta

from niangjia.apps.accounts.models import Account
from niangjia.apps.accounts.types import Role
from niangjia.apps.cases import actions as cases
from niangjia.apps.cases import queries as case_queries
from niangjia.apps.funds import actions as funds
from niangjia.apps.funds import queries
from niangjia.apps.funds.models import Payment
from niangjia.apps.funds.types import Outcome, ReceiptLine
from niangjia.apps.messages.models import Message
from niangjia.apps.registry import queries as persons
from niangjia.jobs import tell
from niangjia.jobs.tests.outbox import hear_from_now_on, hear_from_the_beginning, kinds_of, told
from niangjia.portals.tests import adjusted
from niangjia.portals.tests.house import town

NOW = town.NOW


def hear() -> None:
    tell.tell(now=NOW)


def test_a_batch_goes_from_finance_to_the_county_and_back(house):
    hear_from_now_on()
    finance, second, third = house.viewers[Role.FINANCE], house.desk.second_finance, house.desk.town.county_third
    funds.cancel_batch(viewer=finance, batch_id=house.batch_id, reason="重编", now=NOW)
    batch = funds.prepare_batch(viewer=finance, budget_id=house.budget_id, key="second", now=NOW)
    hear()
    [waits] = told(third)
    assert (waits.kind, waits.params["number"], waits.path) == (
        "batch_waits", batch.number, f"/desk/money/batches/{batch.id}/",
    )  # fmt: skip
    assert kinds_of(finance) == kinds_of(second) == kinds_of(house.viewers[Role.GRASSROOTS]) == []
    funds.approve_batch(viewer=third, batch_id=batch.id, now=NOW)
    hear()
    assert kinds_of(second) == kinds_of(finance) == ["batch_to_pay"]


def send_to_the_bank(house):
    payer = house.desk.second_finance
    lines = queries.list_bank_lines(payer, house.batch_id)
    marks = persons.account_marks(line.person_id for line in lines)
    batch = funds.seal_batch(viewer=payer, batch_id=house.batch_id, account_marks=marks, now=NOW)
    funds.record_bank_file(
        viewer=payer, batch_id=batch.id, file_name="f.csv", sha256="a" * 64, line_count=batch.line_count, total=batch.total, now=NOW
    )  # fmt: skip
    funds.mark_sent(viewer=payer, batch_id=batch.id, now=NOW)
    return lines


def test_who_is_paid_hears_that_it_is_on_its_way_and_that_it_came_back_once(house):
    hear_from_now_on()
    lines = send_to_the_bank(house)
    mine = lines[0]
    worker = town.appoint("payee", house.desk.town["XG"], Role.WORKER, person_id=_unaccounted(house, mine.person_id))
    hear()
    assert kinds_of(worker) == ["payment_sent"] and kinds_of(house.viewers[Role.FINANCE]) == ["batch_sent"]
    answer = ReceiptLine(mine.reference, mine.amount, Outcome.RETURNED, NOW.date(), "户名不符")
    funds.receive_receipt(viewer=house.desk.second_finance, batch_id=house.batch_id, lines=[answer], now=NOW)
    hear()
    assert kinds_of(worker) == ["payment_sent", "payment_returned"]
    returned = told(house.viewers[Role.FINANCE])[-1]
    assert (returned.kind, returned.params["count"]) == ("payments_returned", 1)
    other = ReceiptLine(lines[1].reference, lines[1].amount, Outcome.PAID, NOW.date())
    funds.receive_receipt(viewer=house.desk.second_finance, batch_id=house.batch_id, lines=[other], now=NOW)
    hear()
    assert kinds_of(worker) == ["payment_sent", "payment_returned"]
    assert (
        kinds_of(house.viewers[Role.FINANCE]).count("payments_returned") == 1
    )  # a receipt without a return says nothing
    said = repr(list(Message.objects.values_list("params", "path")))
    assert "户名不符" not in said and str(mine.amount) not in said


def test_money_that_came_back_is_not_told_as_paid_whatever_else_arrived(house, signed_in):
    lines = send_to_the_bank(house)
    worker = house.viewers[Role.WORKER]
    mine = next(line for line in lines if line.person_id == worker.person_id)
    other = next(line for line in lines if line is not mine)
    Payment.objects.filter(reference=other.reference).update(person_id=worker.person_id)

    def step_of_payment() -> str:
        page = signed_in(worker).get("/mine/").content.decode()
        return next(
            step for step in re.findall(r"<li(?: class=.is-done.)?>.*?</li>", page, re.S) if ">发放<span" in step
        )

    arrived = ReceiptLine(other.reference, other.amount, Outcome.PAID, NOW.date())
    funds.receive_receipt(viewer=house.desk.second_finance, batch_id=house.batch_id, lines=[arrived], now=NOW)
    assert "还没有" in step_of_payment() and "is-done" not in step_of_payment()
    answer = ReceiptLine(mine.reference, mine.amount, Outcome.RETURNED, NOW.date(), "户名不符")
    funds.receive_receipt(viewer=house.desk.second_finance, batch_id=house.batch_id, lines=[answer], now=NOW)
    assert "退回，待核对账号" in step_of_payment() and "is-done" not in step_of_payment()
    assert "/mine/data/correct/?about=BANK_ACCOUNT" in signed_in(worker).get("/mine/").content.decode()


def test_a_case_whose_money_arrived_is_told_as_paid(house, signed_in):
    lines = send_to_the_bank(house)
    worker = house.viewers[Role.WORKER]
    paid = [
        ReceiptLine(line.reference, line.amount, Outcome.PAID, NOW.date())
        for line in lines
        if line.person_id == worker.person_id
    ]
    funds.receive_receipt(viewer=house.desk.second_finance, batch_id=house.batch_id, lines=paid, now=NOW)
    page = signed_in(worker).get("/mine/").content.decode()
    assert '<li class="is-done">发放<span' in page and "about=BANK_ACCOUNT" not in page


def _unaccounted(house, person_id: int) -> int:
    """The payee, if the house's worker is not that very person already: one person has one account."""
    worker = house.viewers[Role.WORKER]
    if worker.person_id == person_id:
        Account.objects.filter(pk=worker.account_id).update(person_id=None)
    return person_id


def test_differences_wait_for_those_of_the_division_who_had_no_hand_in_them(house):
    hear_from_now_on()
    adjusted.lay(house)
    hear()
    county = [message for message in told(house.viewers[Role.COUNTY]) if message.kind == "difference_waits"]
    # One of the house's four is being recovered by now and waits for no one to settle it.
    assert county and sum(message.params["count"] for message in county) == 3
    assert all(message.path == "/desk/adjustments/?state=OPEN" for message in county if message.params["count"] > 1)
    third = sum(
        message.params["count"] for message in told(house.desk.town.county_third) if message.kind == "difference_waits"
    )
    assert third < sum(message.params["count"] for message in county)  # who decided does not settle
    assert "difference_waits" not in kinds_of(house.desk.town.other_county)
    assert "difference_waits" not in kinds_of(house.viewers[Role.CITY])  # the smallest division that can


def test_whose_matter_is_under_notice_hears_until_when_to_object(house):
    case_id = house.cases["announced"]
    person_id = case_queries.persons_to_tell([case_id])[case_id][0]
    worker = town.appoint("announced", house.desk.town["XG"], Role.WORKER, person_id=_unaccounted(house, person_id))
    hear_from_the_beginning()
    hear()
    [message] = [one for one in told(worker) if one.kind == "notice_published"]
    last_day = case_queries.last_days_to_object([case_id])[case_id]
    assert message.params["day"] == last_day.isoformat() and last_day > NOW.date() + timedelta(days=4)


def test_a_notice_that_was_withdrawn_before_it_was_told_is_not_told(house):
    case_id = house.cases["announced"]
    person_id = case_queries.persons_to_tell([case_id])[case_id][0]
    worker = town.appoint("announced", house.desk.town["XG"], Role.WORKER, person_id=_unaccounted(house, person_id))
    cases.withdraw_notice(viewer=house.desk.town.county, case_id=case_id, reason="数额有误", now=NOW)
    hear_from_the_beginning()
    hear()
    assert "notice_published" not in kinds_of(worker)
