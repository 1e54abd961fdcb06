"""Whatever is pressed in whatever order: no seat twice, nobody lost from the line, nobody passed over who fits."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from niangjia.apps.bookings import actions, queries
from niangjia.apps.bookings.lifecycle import HOLDS_SEATS, BookingState, Giving
from niangjia.apps.bookings.models import Booking, Quota, Slot
from niangjia.apps.bookings.tests.fair import DAY, NOW, Fair, build
from niangjia.kernel.problems import Refusal
from tests.soak import IS_SOAK, often

WORKERS = 6
people = st.integers(0, WORKERS - 1)


class Machine(RuleBasedStateMachine):
    fair: Fair

    @initialize(
        seats=st.lists(st.integers(1, 3), min_size=1, max_size=3),
        giving=st.sampled_from(Giving),
        quota=st.none() | st.integers(0, 4),
    )
    def offered(self, seats, giving, quota):
        self.point = transaction.savepoint()
        self.asked: dict[int, int] = {}
        self.count = 0
        self.offer = self.fair.offer(*seats, giving=giving, most_companions=2, program="p", every_years=1)
        if quota is not None:
            org_id = self.fair.workers[0].org_id
            actions.set_quota(viewer=self.fair.county, offer_id=self.offer, org_id=org_id, seats=quota, now=NOW)
            actions.set_quota(
                viewer=self.fair.county, offer_id=self.offer, org_id=None, group="courier", seats=2, now=NOW
            )

    def tried(self, act):
        try:
            with transaction.atomic():
                return act()
        except Refusal:
            return None

    @rule(number=people, companions=st.integers(0, 3), slot=st.none() | st.integers(0, 2))
    def asks(self, number, companions, slot):
        slots = list(Slot.objects.filter(offer_id=self.offer).order_by("pk"))
        slot_id = slots[slot].pk if slot is not None and slot < len(slots) else None
        self.count += 1
        key = f"{self.offer} {self.count}"
        booking = self.tried(lambda: self.fair.ask(self.offer, number, companions, slot_id=slot_id, key=key))
        if booking:
            self.asked[booking] = 1 + companions

    @rule(which=st.integers(0, 20))
    def cancels(self, which):
        if self.asked:
            booking = list(self.asked)[which % len(self.asked)]
            self.tried(lambda: actions.cancel(viewer=self.fair.county, booking_id=booking, now=NOW))

    @rule(which=st.integers(0, 2), seats=st.integers(1, 4))
    def seats_change(self, which, seats):
        slots = list(Slot.objects.filter(offer_id=self.offer).order_by("pk"))
        slot_id = slots[which % len(slots)].pk
        self.tried(lambda: actions.set_seats(viewer=self.fair.county, slot_id=slot_id, seats=seats, now=NOW))

    @rule()
    def draws(self):
        self.tried(lambda: actions.draw(viewer=self.fair.county, offer_id=self.offer, now=NOW + timedelta(days=8)))

    @rule(which=st.integers(0, 20))
    def comes(self, which):
        if self.asked:
            code = Booking.objects.get(pk=list(self.asked)[which % len(self.asked)]).code
            self.tried(lambda: actions.check_in(viewer=self.fair.county, code=code, now=DAY))

    @rule()
    def is_over(self):
        over = DAY + timedelta(days=1)
        self.tried(lambda: actions.mark_missed(viewer=self.fair.county, offer_id=self.offer, now=over))

    @invariant()
    def every_seat_is_given_once(self):
        for row in [*Slot.objects.all(), *Quota.objects.all()]:
            held = sum(row.bookings.filter(state__in=HOLDS_SEATS).values_list("seats", flat=True))
            assert held == row.taken <= row.seats

    @invariant()
    def nobody_is_lost_and_every_family_is_whole(self):
        if hasattr(self, "asked"):
            rows = {row.pk: row for row in Booking.objects.filter(offer_id=self.offer)}
            assert {pk: row.seats for pk, row in rows.items()} == self.asked
            assert all((row.slot_id is not None) == (row.state in HOLDS_SEATS) for row in rows.values())
            lines = [row.line for row in rows.values() if row.state == BookingState.WAITING]
            assert len(set(lines)) == len(lines)

    @invariant()
    def no_invariant_is_violated(self):
        assert list(queries.verify(now=NOW)) == []

    def teardown(self):
        if hasattr(self, "point"):
            transaction.savepoint_rollback(self.point)


@pytest.mark.django_db
def test_no_order_of_acts_sells_a_seat_twice_or_loses_the_line():
    machine = type("Fair", (Machine,), {"fair": build(WORKERS)})
    limits = settings(
        max_examples=often(25, soak=200), stateful_step_count=30 if IS_SOAK else 15, deadline=None, database=None,
        phases=(Phase.explicit, Phase.generate), suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(machine, settings=limits)
