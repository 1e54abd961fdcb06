"""Money columns that stay exact in both stores."""

from __future__ import annotations

from decimal import Decimal

from django.db import models

from niangjia.kernel.money import yuan


class YuanField(models.DecimalField):
    """
    Yuan with two places: DECIMAL(16,2) on PostgreSQL, whole fen (BIGINT) on SQLite.

    SQLite has no decimal type: Django's DecimalField becomes a float there, and 0.3 - 0.1 - 0.1 - 0.1 falls below the
    `balance >= 0` that guards the fund. In Python the value is a Decimal on both.
    """

    def __init__(self, *args, **kwargs) -> None:
        kwargs.setdefault("max_digits", 16)
        kwargs.setdefault("decimal_places", 2)
        super().__init__(*args, **kwargs)

    def get_internal_type(self) -> str:
        return "YuanField"

    def db_type(self, connection) -> str:
        return "bigint" if connection.vendor == "sqlite" else "numeric(16, 2)"

    def rel_db_type(self, connection) -> str:
        return self.db_type(connection)

    def cast_db_type(self, connection) -> str:
        return self.db_type(connection)

    def get_db_prep_value(self, value, connection, prepared=False):
        if value is None or hasattr(value, "resolve_expression"):
            return value
        amount = yuan(value)
        return int(amount.scaleb(2)) if connection.vendor == "sqlite" else amount

    def get_db_prep_save(self, value, connection):
        return self.get_db_prep_value(value, connection)

    def from_db_value(self, value, expression, connection) -> Decimal | None:
        if value is None:
            return None
        return Decimal(value).scaleb(-2) if connection.vendor == "sqlite" else Decimal(value)
