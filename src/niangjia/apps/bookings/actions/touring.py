"""The bus: its days and sites, its stops by hand or as planned, and the plan published as slots that people book."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.bookings import touring
from niangjia.apps.bookings.access import own_tour
from niangjia.apps.bookings.actions.offering import add_slots, make_offer, publish
from niangjia.apps.bookings.lifecycle import Giving
from niangjia.apps.bookings.models import Tour, TourSite, TourStop
from niangjia.apps.bookings.problems import (
    NoStops,
    NoSuchTour,
    NotAPlaceForOffers,
    SiteHasStops,
    TourHasFaults,
    TourIsPublished,
    WrongTimes,
)
from niangjia.apps.bookings.types import OfferFacts, SiteFacts, SlotFacts, StopFacts, TourFacts
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope
from niangjia.apps.places import queries as places
from niangjia.engines.scheduling import slots


def make_tour(*, viewer: Viewer, facts: TourFacts, key: str, now: datetime) -> int:
    """An empty plan; return its id. Safe to repeat with the same `key`. Raises NotAllowed, NoSuchTour, WrongTimes."""
    permissions.require(viewer, "bookings.manage")
    if not scope.covers(viewer.org_path, organizations.get_union(facts.org_id).path):
        raise NoSuchTour(facts.title)
    told = _figures(facts) | {"org_id": facts.org_id, "area": facts.area}
    with transaction.atomic():
        row, is_new = Tour.objects.get_or_create(key=key, defaults=told)
        if is_new:
            audit.record(viewer, action="bookings.tour", object=f"tour:{row.pk}", now=now)
        return row.pk


def change_tour(*, viewer: Viewer, tour_id: int, facts: TourFacts, now: datetime) -> None:
    """
    Its own days, hours and figures, until it is published; whose it is stays. The stops stay too, each as long as its people take now: what
    cannot be carried out any more is said. Safe to repeat. Raises NotAllowed, NoSuchTour, TourIsPublished, WrongTimes.
    """
    told = _figures(facts)
    with transaction.atomic():
        tour = _open_tour(viewer, tour_id)
        for name, value in told.items():
            setattr(tour, name, value)
        tour.save(update_fields=list(told))
        for stop in tour.stops.all():
            TourStop.objects.filter(pk=stop.pk).update(ends=stop.begins + touring.lasts(tour, stop.people))
        _changed(viewer, tour, "figures", now)


def _figures(facts: TourFacts) -> dict[str, object]:
    """By column. Raises WrongTimes."""
    if not facts.days or facts.leaves >= facts.returns or min(facts.lanes, facts.buses) < 1:
        raise WrongTimes
    return {
        "title": facts.title.strip(), "days": sorted({day.isoformat() for day in facts.days}), "buses": facts.buses, "lanes": facts.lanes,
        "minutes_each": facts.minutes_each, "leaves": facts.leaves, "returns": facts.returns, "latitude": facts.latitude,
        "longitude": facts.longitude, "kmh": facts.kmh,
    }  # fmt: skip


def add_site(*, viewer: Viewer, tour_id: int, facts: SiteFacts, now: datetime) -> int:
    """Where the bus is wanted; one of that name gets the new figures. Return its id. Raises NotAllowed, NoSuchTour, TourIsPublished, NotAPlaceForOffers, WrongTimes."""
    with transaction.atomic():
        tour = _open_tour(viewer, tour_id)
        if facts.place_id is not None and not places.list_stopping(viewer).filter(pk=facts.place_id).exists():
            raise NotAPlaceForOffers
        is_timed = facts.opens is not None and facts.closes is not None
        if facts.people < 1 or (facts.opens is None) != (facts.closes is None):
            raise WrongTimes
        if is_timed and facts.opens >= facts.closes:  # type: ignore[operator]
            raise WrongTimes
        told = {
            "latitude": facts.latitude, "longitude": facts.longitude, "people": facts.people, "opens": facts.opens, "closes": facts.closes,
            "place_id": facts.place_id,
        }  # fmt: skip
        row, _ = TourSite.objects.update_or_create(tour=tour, name=facts.name.strip(), defaults=told)
        _changed(viewer, tour, "site", now)
        return row.pk


def drop_site(*, viewer: Viewer, tour_id: int, site_id: int, now: datetime) -> None:
    """Safe to repeat. Raises NotAllowed, NoSuchTour, TourIsPublished, SiteHasStops."""
    with transaction.atomic():
        tour = _open_tour(viewer, tour_id)
        if TourStop.objects.filter(tour=tour, site_id=site_id).exists():
            raise SiteHasStops
        TourSite.objects.filter(tour=tour, pk=site_id).delete()
        _changed(viewer, tour, "site", now)


def set_stops(
    *,
    viewer: Viewer,
    tour_id: int,
    changes: Mapping[int, StopFacts | None] | None = None,
    new: Iterable[StopFacts] = (),
    now: datetime,
) -> None:
    """
    Stops as an officer moved them: by id, None = taken out; and new ones. How long a stop lasts is what its people take. What cannot be carried
    out is kept as it was typed and said (`queries.get_tour`); it is refused when it is to be published.

    Raises: NotAllowed, NoSuchTour, TourIsPublished, WrongTimes: nobody, or before it begins.
    """
    with transaction.atomic():
        tour = _open_tour(viewer, tour_id)
        sites = set(TourSite.objects.filter(tour=tour).values_list("pk", flat=True))
        for stop_id, facts in (changes or {}).items():
            row = TourStop.objects.filter(tour=tour, pk=stop_id)
            if facts is None:
                row.delete()
            elif _is_right(facts, sites):
                row.update(**_told(tour, facts))
        for facts in new:
            if _is_right(facts, sites):
                TourStop.objects.create(tour=tour, **_told(tour, facts))
        _changed(viewer, tour, "stops", now)


def take_plan(*, viewer: Viewer, tour_id: int, stops: Iterable[StopFacts], now: datetime) -> None:
    """The stops that the planning found, in place of all there are; those fixed are among them. Raises NotAllowed, NoSuchTour, TourIsPublished."""
    with transaction.atomic():
        tour = _open_tour(viewer, tour_id)
        sites = set(TourSite.objects.filter(tour=tour).values_list("pk", flat=True))
        TourStop.objects.filter(tour=tour).delete()
        rows = [TourStop(tour=tour, **_told(tour, one)) for one in stops if _is_right(one, sites)]
        TourStop.objects.bulk_create(rows)
        _changed(viewer, tour, "plan", now)


def publish_tour(
    *,
    viewer: Viewer,
    tour_id: int,
    opens_at: datetime,
    closes_at: datetime,
    program: str = "",
    campaign_id: int | None = None,
    now: datetime,
) -> int:
    """
    The stops become an offer of check-ups with a slot for each turn of the lanes, open to be booked, in a season if one is named; return its id.
    Safe to repeat: while that offer stands it is the one. After it was called off the plan is published anew, as another.

    Raises: NotAllowed, NoSuchTour; NoStops; TourHasFaults; SlotIsPast; WrongTimes; NoSuchOffer: a season that is not of one's part of the tree nor above it.
    """
    with transaction.atomic():
        tour = own_tour(viewer, tour_id)
        if tour.offer is not None and touring.is_published(tour):
            return tour.offer.pk
        sites, stops = list(tour.sites.order_by("pk")), list(tour.stops.select_related("site").order_by("begins", "pk"))
        if not stops:
            raise NoStops
        if faults := touring.faults_of(tour, sites, stops):
            raise TourHasFaults(faults[0].zh, faults[0].en)
        facts = OfferFacts(
            title=tour.title, kind="check_up", org_id=tour.org_id, area=tour.area, giving=Giving.FIRST_COME,
            opens_at=opens_at, closes_at=closes_at, program=program, campaign_id=campaign_id,
        )  # fmt: skip
        offer_id = make_offer(viewer=viewer, facts=facts, key=_key_of(tour), now=now)
        add_slots(viewer=viewer, offer_id=offer_id, slots=_slots(tour, stops), now=now)
        publish(viewer=viewer, offer_id=offer_id, now=now)
        Tour.objects.filter(pk=tour.pk).update(offer_id=offer_id, step=F("step") + 1)
        audit.record(viewer, action="bookings.publish_tour", object=f"tour:{tour.pk}", detail={"offer": offer_id}, now=now)  # fmt: skip
        return offer_id


def _key_of(tour: Tour) -> str:
    """Of the offer that it is to become: another one than that which was called off."""
    return f"tour:{tour.pk}" if tour.offer_id is None else f"tour:{tour.pk}:{tour.offer_id}"


def _slots(tour: Tour, stops: Iterable[TourStop]) -> list[SlotFacts]:
    """One for every turn of the lanes at a stop; two buses at one site at one time are told apart."""
    found: dict[tuple[datetime, str], SlotFacts] = {}
    each = timedelta(minutes=tour.minutes_each)
    for stop, session in zip(stops, touring.sessions_of(tour, stops), strict=True):
        for begins, seats in slots(session, touring.lanes_of(tour)):
            at = stop.begins + timedelta(minutes=begins - session.begins)
            label = stop.site.name
            if (at, label) in found:
                label = f"{label[:36]} {stop.bus}"
            found[at, label] = SlotFacts(at, at + each, seats, label)
    return list(found.values())


def _open_tour(viewer: Viewer, tour_id: int) -> Tour:
    tour = own_tour(viewer, tour_id)
    if touring.is_published(tour):
        raise TourIsPublished
    return tour


def _is_right(facts: StopFacts, sites: set[int]) -> bool:
    """Raises WrongTimes; NoSuchTour: of another plan's site."""
    if facts.site_id not in sites:
        raise NoSuchTour(facts.site_id)
    if facts.people < 1 or facts.bus < 1:
        raise WrongTimes
    return True


def _told(tour: Tour, facts: StopFacts) -> dict[str, object]:
    ends = facts.begins + touring.lasts(tour, facts.people)
    return {
        "site_id": facts.site_id, "bus": facts.bus, "begins": facts.begins, "ends": ends, "people": facts.people, "is_fixed": facts.is_fixed,
    }  # fmt: skip


def _changed(viewer: Viewer, tour: Tour, what: str, now: datetime) -> None:
    Tour.objects.filter(pk=tour.pk).update(step=F("step") + 1)
    audit.record(viewer, action="bookings.change_tour", object=f"tour:{tour.pk}", detail={"what": what}, now=now)
