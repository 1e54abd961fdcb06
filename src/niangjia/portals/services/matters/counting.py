"""Counters: each kind of matter by month, and what those that were done add up to."""

from __future__ import annotations

from itertools import groupby

from django.http import HttpResponse
from django.utils import timezone

from niangjia.apps.matters import queries
from niangjia.apps.programs import published
from niangjia.kernel.months import Month
from niangjia.portals.design.pages import page
from niangjia.portals.design.program_pages import language_now
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show

MONTHS = 12


@page("matters.view")
def counts(request: PageRequest) -> HttpResponse:
    """The last twelve months, the latest first."""
    today = timezone.localdate()
    since = Month.of(today).plus(1 - MONTHS).first_day
    found = queries.count_by_month(request.viewer, since=since, today=today)
    wording, language = published.wording(), language_now()
    months = [
        (
            month,
            [
                (one, [(wording.code("indicators", code, language), kind, total) for code, kind, total in one.sums])
                for one in rows
            ],
        )
        for month, rows in groupby(found, key=lambda one: one.first_day)
    ]
    return show(request, "matters/counts.html", {"months": months, "since": since, "smallest": queries.FEWEST_RATED})
