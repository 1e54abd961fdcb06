"""Pairs: put to both sides, answered by both, released."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.volunteers.access import get_pair, own_helper, own_need, require_side
from niangjia.apps.volunteers.actions.filing import advance, require_open
from niangjia.apps.volunteers.actions.going_on import free_the_asked, leave_stage
from niangjia.apps.volunteers.fitting import Fit, fit_of, free_seats
from niangjia.apps.volunteers.kinds import Takes, kind_of
from niangjia.apps.volunteers.lifecycle import LIVE, HelperState, NeedState, PairState, Side, Source
from niangjia.apps.volunteers.models import Helper, Need, Pair
from niangjia.apps.volunteers.problems import (
    JoinFirst,
    NeedFull,
    NeedsReason,
    NoBids,
    NoSuchHelper,
    NotListed,
    NotPossibleNow,
    NotThisStage,
    OverLoad,
    SamePerson,
)
from niangjia.apps.volunteers.sealed import seal


def put_to_both(
    *, viewer: Viewer, need_id: int, helper_id: int, source: Source = Source.HAND, reason: str = "", now: datetime
) -> int:
    """
    Ask both sides whether this helper is to go to this need; return the pair's id. Safe to repeat while it stands.

    Whoever does not meet a rule of the need (occupation, place, days) may be chosen by hand, with a reason.

    Raises:
        NotAllowed, NoSuchNeed, NoSuchHelper, NotOpen, NotThisStage, NeedFull, NotListed, OverLoad; NeedsReason.
    """
    permissions.require(viewer, "volunteers.match")
    with transaction.atomic():
        need = own_need(viewer, need_id)
        helper = _helper(viewer, helper_id, need.kind)
        standing = Pair.objects.filter(need=need, helper=helper, state__in=LIVE).first()
        if standing is not None:
            return standing.pk
        require_pairing(need)
        fit = fit_of(need, helper)
        if not fit.is_able and not reason.strip():
            raise NeedsReason
        if free_seats(helper) < 1:
            raise OverLoad(helper.number, helper.capacity)
        pair = _make(viewer, need, helper, source, fit, reason, now)
        detail = {"pair": pair.pk, "org": need.org_id, "source": source.value}
        audit.record(viewer, action="volunteers.propose", object=f"need:{need.pk}", detail=detail, now=now)
        return pair.pk


def send_proposals(*, viewer: Viewer, chosen: Sequence[tuple[int, int]], now: datetime) -> int:
    """Put many pairs (need, helper) of a proposal to both sides, all or none; return how many were new. Raises as `put_to_both`."""
    with transaction.atomic():
        before = Pair.objects.filter(need_id__in={need for need, _ in chosen}).count()
        for need_id, helper_id in sorted(set(chosen)):
            put_to_both(viewer=viewer, need_id=need_id, helper_id=helper_id, source=Source.ENGINE, now=now)
        return Pair.objects.filter(need_id__in={need for need, _ in chosen}).count() - before


def bid(*, viewer: Viewer, need_id: int, words: str, now: datetime) -> int:
    """
    A listed helper says that they will do it, and how; return the pair's id. The firm's side chooses. Safe to repeat.

    Raises: NotAllowed, NoBids, JoinFirst, NeedFull.
    """
    permissions.require(viewer, "own.view")
    with transaction.atomic():
        need = Need.objects.select_for_update().filter(pk=need_id).first()
        if need is None or not takes_bids(need, now):
            raise NoBids
        helper = Helper.objects.filter(
            kind=need.kind, person_id=viewer.person_id or 0, state=HelperState.ACTIVE
        ).first()
        if helper is None:
            raise JoinFirst(kind_of(need.kind).helper["zh"])
        standing = Pair.objects.filter(need=need, helper=helper, state__in=LIVE).first()
        if standing is not None:
            return standing.pk
        require_pairing(need)
        pair = _make(viewer, need, helper, Source.BID, fit_of(need, helper), "", now)
        sealed = seal({"words": words.strip()[:1000]}, f"bid:{need.key}:{helper.key}")
        Pair.objects.filter(pk=pair.pk).update(
            sealed=sealed, helper_said=True, helper_by_id=viewer.account_id, helper_at=now
        )
        detail = {"pair": pair.pk, "org": need.org_id}
        audit.record(viewer, action="volunteers.bid", object=f"need:{need.pk}", detail=detail, now=now)
        return pair.pk


def answer(*, viewer: Viewer, pair_id: int, side: Side, is_yes: bool, reason: str = "", now: datetime) -> PairState:
    """
    One side's yes or no; return how the pair stands. With the second yes it holds. A union that speaks for its helper says how it was told.

    Raises:
        NotAllowed, NoSuchPair, NotYourSide, NotPossibleNow, NotThisStage; NeedsReason; SamePerson: one person for both;
        OverLoad, NeedFull: there is no room any more.
    """
    with transaction.atomic():
        pair = get_pair(viewer, pair_id)
        require_side(viewer, pair, side)
        own = "helper" if side is Side.HELPER else "firm"
        if getattr(pair, f"{own}_said") is not None and getattr(pair, f"{own}_said") == is_yes:
            return PairState(pair.state)
        if pair.state != PairState.PROPOSED:
            raise NotPossibleNow(PairState(pair.state).label)
        by_union = side is Side.HELPER and viewer.role is not Role.WORKER
        if (not is_yes or by_union) and not reason.strip():
            raise NeedsReason
        _require_two_people(viewer, pair, side)
        setattr(pair, f"{own}_said", is_yes)
        setattr(pair, f"{own}_by_id", viewer.account_id)
        setattr(pair, f"{own}_at", now)
        pair.reason = reason.strip()[:300] or pair.reason
        if not is_yes:
            pair.state = PairState.DECLINED
        elif pair.helper_said and pair.firm_said:
            _confirm(pair)
        pair.save(update_fields=["state", f"{own}_said", f"{own}_by", f"{own}_at", "reason"])
        detail = {"pair": pair.pk, "org": pair.need.org_id, "side": side.value, "to": pair.state}
        audit.record(viewer, action="volunteers.answer", object=f"need:{pair.need_id}", detail=detail, now=now)
        if pair.need.filled >= pair.need.seats:
            free_the_asked(viewer, pair.need, reason="人数已满", now=now)
        return PairState(pair.state)


def release(*, viewer: Viewer, pair_id: int, reason: str, now: datetime) -> None:
    """
    The pair does not go on. If nobody is left, the need goes back to where pairs are made. Safe to repeat.

    Raises: NotAllowed, NoSuchPair, NotYourSide, NeedsReason; NotPossibleNow: it is over; NotThisStage: what is left is the evaluation.
    """
    with transaction.atomic():
        pair = get_pair(viewer, pair_id)
        require_side(viewer, pair)
        if pair.state == PairState.WITHDRAWN:
            return
        if pair.state not in LIVE:
            raise NotPossibleNow(PairState(pair.state).label)
        if not reason.strip():
            raise NeedsReason
        kind, need = kind_of(pair.need.kind), pair.need
        stage = kind.stages[need.stage]
        if pair.state == PairState.CONFIRMED:
            if kind.after(stage.id) is None:
                raise NotThisStage(stage.title["zh"], stage.title["en"])
            Helper.objects.filter(pk=pair.helper_id).update(load=F("load") - 1)
            advance(need, None, {"filled": need.filled - 1})
        Pair.objects.filter(pk=pair.pk).update(state=PairState.WITHDRAWN, reason=reason.strip()[:300])
        if not need.filled and kind.place_of(stage.id) > kind.place_of(kind.pairing.id):
            leave_stage(viewer, need, to=kind.pairing.id, reason=reason, now=now)
        detail = {"pair": pair.pk, "org": need.org_id}
        audit.record(
            viewer, action="volunteers.release", object=f"need:{need.pk}", detail=detail, reason=reason.strip()[:300], now=now
        )  # fmt: skip


def takes_bids(need: Need, now: datetime) -> bool:
    stage = kind_of(need.kind).stages[need.stage]
    is_time = need.bids_until is not None and timezone.localdate(now) <= need.bids_until
    return need.state == NeedState.OPEN and need.is_open_bid and stage.takes is Takes.PAIRS and is_time


def require_pairing(need: Need) -> None:
    """Raises NotOpen, NotThisStage, NeedFull."""
    require_open(need)
    stage = kind_of(need.kind).stages[need.stage]
    if stage.takes is not Takes.PAIRS:
        raise NotThisStage(stage.title["zh"], stage.title["en"])
    if need.filled >= need.seats:
        raise NeedFull(need.seats)


def _helper(viewer: Viewer, helper_id: int, kind: str) -> Helper:
    """One whom the viewer may send, locked. Raises NoSuchHelper, NotListed."""
    helper = own_helper(viewer, helper_id)
    if helper.kind != kind:
        raise NoSuchHelper(helper_id)
    if helper.state != HelperState.ACTIVE:
        raise NotListed(HelperState(helper.state).label)
    return helper


def _make(viewer: Viewer, need: Need, helper: Helper, source: Source, fit: Fit, reason: str, now: datetime) -> Pair:
    return Pair.objects.create(
        need=need, helper=helper, state=PairState.PROPOSED, source=source, score=fit.score, points=fit.points, reason=reason.strip()[:300],
        made_by_id=viewer.account_id, made_at=now,
    )  # fmt: skip


def _require_two_people(viewer: Viewer, pair: Pair, side: Side) -> None:
    """Raises SamePerson: who speaks for the firm is, or spoke for, the helper."""
    other = pair.firm_by_id if side is Side.HELPER else pair.helper_by_id
    is_helper = side is Side.FIRM and accounts.person_of(viewer.account_id) == pair.helper.person_id
    if is_helper or (other is not None and viewer.has_hand_in([other])):
        raise SamePerson


def _confirm(pair: Pair) -> None:
    """Raises NotThisStage, NotListed, NeedFull, OverLoad."""
    require_pairing(pair.need)
    helper = Helper.objects.select_for_update().get(pk=pair.helper_id)
    if helper.state != HelperState.ACTIVE:
        raise NotListed(HelperState(helper.state).label)
    if helper.load >= helper.capacity:
        raise OverLoad(helper.number, helper.capacity)
    Helper.objects.filter(pk=helper.pk).update(load=F("load") + 1)
    advance(pair.need, None, {"filled": pair.need.filled + 1})
    pair.state = PairState.CONFIRMED
