"""From stage to stage, and the end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.audit.types import Entry as Event
from niangjia.apps.volunteers.access import own_need
from niangjia.apps.volunteers.actions.filing import advance, require_open
from niangjia.apps.volunteers.kinds import Asks, Kind, Stage, answers_to, kind_of
from niangjia.apps.volunteers.lifecycle import LIVE, NeedState, PairState
from niangjia.apps.volunteers.models import Helper, Need, NeedStep, Pair, Visit
from niangjia.apps.volunteers.problems import AtDesk, Changed, NeedsAPair, NeedsAVisit, NeedsRatings, NeedsReason
from niangjia.apps.volunteers.sealed import seal


def go_on(
    *,
    viewer: Viewer,
    need_id: int,
    from_step: int,
    answers: Mapping[str, str] | None = None,
    ratings: Mapping[int, int] | None = None,
    now: datetime,
) -> None:
    """
    Leave the stage at work for the next one, or, from the last one, close the need. `answers` to the stage's form; `ratings` 1 … 5 by pair.

    Raises:
        NotAllowed, NoSuchNeed, NotOpen, AtDesk; Changed: it moved since `from_step`; WrongAnswers; NotYet: what the stage still waits for.
    """
    permissions.require(viewer, "volunteers.manage")
    with transaction.atomic():
        need = own_need(viewer, need_id)
        require_open(need)
        kind = kind_of(need.kind)
        stage = kind.stages[need.stage]
        if stage.is_desk and not permissions.may(viewer, "volunteers.match"):
            raise AtDesk
        if need.step != from_step:
            raise Changed
        said = answers_to(stage.form, answers or {})
        _require_what_it_asks(need, kind, stage, ratings or {})
        following = kind.after(need.stage)
        told = {"stage": following.id if following else "", "asks": following.asks if following else None}
        leave_stage(
            viewer, need, to=following.id if following else "", told=dict(said.told), texts=dict(said.texts), now=now
        )
        if following is None:
            _end(need, PairState.ENDED, NeedState.DONE, now)
        audit.record(
            viewer, action="volunteers.go_on", object=f"need:{need.pk}", detail={**told, "org": need.org_id}, now=now
        )


def withdraw_need(*, viewer: Viewer, need_id: int, reason: str, now: datetime) -> None:
    """Nobody is needed any more: its pairs are released. Safe to repeat. Raises NotAllowed, NoSuchNeed, NeedsReason; NotOpen: it is evaluated."""
    permissions.require(viewer, "volunteers.manage")
    with transaction.atomic():
        need = own_need(viewer, need_id)
        if need.state == NeedState.WITHDRAWN:
            return
        require_open(need)
        if not reason.strip():
            raise NeedsReason
        leave_stage(viewer, need, to="", reason=reason, now=now)
        _end(need, PairState.WITHDRAWN, NeedState.WITHDRAWN, now)
        audit.record(
            viewer, action="volunteers.withdraw", object=f"need:{need.pk}", reason=reason.strip()[:300], now=now
        )


def leave_stage(
    viewer: Viewer,
    need: Need,
    *,
    to: str,
    told: Mapping[str, Any] | None = None,
    texts: Mapping[str, str] | None = None,
    reason: str = "",
    now: datetime,
) -> None:
    """Keep what was said and move the need, which the caller has locked; nobody is asked any more. `to` empty: it ends here."""
    place = need.steps.count() + 1
    NeedStep.objects.create(
        need=need, place=place, stage=need.stage, to=to, told=told or {}, sealed=seal(texts or {}, f"step:{need.key}:{place}"),
        reason=reason.strip()[:300], org_id=viewer.org_id, by_id=viewer.account_id, at=now,
    )  # fmt: skip
    free_the_asked(viewer, need, reason=reason or "已进入下一步", now=now)
    advance(need, None, {"stage": to} if to else {})


def free_the_asked(viewer: Viewer, need: Need, *, reason: str, now: datetime) -> None:
    """Whoever was only asked, or bid, is free again and is told (`was`). The caller has locked the need."""
    waiting = Pair.objects.filter(need=need, state=PairState.PROPOSED).order_by("pk")
    pair_ids = list(waiting.values_list("pk", flat=True))
    Pair.objects.filter(pk__in=pair_ids).update(state=PairState.WITHDRAWN, reason=reason.strip()[:300])
    told = {"org": need.org_id, "was": PairState.PROPOSED.value}
    events = [Event("volunteers.release", f"need:{need.pk}", {"pair": pair_id, **told}) for pair_id in pair_ids]
    audit.record_many(viewer, entries=events, now=now)


def _require_what_it_asks(need: Need, kind: Kind, stage: Stage, ratings: Mapping[int, int]) -> None:
    """Raises NotYet. Writes the ratings where they are asked for; by then a visit may have been voided."""
    confirmed = Pair.objects.filter(need=need, state=PairState.CONFIRMED)
    if stage.asks is Asks.PAIR and not confirmed.exists():
        raise NeedsAPair
    of_visits = [one for one in kind.stages.values() if one.asks is Asks.VISIT]
    asks_visit = stage in of_visits or (of_visits and stage.asks is Asks.RATINGS)
    if asks_visit and not Visit.objects.filter(pair__in=confirmed, voided_at__isnull=True).exists():
        raise NeedsAVisit
    if stage.asks is Asks.RATINGS:
        pairs = list(confirmed.select_related("helper"))
        missing = [pair.helper.number for pair in pairs if ratings.get(pair.pk) not in range(1, 6)]
        if missing:
            raise NeedsRatings(missing)
        for pair in pairs:
            Pair.objects.filter(pk=pair.pk).update(satisfaction=ratings[pair.pk])


def _end(need: Need, held: PairState, state: NeedState, now: datetime) -> None:
    """Its confirmed pairs become `held` and weigh on nobody any more; those that were only proposed are withdrawn."""
    confirmed = Pair.objects.filter(need=need, state=PairState.CONFIRMED)
    helper_ids = list(confirmed.order_by("helper_id").values_list("helper_id", flat=True))
    list(Helper.objects.select_for_update().filter(pk__in=helper_ids).order_by("pk"))
    Helper.objects.filter(pk__in=helper_ids).update(load=F("load") - 1)
    confirmed.update(state=held)
    Pair.objects.filter(need=need, state__in=LIVE).update(state=PairState.WITHDRAWN)
    filled = need.filled if state == NeedState.DONE else 0
    advance(need, None, {"state": state, "closed_at": now, "filled": filled})
