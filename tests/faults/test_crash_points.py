"""The end of the process before each SQL statement and each file write, then the stage again. All of them in a soak."""

import pytest

from tests.faults.harness import crash_everywhere

pytestmark = pytest.mark.xdist_group("faults")


@pytest.mark.parametrize(
    ("stage", "before", "after"),
    [
        ("receive", "small run", "small received"),
        ("dispatch", "small released", "small dispatched"),
        ("pay", "small approved", "small paid"),
    ],
)
def test_a_stage_that_dies_before_any_statement_and_is_repeated_ends_as_if_it_had_not(yard, stage, before, after):
    assert yard.undisturbed(after)["breaches"] == []
    total, wrong = crash_everywhere(yard, stage, before, after, points="sql", at_most=6, chunk=8)
    assert total > 30 and wrong == []


@pytest.mark.parametrize(
    ("stage", "before", "after"),
    [
        ("land", "small landing", "small landed"),
        ("sense", "landed", "sensed"),
        ("pay", "small approved", "small paid"),
    ],
)
def test_a_stage_that_dies_before_any_file_write_and_is_repeated_ends_as_if_it_had_not(yard, stage, before, after):
    assert yard.undisturbed(after)["breaches"] == []
    total, wrong = crash_everywhere(
        yard, stage, before, after, points="files", at_most=3, chunk=8 if stage == "pay" else 0
    )
    assert total >= 3 and wrong == []


def test_a_landing_that_dies_before_the_correction_list_it_owes_makes_it_the_next_time(yard):
    assert yard.undisturbed("late landed")["breaches"] == []
    assert len(yard.undisturbed("late landed")["result"]) > len(
        yard.undisturbed("sensed")["result"]
    )  # a second run's files
    total, wrong = crash_everywhere(yard, "land", "late delivery", "late landed", points="sql", at_most=4, in_soak=100)
    assert total > 10 and wrong == []
