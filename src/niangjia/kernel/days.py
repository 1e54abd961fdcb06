"""A day as somebody types it: year, month and day in any writing; what is wrong is told of the part that is wrong."""

from __future__ import annotations

import calendar
import re
from datetime import date

EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)


class NotADay(Exception):
    """`part`: y, m or d, the part to mend; empty = all of it. `zh`, `en`: what to write."""

    def __init__(self, part: str, zh: str, en: str) -> None:
        super().__init__(zh)
        self.part, self.zh, self.en = part, zh, en


def read_day(text: str, *, until: date | None = None) -> date:
    """
    The day that was typed; `until`: the last one that may be, for what has happened already.

    Raises:
        NotADay.

    >>> read_day("2024 年 5 月 31 日"), read_day("20240531")
    (datetime.date(2024, 5, 31), datetime.date(2024, 5, 31))
    """
    parts = [part for part in re.split(r"[^0-9]+", text) if part]
    if len(parts) == 1 and len(parts[0]) == 8:
        parts = [parts[0][:4], parts[0][4:6], parts[0][6:]]
    if len(parts) != 3 or max(map(len, parts)) > 4:
        raise NotADay("", "请写全年、月、日，例如 1980 年 6 月 15 日。", "Give year, month and day, such as 1980 6 15.")
    year, month, day = (int(part) for part in parts)
    if not EARLIEST.year <= year <= LATEST.year:
        raise NotADay("y", f"年份请写四位，例如 1980；您写的是 {parts[0]}。", f"Write the year in four digits, such as 1980, not {parts[0]}.")  # fmt: skip
    if not 1 <= month <= 12:
        raise NotADay("m", f"月份是 1 到 12；您写的是 {parts[1]}。", f"The month is 1 to 12, not {parts[1]}.")
    last = calendar.monthrange(year, month)[1]
    if not 1 <= day <= last:
        raise NotADay("d", f"{year} 年 {month} 月是 1 到 {last} 日；您写的是 {parts[2]}。", f"That month has the days 1 to {last}, not {parts[2]}.")  # fmt: skip
    found = date(year, month, day)
    if until is not None and found > until:
        raise NotADay("", f"{found.isoformat()} 还没有到。请写已经发生的那一天，不晚于今天（{until.isoformat()}）。",
                      f"{found.isoformat()} has not come yet. Give the day on which it happened, today ({until.isoformat()}) or before.")  # fmt: skip
    return found
