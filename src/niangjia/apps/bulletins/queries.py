"""Reading bulletins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import QuerySet

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.bulletins import access
from niangjia.apps.bulletins.kinds import PLACE as PLACE
from niangjia.apps.bulletins.kinds import WORDS as WORDS
from niangjia.apps.bulletins.kinds import get_kind as get_kind
from niangjia.apps.bulletins.kinds import last_month as last_month
from niangjia.apps.bulletins.kinds import list_kinds as list_kinds
from niangjia.apps.bulletins.kinds import period_words as period_words
from niangjia.apps.bulletins.models import Bulletin
from niangjia.apps.bulletins.numbers import Stranger as Stranger
from niangjia.apps.bulletins.numbers import strangers as strangers
from niangjia.apps.bulletins.problems import NoSuchKind as NoSuchKind
from niangjia.apps.bulletins.problems import NotFound as NotFound
from niangjia.apps.bulletins.text import CHIP as CHIP
from niangjia.apps.bulletins.text import chip as chip
from niangjia.apps.bulletins.text import differences as differences
from niangjia.apps.bulletins.text import plain as plain
from niangjia.apps.bulletins.types import BlockText, Card, Content, FigureValue, RevisionCard, State, TableText
from niangjia.apps.bulletins.verification import verify as verify


def content_of(raw: Mapping[str, Any]) -> Content:
    return Content(raw["title"], raw["to"], raw["copies"], [BlockText(**block) for block in raw["blocks"]])


def figures_of(raw: Iterable[Mapping[str, Any]]) -> list[FigureValue]:
    return [FigureValue(**one) for one in raw]


def list_bulletins(viewer: Viewer, *, kind: str = "", state: str = "") -> QuerySet[Bulletin]:
    """The newest first; for reading. Raises NotAllowed."""
    rows = access.visible(viewer).order_by("-drafted_at", "-pk")
    rows = rows.filter(kind=kind) if kind else rows
    return rows.filter(state=state) if state in State.__members__ else rows


def get_bulletin(viewer: Viewer, bulletin_id: int) -> Card:
    """Raises NotAllowed, NotFound."""
    row = access.visible(viewer).filter(pk=bulletin_id).first()
    if row is None:
        raise NotFound
    return card_of(row)


def card_of(row: Bulletin) -> Card:
    return Card(
        id=row.pk, org_id=row.org_id, org_name=row.org.name, kind=row.kind, period=row.period, state=State(row.state),
        content=content_of(row.content), tables=[TableText(**one) for one in row.tables], figures=figures_of(row.figures), as_of=row.as_of,
        version=row.version, year=row.year, number=row.number, mark=row.mark, drafted_by=row.drafted_by_id, drafted_at=row.drafted_at,
        edited_by=row.edited_by_id, reviewed_by=row.reviewed_by_id, issued_by=row.issued_by_id, issued_at=row.issued_at,
        withdrawn_at=row.withdrawn_at, reason=row.reason,
    )  # fmt: skip


def strangers_of(row: Bulletin | Card) -> list[Stranger]:
    """The numbers of its text that people wrote themselves: no figure of it says them, or they stand in place of one."""
    card = row if isinstance(row, Card) else card_of(row)
    return strangers(card.content, card.figures, card.tables)


def may_write(viewer: Viewer, card: Card) -> bool:
    """Whether the viewer's post is one that writes this bulletin."""
    return permissions.may(viewer, "bulletins.manage") and card.org_id == viewer.org_id


def list_revisions(viewer: Viewer, bulletin_id: int) -> list[RevisionCard]:
    """The newest first; of one's own union's only. Raises NotAllowed, NotFound."""
    permissions.require(viewer, "bulletins.manage")
    row = access.visible(viewer).filter(pk=bulletin_id, org=viewer.org_id).first()
    if row is None:
        raise NotFound
    return [
        RevisionCard(one.version, content_of(one.content), one.by_id, one.at, one.note)
        for one in row.revisions.order_by("-version")
    ]


def count_living_at(org_id: int) -> int:
    """Drafts of that very union. Without scope: for whoever changes unions."""
    return access.drafts_of(org_id).count()
