"""The page of targets as a workbook."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from niangjia.portals.cockpit.figures import views
from niangjia.portals.cockpit.figures.asked import Asked
from niangjia.portals.cockpit.figures.declared import declared
from niangjia.portals.cockpit.figures.measuring import open_rollup
from niangjia.portals.cockpit.figures.problems import NoRollup, NoSuchFigure
from niangjia.portals.cockpit.figures.targeting import Board, boards_of
from niangjia.portals.cockpit.targets.asked import Shown
from niangjia.portals.cockpit.targets.programmes import columns_of
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.tags import say
from niangjia.portals.officer.exporting import Column, Listing, export_of


def _found(request: PageRequest, panel: str) -> Sequence[tuple[Board, Shown]]:
    """Every line of every programme of the page, those without a number last."""
    page = declared().panel(panel)
    rollup, _is_broken = open_rollup()
    if page is None or not page.has_targets:
        raise NoSuchFigure
    if rollup is None:
        raise NoRollup
    boards = boards_of(request.viewer, Asked.of(request, rollup).union)
    return [(board, shown) for board in boards for shown in (*board.rows, *board.open_rows)]


TARGETS = Listing(
    "cockpit-targets",
    _("目标一览"),
    _found,
    lambda request: (
        Column(_("方案"), lambda row: say(dict(row[0].programme.title)), 30),
        Column(_("年度"), lambda row: row[0].asked.year, 8),
        *columns_of(lambda row: row[1]),
    ),
    filters=("union", "month"),
)
export_targets = export_of(TARGETS, views.panel)
