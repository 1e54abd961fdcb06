"""Deciding about one subject, and keeping the decision for good."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.programs import deciding, installed, values
from niangjia.apps.programs.cards import decision_card, digest_of
from niangjia.apps.programs.models import Decision, PackVersion
from niangjia.apps.programs.problems import NeverDecides, WrongUnit
from niangjia.apps.programs.types import DecisionCard, Subject, SubjectKind
from niangjia.engines import policy
from niangjia.kernel.months import Month


def decide(
    *,
    viewer: Viewer | None,
    program: str,
    subject: Subject,
    area: str,
    asof: date,
    facts: Mapping[str, object],
    now: datetime,
    used: Mapping[str, object] | None = None,
    within: Mapping[SubjectKind, int] | None = None,
    event: str = "",
    matter: str = "",
    used_on: date | None = None,
    known_on: date | None = None,
) -> DecisionCard:
    """
    Decide about one subject and keep the decision for good, with everything needed to make it again.

    `facts` by the vocabulary's names; a fact that is missing or None is not known. `used`: cap id → what was granted before
    (`queries.used_of`), counted on `used_on` (today by default) and for `event`; None leaves the caps to the funds. `within`: what
    the subject belongs to, for caps and for deciding anew. `matter`: what it is decided for, such as a case: the last decision of
    a matter counts. `known_on`: with the texts and values as they were known that day (today by default). Safe to repeat: the same
    question has one decision. The caller has checked that the viewer may decide about this subject.

    Raises:
        NoPackHere: no such programme there on that day.
        NeverDecides: it holds measures, or only warns.
        WrongUnit: the programme decides about something else than this subject.
        MissingParameter: the answer hangs on a parameter or standard without value; names it, the area and the day.
        FactError: a fact of a wrong type.
    """
    known_on = known_on or timezone.localdate(now)
    version = installed.get_version(program, area=area, asof=asof, known_on=known_on)
    pack = installed.pack_of(version)
    require_unit(pack, subject)
    compiled = installed.compiled(version, area=area, asof=asof, known_on=known_on)
    row = draft(compiled, version, subject=subject, area=area, asof=asof, facts=facts, used=used)
    row.known_on, row.used_on = known_on, used_on or timezone.localdate(now)
    row.within = {kind.value: number for kind, number in sorted((within or {}).items())}
    row.event, row.matter = event, matter
    return keep(viewer, row, compiled, now)


def require_unit(pack: policy.Pack, subject: Subject) -> None:
    """Raises NeverDecides, WrongUnit."""
    if not installed.decides(pack):
        raise NeverDecides(pack.id)
    if subject.kind.value.lower() != pack.unit:
        title = pack.vocabulary.units[pack.unit].title
        raise WrongUnit(pack.id, title["zh"], title["en"])


def draft(
    compiled: policy.Program,
    version: PackVersion,
    *,
    subject: Subject,
    area: str,
    asof: date,
    facts: Mapping[str, Any],
    used: Mapping[str, object] | None,
) -> Decision:
    """A decision with what is asked and nothing answered yet, not stored. Only facts of the vocabulary are kept."""
    known = compiled.pack.vocabulary.facts
    asked = {name: facts.get(name) for name in compiled.pack.facts}
    offered = {
        name: value for name, value in facts.items() if value is not None and name in known and name not in asked
    }
    return Decision(
        version=version,
        subject_kind=subject.kind,
        subject_id=subject.id,
        asof=asof,
        month=Month.of(asof).text,
        area=area,
        facts=values.to_json(asked),
        offered=values.to_json(offered),
        parameters=values.to_json(compiled.parameters),
        used=None if used is None else values.to_json(used),
    )


def answer(row: Decision, compiled: policy.Program) -> Decision:
    """The draft with its answer; not stored."""
    used = None if row.used is None else values.from_json(row.used)
    said = deciding.answer(compiled, values.from_json(row.facts), used)
    row.outcome, row.tier, row.amount = said.outcome, said.tier, said.amount
    row.lines = [[line.id, line.kind, str(line.amount)] for line in said.lines]
    row.given = [[line.id, line.kind, str(line.amount)] for line in said.given]
    row.needs_approval, row.clauses = list(said.needs_approval), list(said.clauses)
    row.trace, row.unknown = [asdict(line) for line in said.trace], list(said.unknown)
    return row


def keep(viewer: Viewer | None, row: Decision, compiled: policy.Program, now: datetime) -> DecisionCard:
    """The decision of this question: the one that is stored already, or this one, answered and stored."""
    row.digest = digest_of(row)
    standing = Decision.objects.select_related("version").filter(digest=row.digest).first()
    if standing:
        return decision_card(standing)
    answer(row, compiled)
    row.made_by_id, row.made_at = viewer.account_id if viewer else None, now
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            detail: dict[str, object] = {
                "pack": row.version.pack_id,
                "hash": row.version.content_hash,
                "outcome": row.outcome,
                "tier": row.tier,
                "amount": str(row.amount or ""),
            }
            if row.reconsiders_id is not None:
                detail["reconsiders"] = row.reconsiders_id
            audit.record(viewer, action="programs.decide", object=f"decision:{row.pk}", detail=detail, now=now)
    except IntegrityError:  # the same question was decided at the same moment
        row = Decision.objects.select_related("version").get(digest=row.digest)
    return decision_card(row)
