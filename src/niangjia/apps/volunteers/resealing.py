"""The columns of this room that hold sealed values, for a rotation of the keys."""

from __future__ import annotations

from niangjia.apps.volunteers.models import Helper, Need, NeedStep, Pair, Visit
from niangjia.kernel.resealing import SealedColumn


def sealed_columns() -> tuple[SealedColumn, ...]:
    return (
        SealedColumn("sealed", Helper.objects.all(), lambda row: f"volunteers.helper:{row.key}"),
        SealedColumn("sealed", Need.objects.all(), lambda row: f"volunteers.need:{row.key}"),
        SealedColumn("sealed", Visit.objects.all(), lambda row: f"volunteers.visit:{row.key}"),
        SealedColumn(
            "sealed", NeedStep.objects.select_related("need"), lambda row: f"volunteers.step:{row.need.key}:{row.place}"
        ),
        SealedColumn(
            "sealed",
            Pair.objects.select_related("need", "helper"),
            lambda row: f"volunteers.bid:{row.need.key}:{row.helper.key}",
        ),
    )
