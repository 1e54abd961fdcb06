"""
What lies in a bus plan's folder besides how far it is (`kernel.working`): ``asked.json``, the question, and ``result.json``, its answer.

One plan of a deployment is worked on at a time; the others wait.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from niangjia.engines.scheduling.bus import BusPlan, Lanes, Outing, Session, Site, plan_bus
from niangjia.kernel import working
from niangjia.kernel.working import ASKED, RESULT, Progress, read_json, write_json

PLANNING = "plan"
"""The one step there is."""


def write_asked(
    folder: Path,
    sites: list[Site],
    outings: list[Outing],
    lanes: Lanes,
    *,
    distance: list[list[int]],
    travel: list[list[int]],
    fixed: list[Session],
    seconds: int,
) -> None:
    write_json(
        folder / ASKED,
        {
            "sites": [asdict(one) for one in sites],
            "outings": [asdict(one) for one in outings],
            "lanes": asdict(lanes),
            "distance": distance,
            "travel": travel,
            "fixed": [asdict(one) for one in fixed],
            "seconds": seconds,
        },
    )


def work(folder: Path, *, progress: Progress | None = None, lock: int | None = None) -> None:
    """Plan what is asked for in `folder`, or nothing if it was planned. Safe to repeat. Raises Stopped, BrokenPlan."""
    working.work(folder, lambda tell: _do(folder, tell), queue=folder.parent / ".lock", progress=progress, lock=lock)


def _do(folder: Path, tell: Progress) -> None:
    asked = read_json(folder / ASKED)
    plan = plan_bus(
        [Site(**{**one, "open_at": tuple(map(tuple, one["open_at"]))}) for one in asked["sites"]],
        [Outing(**one) for one in asked["outings"]],
        Lanes(**asked["lanes"]),
        distance=asked["distance"],
        travel=asked["travel"],
        fixed=[Session(**one) for one in asked["fixed"]],
        seconds=asked["seconds"],
        told=lambda share: tell(PLANNING, share),
    )
    write_json(folder / RESULT, asdict(plan))


def read_plan(folder: Path) -> BusPlan:
    """What was found. Raises KeyError: it is not planned yet."""
    found: dict[str, Any] = read_json(folder / RESULT)
    return BusPlan(
        tuple(Session(**one) for one in found["sessions"]),
        found["waiting"],
        tuple(Session(**one) for one in found["unkept"]),
        found["metres"],
    )
