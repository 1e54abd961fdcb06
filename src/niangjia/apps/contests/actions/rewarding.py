"""Money of an award, through the funds room: its prize, and the allowance that a skill level leads to by its own pack."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.contests import access, allowances
from niangjia.apps.contests.lifecycle import GrantKind, GrantState
from niangjia.apps.contests.models import Award, Grant
from niangjia.apps.contests.problems import NobodyToPay, NotFound, SecondPerson
from niangjia.apps.contests.types import Given
from niangjia.apps.funds import actions as funds
from niangjia.apps.funds.problems import CapExceeded, NoBudget
from niangjia.apps.funds.problems import NotFound as NotYourFund
from niangjia.apps.funds.types import Cap
from niangjia.apps.organizations import scope
from niangjia.apps.programs import actions as programs
from niangjia.apps.programs import queries as program_queries
from niangjia.apps.programs.types import DecisionCard, DecisionOutcome, Subject, SubjectKind
from niangjia.apps.registry import queries as registry
from niangjia.kernel.problems import Refusal


def _award(viewer: Viewer, award_id: int, right: str) -> Award:
    rows = Award.objects.select_for_update(of=("self",)).select_related("entry__contest__org")
    found = rows.filter(scope.inside("entry__contest__org", viewer.org_path), pk=award_id).first()
    access.own_contest(viewer, found.entry.contest_id if found else 0, right)
    if found is None or found.entry.person_id is None:
        raise NotFound
    return found


def give_prize(*, viewer: Viewer, award_id: int, now: datetime) -> bool:
    """
    Set the prize aside from the contest's fund; whether it is. If not, the award says why, and it may be tried again. Safe to repeat.

    Raises: NotAllowed: funds.prepare; NotFound; NobodyToPay: no prize.
    """
    with transaction.atomic():
        award = _award(viewer, award_id, "funds.prepare")
        if not award.amount:
            raise NobodyToPay
        grant, _ = Grant.objects.get_or_create(
            award=award,
            kind=GrantKind.PRIZE,
            defaults={"amount": award.amount, "granted_by_id": viewer.account_id, "granted_at": now},
        )
        return _set_aside(viewer, grant, access.pack_of(award.entry.contest).fund, (), now)


def give_allowance(
    *, viewer: Viewer, award_id: int, facts: Mapping[str, object], now: datetime
) -> DecisionCard:  # fmt: skip
    """
    Decide by the pack that the award names, with what the register knows and `facts` that the officer states; what it grants is set aside.
    Decided anew while no money is. By a colleague who had no hand in the contest.

    Raises: NotAllowed, NotFound, NobodyToPay: the award leads to no pack; SecondPerson; what `programs.decide` raises.
    """
    with transaction.atomic():
        award = _award(viewer, award_id, "contests.answer")
        if not award.program:
            raise NobodyToPay
        if viewer.has_hand_in(access.hands_in(award.entry.contest)):
            raise SecondPerson
        standing = Grant.objects.filter(award=award, kind=GrantKind.ALLOWANCE, state=GrantState.SET_ASIDE).first()
        if standing is not None:
            return program_queries.get_decision(standing.decision_id or 0)
        asked = allowances.question(award, facts, now)
        decision = programs.decide(
            viewer=viewer, program=award.program, subject=Subject(SubjectKind.PERSON, award.entry.person_id or 0), area=asked.area, asof=asked.today,
            facts=asked.facts, used=asked.used, within=asked.subjects, event=asked.event, matter=asked.event, now=now,
        )  # fmt: skip
        if decision.outcome is DecisionOutcome.GRANTED and decision.money:
            grant, _ = Grant.objects.update_or_create(
                award=award,
                kind=GrantKind.ALLOWANCE,
                defaults={
                    "amount": decision.money,
                    "decision_id": decision.id,
                    "granted_by_id": viewer.account_id,
                    "granted_at": now,
                },
            )
            purpose = program_queries.fund_purpose(award.program, area=asked.area, asof=asked.today)
            caps = program_queries.caps_of(decision.id, subjects=asked.subjects, day=asked.today, event=asked.event)
            _set_aside(viewer, grant, purpose, caps, now)
        return decision


def give_allowances(
    *, viewer: Viewer, contest_id: int, award_ids: Collection[int], facts: Mapping[str, object], now: datetime
) -> list[Given]:
    """
    Decide of the allowances that wait in a contest those of `award_ids`, each by its own pack, as `give_allowance` does; what came of each, best
    first. What one is refused keeps none of the others. Safe to repeat: what is set aside already waits no more.

    Raises: NotAllowed, NotFound, TakesPart, SecondPerson.
    """
    with transaction.atomic():
        contest = access.own_contest(viewer, contest_id, "contests.answer")
        if viewer.has_hand_in(access.hands_in(contest)):
            raise SecondPerson
        waiting = list(allowances.waiting(contest).filter(pk__in=award_ids).values_list("pk", flat=True))
    given = []
    for award_id in waiting:
        try:
            decision = give_allowance(viewer=viewer, award_id=award_id, facts=facts, now=now)
        except Refusal as refusal:
            given.append(Given(award_id, None, refusal))
        else:
            given.append(Given(award_id, decision, None))
    return given


def _set_aside(viewer: Viewer, grant: Grant, purpose: str, caps: Sequence[Cap], now: datetime) -> bool:
    """Within the caller's transaction. Funds say whether this officer may."""
    if grant.state == GrantState.SET_ASIDE:
        return True
    contest, person_id = grant.award.entry.contest, grant.award.entry.person_id or 0
    detail: dict[str, object] = {"award": grant.award_id, "kind": grant.kind, "amount": str(grant.amount)}
    try:
        with transaction.atomic():
            card = funds.reserve(
                viewer=viewer, org_path=contest.org.path or "", purpose=purpose, year=timezone.localdate(now).year,
                case_ref=f"contest-grant:{grant.pk}", person_id=person_id, household_id=registry.household_of(person_id), amount=grant.amount,
                caps=caps, case_officer_ids=sorted(access.hands_in(contest)),
                program=grant.award.program if grant.decision_id else "",
                decision_ref=program_queries.ref_of(grant.decision_id) if grant.decision_id else "", now=now,
            )  # fmt: skip
    except (CapExceeded, NoBudget, NotYourFund) as refusal:
        grant.refusal_zh, grant.refusal_en = refusal.zh[:300], refusal.en[:300]
        grant.save(update_fields=["refusal_zh", "refusal_en"])
        audit.record(viewer, action="contests.block_grant", object=f"contest:{contest.pk}", detail=detail, now=now)
        return False
    grant.state, grant.reservation_id, grant.refusal_zh, grant.refusal_en = GrantState.SET_ASIDE, card.id, "", ""
    grant.save(update_fields=["state", "reservation", "refusal_zh", "refusal_en"])
    audit.record(
        viewer, action="contests.set_aside", object=f"contest:{contest.pk}", detail=detail | {"reservation": card.id}, now=now
    )  # fmt: skip
    return True
