"""Needs and helpers as the engine of matching sees them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Avg, Count

from niangjia.apps.volunteers.lifecycle import NeedState, PairState, Source
from niangjia.apps.volunteers.models import Helper, Need, Pair
from niangjia.engines import matching
from niangjia.kernel import looking


@dataclass(frozen=True)
class Fit:
    """`is_able` false: a rule of the need is not met, and the points say nothing of it."""

    is_able: bool
    score: int
    points: Mapping[str, int]


def as_need(need: Need) -> matching.Need:
    return matching.Need(
        str(need.pk), frozenset(need.skills), need.area, need.seats, frozenset(need.days)
    )  # fmt: skip


def as_helpers(helpers: Iterable[Helper]) -> list[matching.Helper]:
    """With what they have in hand, and what those whom they helped said."""
    found = list(helpers)
    asked, liked = proposed_to(found), satisfaction_of(one.pk for one in found)
    return [
        matching.Helper(
            str(one.pk), frozenset(one.skills), one.home, frozenset(one.areas or [""]), frozenset(one.days),
            max(0, one.capacity - one.load - asked.get(one.pk, 0)), one.load, liked.get(one.pk),
        )
        for one in found
    ]  # fmt: skip


def proposed_to(helpers: Iterable[Helper]) -> dict[int, int]:
    """How many proposals each was asked about and has not answered; their own bids are no promise of ours."""
    rows = Pair.objects.filter(
        helper__in=[one.pk for one in helpers], state=PairState.PROPOSED, need__state=NeedState.OPEN
    )
    counted = rows.exclude(source=Source.BID).values("helper_id").annotate(count=Count("pk")).order_by()
    return dict(counted.values_list("helper_id", "count"))


@looking.once_each
def satisfaction_of(helper_ids: Iterable[int]) -> dict[int, int]:
    """0 … 100 by helper: the mean of what firms said, 1 = 0 and 5 = 100."""
    rows = Pair.objects.filter(helper__in=list(helper_ids), satisfaction__isnull=False)
    means = rows.values("helper_id").annotate(mean=Avg("satisfaction")).order_by().values_list("helper_id", "mean")
    return {helper_id: round((mean - 1) * 25) for helper_id, mean in means}


def free_seats(helper: Helper) -> int:
    return helper.capacity - helper.load - proposed_to([helper]).get(helper.pk, 0)


def fit_of(need: Need, helper: Helper) -> Fit:
    return fits(need, [helper])[0]


def fits(need: Need, helpers: list[Helper]) -> list[Fit]:
    """One each, in their order."""
    able, parts = matching.Points(as_helpers(helpers), matching.Weights()).parts(as_need(need))
    found = []
    for place in range(len(helpers)):
        points = {name: int(values[place]) for name, values in parts.items()}
        found.append(Fit(bool(able[place]), sum(points.values()), points))
    return found
