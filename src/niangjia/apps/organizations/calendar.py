"""Working days of the Chinese calendar.

A row of the `WorkDay` table decides; then the government's notices as the package chinesecalendar has them; a year that
neither knows yet counts Monday to Friday, and is not `is_known`: whoever shows such a deadline says that it is provisional.
The notice for a year appears in November of the year before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType

import chinese_calendar
from chinese_calendar.constants import holidays

from niangjia.apps.organizations.models import WorkDay

_FIRST_YEAR, _LAST_YEAR = min(holidays).year, max(holidays).year


@dataclass(frozen=True)
class WorkCalendar:
    """The calendar at one moment: load it once for a bulk run. `overrides`: day → is it a working day."""

    overrides: Mapping[date, bool] = field(default_factory=lambda: MappingProxyType({}))

    def is_working_day(self, day: date) -> bool:
        if day in self.overrides:
            return self.overrides[day]
        if _FIRST_YEAR <= day.year <= _LAST_YEAR:
            return chinese_calendar.is_workday(day)
        return day.weekday() < 5

    def is_known(self, year: int) -> bool:
        """Whether the year's notice is known: from the package, or because its New Year's Day was entered by hand."""
        return _FIRST_YEAR <= year <= _LAST_YEAR or date(year, 1, 1) in self.overrides

    def with_days(self, days: Mapping[date, bool]) -> WorkCalendar:
        """This calendar with other days on top of it."""
        return WorkCalendar(MappingProxyType({**self.overrides, **days}))

    def add_working_days(self, start: date, days: int) -> date:
        """
        The day on which the `days`-th working day after `start` falls; 0: `start` itself, else the next working day.

        Raises ValueError for negative `days`.
        """
        if days < 0:
            raise ValueError("days must not be negative")
        day = start
        if days == 0:
            while not self.is_working_day(day):
                day += timedelta(days=1)
            return day
        while days:
            day += timedelta(days=1)
            days -= self.is_working_day(day)
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`; negative if `end` is before `start`."""
        if end < start:
            return -self.working_days_between(end, start)
        return sum(self.is_working_day(start + timedelta(days=offset)) for offset in range(1, (end - start).days + 1))


def notes_of(year: int) -> dict[date, str]:
    """The days of a year that were entered by hand, with the notice they rest on."""
    return dict(WorkDay.objects.filter(day__year=year).values_list("day", "note"))


def load() -> WorkCalendar:
    return WorkCalendar(MappingProxyType(dict(WorkDay.objects.values_list("day", "is_working"))))


def is_working_day(day: date) -> bool:
    return load().is_working_day(day)


def is_known(year: int) -> bool:
    """No query for a year that the package has."""
    return _FIRST_YEAR <= year <= _LAST_YEAR or load().is_known(year)


def add_working_days(start: date, days: int) -> date:
    """See `WorkCalendar.add_working_days`. One query: in a loop, `load` once."""
    return load().add_working_days(start, days)


def working_days_between(start: date, end: date) -> int:
    return load().working_days_between(start, end)
