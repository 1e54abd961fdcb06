"""A place put forward, what is told of it changed, and its photos."""

from __future__ import annotations

import re
import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.places import actions as places
from niangjia.apps.places import queries
from niangjia.apps.places.problems import WrongPlace
from niangjia.apps.registry import queries as registry
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest, whole
from niangjia.portals.design.showing import show
from niangjia.portals.design.staleness import watch
from niangjia.portals.design.tags import say
from niangjia.portals.design.uploads import receive, words_of
from niangjia.portals.services.places.forms import PlaceForm, told_of
from niangjia.portals.services.places.officer import place
from niangjia.portals.services.places.shown import shown


@page("places.manage", methods=("GET", "POST"))
def new(request: PageRequest) -> HttpResponse:
    """First of which kind, then its form; sent twice it makes one place."""
    asked = request.POST.get("kind") or request.GET.get("kind", "")
    if asked not in queries.kinds():
        kinds = [(one.id, say(dict(one.title)), len(one.levels)) for one in queries.kinds().values()]
        return show(request, "places/choose.html", {"kinds": kinds})
    kind = queries.kind_of(asked)
    form = PlaceForm(request.POST or None, viewer=request.viewer, kind=kind)
    key = request.POST.get("key", "")
    key = key if re.fullmatch(r"[0-9a-f]{32}", key) else uuid.uuid4().hex
    if request.method == "POST" and form.is_valid():
        try:
            household_id = _household(request, form) if kind.is_of_household else None
            facts = form.facts(form.cleaned_data["org"], household_id)
            place_id = places.apply_for_place(viewer=request.viewer, facts=facts, key=key, now=timezone.now())
            messages.success(request, _("已申报，等上级工会验收。可以接着添照片。"))
            return redirect("places:desk_place", place_id)
        except (WrongPlace, registry.NotFound) as refusal:
            form.add_error("household" if isinstance(refusal, registry.NotFound) else None, words_of(refusal))
            form.mark_errors()
    context = {"form": form, "kind": kind, "title": say(dict(kind.title)), "key": key, "place": None}
    return show(request, "places/form.html", context, status=422 if form.errors else 200)


def _household(request: PageRequest, form: PlaceForm) -> int:
    """Raises NotFound: there is none of that number, or it is not the viewer's to see."""
    said = form.cleaned_data["household"].strip()
    found = registry.find_household_id(said)
    if found is None:
        raise registry.NotFound
    return registry.get_household_card(request.viewer, found).id


@page("places.manage", methods=("GET", "POST"), shown_on=place)
def edit(request: PageRequest, place_id: int) -> HttpResponse:
    watch(request, f"place:{place_id}")
    now = timezone.now()
    card = queries.get_place(request.viewer, place_id, now=now)
    kind = queries.kind_of(card.kind)
    form = PlaceForm(
        request.POST or None, viewer=request.viewer, kind=kind, card=card,
        initial=told_of(card),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            places.change_place(
                viewer=request.viewer, place_id=place_id, facts=form.facts(card.org_id, card.household_id),
                from_step=whole(request.POST.get("from_step", "")), now=now,
            )  # fmt: skip
            messages.success(request, _("已更正。"))
            return redirect("places:desk_place", place_id)
        except WrongPlace as refusal:
            form.add_error(None, words_of(refusal))
    context = {"form": form, "kind": kind, "title": say(dict(kind.title)), "place": shown(card, for_everybody=False)}
    return show(request, "places/form.html", context, status=422 if form.errors else 200)


@page("places.manage", methods=("POST",), shown_on=place)
def photos(request: PageRequest, place_id: int) -> HttpResponse:
    viewer, now = request.viewer, timezone.now()

    def keep(content: bytes, key: uuid.UUID | None):  # type: ignore[no-untyped-def]
        return places.keep_photo(viewer=viewer, place_id=place_id, content=content, key=key, now=now)

    def drop(key: str) -> None:
        places.drop_photo(viewer=viewer, place_id=place_id, key=key, now=now)

    if told := receive(request, "photos", keep, drop):
        return told
    messages.success(request, _("照片已保存。"))
    return redirect("places:desk_place", place_id)
