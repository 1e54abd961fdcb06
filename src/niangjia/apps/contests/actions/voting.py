"""The public vote: so many votes a person and round, each for another entry, taken back at will; and votes that do not count."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Throttle, Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.contests import access, counting, sealed
from niangjia.apps.contests.lifecycle import ContestState, RoundState, VoteState
from niangjia.apps.contests.models import Round, Vote
from niangjia.apps.contests.packs import VoteRule
from niangjia.apps.contests.problems import (
    NotForYou,
    NotFound,
    NotPossibleNow,
    ReasonMissing,
    VotedAlready,
    VoteNotOpen,
    VotesUsed,
)
from niangjia.apps.registry import queries as registry

CHANGES = Throttle("contest.vote.person", 60, timedelta(hours=1))
"""Votes and revocations of one person in an hour: room to change one's mind, too few to disturb a count."""
_TRIES = 3


def _open(round_id: int, now: datetime) -> tuple[Round, VoteRule]:
    row = Round.objects.select_related("contest").filter(pk=round_id).first()
    if row is None or row.contest.state == ContestState.DRAFT:
        raise NotFound
    rule = counting.rule_of(row).votes
    is_open = row.state == RoundState.OPEN and row.contest.state == ContestState.JUDGING
    if rule is None or not is_open or row.vote_closes_at is None or now >= row.vote_closes_at:
        raise VoteNotOpen
    return row, rule


def vote(*, viewer: Viewer, round_id: int, entry_id: int, address: str = "", now: datetime) -> None:
    """
    Give one of one's votes to an entry. One whose entry left the round since is free again. Who voted for what is not kept in any
    readable form.

    Raises: NotAllowed: no worker; NotForYou: no member; NotFound, VoteNotOpen, VotedAlready, VotesUsed; accounts' TooManyTries: from one
    network, or by one person.
    """
    permissions.require(viewer, "own.view")
    person_id = viewer.person_id
    if person_id is None or not registry.open_memberships_of([person_id]):
        raise NotForYou
    row, rule = _open(round_id, now)
    if not counting.entries_of(row).filter(pk=entry_id).exists():
        raise NotFound
    accounts.take_turn(Throttle("contest.vote.address", rule.an_hour, timedelta(hours=1)), address, now=now)
    accounts.take_turn(CHANGES, f"person:{person_id}", now=now)
    voter = sealed.voter_of(row.pk, person_id)
    _free_those_that_left(row, voter, now)
    for _ in range(_TRIES):
        standing = dict(
            Vote.objects.filter(round=row, voter=voter).exclude(state=VoteState.REVOKED).values_list("slot", "entry_id")
        )
        if entry_id in standing.values():
            raise VotedAlready
        free = [slot for slot in range(1, rule.choices + 1) if slot not in standing]
        if not free:
            raise VotesUsed(rule.choices)
        try:
            with transaction.atomic():
                Vote.objects.create(
                    round=row, entry_id=entry_id, voter=voter, network=sealed.network_of(row.pk, address), slot=free[0], at=now
                )  # fmt: skip
            return
        except IntegrityError:  # the same person voted at this moment on another device: look again
            continue
    raise VotesUsed(rule.choices)


def _free_those_that_left(row: Round, voter: str, now: datetime) -> None:
    """An entry that was struck or withdrawn does not come back: its vote is ended, and with it its slot. What was set aside stays used."""
    own = Vote.objects.filter(round=row, voter=voter, state=VoteState.COUNTED)
    own.exclude(entry__in=counting.entries_of(row)).update(state=VoteState.REVOKED, ended_at=now)


def revoke(*, viewer: Viewer, round_id: int, entry_id: int, now: datetime) -> None:
    """Take one's vote back; it may be given to another. One that was set aside stays used. Safe to repeat. Raises as `vote`."""
    permissions.require(viewer, "own.view")
    row, _ = _open(round_id, now)
    accounts.take_turn(CHANGES, f"person:{viewer.person_id}", now=now)
    voter = sealed.voter_of(row.pk, viewer.person_id or 0)
    Vote.objects.filter(round=row, voter=voter, entry_id=entry_id, state=VoteState.COUNTED).update(
        state=VoteState.REVOKED, ended_at=now
    )


def set_aside_votes(
    *, viewer: Viewer, round_id: int, entry_id: int, network: str, since: datetime, until: datetime, reason: str, now: datetime
) -> int:  # fmt: skip
    """
    Votes for an entry from one network in that time do not count, for a reason that is published with the round; return how many.
    Their voters cannot vote again with them. Safe to repeat.

    Raises: NotAllowed, NotFound, ReasonMissing; NotPossibleNow: the round is not open.
    """
    if not reason.strip():
        raise ReasonMissing
    with transaction.atomic():
        row = access.own_round(viewer, round_id)
        if row.state != RoundState.OPEN:
            raise NotPossibleNow(str(RoundState(row.state).label))
        if not network:
            raise NotFound
        found = Vote.objects.filter(
            round=row, entry_id=entry_id, network=network, at__gte=since, at__lte=until, state=VoteState.COUNTED
        )
        count = found.update(state=VoteState.SET_ASIDE, ended_at=now, reason=reason.strip()[:200])
        if count:
            detail = {"round": row.place, "entry": entry_id, "count": count}
            audit.record(
                viewer, action="contests.set_aside_votes", object=f"contest:{row.contest_id}", detail=detail, reason=reason.strip()[:200], now=now
            )  # fmt: skip
        return count
