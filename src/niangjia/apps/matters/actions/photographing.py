"""Papers that an officer adds to the stage that is theirs: the photo of what was put right, by who saw it done."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.files import actions as files
from niangjia.apps.files.types import FileCard
from niangjia.apps.matters import access, evidence, moving, questions
from niangjia.apps.matters.models import Matter, Paper
from niangjia.apps.matters.problems import AlreadyClosed, NotAskedHere
from niangjia.apps.matters.types import MatterState, PaperState


def add_paper(
    *, viewer: Viewer, matter_id: int, code: str, content: bytes, now: datetime, key: uuid.UUID | None = None
) -> FileCard:
    """
    Keep a photo or PDF for `code`, a photo or file field of the present stage. Where a photo was taken is not kept with it. Safe to repeat.

    Raises:
        NotAllowed, NotFound, NotYourTurn, OwnMatter, AlreadyClosed. NotAskedHere: the stage has no such field. files' FileRefused.
    """
    permissions.require(viewer, "matters.view")
    with transaction.atomic():
        matter = _take(viewer, matter_id, code)
        kept = files.keep_file(
            viewer=viewer, owner=evidence.owner_of(matter), part=evidence.part_of(code), content=content, key=key, now=now,
            most=evidence.MOST, only_photos=questions.uploads_of(moving.pack_of(matter), matter.stage)[code].type == "photo",
        )  # fmt: skip
        _state(viewer, matter, code, PaperState.FILE, now)
    return kept


def drop_paper(*, viewer: Viewer, matter_id: int, code: str, key: str, now: datetime) -> None:
    """
    Take one of the present stage's files away, for good. Safe to repeat.

    Raises:
        NotAllowed, NotFound, NotYourTurn, OwnMatter, AlreadyClosed, NotAskedHere.
    """
    permissions.require(viewer, "matters.view")
    with transaction.atomic():
        matter = _take(viewer, matter_id, code)
        theirs = evidence.files_of(matter).get(evidence.part_of(code), ())
        if key not in {one.key for one in theirs}:
            return
        files.drop_file(viewer=viewer, owner=evidence.owner_of(matter), key=key, now=now)
        if len(theirs) == 1:
            _state(viewer, matter, code, PaperState.LATER, now)


def _take(viewer: Viewer, matter_id: int, code: str) -> Matter:
    matter = moving.find(viewer, matter_id)
    if matter.closed_at is not None:
        raise AlreadyClosed(str(MatterState(matter.state).label), matter.state)
    access.require_turn(viewer, matter)
    if code not in questions.uploads_of(moving.pack_of(matter), matter.stage):
        raise NotAskedHere
    return matter


def _state(viewer: Viewer, matter: Matter, code: str, state: PaperState, now: datetime) -> None:
    last = Paper.objects.filter(matter=matter, code=code).order_by("-pk").first()
    if last is None or last.state != state:
        Paper.objects.create(matter=matter, code=code, state=state, account_id=viewer.account_id, at=now)
