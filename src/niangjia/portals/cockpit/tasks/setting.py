"""A task is written: for one union below, or for the board."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.organizations import queries as organizations
from niangjia.apps.targets import queries as targets
from niangjia.apps.tasks import actions
from niangjia.apps.tasks.problems import FieldsRefused
from niangjia.portals.cockpit.tasks.stepping import day_of
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest, whole
from niangjia.portals.design.showing import show


@page("tasks.set")
def new(request: PageRequest) -> HttpResponse:
    refusal = getattr(request, "refusal", None)
    faults: Mapping[str, tuple[str, str]] = refusal.fields if isinstance(refusal, FieldsRefused) else {}
    union = organizations.get_union(request.viewer.org_id)
    below = [one for one in organizations.list_children(union.id) if one.is_active]
    here = [one for one in targets.list_programmes() if targets.is_here(one, union.area)]
    context = {
        "faults": faults, "owners": [union, *below], "key": request.POST.get("key") or uuid.uuid4().hex,
        "programmes": here,
    }  # fmt: skip
    return show(request, "tasks/new.html", context)


@page("tasks.set", methods=("POST",), shown_on=new)
def send(request: PageRequest) -> HttpResponse:
    said = request.POST
    until = said.get("bids_until", "").strip()
    programme, _slash, indicator = said.get("target", "").partition("/")
    task_id = actions.set_task(
        viewer=request.viewer, title=said.get("title", ""), what=said.get("what", ""), owner_id=whole(said.get("owner", "")) or None,
        due_on=day_of(said.get("due_on", ""), "due_on"), bids_until=day_of(until, "bids_until") if until else None,
        is_rectification=said.get("is_rectification") == "1", programme=programme, indicator=indicator,
        key=said.get("key", "")[:64] or uuid.uuid4().hex, now=timezone.now(),
    )  # fmt: skip
    messages.success(request, _("已交办。"))
    return redirect("tasks:task", task_id)
