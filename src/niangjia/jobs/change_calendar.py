"""The calendar of working days: a notice read from text, which open clocks it moves, and taking it in."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.organizations import actions as organizations
from niangjia.apps.organizations import calendar, queries
from niangjia.apps.organizations.types import Level
from niangjia.apps.workorders import actions as workorders
from niangjia.apps.workorders.types import ClockMoves
from niangjia.kernel.problems import Refusal

_DAY = r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?"
_LINE = re.compile(
    rf"\s*{_DAY}(?:\s*(?:至|到|-{{1,2}}|—|–|~|～)\s*{_DAY})?\s*[,，\t :：]*\s*(休|放假|假|班|上班|off|work)\S*\s*",
    re.IGNORECASE,
)
_WORKS = ("班", "上班", "work")
MOST_DAYS = 366


class LineUnread(Refusal):
    def __init__(self, number: int, line: str) -> None:
        shown = line.strip()[:40]
        super().__init__(
            f"第 {number} 行读不懂：“{shown}”。请写成“2027-02-06 至 2027-02-13 休”或“2027-02-14 班”，一行一条。",
            f"Line {number} is not understood: {shown!r}. Write “2027-02-06 - 2027-02-13 off” or “2027-02-14 work”, one a line.",
        )


class DayTwice(Refusal):
    def __init__(self, day: date) -> None:
        super().__init__(
            f"{day.isoformat()} 又休又班，请只留一种。", f"{day.isoformat()} is both off and worked. Keep one."
        )


class NothingToChange(Refusal):
    def __init__(self) -> None:
        super().__init__("日历已经是这样，没有要改的。", "The calendar says so already; there is nothing to change.")


class NotTheRoot(Refusal):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"日历是全部工会共用的，只能由{name}的管理员更改。",
            f"The calendar is everybody's: the administrator of {name} changes it.",
        )


class ReasonMissing(Refusal):
    def __init__(self) -> None:
        super().__init__("请写明通知的文号。", "Give the notice that it rests on.")


class ChangedMeanwhile(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "您看过之后，日历或在办工单有了变化，什么也没有改。请再看一遍。",
            "The calendar or open orders changed after you looked; nothing was done. Look again.",
        )


@dataclass(frozen=True, slots=True)
class Outlook:
    """Days that change (day, works then), years that become known, and orders whose clocks move. `mark`: what was shown, as a digest."""

    days: tuple[tuple[date, bool], ...]
    new_years: tuple[int, ...]
    orders: tuple[ClockMoves, ...]
    mark: str


def read(text: str) -> dict[date, bool]:
    """
    Days off and worked of a notice, one line each.

    >>> read("2027-02-06 至 2027-02-07 休\\n2027年2月14日 班")[date(2027, 2, 14)]
    True

    Raises:
        LineUnread, DayTwice.
    """
    found: dict[date, bool] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        matched = _LINE.fullmatch(line)
        try:
            if matched is None:
                raise ValueError
            first = date(*(int(part) for part in matched.group(1, 2, 3)))
            last = date(*(int(part) for part in matched.group(4, 5, 6))) if matched[4] else first
        except ValueError:
            raise LineUnread(number, line) from None
        if not 0 <= (last - first).days < MOST_DAYS:
            raise LineUnread(number, line)
        for offset in range((last - first).days + 1):
            day, works = first + timedelta(days=offset), matched[7].lower() in _WORKS
            if found.setdefault(day, works) != works:
                raise DayTwice(day)
    return found


def may_change(viewer: Viewer) -> bool:
    """The calendar is everybody's: administrators of a province or a city, or of the root of a smaller tree."""
    union = queries.get_union(viewer.org_id)
    return union.parent_id is None or union.level in (Level.PROVINCE, Level.CITY)


def who_changes(viewer: Viewer) -> str:
    """The nearest union above whose administrators may."""
    above = reversed(queries.list_ancestors(viewer.org_id))
    return next((one.name for one in above if one.parent_id is None or one.level in (Level.PROVINCE, Level.CITY)), "—")


def look(viewer: Viewer, text: str, *, now: datetime) -> Outlook:
    """What the notice would change. Changes nothing. Raises NotAllowed, NotTheRoot, NothingToChange; as `read`."""
    permissions.require(viewer, "organizations.manage")
    if not may_change(viewer):
        raise NotTheRoot(who_changes(viewer))
    wanted, before = read(text), calendar.load()
    changed = {
        day: works
        for day, works in sorted(wanted.items())
        if before.is_working_day(day) != works or not before.is_known(day.year)
    }
    after = before.with_days(changed)
    years = sorted({day.year for day in changed})
    if not changed:
        raise NothingToChange
    orders = tuple(workorders.preview_recount(before, after, now=now))
    shown = (sorted(changed.items()), [(one.id, one.step, one.step_due_at, one.new_step_due_at) for one in orders])
    mark = hashlib.sha256(repr(shown).encode()).hexdigest()
    return Outlook(
        tuple(sorted(changed.items())),
        tuple(year for year in years if after.is_known(year) and not before.is_known(year)),
        orders,
        mark,
    )


def carry_out(viewer: Viewer, text: str, *, reason: str, mark: str, now: datetime) -> int:
    """
    Take the notice in and move the clocks that were shown, in one transaction; how many days changed. Safe to repeat: `NothingToChange`.

    Raises: as `look`; ReasonMissing, ChangedMeanwhile.
    """
    with transaction.atomic():
        outlook = look(viewer, text, now=now)
        if not reason.strip():
            raise ReasonMissing
        if outlook.mark != mark:
            raise ChangedMeanwhile
        before = calendar.load()
        organizations.set_work_days(dict(outlook.days), note=reason.strip()[:200])
        moved = workorders.recount(
            viewer=viewer, order_ids=[one.id for one in outlook.orders], before=before, after=calendar.load(), now=now
        )
        for year in sorted({day.year for day, _works in outlook.days}):
            days = sum(day.year == year for day, _works in outlook.days)
            detail = {"days": days, "orders": moved}
            audit.record(
                viewer,
                action="organizations.set_work_days",
                object=f"calendar:{year}",
                detail=detail,
                reason=reason.strip()[:500],
                now=now,
            )
    return len(outlook.days)
