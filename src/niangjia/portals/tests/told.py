"""The house's people are told what happened there, for the tests of the inbox and of what is shown beside it."""

from __future__ import annotations

from niangjia.apps.messages import queries
from niangjia.jobs import tell
from niangjia.portals.tests.house import House, town


def lay(house: House) -> int:
    """Tell everything; return up to which number of the audit chain. Safe to repeat."""
    tell.tell(now=town.NOW)
    return queries.told_up_to()
