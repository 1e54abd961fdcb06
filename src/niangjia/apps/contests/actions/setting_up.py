"""A contest is set up from its pack, published, extended or called off."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.contests import access, packs
from niangjia.apps.contests.lifecycle import ContestState
from niangjia.apps.contests.models import Contest, Round
from niangjia.apps.contests.problems import NotFound, NotPossibleNow, ReasonMissing, WrongTimes
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope
from niangjia.apps.programs import queries as programs


def make_contest(
    *,
    viewer: Viewer,
    pack_id: str,
    org_id: int,
    title: str,
    opens_at: datetime,
    closes_at: datetime,
    values: Mapping[str, str],
    key: str,
    now: datetime,
) -> int:
    """
    A draft of the union `org_id`; return its id. `values`: what the pack asks for, by `Ask.path`. The whole text is pinned.

    Safe to repeat: with the same `key` the one that was made is returned.

    Raises: NotAllowed; NotFound: its union is not of the viewer's part of the tree; NoSuchPack; NotYourPack: it is
    another union's to set up; StillAsked; WrongTimes; programs' NoPackHere, MissingParameter: where a round leans to areas whose list is not on file.
    """
    permissions.require(viewer, "contests.manage")
    union = organizations.get_union(org_id)
    if not scope.covers(viewer.org_path, union.path):
        raise NotFound
    if opens_at >= closes_at:
        raise WrongTimes
    text = packs.fill(packs.get_pack(pack_id, union), values)
    rounds = packs.parse(text).rounds
    for tilt in (one.tilt for one in rounds if one.tilt):
        programs.get_parameter(tilt.program, tilt.parameter, area=union.area, asof=localdate(now))
    told = {
        "pack_id": pack_id, "pack": text, "pack_hash": packs.hash_of(text), "title": title.strip()[:80] or text["title"]["zh"], "org_id": org_id,
        "opens_at": opens_at, "closes_at": closes_at, "made_by_id": viewer.account_id, "made_at": now, "number": key[:24],
    }  # fmt: skip
    with transaction.atomic():
        contest, is_new = Contest.objects.get_or_create(key=key, defaults=told)
        if is_new:
            Contest.objects.filter(pk=contest.pk).update(number=f"PX{contest.pk:07}")
            Round.objects.bulk_create(Round(contest=contest, place=place) for place in range(1, len(rounds) + 1))
            detail = {"pack": pack_id, "hash": contest.pack_hash}
            audit.record(viewer, action="contests.make", object=f"contest:{contest.pk}", detail=detail, now=now)
    return contest.pk


def publish(*, viewer: Viewer, contest_id: int, now: datetime) -> None:
    """The call goes out. Safe to repeat. Raises NotAllowed, NotFound, NotPossibleNow."""
    with transaction.atomic():
        contest = access.own_contest(viewer, contest_id)
        if contest.state == ContestState.CALL:
            return
        if contest.state != ContestState.DRAFT:
            raise NotPossibleNow(str(ContestState(contest.state).label))
        Contest.objects.filter(pk=contest.pk).update(state=ContestState.CALL)
        audit.record(viewer, action="contests.publish", object=f"contest:{contest.pk}", now=now)


def extend_call(*, viewer: Viewer, contest_id: int, closes_at: datetime, now: datetime) -> None:
    """Entries are taken longer; never shorter. Safe to repeat. Raises NotAllowed, NotFound, NotPossibleNow, WrongTimes."""
    with transaction.atomic():
        contest = access.own_contest(viewer, contest_id)
        if contest.state not in (ContestState.DRAFT, ContestState.CALL):
            raise NotPossibleNow(str(ContestState(contest.state).label))
        if closes_at == contest.closes_at:
            return
        if closes_at < contest.closes_at:
            raise WrongTimes
        Contest.objects.filter(pk=contest.pk).update(closes_at=closes_at)
        detail = {"until": closes_at.isoformat()}
        audit.record(viewer, action="contests.extend", object=f"contest:{contest.pk}", detail=detail, now=now)


def call_off(*, viewer: Viewer, contest_id: int, reason: str, now: datetime) -> None:
    """It does not take place; nothing is given. Safe to repeat. Raises NotAllowed, NotFound, ReasonMissing; NotPossibleNow: it is done."""
    if not reason.strip():
        raise ReasonMissing
    with transaction.atomic():
        contest = access.own_contest(viewer, contest_id)
        if contest.state == ContestState.CANCELLED:
            return
        if contest.state == ContestState.DONE:
            raise NotPossibleNow(str(ContestState(contest.state).label))
        Contest.objects.filter(pk=contest.pk).update(state=ContestState.CANCELLED, reason=reason.strip()[:300])
        audit.record(
            viewer, action="contests.call_off", object=f"contest:{contest.pk}", reason=reason.strip()[:300], now=now
        )
