"""
Workbooks of 50,000 rows, in and out: ``python benchmarks/workbooks.py [ROWS] [--province FOLDER] [--runs 3]``.

In: members, on SQLite in a folder that is thrown away, by the processes that the console starts. Out: the three dearest lists of a
province (a copy of what `province.py` made: each export goes on its record), by what such a process does. Wall and CPU seconds, medians.
"""

from __future__ import annotations

import argparse
import io
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

LISTS = (("cases", "all=1"), ("orders", "scope=all&state=CLOSED"), ("alerts", "all=1"))


def id_number(number: int) -> str:
    digits = (
        f"330624{1960 + number % 40}{1 + number // 40 % 12:02d}{1 + number // 480 % 28:02d}{number // 13440 % 1000:03d}"
    )
    return digits + "10X98765432"[sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(digits)) % 11]


def cpu_seconds() -> float:
    """Of this process and of those that it started, once they have ended."""
    with suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


class Watch:
    """`runs` times the same, each timed; what is done once the last one ends is printed."""

    def __init__(self) -> None:
        self.seen: dict[str, list[tuple[float, float]]] = {}

    def time(self, what: str, act: Callable[[], Any]) -> Any:
        cpu, wall = cpu_seconds(), time.perf_counter()
        done = act()
        wall = time.perf_counter() - wall
        self.seen.setdefault(what, []).append((wall, cpu_seconds() - cpu))
        return done

    def tell(self) -> None:
        for what, seconds in self.seen.items():
            walls, cpus = zip(*seconds, strict=True)
            print(
                f"{what}: wall {statistics.median(walls):.1f} s, CPU {statistics.median(cpus):.1f} s of {len(seconds)}"
            )
        peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        print(f"peak {peak >> 10} MB")


def members_in(rows: int, runs: int) -> None:
    from niangjia.kernel.deployment import Deployment

    with tempfile.TemporaryDirectory() as place:
        deployment = Deployment.create(Path(place) / "bench", "330624")
        from niangjia.cli.console import open_deployment

        open_deployment(deployment.folder, as_it_is=True)
        from django.core.management import call_command

        from niangjia.adapters import excel
        from niangjia.apps.programs.tests import town
        from niangjia.jobs import import_workbook

        call_command("migrate", verbosity=0)
        viewer, watch, now = town.build().county, Watch(), datetime.now(UTC)

        def until_done(act: Callable[..., None], number: str, step: str) -> Any:
            act(deployment, viewer, number, now=now)
            while (found := import_workbook.find(deployment, viewer, number, now=now)).running:
                time.sleep(0.1)
            assert getattr(found, step).state == "done", found
            return found

        heads = [excel.Column(head) for head in ("身份证号", "姓名", "工会代码", "入会日期", "手机号码")]
        for run in range(runs):
            file = io.BytesIO()
            workbook = excel.open_workbook(file, title="会员")
            sheet = excel.Sheet(workbook, "会员")
            sheet.write_head(heads)
            for n in range(rows):  # every row says something new
                sheet.write([id_number(n), f"职工{n}-{run}", "XG", date(2020, 1, 1 + n % 28), f"139{n:08d}"])
            workbook.close()
            asked = {"kind": "member", "name": "a.xlsx", "content": file.getvalue(), "now": now}
            number = watch.time(
                f"receive {rows:,} members", lambda asked=asked: import_workbook.receive(deployment, viewer, **asked)
            )
            check = watch.time(
                f"check {rows:,} members",
                lambda number=number: until_done(import_workbook.begin_check, number, "check"),
            )
            watch.time(
                "its page, once checked",
                lambda number=number: import_workbook.find(deployment, viewer, number, now=now),
            )
            done = watch.time(
                f"land {rows:,} members", lambda number=number: until_done(import_workbook.confirm, number, "land")
            )
            assert done.landed.new + done.landed.changed == rows == check.seen.total, done
            number = import_workbook.receive(deployment, viewer, **asked)
            again = watch.time(
                "check the same again", lambda number=number: until_done(import_workbook.begin_check, number, "check")
            )
            assert again.seen.is_idle
        watch.tell()


def plain_out(rows: int, runs: int) -> None:
    from niangjia.adapters import excel

    watch = Watch()
    heads = [excel.Column(head) for head in ("身份证号", "姓名", "工会代码", "入会日期", "手机号码", "金额", "备注")]
    lines = [[id_number(n), f"职工{n}", "XG", date(2020, 1, 1 + n % 28), f"139{n:08d}", Decimal(n), "一般"] for n in range(rows)]  # fmt: skip
    for _run in range(runs):
        asked = {"title": "会员", "watermark": "测速", "columns": heads, "rows": lines, "count": rows}
        watch.time(f"write {rows:,} rows of seven columns", lambda asked=asked: excel.write_list(io.BytesIO(), **asked))
    watch.tell()


def lists_out(folder: Path, rows: int, runs: int) -> None:
    from niangjia.cli.console import open_deployment

    deployment = open_deployment(folder)
    from django.urls import get_resolver
    from django.utils import timezone

    from niangjia.apps.accounts import queries as accounts
    from niangjia.apps.accounts.models import Post
    from niangjia.portals.officer.exporting import LISTINGS
    from niangjia.portals.officer.taking_away import make

    post = Post.objects.filter(role="PROVINCE", stands_in_for=None, ends_before=None).order_by("pk")[0]
    viewer = accounts.get_viewer(account_id=post.account_id, post_id=post.pk, today=timezone.localdate())
    assert get_resolver().url_patterns, "pages are loaded, and with them their lists"
    watch = Watch()
    for name, query in LISTS:
        listing, shown_on = LISTINGS[name]

        def found(request: Any, asked: Any = listing.found, **parts: Any) -> Any:
            return asked(request, **parts)[:rows]

        LISTINGS[name] = (replace(listing, found=found), shown_on)
        question = {"list": name, "parts": {}, "query": query, "purpose": "测速测速", "language": "zh-hans"}
        for _run in range(runs):
            told: list[str] = []
            file = watch.time(
                f"{name} ({query})",
                lambda question=question, told=told: make(
                    viewer, question, timezone.now(), lambda step, share: told.append(step)
                ),
            )
            sealed = watch.time(f"{name}: sealed", lambda file=file: deployment.keys().seal(file.read(), "bench"))
        print(f"{name}: {len(told) * 500:,} rows or somewhat less, {len(sealed) >> 20} MB", flush=True)
    watch.tell()


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("rows", type=int, nargs="?", default=50_000)
    asked.add_argument("--province", type=Path)
    asked.add_argument("--runs", type=int, default=3)
    wish = asked.parse_args()
    if wish.province:
        lists_out(wish.province, wish.rows, wish.runs)
    else:
        plain_out(wish.rows, wish.runs)
        members_in(wish.rows, wish.runs)


if __name__ == "__main__":
    main()
