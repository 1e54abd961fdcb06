"""Rows as other rooms see them, and a decision's programme brought back as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from niangjia.apps.programs import installed, values
from niangjia.apps.programs.models import Decision, PackVersion, ParameterValue
from niangjia.apps.programs.types import (
    BenefitLine,
    DecisionCard,
    DecisionOutcome,
    Line,
    Override,
    PackCard,
    Subject,
    SubjectKind,
)
from niangjia.engines import policy
from niangjia.kernel.money import ZERO


def ref_of(decision_id: int) -> str:
    """How the funds name a decision, which they do not know."""
    return f"decision:{decision_id}"


def as_decided(row: Decision) -> policy.Program:
    """The programme with the text and the parameters that the decision pins. Raises StoredTextChanged."""
    pack = installed.pack_of(row.version)
    pinned = {name: {"": {date.min: value}} for name, value in values.from_json(row.parameters).items()}
    return policy.compile_program(_emptied(pack), asof=row.asof, area=row.area, overrides=pinned)  # type: ignore[arg-type]


def digest_of(row: Decision) -> str:
    """Over what was asked: a fact altered since then shows even where the answer is the same."""
    circumstances = [row.within, row.event, row.matter, row.offered, row.reconsiders_id]
    return values.digest(
        row.version.content_hash,
        row.version.vocabulary_hash,
        row.subject_kind,
        row.subject_id,
        row.asof.isoformat(),
        row.area,
        row.facts,
        row.parameters,
        row.used,
        *(circumstances if any(circumstances) else ()),
    )


def _emptied(pack: policy.Pack) -> policy.Pack:
    """The pack without values of its own, so that only the pinned ones count."""
    return replace(
        pack, parameters={name: replace(parameter, values=()) for name, parameter in pack.parameters.items()}
    )


def pack_card(row: PackVersion) -> PackCard:
    return PackCard(
        id=row.pk,
        pack_id=row.pack_id,
        content_hash=row.content_hash,
        area=row.area,
        title_zh=row.title_zh,
        title_en=row.title_en,
        active_from=row.active_from,
        active_until=row.active_until,
        unit=row.unit,
        installed_at=row.installed_at,
    )


def override(row: ParameterValue) -> Override:
    return Override(
        id=row.pk,
        pack_id=row.pack_id,
        name=row.name,
        area=row.area,
        starts_on=row.starts_on,
        value=row.value,
        source=row.source,
        is_invented=row.is_invented,
        entered_by=row.entered_by_id,
        approved_by=row.approved_by_id,
        known_on=row.known_on,
    )


def decision_card(row: Decision) -> DecisionCard:
    return DecisionCard(
        id=row.pk,
        pack_id=row.version.pack_id,
        content_hash=row.version.content_hash,
        title_zh=row.version.title_zh,
        title_en=row.version.title_en,
        subject=Subject(SubjectKind(row.subject_kind), row.subject_id),
        asof=row.asof,
        area=row.area,
        outcome=DecisionOutcome(row.outcome),
        tier=row.tier,
        amount=row.amount,
        lines=_benefit_lines(row.lines),
        given=_benefit_lines(row.given) if row.given else _given_before_it_was_kept(row),
        needs_approval=tuple(row.needs_approval),
        clauses=tuple(row.clauses),
        trace=tuple(Line(**line) for line in row.trace),
        unknown=tuple(row.unknown),
        facts=values.shown(row.facts),
        parameters=values.shown(row.parameters),
        made_by=row.made_by_id,
        made_at=row.made_at,
        known_on=row.known_on,
        used_on=row.used_on,
        within={SubjectKind(kind): number for kind, number in row.within.items()},
        event=row.event,
        matter=row.matter,
        reconsiders=row.reconsiders_id,
    )


def _benefit_lines(stored: list[list[str]]) -> tuple[BenefitLine, ...]:
    return tuple(BenefitLine(line, kind, Decimal(amount)) for line, kind, amount in stored)


def _given_before_it_was_kept(row: Decision) -> tuple[BenefitLine, ...]:
    """Of decisions from before lines after the caps were kept: goods first, then money in order, up to the amount."""
    lines, left = _benefit_lines(row.lines), row.amount or ZERO
    found: dict[str, BenefitLine] = {}
    for line in sorted(lines, key=lambda one: one.kind != "goods"):
        found[line.id] = replace(line, amount=min(line.amount, left))
        left -= found[line.id].amount
    return tuple(found[line.id] for line in lines)
