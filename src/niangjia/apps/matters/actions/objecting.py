"""Objections to what was decided or announced of a matter: raised, looked into by who had no hand in it, answered, decided anew."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import IntegrityError, transaction

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.files import actions as files
from niangjia.apps.files.types import FileCard, FileContent
from niangjia.apps.matters import access, announcing, evidence, money, moving, objecting, sealed
from niangjia.apps.matters.models import Matter, Objection, PublicNotice
from niangjia.apps.matters.problems import (
    AlreadyObjected,
    AppliedAnew,
    ForAHigherUnion,
    NotFound,
    ReasonMissing,
)
from niangjia.apps.matters.types import MatterState, ObjectionAbout, Step
from niangjia.apps.objections import actions as objections
from niangjia.apps.objections.types import GrievanceState, RaisedObjection


def object_to(
    *, viewer: Viewer, matter_id: int, words: str, now: datetime, contact: str = "", key: uuid.UUID | None = None
) -> int:
    """
    The applicant objects to what was decided or announced; return the objection's id. The words are sealed. Safe to repeat with `key`.

    Raises:
        NotAllowed, NotFound, ReasonMissing: no words. NothingToObjectTo, ObjectionTooLate, AlreadyObjected.
    """
    permissions.require(viewer, "own.view")
    with transaction.atomic():
        matter = moving.find(viewer, matter_id)
        known = (
            Objection.objects.filter(matter=matter, key=key, person_id=viewer.person_id or 0).first() if key else None
        )
        if known is not None:
            return known.pk
        about = objecting.open_to(matter, now).about
        if Objection.objects.filter(matter=matter, person__isnull=False, state=GrievanceState.OPEN).exists():
            raise AlreadyObjected
        notice = announcing.standing(matter) if about is ObjectionAbout.NOTICE else None
        return _raise(viewer, matter, about, notice, words, contact, now, key).pk


def object_to_notice(
    *, notice_id: int, words: str, contact: str, now: datetime, key: uuid.UUID | None = None, address: str = ""
) -> RaisedObjection:
    """
    Anyone objects to a notice that is up. Safe to repeat with the same `key`. `address`: the network address that asks.

    Raises:
        NoticeIsDown, ReasonMissing. accounts' TooManyTries.
    """
    notice = objections.find_live(PublicNotice.objects.select_related("matter"), notice_id, now=now)
    known = Objection.objects.filter(key=key, notice=notice).first() if key else None
    if known is None:
        _require(words)
        objections.take_public_turn(address, now=now)
        with transaction.atomic():
            known = _raise(None, notice.matter, ObjectionAbout.NOTICE, notice, words, contact, now, key)
    return RaisedObjection(known.pk, known.receipt or "")


def _require(words: str) -> str:
    if not words.strip():
        raise ReasonMissing
    return words.strip()[:2000]


def _raise(
    viewer: Viewer | None,
    matter: Matter,
    about: ObjectionAbout,
    notice: PublicNotice | None,
    words: str,
    contact: str,
    now: datetime,
    key: uuid.UUID | None,
) -> Objection:
    row, is_new = objections.raise_objection(
        Objection, {"matter": matter, "notice": notice, "about": about, "step": matter.step},
        person_id=viewer.person_id if viewer else None, words=_require(words), contact=contact.strip()[:100], seal=sealed.seal,
        now=now, key=key,
    )  # fmt: skip
    if is_new:
        org = objecting.union_that_answers(matter).id
        moving.tell(
            viewer,
            matter,
            "matters.object",
            now,
            objection=row.pk,
            about=about.value,
            is_public=viewer is None,
            org=org,
        )
    return row


def answer_objection(*, viewer: Viewer, objection_id: int, is_upheld: bool, words: str, now: datetime) -> bool:
    """
    Answer an objection, by an officer who had no hand in the matter, of the union that decided or one above. A decision that was objected
    to with success is undone: money that has not left goes back, and the matter returns to the stage that decided, for others to decide
    anew; false where its money is out already, so that only deciding anew under 复议 can change it. Safe to repeat.

    Raises:
        NotAllowed, NotFound, OwnMatter, ReasonMissing: no words. ForAHigherUnion, OfficerOfTheCase, AlreadyAnswered.
        MoneyNotYours, AppliedAnew.
    """
    permissions.require(viewer, "matters.answer")
    with transaction.atomic():
        row = objecting.find(viewer, objection_id)
        matter, words = row.matter, _require(words)
        access.refuse_own(viewer, matter)
        desk = objecting.desk_that_decided(matter)
        if not desk.path.startswith(viewer.org_path):
            raise ForAHigherUnion(desk.name)
        is_new = objections.answer(
            row,
            viewer=viewer,
            is_upheld=is_upheld,
            words=words,
            hands=access.hands_in(matter),
            seal=sealed.seal,
            now=now,
        )
        if not is_new:
            return True
        is_undone = is_upheld and row.about == ObjectionAbout.DECISION and _undo(viewer, matter, words, now)
        moving.tell(
            viewer, matter, "matters.answer_objection", now, objection=row.pk, state=row.state,
            is_public=row.person_id is None, is_undone=is_undone,
        )  # fmt: skip
        return is_undone or not is_upheld or row.about == ObjectionAbout.NOTICE


def _undo(viewer: Viewer, matter: Matter, words: str, now: datetime) -> bool:
    """Back to the stage that decided; false: the money is out, and nothing was changed."""
    flow = moving.flow_for(matter)
    decisive = objecting.decisive_move(matter, flow)
    if decisive is None or matter.state == MatterState.WITHDRAWN:
        return False
    if not money.give_back(viewer, matter, f"异议成立：{words}", now):
        return False
    announcing.take_down(matter, now)
    stage, today = flow.stage(decisive.from_stage), moving.today_of(now)
    changes = moving.entering(matter, flow, stage, today) | {
        "closed_at": None,
        "decision_id": None,
        "expected_on": moving.expected(matter, flow, stage, today),
    }
    try:
        with transaction.atomic():
            moving.make(
                viewer, matter, Step.REOPEN, now, reason=words, changes=changes, is_over=matter.closed_at is not None
            )
    except IntegrityError:
        other = Matter.objects.filter(
            person_id=matter.person_id or 0, program=matter.program, event=matter.event, closed_at__isnull=True
        ).first()
        if other is None:
            raise
        raise AppliedAnew(other.number) from None
    return True


def read_objection(*, viewer: Viewer, objection_id: int, now: datetime) -> dict[str, str]:
    """
    The words of an objection, how to reach who raised it (for officers), the answer, and the deciding officer's words for who looks into
    it; an officer's reading is recorded.

    Raises:
        NotAllowed, NotFound.
    """
    with transaction.atomic():
        row = objecting.find(viewer, objection_id)
        if viewer.role is not Role.WORKER:
            audit.record(
                viewer, action="matters.read_objection", object=f"matter:{row.matter_id}", detail={"objection": row.pk},
                now=now,
            )  # fmt: skip
        said = objections.opened(row, sealed.unseal)
        is_open = row.state == GrievanceState.OPEN
        may_read = viewer.role is Role.WORKER or (is_open and objecting.looks_into(viewer, row.matter, row))
        return said | {"reason": objecting.reason_of(row.matter) if may_read else ""}


def keep_objection_file(
    *, viewer: Viewer, objection_id: int, content: bytes, key: uuid.UUID | None, now: datetime
) -> FileCard:
    """
    Keep a photo or PDF that goes with one's own objection, while it is open. Safe to repeat.

    Raises:
        NotAllowed, NotFound. files' FileRefused.
    """
    row = _own_open(viewer, objection_id)
    return files.keep_file(
        viewer=viewer, owner=evidence.owner_of(row.matter), part=evidence.objection_part(row.pk), content=content, key=key,
        most=evidence.MOST, now=now,
    )  # fmt: skip


def drop_objection_file(*, viewer: Viewer, objection_id: int, key: str, now: datetime) -> None:
    """Take one's own file away again, while the objection is open. Safe to repeat. Raises NotAllowed, NotFound."""
    row = _own_open(viewer, objection_id)
    if key in {one.key for one in objecting.files_of(row)}:
        files.drop_file(viewer=viewer, owner=evidence.owner_of(row.matter), key=key, now=now)


def _own_open(viewer: Viewer, objection_id: int) -> Objection:
    permissions.require(viewer, "own.view")
    row = objecting.find(viewer, objection_id)
    if row.state != GrievanceState.OPEN:
        raise NotFound
    return row


def open_objection_file(
    *, viewer: Viewer, objection_id: int, key: str, now: datetime, is_small: bool = False
) -> FileContent:
    """
    A paper that came with an objection: for who raised it, and for who may answer it; on record.

    Raises:
        NotAllowed, NotFound, OwnMatter, NoSuchFile.
    """
    row = objecting.find(viewer, objection_id)
    if viewer.role is not Role.WORKER:
        access.refuse_own(viewer, row.matter)
    if key not in {one.key for one in objecting.files_of(row)}:
        raise NotFound
    owner = evidence.owner_of(row.matter)
    return files.open_file(viewer=viewer, owner=owner, key=key, now=now, reason=row.matter.number, is_small=is_small)
