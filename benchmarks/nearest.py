"""The nearest ten open of 10,000 places, asked from wherever people stand: ``python benchmarks/nearest.py``. CPU milliseconds, median and p95 of 50.

Stations as a province has them: eleven of twelve around the seats of counties, a twelfth anywhere; a quarter is closed at the hour that is asked.
SQLite in memory; the rows are laid down at once, the question is the one that the public page asks.
"""

from __future__ import annotations

import os
import random
import statistics
import time
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "niangjia.config.settings_for_tests")
import django

django.setup()
from django.core.management import call_command  # noqa: E402

from niangjia.apps.organizations import actions as organizations  # noqa: E402
from niangjia.apps.organizations import queries as unions  # noqa: E402
from niangjia.apps.organizations.types import UnionRow  # noqa: E402
from niangjia.apps.places import queries  # noqa: E402
from niangjia.apps.places.models import Place  # noqa: E402
from niangjia.apps.places.types import Position  # noqa: E402

PLACES, SEATS, ASKED, TARGET = 10_000, 90, 50, 20.0
NOW = datetime(2023, 11, 6, 19, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
LATE = [{"days": [1, 2, 3, 4, 5, 6, 7], "opens": "06:00", "closes": "22:00"}]
EARLY = [{"days": [1, 2, 3, 4, 5], "opens": "08:00", "closes": "17:30"}]


def main() -> None:
    call_command("migrate", verbosity=0)
    chance = random.Random(2022)
    seats = [(chance.randrange(27_200, 31_000) * 1000, chance.randrange(118_200, 122_000) * 1000) for _ in range(SEATS)]
    organizations.receive_unions([UnionRow("P", "", "浙江省总工会", "province", "330000")])
    org_id = unions.load_by_code()["P"].id

    def stand(number: int) -> tuple[int, int]:
        if number % 12 == 0:
            return chance.randrange(27_200_000, 31_000_000), chance.randrange(118_200_000, 122_000_000)
        north, east = seats[number % SEATS]
        return round(chance.gauss(north, 30_000)), round(chance.gauss(east, 30_000))

    rows = []
    for number in range(PLACES):
        north, east = stand(number)
        rows.append(Place(
            number=f"CS{number:07}", key=str(number), kind="station", name=f"驿站{number}", org_id=org_id, area="330624", latitude=north, longitude=east,
            hours=EARLY if number % 4 == 0 else LATE, level="county", state="LISTED", listed_on=date(2022, 1, 1),
        ))  # fmt: skip
    Place.objects.bulk_create(rows, batch_size=500)
    taken = []
    for number in range(ASKED + 3):
        north, east = stand(number)
        here = Position(Decimal(north) / 1_000_000, Decimal(east) / 1_000_000)
        start = time.process_time()
        found = queries.list_nearest(here, kind="station", only_open=True, now=NOW)
        taken.append((time.process_time() - start) * 1000)
        assert len(found) == 10 and all(card.is_open for card in found)
    taken = taken[3:]  # the first ones load the kinds
    print(f"the nearest ten open of {PLACES:,} places: median {statistics.median(taken):.1f} ms, p95 {statistics.quantiles(taken, n=20)[-1]:.1f} ms, slowest {max(taken):.1f} ms CPU (goal {TARGET:.0f})")  # fmt: skip


if __name__ == "__main__":
    main()
