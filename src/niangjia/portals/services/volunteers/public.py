"""For everybody: what was done by county and field, and what may be bid for. No person stands in it."""

from __future__ import annotations

from datetime import date

from django.http import HttpResponse
from django.utils import timezone

from niangjia.apps.volunteers import queries
from niangjia.portals.design.pages import Access, page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show
from niangjia.portals.services.volunteers import shown


@page(Access.PUBLIC)
def works(request: PageRequest) -> HttpResponse:
    kind, today = shown.kind_of(request), timezone.localdate()
    year = shown.year_of(request, today)
    total, by_county, by_field = queries.public_works(kind.id, first=date(year, 1, 1), last=date(year, 12, 31))
    context = {
        "kind": kind, "kinds": queries.kinds().values(), "total": total, "by_county": by_county, "year": year, "years": range(today.year, today.year - 5, -1),
        "by_field": [(row, kind.fields.get(row.code)) for row in by_field if row.works.needs or row.works.visits],
        "open": [(one, kind.fields.get(one.field)) for one in queries.list_open_needs(kind=kind.id, now=timezone.now())], "skills": queries.skills(),
    }  # fmt: skip
    return show(request, "volunteers/public.html", context)
