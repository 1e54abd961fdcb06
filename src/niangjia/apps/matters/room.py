"""``room.yaml``: what holds for a matter where its pack says nothing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from niangjia.engines.policy.pack import Stage

FILE = Path(__file__).with_name("room.yaml")


@dataclass(frozen=True)
class Room:
    """See the file's own words."""

    stages: tuple[Stage, ...]
    working_days: int
    refusing: frozenset[str]
    after_notice: str
    objection_days: int
    always: frozenset[str]
    elsewhere: frozenset[str]


@lru_cache(maxsize=1)
def room() -> Room:
    given = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return Room(
        stages=tuple(
            Stage(
                one["id"],
                one["title"],
                one["role"],
                one["level"],
                one.get("working_days"),
                one.get("outcomes", {}),
                one.get("second_person", False),
            )
            for one in given["stages"]
        ),
        working_days=given["working_days"],
        refusing=frozenset(given["refusing"]),
        after_notice=given["after_notice"],
        objection_days=given["objection_days"],
        always=frozenset(given["always"]),
        elsewhere=frozenset(given["elsewhere"]),
    )
