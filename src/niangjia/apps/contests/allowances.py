"""The allowance that an award's skill level leads to: which of a contest wait, what its pack is asked, and what it would say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.db.models import QuerySet
from django.utils import timezone

from niangjia.apps.contests.lifecycle import GrantKind, GrantState
from niangjia.apps.contests.models import Award, Contest, Grant
from niangjia.apps.contests.types import Waiting
from niangjia.apps.programs import queries as programs
from niangjia.apps.programs.types import DecisionOutcome, SubjectKind
from niangjia.apps.registry import queries as registry
from niangjia.kernel.problems import Refusal


@dataclass(frozen=True)
class Question:
    """What the pack of an award is asked. `event`: the award, for caps that count by event and as the matter of the decision."""

    area: str
    today: date
    subjects: Mapping[SubjectKind, int]
    event: str
    facts: Mapping[str, object]
    used: Mapping[str, object]


def waiting(contest: Contest) -> QuerySet[Award]:
    """Awards of persons that lead to an allowance of which nothing is set aside, best first."""
    set_aside = Grant.objects.filter(kind=GrantKind.ALLOWANCE, state=GrantState.SET_ASIDE)
    rows = Award.objects.filter(entry__contest=contest, entry__person__isnull=False).exclude(program="")
    return rows.exclude(pk__in=set_aside.values("award_id")).order_by("rank", "entry__number")


def question(award: Award, facts: Mapping[str, object], now: datetime) -> Question:
    """`facts`: what the officer states; of what the register says, the register is right. Raises what `programs.used_of` raises."""
    today, area, event = timezone.localdate(now), award.entry.contest.org.area, f"award:{award.pk}"
    person_id = award.entry.person_id or 0
    home = registry.household_of(person_id)
    subjects = {SubjectKind.PERSON: person_id} | ({SubjectKind.HOUSEHOLD: home} if home else {})
    used = programs.used_of(award.program, area=area, asof=today, subjects=subjects, day=today, event=event)
    return Question(area, today, subjects, event, {**facts, **known_facts(award, today)}, used)


BECAUSE = {
    DecisionOutcome.GRANTED: ("YES", "GIVEN"), DecisionOutcome.REFUSED: ("NO",), DecisionOutcome.CANNOT_TELL: ("UNKNOWN",),
}  # fmt: skip


def foreseen(card: Waiting, award: Award, facts: Mapping[str, object], now: datetime) -> Waiting:
    """What the award's pack would say; nothing is stored."""
    try:
        asked = question(award, facts, now)
        said = programs.preview(award.program, area=asked.area, asof=asked.today, facts=asked.facts, used=asked.used)
    except Refusal as refusal:
        return replace(card, refusal=refusal)
    money = sum((line.amount for line in said.given if line.kind == "money"), Decimal("0.00"))
    because = tuple(line for line in said.trace if line.result in BECAUSE[said.outcome])
    return replace(card, outcome=said.outcome, money=money, because=because)


def known_facts(award: Award, today: date) -> dict[str, object]:
    """What the register says for the allowance: the level of this award, its day, and whether it is the highest that is held."""
    highest = registry.highest_skill(award.entry.person_id or 0, asof=today)
    is_highest = highest is not None and highest.ref == f"award:{award.pk}"
    return {
        "skill_level": award.skill_level,
        "skill_certificate_on": award.given_on,
        "is_highest_skill_level": is_highest,
    }
