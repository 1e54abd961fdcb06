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


def hide_small(figures: Mapping[Part, Figure], *, is_whole_hidden: bool = False) -> set[Part]:
    """
    The parts of a whole whose rate is hidden. The whole less the others says what is hidden of it together: so the next smallest are hidden
    too, until it is two parts at least and ten people; of a whole that is hidden itself, one part at least, for its parts would say it.
    """
    hidden = {part for part, figure in figures.items() if is_small(figure)}
    if not hidden and not is_whole_hidden:
        return hidden
    sizes = {part: figure.people for part, figure in figures.items() if figure.people}
    others = sorted(sizes.keys() - hidden, key=lambda part: (sizes[part], str(part)))
    for part in others:
        if len(hidden) > (not is_whole_hidden) and sum(sizes[one] for one in hidden) >= SMALLEST:
            break
        hidden.add(part)
    return hidden
