"""What a place runs with partners: told by whoever keeps it, its gates checked by a union above."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.places import actions as places
from niangjia.apps.places.types import ProjectFacts
from niangjia.kernel.problems import Refusal
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.services.places.acting import day_of
from niangjia.portals.services.places.officer import place


class NoFirstDay(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "请写合作从哪天开始，例如 2022-11-03。", "Give the first day of the contract, such as 2022-11-03."
        )


@page("places.manage", methods=("POST",), shown_on=place)
def start(request: PageRequest, place_id: int) -> HttpResponse:
    key = request.POST.get("key", "").strip()[:32] or uuid.uuid4().hex
    places.start_project(
        viewer=request.viewer, place_id=place_id, facts=_facts(request), key=f"{place_id}:{key}", now=timezone.now()
    )
    messages.success(request, _("已登记合作项目，各项机制由上级工会核对。"))
    return _back(place_id)


@page("places.manage", methods=("POST",), shown_on=place)
def change(request: PageRequest, place_id: int, project_id: int) -> HttpResponse:
    places.change_project(viewer=request.viewer, project_id=project_id, facts=_facts(request), now=timezone.now())
    messages.success(request, _("已更正。"))
    return _back(place_id)


@page("places.manage", methods=("POST",), shown_on=place)
def check(request: PageRequest, place_id: int, project_id: int) -> HttpResponse:
    found = dict.fromkeys(request.POST.getlist("found"), True)
    places.check_project(viewer=request.viewer, project_id=project_id, findings=found, now=timezone.now())
    messages.success(request, _("已登记核对结果。"))
    return _back(place_id)


def _facts(request: PageRequest) -> ProjectFacts:
    """Raises NoFirstDay, DayUnread."""
    sent = request.POST
    since = day_of(sent.get("since", ""))
    if since is None:
        raise NoFirstDay
    return ProjectFacts(
        sent.get("name", "")[:80], sent.get("partner", "")[:80], sent.get("contract", "")[:120], since, day_of(sent.get("until", "")),
        {name.removeprefix("d-"): said for name, said in sent.items() if name.startswith("d-")},
    )  # fmt: skip


def _back(place_id: int) -> HttpResponse:
    return redirect(reverse("places:desk_place", args=[place_id]) + "#d-projects")
