"""Rates over few people are not shown, nor what would give them away."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TypeVar

from niangjia.engines.counting.measures import Figure

SMALLEST = 10
"""Of fewer people a rate is not shown: whoever knows one of them could tell what was found of them."""

Part = TypeVar("Part", bound=Hashable)


def is_small(figure: Figure) -> bool:
    return 0 < (figure.people or 0) < SMALLEST


def hide_small(figures: Mapping[Part, Figure]) -> set[Part]:
    """The parts of a whole whose rate is hidden; where it is exactly one, the next smallest too, for the whole less the others is that one."""
    hidden = {part for part, figure in figures.items() if is_small(figure)}
    if len(hidden) == 1:
        others = [part for part, figure in figures.items() if part not in hidden and figure.people]
        hidden |= {min(others, key=lambda part: figures[part].people or 0)} if others else set()
    return hidden
