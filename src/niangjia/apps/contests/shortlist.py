"""Who is given what: from the last round's standings, without whoever left since; the places close up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from niangjia.apps.contests import access
from niangjia.apps.contests.lifecycle import EntryState
from niangjia.apps.contests.models import Contest, Entry, Standing
from niangjia.apps.contests.packs import AwardRule, award_of


@dataclass(frozen=True)
class Listed:
    entry: Entry
    rank: int
    award: AwardRule


def shortlist(contest: Contest) -> list[Listed]:
    """Best first; empty before the last round is closed."""
    pack = access.pack_of(contest)
    rows = Standing.objects.filter(
        round__contest=contest, round__place=len(pack.rounds), goes_on=True, entry__state=EntryState.ADMITTED
    )
    found = []
    for rank, standing in _closed_up(rows.select_related("entry__org").order_by("rank", "entry__number")):
        award = award_of(pack, rank)
        if award is not None:
            found.append(Listed(standing.entry, rank, award))
    return found


def _closed_up(rows) -> Iterator[tuple[int, Standing]]:
    """Equal ones stay equal; a place that somebody left is taken by the next."""
    rank, last = 0, None
    for number, row in enumerate(rows, 1):
        if row.rank != last:
            rank, last = number, row.rank
        yield rank, row
