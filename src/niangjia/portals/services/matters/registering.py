"""A register that a programme's text keeps: who stands in it, by term."""

from __future__ import annotations

from collections import Counter
from itertools import groupby

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.utils import timezone

from niangjia.apps.matters import queries
from niangjia.apps.registry import queries as registry
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show

ROWS = 50


@page("matters.view")
def register(request: PageRequest, program: str) -> HttpResponse:
    """Without a filter those that stand today; the latest term first."""
    today = timezone.localdate()
    listed = queries.get_register(request.viewer, program, today=today)
    is_all = request.GET.get("place") == "all"
    entries = [one for one in listed.entries if is_all or one.stands_on(today)]
    rows = Paginator(entries, ROWS).get_page(request.GET.get("page"))
    names = registry.masked_names({one.person_id for one in rows if one.person_id})
    sizes = Counter((one.starts_on, one.ends_on) for one in entries)
    terms = [
        (
            *term,
            sizes[term],
            [
                (
                    one,
                    names.get(one.person_id or 0, ""),
                    list(zip(listed.titles, one.columns, strict=True)),
                    one.stands_on(today),
                )
                for one in group
            ],
        )
        for term, group in groupby(rows, key=lambda one: (one.starts_on, one.ends_on))
    ]
    context = {
        "pack": listed.published.pack,
        "listed": listed,
        "rows": rows,
        "terms": terms,
        "is_all": is_all,
        "is_about_people": bool(names),
    }
    return show(request, "matters/register.html", context)
