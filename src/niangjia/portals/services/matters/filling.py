"""An application filled in for a worker: by an officer, who may hand it in on a signed paper, or by who lives with them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.matters import actions as matters
from niangjia.apps.matters import queries
from niangjia.apps.matters.problems import NobodyChosen, NotByApplication
from niangjia.apps.matters.types import MatterCard
from niangjia.apps.programs.published import Published
from niangjia.apps.registry import actions as people
from niangjia.apps.registry import queries as registry
from niangjia.kernel.problems import Refusal
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest, whole
from niangjia.portals.design.showing import show
from niangjia.portals.design.tags import say
from niangjia.portals.design.uploads import key_of
from niangjia.portals.officer.applications import application, union_names
from niangjia.portals.services.matters.forms import fields, refused, typed
from niangjia.portals.services.matters.opening import LONGEST_NUMBER, person_of

MOST_BYTES = 20 * 1024 * 1024


@page("matters.handle", methods=("GET", "POST"))
def for_worker(request: PageRequest) -> HttpResponse:
    """Which worker: their number is looked up and kept nowhere."""
    viewer: Viewer = request.viewer
    number, wrong = request.POST.get("number", "")[:LONGEST_NUMBER], ""
    if request.method == "POST":
        try:
            return redirect("matters:choose", person_of(viewer, number))
        except (NobodyChosen, people.NoNumber) as refusal:
            wrong = say(refusal)
    return show(request, "matters/for_worker.html", {"number": number, "wrong": wrong}, status=422 if wrong else 200)


@page("matters.handle")
def choose(request: PageRequest, person_id: int) -> HttpResponse:
    """What may be filled in for this worker."""
    viewer: Viewer = request.viewer
    registry.get_person_card(viewer, person_id)
    found = queries.list_fillable(viewer, person_id, today=timezone.localdate())
    listed = [(one, reverse("matters:fill_for_worker", args=[person_id, one.pack.id])) for one in found]
    context = {"person": registry.masked_names([person_id])[person_id], "listed": listed}
    return show(request, "matters/choose.html", context)


@page("matters.handle", methods=("GET", "POST"))
def fill_for_worker(request: PageRequest, person_id: int, program: str) -> HttpResponse:
    registry.get_person_card(request.viewer, person_id)
    return _fill(
        request, person_id, program, "matters/fill.html", lambda card: redirect("officer:application", card.id)
    )


@page("own.view")
def for_family(request: PageRequest) -> HttpResponse:
    """Whoever lives with the worker, and what may be filled in for each."""
    viewer: Viewer = request.viewer
    own = viewer.person_id or 0
    people = sorted(registry.housemates_of([own]).get(own, frozenset()) - {own})
    names = registry.masked_names(people)
    today = timezone.localdate()
    listed = [
        (
            names[one],
            [
                (each, reverse("matters:fill_for_family", args=[one, each.pack.id]))
                for each in _fillable(viewer, one, today)
            ],
        )
        for one in people
    ]
    return show(request, "matters/for_family.html", {"listed": listed})


def _fillable(viewer: Viewer, person_id: int, today: Any) -> list[Published]:
    return queries.list_fillable(viewer, person_id, today=today)


@page("own.view", methods=("GET", "POST"))
def fill_for_family(request: PageRequest, person_id: int, program: str) -> HttpResponse:
    viewer: Viewer = request.viewer
    own = viewer.person_id or 0
    if person_id == own or person_id not in registry.housemates_of([own]).get(own, frozenset()):
        raise registry.NotFound

    def told(card: MatterCard) -> HttpResponse:
        messages.success(request, _("已填好，编号 %(number)s，等本人登录核对后才算交上。") % {"number": card.number})
        return redirect("matters:for_family")

    return _fill(request, person_id, program, "matters/fill.html", told)


def _fill(
    request: PageRequest, person_id: int, program: str, template: str, done: Callable[[MatterCard], HttpResponse]
) -> HttpResponse:
    viewer: Viewer = request.viewer
    found = queries.list_fillable(viewer, person_id, today=timezone.localdate())
    one = next((each for each in found if each.pack.id == program), None)
    if one is None:
        raise NotByApplication(program, program)
    asked = queries.questions_to_begin(one)
    key = key_of(request.POST.get("key", "")) or uuid.uuid4()
    refusal, status = None, 200
    if request.method == "POST":
        try:
            card = matters.fill_for(
                viewer=viewer, person_id=person_id, program=program, answers=typed(request, asked), key=key,
                words=request.POST.get("words", ""), now=timezone.now(),
            )  # fmt: skip
        except Refusal as wrong:
            refusal, status = wrong, refused(request, wrong)
        else:
            return done(card)
    context = {
        "pack": one.pack,
        "person": registry.masked_names([person_id])[person_id],
        "fields": fields(request, asked, refusal),
        "words": request.POST.get("words", ""),
        "key": key.hex,
        "unions": union_names(viewer) if any(each.kind == "union" for each in asked) else (),
    }
    return show(request, template, context, status=status)


@page("matters.view", methods=("POST",), shown_on=application)
def attest(request: PageRequest, matter_id: int) -> HttpResponse:
    """Hand in for the worker on the photo of the paper that they signed."""
    photo = request.FILES.get("signed")
    content = photo.read(MOST_BYTES + 1) if photo else None
    matters.attest(
        viewer=request.viewer,
        matter_id=matter_id,
        content=content,
        step=whole(request.POST.get("step", ""), -1),
        now=timezone.now(),
    )
    messages.success(request, _("已凭签字的纸面材料代交，进入下一步。"))
    return redirect("officer:application", matter_id)
