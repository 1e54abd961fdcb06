"""The rows of this room as a roll-up counts them. For the house's own jobs: whoever's they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from niangjia.apps.tasks.lifecycle import OWED, TaskState
from niangjia.apps.tasks.models import Task

_CHUNK = 5_000


def tasks(today: date) -> Iterator[Mapping[str, Any]]:
    """Each task by the day it is due, of the union that owes it, or of its setter while it is on the board."""
    said = ("pk", "due_on", "owner_id", "setter_id", "state", "origin", "reported_on")
    for pk, due, owner, setter, state, origin, reported in (
        Task.objects.order_by("pk").values_list(*said).iterator(_CHUNK)
    ):
        yield {
            "ref": f"task:{pk}", "day": due, "union_id": owner or setter, "state": state, "origin": origin,
            "is_late": state in OWED and due < today,
            "is_done_on_time": state == TaskState.DONE and reported <= due,
        }  # fmt: skip
