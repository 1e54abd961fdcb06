"""A register that a programme's text keeps: who stands in it, by term."""

from __future__ import annotations

from collections import Counter
from itertools import groupby

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from niangjia.apps.matters import queries
from niangjia.apps.registry import queries as registry
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show
from niangjia.portals.design.tags import say
from niangjia.portals.officer.exporting import Column, Listing, export_of

ROWS = 50


@page("matters.view")
def register(request: PageRequest, program: str) -> HttpResponse:
    """Without a filter those that stand today; the latest term first."""
    today = timezone.localdate()
    listed, entries, is_all = _asked(request, program)
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


def _asked(request: PageRequest, program: str) -> tuple[queries.Listed, list[queries.Entry], bool]:
    """The register, what of it is shown, and whether that is all of it."""
    today = timezone.localdate()
    listed = queries.get_register(request.viewer, program, today=today)
    is_all = request.GET.get("place") == "all"
    return listed, [one for one in listed.entries if is_all or one.stands_on(today)], is_all


def _found(request: PageRequest, program: str) -> list[tuple[queries.Entry, str]]:
    """Each with what it says, its columns in words."""
    listed, entries, _is_all = _asked(request, program)
    return [
        (
            one,
            "；".join(
                f"{say(title)}：{say(said)}" for title, said in zip(listed.titles, one.columns, strict=True) if said
            ),
        )
        for one in entries
    ]


def _named(request: PageRequest, rows: list[tuple[queries.Entry, str]]) -> list[tuple[queries.Entry, str, str]]:
    names = registry.masked_names({one.person_id for one, _said in rows if one.person_id})
    return [(one, said, names.get(one.person_id or 0, "")) for one, said in rows]


REGISTER = Listing(
    "register",
    gettext_lazy("名册"),
    _found,
    lambda request: (
        Column(gettext_lazy("编号"), lambda line: line[0].number, 16),
        Column(gettext_lazy("姓名"), lambda line: line[2], 12),
        Column(gettext_lazy("工会"), lambda line: line[0].org_name, 30),
        Column(gettext_lazy("从哪天起"), lambda line: line[0].starts_on, 12),
        Column(gettext_lazy("到哪天"), lambda line: line[0].ends_on, 12),
        Column(gettext_lazy("登记内容"), lambda line: line[1], 40),
    ),
    lines=_named,
    filters=("place",),
)
export_register = export_of(REGISTER, register)
