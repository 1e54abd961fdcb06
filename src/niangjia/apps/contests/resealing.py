"""The columns of this room that hold sealed values, for a rotation of the keys."""

from __future__ import annotations

from niangjia.apps.contests.models import Entry, Objection, Round
from niangjia.kernel.resealing import SealedColumn


def sealed_columns() -> tuple[SealedColumn, ...]:
    return (
        SealedColumn("sealed_seed", Round.objects.all(), lambda row: f"contests.round:{row.pk}"),
        SealedColumn("secret", Entry.objects.all(), lambda row: f"contests.entry:{row.key}"),
        SealedColumn("secret", Objection.objects.all(), lambda row: f"contests.grievance:{row.key}"),
        SealedColumn("answer", Objection.objects.all(), lambda row: f"contests.grievance.answer:{row.key}"),
    )
