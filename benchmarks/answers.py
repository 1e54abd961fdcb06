"""One person and household, twenty-five installed programmes with shared caps: what all of them say, with the book read from SQLite.

Run: ``python benchmarks/answers.py``. A throw-away deployment; nothing is kept.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "niangjia.config.settings_for_tests")

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402

from niangjia.apps.funds import caps as book  # noqa: E402
from niangjia.apps.funds.types import Cap, SubjectKind, Window  # noqa: E402
from niangjia.apps.programs import queries  # noqa: E402
from niangjia.apps.programs.tests import town  # noqa: E402
from niangjia.apps.programs.tests.packs import AID, SAY, install, pack  # noqa: E402

PROGRAMMES, ROUNDS = 25, 300
AREA, DAY = "330624001000", date(2023, 11, 6)
WINDOWS = ("year", "rolling_12_months", "lifetime")
FACTS = {"cost": Decimal("1000"), "was_visited": True, "household_size": 3}
WANG = {SubjectKind.PERSON: 8, SubjectKind.HOUSEHOLD: 3}


def programme(number: int) -> str:
    caps = (
        f"caps:\n  - {{id: sum, per: household, window: {WINDOWS[number % 3]}, amount: {600 + number}, group: g{number % 7}, {SAY}}}\n"
        f"  - {{id: often, per: household, window: year, count: 3, {SAY}}}\n"
    )
    after = f"after: [p{number - 1:02d}]\n" if number else ""
    return pack(AID + caps, id=f"p{number:02d}", more=after)


def median_ms(act, rounds: int = ROUNDS, clock=time.perf_counter) -> tuple[float, float]:
    """(median, 95th of a hundred) in milliseconds."""
    taken = []
    for _ in range(rounds):
        start = clock()
        act()
        taken.append((clock() - start) * 1000)
    return statistics.median(taken), statistics.quantiles(taken, n=20)[-1]


def main() -> None:
    call_command("migrate", verbosity=0)
    install(Path(tempfile.mkdtemp()), *(programme(number) for number in range(PROGRAMMES)))
    with transaction.atomic():
        for number in range(30):  # what the household used in five years
            day = DAY - timedelta(days=60 * number)
            used = Cap(f"g{number % 7}", SubjectKind.HOUSEHOLD, 3, Window.YEAR, day)
            book.take([used], amount=Decimal("10.00"), holder=f"h{number}", now=town.NOW, program="p")

    def ask(day: date = DAY) -> int:
        return len(queries.answers(FACTS, subjects=WANG, area=AREA, asof=day))

    start = time.perf_counter()
    assert ask() == PROGRAMMES
    print(f"first time for a day and area: {(time.perf_counter() - start) * 1000:.0f} ms")
    start = time.perf_counter()
    ask(DAY + timedelta(days=1))
    print(f"another day: {(time.perf_counter() - start) * 1000:.0f} ms")
    print("once loaded, median and p95: {:.2f} ms, {:.2f} ms".format(*median_ms(ask)))
    print("of which CPU, median and p95: {:.2f} ms, {:.2f} ms".format(*median_ms(ask, clock=time.process_time)))


if __name__ == "__main__":
    main()
