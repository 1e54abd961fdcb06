"""The one place that turns a part of the union tree into a filter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from django.db import connection
from django.db.models import Count, F, Model, Q, QuerySet, Value

from niangjia.apps.organizations.models import OrgUnit

M = TypeVar("M", bound=Model)


def within(queryset: QuerySet[M], path: str, field: str = "path") -> QuerySet[M]:
    """
    Rows of `queryset` whose `field` (a union's path, here or across a relation) is `path` or below it.

    An empty or malformed path sees nothing. A row without a path is seen by nobody.
    Prefer a foreign key and ``org__path`` to a copied path: a move of the union is then followed at once.
    """
    if not _is_whole(path):
        return queryset.none()
    if field.endswith("__path"):
        return queryset.filter(inside(field.removesuffix("__path"), path))
    return _below(queryset, path, field)


def inside(key: str, path: str) -> Q:
    """
    The condition that the union `key` points to (a foreign key, here or across relations) is that of `path` or below it.

    By its number, not by a join: the database then starts from the few unions of a town, and of a whole tree looks for the rows
    outside of it, of which there are none.
    """
    if not _is_whole(path):
        return Q(pk__in=[])
    within_path = _below(OrgUnit.objects.all(), path, "path").order_by().values("pk")
    if not is_whole_tree(path):
        return Q(**{f"{key}__in": within_path})
    return Q(**{f"{key}__isnull": False}) & ~Q(**{f"{key}__in": outside(path).order_by().values("pk")})


def either(*found: QuerySet[M]) -> Q:
    """
    The condition of being in one of these. As one list of numbers, not as conditions joined by OR, for which PostgreSQL reads every row:
    each part starts from its own few.
    """
    first, *others = (rows.order_by().values("pk") for rows in found)
    return Q(pk__in=first.union(*others, all=True))


def count_each(found: Mapping[str, QuerySet], by_state: QuerySet | None = None) -> dict[str, int]:
    """How many rows each of these has, by name, in one question; and how many of `by_state` each state has, by the state."""
    counts = [rows.order_by().values(what=Value(what)).annotate(count=Count("pk")) for what, rows in found.items()]
    if by_state is not None:
        counts.append(by_state.order_by().values(what=F("state")).annotate(count=Count("pk")))
    if not counts:
        return {}
    return dict.fromkeys(found, 0) | dict(counts[0].union(*counts[1:], all=True).values_list("what", "count"))


def outside(path: str) -> QuerySet[OrgUnit]:
    """The unions that are neither that of `path` nor below it; all of them for a malformed path."""
    if not _is_whole(path):
        return OrgUnit.objects.all()
    if _skips_index():
        # Before it, behind it, nowhere: three places in the index, not a look at every union.
        return OrgUnit.objects.filter(Q(path__lt=path) | Q(path__gte=path + "~") | Q(path__isnull=True))
    return OrgUnit.objects.exclude(pk__in=_below(OrgUnit.objects.all(), path, "path").order_by().values("pk"))


def is_whole_tree(path: str) -> bool:
    """Whether `path` is a root's: what lies below it is nearly everything."""
    return _is_whole(path) and path.count("/") == 1


def _is_whole(path: str) -> bool:
    return bool(path) and path.endswith("/")


def _below(queryset: QuerySet[M], path: str, field: str) -> QuerySet[M]:
    if _skips_index():
        # SQLite's LIKE skips the index; paths hold only digits and "/", both below "~".
        return queryset.filter(**{f"{field}__gte": path, f"{field}__lt": path + "~"})
    # PostgreSQL compares by the database's collation, which may ignore "/": LIKE does not, and uses the pattern index.
    return queryset.filter(**{f"{field}__startswith": path})


def _skips_index() -> bool:
    return connection.vendor == "sqlite"


def covers(path: str, other: str) -> bool:
    """Whether `other` is `path` or below it; an empty path covers nothing."""
    return _is_whole(path) and other.startswith(path)
