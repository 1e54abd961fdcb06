"""Calendar months and the working days inside them."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import total_ordering


@total_ordering
@dataclass(frozen=True, slots=True)
class Month:
    """
    A calendar month, written ``2024-12``.

    >>> Month("2024-12").next()
    Month('2025-01')
    >>> Month("2023-10").window(12)[0]
    Month('2022-11')
    >>> Month("2024-02").last_day
    datetime.date(2024, 2, 29)
    """

    text: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[0-9]{4}-(?:0[1-9]|1[0-2])", self.text):
            raise ValueError(f"月份应写作 2024-12，收到 {self.text!r} / a month is written 2024-12, got {self.text!r}")

    @classmethod
    def of(cls, day: date) -> Month:
        return cls(f"{day.year:04d}-{day.month:02d}")

    @classmethod
    def from_index(cls, index: int) -> Month:
        return cls(f"{index // 12:04d}-{index % 12 + 1:02d}")

    @property
    def year(self) -> int:
        return int(self.text[:4])

    @property
    def number(self) -> int:
        return int(self.text[5:])

    @property
    def index(self) -> int:
        """Months since year 0: differences count months."""
        return self.year * 12 + self.number - 1

    @property
    def first_day(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        return date(self.year, self.number, calendar.monthrange(self.year, self.number)[1])

    def plus(self, months: int) -> Month:
        return Month.from_index(self.index + months)

    def next(self) -> Month:
        return self.plus(1)

    def previous(self) -> Month:
        return self.plus(-1)

    def window(self, length: int) -> list[Month]:
        """The `length` months that end with this one, oldest first."""
        return [self.plus(offset) for offset in range(1 - length, 1)]

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"Month({self.text!r})"

    def __lt__(self, other: Month) -> bool:
        return self.text < other.text


def add_months(day: date, months: int) -> date:
    """
    The same day `months` later, clamped to the month's end.

    >>> add_months(date(2025, 1, 31), 1)
    datetime.date(2025, 2, 28)
    """
    month = Month.of(day).plus(months)
    return date(month.year, month.number, min(day.day, month.last_day.day))


def completed_years(birth: date, asof: date) -> int:
    """
    Age in completed years; born on 29 February: completed on 1 March in common years.

    >>> completed_years(date(2004, 2, 29), date(2023, 2, 28))
    18
    >>> completed_years(date(2004, 2, 29), date(2023, 3, 1))
    19
    """
    return asof.year - birth.year - ((asof.month, asof.day) < (birth.month, birth.day))


def each_day(start: date, end: date) -> list[date]:
    """Days from `start` up to, not including, `end`."""
    return [start + timedelta(days=offset) for offset in range((end - start).days)]
