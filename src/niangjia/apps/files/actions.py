"""Keeping, opening and taking away. The caller is the room of the owner: it has asked for the right before it calls."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.files import media, papers, photos, storage
from niangjia.apps.files.models import File
from niangjia.apps.files.problems import EmptyFile, NoSuchFile, TooLarge, TooMany, UnknownRecording, UnknownType
from niangjia.apps.files.queries import card_of, find_row
from niangjia.apps.files.types import JPEG, MOST_FILES, PDF, FileCard, FileContent, Owner

MOST_BYTES = 20 * 1024 * 1024
"""Of one photo or paper as it comes in."""
_HEIC = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"}
_SWEPT_AFTER = timedelta(days=1)


def keep_file(
    *,
    viewer: Viewer | None,
    owner: Owner,
    part: str,
    content: bytes,
    now: datetime,
    key: uuid.UUID | None = None,
    most: int = MOST_FILES,
    only_photos: bool = False,
    recording: frozenset[str] = frozenset(),
    most_bytes: int = MOST_BYTES,
) -> FileCard:
    """
    Keep a photo (JPEG, HEIC, PNG, WebP; written anew as JPEG) or a PDF for its owner; return what is told of it.

    Safe to repeat: with the same `key`, or the same content for the same part, what is there is returned. `most`: files of this owner
    and part together. `recording`: media types of recordings, which are then taken instead of photos and papers; `most_bytes`: of one file.
    `viewer` null: somebody without an account, whom the owner's room let in.

    Raises:
        FileRefused: `problems` has one for each reason.
    """
    if key and (known := File.objects.filter(key=key, owner_kind=owner.kind, owner_id=owner.id).first()):
        return card_of(known)
    media_type, kept, width, height = _clean(content, only_photos, recording, most_bytes)
    digest = storage.digest_of(kept)
    theirs = File.objects.filter(owner_kind=owner.kind, owner_id=owner.id, part=part)
    if same := theirs.filter(digest=digest).first():
        return card_of(same)
    count = File.objects.filter(owner_kind=owner.kind, owner_id=owner.id).count()
    if count >= MOST_FILES or theirs.count() >= most:
        raise TooMany(min(most, MOST_FILES))
    row = File(
        key=uuid.uuid4() if key is None or File.objects.filter(key=key).exists() else key,
        owner_kind=owner.kind,
        owner_id=owner.id,
        part=part,
        media_type=media_type,
        byte_count=len(kept),
        width=width,
        height=height,
        digest=digest,
        uploaded_by_id=viewer.account_id if viewer else None,
        uploaded_at=now,
    )
    storage.put(
        row.key, kept
    )  # first the content, then the row: after a crash there may be a file too many, never one too few
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            detail = {"file": row.key.hex, "part": part, "type": media_type, "bytes": len(kept)}
            audit.record(viewer, action="files.keep", object=str(owner), detail=detail, now=now)
    except IntegrityError:  # somebody, or the same phone, sent the same at the same time
        if same := theirs.filter(digest=digest).first():
            storage.remove(row.key)
            return card_of(same)
        raise
    return card_of(row)


def _clean(
    content: bytes, only_photos: bool, recording: frozenset[str] = frozenset(), most_bytes: int = MOST_BYTES
) -> tuple[str, bytes, int | None, int | None]:
    """What is kept of it: media type, content, width, height. Its own bytes decide what it is, not its name."""
    if not content:
        raise EmptyFile
    if len(content) > most_bytes:
        raise TooLarge(most_bytes)
    if recording:
        media_type, kept = media.clean(content)
        if media_type not in recording:
            raise UnknownRecording
        return media_type, kept, None, None
    if content.startswith(b"%PDF-") and not only_photos:
        papers.check(content)
        return PDF, content, None, None
    is_heic = content[4:8] == b"ftyp" and content[8:12] in _HEIC
    is_webp = content[:4] == b"RIFF" and content[8:12] == b"WEBP"
    if not (content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or is_webp or is_heic):
        raise UnknownType
    photo = photos.write_anew(content)
    return JPEG, photo.content, photo.width, photo.height


def open_file(
    *, viewer: Viewer, owner: Owner, key: str, now: datetime, reason: str = "", is_small: bool = False
) -> FileContent:
    """
    A file of this owner with its content; who opened it is on record with the reason that the owner's room asked for. `is_small`: of a
    photo the copy for lists.

    Raises:
        NoSuchFile. CannotOpen: the deployment's keys do not fit, or the content was altered.
    """
    row = find_row(owner, key)
    if row is None:
        raise NoSuchFile
    with transaction.atomic(savepoint=False):
        is_small = is_small and row.media_type == JPEG
        content = _small(row) if is_small else storage.get(row.key)
        detail = {"file": row.key.hex, "part": row.part} | ({"small": True} if is_small else {})
        audit.record(viewer, action="files.open", object=str(owner), detail=detail, reason=reason, now=now)
    return FileContent(card_of(row), content)


def _small(row: File) -> bytes:
    """Made when somebody looks for the first time."""
    try:
        return storage.get(row.key, is_small=True)
    except FileNotFoundError:
        made = photos.small_of(storage.get(row.key))
        storage.put(row.key, made, is_small=True)
        return made


def show_public(*, owner: Owner, key: str, is_small: bool = False) -> FileContent:
    """A file that anybody may see: its owner's room says so. Nobody is on record. Raises NoSuchFile, CannotOpen."""
    row = find_row(owner, key)
    if row is None:
        raise NoSuchFile
    is_small = is_small and row.media_type == JPEG
    return FileContent(card_of(row), _small(row) if is_small else storage.get(row.key))


def drop_file(*, viewer: Viewer, owner: Owner, key: str, now: datetime) -> None:
    """Take one file away, for good. Safe to repeat: one that is not there is not missed."""
    with transaction.atomic():
        row = find_row(owner, key)
        if row is not None:
            _drop(viewer, owner, [row], now)


def drop_files(*, viewer: Viewer | None, owner: Owner, now: datetime) -> int:
    """Take away everything of an owner that is no more; return how many. `viewer` None: the system itself."""
    with transaction.atomic():
        rows = list(File.objects.filter(owner_kind=owner.kind, owner_id=owner.id))
        if rows:
            _drop(viewer, owner, rows, now)
        return len(rows)


def _drop(viewer: Viewer | None, owner: Owner, rows: list[File], now: datetime) -> None:
    keys = [row.key for row in rows]
    File.objects.filter(pk__in=[row.pk for row in rows]).delete()
    audit.record(viewer, action="files.drop", object=str(owner), detail={"files": [key.hex for key in keys]}, now=now)
    transaction.on_commit(lambda: storage.remove(*keys))


def reseal(*, now: datetime) -> int:
    """Seal every file with the newest key; return how many were sealed anew. After a rotation of the keys. Safe to repeat and to stop."""
    done = 0
    for key in File.objects.order_by("pk").values_list("key", flat=True).iterator():
        if not storage.is_sealed_with_newest(key):
            storage.put(key, storage.get(key))
            done += 1
        if storage.path_of(key, is_small=True).exists() and not storage.is_sealed_with_newest(key, is_small=True):
            storage.put(key, storage.get(key, is_small=True), is_small=True)
    if done:
        audit.record(None, action="files.reseal", object="files:all", detail={"count": done}, now=now)
    return done


def sweep(*, now: datetime) -> int:
    """Remove content without a row, a day old: what an upload that died left behind. Return how many. Safe to repeat."""
    done = 0
    for path, key in storage.list_old(now - _SWEPT_AFTER):
        if key is None or not File.objects.filter(key=key).exists():
            path.unlink(missing_ok=True)
            done += 1
    return done
