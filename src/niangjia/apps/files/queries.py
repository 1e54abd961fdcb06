"""Reads: which files an owner has, without their content; and whether row and content agree."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta

from django.db.models import Count, Expression, Subquery
from django.db.models.functions import Coalesce

from niangjia.apps.files import storage
from niangjia.apps.files.models import File
from niangjia.apps.files.problems import FileRefused, NoSuchFile
from niangjia.apps.files.types import FileCard, Owner, Violation
from niangjia.kernel.sealing import CannotOpen

__all__ = ["FileRefused", "NoSuchFile", "list_files", "list_of_many", "list_owner_ids", "verify"]

_UNDER_WAY = timedelta(hours=1)
"""Content is written before its row: what is younger may still get one."""


def card_of(row: File) -> FileCard:
    return FileCard(
        row.key.hex,
        Owner(row.owner_kind, row.owner_id),
        row.part,
        row.media_type,
        row.byte_count,
        row.width,
        row.height,
        row.uploaded_by_id,
        row.uploaded_at,
    )


def find_row(owner: Owner, key: str) -> File | None:
    """Of this owner and no other; None also for a key that is none."""
    try:
        wanted = uuid.UUID(hex=key)
    except ValueError:
        return None
    return File.objects.filter(owner_kind=owner.kind, owner_id=owner.id, key=wanted).first()


def list_files(owner: Owner, *, part: str = "") -> list[FileCard]:
    """Of one owner, oldest first; of one `part` if given."""
    rows = File.objects.filter(owner_kind=owner.kind, owner_id=owner.id)
    return [card_of(row) for row in (rows.filter(part=part) if part else rows).order_by("pk")]


def list_of_many(kind: str, ids: Iterable[str]) -> dict[str, list[FileCard]]:
    """By owner id, of several owners of one kind, in one query."""
    found: dict[str, list[FileCard]] = {}
    for row in File.objects.filter(owner_kind=kind, owner_id__in=set(ids)).order_by("pk"):
        found.setdefault(row.owner_id, []).append(card_of(row))
    return found


def count_of(kind: str, owner: Expression) -> Coalesce:
    """How many files an owner of this kind has: along with the rows whose owner's number `owner` tells."""
    rows = File.objects.filter(owner_kind=kind, owner_id=owner).order_by().values("owner_kind")
    return Coalesce(Subquery(rows.annotate(count=Count("pk")).values("count")), 0)


def count_sealed_with(key_id: str) -> int:
    """Files that hang on this key, in either size. One that is missing hangs on none: `verify` tells of it."""
    found = 0
    for key in File.objects.values_list("key", flat=True).iterator():
        for is_small in (False, True):
            with suppress(FileNotFoundError):
                found += storage.is_sealed_with(key_id, key, is_small=is_small)
    return found


def list_owner_ids(kind: str) -> set[str]:
    """Every owner of that kind that has files: for its room, to see that it knows them all."""
    return set(File.objects.filter(owner_kind=kind).values_list("owner_id", flat=True).distinct())


def verify(*, now: datetime) -> Iterator[Violation]:
    """Every file that is missing, does not open or is not what its row says; everything in the folder that has no row. Reads all content."""
    for row in File.objects.order_by("pk").iterator():
        place = f"file:{row.key.hex}"
        try:
            content = storage.get(row.key)
        except FileNotFoundError:
            yield Violation("FILE_GONE", place, f"of {row.owner_kind}:{row.owner_id} is not in the folder")
        except CannotOpen:
            yield Violation("FILE_SEAL", place, "does not open: altered, another row's, or its key is gone")
        else:
            if len(content) != row.byte_count or storage.digest_of(content) != row.digest:
                yield Violation("FILE_DIGEST", place, "is not the content that its row was made for")
        try:
            storage.get(row.key, is_small=True)
        except FileNotFoundError:
            pass  # made again when somebody looks
        except CannotOpen:
            yield Violation("FILE_SEAL", f"{place}-small", "does not open: altered, another row's, or its key is gone")
    for path, key in storage.list_old(now - _UNDER_WAY):
        if key is None or not File.objects.filter(key=key).exists():
            yield Violation("FILE_ORPHAN", f"files/{path.parent.name}/{path.name}", "belongs to no row")
