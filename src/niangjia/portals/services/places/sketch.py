"""Where the nearest places lie around whoever asks: rings of distance and numbered marks, north up. No map is asked of anybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, sin

from niangjia.apps.places.types import PlaceCard
from niangjia.portals.services.places.shown import far_in_words

RADIUS = 132  # units of the drawing
_RINGS = (200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 400_000)
_TURNS = {name: place * pi / 4 for place, name in enumerate(("N", "NE", "E", "SE", "S", "SW", "W", "NW"))}


@dataclass(frozen=True)
class Mark:
    number: int
    x: int
    y: int
    name: str
    is_open: bool


@dataclass(frozen=True)
class Sketch:
    """Around 0, 0. `outer` and `inner`: metres of the two rings."""

    marks: tuple[Mark, ...]
    outer: int
    inner: int

    @property
    def radius(self) -> int:
        return RADIUS

    @property
    def outer_words(self) -> str:
        return far_in_words(self.outer)

    @property
    def inner_words(self) -> str:
        return far_in_words(self.inner)

    @property
    def outer_word(self) -> int:
        """Where the ring's words stand, right and down of the middle: between two of the eight directions."""
        return round(RADIUS * sin(pi / 4))

    @property
    def inner_word(self) -> int:
        return round(RADIUS * sin(pi / 4) / 2)

    @property
    def half(self) -> int:
        return RADIUS // 2


def sketch_of(cards: Sequence[PlaceCard]) -> Sketch | None:
    """Nothing to draw where nothing is near. Marks in the same of eight directions are spread a little, so that none hides another."""
    near = [card for card in cards if card.metres is not None]
    if not near:
        return None
    outer = next((ring for ring in _RINGS if ring >= max(card.metres or 0 for card in near)), _RINGS[-1])
    marks, used = [], dict.fromkeys(_TURNS, 0)
    for number, card in enumerate(near, start=1):
        turn = _TURNS.get(card.bearing, 0.0) + (0.0, 0.22, -0.22, 0.34, -0.34)[used.get(card.bearing, 0) % 5]
        used[card.bearing] = used.get(card.bearing, 0) + 1
        far = max(24, min(RADIUS - 10, round(RADIUS * (card.metres or 0) / outer)))
        marks.append(Mark(number, round(far * sin(turn)), round(-far * cos(turn)), card.name, card.is_open is True))
    return Sketch(tuple(marks), outer, outer // 2)
