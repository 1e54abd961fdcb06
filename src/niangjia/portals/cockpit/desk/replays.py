"""Past decisions made again: one side by side, a sample's or a month's in one go."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone

from niangjia.apps.inspections import actions, queries
from niangjia.apps.programs import queries as programs
from niangjia.jobs import replay as replaying
from niangjia.portals.cockpit.desk import shown
from niangjia.portals.cockpit.desk.samples import sample
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show


@page("audit.view")
def replays(request: PageRequest) -> HttpResponse:
    """The last result of the viewer's part of the tree, and the months there are."""
    months = programs.months_decided(request.viewer)
    context = {
        "last": queries.last_of(request.viewer, "inspections.replay"), "report": getattr(request, "report", None), "months": months,
        "month": request.POST.get("month", ""), "tab": "replays",
    }  # fmt: skip
    return show(request, "auditing/replays.html", context)


@page("audit.view", methods=("POST",), shown_on=replays, changes_nothing=True)
def replay_month(request: PageRequest) -> HttpResponse:
    month = request.POST.get("month", "")
    ids = programs.list_replayable(request.viewer, month)
    if not ids:
        raise replaying.NothingDecided
    if len(ids) > replaying.AT_ONCE:
        raise replaying.TooManyToWait(len(ids), month)
    request.report = replaying.replay_many(ids, viewer=request.viewer, of=f"month:{month[:7]}", now=timezone.now())
    return replays.unguarded(request)


@page("audit.view", methods=("POST",), shown_on=sample, changes_nothing=True)
def replay_sample(request: PageRequest, sample_id: int) -> HttpResponse:
    """The decisions that a sample's rows rest on."""
    drawn = queries.get_sample(request.viewer, sample_id)
    ids = queries.decisions_of(request.viewer, [item.ref for item in drawn.items])
    request.report = replaying.replay_many(ids, viewer=request.viewer, of=f"sample:{sample_id}", now=timezone.now())
    return replays.unguarded(request)


@page("audit.view")
def replay(request: PageRequest, decision_id: int) -> HttpResponse:
    """What was decided, and what the pinned text, facts and values give now; a difference is said aloud."""
    kept = programs.get_visible_decision(request.viewer, decision_id)
    actions.note_reading(viewer=request.viewer, page="replay", about=f"decision:{decision_id}", now=timezone.now())
    again = programs.replay(decision_id)
    then, now = {line.id: line for line in kept.trace}, {line.id: line for line in again.trace}
    lines = [(then.get(name), now.get(name)) for name in dict.fromkeys([*then, *now])]
    of = (
        shown.thing(kept.matter, shown.numbers_in([kept.matter]))
        if kept.matter.startswith(("case:", "matter:"))
        else None
    )
    context = {"kept": kept, "again": again, "lines": lines, "thing": of, "tab": "replays"}
    return show(request, "auditing/replay.html", context)
