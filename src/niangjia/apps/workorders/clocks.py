"""Due dates: working days become the instant at which the time is over, midnight after the last day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from decimal import Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from niangjia.apps.organizations import calendar
from niangjia.apps.workorders import defaults
from niangjia.apps.workorders.lifecycle import Clock

_HERE = ZoneInfo("Asia/Shanghai")


class Clocks:
    """Loads the calendar once; for one action or one bulk run."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._today = now.astimezone(_HERE).date()
        self._calendar = calendar.load()
        self._after = cache(self._count)

    def _count(self, days: int) -> datetime:
        day = self._calendar.add_working_days(self._today, days)
        return datetime.combine(day + timedelta(days=1), time.min, _HERE)

    def after(self, days: int) -> datetime:
        """The instant at which `days` working days from now are over."""
        return self._after(days)

    def start(self, clock: Clock, limits: Mapping[str, int]) -> dict[str, Any]:
        """Columns of an order whose step begins now: due, remind at 80 % of it, escalate when due."""
        days = limits[clock]
        due_at = self.after(days)
        return {
            "clock": clock.value,
            "step_due_at": due_at,
            "remind_at": self.after(int(Decimal(days) * defaults.load().remind_share)),
            "escalate_at": due_at,
            "escalated_org_id": None,
        }

    def go_on(self, clock: Clock, due_at: datetime) -> dict[str, Any]:
        """Columns of a step that has what is left until `due_at`: a returned order keeps its due date."""
        return {
            "clock": clock.value,
            "step_due_at": due_at,
            "remind_at": self.now + (due_at - self.now) * 4 / 5 if due_at > self.now else None,
            "escalate_at": due_at,
            "escalated_org_id": None,
        }


STOPPED: dict[str, Any] = {
    "clock": "",
    "step_due_at": None,
    "remind_at": None,
    "escalate_at": None,
    "escalated_org_id": None,
}
