"""A text in the making: kept as it is typed, published by a colleague once it passes its check."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.programs import drafts, late, scope
from niangjia.apps.programs.actions.packs import install_one, refuse_together, require_story
from niangjia.apps.programs.actions.reconsidering import reconsider
from niangjia.apps.programs.cards import pack_card
from niangjia.apps.programs.models import PackDraft, PackVersion
from niangjia.apps.programs.problems import (
    DraftChanged,
    DraftClosed,
    DraftFaulty,
    NoSuchDraft,
    SourceMissing,
    TextTooLong,
    TypedIt,
)
from niangjia.apps.programs.types import DraftCard, PackCard, Retroactive
from niangjia.kernel.deployment import programs_folder


def start_draft(*, viewer: Viewer, version_id: int | None, now: datetime) -> DraftCard:
    """
    A draft with the text and examples of an installed version, or an empty one. Permission: programs.manage.

    Raises:
        NotAllowed; NoSuchDraft: there is no such version.
    """
    permissions.require(viewer, "programs.manage")
    program, cases, pack_id, area = "", "", "", scope.area_of(viewer)
    if version_id is not None:
        version = PackVersion.objects.filter(pk=version_id).first()
        if version is None:
            raise NoSuchDraft(version_id)
        program, cases = drafts.text_in_force(version)
        pack_id, area = version.pack_id, version.area
    with transaction.atomic():
        row = PackDraft.objects.create(
            pack_id=pack_id,
            area=area,
            program=program,
            cases=cases,
            hands=[viewer.account_id],
            changed_by_id=viewer.account_id,
            changed_at=now,
        )
        audit.record(viewer, action="programs.draft", object=f"draft:{row.pk}", detail={"pack": pack_id}, now=now)
    return drafts.draft_card(row)


def save_draft(
    *, viewer: Viewer, draft_id: int, program: str, cases: str, source: str, seen: str, now: datetime
) -> DraftCard:
    """
    Keep what was typed, whether it can be read or not; whoever changes anything has a hand in it and does not publish it.

    `seen`: the draft's `mark` that the page showed. Safe to repeat with the same text. Permission: programs.manage.

    Raises:
        NotAllowed, NoSuchDraft, DraftClosed, TextTooLong, OutsideYourArea.
        DraftChanged: a colleague saved another text since.
    """
    permissions.require(viewer, "programs.manage")
    program, cases = program.replace("\r\n", "\n"), cases.replace("\r\n", "\n")
    if max(len(program), len(cases)) > drafts.LONGEST:
        raise TextTooLong(drafts.LONGEST)
    with transaction.atomic():
        row = _open(viewer, draft_id)
        typed = (program, cases, source.strip()[:300])
        if typed == (row.program, row.cases, row.source):
            return drafts.draft_card(row)
        if drafts.mark_of(row) != seen:
            raise DraftChanged
        row.program, row.cases, row.source = typed
        pack = drafts.read(program, "").pack
        if pack is not None:
            scope.require_area(viewer, pack.area)
        row.pack_id, row.area = (pack.id, pack.area) if pack else (row.pack_id, row.area)
        row.hands = sorted({*row.hands, viewer.account_id})
        row.changed_by_id, row.changed_at = viewer.account_id, now
        row.save()
    return drafts.draft_card(row)


def drop_draft(*, viewer: Viewer, draft_id: int, now: datetime) -> None:
    """Put it away; the text stays in the table. Safe to repeat. Raises NotAllowed, NoSuchDraft, DraftClosed: it is published."""
    permissions.require(viewer, "programs.manage")
    with transaction.atomic():
        row = _visible(viewer, draft_id)
        if row.version_id is not None:
            raise DraftClosed
        if row.dropped_at is None:
            row.dropped_at = now
            row.save(update_fields=["dropped_at"])
            audit.record(viewer, action="programs.drop_draft", object=f"draft:{row.pk}", now=now)


def publish_draft(
    *,
    viewer: Viewer,
    draft_id: int,
    seen: str,
    active_from: date | None,
    retroactive: Retroactive | None = None,
    now: datetime,
) -> PackCard:
    """
    Install the text from a day on, as `install_packs` does. Safe to repeat: a published draft gives its version again.
    Permission: programs.manage.

    Raises:
        NotAllowed, NoSuchDraft, DraftClosed, OutsideYourArea, SourceMissing.
        TypedIt: the viewer, or a colleague they stand in for, typed some of it.
        DraftChanged: it is not the text that the page showed.
        DraftFaulty: it does not pass its check.
        ExampleOnly, WouldRewrite, AfterInCircle, ReasonMissing: as of `install_packs`.
    """
    permissions.require(viewer, "programs.manage")
    if retroactive is not None:
        require_story(retroactive)
    row = _visible(viewer, draft_id)
    if row.version_id is not None:
        return pack_card(PackVersion.objects.get(pk=row.version_id))
    with transaction.atomic():
        version = _publish(viewer, _open(viewer, draft_id), seen, active_from, retroactive is not None, now)
    if retroactive is not None:
        reconsider(viewer=viewer, cause=late.cause_of_version(version, retroactive), now=now)
    return pack_card(version)


def _publish(
    viewer: Viewer, row: PackDraft, seen: str, active_from: date | None, is_retroactive: bool, now: datetime
) -> PackVersion:
    if viewer.has_hand_in(row.hands):
        raise TypedIt
    if drafts.mark_of(row) != seen:
        raise DraftChanged
    if not row.source:
        raise SourceMissing
    with drafts.laid_out(row.program, row.cases) as folder:
        found = drafts.read_folder(folder)
        if found.pack is None or found.problems:
            raise DraftFaulty(len(found.problems))
        scope.require_area(viewer, found.pack.area)
        refuse_together([found.pack])
        version = install_one(
            found.pack, now, viewer=viewer, programs=programs_folder(), active_from=active_from, is_retroactive=is_retroactive
        )  # fmt: skip
    row.version, row.published_by_id, row.published_at = version, viewer.account_id, now
    row.save(update_fields=["version", "published_by", "published_at"])
    detail = {"version": version.pk, "source": row.source}
    audit.record(viewer, action="programs.publish_draft", object=f"draft:{row.pk}", detail=detail, now=now)
    return version


def _visible(viewer: Viewer, draft_id: int) -> PackDraft:
    row = PackDraft.objects.filter(pk=draft_id, area__startswith=scope.area_of(viewer)).first()
    if row is None:
        raise NoSuchDraft(draft_id)
    return row


def _open(viewer: Viewer, draft_id: int) -> PackDraft:
    row = PackDraft.objects.select_for_update().filter(pk=draft_id, area__startswith=scope.area_of(viewer)).first()
    if row is None:
        raise NoSuchDraft(draft_id)
    if row.version_id is not None or row.dropped_at is not None:
        raise DraftClosed
    return row
