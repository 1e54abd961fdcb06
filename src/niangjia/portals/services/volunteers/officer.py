"""Needs, as unions file and read them; one need with its stages; what was done by county and field."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope
from niangjia.apps.registry import actions as registry_actions
from niangjia.apps.volunteers import actions, queries
from niangjia.apps.volunteers.queries import Kind, WrongAnswers
from niangjia.apps.volunteers.types import NeedCard, NeedState, PairState, Side
from niangjia.portals.design import words
from niangjia.portals.design.pages import page
from niangjia.portals.design.paging import Paginator
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show
from niangjia.portals.design.staleness import watch
from niangjia.portals.services.volunteers import shown
from niangjia.portals.services.volunteers.forms import DAYS, NeedForm, VisitForm, stage_fields

ROWS = 25


def found(request: PageRequest) -> QuerySet[Any]:
    given, kind = request.GET, shown.kind_of(request)
    state = given.get("state", NeedState.OPEN)
    stage = given.get("stage", "")
    return queries.list_needs(
        request.viewer, kind=kind.id, stage=stage if stage in kind.stages else "", state=state if state in NeedState.values else "",
        text=given.get("q", "").strip()[:80],
    )  # fmt: skip


@page("volunteers.view")
def needs(request: PageRequest) -> HttpResponse:
    viewer, kind = request.viewer, shown.kind_of(request)
    rows = Paginator(found(request), ROWS).get_page(request.GET.get("page"))
    cards = [queries.need_card(row) for row in rows]
    counts = queries.count_by_stage(viewer, kind.id)
    context = {
        "kind": kind, "kinds": queries.kinds().values(), "rows": rows,
        "listed": [(card, kind.stages[card.stage], kind.fields.get(card.field)) for card in cards],
        "stages": [(stage, counts.get(stage.id, 0)) for stage in kind.stages.values()], "stage": request.GET.get("stage", ""),
        "state": request.GET.get("state", NeedState.OPEN), "states": words.choices("need_state"), "q": request.GET.get("q", "")[:80],
        "may_file": permissions.may(viewer, "volunteers.manage"), "may_match": permissions.may(viewer, "volunteers.match"), "today": timezone.localdate(),
    }  # fmt: skip
    return show(request, "volunteers/needs.html", context)


def _form(kind: Kind, viewer: Viewer, request: PageRequest, held: NeedCard | None = None) -> NeedForm:
    home = shown.home_of(viewer.org_id)
    return NeedForm(
        kind, request.POST if request.method == "POST" else None, counties=shown.counties(home), stations=shown.stations(kind), held=held,
        texts=queries.need_texts(viewer, held.id) if held else {},
    )  # fmt: skip


@page("volunteers.manage", methods=("GET", "POST"))
def file_need(request: PageRequest) -> HttpResponse:
    """A union says what is needed, for itself."""
    kind, viewer = shown.kind_of(request), request.viewer
    form = _form(kind, viewer, request)
    if request.method == "POST" and form.is_valid():
        try:
            need_id = actions.file_need(
                viewer=viewer, facts=form.facts(viewer.org_id), key=form.cleaned_data["key"] or uuid.uuid4(), now=timezone.now()
            )  # fmt: skip
        except WrongAnswers as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("已提出，等负责匹配的工会发布。"))
            return redirect("volunteers:need", need_id)
    context = {"form": form, "kind": kind, "kinds": queries.kinds().values()}
    return show(request, "volunteers/file.html", context, status=422 if form.errors else 200)


@page("volunteers.manage", methods=("GET", "POST"))
def change_need(request: PageRequest, need_id: int) -> HttpResponse:
    viewer = request.viewer
    watch(request, f"need:{need_id}")
    card = queries.get_need(viewer, need_id)
    kind = queries.kind_of(card.kind)
    form = _form(kind, viewer, request, card)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_need(
                viewer=viewer, need_id=need_id, facts=form.facts(card.org_id), from_step=card.step, now=timezone.now()
            )
        except WrongAnswers as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("已改好。"))
            return redirect("volunteers:need", need_id)
    context = {"form": form, "kind": kind, "need": card}
    return show(request, "volunteers/file.html", context, status=422 if form.errors else 200)


@page("volunteers.view")
def need(request: PageRequest, need_id: int) -> HttpResponse:
    """One need: where it stands, who is paired with it, what was logged, and the step that is to be taken. Who is named finds the page in their record."""
    watch(request, f"need:{need_id}")
    viewer = request.viewer
    card = queries.get_need(viewer, need_id)
    pairs = queries.list_pairs(viewer, [need_id]).get(need_id, [])
    registry_actions.record_views(
        viewer=viewer, person_ids=[one.helper.person_id for one in pairs], page="helping", now=timezone.now()
    )
    return show(request, "volunteers/need.html", _context(request, card, pairs))


def _context(request: PageRequest, card: NeedCard, pairs: list[Any]) -> dict[str, Any]:
    viewer, kind = request.viewer, queries.kind_of(card.kind)
    steps = queries.list_steps(viewer, card.id)
    stage = kind.stages[card.stage]
    is_own = scope.covers(viewer.org_path, organizations.get_union(card.org_id).path)
    may_work = permissions.may(viewer, "volunteers.manage") and is_own and card.state is NeedState.OPEN
    may_match = permissions.may(viewer, "volunteers.match") and may_work
    takes_pairs = stage.takes is queries.Takes.PAIRS
    visits = queries.list_visits(viewer, card.id)
    search = request.GET.get("who", "").strip()[:40]
    return {
        "need": card, "kind": kind, "stage": stage, "following": kind.after(card.stage), "field": kind.fields.get(card.field),
        "lines": shown.stage_lines(kind, card, steps),
        "steps": [(step, kind.stages[step.stage], kind.stages.get(step.to), shown.said(kind.stages[step.stage], step)) for step in reversed(steps)],
        "pairs": [(one, shown.share_words(one.points)) for one in pairs], "bids": {one.pair.id: one.words for one in queries.list_bids(viewer, card.id)},
        "skills": queries.skills(), "told": shown.answers(kind.need_form, {**card.told, **queries.need_texts(viewer, card.id)}), "station": shown.station_name(kind, card.place_id),
        "visits": visits, "takes_visits": kind.logs_at(card.stage), "takes_pairs": takes_pairs,
        "is_ready": not (stage.asks is queries.Asks.PAIR and not card.filled or stage.asks is queries.Asks.VISIT and all(one.is_void for one in visits)),
        "may_go_on": may_work and (may_match or not stage.is_desk), "may_work": may_work, "may_match": may_match and takes_pairs, "is_own": is_own,
        "fields": stage_fields(stage, getattr(request, "wrong", {})), "rated": [one for one in pairs if one.state is PairState.CONFIRMED] if stage.asks is queries.Asks.RATINGS else [],
        "others": [(one, shown.share_words(one.points)) for one in queries.others_for(viewer, card.id, text=search)] if may_match and takes_pairs else [],
        "who": search, "opened": getattr(request, "opened_contact", None), "sides": Side, "day_words": dict(DAYS),
        "visit_form": getattr(request, "form", None) or VisitForm(today=timezone.localdate()), "today": timezone.localdate(),
    }  # fmt: skip


@page("volunteers.view")
def coverage(request: PageRequest) -> HttpResponse:
    """By county and field, counted from rows; a county without anything stands there too."""
    viewer, kind, today = request.viewer, shown.kind_of(request), timezone.localdate()
    year = shown.year_of(request, today)
    days = {"first": date(year, 1, 1), "last": date(year, 12, 31)}
    rows = queries.coverage(viewer, kind.id, **days)
    context = {
        "kind": kind, "kinds": queries.kinds().values(), "rows": rows, "fields": [(row, kind.fields.get(row.code)) for row in queries.works_by_field(viewer, kind.id, **days)],
        "total": queries.works_of(viewer, kind.id, **days), "year": year, "years": range(today.year, today.year - 5, -1), "reached": sum(bool(row.works.visits) for row in rows),
    }  # fmt: skip
    return show(request, "volunteers/coverage.html", context)
