"""Standings as a workbook: of a draft as it is counted now, and of a publication as it was kept."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from niangjia.apps.assessments import queries
from niangjia.portals.cockpit.assessments import sheets
from niangjia.portals.cockpit.assessments.sheets import Row, figure_in_words
from niangjia.portals.design.requests import PageRequest, whole
from niangjia.portals.design.tags import say
from niangjia.portals.officer.exporting import Column, Listing, export_of

_HEADS = (
    Column(_("名次"), lambda row: row.standing.rank, 8),
    Column(_("工会"), lambda row: row.union.name if row.union else "", 26),
    Column(_("工会编号"), lambda row: row.union.code if row.union else "", 16),
    Column(_("折算得分"), lambda row: row.standing.standing, 12),
    Column(_("实得"), lambda row: row.standing.total, 10),
    Column(_("可得"), lambda row: row.standing.possible, 10),
    Column(_("加减分"), lambda row: row.standing.adjusted, 10),
)


def _of_item(item_id: str, title: str, unit: str) -> tuple[Column, Column]:
    """What was counted, in words, and the points; empty: not known, not scored."""

    def point(row: Row) -> tuple[str, Decimal | None]:
        found = next((one for one in row.standing.items if one.item == item_id), None)
        return (figure_in_words(found.figure, unit), found.points) if found else ("", None)

    return Column(f"{title} · {_('数')}", lambda row: point(row)[0], 14), Column(f"{title} · {_('得分')}", lambda row: point(row)[1], 12)  # fmt: skip


def drafted(request: PageRequest, sheet_id: str) -> Sequence[Row]:
    one = queries.get_sheet(sheet_id)
    return sheets.rows_of(sheets.drafted(request, one, whole(request.GET.get("union", "")))[1])


def published(request: PageRequest, publication_id: int) -> Sequence[Row]:
    return sheets.rows_of(queries.get_publication(request.viewer, publication_id).standings)


def _columns_of_sheet(request: PageRequest) -> tuple[Column, ...]:
    one = queries.get_sheet(_part(request, "sheet_id"))
    items = [_of_item(item.id, say(item.title), item.unit.value) for item in one.items]
    return (*_HEADS, *(column for pair in items for column in pair))


def _columns_of_publication(request: PageRequest) -> tuple[Column, ...]:
    card = queries.get_publication(request.viewer, int(_part(request, "publication_id")))
    items = [
        _of_item(rule["id"], say({"zh": rule["zh"], "en": rule["en"]}), rule["unit"]) for rule in card.rules
    ]  # fmt: skip
    return (*_HEADS, *(column for pair in items for column in pair))


def _part(request: PageRequest, name: str) -> str:
    return str(request.resolver_match.kwargs[name]) if request.resolver_match else ""


DRAFT = Listing("assessment", _("考核得分"), drafted, _columns_of_sheet, filters=("union",))
export_sheet = export_of(DRAFT, sheets.sheet)
PUBLISHED = Listing("assessment-published", _("公布的得分"), published, _columns_of_publication)
export_publication = export_of(PUBLISHED, sheets.publication)
