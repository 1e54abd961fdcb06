"""Every invariant of the house, read-only: the same check for tests, operators and the nightly run."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from django.db import DatabaseError, connection
from django.utils import timezone

from niangjia.apps.accounts import queries as accounts
from niangjia.apps.alerts import queries as alerts
from niangjia.apps.alerts.types import RunKind, Shape
from niangjia.apps.assessments import queries as assessments
from niangjia.apps.audit import queries as audit
from niangjia.apps.audit.types import ChainReport
from niangjia.apps.bookings import queries as bookings
from niangjia.apps.bulletins import queries as bulletins
from niangjia.apps.cases import queries as cases
from niangjia.apps.contests import queries as contests
from niangjia.apps.files import queries as files
from niangjia.apps.funds import verification as funds
from niangjia.apps.matters import queries as matters
from niangjia.apps.messages import queries as messages
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.places import queries as places
from niangjia.apps.programs import queries as programs
from niangjia.apps.registry import queries as registry
from niangjia.apps.targets import queries as targets
from niangjia.apps.tasks import queries as tasks
from niangjia.apps.volunteers import queries as volunteers
from niangjia.apps.workorders import queries as workorders
from niangjia.engines import sensing
from niangjia.jobs import reorganise
from niangjia.kernel.deployment import Deployment

BANK_FILES = "bank"
"""Folder of the deployment where bank files are kept."""


@dataclass(frozen=True)
class Breach:
    """A broken invariant: which one, where, and what was found."""

    rule: str
    place: str
    detail: str


def verify(
    deployment: Deployment, *, now: datetime, progress: Callable[[str, float], None] | None = None
) -> list[Breach]:
    """Check lake, runs, lists, orders, cases, money and the audit chain; empty = all is well. Changes nothing."""
    checks: list[tuple[str, Callable[[], list[Breach]]]] = [
        ("数据湖 · lake", lambda: [Breach(*found) for found in sensing.verify_lake(deployment.lake)]),
        ("感知结果 · runs", lambda: [Breach(*found) for found in sensing.verify_runs(deployment.runs)]),
        ("数据库 · database", lambda: list(_database())),
        ("组织 · unions", lambda: _worded(organizations.verify())),
        ("账号 · accounts", lambda: _worded(accounts.verify(today=timezone.localdate(now)))),
        ("人员 · registry", lambda: _worded(registry.verify())),
        ("资金 · funds", lambda: _worded(funds.verify(deployment.folder / BANK_FILES))),
        ("工单 · orders", lambda: _worded(workorders.verify())),
        ("项目 · programs", lambda: _worded(programs.verify())),
        ("申请 · applications", lambda: _worded(matters.verify())),
        ("场所 · places", lambda: _worded(places.verify())),
        ("预约 · bookings", lambda: _worded(bookings.verify(now=now))),
        ("评选 · contests", lambda: _worded(contests.verify())),
        ("结对 · helping", lambda: _worded(volunteers.verify())),
        ("目标 · targets", lambda: _worded(targets.verify())),
        ("考核与督查 · assessments", lambda: _worded(assessments.verify())),
        ("任务 · tasks", lambda: _worded(tasks.verify())),
        ("通报 · bulletins", lambda: _worded(bulletins.verify())),
        ("名单 · lists", lambda: [*_worded(alerts.verify()), *_lists_and_runs(deployment.runs)]),
        ("个案 · cases", lambda: _worded(cases.verify())),
        ("消息 · messages", lambda: _worded(messages.verify())),
        ("承接 · successors", lambda: list(left_behind(timezone.localdate(now)))),
        ("附件 · files", lambda: _worded(files.verify(now=now))),
        ("审计 · audit", lambda: _audit(deployment)),
    ]
    breaches: list[Breach] = []
    for place, (label, check) in enumerate(checks):
        if progress:
            progress(label, place / len(checks))
        try:
            breaches += check()
        except Exception as error:  # whatever keeps a check from its end is a breach, and must not hide the others
            breaches.append(Breach("UNREADABLE", label, f"{type(error).__name__}: {error}"))
    return breaches


def _database() -> Iterator[Breach]:
    """SQLite promises neither sound pages nor rows that refer to something unless asked; PostgreSQL refuses a dangling row itself."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        try:
            cursor.execute("PRAGMA integrity_check(20)")
            found = [said for (said,) in cursor.fetchall()]
        except DatabaseError as error:  # so damaged that even the check cannot be made
            found = [str(error)]
        yield from (Breach("DATABASE", "db.sqlite3", said) for said in found if said != "ok")
        cursor.execute("PRAGMA foreign_key_check")
        for table, row, other, _ in cursor.fetchall():
            yield Breach("REFERENCES", f"{table}:{row}", f"refers to a row of {other} that is not there")


def left_behind(today: date) -> Iterator[Breach]:
    """Nothing that is not over belongs to a union that was merged or closed: nobody looks there."""
    for org_id, ending in sorted(organizations.list_endings().items()):
        found = reorganise.services_at(org_id, today) | {"tasks": tasks.count_living_at(org_id), "cases": len(cases.list_living_at(org_id))}  # fmt: skip
        found.pop("pairings")  # one that was still to begin ends on that day
        if left := {name: count for name, count in found.items() if count}:
            yield Breach(
                "LEFT_BEHIND",
                f"orgunit:{org_id}",
                f"it has ended, orgunit:{ending.standing_id} goes on with what it had, and this is still its own: {left}",
            )


def _lists_and_runs(runs: Path) -> Iterator[Breach]:
    """Each list in the database is that of a run that is there, row for row."""
    for taken in alerts.list_taken_in():
        place = f"list {taken.month} {taken.kind.value}"
        path = runs / str(taken.month) / taken.run_id.removeprefix(f"{taken.month}-") / "signals.parquet"
        if not path.is_file():
            yield Breach("LIST_RUN", place, f"its run {taken.run_id} is gone")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != taken.list_hash:
            yield Breach("LIST_RUN", place, f"the rows of run {taken.run_id} are not those that were taken in")
        elif taken.kind is RunKind.MONTHLY:
            signals = Counter(map(_shape, pq.read_table(path).to_pylist()))
            if altered := (signals - Counter(taken.rows)).total():
                yield Breach("LIST_RUN", place, f"{altered} rows are no longer as run {taken.run_id} says")


def _shape(row: Mapping[str, Any]) -> Shape:
    def listed(column: str) -> tuple[str, ...]:
        return tuple(part for part in (row[column] or "").split("|") if part)

    return (
        row["state"],
        row["grade"] or "",
        listed("causes"),
        listed("triggers"),
        row["suppress_code"] or "",
        row["first_month"] or "",
        row["I2"],
        row["M4"],
    )


def verify_audit(deployment: Deployment, *, progress: Callable[[float], None] | None = None) -> ChainReport:
    """The chain against itself and against the anchors kept outside the database. `progress` is told the share done."""
    return audit.verify_chain(deployment.anchors, progress=progress)


def _audit(deployment: Deployment) -> list[Breach]:
    report = verify_audit(deployment)
    found = [] if report.is_whole else [Breach("AUDIT_CHAIN", f"seq {report.broken_seq}", str(report.kind))]
    if not deployment.anchors.is_file() and next(alerts.list_taken_in(), None):
        found.append(
            Breach(
                "AUDIT_ANCHORS", deployment.anchors.name, "missing: whoever cuts the chain's end would not be found out"
            )
        )
    return found


def _worded(found: Iterable[object]) -> list[Breach]:
    """Each room words its own breaches; here they get one shape."""
    return [
        Breach(
            str(getattr(one, "rule", None) or getattr(one, "invariant", "")),
            str(getattr(one, "place", None) or getattr(one, "object", "")),
            str(getattr(one, "detail", None) or f"{getattr(one, 'zh', '')} {getattr(one, 'en', '')}".strip() or one),
        )
        for one in found
    ]
