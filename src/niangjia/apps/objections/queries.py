"""Reads over several rooms at once."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from niangjia.apps.organizations import scope


def count_each(**rows: QuerySet[Any]) -> dict[str, int]:
    """How many rows each has, by name, in one question to the database."""
    return scope.count_each(rows)
