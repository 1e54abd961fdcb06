"""A worker's contests: enter, upload, hand in, see how it stands, withdraw. Works without JavaScript."""

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
from niangjia.apps.contests import actions, queries
from niangjia.apps.contests.types import ContestCard, ContestState, EntryCard, EntryState
from niangjia.apps.files.problems import TooLarge
from niangjia.kernel.problems import Refusal
from niangjia.portals.design.pages import page
from niangjia.portals.design.refusals import status_of
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show
from niangjia.portals.design.uploads import words_of
from niangjia.portals.services.contests.forms import EntryForm
from niangjia.portals.services.contests.pieces import file_fields


@page("own.view")
def mine(request: PageRequest) -> HttpResponse:
    """My entries, and calls that are open."""
    viewer: Viewer = request.viewer
    now = timezone.now()
    entries = queries.list_own_entries(viewer)
    titles = {one.contest_id: queries.contest_card(row) for row in queries.list_contests(None) for one in entries if one.contest_id == row.pk}  # fmt: skip
    open_calls = [
        queries.contest_card(row)
        for row in queries.list_contests(None, state=ContestState.CALL)
        if row.opens_at <= now < row.closes_at
    ]
    context = {
        "entries": [(one, titles.get(one.contest_id)) for one in entries],
        "drafts": {one.contest_id: one for one in entries if one.state is EntryState.DRAFT},
        "calls": [one for one in open_calls if one.pack.by_worker],
        "has_seat": queries.has_seat(viewer),
    }
    return show(request, "contests/mine.html", context)


@page("own.view", methods=("POST",), shown_on=mine)
def enter(request: PageRequest, contest_id: int) -> HttpResponse:
    """A draft; entered before, the one that is there."""
    viewer: Viewer = request.viewer
    there = next(
        (one for one in queries.list_own_entries(viewer) if one.contest_id == contest_id and one.state is EntryState.DRAFT),
        None,
    )  # fmt: skip
    if there is not None:
        return redirect("contests:entry", there.id)
    entry_id = actions.start_entry(viewer=viewer, contest_id=contest_id, key=uuid.uuid4(), now=timezone.now())
    return redirect("contests:entry", entry_id)


@page("own.view", methods=("GET", "POST"))
def entry(request: PageRequest, entry_id: int) -> HttpResponse:
    """A draft to fill in; handed in, how it stands."""
    return fill_in(request, entry_id, "contests/entry.html", reverse("contests:entry", args=[entry_id]))


def fill_in(request: PageRequest, entry_id: int, template: str, address: str) -> HttpResponse:
    """For the worker and for who nominates: keep what was typed, take files, then hand it in."""
    viewer: Viewer = request.viewer
    now = timezone.now()
    card = queries.get_entry(viewer, entry_id)
    contest = queries.get_contest(None, card.contest_id)
    opened: dict[str, Any] = actions.open_entry(viewer=viewer, entry_id=entry_id, now=now)
    begun = {"title": card.title, "has_consent": card.has_consent, "intro": opened.get("intro", ""), "contact": opened.get("contact", "")}  # fmt: skip
    is_draft = card.state is EntryState.DRAFT
    form = EntryForm(request.POST or None, initial=begun)
    wrong: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        if is_draft and form.is_valid():
            actions.save_entry(viewer=viewer, entry_id=entry_id, now=now, **form.cleaned_data)
            wrong = _take_files(request, contest, entry_id)
            if not wrong and request.POST.get("act") == "hand_in":
                try:
                    actions.hand_in(viewer=viewer, entry_id=entry_id, now=now)
                except Refusal as refusal:
                    request.refusal, status = refusal, status_of(refusal)
                    wrong = {part: _("请上传") for part in getattr(refusal, "parts", ())}
                else:
                    messages.success(request, _("已提交，主办工会审核后会告诉您。"))
                    return redirect(address)
            elif not wrong:
                messages.success(request, _("已保存，还没有提交。"))
                return redirect(address)
        card = queries.get_entry(viewer, entry_id)
    context = {
        "card": card,
        "contest": contest,
        "form": form,
        "is_draft": is_draft,
        "opened": opened,
        "fields": file_fields(contest.pack.files, card, wrong),
        "award": _award_of(contest, card),
        "notice": next((one for one in queries.list_notices(None, contest.id) if one.entry.id == card.id), None),
        "address": address,
    }
    status = 422 if form.errors or (wrong and status == 200) else status
    return show(request, template, context, status=status)


def _award_of(contest: ContestCard, card: EntryCard) -> Any:
    if contest.state is not ContestState.DONE:
        return None
    return next((one for one in queries.list_awards(None, contest.id) if one.entry.id == card.id), None)


def _take_files(request: PageRequest, contest: ContestCard, entry_id: int) -> dict[str, str]:
    """Keep what came, take away what was ticked; by part, what could not be taken."""
    viewer: Viewer = request.viewer
    wrong: dict[str, str] = {}
    for key in request.POST.getlist("drop"):
        actions.drop_file(viewer=viewer, entry_id=entry_id, key=key, now=timezone.now())
    for rule in contest.pack.files:
        for file in request.FILES.getlist(f"file-{rule.id}"):
            try:
                _keep(file, rule.most_mb, lambda content, part=rule.id: actions.keep_file(
                    viewer=viewer, entry_id=entry_id, part=part, content=content, now=timezone.now()
                ))  # fmt: skip
            except Refusal as refusal:
                wrong[rule.id] = f"{(file.name or '')[:60]}：{words_of(refusal)}"
    return wrong


def _keep(file: Any, most_mb: int, keep: Callable[[bytes], object]) -> None:
    if (file.size or 0) > most_mb * 1024 * 1024:
        raise TooLarge(most_mb * 1024 * 1024)
    keep(file.read())


@page("own.view", methods=("POST",), shown_on=entry)
def withdraw(request: PageRequest, entry_id: int) -> HttpResponse:
    actions.withdraw(viewer=request.viewer, entry_id=entry_id, now=timezone.now())
    messages.success(request, _("已退出。"))
    return redirect("contests:mine")
