"""Officers and entries: looking at one, eligibility by its pack, and putting something of one's own union forward."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.contests import actions, queries
from niangjia.apps.contests.types import ContestState, EntryState, Subject
from niangjia.apps.places import queries as places
from niangjia.apps.programs import queries as programs
from niangjia.apps.registry import actions as registry_actions
from niangjia.apps.registry import queries as registry
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show
from niangjia.portals.design.staleness import require_fresh, watch
from niangjia.portals.services.contests.forms import ReasonForm, SubjectForm
from niangjia.portals.services.contests.member import fill_in
from niangjia.portals.services.contests.pieces import FactForm

_FIELDS = {"person": "id_number", "place": "place", "organisation": "unit_name"}
_MOST_PLACES = 500


@page("contests.view", methods=("GET", "POST"))
def entry(request: PageRequest, entry_id: int) -> HttpResponse:
    """What was handed in, its files, whether it is eligible; admit, refuse, give back, strike off."""
    viewer: Viewer = request.viewer
    now = timezone.now()
    watch(request, f"entry:{entry_id}")
    card = queries.get_entry(viewer, entry_id)
    contest = queries.get_contest(viewer, card.contest_id)
    is_own = queries.is_own(viewer, contest)
    form = ReasonForm(request.POST if request.method == "POST" and request.POST.get("act") != "admit" else None)
    if request.method == "POST":
        require_fresh(request)
        told: dict[str, Any] = {"viewer": viewer, "entry_id": entry_id, "now": now}
        act = request.POST.get("act", "")
        steps = {"refuse": actions.refuse, "give_back": actions.give_back, "strike": actions.strike}
        if act == "admit":
            actions.admit(**told)
            messages.success(request, _("已列入参评。"))
            return redirect("contests:run", contest.id)
        if act in steps and form.is_valid():
            steps[act](reason=form.cleaned_data["reason"], **told)
            messages.success(request, _("已办，参评人会看到理由。"))
            return redirect("contests:run", contest.id)
    pack = queries.find_eligibility(card, contest, asof=now)
    context = {
        "card": card,
        "contest": contest,
        "opened": actions.open_entry(viewer=viewer, entry_id=entry_id, now=now),
        "is_own": is_own,
        "form": form,
        "pack": pack,
        "facts": FactForm(pack, request.POST) if pack and card.state is EntryState.SUBMITTED else None,
        "decision": programs.get_decision(card.decision_id) if card.decision_id else None,
        "parts": [(one, card.files.get(one.id, ())) for one in contest.pack.files],
        "may_edit": card.is_nominated and card.state is EntryState.DRAFT,
        "is_over": contest.state in (ContestState.DONE, ContestState.CANCELLED),
    }
    return show(request, "contests/look.html", context, status=422 if form.errors else 200)


@page("contests.manage", methods=("POST",), shown_on=entry)
def check(request: PageRequest, entry_id: int) -> HttpResponse:
    """Hold it against its pack; what cannot be read is shown again at its field."""
    viewer: Viewer = request.viewer
    now = timezone.now()
    card = queries.get_entry(viewer, entry_id)
    contest = queries.get_contest(viewer, card.contest_id)
    pack = queries.find_eligibility(card, contest, asof=now)
    if pack is None:
        raise queries.NotFound
    form = FactForm(pack, request.POST)
    if form.is_wrong:
        context = {"card": card, "contest": contest, "pack": pack, "facts": form, "is_own": True}
        return show(request, "contests/check.html", context, status=422)
    actions.check_eligibility(viewer=viewer, entry_id=entry_id, facts=form.facts, now=now)
    messages.success(request, _("已核对，结论和依据在下面。"))
    return redirect("contests:look", entry_id)


@page("contests.nominate", methods=("GET", "POST"))
def nominate(request: PageRequest, contest_id: int) -> HttpResponse:
    """Choose what of one's own union is put forward; then the same form as a worker's."""
    viewer: Viewer = request.viewer
    now = timezone.now()
    card = queries.get_contest(viewer, contest_id)
    if not card.pack.by_nomination:
        raise queries.NotFound
    form = SubjectForm(request.POST or None, initial={})
    for kind, name in _FIELDS.items():
        if kind != card.pack.entrants:
            del form.fields[name]
    sites = {}
    if card.pack.entrants == "place":
        rows = places.list_places(viewer, kind=card.pack.place_kind, state="LISTED")[:_MOST_PLACES]
        sites = {str(row.pk): row for row in rows}
        form.fields["place"].choices = [(pk, f"{row.name} · {row.org.name}") for pk, row in sites.items()]  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        subject = _subject(viewer, form.cleaned_data, sites)
        if subject is None:
            form.add_error("id_number", _("在您的范围内没有找到这位会员。请核对号码。"))
            form.mark_errors()
        else:
            entry_id = actions.start_entry(
                viewer=viewer, contest_id=contest_id, subject=subject, key=uuid.uuid4(), now=now
            )
            return redirect("contests:edit", entry_id)
    own = [one for one in queries.list_own_entries(viewer) if one.contest_id == contest_id]
    context = {"card": card, "form": form, "own": own, "has_places": card.pack.entrants != "place" or bool(sites)}
    return show(request, "contests/nominate.html", context, status=422 if form.errors else 200)


def _subject(viewer: Viewer, told: dict[str, Any], sites: dict[str, Any]) -> Subject | None:
    """None: no member by that number there."""
    if "place" in told:
        row = sites[told["place"]]
        return Subject(row.org_id, place_id=row.pk)
    if "unit_name" in told:
        return Subject(viewer.org_id, unit_name=told["unit_name"])
    found = registry_actions.find_person(viewer=viewer, number=told["id_number"], now=timezone.now())
    member = registry.open_memberships_of([found.id]).get(found.id) if found else None
    return Subject(member.org_id, person_id=found.id) if found and member else None


@page("contests.nominate", methods=("GET", "POST"))
def edit(request: PageRequest, entry_id: int) -> HttpResponse:
    """The nomination's form: what a worker fills in for themselves."""
    if request.method == "POST" and request.POST.get("act") == "withdraw":
        actions.withdraw(viewer=request.viewer, entry_id=entry_id, now=timezone.now())
        messages.success(request, _("已退出。"))
        return redirect("contests:desk")
    return fill_in(request, entry_id, "contests/edit.html", reverse("contests:edit", args=[entry_id]))
