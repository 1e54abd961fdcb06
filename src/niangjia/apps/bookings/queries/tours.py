"""The bus plan as its page shows it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet, Sum

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.bookings import touring
from niangjia.apps.bookings.access import tours
from niangjia.apps.bookings.models import Tour, TourSite, TourStop
from niangjia.apps.bookings.problems import NoSuchTour
from niangjia.apps.organizations import scope


@dataclass(frozen=True)
class TourCard:
    """`waiting`: people by site whom the stops have no room for; `over`: by site, how many more the stops are for than want to come. `metres` driven in all. `is_own`: of the viewer's part of the tree. Rows to read only."""

    tour: Tour
    sites: tuple[TourSite, ...]
    stops: tuple[TourStop, ...]
    faults: tuple[touring.Fault, ...]
    waiting: dict[int, int]
    over: dict[int, int]
    metres: int
    is_own: bool

    @property
    def is_published(self) -> bool:
        return touring.is_published(self.tour)

    @property
    def people(self) -> int:
        return sum(one.people for one in self.stops)

    @property
    def wanted(self) -> int:
        return sum(one.people for one in self.sites)


def list_tours(viewer: Viewer) -> QuerySet[Tour]:
    """Newest first; to read only. Raises NotAllowed."""
    return tours(viewer).select_related("org", "offer").annotate(wanted=Sum("sites__people")).order_by("-pk")


def get_tour(viewer: Viewer, tour_id: int) -> TourCard:
    """Raises NotAllowed, NoSuchTour."""
    tour = tours(viewer).select_related("org", "offer").filter(pk=tour_id).first()
    if tour is None:
        raise NoSuchTour(tour_id)
    sites = list(tour.sites.order_by("pk"))
    stops = list(tour.stops.select_related("site").order_by("begins", "bus", "pk"))
    left = {site.pk: site.people - sum(one.people for one in stops if one.site_id == site.pk) for site in sites}
    waiting = {site: people for site, people in left.items() if people > 0}
    over = {site: -people for site, people in left.items() if people < 0}
    faults = tuple(touring.faults_of(tour, sites, stops))
    return TourCard(
        tour,
        tuple(sites),
        tuple(stops),
        faults,
        waiting,
        over,
        touring.metres_driven(tour, sites, stops),
        scope.covers(viewer.org_path, tour.org.path),
    )
