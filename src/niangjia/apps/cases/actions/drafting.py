"""The visit while it is being written down: what was typed so far and the photos, for the one who writes it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.audit import queries as events
from niangjia.apps.cases import access, moving, sealed
from niangjia.apps.cases.models import Case, Visit, VisitDraft
from niangjia.apps.cases.queries import draft_card, visit_owner
from niangjia.apps.cases.types import CaseAction, DraftCard
from niangjia.apps.files import actions as files
from niangjia.apps.files import queries as kept
from niangjia.apps.files.types import FileCard, FileContent
from niangjia.apps.registry import actions as registry_actions
from niangjia.apps.workorders.types import FINAL
from niangjia.kernel.problems import Refusal

PHOTOS, SIGNATURE = "photos", "signature"
MOST = {PHOTOS: 12, SIGNATURE: 1}
"""Files of a visit by part: photos of the place and of papers; the worker's signature."""
LONGEST = 200_000  # characters of one draft
_LOOKING = timedelta(minutes=15)  # from opening a visit's form with a reason to looking at its photos


class DraftTooLong(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "填写的内容太长，草稿没有存下。请精简陈述与意见。",
            "What was typed is too long and was not kept. Shorten the statement and the opinion.",
        )


class DraftChanged(Refusal):
    """Saved meanwhile from another page or device; nothing was written over it. `edition` is the one that stands."""

    def __init__(self, draft: DraftCard) -> None:
        self.edition = draft.edition
        super().__init__(
            "这份草稿在另一个页面或另一台设备上改过。请选用哪一份：打开那一份，或以本页为准。",
            "This draft was changed on another page or device. Choose: open that one, or keep this page's.",
        )


class VisitRecorded(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "这次走访已经登记，不能再改。要补充，请在工单里再登记一次走访。",
            "This visit is on record already and cannot be changed. To add to it, record another visit from the order.",
        )


class OpenFormFirst(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "请先写明理由打开走访表全文，再看照片；打开后十五分钟内有效。",
            "Open the visit's form with a reason first; its photos may be looked at for fifteen minutes after that.",
        )


def save_draft(
    *,
    viewer: Viewer,
    case_id: int,
    key: uuid.UUID,
    values: Mapping[str, Sequence[str]],
    now: datetime,
    edition: int | None = None,
    device: str = "",
) -> DraftCard:
    """
    Keep what was typed of a visit, sealed, for this officer and the case's order; what stood there is replaced.

    `values`: by field as the page sent them. `edition`: of the draft that the page knows, 0 = none; null = whatever stands there.
    The `device` that saved it last may always go on: its answer may have been lost on the way.

    Raises:
        NotAllowed, NotFound, NotInThisState, NotForThisRole, OwnHousehold. DraftTooLong, DraftChanged, VisitRecorded.
    """
    if sum(len(each) for several in values.values() for each in several) > LONGEST:
        raise DraftTooLong
    with transaction.atomic():
        draft, is_new = _draft(viewer, case_id, key, now)
        is_own = bool(device) and device == draft.saved_by
        if edition is not None and not is_own and edition != (0 if is_new else draft.edition):
            raise DraftChanged(draft_card(draft))
        draft.secret = sealed.seal({name: list(several) for name, several in values.items()}, "draft", draft.key)
        draft.edition += 1
        draft.saved_at, draft.saved_by = now, device
        draft.save(update_fields=["secret", "edition", "saved_at", "saved_by"])
        return draft_card(draft)


def _draft(viewer: Viewer, case_id: int, key: uuid.UUID, now: datetime) -> tuple[VisitDraft, bool]:
    """The officer's draft for the case's order, locked; made if there is none. Whether it is new."""
    case = moving.take(viewer, case_id, CaseAction.VISIT)
    if case.work_order_id is None:
        raise moving.NotFound
    if Visit.objects.filter(key=key).exists():
        raise VisitRecorded
    mine = VisitDraft.objects.select_for_update().filter(work_order_id=case.work_order_id, account_id=viewer.account_id)
    if draft := mine.first():
        return draft, False
    if VisitDraft.objects.filter(key=key).exists():  # somebody else's
        raise moving.NotFound
    draft, is_new = VisitDraft.objects.get_or_create(
        work_order_id=case.work_order_id,
        account_id=viewer.account_id,
        defaults={"key": key, "case": case, "secret": sealed.seal({}, "draft", key), "saved_at": now},
    )
    if is_new:
        audit.record(viewer, action="cases.start_draft", object=f"case:{case.pk}", detail={"visit": key.hex}, now=now)
    return draft, is_new


def keep_visit_file(
    *,
    viewer: Viewer,
    case_id: int,
    key: uuid.UUID,
    part: str,
    content: bytes,
    file_key: uuid.UUID | None = None,
    now: datetime,
) -> FileCard:
    """
    Keep a photo for the visit that is being written; another signature takes the place of the first.

    Safe to repeat with the same `file_key` or the same photo.

    Raises:
        As `save_draft`; files' FileRefused.
    """
    with transaction.atomic():
        draft, _ = _draft(viewer, case_id, key, now)
        owner = visit_owner(draft.key)
        before = kept.list_files(owner, part=part)
        card = files.keep_file(
            viewer=viewer,
            owner=owner,
            part=part,
            content=content,
            key=file_key,
            most=MOST[part] + (part == SIGNATURE),
            only_photos=True,
            now=now,
        )
        for old in before:
            if part == SIGNATURE and old.key != card.key:
                files.drop_file(viewer=viewer, owner=owner, key=old.key, now=now)
        return card


def drop_visit_file(*, viewer: Viewer, case_id: int, key: uuid.UUID, file_key: str, now: datetime) -> None:
    """Take a photo of the draft away. Safe to repeat. Raises as `save_draft`."""
    with transaction.atomic():
        draft, _ = _draft(viewer, case_id, key, now)
        files.drop_file(viewer=viewer, owner=visit_owner(draft.key), key=file_key, now=now)


def open_draft_file(
    *, viewer: Viewer, case_id: int, file_key: str, now: datetime, is_small: bool = False
) -> FileContent:
    """A photo of one's own draft. Raises as `save_draft`; files' NoSuchFile."""
    case = moving.take(viewer, case_id, CaseAction.VISIT)
    draft = VisitDraft.objects.filter(work_order_id=case.work_order_id, account_id=viewer.account_id).first()
    if draft is None:
        raise kept.NoSuchFile
    return files.open_file(viewer=viewer, owner=visit_owner(draft.key), key=file_key, now=now, is_small=is_small)


def open_visit_file(
    *, viewer: Viewer, visit_id: int, file_key: str, now: datetime, is_small: bool = False
) -> FileContent:
    """
    A photo of a visit on record, for who has opened its form with a reason in the last quarter of an hour; the worker sees who looked.

    Raises:
        NotAllowed, NotFound, MatterOver, OpenFormFirst; files' NoSuchFile.
    """
    with transaction.atomic():
        visit = access.require_visit(viewer, visit_id, now=now)
        person = f"person:{visit.case.person_id}"
        lately = events.objects_among(
            [person], account_id=viewer.account_id, action="registry.reveal", what="visit form", since=now - _LOOKING
        )
        if not lately:
            raise OpenFormFirst
        opened = files.open_file(viewer=viewer, owner=visit_owner(visit.key), key=file_key, now=now, is_small=is_small)
        registry_actions.record_views(
            viewer=viewer,
            person_ids=[visit.case.person_id] if visit.case.person_id else [],
            page="visit photo",
            now=now,
        )
        return opened


def sweep_drafts(*, now: datetime) -> int:
    """Drafts whose order has ended are taken away with their photos; return how many. Safe to repeat."""
    done = 0
    for draft in VisitDraft.objects.filter(work_order__state__in=FINAL).order_by("pk"):
        with transaction.atomic():
            draft.delete()
            files.drop_files(viewer=None, owner=visit_owner(draft.key), now=now)
            done += 1
    return done


def take_draft(viewer: Viewer, case: Case, key: uuid.UUID) -> dict[str, int]:
    """The draft becomes the visit of that key: the row goes, its files stay. By part, how many files; nothing where it is not theirs."""
    draft = VisitDraft.objects.filter(key=key, case=case, account_id=viewer.account_id).first()
    if draft is None:
        return {}
    counts: dict[str, int] = {}
    for card in kept.list_files(visit_owner(key)):
        counts[card.part] = counts.get(card.part, 0) + 1
    draft.delete()
    return counts
