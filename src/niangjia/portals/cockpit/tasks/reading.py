"""The list of tasks, the board, and one task with all that happened to it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.assessments import queries as assessments
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope
from niangjia.apps.targets import queries as targets
from niangjia.apps.tasks import actions, queries
from niangjia.apps.tasks.problems import FieldsRefused
from niangjia.apps.tasks.types import Origin, TaskFile, TaskState
from niangjia.portals.cockpit.targets.asked import Shown, counter
from niangjia.portals.cockpit.tasks.owners import to_choose_from
from niangjia.portals.design.pages import page
from niangjia.portals.design.paging import Paginator
from niangjia.portals.design.requests import PageRequest, whole
from niangjia.portals.design.showing import show
from niangjia.portals.design.uploads import UploadField, hand_out

ROWS = 50
MOST_FILES = 3


def found(request: PageRequest) -> QuerySet[Any]:
    asked = request.GET
    return queries.list_tasks(
        request.viewer, today=timezone.localdate(), state=asked.get("state", ""), owner_id=whole(asked.get("owner", "")) or None,
        is_late=asked.get("late", "") == "1",
    )  # fmt: skip


def found_on_board(request: PageRequest) -> QuerySet[Any]:
    return queries.list_board(request.viewer, today=timezone.localdate())


@page("tasks.view")
def tasks(request: PageRequest) -> HttpResponse:
    today, asked = timezone.localdate(), request.GET
    state, owner, late = asked.get("state", ""), whole(asked.get("owner", "")), asked.get("late", "") == "1"
    rows = Paginator(found(request), ROWS).get_page(asked.get("page"))
    context = {
        "cards": [queries.card_of(row, today) for row in rows], "rows": rows, "state": state, "owner": owner, "late": late,
        "states": list(TaskState), "may_set": permissions.may(request.viewer, "tasks.set"),
        "owners": [organizations.get_union(request.viewer.org_id), *organizations.list_children(request.viewer.org_id)],
    }  # fmt: skip
    return show(request, "tasks/all.html", context)


@page("tasks.view")
def board(request: PageRequest) -> HttpResponse:
    today = timezone.localdate()
    rows = Paginator(found_on_board(request), ROWS).get_page(request.GET.get("page"))
    context = {
        "cards": [queries.card_of(row, today) for row in rows], "rows": rows, "today": today,
        "may_set": permissions.may(request.viewer, "tasks.set"),
    }  # fmt: skip
    return show(request, "tasks/board.html", context)


@page("tasks.view")
def task(request: PageRequest, task_id: int) -> HttpResponse:
    found = queries.get_task(request.viewer, task_id, today=timezone.localdate())
    refusal = getattr(request, "refusal", None)
    faults: Mapping[str, tuple[str, str]] = refusal.fields if isinstance(refusal, FieldsRefused) else {}
    said_by = {by for by in (*(one.by for one in found.moves), *(one.by for one in found.progress)) if by}
    context = {
        "one": found, "card": found.card, "faults": faults, "names": accounts.names_of(said_by), "key": uuid.uuid4().hex,
        "files": [(file, reverse("tasks:evidence", args=[task_id, file.key]), file.key in found.proof) for file in found.evidence],
        "target": target_of(request.viewer, found), "owners": to_choose_from(request) if "ASSIGN" in found.may else [],
        "look_id": assessments.find_look_of_task(request.viewer, task_id) if found.card.origin is Origin.RECTIFICATION else None,
        "standing": [bid for bid in found.bids if not bid.is_withdrawn],
        "upload": UploadField("evidence", _("佐证"), _("照片或 PDF，最多 %(n)s 个。") % {"n": MOST_FILES}, most=MOST_FILES),
    }  # fmt: skip
    return show(request, "tasks/task.html", context)


def target_of(viewer: Viewer, found: TaskFile) -> Mapping[str, object] | None:
    """
    The indicator, with what was counted of the owner in the year in which it is due: it stands beside what the owner says. Of an owner
    elsewhere the indicator alone; where none is named, the measure that the task serves.
    """
    if not found.programme:
        return None
    programme = targets.get_programme(found.programme)
    if not found.indicator:
        served = targets.find_measure(programme, found.measure)
        return {"title": served.title, "url": reverse("targets:programme", args=[programme.id]) + f"#m-{served.id}"}
    indicator = targets.find_indicator(programme, found.indicator)
    url = reverse("targets:indicator", args=[programme.id, indicator.id])
    if not found.card.owner_id:
        return {"title": indicator.title, "url": url}
    owner = organizations.get_union(found.card.owner_id)
    if not scope.covers(viewer.org_path, owner.path):
        return {"title": indicator.title, "url": url}
    line = Shown(counter().lines(programme, owner, year=found.card.due_on.year, stated={})[indicator.id])
    said = {"reached": line.reached, "goal": line.goal} if line.is_counted else {}
    return {
        "title": indicator.title,
        "url": f"{url}?{urlencode({'union': owner.id, 'year': found.card.due_on.year})}",
        **said,
    }


@page("tasks.view")
def evidence(request: PageRequest, task_id: int, key: str) -> HttpResponse:
    return hand_out(actions.open_evidence(viewer=request.viewer, task_id=task_id, key=key, now=timezone.now()))
