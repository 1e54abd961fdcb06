"""How many sleep where, night by night."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from django.utils.timezone import localdate

from niangjia.apps.bookings.kinds import kinds
from niangjia.apps.bookings.lifecycle import OfferState
from niangjia.apps.bookings.models import Slot


def guests_by_night(place_id: int, *, first: date, until: date) -> Mapping[date, int]:
    """
    Seats taken at trips to a place, by the evening of each night from `first` to before `until`: whoever leaves on a day does not sleep there.
    Counts alone and of every union's trips, without scope: for who may see the place.
    """
    trips = [one.id for one in kinds().values() if one.is_trip]
    held = Slot.objects.filter(
        offer__place=place_id, offer__kind__in=trips, begins__date__lt=until, ends__date__gt=first, taken__gt=0
    )
    found = dict.fromkeys((first + timedelta(days=number) for number in range((until - first).days)), 0)
    for begins, ends, taken in held.exclude(offer__state__in=_NOT_HELD).values_list("begins", "ends", "taken"):
        night = max(localdate(begins), first)
        while night < min(localdate(ends), until):
            found[night] += taken
            night += timedelta(days=1)
    return found


_NOT_HELD = (OfferState.DRAFT, OfferState.CANCELLED)
