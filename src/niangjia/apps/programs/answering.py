"""Every programme of an area for one subject at once: in their order, each counting what those before it grant. Nothing is stored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from niangjia.apps.funds import queries as funds
from niangjia.apps.funds.types import Subject, SubjectKind
from niangjia.apps.programs import capping, installed
from niangjia.apps.programs.capping import SubjectMissing
from niangjia.apps.programs.deciding import OUTCOMES
from niangjia.apps.programs.installed import Ready
from niangjia.apps.programs.types import BenefitLine, DecisionOutcome, ProgramAnswer
from niangjia.engines import policy
from niangjia.kernel.money import ZERO

_KINDS = {kind.value.lower(): kind for kind in SubjectKind}


def answers(
    facts: Mapping[str, object],
    *,
    subjects: Mapping[SubjectKind, int],
    area: str,
    asof: date,
    day: date | None = None,
    event: str = "",
    known_on: date | None = None,
) -> list[ProgramAnswer]:
    """
    What every installed programme of the area says that decides about one of `subjects` (a person and its household, a union),
    in the order of `after`. What one grants counts in the shared caps of those behind it, beside what the book holds.

    `day`: on which grants would count (`asof` by default); without `event`, caps per event are asked about an event not helped yet.
    `known_on`: as texts and values were known that day (None: now). Without scope: for the room that has bounded its subjects.

    Raises:
        FactError: a fact of a wrong type.
    """
    day = day or asof
    book = funds.load_book(Subject(kind, number) for kind, number in subjects.items())
    found = []
    for ready in installed.list_ready(area=area, asof=asof, known_on=known_on):
        kind = _KINDS[ready.pack.unit]
        if kind in subjects:
            subject = Subject(kind, subjects[kind])
            found.append(_answer(ready, facts, subject, subjects, book, day, event or f"{ready.pack.id}@{day}"))
    return found


def _answer(
    ready: Ready,
    facts: Mapping[str, object],
    subject: Subject,
    subjects: Mapping[SubjectKind, int],
    book: funds.Book,
    day: date,
    event: str,
) -> ProgramAnswer:
    version, pack, program = ready.version, ready.pack, ready.program
    refusal, outcome = ready.refusal, None
    if program is not None and refusal is None:
        try:
            caps = capping.bound(pack.caps, subjects, day=day, event=event)
        except SubjectMissing as missing:
            refusal = missing
        else:
            used = capping.used_by(pack, {cap_id: book.used(cap).as_pair() for cap_id, cap in caps.items()})
            try:
                decision = program.decide(facts, used)
                outcome = OUTCOMES[decision.outcome]
            except policy.MissingParameter as missing_value:
                refusal = missing_value
            if outcome is DecisionOutcome.GRANTED and caps:
                given = dict(decision.given)
                book.note(
                    capping.bound(pack.caps, subjects, day=day, event=event, given=given).values(), _amount(given)
                )
    if outcome is None:
        worded = (refusal.zh, refusal.en) if refusal is not None else None
        return ProgramAnswer(
            pack.id, version.pk, version.title_zh, version.title_en, version.area, subject, None, refusal=worded
        )
    kinds = {line.id: line.kind for line in pack.benefit}
    return ProgramAnswer(
        pack_id=pack.id,
        version_id=version.pk,
        title_zh=version.title_zh,
        title_en=version.title_en,
        area=version.area,
        subject=subject,
        outcome=outcome,
        tier=decision.tier or "",
        amount=decision.amount,
        given=tuple(BenefitLine(line, kinds[line], amount) for line, amount in decision.given),
        needs_approval=decision.needs_approval,
        refused_by=decision.refused_by,
        unknown=decision.unknown,
    )


def _amount(given: Mapping[str, Decimal]) -> Decimal:
    return sum(given.values(), ZERO)
