"""Reads over several rooms at once."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet, Value


def count_each(**rows: QuerySet[Any]) -> dict[str, int]:
    """How many rows each has, by name, in one question to the database; a name with none is left out."""
    counted = [
        one.order_by().annotate(of=Value(name)).values_list("of").annotate(Count("pk")) for name, one in rows.items()
    ]
    return dict(counted[0].union(*counted[1:], all=True)) if counted else {}
