"""How each declared feed stands against what its owner promised: what came, what was late, what was set aside and why, what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from django.utils import timezone

from niangjia.engines import sensing
from niangjia.kernel.deployment import Deployment, programs_folder
from niangjia.kernel.months import Month

SHOWN = 12
_LAG = {"none": 1, "1 month": 1, "2 months": 2}


@dataclass(frozen=True, slots=True)
class MonthLine:
    """One month of a feed; `rows_in` null: nothing landed."""

    month: Month
    rows_in: int | None
    rows_accepted: int
    rows_set_aside: int


@dataclass(frozen=True, slots=True)
class FeedLine:
    """
    `due`: the newest month that should be here by now, null where the owner promised no rhythm. `missing`: months between the first that came and
    `due` without a batch. `reasons`: (column, code, rows) of the last batch, most first. `needed_by`, `unsure_by`, `read_by`: triggers.
    """

    feed: sensing.Feed
    last: Month | None
    due: Month | None
    missing: tuple[Month, ...]
    lag_months: int
    months: tuple[MonthLine, ...]
    reasons: tuple[tuple[str, str, int], ...]
    needed_by: tuple[str, ...]
    unsure_by: tuple[str, ...]
    read_by: tuple[str, ...]

    @property
    def state(self) -> str:
        """NEVER, LATE, GAPS or WELL; NO_RHYTHM where nothing was promised and something came."""
        if self.last is None:
            return "NEVER"
        if self.due is None:
            return "NO_RHYTHM"
        return "LATE" if self.last < self.due else "GAPS" if self.missing else "WELL"


def list_feeds(deployment: Deployment, *, now: datetime) -> list[FeedLine]:
    """Every declared feed, those that keep the next list from being made first."""
    feeds = sensing.load_feeds(programs_folder())
    reports: dict[str, list[sensing.BatchReport]] = {name: [] for name in feeds}
    for report in sensing.committed(deployment.lake):
        reports.setdefault(report.feed, []).append(report)
    this = Month.of(timezone.localdate(now))
    lines = [_line(feed, reports[name], this) for name, feed in feeds.items()]
    order = {"LATE": 0, "NEVER": 1, "GAPS": 2, "NO_RHYTHM": 3, "WELL": 4}
    return sorted(lines, key=lambda line: (order[line.state], -len(line.needed_by), line.feed.name))


def latest_until(deployment: Deployment, month: Month) -> dict[str, Month]:
    """By feed, the newest month not after `month` that came: how old what a list of that month says is."""
    found: dict[str, str] = {}
    for feed, came in _delivered(deployment.lake, tuple(sensing.batch_names(deployment.lake))):
        if came <= month.text:
            found[feed] = max(came, found.get(feed, ""))
    return {feed: Month(text) for feed, text in found.items() if text}


@lru_cache(maxsize=4)
def _delivered(lake: Path, batches: tuple[str, ...]) -> frozenset[tuple[str, str]]:
    """Feed and month of every batch. Read once, until something was landed: each household's page asks."""
    return frozenset((report.feed, report.month) for report in sensing.committed(lake))


def next_month(lines: Iterable[FeedLine], *, now: datetime) -> tuple[Month, list[FeedLine]]:
    """The month whose list is made next, and the feeds without which some trigger cannot tell, that have not brought it yet."""
    month = Month.of(timezone.localdate(now)).previous()
    waiting = [
        line
        for line in lines
        if line.needed_by and line.due is not None and (line.last is None or line.last < line.due)
    ]
    return month, waiting


def _line(feed: sensing.Feed, reports: list[sensing.BatchReport], this: Month) -> FeedLine:
    by_month: dict[str, list[sensing.BatchReport]] = {}
    for report in reports:
        by_month.setdefault(report.month, []).append(report)
    came = sorted(Month(text) for text in by_month)
    lag = _LAG.get(feed.lag, 1)
    due = this.plus(-lag) if feed.cadence == "monthly" else None
    first, last = (came[0], came[-1]) if came else (None, None)
    missing: list[Month] = []
    if first is not None and due is not None:
        month = first
        while month <= due:
            if month.text not in by_month:
                missing.append(month)
            month = month.next()
    newest = max(reports, key=lambda report: report.seq, default=None)
    counts = sorted(newest.set_aside_counts.items(), key=lambda pair: -pair[1]) if newest else []
    end = max([one for one in (last, due) if one is not None], default=this.previous())
    needs, unsure, also = _triggers()
    return FeedLine(
        feed=feed, last=last, due=due, missing=tuple(missing), lag_months=lag,
        months=tuple(_month(end.plus(offset - SHOWN + 1), by_month) for offset in range(SHOWN)),
        reasons=tuple((*_apart(name), count) for name, count in counts[:5]),
        needed_by=needs.get(feed.name, ()), unsure_by=unsure.get(feed.name, ()), read_by=also.get(feed.name, ()),
    )  # fmt: skip


def _apart(name: str) -> tuple[str, str]:
    column, _blank, code = name.rpartition(" ")
    return column, code


def _month(month: Month, by_month: dict[str, list[sensing.BatchReport]]) -> MonthLine:
    reports = by_month.get(month.text)
    if not reports:
        return MonthLine(month, None, 0, 0)
    return MonthLine(
        month,
        sum(one.rows_in for one in reports),
        sum(one.rows_accepted for one in reports),
        sum(one.rows_set_aside for one in reports),
    )


@lru_cache(maxsize=1)
def _triggers() -> tuple[dict[str, tuple[str, ...]], ...]:
    """Feed → the triggers that need it, are unsure without it, or also read it; the pack is read once a process."""
    found: tuple[dict[str, tuple[str, ...]], ...] = ({}, {}, {})
    for trigger in sensing.load_sensing_pack(programs_folder()).triggers:
        for names, feeds in zip(found, (trigger.needs, trigger.unsure_without, trigger.also), strict=True):
            for feed in feeds:
                names[feed] = (*names.get(feed, ()), trigger.id)
    return found
