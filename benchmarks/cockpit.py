"""
The cockpit over a province of 10,000,000 persons and three years: ``python benchmarks/cockpit.py FOLDER``, the folder one that `province.py` made.

Rows are drawn at random over the folder's own unions (a fixed seed) and rolled up as the job would; then each page is asked as the province's,
a city's and a county's lead, through every middleware: first with nothing in memory, then again; then, the usual questions answered when the
roll-up was made, first in a process that has just opened it; last a month of a year ago, which is not among them. Wall and CPU milliseconds.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from niangjia.engines.counting import Source
from niangjia.kernel.months import Month

HOUSEHOLDS, MONTHS = 120_000, 36
SIZES = {  # rows over three years
    "case": 400_000, "visit": 450_000, "verification": 400_000, "order": 420_000, "order_step": 1_600_000, "spot_check": 20_000,
    "payment": 600_000, "budget": 20_000, "award": 500_000, "matter": 300_000, "attendance": 1_000_000, "talk": 500_000, "place": 15_000,
    "place_level": 20_000, "help": 5_000, "honour": 5_000,
}  # fmt: skip
CODES = {
    "state": ["NEW", "CONTINUING", "RETURNED", "HELD", "STALE", "EXITED"], "grade": ["RED", "ORANGE", "YELLOW"],
    "outcome": ["V1", "V2", "V3", "V4"], "channel": ["SENSING", "SENSING", "SENSING", "CANVASS", "APPLICATION"], "sex": ["1", "2"],
    "group": ["courier", "rider", "driver", "trucker", "domestic"], "result": ["SAME", "SAME", "SAME", "DIFFERS"],
    "form": ["MONEY", "MONEY", "MONEY", "MONEY", "GOODS"], "purpose": ["warmth", "education", "medical", "recuperation", "earmarked"], "step": ["CREATED", "AT_CITY", "AT_COUNTY", "ASSIGNED"],
    "trigger": ["T-ILL-1", "T-ILL-2", "T-INC-1", "T-UNE-1", "T-EDU-1", "T-DIS-1"], "cause": ["因病", "因学", "失业", "低收入"],
}  # fmt: skip


def drawn(tag: str, kind: str) -> str:
    """One column of random codes, as SQL."""
    if kind == "flag":
        return "random() < 0.1"
    codes = CODES.get(tag, ["one", "two", "three"])
    one = f"({codes!r})[1 + floor(random() * {len(codes)})::int]"
    return f"[{one}]" if kind == "codes" else one


def roll_up(folder: Path) -> dict[str, int]:
    from niangjia.apps.organizations import queries as organizations
    from niangjia.engines import counting
    from niangjia.kernel.deployment import programs_folder

    now = datetime.now(ZoneInfo("Asia/Shanghai"))
    sources = counting.load_sources(programs_folder())
    unions = [counting.UnionRow(*row) for row in organizations.list_tree_to_count()]
    leaves = [union.id for union in unions if union.level == "GRASSROOTS"] or [union.id for union in unions]
    db = duckdb.connect()
    db.execute("select setseed(0.5)")
    db.execute("create table leaf as select unnest(?) as id", [leaves])
    db.execute("create table leaves as select id, row_number() over () - 1 as place from leaf")
    rows = [(source, drawn_rows(db, source, len(leaves))) for source in sources.values()]
    return counting.write_rollup(folder / "rollups", as_of=now, unions=unions, sources=rows)


def drawn_rows(db: duckdb.DuckDBPyConnection, source: Source, leaf_count: int) -> Iterator[dict[str, object]]:
    """As a room hands them out, the oldest first: the job's own writer lays them down."""
    is_list = source.id == "listing"
    size = HOUSEHOLDS * MONTHS if is_list else SIZES.get(source.id, 1000)
    tags = "".join(f', {drawn(tag.name, tag.type)} as "{tag.name}"' for tag in source.tags.values())
    day = f"last_day(current_date - to_months(1 + (i // {HOUSEHOLDS})::int))" if is_list else "current_date - floor(random() * 1095)::int"  # fmt: skip
    place = f"(i % {HOUSEHOLDS})" if is_list else "floor(random() * 1e9)::bigint"
    found = db.cursor().execute(
        f"select '{source.id}:' || i as ref, d as day, l.id as union_id, (i % 9000000 + 1)::bigint as person, "
        "(i % 3000000 + 1)::bigint as household, (random() * 5000)::decimal(18,2) as amount, 1::int as count, "
        f"floor(random() * 40)::int as days{tags} "
        f"from (select i, {day} as d, {place} % {leaf_count} as p from range({size}) t(i)) join leaves l on l.place = p order by d"
    )
    names = [column[0] for column in found.description]
    while some := found.fetchmany(50_000):
        yield from (dict(zip(names, row, strict=True)) for row in some)


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("folder", type=Path)
    wish = asked.parse_args()
    from niangjia.cli.console import open_deployment

    open_deployment(wish.folder)
    from django.test.utils import setup_test_environment

    from niangjia.jobs import rollup
    from niangjia.portals.cockpit.figures import warming
    from niangjia.portals.design.showing import deployment

    setup_test_environment()
    begun = time.perf_counter()
    counts = roll_up(wish.folder)
    print(f"{sum(counts.values()):,} rows of {len(counts)} sources made in {time.perf_counter() - begun:.0f} s")
    print("first ms  again ms  CPU first  page")
    look()
    begun = time.perf_counter()
    print(f"{warming.answer(rollup.open_newest(deployment()))} pages answered in {time.perf_counter() - begun:.0f} s")
    look()
    earlier = Month.of(datetime.now(ZoneInfo("Asia/Shanghai")).date()).plus(-14)
    print(f"{earlier}, which nobody asked")
    look(f"?month={earlier}")


def look(asked: str = "") -> None:
    from django.test import Client
    from django.urls import reverse

    from niangjia.apps.accounts import queries as accounts
    from niangjia.apps.accounts.models import Post
    from niangjia.jobs import rollup
    from niangjia.portals.cockpit.figures.declared import declared
    from niangjia.portals.design.showing import deployment

    for role in ("PROVINCE", "CITY", "COUNTY"):
        post = Post.objects.filter(role=role, stands_in_for=None, ends_before=None).order_by("pk").first()
        client = Client(headers={"accept-language": "zh"})
        client.force_login(
            accounts.get_account(post.account_id), backend="niangjia.apps.accounts.backends.AccountBackend"
        )
        client.get("/desk/")
        for panel in declared().panels:
            address = reverse("cockpit:panel", args=[panel.id]) if panel.id != "overview" else reverse("cockpit:cockpit")  # fmt: skip
            rollup._opened.cache_clear()
            rollup.open_newest(deployment())
            times = []
            for _ in range(2):
                wall, cpu = time.perf_counter(), time.process_time()
                status = client.get(address + asked).status_code
                times.append((1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - cpu)))
            print(
                f"{times[0][0]:8.0f}{times[1][0]:10.0f}{times[0][1]:11.0f}  {panel.id} as {role} ({status})", flush=True
            )


if __name__ == "__main__":
    main()
