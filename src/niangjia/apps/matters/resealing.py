"""The columns of this room that hold sealed values, for a rotation of the keys."""

from __future__ import annotations

from niangjia.apps.matters.models import Draft, Move, Objection, Submission
from niangjia.kernel.resealing import SealedColumn


def sealed_columns() -> tuple[SealedColumn, ...]:
    return (
        SealedColumn("secret", Submission.objects.all(), lambda row: f"matters.submission:{row.key}"),
        SealedColumn("secret", Move.objects.all(), lambda row: f"matters.move:{row.key}"),
        SealedColumn("secret", Draft.objects.all(), lambda row: f"matters.draft:{row.key}"),
        SealedColumn("secret", Objection.objects.all(), lambda row: f"matters.grievance:{row.key}"),
        SealedColumn("answer", Objection.objects.all(), lambda row: f"matters.grievance.answer:{row.key}"),
    )
