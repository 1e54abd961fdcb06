"""
Server time of each page as each role: ``python benchmarks/pages.py FOLDER [--times 7] [--slow 20]``, the folder one that `province.py` made.

A request goes through every middleware, in this process. CPU milliseconds of the median and of the slowest but one, wall, and queries;
on PostgreSQL the CPU of its process that answers is added (counted in hundredths of a second, so take more --times).
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

ROLES = ["PROVINCE", "CITY", "COUNTY", "TOWNSHIP", "GRASSROOTS", "FINANCE", "AUDITOR", "ADMINISTRATOR", "WORKER"]


def addresses(viewer) -> dict[str, str]:
    """The pages that this viewer may open, each with something in it where there is something."""
    from django.urls import reverse

    from niangjia.apps.accounts import permissions
    from niangjia.apps.alerts import queries as alerts
    from niangjia.apps.cases import queries as cases
    from niangjia.apps.cases.types import CaseFilter
    from niangjia.apps.funds import queries as funds
    from niangjia.apps.inspections import actions as inspections
    from niangjia.apps.workorders import queries as orders
    from niangjia.apps.workorders.types import OrderState
    from niangjia.kernel.months import Month
    from niangjia.portals.tests.test_every_address import PAGES

    def some(rows) -> list[int]:
        return [rows[0].id] if len(rows := rows[:1]) else []

    from django.utils import timezone

    now = timezone.now()
    if permissions.may(viewer, "audit.view"):
        month = alerts.months_worked(timezone.localdate())[:2][-1]  # the page's own
        inspections.search_conflicts(viewer=viewer, month=Month(month), now=now)
    finders: dict[str, Callable[[], list[object]]] = {
        "officer:release": lambda: [str(alerts.list_months(viewer)[0])],
        "officer:order": lambda: some(orders.list_orders(viewer, now=now)),
        "officer:visit": lambda: some(orders.list_orders(viewer, now=now, state=OrderState.ASSIGNED)),
        "officer:case": lambda: some(cases.list_cases(viewer, CaseFilter())),
        "officer:household": lambda: [row.household_id for row in cases.list_cases(viewer, CaseFilter())[:1]],
        "officer:fill_file": lambda: some(cases.list_cases(viewer, CaseFilter(state="FILE_DRAFT"))),
        "officer:budget": lambda: [one.budget_id for one in funds.list_balances(viewer)[:1]],
        "officer:batch": lambda: some(funds.list_batches(viewer)),
        "officer:program": lambda: [1],
    }
    plain = {name for name, (parts, _roles) in PAGES.items() if name not in finders and takes_nothing(name)}
    found = {}
    for name, (_parts, roles) in PAGES.items():
        if viewer.role not in roles or not (name in plain or name in finders):
            continue
        parts = finders[name]() if name in finders else []
        if parts or name in plain:
            found[name] = reverse(name, args=parts)
    if permissions.may(viewer, "workorders.view"):
        found["officer:orders all"] = reverse("officer:orders") + "?scope=all"
        found["officer:orders all, page 9"] = reverse("officer:orders") + "?scope=all&page=9"
    if permissions.may(viewer, "alerts.view"):
        found["officer:list NEW"] = reverse("officer:list") + "?state=NEW"
    return found


def cpu_seconds() -> float:
    """Of this process, and of the one that PostgreSQL keeps for it."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return time.process_time()
    connection.ensure_connection()
    stat = Path(f"/proc/{connection.connection.info.backend_pid}/stat").read_text().rpartition(")")[2].split()
    return time.process_time() + (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")


def takes_nothing(name: str) -> bool:
    from django.urls import NoReverseMatch, reverse

    try:
        reverse(name)
    except NoReverseMatch:
        return False
    return True


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("folder", type=Path)
    asked.add_argument("--times", type=int, default=7)
    asked.add_argument("--slow", type=int, default=0, help="only so many, the slowest")
    asked.add_argument("--only", default="")
    wish = asked.parse_args()
    from niangjia.cli.console import open_deployment

    open_deployment(wish.folder)
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext, setup_test_environment
    from django.urls import reverse
    from django.utils import timezone

    from niangjia.apps.accounts import queries as accounts
    from niangjia.apps.accounts.models import Post

    setup_test_environment()
    lines = []
    for role in ROLES:
        post = Post.objects.filter(role=role, stands_in_for=None, ends_before=None).order_by("pk").first()
        if post is None:
            continue
        viewer = accounts.get_viewer(account_id=post.account_id, post_id=post.pk, today=timezone.localdate())
        client = Client(headers={"accept-language": "zh"})
        client.force_login(
            accounts.get_account(post.account_id), backend="niangjia.apps.accounts.backends.AccountBackend"
        )
        client.get(reverse("public:stay"))  # a sitting begins: once, whichever page comes first
        for name, address in addresses(viewer).items():
            if wish.only not in f"{name}@{role}":
                continue
            with CaptureQueriesContext(connection) as queries:
                first = client.get(address)
            first_count = len(queries)
            if first.status_code != 200:
                print(f"{name} as {role}: {first.status_code}", flush=True)
                continue
            with CaptureQueriesContext(connection) as again:  # what the page itself asks: looking is on record now
                client.get(address)
            count = len(again)
            walls, cpus = [], []
            for _ in range(wish.times):
                wall, cpu = time.perf_counter(), cpu_seconds()
                client.get(address)
                walls.append(1000 * (time.perf_counter() - wall))
                cpus.append(1000 * (cpu_seconds() - cpu))
            if statistics.median(cpus) > 150:
                print(f"{statistics.median(cpus):8.0f} ms, {count} queries: {name} as {role}", flush=True)
            lines.append(
                (
                    statistics.mean(cpus) if connection.vendor == "postgresql" else statistics.median(cpus),
                    sorted(cpus)[-2:][0],
                    statistics.median(walls),
                    count,
                    first_count,
                    0 if first.streaming else len(first.content),
                    f"{name} as {role}",
                )
            )
    lines.sort(reverse=True)
    print("  CPU ms   slow   wall  queries  bytes  page")
    for median, slow, wall, count, _first, size, name in lines[: wish.slow or None]:
        print(f"{median:8.0f}{slow:7.0f}{wall:7.0f}{count:7d}{size:9d}  {name}")
    for *_, count, _first, _size, name in lines:
        if count > 12:
            print(f"{count} queries: {name}")
    every = [line[0] for line in lines]
    print(
        f"{len(every)} pages: median {statistics.median(every):.0f} ms CPU, p95 {statistics.quantiles(every, n=20)[-1]:.0f} ms, most queries {max(line[3] for line in lines)}, {max(line[4] for line in lines)} where looking is put on record"
    )


if __name__ == "__main__":
    main()
