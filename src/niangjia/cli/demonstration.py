"""`niangjia demo`: the invented city's months from feed files to paid help, a summary, and the console."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

from django.utils import timezone
from rich.table import Table

from niangjia.cli.console import open_deployment, out, progress_bar, show_json
from niangjia.kernel.deployment import Deployment
from niangjia.kernel.money import show_yuan, yuan_in_capitals
from niangjia.kernel.months import Month
from niangjia.kernel.problems import Refusal

HOME = "330600"
PASSWORD = "niangjia-demo-2023"
SHARES_DONE = (96, 93, 90)
"""Percent of the county's orders that the demo's officers finish each month."""

SHARE_VISITED = 35
"""Percent of the orders of the month at work that are visited so far."""


BEHIND = 4
"""Percent by which each of the other counties finishes less than the one before it."""


class NotADemo(Refusal):
    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"{folder} 不是演示文件夹：演示会清空所在文件夹并开设口令公开的账号。什么都没有改动，请另选一个空文件夹。",
            f"{folder} is no demo: the demo empties its folder and opens accounts with a published password. Nothing was touched; choose an empty folder.",
        )


class DemoOnAServer(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "演示只用文件夹内的 SQLite，以免把口令公开的账号写进正式数据库。请先清除环境变量 NIANGJIA_DATABASE_URL。",
            "The demo keeps to SQLite in its folder, so that accounts with a published password never reach a real database. Unset NIANGJIA_DATABASE_URL first.",
        )


WORKING_DAYS_OF_A_MONTH = 29


def last_month_with_its_work_done(today: date) -> Month:
    """The latest month whose officers would be through with it by `today`: the demo's present is the reader's."""
    from niangjia.apps.organizations import calendar

    month = Month.of(today).previous()
    while calendar.add_working_days(month.last_day, WORKING_DAYS_OF_A_MONTH) > today:
        month = month.previous()
    return month


def _at_work(month: Month, yesterday: date) -> list[Month]:
    """The month whose list is out and whose orders are being worked on by `yesterday`; none when its list is not out yet."""
    from demo.town import office
    from niangjia.apps.organizations import calendar

    return [month] if calendar.add_working_days(month.last_day, office.FIRST_VISIT) <= yesterday else []


def run(folder: Path, *, persons: int, months: int, serving: bool, port: int, as_json: bool) -> None:
    """
    Make the demo in `folder` unless it is there already, then serve it.

    Raises:
        NotADemo: something else lies there. DemoOnAServer: the environment leads to a database server.
    """
    _refuse_what_is_real(folder)
    started = time.perf_counter()
    done = folder / "demo-done.json"
    if not done.exists():
        summary = _make(folder, persons, months)
        done.write_text(json.dumps(summary, ensure_ascii=False, indent=1), encoding="utf-8")
    deployment = open_deployment(folder, as_it_is=True)
    summary = json.loads(done.read_text(encoding="utf-8"))
    if as_json:
        show_json(summary)
    else:
        _show(summary, time.perf_counter() - started)
    if serving:
        from niangjia.cli.setup import prepare_database, run_server

        prepare_database()
        run_server(deployment, "127.0.0.1", port, 1)


def _refuse_what_is_real(folder: Path) -> None:
    """A demo that was begun says so in its `niangjia.toml`, which is written first; anything else is somebody's."""
    if os.environ.get("NIANGJIA_DATABASE_URL"):
        raise DemoOnAServer
    if (folder / "niangjia.toml").exists():
        deployment = Deployment.load(folder)
        if not deployment.is_demo or deployment.database_url:
            raise NotADemo(folder)
    elif folder.exists() and any(folder.iterdir()):
        raise NotADemo(folder)


def _make(folder: Path, persons: int, months: int) -> dict[str, object]:
    from demo.town import generate

    _clear_half_made(folder)
    Deployment.create(folder, HOME, is_demo=True, name="越城（虚构）")
    deployment = open_deployment(folder, as_it_is=True)
    from demo.town import (
        administration,
        applying,
        assessing,
        auditing,
        begun,
        booking,
        bulletins,
        conflicting,
        contesting,
        headcounts,
        helping,
        leasing,
        placing,
        targeting,
        tasking,
    )
    from demo.town import office as town
    from niangjia.cli.setup import prepare_database
    from niangjia.jobs import land_feeds, rollup, sense_month, tell, verify

    prepare_database()
    yesterday = timezone.localdate() - timedelta(days=1)
    first = last_month_with_its_work_done(yesterday).plus(1 - months)
    done = [first.plus(offset) for offset in range(months)]
    live = [*done, *_at_work(done[-1].next(), yesterday)]
    with progress_bar() as progress:
        report = generate(
            folder / "feeds",
            persons=persons,
            first_month=first,
            months=len(live),
            form="mixed",
            home=HOME,
            progress=progress,
        )
        for earlier in report.history:
            land_feeds.land(deployment, folder / "feeds" / earlier, now=_at(Month(earlier)), progress=progress)
        office, plays = None, []
        for place, month in enumerate(live):
            now = _at(month)
            batches = land_feeds.land(
                deployment, folder / "feeds" / str(month), now=now, override=_OVERRIDE, progress=progress
            )
            run = sense_month.sense(deployment, month, now=now, progress=progress)
            office = office or town.open_office(deployment, first, password=PASSWORD, now=now)
            is_done = month in done
            share = SHARES_DONE[min(place, len(SHARES_DONE) - 1)] if is_done else SHARE_VISITED
            play = town.Play(deployment, office, month, share, progress, latest=yesterday)
            play.run() if is_done else play.begin()
            for nth, area in enumerate(town.neighbours(), 1):
                other = town.Play(deployment, office, month, share - BEHIND * nth, progress, area, yesterday)
                other.verify_alone() if is_done else other.begin_alone()
            plays.append((month, batches, run, play))
        assert office is not None
        plays[-1][3].hire_visitors()
        worker = town.hire_worker(office, plays[-1][3].clock())
        applying.play(office, worker, plays[-1][3].clock)
        placing.lay(office, plays[-1][3].clock())
        leasing.lay(office, plays[-1][3].clock())
        headcounts.tell(office, plays[-1][3].clock())
        begun.play(applying.Counter(office, plays[-1][3].clock), worker)
        booking.play(office, worker, plays[-1][3].clock, timezone.localdate())
        administration.keep_house(office, plays[-1][3].clock())
        helping.play(office, worker, plays[-1][3].clock)
        contesting.play(office, worker, plays[-1][3].clock, timezone.localdate())
        targeting.play(office, plays[-1][3].clock)
        tasking.play(office, plays[-1][3].clock)
        auditing.play(office, [*done, Month.of(plays[-1][3].clock())], plays[-1][3].clock)
        conflicting.play(office, Month.of(plays[-1][3].clock()), plays[-1][3].clock)
        assessing.play(office, deployment, plays[-1][3].clock)
        tell.tell(now=plays[-1][3].clock())
        rollup.make(deployment, now=plays[-1][3].clock())
        bulletins.play(deployment, office, done, plays[-1][3].clock)
        tell.tell(now=plays[-1][3].clock())
        breaches = verify.verify(deployment, now=plays[-1][3].clock(), progress=progress)
    (folder / "demo-logins.json").write_text(json.dumps(office.logins, ensure_ascii=False, indent=1), encoding="utf-8")
    return {
        "persons": persons,
        "invented": report.invented,
        "months": [
            {
                "month": str(month),
                "rows": sum(batch.rows_in for batch in batches),
                "set_aside": sum(batch.rows_set_aside for batch in batches),
                "counts": run.counts,
                "work": play.counts,
                "paid": str(play.paid),
            }
            for month, batches, run, play in plays
        ],
        "breaches": [f"{breach.rule} {breach.place}: {breach.detail}" for breach in breaches],
    }


_OVERRIDE = "演示：虚构数据量随月份变化"


def _at(month: Month) -> datetime:
    """The fifth day after the month's end: when a city senses."""
    from django.utils import timezone

    following = month.next()
    return datetime(following.year, following.number, 5, 8, 0, tzinfo=timezone.get_default_timezone())


def _clear_half_made(folder: Path) -> None:
    """A demo that was interrupted starts anew: everything in it is invented and made again."""
    import shutil

    for name in (
        "feeds",
        "lake",
        "runs",
        "rollups",
        "rollups-kept",
        "bank",
        "db.sqlite3",
        "db.sqlite3-wal",
        "db.sqlite3-shm",
        "demo-logins.json",
        "audit-anchors.jsonl",
    ):
        path = folder / name
        if path.is_dir():
            shutil.rmtree(path)
        elif path.exists():
            os.unlink(path)


def _show(summary: dict, seconds: float) -> None:
    table = Table(
        "月份",
        "导入行",
        "搁置",
        "名单",
        "新增",
        "持续",
        "返困",
        "退出",
        "暂缓",
        "派单",
        "核实",
        "公示",
        "发放笔数",
        "发放金额（元）",
        box=None,
        header_style="bold",
    )
    total: Counter[str] = Counter()
    for month in summary["months"]:
        counts, work = month["counts"], month["work"]
        table.add_row(
            month["month"], f"{month['rows']:,}", f"{month['set_aside']:,}", f"{counts['listed']:,}", str(counts["NEW"]), str(counts["CONTINUING"]),
            str(counts["RETURNED"]), str(counts["EXITED"]), str(counts["HELD"]), str(work.get("dispatched", 0)), str(work.get("visited", 0)),
            str(work.get("announced", 0)), str(work.get("paid", 0)), show_yuan(_yuan(month["paid"])),
        )  # fmt: skip
        total["paid"] += int(_yuan(month["paid"]) * 100)
    out.print(table)
    paid = _yuan(str(total["paid"])) / 100
    out.print(
        f"{len(summary['months'])} 个月共发放 [bold]{show_yuan(paid)}[/] 元（{yuan_in_capitals(paid)}）；全城 {summary['persons']:,} 人，[dim]{summary['invented']}[/]"
    )
    if summary["breaches"]:
        out.print(f"[red]✗ {len(summary['breaches'])} 项不变量不成立[/]", *summary["breaches"], sep="\n")
    else:
        out.print(f"[green]✓[/] 全部不变量成立 · every invariant holds（{seconds:.0f} 秒 · s）")


def _yuan(text: str):
    from decimal import Decimal

    return Decimal(text)
