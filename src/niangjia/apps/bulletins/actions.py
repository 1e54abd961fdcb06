"""A bulletin is drafted, edited, reviewed, issued under a number, withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.audit.types import Entry
from niangjia.apps.bulletins import access, kinds, numbers, text
from niangjia.apps.bulletins.models import Bulletin, Register, Revision
from niangjia.apps.bulletins.problems import (
    EditedMeanwhile,
    NotInThisState,
    NumbersUnchecked,
    ReasonMissing,
    TextMissing,
)
from niangjia.apps.bulletins.queries import content_of, figures_of, strangers_of
from niangjia.apps.bulletins.types import Content, FigureValue, State, TableText

_OPEN = (State.DRAFT, State.REVIEWED)


def draft(
    *,
    viewer: Viewer,
    kind: str,
    period: str,
    content: Content,
    figures: Sequence[FigureValue],
    tables: Sequence[TableText],
    as_of: datetime,
    mark: str = "",
    key: str,
    now: datetime,
) -> int:
    """
    A draft of the viewer's union from what was counted at `as_of`; return its id. Safe to repeat: with the same `key` the one that is there.
    `mark`: the letters of the number before its year (机关代字), empty = the kind's own.

    Raises: NotAllowed, NoSuchKind, PeriodRefused, TextMissing, UnknownFigure, FigureSaidTwice.
    """
    permissions.require(viewer, "bulletins.manage")
    declared = kinds.get_kind(kind)
    kinds.last_month(declared, period)
    if known := Bulletin.objects.filter(key=key, org=viewer.org_id).first():
        return known.pk
    _require_text(content)
    settled = text.settle(content.blocks, figures, "")
    with transaction.atomic():
        row = Bulletin.objects.create(
            key=key, org_id=viewer.org_id, kind=kind, period=period, mark=" ".join(mark.split())[:30] or declared.mark, state=State.DRAFT, content=asdict(content),
            figures=[asdict(one) for one in settled], tables=[asdict(one) for one in tables], as_of=as_of,
            drafted_by_id=viewer.account_id, drafted_at=now, edited_by_id=viewer.account_id,
        )  # fmt: skip
        _keep(row, viewer, "", now)
        audit.record(viewer, action="bulletins.draft", object=f"bulletin:{row.pk}", detail={"kind": kind, "period": period}, now=now)  # fmt: skip
    return row.pk


def edit(
    *, viewer: Viewer, bulletin_id: int, version: int, content: Content, reason: str = "", now: datetime
) -> int:  # fmt: skip
    """
    The text is now `content`; it is a draft again. `version`: the one that was edited. Returns the new one. Safe to repeat: what is there
    already makes no new version.

    Raises:
        NotAllowed, NotFound, NotInThisState, TextMissing, UnknownFigure, FigureSaidTwice;
        ChangeNeedsReason: a counted number was changed; FigureIsHidden: it is one that is not said; EditedMeanwhile: by somebody else, since that version.
    """
    _require_text(content)
    said = _said(reason)
    with transaction.atomic():
        row = access.lock(viewer, bulletin_id)
        if row.state not in _OPEN:
            raise NotInThisState
        standing = content_of(row.content)
        if standing == content:
            return row.version
        if version != row.version:
            shown = row.revisions.filter(version=version).first()
            raise EditedMeanwhile(text.differences(content_of(shown.content), standing) if shown else [])
        settled = text.settle(content.blocks, figures_of(row.figures), said)
        row.content, row.figures = asdict(content), [asdict(one) for one in settled]
        row.version += 1
        row.state, row.reviewed_by_id, row.edited_by_id = State.DRAFT, None, viewer.account_id
        row.save()
        _keep(row, viewer, said, now)
        changed = sum(1 for one in settled if one.changed)
        detail = {"version": row.version, "changed_figures": changed}
        audit.record(viewer, action="bulletins.edit", object=f"bulletin:{row.pk}", detail=detail, reason=said, now=now)
    return row.version


def review(*, viewer: Viewer, bulletin_id: int, now: datetime) -> None:
    """Somebody else has read it and it may be issued. Safe to repeat. Raises NotAllowed, NotFound, NotInThisState, SamePerson."""
    with transaction.atomic():
        row = access.lock(viewer, bulletin_id)
        if row.state == State.REVIEWED:
            return
        if row.state != State.DRAFT:
            raise NotInThisState
        access.require_other(viewer, row)
        row.state, row.reviewed_by_id = State.REVIEWED, viewer.account_id
        row.save()
        audit.record(viewer, action="bulletins.review", object=f"bulletin:{row.pk}", now=now)


def issue(*, viewer: Viewer, bulletin_id: int, checked: Sequence[str] = (), now: datetime) -> int:
    """
    It gets the next number of its union and year, its figures are pinned, and the unions below are told. Returns the number. Safe to repeat.
    `checked`: the keys of the numbers that no figure says or that are not as they were counted, each of which the viewer answers for.

    Raises: NotAllowed, NotFound, NotInThisState, SamePerson, NumbersUnchecked.
    """
    permissions.require(viewer, "bulletins.issue")
    with transaction.atomic():
        row = access.lock(viewer, bulletin_id)
        if row.state == State.ISSUED and row.number:
            return row.number
        if row.state != State.REVIEWED:
            raise NotInThisState
        access.require_other(viewer, row)
        strange = strangers_of(row)
        if left := numbers.unanswered(strange, checked):
            raise NumbersUnchecked([one.text for one in left])
        row.year = timezone.localtime(now).year
        row.number = _next_number(row.org_id, row.year)
        row.state, row.issued_by_id, row.issued_at = State.ISSUED, viewer.account_id, now
        row.pinned = [text.plain(block["text"]) for block in row.content["blocks"]]
        row.save()
        detail = {
            "org": row.org_id,
            "year": row.year,
            "number": str(row.number),
            "version": row.version,
            "own_numbers": len(strange),
        }
        audit.record(viewer, action="bulletins.issue", object=f"bulletin:{row.pk}", detail=detail, now=now)
    return row.number


def _next_number(org_id: int, year: int) -> int:
    """Given in the transaction that issues: what fails gives none away, so there is no gap; who comes second waits."""
    Register.objects.get_or_create(org_id=org_id, year=year)
    register = Register.objects.select_for_update().get(org_id=org_id, year=year)
    register.last += 1
    register.save()
    return register.last


def withdraw(*, viewer: Viewer, bulletin_id: int, reason: str, now: datetime) -> None:
    """It stays readable under its number, marked, with why; of a union that ended its successor may. Safe to repeat. Raises NotAllowed, NotFound, NotInThisState, ReasonMissing."""
    permissions.require(viewer, "bulletins.issue")
    said = _said(reason)
    if len(said) < text.SHORTEST_REASON:
        raise ReasonMissing
    with transaction.atomic():
        row = access.lock_issued(viewer, bulletin_id)
        if row.state == State.WITHDRAWN:
            return
        if row.state != State.ISSUED:
            raise NotInThisState
        row.state, row.withdrawn_by_id, row.withdrawn_at, row.reason = State.WITHDRAWN, viewer.account_id, now, said
        row.save()
        audit.record(viewer, action="bulletins.withdraw", object=f"bulletin:{row.pk}", reason=said, now=now)


def note_export(*, viewer: Viewer, bulletin_id: int, form: str, purpose: str, now: datetime) -> None:
    """Somebody took it away as PDF, Word or Excel. Raises NotAllowed, NotFound."""
    if not access.visible(viewer).filter(pk=bulletin_id).exists():
        raise access.NotFound
    audit.record(
        viewer, action="bulletins.export", object=f"bulletin:{bulletin_id}", detail={"form": form}, reason=purpose, now=now
    )  # fmt: skip


@transaction.atomic
def rehome_drafts(*, viewer: Viewer, from_id: int, to_id: int, now: datetime) -> int:
    """
    What a union that ends had not issued goes on as a draft of `to_id`, to be read anew, under the kind's own letters; what it issued keeps its number
    and its name. Return how many. Safe to repeat. For the journey that has changed the tree and asked for the right.
    """
    rows = list(access.drafts_of(from_id).select_for_update().order_by("pk"))
    marks = {one.id: one.mark for one in kinds.list_kinds()}
    for row in rows:
        row.org_id, row.state, row.reviewed_by_id, row.mark = to_id, State.DRAFT, None, marks.get(row.kind, row.mark)
        row.save(update_fields=["org", "state", "reviewed_by", "mark"])
    entries = [Entry("bulletins.rehome", f"bulletin:{one.pk}", {"from": from_id, "to": to_id}) for one in rows]
    audit.record_many(viewer, entries=entries, now=now)
    return len(rows)


def _require_text(content: Content) -> None:
    if not content.title.strip() or not any(block.text.strip() for block in content.blocks):
        raise TextMissing


def _said(reason: str) -> str:
    said = " ".join(reason.split())[:300]
    audit.refuse_personal_data(said, "reason")
    return said


def _keep(row: Bulletin, viewer: Viewer, note: str, now: datetime) -> None:
    Revision.objects.create(
        bulletin=row, version=row.version, content=row.content, by_id=viewer.account_id, at=now, note=note
    )
