"""A generated year of rows whose truth is known: what the eight targets of the Warm Action count, and all that they must leave out."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from niangjia.engines import counting
from niangjia.jobs import rollup
from niangjia.kernel.deployment import Deployment, programs_folder
from niangjia.portals.tests.house import House, town

Row = Mapping[str, Any]
GROUPS = (None, None, "courier", "ride", "truck")


def generate(house: House, *, seed: int = 7, size: int = 90) -> dict[str, list[dict[str, Any]]]:
    """Rows by source, of last year and this: persons come again, here and elsewhere, some belong to no group."""
    drawn = random.Random(seed)
    unions = [house.desk.town[code].id for code in ("C", "X", "Y", "XT", "XG", "XH", "YG")]
    group_of = {person: drawn.choice(GROUPS) for person in range(1, size // 2)}

    def rows(count: int, ref: str, **choices: tuple[Any, ...]) -> list[dict[str, Any]]:
        found = []
        for number in range(count):
            person = drawn.choice([None, *group_of, *group_of])
            told = {name: drawn.choice(values) for name, values in choices.items()}
            day = date(2022, 1, 1) + timedelta(days=drawn.randrange(730))
            found.append(
                {"ref": f"{ref}:{number}", "day": day, "union_id": drawn.choice(unions), "person": person, **told}
            )
        return found

    def of_group(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [row | {"group": group_of.get(row["person"])} for row in found]

    kinds = ("job_service", "course", "course_reemployment", "recuperation", "check_up", "venue")
    return {
        "visit": of_group(rows(size, "case", way=("HOME", "PHONE"))),
        "award": of_group(rows(size, "matter", program=("mutual-aid-enrolment", "warmth-fund"))),
        "attendance": of_group(rows(6 * size, "offer", kind=kinds)),
        "place": rows(size, "place", kind=("station", "base"), level=("county", "province"), state=("LISTED",), passed=(True, False)),
        "honour": rows(size, "entry", contest=("beautiful-stations", "bookhouses"), level=("county", "city", "province")),
        "place_level": rows(size, "place", kind=("station", "base"), level=("county", "city", "province")),
    }  # fmt: skip


def write(
    deployment: Deployment, house: House, found: Mapping[str, list[dict[str, Any]]], *, as_of: datetime = town.NOW
) -> None:
    declared = counting.load_sources(programs_folder())
    unions = [
        counting.UnionRow(one.id, one.parent_id, one.level.value, one.area, one.path)
        for one in house.desk.town.unions.values()
    ]
    counting.write_rollup(
        deployment.folder / rollup.FOLDER, as_of=as_of, unions=unions,
        sources=[(source, found.get(name, [])) for name, source in declared.items()],
    )  # fmt: skip


TRUTH: Mapping[str, tuple[str, str, Callable[[Row], bool]]] = {
    "visited": ("visit", "times", lambda row: row["group"] is not None),
    "enrolled": ("award", "times", lambda row: row["program"] == "mutual-aid-enrolment" and row["group"] is not None),
    "served": ("attendance", "times", lambda row: row["kind"] == "job_service" and row["group"] is not None),
    "trained": ("attendance", "times", lambda row: row["kind"] == "course" and row["group"] is not None),
    "built": ("place", "times", lambda row: row["kind"] == "station"),
    "beautiful": ("honour", "times", lambda row: row["contest"] == "beautiful-stations" and row["level"] == "province"),
    "recuperated": ("attendance", "persons", lambda row: row["kind"] == "recuperation" and row["group"] is not None),
    "examined": ("attendance", "persons", lambda row: row["kind"] == "check_up" and row["group"] is not None),
}  # fmt: skip
"""What the paper asks to be counted, written down anew: source, whether each person counts once, and which rows."""


def truth(found: Mapping[str, list[dict[str, Any]]], indicator: str, unions: set[int], since: date, until: date) -> int:
    source, unit, counts = TRUTH[indicator]
    rows = [row for row in found[source] if row["union_id"] in unions and since <= row["day"] <= until and counts(row)]
    return len({row["person"] for row in rows}) if unit == "persons" else len(rows)
