"""查人: somebody is found by number, name or pinyin; what was typed travels in the body, never in an address."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from niangjia.apps.organizations import queries as organizations
from niangjia.apps.registry import actions as registry
from niangjia.apps.registry import queries
from niangjia.apps.registry.types import PersonCard
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show
from niangjia.portals.design.tags import say

LONGEST = 40


@page("registry.view", methods=("GET", "POST"))
def people(request: PageRequest) -> HttpResponse:
    """One household alone is opened at once; several people are listed, masked."""
    text = request.POST.get("text", "").strip()[:LONGEST]
    found: list[PersonCard] = []
    is_more, wrong = False, ""
    if text:
        try:
            found, is_more = registry.search_people(viewer=request.viewer, text=text, now=timezone.now())
        except registry.NoNumber as refusal:
            wrong = say(refusal)
        reachable = queries.visible_households(request.viewer).filter(pk__in=[one.household_id for one in found])
        homes = set(reachable.values_list("pk", flat=True))
        if len(found) == 1 and found[0].household_id in homes:
            return redirect("officer:household", found[0].household_id)
    else:
        homes = set()
    context = {
        "text": text,
        "wrong": wrong,
        "found": found,
        "is_more": is_more,
        "homes": homes,
        "unions": organizations.get_unions(one.org_id for one in found if one.org_id),
    }
    return show(request, "officer/people.html", context, status=422 if wrong else 200)
