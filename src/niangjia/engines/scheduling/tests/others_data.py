"""
Instances and solutions made by others, as problems of ours: Solomon's routes with windows, and home care with skills and double visits
(Mankowska; solutions of Ceschia and others 2024). They lie beside the checkout and are not part of it.
"""

from __future__ import annotations

import json
import math
from decimal import Decimal
from pathlib import Path

from niangjia.engines.scheduling import Crew, Problem, Visit, Work

FOLDER = Path(__file__).resolve().parents[6] / "shared" / "testdata"
THOUSAND = 1000


def solomon_names() -> list[str]:
    return sorted(_verified()) if FOLDER.is_dir() else []


def _verified() -> dict[str, Decimal]:
    told = json.loads((FOLDER / "solomon" / "verification.json").read_text(), parse_float=Decimal)
    return dict(told["pyvrp_6s"])


def solomon(name: str) -> tuple[Problem, Decimal]:
    """The instance in tenths, as DIMACS cuts distances off, and the distance that a strong solver reached."""
    lines = [line.split() for line in (FOLDER / "solomon" / f"{name}.txt").read_text().splitlines()]
    count, capacity = (int(word) for word in lines[4])
    rows = [[int(word) for word in line] for line in lines if len(line) == 7 and line[0].isdigit()]
    table = [[math.isqrt(100 * ((a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2)) for b in rows] for a in rows]
    visits = tuple(
        Visit(str(number), number, (Work(10 * row[6]),), ((10 * row[4], 10 * row[5]),), load=row[3])
        for number, row in enumerate(rows)
        if number
    )
    crews = tuple(Crew(f"vehicle {number}", 0, 10 * rows[0][5], capacity=capacity) for number in range(count))
    return Problem(visits, crews, table, table), _verified()[name]


def home_care_names(patients: int) -> list[str]:
    return sorted(path.stem for path in (FOLDER / "hhcrsp" / "instances").glob(f"*_{patients}_*.json"))


def home_care(name: str) -> tuple[Problem, Decimal]:
    """The instance in thousandths of a minute, and the paper's cost: a third of way, lateness and worst lateness together."""
    told = json.loads((FOLDER / "hhcrsp" / "instances" / f"{name}.json").read_text(), parse_float=Decimal)
    table = [[_up(way) for way in row] for row in told["distances"]]
    visits = []
    for place, patient in enumerate(told["patients"], 1):
        first, last = patient["time_window"]
        works = tuple(Work(_up(one["duration"]), one["service"]) for one in patient["required_caregivers"])
        apart = None
        if meeting := patient.get("synchronization"):
            least, most = (0, 0) if meeting["type"] == "simultaneous" else meeting["distance"]
            apart = _up(least), int(most * THOUSAND)
        window = _up(first), int(last * THOUSAND)
        visits.append(Visit(patient["id"], place, works, (window,), apart=apart, may_be_late=True))
    crews = tuple(Crew(one["id"], 0, 10**7, skills=frozenset(one["abilities"])) for one in told["caregivers"])
    return Problem(tuple(visits), crews, table, table), _cost_of_paper(name, told)


def _up(minutes: Decimal) -> int:
    return math.ceil(minutes * THOUSAND)


def _cost_of_paper(name: str, told: dict) -> Decimal:
    (path,) = (FOLDER / "hhcrsp" / "solutions").glob(f"sol-{name}-*.json")
    solution = json.loads(path.read_text(), parse_float=Decimal)
    place = {patient["id"]: number for number, patient in enumerate(told["patients"], 1)}
    last = {patient["id"]: patient["time_window"][1] for patient in told["patients"]}
    way, late = Decimal(0), [Decimal(0)]
    for route in solution["routes"]:
        path_of = [0, *(place[one["patient"]] for one in route["locations"]), 0]
        way += sum(told["distances"][a][b] for a, b in zip(path_of, path_of[1:], strict=False))
        late += [max(Decimal(0), one["arrival_time"] - last[one["patient"]]) for one in route["locations"]]
    return (way + sum(late) + max(late)) / 3
