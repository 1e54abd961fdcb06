"""The auditor's desk of the house: a sample of its payments, for the tests that walk every address."""

from __future__ import annotations

from niangjia.apps.accounts.types import Role
from niangjia.apps.alerts import queries as alerts
from niangjia.apps.inspections import actions
from niangjia.apps.inspections.types import SampleKind
from niangjia.apps.programs import queries as programs
from niangjia.kernel.months import Month
from niangjia.portals.tests.house import House, town


def sample(house: House) -> int:
    """Laid once a house."""
    known = getattr(house, "sample_id", None)
    if known is None:
        known = house.sample_id = actions.draw_sample(  # type: ignore[attr-defined]
            viewer=house.viewers[Role.AUDITOR], kind=SampleKind.SUPPRESSED, month=house.months[1], size=3, seed="first-seed", now=town.NOW
        )  # fmt: skip
    return int(known)


def decision(house: House) -> int:
    viewer = house.viewers[Role.AUDITOR]
    return next(pk for month in programs.months_decided(viewer) for pk in programs.list_replayable(viewer, month))


def searched(house: House) -> list[int]:
    """Conflicts were looked for in every month that the page offers."""
    if not hasattr(house, "has_searched"):
        for month in alerts.months_worked(town.NOW.date()):
            actions.search_conflicts(viewer=house.viewers[Role.AUDITOR], month=Month(month), now=town.NOW)
        house.has_searched = True  # type: ignore[attr-defined]
    return []


ALONE = {Role.AUDITOR}
PAGES = {
    "auditing:readers": (lambda house: [], ALONE),
    "auditing:hands": (lambda house: [], ALONE),
    "auditing:samples": (lambda house: [], ALONE),
    "auditing:sample": (lambda house: [sample(house)], ALONE),
    "auditing:conflicts": (searched, ALONE),
    "auditing:replays": (lambda house: [], ALONE),
    "auditing:replay": (lambda house: [decision(house)], ALONE),
}
