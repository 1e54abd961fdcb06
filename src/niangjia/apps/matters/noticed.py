"""Notices and objections as others see them. Reads only."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import QuerySet

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.matters import access, announcing, objecting
from niangjia.apps.matters.models import Matter, Objection, PublicNotice
from niangjia.apps.matters.types import MayObject, NoticeCard, ObjectionAbout, ObjectionCard
from niangjia.apps.objections.types import GrievanceState, LiveNotice
from niangjia.kernel.problems import Refusal


def list_live_notices(*, today: date) -> list[LiveNotice]:
    """What the public sees today of matters; a notice takes itself down with its last day. No viewer: it is public."""
    found = PublicNotice.objects.filter(withdrawn_at__isnull=True, starts_on__lte=today, ends_before__gt=today)
    found = found.select_related("matter__version").defer("matter__version__files")
    return [
        LiveNotice(
            row.pk,
            row.masked_name,
            row.unit,
            row.tier,
            row.amount,
            row.starts_on,
            row.ends_before,
            row.matter.version.title_zh,
            row.matter.version.title_en,
        )
        for row in found.order_by("-starts_on", "pk")
    ]


def list_announced(viewer: Viewer, *, today: date) -> QuerySet[PublicNotice]:
    """Notices of the viewer's part of the tree that are up, for reading."""
    permissions.require(viewer, "matters.view")
    rows = PublicNotice.objects.filter(
        withdrawn_at__isnull=True, ends_before__gt=today, matter__in=access.visible(viewer)
    )
    return rows.select_related("matter__org", "matter__version").defer("matter__version__files").order_by("ends_before")


def list_objections(viewer: Viewer, *, only_open: bool = True) -> QuerySet[Objection]:
    """Objections to matters of the viewer's part of the tree, oldest first; their words are opened by `actions.read_objection`."""
    permissions.require(viewer, "matters.answer")
    rows = Objection.objects.filter(matter__in=access.visible(viewer))
    rows = rows.select_related("matter__org", "matter__desk", "matter__version").defer("matter__version__files")
    return (rows.filter(state=GrievanceState.OPEN) if only_open else rows).order_by("raised_at", "pk")


def count_open_objections(viewer: Viewer) -> int:
    return list_objections(viewer).count() if permissions.may(viewer, "matters.answer") else 0


def objection_cards(rows: Iterable[Objection]) -> list[ObjectionCard]:
    return [_card(row) for row in rows]


def get_objection(viewer: Viewer, objection_id: int) -> ObjectionCard:
    """With its files. Raises NotAllowed, NotFound."""
    row = objecting.find(viewer, objection_id)
    return _card(row, with_files=True)


def objections_of(matter: Matter, viewer: Viewer) -> list[ObjectionCard]:
    """All to this matter; a worker sees their own."""
    rows = Objection.objects.filter(matter=matter).select_related("matter__org", "matter__desk", "matter__version")
    if permissions.may(viewer, "own.view"):
        rows = rows.filter(person_id=viewer.person_id or 0)
    return [_card(row) for row in rows.order_by("pk")]


def may_object(matter: Matter, now: datetime) -> MayObject | None:
    """What the applicant may object to now; null: nothing, or they have objected and wait for the answer."""
    if Objection.objects.filter(matter=matter, person__isnull=False, state=GrievanceState.OPEN).exists():
        return None
    try:
        return objecting.open_to(matter, now)
    except Refusal:
        return None


def notice_card(matter: Matter) -> NoticeCard | None:
    """The standing notice; null: none was put up, or it was taken down."""
    row = announcing.standing(matter)
    if row is None:
        return None
    told = Objection.objects.filter(matter=matter, about=ObjectionAbout.NOTICE).values_list("state", "notice_id")
    states = [state for state, notice_id in told if notice_id == row.pk or state == GrievanceState.OPEN]
    return NoticeCard(
        id=row.pk,
        masked_name=row.masked_name,
        unit=row.unit,
        tier=row.tier,
        amount=row.amount,
        starts_on=row.starts_on,
        last_day=announcing.last_day_of(row),
        open_objections=states.count(GrievanceState.OPEN),
        is_upheld=GrievanceState.UPHELD in states,
    )


def _card(row: Objection, *, with_files: bool = False) -> ObjectionCard:
    matter = row.matter
    return ObjectionCard(
        id=row.pk,
        matter_id=matter.pk,
        number=matter.number,
        title_zh=matter.version.title_zh,
        title_en=matter.version.title_en,
        org_name=matter.org.name,
        desk_name=matter.desk.name,
        about=ObjectionAbout(row.about),
        state=GrievanceState(row.state),
        is_public=row.person_id is None,
        raised_at=row.raised_at,
        answered_at=row.answered_at,
        answered_by=row.answered_by_id,  # type: ignore[attr-defined]
        files=objecting.files_of(row) if with_files else (),
    )
