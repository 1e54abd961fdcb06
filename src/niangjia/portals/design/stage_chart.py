"""The stages of a programme as a drawing: boxes from top to bottom, what comes back on the right. Plain SVG, made from the pack.

Colours come from the page (`programs.css`), so that the drawing is light on a light page and dark on a dark one. Whoever does not
see it reads the same steps in the list beside it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from html import escape

from niangjia.engines.policy.published.described import Step, Way

WIDTH = 340
_BOX_X, _BOX_W = 14, 236
_NUMBER_W, _LINE, _GAP = 34, 18, 34
_WORDS = {
    "zh": {"days": "{} 个工作日", "calendar": "{} 天", "since": "{} 天（{}起）", "due": "按“{}”", "untimed": "时限未写明", "end": "结束", "four_eyes": "须两人办理", "more": "等"},
    "en": {"days": "{} working days", "calendar": "{} days", "since": "{} days from: {}", "due": "by: {}", "untimed": "no limit stated", "end": "the end", "four_eyes": "two people", "more": " …"},
}  # fmt: skip


def stage_chart(steps: Sequence[Step], language: str) -> str:
    """An ``<svg>`` of the steps; empty for a programme without stages."""
    if not steps:
        return ""
    return _Chart(steps, language).drawn()


class _Chart:
    def __init__(self, steps: Sequence[Step], language: str) -> None:
        self.steps = steps
        self.words = _WORDS[language]
        self.texts = [self._text(step) for step in steps]
        self.tops: list[float] = []
        y = 8.0
        for lines in self.texts:
            self.tops.append(y)
            y += self._height(lines) + _GAP
        self.height = y - _GAP + 8
        self.parts: list[str] = []
        self.labels: list[str] = []
        self.lanes: list[tuple[int, float, float]] = []

    def drawn(self) -> str:
        for step in self.steps:
            self._arrows(step)
        for place, step in enumerate(self.steps):
            self._box(place, step)
        return (
            f'<svg class="stage-chart" viewBox="0 0 {WIDTH} {self.height:g}" role="presentation" aria-hidden="true" focusable="false">'
            f"{''.join([*self.parts, *self.labels])}</svg>"
        )

    # — boxes —

    def _text(self, step: Step) -> list[tuple[str, str]]:
        """(kind of line, words): the title first, then who and how long."""
        room = (_BOX_W - _NUMBER_W - 10) / 14.5
        days = self._limit(step)
        small_room = (_BOX_W - _NUMBER_W - 10) / 12.5
        both = f"{days} · {self.words['four_eyes']}"
        small = [step.who, *([both] if width_of(both) <= small_room else [days, self.words["four_eyes"]])]
        if not step.second_person:
            small = [step.who, days]
        return [("title", line) for line in wrapped(step.title, room)] + [
            ("small", line) for text in small for line in wrapped(text, small_room)
        ]

    def _limit(self, step: Step) -> str:
        if step.days is not None:
            return self.words["since" if step.due else "calendar"].format(step.days, step.due)
        if step.working_days is not None:
            return self.words["days"].format(step.working_days)
        return self.words["due"].format(step.due) if step.due else self.words["untimed"]

    def _height(self, lines: list[tuple[str, str]]) -> float:
        return 18 + _LINE * len(lines)

    def _bottom(self, number: int) -> float:
        return self.tops[number - 1] + self._height(self.texts[number - 1])

    def _box(self, place: int, step: Step) -> None:
        top, lines = self.tops[place], self.texts[place]
        self.parts.append(
            f'<rect class="stage-box" x="{_BOX_X}" y="{top:g}" width="{_BOX_W}" height="{self._height(lines):g}" rx="8"/>'
            f'<circle class="stage-mark" cx="{_BOX_X + 19}" cy="{top + 22:g}" r="11"/>'
            f'<text class="stage-number" x="{_BOX_X + 19}" y="{top + 26.5:g}" text-anchor="middle">{step.number}</text>'
        )
        for line, (kind, words) in enumerate(lines):
            self.parts.append(
                f'<text class="stage-{kind}" x="{_BOX_X + _NUMBER_W + 4}" y="{top + 26 + _LINE * line:g}">{escape(words)}</text>'
            )

    # — arrows —

    def _arrows(self, step: Step) -> None:
        onward = [way for way in step.ways if way.target == step.number + 1]
        beside = sorted((way for way in step.ways if way.target != step.number + 1), key=lambda way: -way.target)
        labelled = len(step.ways) > 1
        for way in onward:
            self._down(step, way, labelled=labelled)
        for turn, way in enumerate(beside):
            y = self._bottom(step.number) - 14 - 20 * (len(beside) - 1 - turn)
            if way.target == 0:
                self._out(y, way)
            else:
                self._around(y, way)

    def _down(self, step: Step, way: Way, *, labelled: bool) -> None:
        start = self._bottom(step.number)
        end, x = self.tops[way.target - 1], _BOX_X + 52
        self.parts.append(f'<path class="stage-way" d="M{x} {start:g}V{end - 7:g}"/>{_head(x, end, "down")}')
        if labelled:
            self._label(x + 10, (start + end) / 2 + 3, self._outcome(way, 11), "start")

    def _around(self, y: float, way: Way) -> None:
        """To an earlier or a farther stage, along a lane of its own on the right."""
        end = self.tops[way.target - 1] + 16  # what comes in arrives above what goes out
        start, x = _BOX_X + _BOX_W, _BOX_X + _BOX_W + 22 + 8 * self._lane(min(y, end), max(y, end))
        self.parts.append(
            f'<path class="stage-way stage-back" d="M{start} {y:g}H{x}V{end:g}H{start + 7}"/>{_head(start, end, "left")}'
        )
        self._label(x + 5, y + 4, self._outcome(way, 4.6), "start")

    def _lane(self, top: float, bottom: float) -> int:
        """The innermost lane that is free between two heights."""
        taken = {lane for lane, begins, ends in self.lanes if begins < bottom and top < ends}
        free = next(lane for lane in range(len(taken) + 1) if lane not in taken)
        self.lanes.append((free, top, bottom))
        return free

    def _out(self, y: float, way: Way) -> None:
        start = _BOX_X + _BOX_W
        self.parts.append(
            f'<path class="stage-way stage-out" d="M{start} {y:g}H{start + 12}"/><circle class="stage-end" cx="{start + 16}" cy="{y:g}" r="4"/>'
        )
        self._label(start + 25, y + 4, self._outcome(way, 4.6), "start")

    def _outcome(self, way: Way, room: float) -> str:
        first = way.outcomes[0] if way.outcomes else self.words["end"]
        more = self.words["more"] if len(way.outcomes) > 1 else ""
        return first + more if width_of(first + more) <= room else cut(first, room)

    def _label(self, x: float, y: float, words: str, anchor: str) -> None:
        self.parts.append(
            f'<text class="stage-label" x="{x:g}" y="{y:g}" text-anchor="{anchor}">{escape(words)}</text>'
        )


def _head(x: float, y: float, way: str) -> str:
    points = (
        f"{x - 5},{y - 8:g} {x + 5},{y - 8:g} {x},{y:g}"
        if way == "down"
        else f"{x + 8},{y - 5:g} {x + 8},{y + 5:g} {x},{y:g}"
    )
    return f'<polygon class="stage-head" points="{points}"/>'


def width_of(text: str) -> float:
    """In full-width characters, roughly: a Chinese one is 1, a Latin one 0.56."""
    return sum(1.0 if unicodedata.east_asian_width(letter) in "WF" else 0.56 for letter in text)


def cut(text: str, room: float) -> str:
    if width_of(text) <= room:
        return text
    while text and width_of(text) > room - 0.8:
        text = text[:-1]
    return text.rstrip() + "…"


def wrapped(text: str, room: float, most: int = 2) -> list[str]:
    """
    Lines no wider than `room`, broken at spaces where there are any; the last one is cut.

    >>> wrapped("public notice by the county union", 12)
    ['public notice by the', 'county union']
    >>> wrapped("县（市、区）总工会", 6)
    ['县（市、区）', '总工会']
    """
    lines: list[str] = []
    rest = text.strip()
    while rest and len(lines) < most - 1 and width_of(rest) > room:
        fits = len(rest)
        while width_of(rest[:fits]) > room:
            fits -= 1
        space = rest.rfind(" ", 0, fits + 1)
        fits = space if space > fits // 2 else fits
        lines.append(rest[:fits].strip())
        rest = rest[fits:].strip()
    return [*lines, cut(rest, room)] if rest else lines
