"""Counted rows in words."""

from __future__ import annotations

from collections.abc import Iterable

from niangjia.engines import counting
from niangjia.portals.cockpit.figures.wording import row_name, words_of_rows


def in_words(found: Iterable[tuple[str, counting.Row]]) -> list[str]:
    """Of each row, with its source's id: what it is, and its tags."""
    rows = list(found)
    return [
        " · ".join((row_name(source, row.ref), *tags))
        for (source, row), tags in zip(rows, words_of_rows(rows), strict=True)
    ]
