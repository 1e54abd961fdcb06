"""The columns of this room that hold sealed values, for a rotation of the keys."""

from __future__ import annotations

from niangjia.apps.bookings.models import Offer
from niangjia.kernel.resealing import SealedColumn


def sealed_columns() -> tuple[SealedColumn, ...]:
    return (SealedColumn("sealed_seed", Offer.objects.all(), lambda row: f"bookings.offer:{row.pk}"),)
