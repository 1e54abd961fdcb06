"""The app's own defaults, from ``defaults.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import yaml

from niangjia.apps.workorders.lifecycle import Clock
from niangjia.apps.workorders.types import Urgency


@dataclass(frozen=True)
class Defaults:
    limits: Mapping[str, int]
    remind_share: Decimal
    sectors: Mapping[str, tuple[str, ...]]


@lru_cache(maxsize=1)
def load() -> Defaults:
    read = yaml.safe_load(Path(__file__).with_name("defaults.yaml").read_text(encoding="utf-8"))
    sectors = {sector: tuple(words) for sector, words in read["sectors"].items()}
    return Defaults(read["limits"], Decimal(read["remind_share"]), sectors)


def limits_for(urgency: Urgency, given: Mapping[str, int] | None) -> dict[str, int]:
    """Working days by clock: what the program gives over the defaults, the RED limit taken in."""
    merged = {**load().limits, **(given or {})}
    verify = merged["verify_red"] if urgency == Urgency.RED else merged["verify"]
    return {
        Clock.ACCEPT.value: merged["accept"],
        Clock.FORWARD.value: merged["forward"],
        Clock.VERIFY.value: verify,
        Clock.REVIEW.value: merged["review"],
    }
