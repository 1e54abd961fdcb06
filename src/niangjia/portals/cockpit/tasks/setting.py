"""A task is written: for one union below, or for the board; and what was asked is changed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations.types import Union
from niangjia.apps.targets import queries as targets
from niangjia.apps.tasks import actions, queries
from niangjia.apps.tasks.problems import FieldsRefused
from niangjia.apps.tasks.types import TaskState
from niangjia.portals.cockpit.tasks import owners
from niangjia.portals.cockpit.tasks.stepping import day_of
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show


@page("tasks.set")
def new(request: PageRequest) -> HttpResponse:
    refusal = getattr(request, "refusal", None)
    faults: Mapping[str, tuple[str, str]] = refusal.fields if isinstance(refusal, FieldsRefused) else {}
    union = organizations.get_union(request.viewer.org_id)
    here = [one for one in targets.list_programmes() if targets.is_here(one, union.area)]
    context = {
        "faults": faults, "owners": owners.to_choose_from(request), "key": request.POST.get("key") or uuid.uuid4().hex,
        "programmes": here,
    }  # fmt: skip
    return show(request, "tasks/new.html", context)


@page("tasks.set", methods=("POST",), shown_on=new)
def send(request: PageRequest) -> HttpResponse:
    said = request.POST
    until = said.get("bids_until", "").strip()
    programme, measure, indicator = (*said.get("target", "").split("/"), "", "")[:3]
    task_id = actions.set_task(
        viewer=request.viewer, title=said.get("title", ""), what=said.get("what", ""), owner_id=owners.owner_in(request),
        due_on=day_of(said.get("due_on", ""), "due_on"), bids_until=day_of(until, "bids_until") if until else None,
        is_rectification=said.get("is_rectification") == "1", programme=programme, measure=measure, indicator=indicator,
        key=said.get("key", "")[:64] or uuid.uuid4().hex, now=timezone.now(),
    )  # fmt: skip
    messages.success(request, _("已交办。"))
    return redirect("tasks:task", task_id)


@page("tasks.set")
def change(request: PageRequest, task_id: int) -> HttpResponse:
    found = queries.get_task(request.viewer, task_id, today=timezone.localdate())
    refusal = getattr(request, "refusal", None)
    faults: Mapping[str, tuple[str, str]] = refusal.fields if isinstance(refusal, FieldsRefused) else {}
    may_give = found.card.owner_id is not None and found.card.state is TaskState.OPEN
    context = {
        "one": found, "card": found.card, "faults": faults, "may_change": "CHANGE" in found.may, "may_give": may_give,
        "owners": _with_its_owner(owners.to_choose_from(request), found.card.owner_id) if may_give else [],
    }  # fmt: skip
    return show(request, "tasks/change.html", context)


def _with_its_owner(listed: list[Union], owner_id: int | None) -> list[Union]:
    missing = owner_id and owner_id not in {one.id for one in listed}
    return [organizations.get_union(owner_id), *listed] if owner_id and missing else listed


@page("tasks.set", methods=("POST",), shown_on=change)
def send_change(request: PageRequest, task_id: int) -> HttpResponse:
    said = request.POST
    held = queries.get_task(request.viewer, task_id, today=timezone.localdate()).card
    actions.change(
        viewer=request.viewer, task_id=task_id, title=said.get("title", ""), what=said.get("what", ""),
        due_on=day_of(said.get("due_on", ""), "due_on"), owner_id=owners.owner_in(request) if "owner" in said else held.owner_id,
        reason=said.get("reason", ""), now=timezone.now(),
    )  # fmt: skip
    messages.success(request, _("已修改，经过里有记录。"))
    return redirect("tasks:task", task_id)
