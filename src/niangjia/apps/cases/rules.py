"""The figures that cases go by, from the pack `file-exit`: days and months, dated and by area, never constants here."""

from __future__ import annotations

from datetime import date

from niangjia.apps.programs import queries as programs

EXIT_PROGRAM = "file-exit"


def rule(name: str, *, area: str, asof: date) -> int:
    """Raises NoPackHere, MissingParameter."""
    return int(str(programs.get_parameter(EXIT_PROGRAM, name, area=area, asof=asof)))
