"""The columns of this room that hold sealed values, for a rotation of the keys."""

from __future__ import annotations

from niangjia.apps.accounts.models import TotpSecret
from niangjia.kernel.resealing import SealedColumn


def sealed_columns() -> tuple[SealedColumn, ...]:
    return (SealedColumn("sealed", TotpSecret.objects.all(), lambda row: f"accounts.totp:{row.account_id}"),)
