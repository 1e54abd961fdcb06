"""The one place that turns a part of the union tree into a filter."""

from __future__ import annotations

from typing import TypeVar

from django.db import connections
from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)


def within(queryset: QuerySet[M], path: str, field: str = "path") -> QuerySet[M]:
    """
    Rows of `queryset` whose `field` (a union's path, here or across a relation) is `path` or below it.

    An empty or malformed path sees nothing. A row without a path is seen by nobody.
    Prefer a foreign key and ``org__path`` to a copied path: a move of the union is then followed at once.
    """
    if not path or not path.endswith("/"):
        return queryset.none()
    if connections[queryset.db].vendor == "sqlite":
        # SQLite's LIKE skips the index; paths hold only digits and "/", both below "~".
        return queryset.filter(**{f"{field}__gte": path, f"{field}__lt": path + "~"})
    # PostgreSQL compares by the database's collation, which may ignore "/": LIKE does not, and uses the pattern index.
    return queryset.filter(**{f"{field}__startswith": path})


def covers(path: str, other: str) -> bool:
    """Whether `other` is `path` or below it; an empty path covers nothing."""
    return bool(path) and path.endswith("/") and other.startswith(path)
