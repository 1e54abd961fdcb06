"""A number as the pages write it: with its unit, short where there is little room, hidden where it would give people away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from niangjia.kernel.money import show_yuan
from niangjia.portals.cockpit.figures.declared import Figure, Good
from niangjia.portals.design.marks import bracketed
from niangjia.portals.design.tags import say


@dataclass(frozen=True)
class Cell:
    """
    One number of one figure. `value` null: nothing to say (no row to take a mean or a rate of), or `is_hidden`: fewer than ten, or what
    would give those away. `rows`: as many as `url` opens.
    """

    figure: Figure
    value: Decimal | None
    rows: int
    url: str
    people: int = 0
    is_hidden: bool = False

    @property
    def text(self) -> str:
        return written(self.figure, self.value)

    @property
    def short(self) -> str:
        return shortened(self.figure, self.value)

    @property
    def brief(self) -> str:
        return briefly(self.figure, self.value)

    @property
    def plain(self) -> str:
        """For a script: the number, a rate in percent; empty for none."""
        if self.value is None:
            return ""
        return format((self.value * 100).quantize(Decimal("0.1")) if self.figure.is_rate else self.value, "f")


def written(figure: Figure, value: Decimal | None) -> str:
    """1,234 · 12,345.60 · 76.5% · 3.2; a dash for none."""
    if value is None:
        return "—"
    if figure.is_rate:
        return f"{value * 100:.1f}%"
    if figure.unit == "yuan":
        return show_yuan(value)
    return f"{value:,.1f}" if figure.unit == "days" else f"{value:,.0f}"


def shortened(figure: Figure, value: Decimal | None) -> str:
    """For a tile of the map: four or five signs."""
    if value is None:
        return "—"
    if figure.is_rate:
        return f"{value * 100:.0f}%"
    if figure.unit == "days":
        return f"{value:.1f}"
    steps = (
        ((10**8, "亿"), (10**4, "万")) if (get_language() or "zh").startswith("zh") else ((10**6, "M"), (10**3, "k"))
    )
    for size, mark in steps:
        if value >= size * (10 if mark == "k" else 1):
            share = value / size
            return f"{share:.1f}{mark}" if share < 100 else f"{share:,.0f}{mark}"
    return f"{value:.0f}"


def briefly(figure: Figure, value: Decimal | None) -> str:
    """For a tile of the page: money in ten thousands where it is much, everything else in full."""
    return shortened(figure, value) if figure.unit == "yuan" and (value or 0) >= 10**4 else written(figure, value)


def noun(figure: Figure) -> str:
    """What stands behind the number: 户, 人, 元."""
    if figure.noun:
        return say(dict(figure.noun))
    return {"persons": _("人"), "person_times": _("人次"), "pieces": _("件"), "yuan": _("元"), "days": _("天")}.get(
        figure.unit, ""
    )


def heading(figure: Figure) -> str:
    """The head of a column: title and unit."""
    behind = "%" if figure.is_rate else noun(figure)
    return f"{say(dict(figure.title))}{bracketed(behind)}" if behind else say(dict(figure.title))


@dataclass(frozen=True)
class Change:
    """`now` beside `before`: `sign` 1, 0 or -1; `is_good` null where neither way is."""

    text: str
    sign: int
    is_good: bool | None

    @property
    def tone(self) -> str:
        return "" if self.is_good is None else "good" if self.is_good else "warn"


def change(figure: Figure, now: Decimal | None, before: Decimal | None) -> Change | None:
    """None where one of the two is not known."""
    if now is None or before is None:
        return None
    step = now - before
    sign = (step > 0) - (step < 0)
    shown = f"{abs(step) * 100:.1f}" if figure.is_rate else briefly(figure, abs(step))
    if figure.is_rate and not float(shown):
        sign = 0
    good = None if figure.good is Good.NEITHER or not sign else (sign > 0) == (figure.good is Good.UP)
    behind = _(" 个百分点") if figure.is_rate else f" {noun(figure)}" if figure.unit == "yuan" else ""
    return Change(f"{shown}{behind}", sign, good)


def area_points(line: str, *, height: int = 28) -> str:
    """What is below a small line, from its first point to its last."""
    if not line:
        return ""
    first, last = line.split()[0].partition(",")[0], line.split()[-1].partition(",")[0]
    return f"{first},{height} {line} {last},{height}"


def line_points(values: Sequence[Decimal | None], *, width: int = 120, height: int = 28) -> str:
    """A small line through the values that are known, for an SVG's `points`; empty for fewer than two."""
    known = [(place, value) for place, value in enumerate(values) if value is not None]
    if len(known) < 2 or len(values) < 2:
        return ""
    most = max(value for _place, value in known)
    least = min(min(value for _place, value in known), Decimal(0))
    size = most - least or Decimal(1)
    return " ".join(
        f"{width * place / (len(values) - 1):.1f},{height - 2 - (height - 4) * (value - least) / size:.1f}"
        for place, value in known
    )


def short_name(name: str, above: str = "") -> str:
    """
    A union's name beside a bar: without what all of them have, the division above and what kind of union it is.

    >>> short_name("新昌县羽林街道总工会（演示）", "新昌县总工会（演示）"), short_name("新昌县总工会"), short_name("某厂工会", "新昌县总工会")
    ('羽林街道', '新昌县', '某厂工会')
    """
    plain = name.partition("（")[0]
    division = above.partition("总工会")[0]
    shorter = plain.removeprefix(division).removesuffix("总工会")
    return shorter or plain
