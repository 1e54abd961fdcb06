"""Whatever is pressed in whatever order: no vote counts twice, no mark of a near juror counts, every ranking counts again."""

from __future__ import annotations

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from niangjia.apps.contests import actions, queries
from niangjia.apps.contests.models import Conflict, Entry, Mark, Round, Standing, Vote
from niangjia.apps.contests.tests.stage import Stage
from niangjia.kernel.problems import Refusal
from tests.soak import IS_SOAK

ENTRIES, WORKERS, JURORS = 4, 8, 3
entries, workers, jurors = st.integers(0, ENTRIES - 1), st.integers(0, WORKERS - 1), st.integers(0, JURORS - 1)


class Machine(RuleBasedStateMachine):
    stage: Stage

    @initialize()
    def called(self):
        self.point = transaction.savepoint()
        self.stage = type(self).stage.fork()
        self.stage.call()
        self.stage.with_entries(ENTRIES)
        self.stage.sit(JURORS)
        self.stage.open()
        self.voted: dict[tuple[int, int], set[int]] = {}

    def tried(self, act):
        try:
            with transaction.atomic():
                return act() or True
        except (Refusal, Round.DoesNotExist):
            return None

    def of_round(self, worker: int) -> set[int]:
        return self.voted.setdefault((self.stage.round.pk, worker), set())

    @rule(worker=workers, entry=entries)
    def votes(self, worker, entry):
        if self.tried(lambda: self.stage.vote(worker, self.stage.entries[entry], f"10.0.0.{worker % 2}")):
            assert self.stage.entries[entry] not in self.of_round(worker)
            self.of_round(worker).add(self.stage.entries[entry])

    @rule(worker=workers, entry=entries)
    def takes_a_vote_back(self, worker, entry):
        one = self.stage.entries[entry]
        if self.tried(lambda: actions.revoke(viewer=self.stage.workers[worker], round_id=self.stage.round.pk, entry_id=one, now=self.stage.now)):  # fmt: skip
            self.of_round(worker).discard(one)

    @rule(juror=jurors, near=st.none() | entries)
    def declares(self, juror, near):
        found = [] if near is None else [self.stage.entries[near]]
        self.tried(lambda: self.stage.declare(self.stage.jurors[juror], *found))

    @rule(juror=jurors, entry=entries, mark=st.sampled_from([0, 50, 50, 99.5, 100, 101]))
    def marks(self, juror, entry, mark):
        one = self.stage.entries[entry]
        is_near = Conflict.objects.filter(juror__account_id=self.stage.jurors[juror].account_id, entry_id=one).exists()
        done = self.tried(lambda: self.stage.mark(self.stage.jurors[juror], mark, entries=[one]))
        assert not (done and is_near)

    @rule(entry=entries)
    def leaves(self, entry):
        one = Entry.objects.get(pk=self.stage.entries[entry])
        viewer = next(who for who in self.stage.workers if who.person_id == one.person_id)
        if self.tried(lambda: actions.withdraw(viewer=viewer, entry_id=one.pk, now=self.stage.now)):
            for told in self.voted.values():
                told.discard(one.pk)

    @rule()
    def goes_on(self):
        self.tried(lambda: self.stage.close("按现有分数"))
        self.tried(self.stage.open)
        self.tried(self.stage.announce)

    @invariant()
    def nothing_counts_twice_and_all_counts_again(self):
        assert list(queries.verify()) == []
        for (round_id, worker), told in self.voted.items():
            own = queries.own_votes(self.stage.workers[worker], round_id)
            assert set(own) == told and len(told) <= 2
        standing = Vote.objects.exclude(state="REVOKED").values_list("round_id", "voter", "entry_id")
        assert len(set(standing)) == len(standing)
        for row in Round.objects.filter(contest_id=self.stage.contest_id, sheet__isnull=False):
            counted = {line.entry.number: line for line in queries.list_lines(None, row.pk)}
            for mark in Mark.objects.filter(round=row).select_related("juror", "entry"):
                line = counted.get(mark.entry.number)
                near = Conflict.objects.filter(juror=mark.juror, entry=mark.entry, at__lte=row.closed_at).exists()
                assert line is None or not near or mark.juror.seat in line.left_out
            assert Standing.objects.filter(round=row).count() == len(counted)

    def teardown(self):
        if hasattr(self, "point"):
            transaction.savepoint_rollback(self.point)


@pytest.mark.django_db
def test_no_order_of_steps_counts_anything_twice(stage):
    Machine.stage = stage
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=200 if IS_SOAK else 6,
            stateful_step_count=30 if IS_SOAK else 14,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
