"""Each feed stands against what its owner promised: late, missing months, why rows were set aside, what the next list waits for."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from niangjia.engines.sensing import BatchReport
from niangjia.jobs import feed_health
from niangjia.kernel.months import Month

NOW = datetime(2023, 11, 6, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def report(feed: str, month: str, seq: int, accepted: int = 90, **more) -> BatchReport:
    values = {"rows_in": 100, "rows_accepted": accepted, "rows_set_aside": 100 - accepted}
    return BatchReport(feed, month, "committed", batch=f"{seq:06d}-{feed}", **values | more)


@pytest.fixture
def lake(monkeypatch):
    reports: list[BatchReport] = []
    monkeypatch.setattr("niangjia.engines.sensing.committed", lambda _lake: reports)
    return reports


class _Deployment:
    lake = None


def lines() -> dict[str, feed_health.FeedLine]:
    return {line.feed.name: line for line in feed_health.list_feeds(_Deployment(), now=NOW)}  # type: ignore[arg-type]


def test_a_monthly_feed_is_well_late_or_has_gaps_by_its_own_lag(lake):
    lake += [report("household", "2023-08", 1), report("household", "2023-10", 2), report("member", "2023-09", 3)]
    found = lines()
    assert (found["household"].state, found["household"].missing) == ("GAPS", (Month("2023-09"),))
    assert (found["member"].state, found["member"].due, found["member"].missing) == (
        "LATE",
        Month("2023-10"),
        (Month("2023-10"),),
    )
    assert found["medical_settlement"].state == "NEVER"
    lake.append(report("household", "2023-09", 4))
    assert lines()["household"].state == "WELL"


def test_a_feed_with_a_longer_lag_is_not_late_before_its_time(lake):
    slow = next(line for line in lines().values() if line.feed.lag == "2 months")
    lake.append(report(slow.feed.name, "2023-09", 1))
    found = lines()[slow.feed.name]
    assert found.state in ("WELL", "NO_RHYTHM") and found.lag_months == 2


def test_what_a_trigger_needs_is_what_the_next_list_waits_for(lake):
    month, waiting = feed_health.next_month(lines().values(), now=NOW)
    assert month == Month("2023-10")
    needed = {line.feed.name for line in waiting}
    assert "medical_settlement" in needed
    lake += [report(name, "2023-10", place) for place, name in enumerate(sorted(needed), start=1)]
    assert feed_health.next_month(lines().values(), now=NOW)[1] == []


def test_the_reasons_of_the_last_batch_are_counted_and_a_month_that_did_not_come_is_no_zero(lake):
    lake += [
        report("member", "2023-08", 1, set_aside_counts={"id BAD_ID": 10}),
        replace(
            report("member", "2023-10", 2, accepted=80), set_aside_counts={"id BAD_ID": 5, "joined_on BAD_DATE": 15}
        ),
    ]
    found = lines()["member"]
    assert found.reasons == (("joined_on", "BAD_DATE", 15), ("id", "BAD_ID", 5))
    by_month = {line.month.text: line.rows_in for line in found.months}
    assert (by_month["2023-08"], by_month["2023-09"], by_month["2023-10"]) == (100, None, 100)
