"""Points from figures, by rule. Plain arithmetic: the same figures give the same points, whoever counts and whenever."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

NOTHING, WHOLE = Decimal(0), Decimal(1)
CENT = Decimal("0.01")
"""Points have two decimals, half a cent upwards; each item is rounded by itself, so that the items add up to the total."""


class Kind(StrEnum):
    RATIO = "ratio"  # reached ÷ goal, at most all
    RATE = "rate"  # nothing at `least`, all at `most`, evenly between
    RANK = "rank"  # all for the first, nothing for the last and for who did nothing, evenly between; those alike share a rank
    PENALTY = "penalty"  # all up to `least`, nothing from `most` on, evenly between: the smaller the better


@dataclass(frozen=True)
class Rule:
    """`goal` of a ratio, above zero; `least` below `most` of a rate and a penalty."""

    kind: Kind
    goal: Decimal = NOTHING
    least: Decimal = NOTHING
    most: Decimal = NOTHING

    def __post_init__(self) -> None:
        if self.kind is Kind.RATIO and self.goal <= 0:
            raise ValueError("the goal of a ratio is above zero")
        if self.kind in (Kind.RATE, Kind.PENALTY) and self.least >= self.most:
            raise ValueError("least is below most")


@dataclass(frozen=True)
class Weighed:
    """One item: at most `weight` points, by `rule`."""

    id: str
    weight: Decimal
    rule: Rule


@dataclass(frozen=True)
class Points:
    """`figure` null: not known, and then `points` is null as well. `rank` and `among`: of a rank only, null and 0 of others."""

    item: str
    weight: Decimal
    figure: Decimal | None
    points: Decimal | None
    rank: int | None = None
    among: int = 0


@dataclass(frozen=True)
class Standing:
    """
    One union's sheet. `total`: the points of its items and what was added or taken. `possible`: the weights of items that have a figure.
    `standing`: the items' points over what was possible, of the whole sheet, and what was added or taken: what unions are ranked by, so that
    an unknown figure is no worse than none; null = no item has a figure, and then there is no rank.
    """

    union: int
    items: Sequence[Points]
    adjusted: Decimal
    total: Decimal
    possible: Decimal
    standing: Decimal | None
    rank: int | None


def rounded(value: Decimal) -> Decimal:
    """
    >>> rounded(Decimal("2.005"))
    Decimal('2.01')
    """
    return value.quantize(CENT, ROUND_HALF_UP)


def ranks(values: Mapping[int, Decimal | None]) -> dict[int, int]:
    """
    The largest first; those alike share a rank and the next one is as far down as there are before it. Without those that are null.

    >>> ranks({1: Decimal(5), 2: Decimal(9), 3: Decimal(5), 4: None, 5: Decimal(1)})
    {1: 2, 2: 1, 3: 2, 5: 4}
    """
    known = sorted((value for value in values.values() if value is not None), reverse=True)
    return {key: known.index(value) + 1 for key, value in values.items() if value is not None}


def _share(rule: Rule, figure: Decimal) -> Decimal:
    """Of the weight, between nothing and all; not of a rank."""
    if rule.kind is Kind.RATIO:
        found = figure / rule.goal
    elif rule.kind is Kind.RATE:
        found = (figure - rule.least) / (rule.most - rule.least)
    else:
        found = (rule.most - figure) / (rule.most - rule.least)
    return min(max(found, NOTHING), WHOLE)


def item_points(item: Weighed, figures: Mapping[int, Decimal | None]) -> dict[int, Points]:
    """The points of one item for each of the unions that are compared. Who is alone with a figure is the first of one."""
    places = ranks(figures) if item.rule.kind is Kind.RANK else {}
    found: dict[int, Points] = {}
    for union, figure in figures.items():
        if figure is None:
            found[union] = Points(item.id, item.weight, None, None)
        elif item.rule.kind is Kind.RANK:
            place, among = places[union], len(places)
            share = Decimal(among - place) / (among - 1) if among > 1 else WHOLE
            share = share if figure > 0 else NOTHING
            found[union] = Points(item.id, item.weight, figure, rounded(item.weight * share), place, among)
        else:
            found[union] = Points(item.id, item.weight, figure, rounded(item.weight * _share(item.rule, figure)))
    return found


def compare(
    items: Sequence[Weighed], figures: Mapping[int, Mapping[str, Decimal | None]], adjusted: Mapping[int, Decimal]
) -> list[Standing]:
    """Every union's sheet, the best first; `figures` by union and item, `adjusted` by union: what was confirmed, and not more than allowed."""
    columns = [item_points(item, {union: found.get(item.id) for union, found in figures.items()}) for item in items]
    whole = sum((item.weight for item in items), NOTHING)
    sheets = [_sheet(union, [one[union] for one in columns], whole, adjusted.get(union, NOTHING)) for union in figures]
    places = ranks({sheet.union: sheet.standing for sheet in sheets})
    ranked = [Standing(*_parts(sheet), places.get(sheet.union)) for sheet in sheets]
    return sorted(ranked, key=lambda one: (one.rank is None, one.rank or 0, one.union))


def _parts(sheet: Standing) -> tuple[int, Sequence[Points], Decimal, Decimal, Decimal, Decimal | None]:
    return sheet.union, sheet.items, sheet.adjusted, sheet.total, sheet.possible, sheet.standing


def _sheet(union: int, points: Sequence[Points], whole: Decimal, adjusted: Decimal) -> Standing:
    gained = sum((one.points for one in points if one.points is not None), NOTHING)
    possible = sum((one.weight for one in points if one.points is not None), NOTHING)
    standing = rounded(gained * whole / possible + adjusted) if possible else None
    return Standing(union, points, adjusted, gained + adjusted, possible, standing, None)


def capped(changes: Iterable[Decimal], most_extra: Decimal, most_off: Decimal) -> Decimal:
    """What additions and deductions come to: each side up to its number."""
    listed = list(changes)
    extra = min(sum((one for one in listed if one > 0), NOTHING), most_extra)
    off = min(sum((-one for one in listed if one < 0), NOTHING), most_off)
    return extra - off
