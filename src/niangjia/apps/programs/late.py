"""What became known after decisions about its days were made: texts, values, standards; each as the cause of deciding anew."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from datetime import date, datetime

from django.db.models import Max, Min, Q, QuerySet

from niangjia.apps.funds import queries as funds
from niangjia.apps.programs import installed, standing
from niangjia.apps.programs.cards import ref_of
from niangjia.apps.programs.models import Decision, PackVersion, ParameterValue, Reconsideration, Standard
from niangjia.apps.programs.problems import NoSuchDecision
from niangjia.apps.programs.types import Cause, CauseKind, LateChange, Retroactive
from niangjia.engines.policy.parameters import area_prefix

STANDARD_FACT = "low_income_standard"
"""The one fact that comes from a table of this house rather than from the household: known later, it is another."""


def cause_of_version(version: PackVersion, retroactive: Retroactive | None = None) -> Cause:
    return Cause(
        program=version.pack_id,
        reason=retroactive.reason if retroactive else "规则文本追溯变更",
        source=retroactive.source if retroactive else f"{version.content_hash[:12]}",
        kind=CauseKind.PACK,
        area=version.area,
        since=version.active_from,
        key=f"version:{version.pk}",
        made_before=version.installed_at,
    )


def cause_of_parameter(row: ParameterValue) -> Cause:
    return Cause(
        program=row.pack_id,
        reason=f"{row.name} = {row.value}",
        source=row.source,
        kind=CauseKind.PARAMETER,
        area=area_prefix(row.area),
        since=row.starts_on,
        key=f"parameter:{row.pk}",
        made_before=row.approved_at,
    )


def cause_of_standard(row: Standard, program: str) -> Cause:
    return Cause(
        program=program,
        reason=f"{STANDARD_FACT} = {row.monthly}",
        source=row.source,
        kind=CauseKind.STANDARD,
        area=area_prefix(row.area),
        since=row.starts_on,
        key=f"standard:{row.pk}:{program}",
        made_before=row.received_at,
    )


def list_late() -> list[LateChange]:
    """Those that touch a decision and were not reconsidered yet, in the order of becoming known."""
    done = set(Reconsideration.objects.filter(finished_at__isnull=False).values_list("key", flat=True))
    decided = _decided()
    found = []
    for cause in _causes(decided):
        if cause.key in done or cause.made_before is None or not _may_touch(cause, decided.values()):
            continue
        if touched := within(cause).count():
            found.append(LateChange(cause, cause.made_before, touched))
    return sorted(found, key=lambda one: (one.known_at, one.cause.key))


Decided = tuple[str, datetime | None, date | None]


def _decided() -> dict[int, Decided]:
    """
    Of each text that decided: its programme, when it did so first, and the last day it was about; null: only anew. One question for what
    most changes are ruled out by.
    """
    rows = Decision.objects.order_by().values_list("version_id", "version__pack_id")
    is_first = Q(reconsiders__isnull=True)
    spans = rows.annotate(first=Min("made_at", filter=is_first), last=Max("asof", filter=is_first))
    return {version_id: (program, first, last) for version_id, program, first, last in spans}


def _may_touch(cause: Cause, decided: Iterable[Decided]) -> bool:
    return any(
        program == cause.program and first < cause.made_before and (cause.since or date.min) <= last
        for program, first, last in decided
        if first is not None and last is not None and cause.made_before is not None
    )


def _causes(decided: Container[int]) -> Iterator[Cause]:
    versions = list(installed.list_versions())
    for version in versions:
        if version.active_from is not None:
            yield cause_of_version(version)
    for value in installed.list_values():
        yield cause_of_parameter(value)
    deciding = [version for version in versions if version.pk in decided]
    asking = sorted({pack.id for pack in map(installed.pack_of, deciding) if STANDARD_FACT in pack.facts})
    for standard in standing.rows():
        for program in asking:
            yield cause_of_standard(standard, program)


def within(cause: Cause) -> QuerySet[Decision]:
    """Decisions of the cause's programme, area and days that were not made anew themselves; one, if it names one."""
    rows = Decision.objects.filter(reconsiders__isnull=True, version__pack_id=cause.program)
    if cause.decision_id is not None:
        return rows.filter(pk=cause.decision_id)
    wanted = Q(area__startswith=area_prefix(cause.area))
    wanted &= Q(asof__gte=cause.since or date.min) & Q(asof__lt=cause.until or date.max)
    if cause.made_before is not None:
        wanted &= Q(made_at__lt=cause.made_before)
    return rows.filter(wanted)


def holds_for(reconsideration: Reconsideration, root: Decision) -> bool:
    """Whether its corrections are about that decision."""
    if reconsideration.decision_id is not None:
        return reconsideration.decision_id == root.pk
    return (
        root.area.startswith(reconsideration.area)
        and (reconsideration.since or date.min) <= root.asof < (reconsideration.until or date.max)
    )  # fmt: skip


def roots_of(cause: Cause) -> list[int]:
    """The decisions that count, of those the cause is about. Raises NoSuchDecision."""
    if cause.decision_id is not None:
        row = Decision.objects.filter(pk=cause.decision_id).values_list("pk", "reconsiders").first()
        if row is None:
            raise NoSuchDecision(cause.decision_id)
        return [row[1] or row[0]]
    rows = Decision.objects.filter(reconsiders__isnull=True, version__pack_id=cause.program).order_by("pk")
    matters: dict[tuple[object, ...], list[int]] = {}
    for pk, kind, subject, matter, asof in rows.values_list("pk", "subject_kind", "subject_id", "matter", "asof"):
        matters.setdefault((kind, subject, matter or asof), []).append(pk)
    several = [pk for pks in matters.values() if len(pks) > 1 for pk in pks]
    paid = funds.living_decisions(ref_of(pk) for pk in several)
    counting = {max((pk for pk in pks if ref_of(pk) in paid), default=pks[-1]) for pks in matters.values()}
    return sorted(counting & set(within(cause).values_list("pk", flat=True)))
