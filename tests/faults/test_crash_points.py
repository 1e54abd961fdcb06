"""The end of the process before each SQL statement and each file write, then the stage again. All of them in a soak."""

import pytest

from tests.faults.harness import count_points, crash_everywhere
from tests.soak import IS_SOAK

DATABASE_STAGES = [
    ("receive", "small run", "small received"),
    ("dispatch", "small released", "small dispatched"),
    ("pay", "small approved", "small paid"),
]


@pytest.mark.parametrize(("stage", "before", "after"), [("land", "small landing", "small landed"), *DATABASE_STAGES])
def test_a_stage_that_dies_before_any_statement_and_is_repeated_ends_as_if_it_had_not(yard, stage, before, after):
    assert yard.undisturbed(after)["breaches"] == []
    total, wrong = crash_everywhere(yard, stage, before, after, points="sql", chunk=8)
    assert total >= 4 and wrong == []


@pytest.mark.parametrize(("stage", "before", "after"), DATABASE_STAGES if IS_SOAK else DATABASE_STAGES[-1:])
def test_the_same_on_postgresql(yard_on_postgres, stage, before, after):
    assert yard_on_postgres.undisturbed(after)["breaches"] == []
    total, wrong = crash_everywhere(yard_on_postgres, stage, before, after, points="sql", chunk=8)
    assert total > 30 and wrong == []


@pytest.mark.parametrize(
    ("stage", "before", "after"),
    [
        ("land", "small landing", "small landed"),
        ("sense", "landed", "sensed"),
        ("receive", "small run", "small received"),
        ("pay", "small approved", "small paid"),
    ],
)
def test_a_stage_that_dies_before_any_file_write_and_is_repeated_ends_as_if_it_had_not(yard, stage, before, after):
    assert yard.undisturbed(after)["breaches"] == []
    chunk = 8 if after.startswith("small") else 0
    total, wrong = crash_everywhere(yard, stage, before, after, points="files", chunk=chunk)
    assert total >= 1 and wrong == []


def test_a_dispatch_writes_no_file(yard):
    """So it has no such points."""
    assert count_points(yard, "dispatch", "small released", points="files") == 0


def test_a_landing_that_dies_before_the_correction_list_it_owes_makes_it_the_next_time(yard):
    assert yard.undisturbed("late landed")["breaches"] == []
    assert len(yard.undisturbed("late landed")["result"]) > len(
        yard.undisturbed("sensed")["result"]
    )  # a second run's files
    total, wrong = crash_everywhere(yard, "land", "late delivery", "late landed", points="sql")
    assert total > 10 and wrong == []
