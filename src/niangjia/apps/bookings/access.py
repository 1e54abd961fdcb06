"""Who sees an offer and a booking, and whose union counts: in one place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Q, QuerySet

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.bookings.lifecycle import OPEN, UNSETTLED, OfferState
from niangjia.apps.bookings.models import Booking, Campaign, Offer, Quota, Talk, Teacher, Topic, Tour
from niangjia.apps.bookings.problems import NoSuchBooking, NoSuchOffer, NoSuchTour, NotForYou
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope
from niangjia.apps.registry import queries as registry


def offers(viewer: Viewer) -> QuerySet[Offer]:
    """Those of the viewer's part of the tree and those of the unions above it that are published; a worker's: what is published."""
    published = ~Q(state=OfferState.DRAFT)
    if viewer.role is Role.WORKER:
        permissions.require(viewer, "own.view")
        return Offer.objects.filter(published)
    permissions.require(viewer, "bookings.view")
    above = _above(viewer)
    return Offer.objects.filter(scope.inside("org", viewer.org_path) | Q(org_id__in=above) & published)


def own_offer(viewer: Viewer, offer_id: int) -> Offer:
    """One that the viewer may change: of their part of the tree. Locked. Raises NotAllowed, NoSuchOffer."""
    permissions.require(viewer, "bookings.manage")
    found = Offer.objects.select_for_update().filter(scope.inside("org", viewer.org_path), pk=offer_id).first()
    if found is None:
        raise NoSuchOffer(offer_id)
    return found


def offers_settled_by(viewer: Viewer) -> QuerySet[Offer]:
    """Whose costs and invoices the viewer reads: of their part of the tree alone. Raises NotAllowed."""
    permissions.require(viewer, "bookings.view")
    return Offer.objects.filter(scope.inside("org", viewer.org_path))


def bookings(viewer: Viewer) -> QuerySet[Booking]:
    """A worker's own; an officer's: of workers of their part of the tree, and of everybody at the offers of their part."""
    if viewer.role is Role.WORKER:
        permissions.require(viewer, "own.view")
        return Booking.objects.filter(person_id=viewer.person_id) if viewer.person_id else Booking.objects.none()
    permissions.require(viewer, "bookings.view")
    return Booking.objects.filter(scope.inside("org", viewer.org_path) | scope.inside("offer__org", viewer.org_path))


def own_booking(viewer: Viewer, booking_id: int) -> Booking:
    """One that the viewer may change. Raises NotAllowed, NoSuchBooking."""
    if viewer.role is not Role.WORKER:
        permissions.require(viewer, "bookings.manage")
    found = bookings(viewer).filter(pk=booking_id).first()
    if found is None:
        raise NoSuchBooking(booking_id)
    return found


def member_of(viewer: Viewer, person_id: int) -> tuple[int, str]:
    """
    The union that a worker asks as a member of, and their group. Raises NotForYou: no member of any, or not of the officer's part of the tree.
    """
    is_own = viewer.role is Role.WORKER and viewer.person_id == person_id
    if not is_own:
        permissions.require(viewer, "bookings.manage")
    found = registry.open_memberships_of([person_id]).get(person_id)
    if found is None:
        raise NotForYou
    if not is_own and not scope.covers(viewer.org_path, organizations.get_union(found.org_id).path):
        raise NotForYou
    return found.org_id, found.group


def way_up(org_id: int) -> list[int]:
    """A union and those above it, the root last."""
    return organizations.ids_on(organizations.get_union(org_id).path)[::-1]


def quotas_for(quotas: Iterable[Quota], org_id: int, group: str, *, above: Sequence[int] | None = None) -> list[Quota]:
    """
    Those of an offer that a worker of that union and group counts under, the narrowest union first. None of some: it is not for them.
    `above`: the union's `way_up`, if the caller has it.
    """
    every = list(quotas)
    if above is None:
        above = way_up(org_id) if any(quota.org_id for quota in every) else ()
    found = [
        quota
        for quota in every
        if (quota.org_id is None or quota.org_id in above) and (not quota.group or quota.group == group)
    ]
    return sorted(found, key=lambda quota: (above.index(quota.org_id) if quota.org_id else len(above), quota.pk))


def campaigns(viewer: Viewer) -> QuerySet[Campaign]:
    """Of one's part of the tree and of the unions above; a worker's: all."""
    if viewer.role is Role.WORKER:
        permissions.require(viewer, "own.view")
        return Campaign.objects.all()
    permissions.require(viewer, "bookings.view")
    return Campaign.objects.filter(scope.inside("org", viewer.org_path) | Q(org_id__in=_above(viewer)))


def teachers(viewer: Viewer) -> QuerySet[Teacher]:
    """All: they are announced to everybody."""
    permissions.require(viewer, "bookings.view")
    return Teacher.objects.select_related("org", "place")


def topics(viewer: Viewer) -> QuerySet[Topic]:
    """Of the viewer's part of the tree and of the unions above it."""
    permissions.require(viewer, "bookings.view")
    return Topic.objects.filter(scope.inside("org", viewer.org_path) | Q(org_id__in=_above(viewer)))


def talks(viewer: Viewer) -> QuerySet[Talk]:
    permissions.require(viewer, "bookings.view")
    return Talk.objects.filter(scope.inside("org", viewer.org_path))


def tours(viewer: Viewer) -> QuerySet[Tour]:
    """Of the viewer's part of the tree, and to read those of the unions above it: when the bus comes."""
    permissions.require(viewer, "bookings.view")
    return Tour.objects.filter(scope.inside("org", viewer.org_path) | Q(org_id__in=_above(viewer)))


def own_tour(viewer: Viewer, tour_id: int) -> Tour:
    """One that the viewer may change. Locked. Raises NotAllowed, NoSuchTour."""
    permissions.require(viewer, "bookings.manage")
    found = Tour.objects.select_for_update().filter(scope.inside("org", viewer.org_path), pk=tour_id).first()
    if found is None:
        raise NoSuchTour(tour_id)
    return found


def _above(viewer: Viewer) -> list[int]:
    return [one.id for one in organizations.list_ancestors(viewer.org_id)]


def living_offers(org_id: int) -> QuerySet[Offer]:
    """Drafts, and what is open, still waits for those who have a seat, or is a trip with a part that is not settled."""
    waiting = Booking.objects.filter(Q(state__in=OPEN) | Q(settlement__state__in=UNSETTLED)).values("offer_id")
    rows = Offer.objects.filter(org_id=org_id)
    return rows.filter(state__in=[OfferState.DRAFT, OfferState.OPEN]) | rows.filter(pk__in=waiting)


def open_bookings(org_id: int) -> QuerySet[Booking]:
    return Booking.objects.filter(org_id=org_id, state__in=OPEN)
