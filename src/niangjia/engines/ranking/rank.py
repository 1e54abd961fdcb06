"""The count of one round."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from niangjia.engines.ranking.types import CutTie, Entry, Placed, Ranking, Rule, TieBreak

HUNDRED = Decimal(100)


def rank(entries: Sequence[Entry], rule: Rule, *, seed: str = "") -> Ranking:
    """
    The round's ranking. In whatever order entries, jurors or votes come, it is the same. `seed` is asked for by CutTie.DRAW alone.

    Raises ValueError: an entry twice, or a draw without a seed.
    """
    if len({one.name for one in entries}) != len(entries):
        raise ValueError("an entry is there twice")
    most = max((one.votes for one in entries), default=0)
    rows = [_figures(one, rule, most) for one in entries]
    marks = {
        one.name: max((one.marks[juror] for juror in one.marks if juror not in one.barred), default=Decimal(0))
        for one in entries
    }
    ranked = sorted((row for row in rows if row.total is not None), key=lambda row: (_key(row, rule, marks), row.name))
    placed: list[Placed] = []
    for number, row in enumerate(ranked, 1):
        is_equal = placed and _key(placed[-1], rule, marks) == _key(row, rule, marks)
        placed.append(replace(row, place=placed[-1].place if is_equal else number))
    going, drawn = _going_on(placed, rule, seed)
    rest = sorted((row for row in rows if row.total is None), key=lambda row: row.name)
    return Ranking(tuple(replace(row, goes_on=row.name in going) for row in placed) + tuple(rest), drawn)


def _figures(entry: Entry, rule: Rule, most: int) -> Placed:
    allowed = sorted((mark, juror) for juror, mark in entry.marks.items() if juror not in entry.barred)
    kept = allowed[rule.dropped : len(allowed) - rule.dropped] if rule.dropped else allowed
    if len(kept) < rule.least_marks and rule.jury:
        kept = []
    jury = _rounded(Fraction(sum(mark for mark, _ in kept)) / len(kept), rule.places) if kept else None
    votes = _rounded(Fraction(100 * entry.votes, most), rule.places) if most else Decimal(0)
    total = None
    if jury is not None or not rule.jury:
        total = _rounded(Fraction(rule.jury * (jury or 0) + rule.votes * votes + entry.extra), rule.places)
    counted = tuple(sorted(juror for _, juror in kept))
    left_out = tuple(sorted(set(entry.marks) - set(counted)))
    return Placed(entry.name, None, total, jury, votes, False, counted, left_out)


def _rounded(value: Fraction, places: int) -> Decimal:
    """Half up, never by way of a float."""
    scale = 10**places
    return (Decimal((value * scale * 2 + 1) // 2) / scale).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _key(row: Placed, rule: Rule, marks: dict[str, Decimal]) -> tuple[Decimal, ...]:
    """Smallest first is best first."""
    told = {TieBreak.JURY: row.jury or Decimal(0), TieBreak.VOTES: row.votes, TieBreak.BEST_MARK: marks[row.name]}
    return tuple(-value for value in [row.total or Decimal(0), *(told[one] for one in rule.ties)])


def _going_on(placed: Sequence[Placed], rule: Rule, seed: str) -> tuple[set[str], tuple[str, ...]]:
    reached = [row for row in placed if rule.pass_mark is None or (row.total or Decimal(0)) >= rule.pass_mark]
    if rule.quota is None or len(reached) <= rule.quota:
        return {row.name for row in reached}, ()
    if rule.quota == 0:
        return set(), ()
    last = reached[rule.quota - 1].place
    above = [row.name for row in reached if row.place is not None and last is not None and row.place < last]
    equal = [row.name for row in reached if row.place == last]
    if len(above) + len(equal) == rule.quota or rule.cut_tie is CutTie.ALL:
        return {*above, *equal}, ()
    if rule.cut_tie is CutTie.NONE:
        return set(above), ()
    if not seed:
        raise ValueError("the last place is to be drawn: a seed is needed")
    drawn = sorted(equal, key=lambda name: (hashlib.sha256(f"{seed}/{name}".encode()).hexdigest(), name))
    return {*above, *drawn[: rule.quota - len(above)]}, tuple(drawn)
