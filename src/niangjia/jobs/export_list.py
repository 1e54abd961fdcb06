"""The month's list for whoever runs the deployment: with a purpose, logged. (Officers see their own part in the console.)"""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import datetime
from typing import TextIO

import pyarrow.parquet as pq
from django.utils import timezone

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.registry import queries as registry
from niangjia.engines import sensing
from niangjia.jobs import operating
from niangjia.kernel.deployment import Deployment
from niangjia.kernel.months import Month
from niangjia.kernel.problems import Refusal


class NoList(Refusal):
    def __init__(self, month: Month) -> None:
        super().__init__(
            f"{month} 还没有名单。请先运行：niangjia sense --month {month}",
            f"{month} has no list yet. First run: niangjia sense --month {month}",
        )


def rows(
    deployment: Deployment, month: Month, *, members: bool, reason: str, username: str = "", now: datetime
) -> list[list[str]]:
    """
    Header and rows as text, sorted by area and household; null = empty. With `members` the first column is the members' ID numbers.
    With `username` only what that officer's post sees in the console. Logged as the operator's act, whoever's post it is made for.

    Raises:
        NoList: the month was not sensed.
        ReasonMissing: ID numbers without a reason.
        NotAllowed: that officer sees no lists, or opens no ID numbers.
    """
    folder = sensing.official_run(deployment.runs, month)
    if folder is None:
        raise NoList(month)
    if members:
        reason = operating.require_reason(reason)
    viewer = _viewer(username, "registry.reveal" if members else "alerts.view", now) if username else None
    table = pq.read_table(folder / "signals.parquet")
    header = list(table.column_names)
    signals = table.to_pylist()
    if viewer:
        seen = registry.list_household_keys(viewer)
        signals = [row for row in signals if row["household_key"] in seen]
    body = [["" if value is None else str(value) for value in row.values()] for row in signals]
    if not members:
        _record(month, reason, viewer, households=len(body), persons=0, now=now)
        return [header, *body]
    listed = {row["household_key"] for row in signals}
    persons: dict[str, list[str]] = defaultdict(list)
    for row in pq.read_table(folder / "members.parquet").to_pylist():
        if row["household_key"] not in listed:
            continue
        persons[row["household_key"]].append(sensing.pseudonym_text(row["person"]))
    wanted = {person for people in persons.values() for person in people}
    identities = sensing.find_identities(deployment.lake, deployment.keys(), wanted)
    _record(month, reason, viewer, households=len(body), persons=len(wanted & identities.keys()), now=now)
    key = header.index("household_key")
    numbers = [
        "|".join(sorted(identities[person].id_number for person in persons[row[key]] if person in identities))
        for row in body
    ]
    return [["members", *header], *([number, *row] for number, row in zip(numbers, body, strict=True))]


def _viewer(username: str, action: str, now: datetime) -> Viewer:
    """The officer's first post that sees lists and allows `action`. Raises NotAllowed: also for a name that nobody has."""
    account_id, today = accounts.find_account_id(username), timezone.localdate(now)
    for post in accounts.list_posts(account_id, today=today) if account_id else ():
        if permissions.allows(post.role, "alerts.view") and permissions.allows(post.role, action):
            return accounts.get_viewer(account_id=post.account_id, post_id=post.id, today=today)
    raise permissions.NotAllowed(action)


def _record(month: Month, reason: str, viewer: Viewer | None, *, households: int, persons: int, now: datetime) -> None:
    """Never as the officer's own act: it is the operator who has the list now."""
    detail = {"households": households, "persons": persons, "operator": operating.operator()}
    if viewer:
        detail["for_post"] = viewer.post_id
    audit.record(None, action="list.export", object=f"list:{month}", reason=reason, detail=detail, now=now)


def write_csv(table: list[list[str]], file: TextIO) -> None:
    """Spreadsheet-safe: a cell that a spreadsheet would run as a formula gets an apostrophe."""
    csv.writer(file, lineterminator="\n").writerows([_safe(cell) for cell in row] for row in table)


def _safe(cell: str) -> str:
    is_formula = cell.startswith(("=", "+", "@", "\t", "\r")) or (cell.startswith("-") and not _is_number(cell))
    return f"'{cell}" if is_formula else cell


def _is_number(cell: str) -> bool:
    return cell.lstrip("-").replace(".", "", 1).isdigit()
