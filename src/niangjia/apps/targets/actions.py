"""Dividing targets among the unions below, and stating other offices' figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.audit.types import Entry
from niangjia.apps.files import actions as files
from niangjia.apps.files.types import FileContent
from niangjia.apps.targets import access, packs
from niangjia.apps.targets.models import Share, Statement
from niangjia.apps.targets.problems import (
    NotFound,
    NumbersRefused,
    OutsideThePeriod,
    PaperMissing,
    ReasonMissing,
    SourceMissing,
    SumDiffers,
    YearRefused,
)
from niangjia.apps.targets.types import Indicator, Unit

SHORTEST_REASON = 4
LARGEST = Decimal(10) ** 13
_WHOLE = (Unit.PERSONS, Unit.PERSON_TIMES, Unit.PIECES)


def _reason(said: str) -> str:
    said = " ".join(said.split())[:300]
    if len(said) < SHORTEST_REASON:
        raise ReasonMissing
    audit.refuse_personal_data(said, "reason")
    return said


def fault_of(value: Decimal, unit: Unit) -> tuple[str, str] | None:
    """Why a number cannot be a target in this unit, in Chinese and English; None if it can."""
    if not value.is_finite() or value < 0 or value >= LARGEST or value != round(value, 2):
        return "请写不小于零的数，最多两位小数。", "Write a number, not below zero, with at most two decimals."
    if unit in _WHOLE and value != value.to_integral_value():
        return "人、人次、个只能是整数。", "Persons, person-times and pieces are whole numbers."
    if unit is Unit.PERCENT and value > 100:
        return "比率不超过 100。", "A percentage is at most 100."
    return None


def set_shares(
    *,
    viewer: Viewer,
    programme_id: str,
    indicator_id: str,
    year: int,
    values: Mapping[int, Decimal | None],
    from_day: date,
    reason: str,
    now: datetime,
) -> int:
    """
    What is asked of the unions right below the viewer's, by id, from `from_day` on; null takes a share back. Returns how many changed.

    A union that has none above it sets its own target in the same way. Safe to repeat: what is asked already is not set again.

    Raises:
        NotAllowed, NoSuchProgramme, YearRefused, OutsideThePeriod, ReasonMissing; NotYourPart: a union that is not right below.
        NumbersRefused: `fields` has the sentence by union id.
    """
    permissions.require(viewer, "targets.manage")
    programme = packs.get_programme(programme_id)
    indicator = packs.find_indicator(programme, indicator_id)
    if not 2000 <= year <= 2100:
        raise YearRefused
    period = programme.period_of(indicator, year)
    if not period.starts_on <= from_day <= period.ends_on:
        raise OutsideThePeriod(period.first, period.last)
    said = _reason(reason)
    wrong = {str(org): fault for org, value in values.items() if value is not None and (fault := fault_of(value, indicator.unit))}  # fmt: skip
    if wrong:
        raise NumbersRefused(wrong)
    for org_id in values:
        access.require_dividing(viewer, org_id)
    told = {"programme": programme_id, "indicator": indicator_id, "year": year}
    with transaction.atomic():
        changed = {org: value for org, value in values.items() if _standing(told, org, from_day) != value}
        Share.objects.bulk_create(
            Share(
                **told, org_id=org, value=value, from_day=from_day, reason=said, set_by_id=viewer.account_id, set_at=now
            )
            for org, value in changed.items()
        )
        entries = [
            Entry("targets.share", f"orgunit:{org}", {**told, "value": None if value is None else f"{value:f}", "from_day": from_day.isoformat()}, said)
            for org, value in changed.items()
        ]  # fmt: skip
        if entries:
            audit.record_many(viewer, entries=entries, now=now)
    return len(changed)


def _standing(told: Mapping[str, object], org_id: int, day: date) -> Decimal | None:
    """What is asked of a union on that day by a share of its own."""
    rows = Share.objects.select_for_update(of=("self",)).filter(**told, org=org_id, from_day__lte=day)
    last = rows.order_by("-from_day", "-pk").first()
    return last.value if last else None


def state(
    *,
    viewer: Viewer,
    programme_id: str,
    indicator_id: str,
    year: int,
    parts: Sequence[tuple[str, Decimal]],
    total: Decimal,
    source: str,
    papers: Sequence[bytes],
    key: str,
    now: datetime,
) -> int:
    """
    Another office's figure about the viewer's part of the tree, with its parts, where it comes from and the paper itself; return its id.
    It is shown as a statement and added to nothing. Safe to repeat: with the same `key` the one that is there is returned.

    Raises:
        NotAllowed, NoSuchProgramme, YearRefused, SumDiffers, SourceMissing, PaperMissing, NumbersRefused; FileRefused: a paper cannot be read.
    """
    permissions.require(viewer, "targets.manage")
    indicator = packs.find_indicator(packs.get_programme(programme_id), indicator_id)
    if known := Statement.objects.filter(key=key, stated_by=viewer.account_id).first():
        return known.pk
    said = " ".join(source.split())[:300]
    _require_statement(indicator, year, parts, total, said)
    if not papers:
        raise PaperMissing
    with transaction.atomic():
        row = Statement.objects.create(
            key=key, programme=programme_id, indicator=indicator_id, year=year, org_id=viewer.org_id, total=total, source=said,
            parts=[{"name": name, "value": f"{value:f}"} for name, value in parts], stated_by_id=viewer.account_id, stated_at=now,
        )  # fmt: skip
        for content in papers:
            files.keep_file(viewer=viewer, owner=access.owner_of(row.pk), part=access.PAPER, content=content, now=now)
        detail = {"programme": programme_id, "indicator": indicator_id, "year": year, "total": f"{total:f}"}
        audit.record(viewer, action="targets.state", object=f"statement:{row.pk}", detail=detail, now=now)
    return row.pk


def _require_statement(
    indicator: Indicator, year: int, parts: Sequence[tuple[str, Decimal]], total: Decimal, source: str
) -> None:
    if not 2000 <= year <= 2100:
        raise YearRefused
    given = [("total", total), *((f"value-{place}", value) for place, (_name, value) in enumerate(parts))]
    wrong = {name: fault for name, value in given if (fault := fault_of(value, indicator.unit))}
    wrong |= {
        f"name-{place}": ("请写这一部分的名称。", "Name this part.")
        for place, (name, _value) in enumerate(parts)
        if not name.strip()
    }
    if wrong:
        raise NumbersRefused(wrong)
    if (sum_of := sum((value for _name, value in parts), Decimal(0))) != total:
        raise SumDiffers(sum_of, total)
    if len(source) < SHORTEST_REASON:
        raise SourceMissing
    audit.refuse_personal_data([source, *(name for name, _value in parts)], "source")


def withdraw(*, viewer: Viewer, statement_id: int, reason: str, now: datetime) -> None:
    """The statement is shown no more; it stays on record. Safe to repeat. Raises NotAllowed, NotFound, ReasonMissing."""
    permissions.require(viewer, "targets.manage")
    said = _reason(reason)
    with transaction.atomic():
        rows = Statement.objects.select_for_update(of=("self",)).filter(pk=statement_id, org=viewer.org_id)
        row = rows.first()
        if row is None:
            raise NotFound
        if row.withdrawn_at is None:
            rows.update(withdrawn_at=now, withdrawn_by=viewer.account_id, reason=said)
            audit.record(viewer, action="targets.withdraw", object=f"statement:{row.pk}", reason=said, now=now)


def open_paper(*, viewer: Viewer, statement_id: int, key: str, now: datetime) -> FileContent:
    """The paper of a statement that the viewer sees. Raises NotAllowed, NotFound, NoSuchFile."""
    row = access.statements(viewer).filter(pk=statement_id).first()
    if row is None:
        raise NotFound
    return files.open_file(viewer=viewer, owner=access.owner_of(row.pk), key=key, now=now)


def note_looking(*, viewer: Viewer, what: str, detail: Mapping[str, object], now: datetime) -> None:
    """Somebody opened the rows behind a number: who, which number, how many; never the rows. Raises NotAllowed."""
    permissions.require(viewer, "targets.view")
    audit.record(viewer, action="targets.read_rows", object=f"figure:{what}"[:80], detail=detail, now=now)
