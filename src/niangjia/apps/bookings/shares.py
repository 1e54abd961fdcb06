"""Seats that a pack keeps for groups, as quotas of an offer; those set by hand stand instead."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Sum
from django.utils import timezone

from niangjia.apps.bookings.kinds import said_by_pack
from niangjia.apps.bookings.models import Offer, Quota


def keep_shares(offer: Offer, now: datetime) -> None:
    """
    The pack's shares of all seats as they are now, rounded down, and the rest for whoever else the offer's union has; none below what is given.
    Safe to repeat. Raises MissingParameter.
    """
    said = said_by_pack(offer.program, area=offer.area, on=timezone.localdate(now))
    known = {one.group: one for one in offer.quotas.all()}
    if said is None or not said.shares or not all(one.is_of_pack for one in known.values()):
        return
    seats = offer.slots.aggregate(all=Sum("seats"))["all"] or 0
    kept = {group: int(seats * share) for group, share in said.shares.items()}
    for group, count in {**kept, "": seats - sum(kept.values())}.items():
        org_id = None if group else offer.org_id
        quota = known.get(group) or Quota(offer=offer, org_id=org_id, group=group, is_of_pack=True)
        quota.seats = max(count, quota.taken)
        quota.save()


def keep_shares_again(offer: Offer, now: datetime) -> None:
    """After sessions came or went; an offer that was published without shares gets none now. Raises MissingParameter."""
    if offer.quotas.exists():
        keep_shares(offer, now)
