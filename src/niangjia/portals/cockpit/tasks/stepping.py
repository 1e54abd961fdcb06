"""One step of a task, from its page. What was typed stays after a refusal."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.files.actions import MOST_BYTES
from niangjia.apps.files.problems import TooLarge
from niangjia.apps.tasks import actions
from niangjia.apps.tasks.problems import FieldsRefused, NotFound
from niangjia.portals.cockpit.tasks.owners import owner_in
from niangjia.portals.cockpit.tasks.reading import MOST_FILES, task
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest, whole

_NO_DAY = ("请写日期，例如 2023-12-20。", "Write a day, such as 2023-12-20.")


@page("tasks.view", methods=("POST",), shown_on=task)
def step(request: PageRequest, task_id: int) -> HttpResponse:
    act = _ACTS.get(request.POST.get("step", ""))
    if act is None:
        raise NotFound
    act(request, request.viewer, task_id, timezone.now())
    messages.success(request, _("已办理。"))
    return redirect("tasks:task", task_id)


def day_of(text: str, field: str) -> date:
    """Raises FieldsRefused."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise FieldsRefused({field: _NO_DAY}) from None


def _files(request: PageRequest) -> list[bytes]:
    """Raises TooLarge."""
    found = request.FILES.getlist("evidence")[:MOST_FILES]
    if any((file.size or 0) > MOST_BYTES for file in found):
        raise TooLarge(MOST_BYTES)
    return [file.read() for file in found]


def _reason(request: PageRequest) -> str:
    return request.POST.get("reason", "")


def _begin(_request: PageRequest, viewer: Viewer, task_id: int, now: datetime) -> None:
    actions.begin(viewer=viewer, task_id=task_id, now=now)


def _note(request: PageRequest, viewer: Viewer, task_id: int, now: datetime) -> None:
    said = request.POST.get("percent", "").strip()
    percent = int(said) if said.isascii() and said.isdigit() and len(said) <= 3 else -1
    key = request.POST.get("key", "")[:64] or uuid.uuid4().hex
    text, files = request.POST.get("note", ""), _files(request)
    actions.note(viewer=viewer, task_id=task_id, percent=percent, text=text, key=key, evidence=files, now=now)


def _report(request: PageRequest, viewer: Viewer, task_id: int, now: datetime) -> None:
    why = request.POST.get("no_evidence", "")
    actions.report(viewer=viewer, task_id=task_id, no_evidence=why, evidence=_files(request), now=now)


def _accept(_request: PageRequest, viewer: Viewer, task_id: int, now: datetime) -> None:
    actions.accept(viewer=viewer, task_id=task_id, now=now)


def _return(request: PageRequest, viewer: Viewer, task_id: int, now: datetime) -> None:
    actions.give_back(viewer=viewer, task_id=task_id, reason=_reason(request), now=now)


def _withdraw(request: PageRequest, viewer: Viewer, task_id: int, now: datetime) -> None:
    actions.withdraw(viewer=viewer, task_id=task_id, reason=_reason(request), now=now)


def _bid(request: PageRequest, viewer: Viewer, task_id: int, now: datetime) -> None:
    day = day_of(request.POST.get("promised_on", ""), "promised_on")
    actions.bid(viewer=viewer, task_id=task_id, plan=request.POST.get("plan", ""), promised_on=day, now=now)


def _unbid(_request: PageRequest, viewer: Viewer, task_id: int, now: datetime) -> None:
    actions.withdraw_bid(viewer=viewer, task_id=task_id, now=now)


def _pick(request: PageRequest, viewer: Viewer, task_id: int, now: datetime) -> None:
    bid_id = whole(request.POST.get("bid", "")) or 0
    actions.pick(viewer=viewer, task_id=task_id, bid_id=bid_id, reason=_reason(request), now=now)


def _assign(request: PageRequest, viewer: Viewer, task_id: int, now: datetime) -> None:
    owner_id = owner_in(request) or 0
    actions.assign(viewer=viewer, task_id=task_id, owner_id=owner_id, reason=_reason(request), now=now)


_ACTS: dict[str, Callable[[PageRequest, Viewer, int, datetime], None]] = {
    "BEGIN": _begin, "NOTE": _note, "REPORT": _report, "ACCEPT": _accept, "RETURN": _return, "WITHDRAW": _withdraw,
    "BID": _bid, "UNBID": _unbid, "PICK": _pick, "ASSIGN": _assign,
}  # fmt: skip
