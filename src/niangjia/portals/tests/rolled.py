"""The house rolled up, so that the cockpit has numbers; and its pages for the table of roles."""

from __future__ import annotations

from niangjia.apps.accounts.types import Role
from niangjia.apps.programs.tests import town
from niangjia.jobs import rollup
from niangjia.portals.design.showing import deployment
from niangjia.portals.tests.house import House

LEADS = {Role.PROVINCE, Role.CITY, Role.COUNTY, Role.AUDITOR}


def lay(house: House) -> House:
    """Counted anew, once for the house as it stands."""
    if not getattr(house, "is_rolled", False):
        rollup.make(deployment(), now=town.NOW)
        house.is_rolled = True  # type: ignore[attr-defined]
    return house


PAGES = {
    "cockpit:cockpit": (lambda house: [] if lay(house) else [], LEADS),
    "cockpit:panel": (lambda house: ["truth"] if lay(house) else [], LEADS),
    "cockpit:rows": (lambda house: ["open_orders"] if lay(house) else [], LEADS),
}
