"""What cannot be though it can be read, and what had better be looked at twice: the rows of workbooks that people typed."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from niangjia.jobs.import_kinds import Kind, Wrong
from niangjia.kernel import identity
from niangjia.kernel.months import completed_years

Row = Mapping[str, Any]
Place = tuple[str, int]
"""Sheet and row."""

# 劳动法第十五条 forbids work before sixteen; a member is a worker (工会法第三条).
_YOUNGEST_MEMBER = 16
# A standard moves by some percent a year: one that is half as much again, or half of it, is mostly a slip of the keys.
_STANDARD_MOVES = Decimal("0.5")
_NOT_YET = {
    "member": ("joined_on", "入会日期在今天以后。请核对年份。", "The day of joining is still to come. Check the year."),
    "canvass": ("reported_on", "报告日期在今天以后。请核对年份。", "The day of the report is still to come. Check the year."),
}  # fmt: skip


def impossible(kind: Kind, rows: Sequence[Row], places: Sequence[Place], *, today: date) -> list[Wrong]:
    told: list[Wrong] = []
    column, zh, en = _NOT_YET.get(kind.feed, ("", "", ""))
    for row, place in zip(rows, places, strict=True):
        if column and row[column] > today:
            told.append(Wrong(*place, zh, en))
        elif kind.feed == "member" and (said := _too_early(row["joined_on"], identity.birth_date(row["id"]))):
            told.append(Wrong(*place, *said))
    return told


def _too_early(joined_on: date, born_on: date) -> tuple[str, str] | None:
    if joined_on < born_on:
        return (
            "入会日期早于出生日期。请核对身份证号和入会日期。",
            "Joined before being born. Check the ID number and the day.",
        )
    if completed_years(born_on, joined_on) < _YOUNGEST_MEMBER:
        return (
            f"入会时未满 {_YOUNGEST_MEMBER} 周岁。请核对身份证号和入会日期。",
            f"Younger than {_YOUNGEST_MEMBER} on joining. Check the ID number and the day.",
        )
    return None


def doubtful(kind: Kind, rows: Sequence[Row], places: Sequence[Place], base: Mapping[Any, Row]) -> list[Wrong]:
    """Standards far from what they were of the same day (`base`), else from the one before in the same area, known already or in the workbook."""
    if kind.feed != "standard":
        return []
    amounts: dict[str, dict[str, Decimal]] = {}
    for row in (*base.values(), *rows):
        amounts.setdefault(str(row["area"]), {})[str(row["from"])] = Decimal(str(row["dibao_monthly"]))
    days = {area: sorted(of_area) for area, of_area in amounts.items()}
    told = []
    for row, place in zip(rows, places, strict=True):
        area, start, amount = str(row["area"]), str(row["from"]), Decimal(str(row["dibao_monthly"]))
        position = bisect_left(days[area], start)
        earlier = start if (area, start) in base else days[area][position - 1] if position else ""
        before = Decimal(str(base[area, start]["dibao_monthly"])) if earlier == start else amounts[area].get(earlier)
        if before and abs(amount - before) > before * _STANDARD_MOVES:
            told.append(
                Wrong(
                    *place,
                    f"月低保标准 {amount:.2f} 元，与 {earlier} 起的 {before:.2f} 元相差一半以上。请核对。",
                    f"A standard of {amount:.2f} yuan a month, more than half away from {before:.2f} as of {earlier}. Check it.",
                )
            )
    return told
