"""Rounds are opened, closed and published; the shortlist goes up; what was won is given."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.audit.types import Entry as Event
from niangjia.apps.contests import access, counting, nearness, sealed
from niangjia.apps.contests.lifecycle import ContestState, EntryState, RoundState
from niangjia.apps.contests.models import Award, Contest, Entry, Juror, Objection, PublicNotice, Round, Standing
from niangjia.apps.contests.problems import (
    CallStillOpen,
    EntriesWait,
    MarksMissing,
    NobodyEntered,
    NobodyRanked,
    NotAnnounced,
    NoticeIsUp,
    NotPossibleNow,
    TooFewJurors,
    Unranked,
    VoteStillOpen,
)
from niangjia.apps.contests.shortlist import Listed, shortlist
from niangjia.apps.objections import actions as objections
from niangjia.apps.organizations import calendar
from niangjia.apps.registry import actions as registry
from niangjia.apps.registry import queries as registry_queries
from niangjia.apps.registry.types import RecognitionFacts, RecognitionKind


def open_next_round(*, viewer: Viewer, contest_id: int, now: datetime) -> int:
    """
    The first round that waits begins, with it its vote; return its id. The seed of its draw is sealed now. Safe to repeat while it is open.

    Raises: NotAllowed, NotFound, NotPossibleNow; CallStillOpen, EntriesWait, NobodyEntered; TooFewJurors: however
    they mark, nobody would be ranked.
    """
    with transaction.atomic():
        contest = access.own_contest(viewer, contest_id)
        standing = Round.objects.filter(contest=contest, state=RoundState.OPEN).first()
        if standing is not None:
            return standing.pk
        _require_ready(contest, now)
        row = Round.objects.filter(contest=contest, state=RoundState.WAITING).order_by("place").first()
        if row is None:
            raise NotPossibleNow(str(ContestState(contest.state).label))
        if not counting.entries_of(row).exists():
            raise NobodyEntered
        needed, sitting = counting.rule_of(row).rule.least_jurors, _sitting(contest.pk).count()
        if sitting < needed:
            raise TooFewJurors(needed, sitting)
        Contest.objects.filter(pk=contest.pk).update(state=ContestState.JUDGING)
        nearness.bar(contest, now=now)
        votes = counting.rule_of(row).votes
        row.sealed_seed, row.seal = sealed.new_seed(row.pk)
        row.state, row.opened_at = RoundState.OPEN, now
        row.vote_closes_at = now + timedelta(days=votes.days) if votes else None
        row.save(update_fields=["sealed_seed", "seal", "state", "opened_at", "vote_closes_at"])
        detail = {"contest": contest.pk, "number": contest.number, "round": row.place, "seal": row.seal}
        audit.record(viewer, action="contests.open_round", object=f"contest:{contest.pk}", detail=detail, now=now)
        return row.pk


def _sitting(contest_id: int) -> QuerySet[Juror]:
    return Juror.objects.filter(contest_id=contest_id, left_at__isnull=True)


def _require_ready(contest: Contest, now: datetime) -> None:
    if contest.state == ContestState.JUDGING:
        return
    if contest.state != ContestState.CALL:
        raise NotPossibleNow(str(ContestState(contest.state).label))
    if now < contest.closes_at:
        raise CallStillOpen(contest.closes_at)
    waiting = Entry.objects.filter(contest=contest, state=EntryState.SUBMITTED).count()
    if waiting:
        raise EntriesWait(waiting)


def close_round(*, viewer: Viewer, round_id: int, reason: str = "", now: datetime) -> None:
    """
    Count the round and publish it: its sheet, its seed and its ranking stand from now on. Safe to repeat. `reason`: why it is counted
    though jurors owe marks, or entries stay without a rank.

    Raises: NotAllowed, NotFound, NotPossibleNow; VoteStillOpen; NobodyRanked; MarksMissing, Unranked: without a reason.
    """
    with transaction.atomic():
        row = access.own_round(viewer, round_id)
        if row.state == RoundState.CLOSED:
            return
        if row.state != RoundState.OPEN or row.contest.state != ContestState.JUDGING or row.sealed_seed is None:
            raise NotPossibleNow(str(RoundState(row.state).label))
        if row.vote_closes_at and now < row.vote_closes_at:
            raise VoteStillOpen(row.vote_closes_at)
        missing, rule = 0, counting.rule_of(row).rule
        if rule.jury:
            sitting = _sitting(row.contest_id)
            missing = sum(counting.owed(row, list(sitting.values_list("pk", flat=True)))[0].values())
        if missing and not reason.strip():
            raise MarksMissing(missing)
        sheet, seed = counting.sheet_of(row), sealed.open_seed(row.sealed_seed, row.pk)
        ranking = counting.count(sheet, seed)
        unranked = [one.name for one in ranking.rows if one.place is None]
        if len(unranked) == len(ranking.rows):  # nobody would go on, and a closed round is never opened again
            raise NobodyRanked(rule.least_jurors)
        if unranked and not reason.strip():
            raise Unranked(unranked, rule.least_jurors)
        by_number = {one.number: one for one in counting.entries_of(row)}
        Standing.objects.bulk_create(
            Standing(round=row, entry=by_number[one.name], rank=one.place, total=one.total, jury=one.jury, votes=one.votes, goes_on=one.goes_on)
            for one in ranking.rows
        )  # fmt: skip
        row.state, row.sheet, row.seed = RoundState.CLOSED, sheet, seed
        row.closed_at, row.closed_by_id, row.reason = now, viewer.account_id, reason.strip()[:300]
        row.save(update_fields=["state", "sheet", "seed", "closed_at", "closed_by", "reason"])
        detail = {
            "round": row.place, "entries": len(ranking.rows), "on": sum(one.goes_on for one in ranking.rows), "owed": missing, "unranked": len(unranked), "drawn": len(ranking.drawn)
        }  # fmt: skip
        audit.record(
            viewer, action="contests.close_round", object=f"contest:{row.contest_id}", detail=detail, reason=row.reason, now=now
        )  # fmt: skip


def announce(*, viewer: Viewer, contest_id: int, now: datetime) -> int:
    """
    Put the shortlist up in public for the days of the pack; return how many lines. What stood before is taken down. Safe to repeat
    while nothing changed.

    Raises: NotAllowed, NotFound, NotPossibleNow: rounds are open or waiting, or it is over; NobodyEntered: nobody is on it.
    """
    with transaction.atomic():
        contest = access.own_contest(viewer, contest_id)
        if contest.state not in (ContestState.JUDGING, ContestState.NOTICE):
            raise NotPossibleNow(str(ContestState(contest.state).label))
        if Round.objects.filter(contest=contest).exclude(state=RoundState.CLOSED).exists():
            raise NotPossibleNow(str(RoundState.OPEN.label))
        listed = shortlist(contest)
        if not listed:
            raise NobodyEntered
        if _is_as_announced(contest, listed):
            return len(listed)
        PublicNotice.objects.filter(entry__contest=contest, withdrawn_at__isnull=True).update(withdrawn_at=now)
        today = timezone.localdate(now)
        last_day = calendar.add_working_days(today, access.pack_of(contest).working_days)
        PublicNotice.objects.bulk_create(
            PublicNotice(
                entry=one.entry, masked_name=name_in_public(one.entry), unit=one.entry.org.name, tier=one.award.title["zh"], award=one.award.id,
                amount=one.award.amount or None, starts_on=today, ends_before=last_day + timedelta(days=1), announced_by_id=viewer.account_id,
                announced_at=now,
            )
            for one in listed
        )  # fmt: skip
        Contest.objects.filter(pk=contest.pk).update(state=ContestState.NOTICE)
        detail = {"contest": contest.pk, "org": contest.org_id, "day": last_day.isoformat()}
        events = [
            Event("contests.announce", f"entry:{one.entry.pk}", detail | {"number": one.entry.number}) for one in listed
        ]
        audit.record_many(viewer, entries=events, now=now)
        return len(listed)


def name_in_public(entry: Entry) -> str:
    if entry.person_id is not None:
        return registry_queries.name_in_public(entry.person_id)
    return entry.unit_name or entry.title


def _is_as_announced(contest: Contest, listed: list[Listed]) -> bool:
    live = PublicNotice.objects.filter(entry__contest=contest, withdrawn_at__isnull=True)
    return set(live.values_list("entry_id", "award")) == {(one.entry.pk, one.award.id) for one in listed}


def finish(*, viewer: Viewer, contest_id: int, now: datetime) -> int:
    """
    The notice is over and nothing stands against it: give what was won, and enter honours and skill levels in the register; return how
    many. Safe to repeat.

    Raises: NotAllowed, NotFound, NotPossibleNow; NoticeIsUp; NotAnnounced; objections' GrievanceOpen, GrievanceUpheld.
    """
    with transaction.atomic():
        contest = access.own_contest(viewer, contest_id)
        if contest.state == ContestState.DONE:
            return Award.objects.filter(entry__contest=contest).count()
        if contest.state != ContestState.NOTICE:
            raise NotPossibleNow(str(ContestState(contest.state).label))
        listed = shortlist(contest)
        if not _is_as_announced(contest, listed):
            raise NotAnnounced
        today = timezone.localdate(now)
        live = PublicNotice.objects.filter(entry__contest=contest, withdrawn_at__isnull=True)
        last = max(live.values_list("ends_before", flat=True))
        if today < last:
            raise NoticeIsUp(last - timedelta(days=1))
        about = Objection.objects.filter(notice__entry__in=[one.entry for one in listed])
        objections.require_settled(about, notices=live)
        awards = [_give(viewer, one, now) for one in listed]
        Contest.objects.filter(pk=contest.pk).update(state=ContestState.DONE, done_at=now)
        registry.enter_recognitions(
            viewer=viewer, rows=[row for one in awards for row in _recognitions(one, contest)], now=now
        )
        events = [
            Event("contests.award", f"entry:{one.entry_id}", {"contest": contest.pk, "org": contest.org_id, "number": one.entry.number, "award": one.award, "money": bool(one.amount or one.program)})
            for one in awards
        ]  # fmt: skip
        audit.record_many(viewer, entries=events, now=now)
        return len(awards)


def _give(viewer: Viewer, listed: Listed, now: datetime) -> Award:
    rule = listed.award
    return Award.objects.create(
        entry=listed.entry, award=rule.id, title=rule.title["zh"], rank=listed.rank, honour=rule.honour.get("zh", ""), skill_level=rule.skill_level,
        amount=rule.amount, program=rule.program, given_on=timezone.localdate(now), given_by_id=viewer.account_id,
    )  # fmt: skip


def _recognitions(award: Award, contest: Contest) -> list[RecognitionFacts]:
    """What the register of the person holds from now on."""
    person_id = award.entry.person_id
    if person_id is None:
        return []
    told = []
    ref, title = f"award:{award.pk}", f"{contest.title} {award.title}"
    if award.honour:
        told.append((RecognitionKind.HONOUR, award.award, award.honour))
    if award.skill_level:
        told.append((RecognitionKind.SKILL, award.skill_level, title))
    return [
        RecognitionFacts(person_id, kind, code, said[:120], award.given_on, contest.org_id, ref)
        for kind, code, said in told
    ]
