"""kill -9 in the middle of each stage of the month, then the stage again: it ends as if it had not been killed."""

import pytest

from tests.faults.harness import IS_SOAK, kill_often


@pytest.mark.parametrize(
    ("stage", "before", "after", "chunk"),
    [
        ("land", "started", "landed", 0),
        ("sense", "landed", "sensed", 0),
        ("dispatch", "released", "dispatched", 40),  # a dozen transactions
        ("pay", "approved", "paid", 0),
    ],
)
def test_a_stage_that_is_killed_at_any_moment_and_repeated_ends_as_if_it_had_not_been(
    yard, stage, before, after, chunk
):
    assert yard.undisturbed(after)["breaches"] == []
    kill_often(yard, stage, before, after, chunk=chunk)


ON_POSTGRES = [
    ("receive", "small run", "small received", 8),
    ("dispatch", "released", "dispatched", 40),
    ("pay", "approved", "paid", 0),
]


@pytest.mark.parametrize(("stage", "before", "after", "chunk"), ON_POSTGRES if IS_SOAK else ON_POSTGRES[:2])
def test_the_same_on_postgresql(yard_on_postgres, stage, before, after, chunk):
    assert yard_on_postgres.undisturbed(after)["breaches"] == []
    kill_often(yard_on_postgres, stage, before, after, chunk=chunk)
