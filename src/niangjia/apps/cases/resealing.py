"""The columns of this room that hold sealed values, for a rotation of the keys."""

from __future__ import annotations

from niangjia.apps.cases.models import Grievance, HardshipFile, Visit, VisitDraft
from niangjia.kernel.resealing import SealedColumn


def sealed_columns() -> tuple[SealedColumn, ...]:
    return (
        SealedColumn("secret", Visit.objects.all(), lambda row: f"cases.visit:{row.key}"),
        SealedColumn("secret", VisitDraft.objects.all(), lambda row: f"cases.draft:{row.key}"),
        SealedColumn("secret", HardshipFile.objects.all(), lambda row: f"cases.file:{row.key}"),
        SealedColumn("secret", Grievance.objects.all(), lambda row: f"cases.grievance:{row.key}"),
        SealedColumn("answer", Grievance.objects.all(), lambda row: f"cases.grievance.answer:{row.key}"),
    )
