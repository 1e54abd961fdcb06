"""A worker's bookings as iCalendar (RFC 5545), for the calendar of any phone. What it holds: title, time and place, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from niangjia.apps.bookings.types import Appointment

ZONE = "Asia/Shanghai"
TYPE = "text/calendar; charset=utf-8"
_OCTETS = 73  # a line has 75 at most; the blank before what is folded counts


def calendar(appointments: Iterable[Appointment], *, name: str) -> str:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Niangjia//bookings//ZH", "CALSCALE:GREGORIAN", "METHOD:PUBLISH", f"X-WR-TIMEZONE:{ZONE}", f"X-WR-CALNAME:{escaped(name)}"]  # fmt: skip
    for one in appointments:
        lines += [
            "BEGIN:VEVENT", f"UID:{one.number}@niangjia", f"DTSTAMP:{_stamp(one.asked_at)}", f"DTSTART:{_stamp(one.begins)}", f"DTEND:{_stamp(one.ends)}",
            f"SUMMARY:{escaped(_title(one))}", *([f"LOCATION:{escaped(one.place)}"] if one.place else []), "END:VEVENT",
        ]  # fmt: skip
    return "".join(f"{folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _title(one: Appointment) -> str:
    return f"{one.title} {one.lesson}/{one.lessons}" if one.lesson else one.title


def escaped(text: str) -> str:
    """
    >>> escaped("体检；三楼, A;B")
    '体检；三楼\\\\, A\\\\;B'
    """
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return text.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")


def folded(line: str) -> str:
    """Parts of at most 75 octets, never within a character."""
    parts, part, octets = [], "", 0
    for character in line:
        size = len(character.encode())
        if octets + size > _OCTETS:
            parts.append(part)
            part, octets = "", 0
        part, octets = part + character, octets + size
    return "\r\n ".join([*parts, part])


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
