"""我能得到什么: the finder for whoever is signed in, with what the registry knows of them filled in. Looking stores nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import partial

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.matters import queries as matters
from niangjia.apps.organizations import areas
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.programs import published
from niangjia.apps.registry import queries as registry
from niangjia.engines.policy.pack import Pack
from niangjia.portals.design.finding import FinderPages
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import deployment


@page("own.view", methods=("GET", "POST"))
def find(request: PageRequest) -> HttpResponse:
    viewer: Viewer = request.viewer
    today = timezone.localdate()
    pages = FinderPages(
        request,
        address=reverse("member:find"),
        leave=reverse("member:mine"),
        frame="desk.html",
        home=deployment().home,
        area=_area(viewer),
        known=matters.known_of(viewer, today),
        apply_address=reverse("member:mine") + "#m-new",
        offered=matters.list_offered(viewer, today=today),
        used=partial(_used, viewer, today),
    )
    return pages.respond()


def _used(viewer: Viewer, today: date, packs: Iterable[Pack]) -> dict[str, dict[str, object]]:
    person_id = viewer.person_id or 0
    return published.used_by_person(
        packs, person_id=person_id, household_id=registry.household_of(person_id), day=today
    )


def _area(viewer: Viewer) -> str:
    """The county of the worker's union."""
    return areas.shorten(organizations.get_union(viewer.org_id).area)[:6]
