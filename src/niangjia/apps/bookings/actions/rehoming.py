"""Offers, plans and bookings of unions that end. Nobody loses a seat or a place in the line."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.audit.types import Entry
from niangjia.apps.bookings.access import living_offers, open_bookings
from niangjia.apps.bookings.lifecycle import Giving, OfferState
from niangjia.apps.bookings.models import Booking, Campaign, Offer, Quota, Topic, Tour
from niangjia.apps.bookings.seating import move_up


@transaction.atomic
def rehome_bookings(*, viewer: Viewer, from_id: int, to_id: int, now: datetime) -> int:
    """
    Offers that are not over or not settled, seasons that go on, plans of a bus that are not published and topics become `to_id`'s; open bookings of its members stand with it and
    keep their seat or their place in the line; seats kept for `from_id` are kept for `to_id`, together with its own, and who waited for one of them moves up. Return how many offers and
    bookings went. Safe to repeat. For the journey that has changed the tree and asked for the right.
    """
    offers, held = living_offers(from_id), open_bookings(from_id)
    detail = {"from": from_id, "to": to_id}
    entries = [
        *(Entry("bookings.rehome", f"offer:{pk}", detail) for pk in offers.order_by("pk").values_list("pk", flat=True)),
        *(Entry("bookings.rehome", f"booking:{pk}", detail) for pk in held.order_by("pk").values_list("pk", flat=True)),
    ]
    quotas = Quota.objects.filter(org_id=from_id)
    touched = {*quotas.values_list("offer_id", flat=True), *held.values_list("offer_id", flat=True)}
    locked = list(Offer.objects.select_for_update().filter(pk__in=touched).order_by("pk"))
    for quota in quotas.order_by("pk"):
        _rehome_quota(quota, to_id)
    count = held.update(org_id=to_id) + offers.update(org_id=to_id)
    for offer in locked:  # seats of both are free to both now
        if offer.state not in (OfferState.DRAFT, OfferState.CANCELLED) and (
            offer.giving == Giving.FIRST_COME or offer.drawn_at
        ):
            move_up(offer, now, viewer)
    free = Q(offer__isnull=True) | Q(offer__state=OfferState.CANCELLED)
    Tour.objects.filter(free, org_id=from_id).update(org_id=to_id)
    Campaign.objects.filter(org_id=from_id, ends_on__gte=timezone.localdate(now)).update(org_id=to_id)
    Topic.objects.filter(org_id=from_id).update(org_id=to_id)
    audit.record_many(viewer, entries=entries, now=now)
    return count


def _rehome_quota(quota: Quota, to_id: int) -> None:
    """Of the same offer and group two become one: both counts are added, so what is free stays free."""
    same = Quota.objects.filter(offer_id=quota.offer_id, org_id=to_id, group=quota.group).first()
    if same is None:
        Quota.objects.filter(pk=quota.pk).update(org_id=to_id)
        return
    Quota.objects.filter(pk=same.pk).update(seats=F("seats") + quota.seats, taken=F("taken") + quota.taken)
    Booking.objects.filter(quota=quota).update(quota=same)
    quota.delete()
