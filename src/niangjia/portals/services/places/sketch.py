"""Where the nearest places lie around whoever asks: rings of distance and numbered marks, north up. No map is asked of anybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import atan2, cos, hypot, pi, sin

from niangjia.apps.places.types import PlaceCard, Position
from niangjia.portals.services.places.shown import far_in_words

RADIUS = 132  # units of the drawing
_RINGS = (200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 400_000)
_APART = 23  # two marks nearer to each other than this hide each other


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
    def outer_word(self) -> tuple[int, int]:
        return self._free(RADIUS)

    @property
    def inner_word(self) -> tuple[int, int]:
        return self._free(RADIUS / 2)

    def _free(self, radius: float) -> tuple[int, int]:
        """Where on a ring its words hide no mark: as far from all of them as can be, below the middle where that is the same."""
        turns = [pi * (1 + step / 8 * (1 if step % 2 else -1)) for step in range(15)]
        spots = [(round(radius * sin(turn)), round(-radius * cos(turn))) for turn in turns]
        return max(spots, key=lambda spot: min(60.0, *(hypot(spot[0] - one.x, spot[1] - one.y) for one in self.marks)))

    @property
    def half(self) -> int:
        return RADIUS // 2


def sketch_of(here: Position, cards: Sequence[PlaceCard]) -> Sketch | None:
    """Nothing to draw where nothing is near. A mark that would hide another is moved round the middle until it does not."""
    near = [card for card in cards if card.metres is not None and card.position is not None]
    if not near:
        return None
    outer = next((ring for ring in _RINGS if ring >= max(card.metres or 0 for card in near)), _RINGS[-1])
    marks: list[Mark] = []
    for number, card in enumerate(near, start=1):
        far = max(26, min(RADIUS - 10, RADIUS * (card.metres or 0) / outer))
        turn = _turn(here, card.position)
        for step in range(16):
            aside = turn + (step + 1) // 2 * (1 if step % 2 else -1) * _APART / far / 2
            x, y = round(far * sin(aside)), round(-far * cos(aside))
            if all(hypot(x - one.x, y - one.y) >= _APART for one in marks):
                break
        marks.append(Mark(number, x, y, card.name, card.is_open is True))
    return Sketch(tuple(marks), outer, outer // 2)


def _turn(here: Position, there: Position | None) -> float:
    """Clockwise from north, in radians."""
    if there is None:
        return 0.0
    across = float(there.longitude - here.longitude) * cos(float(here.latitude) * pi / 180)
    return atan2(across, float(there.latitude - here.latitude))
