"""Lists that take their time: how far each is, its workbook once it is made, and the making itself, in a process of its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.http import FileResponse, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import get_resolver
from django.utils import timezone, translation

from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Viewer
from niangjia.jobs import export_kept
from niangjia.kernel.deployment import Deployment
from niangjia.kernel.working import Progress
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import deployment, show
from niangjia.portals.officer.exporting import LISTINGS, WORKBOOK, Asked

WORK = export_kept.WORK


@page("lists.export")
def taken_lists(request: PageRequest) -> HttpResponse:
    """What the viewer is having made, and what lies ready."""
    found = export_kept.list_own(deployment(), request.viewer, now=timezone.now())
    return show(request, "officer/taken_lists.html", {"found": found})


@page("lists.export", shown_on=taken_lists)
def taken_list(request: PageRequest, number: str) -> HttpResponse:
    kept = export_kept.find(deployment(), request.viewer, number, now=timezone.now())
    return show(request, "officer/taken_list.html", {"one": kept})


@page("lists.export", methods=("POST",), shown_on=taken_lists, changes_nothing=True)
def fetch_list(request: PageRequest, number: str) -> HttpResponse:
    kept, file = export_kept.fetch(deployment(), request.viewer, number, now=timezone.now())
    return FileResponse(file, as_attachment=True, filename=kept.file_name, content_type=WORKBOOK)  # type: ignore[return-value]


@page("lists.export", methods=("POST",), shown_on=taken_lists, changes_nothing=True)
def stop_list(request: PageRequest, number: str) -> HttpResponse:
    export_kept.stop(deployment(), request.viewer, number, now=timezone.now())
    return redirect("officer:taken_list", number)


@page("lists.export", methods=("POST",), shown_on=taken_lists, changes_nothing=True)
def restart_list(request: PageRequest, number: str) -> HttpResponse:
    export_kept.begin(deployment(), request.viewer, number, now=timezone.now())
    return redirect("officer:taken_list", number)


def work(deployment: Deployment, folder: Path, *, lock: int) -> None:
    """The list that was asked for in `folder`, for the process that was started for it."""
    export_kept.work(deployment, folder, make, lock=lock)


def make(viewer: Viewer, question: Mapping[str, Any], now: datetime, tell: Progress) -> IO[bytes]:
    """The workbook, asked for as at its page, with the viewer's present right and in the language that it was asked in."""
    get_resolver().url_patterns  # noqa: B018  every portal is read, and has named its lists
    listing, shown_on = LISTINGS[question["list"]]
    request = PageRequest()
    request.method, request.GET = "GET", QueryDict(question["query"])
    request.viewer = viewer
    request.posts = tuple(accounts.list_posts(viewer.account_id, today=timezone.localdate(now)))
    request.post_card = next((post for post in request.posts if post.id == viewer.post_id), None)
    with translation.override(question["language"]):
        return Asked(listing, shown_on, question["parts"], question["purpose"], now).make(request, tell)
