"""Opening hours as people write them in a cell."""

from __future__ import annotations

import re
from datetime import time

from niangjia.apps.places.problems import WrongHours
from niangjia.apps.places.types import Hours

_DAYS = "一二三四五六日"
_LINE = re.compile(r"(?P<days>每天|全年|周[^\d\s]+|星期[^\d\s]+)\s*(?P<hours>.+)")
_SPAN = re.compile(r"(\d{1,2})[:：](\d{2})\s*[-–—~～至到]\s*(\d{1,2})[:：](\d{2})")


def read_hours(text: str) -> tuple[Hours, ...]:
    """
    Lines of days and times, parted by ；. Raises WrongHours.

    >>> read_hours("周一至周五 8:00-20:00；周六、周日 9:00–16:00")[1].days
    (6, 7)
    >>> read_hours("每天 24小时")[0].opens
    datetime.time(0, 0)
    """
    return tuple(_line(part.strip()) for part in re.split(r"[；;\n]", text) if part.strip())


def _line(text: str) -> Hours:
    found = _LINE.fullmatch(text)
    if found is None:
        raise WrongHours(text)
    days = _days(found["days"].replace("星期", "周").replace("天", "日"), text)
    if re.fullmatch(r"(全天|24\s*小时)", found["hours"].strip()):
        return Hours(days, time(0), time(0))
    span = _SPAN.fullmatch(found["hours"].strip())
    if span is None:
        raise WrongHours(text)
    clock = [int(one) for one in span.groups()]
    if clock[0] > 24 or clock[2] > 24 or clock[1] > 59 or clock[3] > 59:
        raise WrongHours(text)
    return Hours(days, time(clock[0] % 24, clock[1]), time(clock[2] % 24, clock[3]))


def _days(said: str, text: str) -> tuple[int, ...]:
    if said in ("每日", "全年"):
        return (1, 2, 3, 4, 5, 6, 7)
    days: set[int] = set()
    for part in re.split(r"[、，,和]", said):
        ends = [_DAYS.find(one) + 1 for one in re.sub("周", "", part) if one not in "至到-–"]
        is_span = bool(re.search(r"[至到\-–]", part))
        if not ends or 0 in ends or (is_span and (len(ends) != 2 or ends[0] >= ends[1])):
            raise WrongHours(text)
        days |= set(range(ends[0], ends[1] + 1)) if is_span else set(ends)
    return tuple(sorted(days))
