"""Rounds of supervision: whom they look at, what was found, and how far what has to be put right is."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.assessments import actions, queries
from niangjia.apps.assessments.problems import DayRefused, NotNow
from niangjia.apps.assessments.types import Result
from niangjia.portals.cockpit.assessments.adjusting import papers_of, upload_field
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest, whole
from niangjia.portals.design.showing import show

USUAL = timedelta(days=15)


@page("assessments.view")
def everything(request: PageRequest) -> HttpResponse:
    cards = queries.list_rounds(request.viewer, today=timezone.localdate())
    context = {"rounds": cards, "may_begin": permissions.may(request.viewer, "assessments.manage")}
    return show(request, "assessments/rounds.html", context)


@page("assessments.view")
def one_round(request: PageRequest, round_id: int) -> HttpResponse:
    return show(request, "assessments/round.html", {"round": queries.get_round(request.viewer, round_id, today=timezone.localdate())})  # fmt: skip


@page("assessments.manage")
def begin(request: PageRequest) -> HttpResponse:
    context = {"unions": queries.to_draw_from(request.viewer), "key": request.POST.get("key") or uuid.uuid4().hex}
    return show(request, "assessments/begin.html", context)


@page("assessments.manage", methods=("POST",), shown_on=begin)
def send(request: PageRequest) -> HttpResponse:
    made = actions.begin(
        viewer=request.viewer, title=request.POST.get("title", ""), about=request.POST.get("about", ""),
        org_ids={whole(said) for said in request.POST.getlist("orgs")}, draw=whole(request.POST.get("draw", "")),
        seed=request.POST.get("seed", ""), key=request.POST.get("key", "")[:64] or uuid.uuid4().hex, now=timezone.now(),
    )  # fmt: skip
    messages.success(request, _("督查已开始，被看的工会会收到通知。"))
    return redirect("assessments:round", made)


@page("assessments.view")
def look(request: PageRequest, look_id: int) -> HttpResponse:
    viewer, today = request.viewer, timezone.localdate()
    card = queries.get_look(viewer, look_id, today=today)
    held = queries.get_round(viewer, card.round_id, today=today)
    context = {
        "card": card, "round": held, "files": queries.list_evidence("look", [card.id])[card.id],
        "upload": upload_field(is_required=False),
        "holds": held.org_id == viewer.org_id and permissions.may(viewer, "assessments.manage"),
        "due": (today + USUAL).isoformat(),
        "doors": doors_to(viewer, card.org_id) if held.org_id == viewer.org_id else (),
    }  # fmt: skip
    return show(request, "assessments/look.html", context)


def doors_to(viewer: Viewer, org_id: int) -> list[tuple[str, str]]:
    """What the house knows of a union, to be read before going there: title and address of each page that the viewer may open."""
    doors = [(_("任务清单"), f"{reverse('tasks:all')}?owner={org_id}"), (_("超期的任务"), f"{reverse('tasks:all')}?owner={org_id}&late=1")]  # fmt: skip
    if permissions.may(viewer, "cockpit.view"):
        panels = ((_("驾驶舱：目标"), "targets"), (_("驾驶舱：时效"), "speed"), (_("驾驶舱：查实"), "truth"), (_("驾驶舱：资金"), "money"))  # fmt: skip
        doors += [(title, f"{reverse('cockpit:panel', args=[name])}?union={org_id}") for title, name in panels]
    return doors if permissions.may(viewer, "tasks.view") else doors[2:]


@page("assessments.manage", methods=("POST",), shown_on=look)
def note(request: PageRequest, look_id: int) -> HttpResponse:
    said = request.POST.get("result", "")
    if said not in (Result.IN_ORDER, Result.TO_CORRECT):
        raise NotNow
    actions.note(
        viewer=request.viewer, look_id=look_id, said=request.POST.get("note", ""), result=Result(said), evidence=papers_of(request), now=timezone.now()
    )  # fmt: skip
    messages.success(request, _("已记录。"))
    return redirect("assessments:look", look_id)


@page("assessments.manage", methods=("POST",), shown_on=look)
def ask(request: PageRequest, look_id: int) -> HttpResponse:
    try:
        due = date.fromisoformat(request.POST.get("due", ""))
    except ValueError as error:
        raise DayRefused from error
    actions.ask(viewer=request.viewer, look_id=look_id, what=request.POST.get("what", ""), due=due, now=timezone.now())
    messages.success(request, _("已要求整改，对方会收到通知。"))
    return redirect("assessments:look", look_id)


@page("assessments.view")
def correction(request: PageRequest, correction_id: int) -> HttpResponse:
    """Its look's page: a correction has none of its own."""
    return look(request, look_id=queries.get_correction_look(request.viewer, correction_id))
