"""When something goes out: quiet hours, the day's digest, the delays between tries. Hours are local, of the deployment's zone."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from niangjia.apps.messages.types import Choices

HERE = ZoneInfo("Asia/Shanghai")

# Six tries over about seven hours: what is still down then will not read an order's due date today either. GOV.UK Notify gives up
# after four hours, and nobody there waits for the inbox.
DELAYS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=20), timedelta(hours=1), timedelta(hours=5))
MOST_TRIES = len(DELAYS) + 1
LEASE = timedelta(minutes=10)
CODE_LASTS = timedelta(minutes=30)
KEPT = timedelta(days=180)  # deliveries, their tries, and messages that were read


def is_quiet(choices: Choices, at: datetime) -> bool:
    """
    Whether `at` lies in quiet hours, half-open: from 22:00 on it is quiet, at 7:00 no longer.

    Equal hours: never.
    """
    hour, start, end = at.astimezone(HERE).hour, choices.quiet_from, choices.quiet_until
    return start <= hour < end if start <= end else hour >= start or hour < end


def next_hour(at: datetime, hour: int) -> datetime:
    """The next instant after `at` at which it is `hour` o'clock here."""
    here = at.astimezone(HERE)
    day = here.date() if here.time() < time(hour) else here.date() + timedelta(days=1)
    return datetime.combine(day, time(hour), HERE)


def due_at(choices: Choices, *, at: datetime, is_urgent: bool, is_digest: bool) -> datetime:
    """When something told at `at` goes out: urgent at once, a digest at its hour, and neither in quiet hours but the urgent."""
    if is_urgent:
        return at
    due = next_hour(at, choices.digest_hour) if is_digest and choices.digest_hour is not None else at
    return next_hour(due, choices.quiet_until) if is_quiet(choices, due) else due
