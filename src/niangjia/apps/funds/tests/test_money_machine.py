"""Any sequence of acts, against a model in plain Python: nothing is paid twice, lost or made, whatever the order."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from niangjia.apps.funds import actions as funds
from niangjia.apps.funds import problems, queries
from niangjia.apps.funds.tests import money
from niangjia.apps.funds.tests.money import NOW, PERSON, yearly
from niangjia.apps.funds.types import Outcome, ReceiptLine
from niangjia.kernel.problems import Refusal
from tests.soak import often

ZERO = Decimal("0.00")
CAP = (yearly("e02", PERSON, count=1),)
AMOUNTS = st.sampled_from([Decimal("500.00"), Decimal("0.01"), Decimal("333.33"), Decimal("1200.10")])
# Without shrinking: a step is a dozen queries, and a failing run prints its own steps and seed.
DEEP = settings(
    deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.reuse, Phase.generate]
)


@dataclass
class Reserved:
    person: int
    amount: Decimal
    is_capped: bool
    state: str = "QUEUED"
    is_approved: bool = False
    payments: list[int] = field(default_factory=list)


@dataclass
class Paid:
    reservation: int
    batch: int
    reference: str
    state: str = "PREPARED"


class Money(RuleBasedStateMachine):
    county: money.County

    def __init__(self) -> None:
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        self.budget_id = self.county.open_budget("1000.00")
        self.total = self.available = Decimal("1000.00")
        self.reservations: dict[int, Reserved] = {}
        self.payments: dict[int, Paid] = {}
        self.batches: dict[int, str] = {}
        self.keys: dict[str, int] = {}
        self.count = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)

    def fresh(self) -> int:
        self.count += 1
        return self.count

    def serve(self) -> None:
        for reservation_id in sorted(self.reservations):
            row = self.reservations[reservation_id]
            if row.state == "QUEUED":
                if row.amount > self.available:
                    return
                self.available -= row.amount
                row.state = "RESERVED"

    def attempt(self, expected: type[Refusal] | None, act):
        if expected is None:
            return act()
        with pytest.raises(expected):
            act()
        return None

    @rule(amount=AMOUNTS)
    def money_arrives(self, amount):
        self.county.add(self.budget_id, str(amount), f"add:{self.fresh()}")
        self.total += amount
        self.available += amount
        self.serve()

    @rule(person=st.integers(0, 2), amount=AMOUNTS, is_capped=st.booleans())
    def reserve(self, person, amount, is_capped):
        held = any(
            row.is_capped and row.person == person and row.state != "CANCELLED" for row in self.reservations.values()
        )
        ref = f"case:{self.fresh()}"
        card = self.attempt(
            problems.CapExceeded if held and is_capped else None,
            lambda: self.county.reserve(person, amount=amount, case_ref=ref, caps=CAP if is_capped else ()),
        )
        if card is not None:
            self.reservations[card.id] = Reserved(person, amount, is_capped)
            self.serve()
            assert self.county.reserve(person, amount=amount, case_ref=ref).id == card.id

    @precondition(lambda self: self.reservations)
    @rule(data=st.data())
    def cancel(self, data):
        reservation_id = data.draw(st.sampled_from(sorted(self.reservations)))
        row = self.reservations[reservation_id]
        self.attempt(
            problems.WrongState if row.state in ("BATCHED", "PAID") else None,
            lambda: funds.cancel(viewer=self.county.officer, reservation_id=reservation_id, reason="x", now=NOW),
        )
        if row.state in ("QUEUED", "RESERVED", "RETURNED"):
            self.available += ZERO if row.state == "QUEUED" else row.amount
            row.state = "CANCELLED"
            self.serve()

    @precondition(lambda self: self.reservations)
    @rule(data=st.data())
    def approve(self, data):
        reservation_id = data.draw(st.sampled_from(sorted(self.reservations)))
        row = self.reservations[reservation_id]
        is_late = row.state == "CANCELLED" and not row.is_approved
        self.attempt(
            problems.WrongState if is_late else None,
            lambda: funds.approve(viewer=self.county.approver, reservation_id=reservation_id, now=NOW),
        )
        row.is_approved = not is_late

    @rule(key=st.sampled_from(["a", "b", "c", "d"]))
    def prepare(self, key):
        payable = [
            found for found, row in sorted(self.reservations.items()) if row.state == "RESERVED" and row.is_approved
        ]
        known = self.keys.get(key)
        batch = self.attempt(
            problems.NothingToPay if known is None and not payable else None,
            lambda: self.county.prepare(self.budget_id, key=key),
        )
        if batch is None or batch.id == known:
            return
        assert known is None
        self.keys[key] = batch.id
        self.batches[batch.id] = "PREPARED"
        for reservation_id, line in zip(payable, queries.list_bank_lines(self.county.payer, batch.id), strict=True):
            assert line.amount == self.reservations[reservation_id].amount
            self.reservations[reservation_id].state = "BATCHED"
            self.reservations[reservation_id].payments.append(line.payment_id)
            self.payments[line.payment_id] = Paid(reservation_id, batch.id, line.reference)

    @precondition(lambda self: self.batches)
    @rule(data=st.data())
    def move_batch_on(self, data):
        batch_id = data.draw(st.sampled_from(sorted(self.batches)))
        state = self.batches[batch_id]
        if state == "PREPARED":
            funds.approve_batch(viewer=self.county.approver, batch_id=batch_id, now=NOW)
            self.batches[batch_id] = "APPROVED"
        elif state == "APPROVED":
            self.county.send(batch_id, suffix=f"-{self.fresh()}")
            self.batches[batch_id] = "SENT"
            for paid in self.payments.values():
                if paid.batch == batch_id and paid.state == "PREPARED":
                    paid.state = "IN_TRANSIT"
        else:
            self.attempt(
                problems.WrongState,
                lambda: funds.seal_batch(
                    viewer=self.county.payer, batch_id=batch_id, account_marks=self.county.marks(), now=NOW
                ) if state == "CANCELLED" else funds.cancel_batch(viewer=self.county.finance, batch_id=batch_id, reason="x", now=NOW),
            )  # fmt: skip

    @precondition(lambda self: self.batches)
    @rule(data=st.data())
    def cancel_batch(self, data):
        batch_id = data.draw(st.sampled_from(sorted(self.batches)))
        is_open = self.batches[batch_id] in ("PREPARED", "APPROVED", "CANCELLED")
        self.attempt(
            None if is_open else problems.WrongState,
            lambda: funds.cancel_batch(viewer=self.county.finance, batch_id=batch_id, reason="x", now=NOW),
        )
        if self.batches[batch_id] in ("PREPARED", "APPROVED"):
            self.batches[batch_id] = "CANCELLED"
            self.keys = {key: found for key, found in self.keys.items() if found != batch_id}
            for payment_id, paid in list(self.payments.items()):
                if paid.batch == batch_id:
                    self.reservations[paid.reservation].state = "RESERVED"
                    self.reservations[paid.reservation].payments.remove(payment_id)
                    del self.payments[payment_id]

    @precondition(lambda self: self.payments)
    @rule(
        data=st.data(),
        outcome=st.sampled_from(list(Outcome)),
        day=st.integers(7, 9),
        is_wrong=st.sampled_from([False] * 5 + [True]),
    )
    def bank_answers(self, data, outcome, day, is_wrong):
        payment_id = data.draw(st.sampled_from(sorted(self.payments)))
        paid = self.payments[payment_id]
        row = self.reservations[paid.reservation]
        line = ReceiptLine(paid.reference, row.amount + (1 if is_wrong else 0), outcome, date(2023, 11, day))
        self.attempt(
            None if self.batches[paid.batch] == "SENT" else problems.WrongState,
            lambda: funds.receive_receipt(viewer=self.county.payer, batch_id=paid.batch, lines=[line, line], now=NOW),
        )
        if self.batches[paid.batch] != "SENT" or is_wrong:
            return
        if outcome == Outcome.PAID and paid.state == "IN_TRANSIT":
            paid.state, row.state = "SETTLED", "PAID"
        elif outcome == Outcome.RETURNED and paid.state in ("IN_TRANSIT", "SETTLED"):
            paid.state, row.state = "RETURNED", "RETURNED"

    @precondition(lambda self: self.payments)
    @rule(data=st.data())
    def repay(self, data):
        payment_id = data.draw(st.sampled_from(sorted(self.payments)))
        paid = self.payments[payment_id]
        row = self.reservations[paid.reservation]
        expected: type[Refusal] | None = None
        if paid.state != "RETURNED":
            expected = problems.WrongState
        elif row.payments[-1] != payment_id:
            expected = problems.AlreadyRepaid
        elif row.state == "CANCELLED":
            expected = problems.WrongState
        self.attempt(
            expected,
            lambda: funds.repay(
                viewer=self.county.payer, payment_id=payment_id, account_mark=f"new-{self.fresh()}", now=NOW
            ),
        )
        if expected is None:
            row.state = "RESERVED"

    @invariant()
    def books_are_those_of_the_model(self):
        held = self.county.balances(self.budget_id)
        of = {state: ZERO for state in ("PREPARED", "IN_TRANSIT", "SETTLED", "RETURNED")}
        for paid in self.payments.values():
            of[paid.state] += self.reservations[paid.reservation].amount
        waiting = sum((row.amount for row in self.reservations.values() if row.state in ("RESERVED", "RETURNED")), ZERO)
        expected = (self.total, self.available, waiting + of["PREPARED"], of["IN_TRANSIT"], of["SETTLED"])
        assert (held.total, held.available, held.reserved, held.in_transit, held.paid) == expected
        assert held.total == held.available + held.reserved + held.in_transit + held.paid
        for row in self.reservations.values():
            assert sum(self.payments[payment_id].state == "SETTLED" for payment_id in row.payments) <= 1

    @invariant()
    def no_invariant_is_violated(self):
        assert queries.verify() == []


def run(examples: int, steps: int) -> None:
    county = money.build(people=3)
    machine = type("Money", (Money,), {"county": county})
    run_state_machine_as_test(machine, settings=settings(DEEP, max_examples=examples, stateful_step_count=steps))


@pytest.mark.django_db
def test_no_order_of_acts_breaks_the_books():
    run(often(10), 25)


@pytest.mark.slow
@pytest.mark.django_db
def test_no_order_of_acts_breaks_the_books_in_a_long_run():
    run(200, 50)
