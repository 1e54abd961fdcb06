"""A place in words, as every page of them shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from niangjia.apps.places import queries
from niangjia.apps.places.types import Hours, PlaceCard
from niangjia.kernel.money import show_yuan
from niangjia.portals.design.marks import mark
from niangjia.portals.design.tags import day, say

DAYS = ("一", "二", "三", "四", "五", "六", "日")
DAYS_IN_ENGLISH = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_BEARINGS = {"N": "北", "NE": "东北", "E": "东", "SE": "东南", "S": "南", "SW": "西南", "W": "西", "NW": "西北"}


@dataclass(frozen=True)
class Shown:
    """`card` with its codes in words. `details`: label and answer, of those that may be seen; `distance` empty = nobody asked from where."""

    card: PlaceCard
    kind: str
    hours: tuple[str, ...]
    equipment: tuple[tuple[str, bool], ...]
    details: tuple[tuple[str, str], ...]
    distance: str
    geo: str
    has_ended: bool


def shown(card: PlaceCard, *, for_everybody: bool = True) -> Shown:
    kind = queries.kind_of(card.kind)
    has = set(card.equipment)
    return Shown(
        card,
        say(dict(kind.short)),
        tuple(hours_in_words(line) for line in card.hours),
        tuple(
            (say(dict(one.title)), name in has)
            for name, one in kind.equipment.items()
            if name in has or (one.is_needed and not for_everybody)
        ),
        tuple(
            (say(dict(one.title)), _answer(card.details[name]))
            for name, one in kind.details.items()
            if name in card.details and (one.is_public or not for_everybody)
        ),
        distance_in_words(card),
        geo_of(card),
        bool(card.valid_until and card.valid_until < timezone.localdate()),
    )


def all_shown(cards: Iterable[PlaceCard], *, for_everybody: bool = True) -> list[Shown]:
    return [shown(card, for_everybody=for_everybody) for card in cards]


def is_english() -> bool:
    return not (get_language() or "zh").startswith("zh")


def hours_in_words(line: Hours) -> str:
    """周一至周五 08:00–20:00 · Mon–Fri 08:00–20:00; the whole day as such."""
    names, to, between = (DAYS_IN_ENGLISH, "–", ", ") if is_english() else (DAYS, "至", "、")
    before = "" if is_english() else "周"
    days = list(line.days)
    if len(days) == 7:
        said = _("每天")
    elif len(days) > 2 and days == list(range(days[0], days[-1] + 1)):
        said = f"{before}{names[days[0] - 1]}{to}{before}{names[days[-1] - 1]}"
    else:
        said = between.join(f"{before}{names[one - 1]}" for one in days)
    if line.opens == line.closes:
        return f"{said} {_('24小时')}"
    next_day = _("次日") + " " if line.closes < line.opens else ""
    return f"{said} {line.opens:%H:%M}–{next_day}{line.closes:%H:%M}"


def distance_in_words(card: PlaceCard) -> str:
    """东北 350 米 · 350 m north-east; nothing where nobody asked from where."""
    if card.metres is None:
        return ""
    far = far_in_words(card.metres)
    way = card.bearing if is_english() else _BEARINGS.get(card.bearing, "")
    return f"{far} {way}" if is_english() else f"{way} {far}"


def far_in_words(metres: int) -> str:
    return (
        f"{metres / 1000:.1f} {_('公里')}".replace(".0 ", " ")
        if metres >= 1000
        else f"{max(10, round(metres, -1))} {_('米')}"
    )


def geo_of(card: PlaceCard) -> str:
    """For the phone's own map; empty without a position."""
    if card.position is None:
        return ""
    at = f"{card.position.latitude:.6f},{card.position.longitude:.6f}"
    return f"geo:{at}?q={at}"


def figure(value: Decimal | None, unit: str) -> str:
    """A measure with what fits its unit: money with cents, the rest as it is; a dash for what nobody told."""
    if value is None:
        return "—"
    if unit == "yuan":
        return show_yuan(value)
    return f"{value.normalize():,f}" if value != value.to_integral() else f"{int(value):,}"


def unit_in_words(unit: str) -> str:
    return {
        "person-times": _("人次"), "time": _("次"), "count": _("个"), "points": _("分"), "kwh": _("千瓦时"), "yuan_per_kwh": _("元/千瓦时"), "yuan": _("元"),
    }.get(unit, unit)  # fmt: skip


def warnings(card: PlaceCard, today: date) -> list[tuple[str, str]]:
    """What wants attention: words and tone, the most pressing first."""
    found = []
    if card.state not in queries.IN_USE:
        return []
    if card.mend_by:
        tone = "red" if card.mend_by < today else "orange"
        found.append((_("待整改，期限 %(day)s") % {"day": day(card.mend_by)}, tone))
    if card.inspect_by and card.inspect_by < today:
        found.append((_("复验超期，应于 %(day)s 前") % {"day": day(card.inspect_by)}, "red"))
    elif card.inspect_by and card.inspect_by < today + timedelta(days=60):
        found.append((_("%(day)s 前要复验") % {"day": day(card.inspect_by)}, "yellow"))
    if card.valid_until and card.valid_until < today:
        found.append((_("有效期已过（%(day)s）") % {"day": day(card.valid_until)}, "red"))
    elif card.valid_until and card.valid_until < today + queries.ENDS_SOON:
        found.append((_("有效期到 %(day)s") % {"day": day(card.valid_until)}, "yellow"))
    return found


def pieces_of(kind: queries.Kind) -> Mapping[str, str]:
    """Everything that is looked for at an inspection, in words by name."""
    pieces = {**kind.checks, **kind.equipment}
    return {name: say(dict(pieces[name].title)) for name in kind.asked}


def _answer(value: object) -> str:
    return str(_("是")) if value is True else str(value)


def listed(words: Iterable[str]) -> str:
    return mark("、").join(words)
