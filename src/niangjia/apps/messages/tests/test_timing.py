"""Both sides of every border of the clock."""

from __future__ import annotations

from datetime import datetime

import pytest

from niangjia.apps.messages import timing
from niangjia.apps.messages.types import Choices


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2023-11-{text}+08:00")


@pytest.mark.parametrize(
    ("quiet", "moment", "is_quiet"),
    [
        ((22, 7), "06T21:59:59", False), ((22, 7), "06T22:00:00", True), ((22, 7), "07T00:00:00", True),
        ((22, 7), "07T06:59:59", True), ((22, 7), "07T07:00:00", False), ((22, 7), "07T12:00:00", False),
        ((12, 14), "06T11:59:59", False), ((12, 14), "06T12:00:00", True), ((12, 14), "06T14:00:00", False),
        ((0, 0), "06T00:00:00", False), ((8, 8), "06T08:30:00", False),
    ],
)  # fmt: skip
def test_quiet_hours_are_half_open_and_may_span_midnight(quiet, moment, is_quiet):
    assert timing.is_quiet(Choices(quiet_from=quiet[0], quiet_until=quiet[1]), at(moment)) is is_quiet


def test_the_hours_are_those_of_the_place_not_of_the_server():
    assert timing.is_quiet(Choices(), datetime.fromisoformat("2023-11-06T14:00:00+00:00"))  # 22:00 in Shanghai
    assert not timing.is_quiet(Choices(), datetime.fromisoformat("2023-11-06T23:00:00+00:00"))


@pytest.mark.parametrize(
    ("moment", "is_urgent", "is_digest", "due"),
    [
        ("06T21:59:59", False, False, "06T21:59:59"), ("06T22:00:00", False, False, "07T07:00:00"),
        ("07T03:00:00", False, False, "07T07:00:00"), ("06T23:00:00", True, False, "06T23:00:00"),
        ("06T07:59:59", False, True, "06T08:00:00"), ("06T08:00:00", False, True, "07T08:00:00"),
        ("30T23:00:00", False, True, "12-01T08:00:00"),
    ],
)  # fmt: skip
def test_when_something_goes_out(moment, is_urgent, is_digest, due):
    expected = datetime.fromisoformat(f"2023-{due}+08:00") if due.startswith("12") else at(due)
    assert timing.due_at(Choices(), at=at(moment), is_urgent=is_urgent, is_digest=is_digest) == expected


def test_a_digest_at_an_hour_that_is_quiet_waits_for_its_end():
    choices = Choices(digest_hour=5)
    assert timing.due_at(choices, at=at("06T20:00:00"), is_urgent=False, is_digest=True) == at("07T07:00:00")


def test_who_takes_no_digest_gets_everything_singly():
    choices = Choices(digest_hour=None)
    assert timing.due_at(choices, at=at("06T10:00:00"), is_urgent=False, is_digest=True) == at("06T10:00:00")


def test_tries_grow_further_apart():
    assert list(timing.DELAYS) == sorted(timing.DELAYS) and timing.MOST_TRIES == 6
