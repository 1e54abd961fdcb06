"""The newest roll-up, and measures from the words of ``cockpit.yaml``: where the cockpit meets `engines.counting`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from niangjia.engines import counting
from niangjia.jobs import rollup
from niangjia.portals.design.showing import deployment


def measure_from(raw: Mapping[str, Any], of: counting.Measure | None = None) -> counting.Measure:
    return counting.Measure(
        id=raw["id"],
        title=raw["title"],
        source=raw["source"],
        unit=raw["unit"],
        where=raw.get("where", ""),
        value=raw.get("value", ""),
        of=of,
    )


def open_rollup() -> tuple[counting.Rollup | None, bool]:
    """The newest, or None: none was made yet, or, True, it cannot be read."""
    try:
        return rollup.open_newest(deployment()), False
    except counting.RollupDamaged:
        return None, True
