"""Offers that are for whom a matter was granted: who holds such a grant, and from which day to which it may be used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.timezone import localdate

from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.bookings.kinds import grant_of
from niangjia.apps.bookings.models import Offer, Slot
from niangjia.apps.bookings.problems import NotGranted, OutsideGrant
from niangjia.apps.matters import queries as matters


@dataclass(frozen=True)
class Window:
    """Both days belong to it. `matter_id`: what was granted."""

    matter_id: int
    first: date
    last: date

    def holds(self, slot: Slot) -> bool:
        return self.first <= localdate(slot.begins) and localdate(slot.ends) <= self.last


def windows_of(offer: Offer, viewer: Viewer, person_id: int, org_id: int) -> list[Window] | None:
    """
    What was granted under the offer's programme to the worker, and to the unit whose union `org_id` is: that is the officer's to use, who says which
    member comes for it. None: the offer is for everybody.
    """
    asked = grant_of(offer.kind, offer.program)
    if asked is None:
        return None
    found = matters.list_granted(
        offer.program, person_id=person_id, org_id=None if viewer.role is Role.WORKER else org_id
    )
    told = [(one.matter_id, one.facts.get(asked.first), one.facts.get(asked.last)) for one in found]
    return [Window(number, _day(first), _day(last)) for number, first, last in told if first and last]


def require_grant(windows: list[Window] | None, slots: list[Slot], wished: Slot | None) -> Window | None:
    """
    The grant that a request counts under; None: it needs none. It has to wish for one session, so that it never moves to one after its end.

    Raises: NotGranted: to nobody it could be for; OutsideGrant: not one session that lies in its time, whole.
    """
    if windows is None:
        return None
    if not windows:
        raise NotGranted
    for one in windows:
        if wished is not None and one.holds(wished):
            return one
    last = max(windows, key=lambda one: one.last)
    if wished is None and any(one.holds(slot) for one in windows for slot in slots):
        raise OutsideGrant(last.first, last.last, is_unchosen=True)
    raise OutsideGrant(last.first, last.last)


def _day(said: object) -> date:
    return said if isinstance(said, date) else date.fromisoformat(str(said)[:10])
