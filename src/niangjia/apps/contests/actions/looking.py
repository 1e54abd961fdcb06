"""The organiser looks at entries: eligibility by a pack or by hand, admitting, refusing, giving back, striking off."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.contests import access, moving, nearness
from niangjia.apps.contests.lifecycle import ContestState, EntryState, Step
from niangjia.apps.contests.models import Entry
from niangjia.apps.contests.problems import NotEligible, NotFound, NotPossibleNow, ReasonMissing
from niangjia.apps.programs import actions as programs
from niangjia.apps.programs import queries as program_queries
from niangjia.apps.programs.types import DecisionCard, DecisionOutcome, Subject, SubjectKind


def _entry(viewer: Viewer, entry_id: int) -> Entry:
    """Of a contest that the viewer works on; both locked. Raises NotAllowed, NotFound."""
    contest_id = Entry.objects.filter(pk=entry_id).exclude(state=EntryState.DRAFT).values_list("contest_id", flat=True)
    contest = access.own_contest(viewer, contest_id.first() or 0)
    entry = Entry.objects.select_for_update(of=("self",)).select_related("org").get(pk=entry_id)
    entry.contest = contest
    return entry


def check_eligibility(
    *, viewer: Viewer, entry_id: int, facts: Mapping[str, object], now: datetime
) -> DecisionCard:  # fmt: skip
    """
    Hold an entry that waits against the pack that says who may enter; the decision is kept with the facts and clauses.

    Raises: NotAllowed, NotFound, NotPossibleNow; what `programs.decide` raises; NotFound: the contest names no such pack.
    """
    with transaction.atomic():
        entry = _entry(viewer, entry_id)
        pack = access.pack_of(entry.contest)
        if not pack.eligibility:
            raise NotFound
        if entry.state != EntryState.SUBMITTED:
            raise NotPossibleNow(str(EntryState(entry.state).label))
        asof = timezone.localdate(entry.handed_in_at or now)
        area = entry.contest.org.area
        kind = SubjectKind(program_queries.get_pack(pack.eligibility, area=area, asof=asof).unit.upper())
        about = {SubjectKind.PERSON: entry.person_id}.get(kind, entry.pk) or entry.pk
        decision = programs.decide(
            viewer=viewer, program=pack.eligibility, subject=Subject(kind, about), area=area, asof=asof, facts=facts, matter=f"entry:{entry.pk}", now=now
        )  # fmt: skip
        Entry.objects.filter(pk=entry.pk).update(decision_id=decision.id)
        return decision


def admit(*, viewer: Viewer, entry_id: int, now: datetime) -> None:
    """
    The entry takes part. Jurors who are near to it by what the house knows are barred from it at once. Safe to repeat.

    Raises: NotAllowed, NotFound, NotPossibleNow; NotEligible: the pack did not grant it, or was not asked.
    """
    with transaction.atomic():
        entry = _entry(viewer, entry_id)
        if entry.state == EntryState.ADMITTED:
            return
        if access.pack_of(entry.contest).eligibility:
            decision = program_queries.get_decision(entry.decision_id) if entry.decision_id else None
            if decision is None or decision.outcome is not DecisionOutcome.GRANTED:
                raise NotEligible
        moving.move(viewer, entry, Step.ADMIT, now, looked_at_by_id=viewer.account_id, looked_at_at=now)
        nearness.bar(entry.contest, now=now, entries=[entry])


def refuse(*, viewer: Viewer, entry_id: int, reason: str, now: datetime) -> None:
    """Not taken, with a reason that its entrant reads. Safe to repeat. Raises NotAllowed, NotFound, ReasonMissing, NotPossibleNow."""
    _answer(viewer, entry_id, Step.REFUSE, reason, now)


def give_back(*, viewer: Viewer, entry_id: int, reason: str, now: datetime) -> None:
    """Back to its entrant to be completed. Safe to repeat. Raises NotAllowed, NotFound, ReasonMissing, NotPossibleNow."""
    _answer(viewer, entry_id, Step.GIVE_BACK, reason, now)


def _answer(viewer: Viewer, entry_id: int, step: Step, reason: str, now: datetime) -> None:
    if not reason.strip():
        raise ReasonMissing
    with transaction.atomic():
        entry = _entry(viewer, entry_id)
        if step is Step.REFUSE and entry.state == EntryState.REFUSED:
            return
        moving.move(
            viewer, entry, step, now, reason=reason.strip(), looked_at_by_id=viewer.account_id, looked_at_at=now
        )


def strike(*, viewer: Viewer, entry_id: int, reason: str, now: datetime) -> None:
    """
    An admitted entry goes no further; a shortlist with it is taken down and has to be announced again. Safe to repeat.

    Raises: NotAllowed, NotFound, ReasonMissing; NotPossibleNow: the contest is over.
    """
    if not reason.strip():
        raise ReasonMissing
    with transaction.atomic():
        entry = _entry(viewer, entry_id)
        if entry.state == EntryState.STRUCK:
            return
        if entry.contest.state in (ContestState.DONE, ContestState.CANCELLED):
            raise NotPossibleNow(str(ContestState(entry.contest.state).label))
        strike_off(viewer, entry, reason.strip(), now)


def strike_off(viewer: Viewer, entry: Entry, reason: str, now: datetime) -> None:
    """Within the caller's transaction, which holds entry and contest."""
    moving.move(viewer, entry, Step.STRIKE, now, reason=reason, looked_at_by_id=viewer.account_id, looked_at_at=now)
    moving.leave_shortlist(entry, now)
