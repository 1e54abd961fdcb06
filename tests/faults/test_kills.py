"""kill -9 in the middle of each stage of the month, then the stage again: it ends as if it had not been killed."""

import pytest

from tests.faults.harness import kill_often

pytestmark = pytest.mark.xdist_group("faults")  # they share the prepared town


@pytest.mark.parametrize(
    ("stage", "before", "after"),
    [
        ("land", "started", "landed"),
        ("sense", "landed", "sensed"),
        ("dispatch", "released", "dispatched"),
        ("pay", "approved", "paid"),
    ],
)
def test_a_stage_that_is_killed_at_any_moment_and_repeated_ends_as_if_it_had_not_been(yard, stage, before, after):
    assert yard.undisturbed(after)["breaches"] == []
    kill_often(yard, stage, before, after)
