"""Whatever is pressed in whatever order: no stage skipped, nobody over their load, no pair without two yeses of two people."""

from __future__ import annotations

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from niangjia.apps.volunteers import actions, queries
from niangjia.apps.volunteers.lifecycle import BOTH_SAID_YES, LIVE, PairState
from niangjia.apps.volunteers.models import Helper, Need, NeedStep, Pair
from niangjia.apps.volunteers.tests.room import ANSWERS, NOW, TODAY, Room
from niangjia.apps.volunteers.types import Side
from niangjia.kernel.problems import Refusal
from tests.soak import IS_SOAK

NEEDS, HELPERS = 2, 3
STAGES = ("need", "match", "project", "plan", "implementation", "evaluation")
which_need, which_helper, yes = st.integers(0, NEEDS - 1), st.integers(0, HELPERS - 1), st.booleans()


class Machine(RuleBasedStateMachine):
    room: Room

    @initialize(seats=st.lists(st.integers(1, 2), min_size=NEEDS, max_size=NEEDS), capacity=st.integers(1, 2))
    def begin(self, seats, capacity):
        self.point = transaction.savepoint()
        self.needs = [self.room.need(seats=one, is_open_bid=True, bids_until=TODAY) for one in seats]
        self.helpers = [self.room.helper(number, capacity=capacity) for number in range(HELPERS)]
        self.walked: dict[int, list[str]] = {need: ["need"] for need in self.needs}

    def tried(self, act):
        try:
            with transaction.atomic():
                return act()
        except Refusal:
            return None

    @rule(need=which_need, filled=yes, by_county=yes)
    def goes_on(self, need, filled, by_county):
        need_id = self.needs[need]
        card = self.room.card(need_id)
        answers = ANSWERS[STAGES.index(card.stage)] if filled else {}
        ratings = dict.fromkeys(Pair.objects.filter(need=need_id).values_list("pk", flat=True), 4) if filled else {}
        viewer = self.room.county if by_county else self.room.firm
        self.tried(lambda: self.room.go_on(need_id, viewer=viewer, answers=answers, ratings=ratings))

    @rule(need=which_need, helper=which_helper, times=st.integers(1, 6), logs=yes)
    def is_walked(self, need, helper, times, logs):
        """What sensible people would do next, so that the later stages are reached as well."""
        for _ in range(times):
            self.is_asked(need, helper)
            for side in Side:
                self.answers(need, helper, True, side, False)
            if logs:
                self.was_there(need, helper)
            self.goes_on(need, True, True)
            self.no_stage_is_skipped()

    @rule(need=which_need, helper=which_helper)
    def is_asked(self, need, helper):
        self.tried(lambda: self.room.pair(self.needs[need], self.helpers[helper]))

    @rule(need=which_need, helper=which_helper)
    def bids(self, need, helper):
        worker = self.room.workers[helper]
        self.tried(lambda: actions.bid(viewer=worker, need_id=self.needs[need], words="我来", now=NOW))

    @rule(need=which_need, helper=which_helper, is_yes=yes, side=st.sampled_from(Side), by_county=yes)
    def answers(self, need, helper, is_yes, side, by_county):
        pair = Pair.objects.filter(need=self.needs[need], helper=self.helpers[helper]).order_by("-pk").first()
        if pair is not None:
            own = self.room.workers[helper] if side is Side.HELPER else self.room.firm
            viewer = self.room.county if by_county else own
            self.tried(lambda: self.room.says(pair.pk, viewer, side=side, is_yes=is_yes, reason="说过了"))

    @rule(need=which_need, helper=which_helper)
    def is_released(self, need, helper):
        pair = Pair.objects.filter(need=self.needs[need], helper=self.helpers[helper]).order_by("-pk").first()
        if pair is not None:
            worker = self.room.workers[helper]
            self.tried(lambda: actions.release(viewer=worker, pair_id=pair.pk, reason="去不了", now=NOW))

    @rule(need=which_need, helper=which_helper)
    def was_there(self, need, helper):
        pair = Pair.objects.filter(need=self.needs[need], helper=self.helpers[helper]).order_by("-pk").first()
        if pair is not None:
            self.tried(lambda: self.room.log(pair.pk, self.room.workers[helper], minutes=30))

    @rule(need=which_need)
    def is_withdrawn(self, need):
        self.tried(
            lambda: actions.withdraw_need(viewer=self.room.firm, need_id=self.needs[need], reason="不要了", now=NOW)
        )

    @rule()
    def is_proposed(self):
        actions.propose(viewer=self.room.county, kind="volunteering", now=NOW)
        last = queries.last_proposal(self.room.county, "volunteering")
        assert last is not None and last.gap == 0
        self.tried(
            lambda: actions.send_proposals(
                viewer=self.room.county, chosen=[(one.need_id, one.helper.id) for one in last.proposed], now=NOW
            )
        )

    @invariant()
    def no_stage_is_skipped(self):
        for need_id in getattr(self, "needs", []):
            stage = Need.objects.values_list("stage", flat=True).get(pk=need_id)
            way = self.walked[need_id]
            if stage != way[-1]:
                onward = STAGES.index(stage) == STAGES.index(way[-1]) + 1
                assert onward or stage == "match", f"from {way[-1]} to {stage}"
                way.append(stage)

    @invariant()
    def nobody_is_over_their_load(self):
        for helper in Helper.objects.filter(pk__in=getattr(self, "helpers", [])):
            held = Pair.objects.filter(helper=helper, state=PairState.CONFIRMED).count()
            assert held == helper.load <= helper.capacity

    @invariant()
    def every_pair_that_holds_has_two_yeses_of_two_people(self):
        for pair in Pair.objects.filter(need__in=getattr(self, "needs", []), state__in=BOTH_SAID_YES):
            assert pair.helper_said and pair.firm_said and pair.helper_by_id != pair.firm_by_id

    @invariant()
    def all_is_as_it_must_be(self):
        if hasattr(self, "needs"):
            assert list(queries.verify()) == []
            closed = Need.objects.filter(pk__in=self.needs).exclude(state="OPEN")
            assert not Pair.objects.filter(need__in=closed, state__in=LIVE).exists()
            done = closed.filter(state="DONE")
            assert all(NeedStep.objects.filter(need=one, to="", stage="evaluation").exists() for one in done)

    def teardown(self):
        if hasattr(self, "point"):
            transaction.savepoint_rollback(self.point)


@pytest.mark.django_db
def test_no_order_of_steps_breaks_what_must_always_be_so(room):
    Machine.room = room
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=200 if IS_SOAK else 8, stateful_step_count=40 if IS_SOAK else 20, deadline=None,
            suppress_health_check=list(HealthCheck), phases=[Phase.generate, *([Phase.shrink] if IS_SOAK else [])],
        ),
    )  # fmt: skip
