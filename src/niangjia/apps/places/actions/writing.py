"""What the steps share: a change from a known step, and its event."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.places.lifecycle import PlaceState, Step
from niangjia.apps.places.models import Place, PlaceEvent
from niangjia.apps.places.problems import NotPossibleNow


def advance(place: Place, from_step: int, word: str, changes: Mapping[str, object]) -> None:
    """The change, unless somebody made another one from the same step. `place` is then as the table has it. Raises NotPossibleNow."""
    made = Place.objects.filter(pk=place.pk, step=from_step).update(step=from_step + 1, **changes)
    place.refresh_from_db()
    if not made:
        raise NotPossibleNow(place.name, PlaceState(place.state).label, word)


def write_event(
    place: Place,
    step: Step,
    viewer: Viewer,
    now: datetime,
    *,
    reason: str = "",
    findings: Mapping[str, bool] | None = None,
    mend_by: date | None = None,
) -> None:
    PlaceEvent.objects.create(
        place=place, step=place.step, kind=step, level=place.level, findings=dict(findings or {}), reason=reason, mend_by=mend_by,
        org_id=viewer.org_id, by_id=viewer.account_id, at=now,
    )  # fmt: skip
