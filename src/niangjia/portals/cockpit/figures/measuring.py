"""The newest roll-up, as the deployment has it."""

from __future__ import annotations

from niangjia.engines import counting
from niangjia.jobs import rollup
from niangjia.portals.design.showing import deployment


def open_rollup() -> tuple[counting.Rollup | None, bool]:
    """The newest, or None: none was made yet, or, True, it cannot be read."""
    try:
        return rollup.open_newest(deployment()), False
    except counting.RollupDamaged:
        return None, True
