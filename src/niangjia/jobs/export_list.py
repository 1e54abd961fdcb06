"""The month's list for whoever runs the deployment: with a purpose, logged. (Officers see their own part in the console.)"""

from __future__ import annotations

import csv
import getpass
from collections import defaultdict
from datetime import datetime
from typing import TextIO

import pyarrow.parquet as pq

from niangjia.apps.audit import actions as audit
from niangjia.engines import sensing
from niangjia.kernel.deployment import Deployment
from niangjia.kernel.months import Month
from niangjia.kernel.problems import Refusal


class NoList(Refusal):
    def __init__(self, month: Month) -> None:
        super().__init__(
            f"{month} 还没有名单。请先运行：niangjia sense --month {month}",
            f"{month} has no list yet. First run: niangjia sense --month {month}",
        )


class ReasonMissing(Refusal):
    def __init__(self) -> None:
        super().__init__(
            '导出身份证号须写明理由：--reason "核对本月名单"。理由会记入审计。',
            'Exporting ID numbers needs a reason: --reason "check this month\'s list". It is written to the audit log.',
        )


def rows(deployment: Deployment, month: Month, *, members: bool, reason: str, now: datetime) -> list[list[str]]:
    """
    Header and rows as text, sorted by area and household; null = empty. With `members` the first column is the members' ID numbers.

    Raises:
        NoList: the month was not sensed.
        ReasonMissing: ID numbers without a reason.
    """
    folder = sensing.official_run(deployment.runs, month)
    if folder is None:
        raise NoList(month)
    if members and len(reason.strip()) < 4:
        raise ReasonMissing
    table = pq.read_table(folder / "signals.parquet")
    header = list(table.column_names)
    body = [["" if value is None else str(value) for value in row.values()] for row in table.to_pylist()]
    if not members:
        _record(month, reason, households=len(body), persons=0, now=now)
        return [header, *body]
    persons: dict[str, list[str]] = defaultdict(list)
    for row in pq.read_table(folder / "members.parquet").to_pylist():
        persons[row["household_key"]].append(sensing.pseudonym_text(row["person"]))
    identities = sensing.find_identities(
        deployment.lake, deployment.keys(), {person for people in persons.values() for person in people}
    )
    _record(month, reason, households=len(body), persons=len(identities), now=now)
    key = header.index("household_key")
    numbers = [
        "|".join(sorted(identities[person].id_number for person in persons[row[key]] if person in identities))
        for row in body
    ]
    return [["members", *header], *([number, *row] for number, row in zip(numbers, body, strict=True))]


def _record(month: Month, reason: str, *, households: int, persons: int, now: datetime) -> None:
    """Whoever runs commands on this machine is known by the machine's account."""
    detail = {"households": households, "persons": persons, "machine_account": getpass.getuser()}
    audit.record(None, action="list.export", object=f"list:{month}", reason=reason, detail=detail, now=now)


def write_csv(table: list[list[str]], file: TextIO) -> None:
    """Spreadsheet-safe: a cell that a spreadsheet would run as a formula gets an apostrophe."""
    csv.writer(file, lineterminator="\n").writerows([_safe(cell) for cell in row] for row in table)


def _safe(cell: str) -> str:
    is_formula = cell.startswith(("=", "+", "@", "\t", "\r")) or (cell.startswith("-") and not _is_number(cell))
    return f"'{cell}" if is_formula else cell


def _is_number(cell: str) -> bool:
    return cell.lstrip("-").replace(".", "", 1).isdigit()
