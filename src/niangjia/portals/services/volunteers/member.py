"""A worker who helps, or seeks: what is proposed to them, what they are at, the log on a phone."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.registry import queries as registry
from niangjia.apps.volunteers import actions, queries
from niangjia.apps.volunteers.queries import WrongAnswers
from niangjia.apps.volunteers.types import HelperState, Side
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show
from niangjia.portals.design.staleness import watch
from niangjia.portals.services.volunteers import shown
from niangjia.portals.services.volunteers.forms import VisitForm
from niangjia.portals.services.volunteers.register import helper_form
from niangjia.portals.services.volunteers.working import said_of, take_visit


@page("own.view")
def mine(request: PageRequest) -> HttpResponse:
    """As what I am listed, and my pairs: those that wait for me first."""
    viewer = request.viewer
    listed = queries.list_own_helpers(viewer)
    pairs = queries.list_own_pairs(viewer)
    watch(request, *(f"helper:{one.id}" for one in listed))
    context = {
        "listed": [(one, queries.kind_of(one.kind)) for one in listed],
        "others": [kind for kind in queries.kinds().values() if kind.id not in {one.kind for one in listed}],
        "pairs": [(one, queries.kind_of(one.need.kind)) for one in pairs], "minutes": sum(one.minutes for one in pairs),
        "open_count": len(queries.list_open_needs(now=timezone.now())), "skills": queries.skills(), "states": HelperState,
    }  # fmt: skip
    return show(request, "volunteers/mine.html", context)


@page("own.view", methods=("GET", "POST"))
def join(request: PageRequest, kind: str) -> HttpResponse:
    """Sign up, or say anew what is known."""
    viewer, found = request.viewer, queries.kind_of(kind)
    held = next((one for one in queries.list_own_helpers(viewer) if one.kind == found.id), None)
    joined = registry.open_memberships_of([viewer.person_id or 0]).get(viewer.person_id or 0)
    home = held.home if held else shown.home_of(joined.org_id if joined else viewer.org_id)
    form = helper_form(request, found, home, held)
    if request.method == "POST" and form.is_valid():
        try:
            actions.join(viewer=viewer, facts=form.facts(), now=timezone.now())
        except WrongAnswers as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("已改好。") if held else _("已登记，等工会确认。"))
            return redirect("volunteers:mine")
    context = {"form": form, "kind": found, "held": held}
    return show(request, "volunteers/join.html", context, status=422 if form.errors else 200)


@page("own.view", methods=("POST",), shown_on=mine)
def set_state(request: PageRequest, helper_id: int) -> HttpResponse:
    to = request.POST.get("to", "")
    state = HelperState(to) if to in HelperState.values else HelperState.PAUSED
    actions.set_helper_state(viewer=request.viewer, helper_id=helper_id, state=state, now=timezone.now())
    messages.success(request, _("已记下。"))
    return redirect("volunteers:mine")


@page("own.view")
def pair(request: PageRequest, pair_id: int) -> HttpResponse:
    """One of mine: why me, what is needed, yes or no; then the log."""
    own = queries.get_own_pair(request.viewer, pair_id)
    watch(request, f"need:{own.need.id}")
    kind = queries.kind_of(own.need.kind)
    context = {
        "own": own, "kind": kind, "lines": shown.stage_lines(kind, own.need, []), "why": shown.share_words(own.points), "skills": queries.skills(),
        "field": kind.fields.get(own.need.field), "station": shown.station_name(kind, own.need.place_id), "day_words": shown.day_words(),
        "form": getattr(request, "form", None) or VisitForm(today=timezone.localdate()), "opened": getattr(request, "opened_contact", None),
        "told": shown.answers(kind.need_form, own.need.told),
    }  # fmt: skip
    return show(request, "volunteers/own_pair.html", context)


@page("own.view", methods=("POST",), shown_on=pair)
def answer(request: PageRequest, pair_id: int) -> HttpResponse:
    state = actions.answer(
        viewer=request.viewer, pair_id=pair_id, side=Side.HELPER, is_yes=request.POST.get("says") == "yes", reason=request.POST.get("reason", ""),
        now=timezone.now(),
    )  # fmt: skip
    messages.success(request, said_of(state))
    return redirect("volunteers:own_pair", pair_id)


@page("own.view", methods=("POST",), shown_on=pair)
def release(request: PageRequest, pair_id: int) -> HttpResponse:
    actions.release(
        viewer=request.viewer, pair_id=pair_id, reason=request.POST.get("reason", ""), now=timezone.now()
    )  # fmt: skip
    messages.success(request, _("已解除。"))
    return redirect("volunteers:mine")


@page("own.view", methods=("POST",), shown_on=pair, changes_nothing=True)
def contact(request: PageRequest, pair_id: int) -> HttpResponse:
    """How the firm is reached; shown once, on this answer only."""
    opened = actions.open_contact(viewer=request.viewer, pair_id=pair_id, of=Side.FIRM, now=timezone.now())
    request.opened_contact = opened or _("没有留联系方式")  # type: ignore[attr-defined]
    return pair.unguarded(request, pair_id=pair_id)


@page("own.view", methods=("POST",), shown_on=pair)
def log_visit(request: PageRequest, pair_id: int) -> HttpResponse:
    again = lambda: pair.unguarded(request, pair_id=pair_id)  # noqa: E731
    return take_visit(request, pair_id, again, "volunteers:own_pair", pair_id)


@page("own.view", methods=("POST",), shown_on=pair)
def void_visit(request: PageRequest, pair_id: int, visit_id: int) -> HttpResponse:
    actions.void_visit(
        viewer=request.viewer, visit_id=visit_id, reason=request.POST.get("reason", ""), now=timezone.now()
    )
    messages.success(request, _("这一次不再计入。"))
    return redirect("volunteers:own_pair", pair_id)
