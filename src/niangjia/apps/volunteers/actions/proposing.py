"""The best assignment over all open needs and all helpers of a union's part of the tree."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.organizations import scope
from niangjia.apps.volunteers.fitting import as_helpers, as_need
from niangjia.apps.volunteers.kinds import kind_of
from niangjia.apps.volunteers.lifecycle import LIVE, HelperState, NeedState, PairState, Source
from niangjia.apps.volunteers.models import Helper, MatchRun, Need, Pair
from niangjia.engines import matching


def propose(*, viewer: Viewer, kind: str, now: datetime) -> int:
    """
    Have the engine propose who goes where; return the run's id. It changes nothing: a person sends what they choose of it.

    What stands is kept, and counts; a pair that one side declined, or that was released, is not proposed again.

    Raises: NotAllowed, NoSuchKind.
    """
    permissions.require(viewer, "volunteers.match")
    found = kind_of(kind)
    needs = Need.objects.filter(
        scope.inside("org", viewer.org_path), kind=kind, state=NeedState.OPEN, stage=found.pairing.id
    ).order_by("pk")
    helpers = Helper.objects.filter(scope.inside("org", viewer.org_path), kind=kind, state=HelperState.ACTIVE)
    needs_now, helpers_now = list(needs), list(helpers.order_by("pk"))
    taken, barred = _known(needs_now, {one.pk for one in helpers_now})
    result = matching.match(
        [_with_open_seats(one, taken[one.pk]) for one in needs_now], as_helpers(helpers_now), barred=barred
    )  # fmt: skip
    with transaction.atomic():
        run = MatchRun.objects.create(
            kind=kind, org_id=viewer.org_id, score=result.score, bound=result.bound, need_count=len(needs_now), helper_count=len(helpers_now),
            pairs=[{"need": int(one.need), "helper": int(one.helper), "score": one.score, "points": dict(one.points)} for one in result.pairs],
            unfilled=[{"need": int(one.need), "seats": one.seats, "why": one.why.value} for one in result.unfilled], by_id=viewer.account_id, at=now,
        )  # fmt: skip
        detail = {"kind": kind, "count": len(result.pairs), "gap": result.gap}
        audit.record(viewer, action="volunteers.match_run", object=f"match_run:{run.pk}", detail=detail, now=now)
        return run.pk


def _known(needs: list[Need], helper_ids: set[int]) -> tuple[Counter[int], set[tuple[str, str]]]:
    """Seats by need that pairs hold now, and the pairs that are not to be proposed. A bid that waits holds nothing."""
    taken: Counter[int] = Counter()
    barred: set[tuple[str, str]] = set()
    for pair in Pair.objects.filter(need__in=[one.pk for one in needs]):
        holds = pair.state in LIVE and not (pair.state == PairState.PROPOSED and pair.source == Source.BID)
        was_released = pair.state == PairState.WITHDRAWN and pair.helper_said and pair.firm_said
        taken[pair.need_id] += holds
        if pair.helper_id in helper_ids and (holds or was_released or pair.state == PairState.DECLINED):
            barred.add((str(pair.need_id), str(pair.helper_id)))
    return taken, barred


def _with_open_seats(need: Need, taken: int) -> matching.Need:
    return replace(as_need(need), seats=max(0, need.seats - taken))
