"""A sheet is adjusted by two persons, published with its figures, and withdrawn for a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.assessments import access, pinning, sheets
from niangjia.apps.assessments.models import Adjustment, Publication
from niangjia.apps.assessments.problems import (
    EvidenceMissing,
    NotFound,
    NothingCounted,
    NotNow,
    PointsRefused,
    SecondPerson,
)
from niangjia.apps.assessments.types import Figures, State
from niangjia.apps.audit import actions as audit
from niangjia.apps.files import actions as files
from niangjia.apps.files.types import FileContent


def adjust(
    *, viewer: Viewer, sheet_id: str, org_id: int, points: Decimal, reason: str, evidence: Sequence[bytes], key: str, now: datetime
) -> int:  # fmt: skip
    """
    Propose extra points (or, below zero, points taken) for a union that the viewer's compares; return its id. They count once a second
    person has confirmed them. Safe to repeat: with the same `key` the one that is there is returned.

    Raises: NotAllowed, NoSuchSheet, NotFound, PointsRefused, ReasonMissing, EvidenceMissing; FileRefused: it cannot be read.
    """
    permissions.require(viewer, "assessments.manage")
    sheet = sheets.get_sheet(sheet_id)
    if known := Adjustment.objects.filter(key=key, proposed_by=viewer.account_id).first():
        return known.pk
    if org_id not in {one.id for one in access.compared(sheet, access.get_assessor(viewer, 0))}:
        raise NotFound
    if not points.is_finite() or not points or not -sheet.off <= points <= sheet.extra or points != round(points, 2):
        raise PointsRefused
    said = access.reason_of(reason)
    if not evidence:
        raise EvidenceMissing
    with transaction.atomic():
        row = Adjustment.objects.create(
            key=key, sheet=sheet.id, assessor_id=viewer.org_id, org_id=org_id, points=points, reason=said, proposed_by_id=viewer.account_id,
            proposed_at=now,
        )  # fmt: skip
        for content in evidence:
            files.keep_file(
                viewer=viewer, owner=access.owner_of("adjusted", row.pk), part=access.EVIDENCE, content=content, now=now
            )
        detail = {"sheet": sheet.id, "org": org_id, "points": f"{points:f}"}
        audit.record(
            viewer, action="assessments.adjust", object=f"adjustment:{row.pk}", detail=detail, reason=said, now=now
        )
    return row.pk


def confirm(*, viewer: Viewer, adjustment_id: int, now: datetime) -> str:
    """Somebody else at the assessing union confirms it; return the sheet's id. Safe to repeat. Raises NotAllowed, NotFound, SecondPerson."""
    permissions.require(viewer, "assessments.manage")
    with transaction.atomic():
        rows = Adjustment.objects.select_for_update(of=("self",)).filter(pk=adjustment_id, assessor=viewer.org_id)
        row = rows.first()
        if row is None:
            raise NotFound
        if row.confirmed_by_id is not None:
            return row.sheet
        if viewer.has_hand_in([row.proposed_by_id]):
            raise SecondPerson
        rows.update(confirmed_by=viewer.account_id, confirmed_at=now)
        audit.record(
            viewer, action="assessments.confirm", object=f"adjustment:{row.pk}", detail={"sheet": row.sheet}, now=now
        )
    return row.sheet


def publish(*, viewer: Viewer, sheet_id: str, figures: Figures, now: datetime) -> int:
    """
    Pin the figures, the rules in words, what was confirmed and what follows; return the publication's id. Raises NotAllowed, NoSuchSheet;
    NotNow: one of this sheet stands; NothingCounted: no item of any union has a figure.
    """
    permissions.require(viewer, "assessments.manage")
    sheet = sheets.get_sheet(sheet_id)
    union = access.get_assessor(viewer, 0)
    values = {one.id: figures.values.get(one.id, {}) for one in access.compared(sheet, union)}
    if not any(value is not None for found in values.values() for value in found.values()):
        raise NothingCounted
    with transaction.atomic():
        if Publication.objects.select_for_update().filter(sheet=sheet.id, org=union.id, state=State.PUBLISHED).exists():
            raise NotNow
        pinned = pinning.pin(sheet, values, pinning.adjusted(sheet, union.id), figures.behind)
        row = Publication.objects.create(
            sheet=sheet.id, org_id=union.id, state=State.PUBLISHED, as_of=figures.as_of, run=figures.run, published_by_id=viewer.account_id, published_at=now,
            **pinned,
        )  # fmt: skip
        detail = {
            "sheet": sheet.id,
            "org": union.id,
            "as_of": figures.as_of.isoformat(),
            "hash": pinning.hash_of(pinned),
        }
        audit.record(viewer, action="assessments.publish", object=f"publication:{row.pk}", detail=detail, now=now)
    return row.pk


def withdraw(*, viewer: Viewer, publication_id: int, reason: str, now: datetime) -> None:
    """It stands no more and stays on record. Safe to repeat. Raises NotAllowed, NotFound, ReasonMissing."""
    permissions.require(viewer, "assessments.manage")
    said = access.reason_of(reason)
    with transaction.atomic():
        rows = Publication.objects.select_for_update(of=("self",)).filter(pk=publication_id, org=viewer.org_id)
        row = rows.first()
        if row is None:
            raise NotFound
        if row.state == State.PUBLISHED:
            rows.update(state=State.WITHDRAWN, withdrawn_by=viewer.account_id, withdrawn_at=now, reason=said)
            audit.record(viewer, action="assessments.withdraw", object=f"publication:{row.pk}", reason=said, now=now)


_SEEN = {"adjusted": access.adjustments, "look": access.looks}


def open_evidence(*, viewer: Viewer, kind: str, row_id: int, key: str, now: datetime) -> FileContent:
    """Evidence of an ``adjusted`` or a ``look`` that the viewer sees. Raises NotAllowed, NotFound, NoSuchFile."""
    if kind not in _SEEN or not _SEEN[kind](viewer).filter(pk=row_id).exists():
        raise NotFound
    return files.open_file(viewer=viewer, owner=access.owner_of(kind, row_id), key=key, now=now)


def note_looking(*, viewer: Viewer, what: str, detail: Mapping[str, object], now: datetime) -> None:
    """Somebody opened the rows behind a figure: who, which, how many; never the rows. Raises NotAllowed."""
    permissions.require(viewer, "assessments.view")
    audit.record(viewer, action="assessments.read_rows", object=f"figure:{what}"[:80], detail=detail, now=now)
