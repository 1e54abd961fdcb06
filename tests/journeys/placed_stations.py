"""Two listed stations in the street's part of a small town, one nearer than the other to where the journey's worker stands."""

from __future__ import annotations

from datetime import time
from decimal import Decimal

from niangjia.apps.places import actions as places
from niangjia.apps.places.lifecycle import Step
from niangjia.apps.places.types import Hours, PlaceFacts, Position
from niangjia.apps.programs.tests import town

DAILY = (Hours((1, 2, 3, 4, 5, 6, 7), time(6), time(22)),)


def lay(place: town.Town) -> None:
    for name, latitude in (("城中驿站", "29.5030"), ("城南驿站", "29.4900")):
        facts = PlaceFacts(
            "station", name, place["XT"].id, "330624001", "county", "演示路1号", Position(Decimal(latitude), Decimal("120.9000")), DAILY,
            ("table", "water", "microwave", "charging"), details={"manager": "社区"},
        )  # fmt: skip
        place_id = places.apply_for_place(viewer=place.township, facts=facts, key=name, now=town.NOW)
        places.take_step(viewer=place.county, place_id=place_id, step=Step.LIST, from_step=1, now=town.NOW)
