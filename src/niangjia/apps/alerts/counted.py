"""The rows of this room as a roll-up counts them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from niangjia.apps.alerts.models import HardshipAlert
from niangjia.apps.alerts.types import RunKind, RunState
from niangjia.kernel.months import Month


def listings() -> Iterator[Mapping[str, Any]]:
    """A household on a released list; its day is the last of the list's month. For the house's own jobs: whoever's it is."""
    found = HardshipAlert.objects.filter(run__kind=RunKind.MONTHLY, run__state=RunState.RELEASED)
    said = ("pk", "month", "org_id", "household_id", "state", "grade", "causes", "triggers")
    for number, month, union, household, state, grade, causes, triggers in found.values_list(*said).iterator(5_000):
        yield {
            "ref": f"alert:{number}", "day": Month(month).last_day, "union_id": union, "household": household, "state": state,
            "grade": grade or None, "cause": _codes(causes), "trigger": _codes(triggers),
        }  # fmt: skip


def _codes(text: str) -> list[str]:
    return [code for code in text.split("|") if code]
