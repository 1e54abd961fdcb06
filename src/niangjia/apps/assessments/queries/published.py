"""Sheets as they stand and as they were published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.assessments import access, pinning, score
from niangjia.apps.assessments.models import Publication
from niangjia.apps.assessments.problems import NotFound
from niangjia.apps.assessments.score import Standing
from niangjia.apps.assessments.types import AdjustmentCard, Figures, Published, Sheet, State
from niangjia.apps.organizations.types import Union


def draft(viewer: Viewer, sheet: Sheet, union: Union, figures: Figures) -> list[Standing]:
    """How the unions of `union` stand by these figures and by what was confirmed, the best first. Raises NotAllowed, NotFound."""
    assessor = access.get_assessor(viewer, union.id)
    values = {one.id: figures.values.get(one.id, {}) for one in access.compared(sheet, assessor)}
    return score.compare(sheet.weighed, values, pinning.adjusted(sheet, assessor.id))


def list_publications(viewer: Viewer, sheet_id: str = "") -> list[Published]:
    """Newest first. Raises NotAllowed."""
    rows = access.publications(viewer).order_by("-published_at", "-pk")
    return [_card(viewer, row) for row in (rows.filter(sheet=sheet_id) if sheet_id else rows)[:200]]


def get_publication(viewer: Viewer, publication_id: int) -> Published:
    """Raises NotAllowed, NotFound."""
    row = access.publications(viewer).filter(pk=publication_id).first()
    if row is None:
        raise NotFound
    return _card(viewer, row)


def _card(viewer: Viewer, row: Publication) -> Published:
    rules: Sequence[Mapping[str, Any]] = row.rules
    return Published(
        row.pk,
        row.sheet,
        State(row.state),
        row.org_id,
        row.as_of,
        rules,
        pinning.standings_of(row),
        row.published_at,
        row.reason,
        row.run,
        pinning.behind_of(row.rules),
    )


def list_adjustments(viewer: Viewer, sheet: Sheet, assessor_id: int) -> list[AdjustmentCard]:
    """Also those that nobody has confirmed; newest first. Raises NotAllowed."""
    rows = access.adjustments(viewer).filter(sheet=sheet.id, assessor=assessor_id).order_by("-pk")
    return [
        AdjustmentCard(row.pk, row.org_id, row.org.name, row.points, row.reason, row.proposed_by_id, row.proposed_at, row.confirmed_by_id)
        for row in rows[:200]
    ]  # fmt: skip
