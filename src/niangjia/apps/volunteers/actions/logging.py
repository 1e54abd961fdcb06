"""The log: when a helper was there, how long, and who had something of it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.volunteers.access import get_pair, require_side
from niangjia.apps.volunteers.actions.filing import require_open
from niangjia.apps.volunteers.kinds import kind_of
from niangjia.apps.volunteers.lifecycle import PairState
from niangjia.apps.volunteers.models import Helper, Pair, Visit
from niangjia.apps.volunteers.problems import (
    NeedsReason,
    NoSuchPair,
    NotConfirmed,
    NotThisStage,
    TooLong,
    WrongAnswers,
    WrongDay,
)
from niangjia.apps.volunteers.sealed import seal
from niangjia.apps.volunteers.types import VisitFacts

MOST_MINUTES = 16 * 60
MOST_BENEFICIARIES = 100_000
LONGEST = 1_000


def log_visit(*, viewer: Viewer, pair_id: int, facts: VisitFacts, key: UUID, now: datetime) -> int:
    """
    Log one time that the helper was there; return its id. By the helper, or by a union of either side. Safe to repeat with the same `key`.

    Raises: NotAllowed, NoSuchPair, NotYourSide, NotOpen, NotConfirmed, NotThisStage; WrongDay, TooLong, WrongAnswers.
    """
    with transaction.atomic():
        pair = get_pair(viewer, pair_id)
        require_side(viewer, pair)
        if (standing := Visit.objects.filter(key=key, pair=pair).first()) is not None:
            return standing.pk
        _require_working(pair)
        _require_sound(pair, facts, now)
        visit = Visit.objects.create(
            key=key, pair=pair, on=facts.on, minutes=facts.minutes, beneficiaries=facts.beneficiaries,
            sealed=seal({"words": facts.words.strip()}, f"visit:{key}"), by_id=viewer.account_id, at=now,
        )  # fmt: skip
        detail = {"pair": pair.pk, "minutes": facts.minutes, "beneficiaries": facts.beneficiaries}
        audit.record(viewer, action="volunteers.log", object=f"need:{pair.need_id}", detail=detail, now=now)
        return visit.pk


def void_visit(*, viewer: Viewer, visit_id: int, reason: str, now: datetime) -> None:
    """
    A visit that was logged wrongly counts no more; it stays to be read. As long as the need is open, also of a pair that was released. Safe to repeat.

    Raises: NotAllowed, NoSuchPair, NotYourSide, NotOpen; NeedsReason.
    """
    with transaction.atomic():
        found = Visit.objects.filter(pk=visit_id).values_list("pair_id", flat=True).first()
        if found is None:
            raise NoSuchPair(visit_id)
        pair = get_pair(viewer, found)
        require_side(viewer, pair)
        visit = Visit.objects.get(pk=visit_id)
        if visit.voided_at is not None:
            return
        require_open(pair.need)
        if not reason.strip():
            raise NeedsReason
        Visit.objects.filter(pk=visit.pk).update(voided_at=now, void_reason=reason.strip()[:200])
        audit.record(
            viewer, action="volunteers.void", object=f"need:{pair.need_id}", detail={"pair": pair.pk}, reason=reason.strip()[:200], now=now
        )  # fmt: skip


def _require_working(pair: Pair) -> None:
    """Raises NotOpen, NotConfirmed, NotThisStage."""
    require_open(pair.need)
    if pair.state != PairState.CONFIRMED:
        raise NotConfirmed
    kind = kind_of(pair.need.kind)
    if not kind.logs_at(pair.need.stage):
        stage = kind.stages[pair.need.stage]
        raise NotThisStage(stage.title["zh"], stage.title["en"])


def _require_sound(pair: Pair, facts: VisitFacts, now: datetime) -> None:
    """Raises WrongDay, TooLong, WrongAnswers."""
    assert pair.helper_at is not None and pair.firm_at is not None, "a confirmed pair has two answers"
    first, last = timezone.localdate(max(pair.helper_at, pair.firm_at)), timezone.localdate(now)
    if not first <= facts.on <= last:
        raise WrongDay(first, last)
    if not 0 <= facts.beneficiaries <= MOST_BENEFICIARIES:
        raise WrongAnswers(
            {"beneficiaries": ("受益人数读不懂，请改正。", "The number of people cannot be right; correct it.")}
        )
    if len(facts.words) > LONGEST:
        raise WrongAnswers({"words": (f"请写在 {LONGEST} 字以内。", f"Keep it under {LONGEST} characters.")})
    Helper.objects.select_for_update().get(pk=pair.helper_id)  # two visits of one day count together
    that_day = Visit.objects.filter(pair__helper_id=pair.helper_id, on=facts.on, voided_at__isnull=True)
    told = that_day.aggregate(sum=Sum("minutes"))["sum"] or 0
    if facts.minutes < 1 or told + facts.minutes > MOST_MINUTES:
        raise TooLong(MOST_MINUTES // 60)
