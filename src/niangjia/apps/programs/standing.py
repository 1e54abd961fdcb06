"""The minimum-living standard area by area, for the page that shows what holds, since when, and where there is none."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils import timezone

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.programs.models import Standard
from niangjia.apps.programs.types import StandardHere, StandardStep
from niangjia.engines.policy.parameters import area_prefix
from niangjia.kernel import looking

OLD_AFTER_MONTHS = 18  # it rises about once a year: one that stands longer was probably not delivered


@looking.once
def rows() -> tuple[Standard, ...]:
    """Every standard of every area, in the order of coming in: some hundreds in a province."""
    return tuple(Standard.objects.order_by("received_at", "pk"))


def list_standards(viewer: Viewer, areas: Iterable[str], *, asof: date) -> list[StandardHere]:
    """
    For each division what holds on a day: its own value, or that of the area around it; without one, the value is null. Two queries whatever
    their number. Permission: programs.view.
    """
    permissions.require(viewer, "standards.view")
    known = rows()
    found = []
    for area in areas:
        prefix = area_prefix(area)
        fit = [row for row in known if prefix.startswith(area_prefix(row.area))]
        now = [row for row in fit if row.starts_on <= asof]
        best = max(
            now, key=lambda row: (len(area_prefix(row.area)), row.starts_on, row.received_at, row.pk), default=None
        )
        coming = sorted({row.starts_on for row in fit if row.starts_on > asof})
        is_old = (
            best is not None
            and (asof.year - best.starts_on.year) * 12 + asof.month - best.starts_on.month > OLD_AFTER_MONTHS
        )
        found.append(
            StandardHere(
                area=area, monthly=best.monthly if best else None, since=best.starts_on if best else None, of_area=best.area if best else "",
                source=best.source if best else "", received_on=timezone.localdate(best.received_at) if best else None, is_old=is_old,
                next_on=coming[0] if coming else None,
            )
        )  # fmt: skip
    return found


def list_standard_steps(viewer: Viewer, area: str) -> list[StandardStep]:
    """Every value that holds or held in a division, by day and then as it was received; the last of a day counts. Permission: programs.view."""
    permissions.require(viewer, "standards.view")
    prefix = area_prefix(area)
    found = [row for row in rows() if prefix.startswith(area_prefix(row.area))]
    found.sort(key=lambda row: row.starts_on)
    last = {(row.area, row.starts_on): row.pk for row in found}
    return [
        StandardStep(
            row.area,
            row.starts_on,
            row.monthly,
            row.source,
            timezone.localdate(row.received_at),
            last[row.area, row.starts_on] == row.pk,
        )
        for row in found
    ]
