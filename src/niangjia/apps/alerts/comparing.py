"""This month beside last month: what changed of what the list may show."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from niangjia.apps.alerts.models import HardshipAlert
from niangjia.apps.alerts.types import Changed
from niangjia.kernel.months import Month

FIGURES = ("I2", "I3", "I4", "I5", "M4", "M5", "size", "students", "dis_grade", "months_uninsured")
CODES = ("causes", "triggers")
PLAIN = ("state", "grade")


def changes(now: HardshipAlert, before: HardshipAlert | None) -> tuple[Changed, ...]:
    """
    Every fact of the two rows in a fixed order, changed or not; a household that was not on the earlier list has empty facts there, which
    is not the same as unknown ones.
    """
    rows = [Changed(name, getattr(before, name, None) or None, getattr(now, name) or None) for name in PLAIN]
    rows.append(Changed("months", _months(before) if before else None, _months(now)))
    for name in CODES:
        rows.append(Changed(name, _codes(before, name) if before else None, _codes(now, name)))
    rows += [Changed(name, _value(before, name), _value(now, name)) for name in FIGURES]
    return tuple(rows)


def _codes(alert: HardshipAlert | None, name: str) -> tuple[str, ...]:
    return tuple(code for code in getattr(alert, name, "").split("|") if code)


def _value(alert: HardshipAlert | None, name: str) -> Decimal | int | None:
    value: Decimal | int | None = getattr(alert, name) if alert is not None else None
    return value


def _months(alert: HardshipAlert) -> int | None:
    """How many months the household has been on the list in a row, this one counted."""
    return Month(alert.month).index - Month(alert.first_month).index + 1 if alert.first_month else None


def previous_of(alerts: Iterable[HardshipAlert], visible: Any) -> dict[int, HardshipAlert]:
    """By household, its row on the list of the month before; one query. `visible`: the rows that the viewer may see."""
    shown = list(alerts)
    months = {Month(alert.month).previous().text for alert in shown}
    found = visible.filter(month__in=months, household__in=[alert.household_id for alert in shown]).select_related(
        "run"
    )
    by_place = {(row.household_id, row.month): row for row in found}
    return {
        alert.household_id: row
        for alert in shown
        if (row := by_place.get((alert.household_id, Month(alert.month).previous().text))) is not None
    }
