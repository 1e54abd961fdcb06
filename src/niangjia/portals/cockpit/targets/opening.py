"""Counted rows in words."""

from __future__ import annotations

from collections.abc import Iterable

from niangjia.engines import counting
from niangjia.portals.cockpit.figures.wording import kind_word, words_of_rows


def in_words(found: Iterable[tuple[str, counting.Row]]) -> list[str]:
    """Of each row, with its source's id: what it is, and its tags."""
    rows = list(found)
    return [
        " · ".join((f"{kind_word(source)} {row.ref.partition(':')[2]}", *tags))
        for (source, row), tags in zip(rows, words_of_rows(rows), strict=True)
    ]
