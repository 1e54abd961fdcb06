"""What is done on the page of a batch when a line has no account, comes back from the bank, or cannot be matched."""

from decimal import Decimal

import pytest
from django.urls import reverse

from niangjia.apps.accounts.types import Role
from niangjia.apps.funds import actions as funds
from niangjia.apps.funds import queries
from niangjia.apps.funds.types import Outcome, ReceiptLine, ReservationState
from niangjia.apps.registry import actions as registry
from niangjia.apps.registry import queries as persons
from niangjia.portals.tests.house import town

NOW = town.NOW


@pytest.fixture
def finance(house, signed_in):
    return signed_in(house.viewers[Role.FINANCE])


@pytest.fixture
def prepared(house):
    """The house's batch, given up and prepared anew, not yet approved."""
    viewer = house.viewers[Role.FINANCE]
    funds.cancel_batch(viewer=viewer, batch_id=house.batch_id, reason="重编", now=NOW)
    return funds.prepare_batch(viewer=viewer, budget_id=house.budget_id, key="second", now=NOW)


@pytest.fixture
def sent(house):
    payer = house.desk.second_finance
    lines = queries.list_bank_lines(payer, house.batch_id)
    marks = persons.account_marks(line.person_id for line in lines)
    batch = funds.seal_batch(viewer=payer, batch_id=house.batch_id, account_marks=marks, now=NOW)
    funds.record_bank_file(
        viewer=payer, batch_id=batch.id, file_name="f.csv", sha256="a" * 64, line_count=batch.line_count, total=batch.total, now=NOW
    )  # fmt: skip
    funds.mark_sent(viewer=payer, batch_id=batch.id, now=NOW)
    return lines


def receive(house, *lines):
    return funds.receive_receipt(viewer=house.desk.second_finance, batch_id=house.batch_id, lines=lines, now=NOW)


def page_of(response):
    return response.content.decode()


def test_a_line_is_taken_out_before_the_approval_with_a_reason(house, finance, prepared):
    address = reverse("officer:remove_payment", args=[prepared.id])
    line = queries.list_batch_payments(house.viewers[Role.FINANCE], prepared.id)[0]
    assert "移出这一笔" in page_of(finance.get(reverse("officer:batch", args=[prepared.id])))
    assert finance.post(address, {"payment": line.id, "reason": ""}).status_code == 409
    page = page_of(finance.post(address, {"payment": line.id, "reason": "没有账号"}, follow=True))
    assert "已移出，等待下一批次" in page
    assert queries.get_reservation(line.reservation_id).state is ReservationState.RESERVED
    assert finance.post(address, {"payment": 999_999, "reason": "没有账号"}).status_code == 404


def test_a_returned_payment_is_paid_again_once_its_account_is_corrected(house, finance, sent):
    first = sent[0]
    receive(house, ReceiptLine(first.reference, first.amount, Outcome.RETURNED, NOW.date(), "户名不符"))
    address, batch = reverse("officer:repay", args=[house.batch_id]), reverse("officer:batch", args=[house.batch_id])
    assert "重新发放" in page_of(finance.get(batch))
    still = finance.post(address, {"payment": first.payment_id})
    assert still.status_code == 409
    registry.set_bank_account(
        viewer=house.viewers[Role.GRASSROOTS], person_id=first.person_id, account="6217003312345678901", bank_name="（虚构）银行", now=NOW
    )  # fmt: skip
    page = page_of(finance.post(address, {"payment": first.payment_id}, follow=True))
    assert "已转入下一批次" in page and "重新发放" not in page
    again = funds.prepare_batch(viewer=house.viewers[Role.FINANCE], budget_id=house.budget_id, key="again", now=NOW)
    assert [line.person_id for line in queries.list_bank_lines(house.desk.second_finance, again.id)] == [
        first.person_id
    ]


def test_a_receipt_line_that_matches_nothing_is_closed_with_a_note(house, finance, sent):
    receive(house, ReceiptLine("FF-nobody-00001", Decimal("12.00"), Outcome.PAID, NOW.date()))
    (entry,) = queries.list_receipt_queue(house.viewers[Role.FINANCE])
    address, batch = (
        reverse("officer:close_entry", args=[house.batch_id]),
        reverse("officer:batch", args=[house.batch_id]),
    )
    assert "回单待核对" in page_of(finance.get(batch))
    assert finance.post(address, {"entry": entry.pk, "note": " "}).status_code == 409
    page = page_of(finance.post(address, {"entry": entry.pk, "note": "他行业务，银行误发"}, follow=True))
    assert "已登记处理结果" in page and "回单待核对" not in page


@pytest.mark.parametrize("name", ["officer:remove_payment", "officer:repay", "officer:close_entry"])
def test_these_steps_are_finances_alone(house, signed_in, name):
    address = reverse(name, args=[house.batch_id])
    for role in (Role.COUNTY, Role.AUDITOR, Role.GRASSROOTS):
        assert signed_in(house.viewers[role]).post(address, {}).status_code == 403
