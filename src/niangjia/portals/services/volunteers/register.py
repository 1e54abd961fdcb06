"""The register of helpers: who is in it, one of them, listing somebody, and a workbook that comes in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.accounts import permissions
from niangjia.apps.registry import actions as registry_actions
from niangjia.apps.registry import queries as registry
from niangjia.apps.volunteers import actions, queries
from niangjia.apps.volunteers.queries import WrongAnswers
from niangjia.apps.volunteers.types import HelperCard, HelperState
from niangjia.jobs import helpers_workbook
from niangjia.portals.design import words
from niangjia.portals.design.pages import page
from niangjia.portals.design.paging import Paginator
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show
from niangjia.portals.design.staleness import watch
from niangjia.portals.design.tags import say
from niangjia.portals.officer.exporting import WORKBOOK
from niangjia.portals.services.volunteers import shown
from niangjia.portals.services.volunteers.forms import FindPersonForm, HelperForm, skill_choices

ROWS = 25


def found(request: PageRequest) -> QuerySet[Any]:
    given, kind = request.GET, shown.kind_of(request)
    state, skill = given.get("state", ""), given.get("skill", "")
    return queries.list_helpers(
        request.viewer, kind=kind.id, state=state if state in HelperState.values else "", skill=skill if skill in queries.skills() else "",
        text=given.get("q", "").strip()[:40],
    )  # fmt: skip


@page("volunteers.view")
def helpers(request: PageRequest) -> HttpResponse:
    kind, given = shown.kind_of(request), request.GET
    rows = Paginator(found(request), ROWS).get_page(given.get("page"))
    context = {
        "kind": kind, "kinds": queries.kinds().values(), "rows": rows, "cards": queries.helper_cards(rows).values(), "skills": queries.skills(),
        "skill_choices": skill_choices(), "skill": given.get("skill", ""), "state": given.get("state", ""), "states": words.choices("helper_state"),
        "q": given.get("q", "")[:40], "may_manage": permissions.may(request.viewer, "volunteers.manage"), "day_words": shown.day_words(),
    }  # fmt: skip
    return show(request, "volunteers/helpers.html", context)


@page("volunteers.view")
def helper(request: PageRequest, helper_id: int) -> HttpResponse:
    """One of them, with what they do and did. They find the page in their record."""
    watch(request, f"helper:{helper_id}")
    viewer = request.viewer
    card = queries.get_helper(viewer, helper_id)
    registry_actions.record_views(viewer=viewer, person_ids=[card.person_id], page="helping", now=timezone.now())
    kind = queries.kind_of(card.kind)
    is_own = bool(registry.list_person_cards(viewer, [card.person_id]))
    context = {
        "card": card, "kind": kind, "pairs": queries.list_pairs_of(viewer, helper_id), "skills": queries.skills(), "day_words": shown.day_words(),
        "told": shown.answers(kind.helper_form, card.told),
        "moves": queries.helper_moves(card.state) if is_own and permissions.may(viewer, "volunteers.manage") else (),
        "may_change": is_own and permissions.may(viewer, "volunteers.manage"),
    }  # fmt: skip
    return show(request, "volunteers/helper.html", context)


@page("volunteers.manage", methods=("POST",), shown_on=helper)
def set_state(request: PageRequest, helper_id: int) -> HttpResponse:
    to = request.POST.get("to", "")
    actions.set_helper_state(
        viewer=request.viewer, helper_id=helper_id, state=HelperState(to) if to in HelperState.values else HelperState.PAUSED,
        reason=request.POST.get("reason", ""), now=timezone.now(),
    )  # fmt: skip
    messages.success(request, _("已记下。"))
    return redirect("volunteers:helper", helper_id)


@page("volunteers.manage", methods=("GET", "POST"))
def find_person(request: PageRequest) -> HttpResponse:
    """By ID number, sent and never kept: who is to be listed."""
    kind = shown.kind_of(request)
    form = FindPersonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        number = form.cleaned_data["id_number"]
        try:
            person = registry_actions.find_person(viewer=request.viewer, number=number, now=timezone.now())
        except registry_actions.NoNumber as refusal:
            form.add_error("id_number", say(refusal))
        else:
            if person is not None:
                return redirect(f"{reverse('volunteers:enrol', args=[person.id])}?kind={kind.id}")
            form.add_error("id_number", _("本辖区没有这个号码的人。请核对，或先导入会员。"))
        form.mark_errors()
    context = {"form": form, "kind": kind, "kinds": queries.kinds().values()}
    return show(request, "volunteers/find_helper.html", context, status=422 if form.errors else 200)


def helper_form(request: PageRequest, kind: queries.Kind, home: str, held: HelperCard | None = None) -> HelperForm:
    return HelperForm(
        kind, request.POST if request.method == "POST" else None, counties=shown.counties(home), reach=shown.reach(held.areas if held else ()), held=held,
        initial={} if held else {"home": home},
    )  # fmt: skip


@page("volunteers.manage", methods=("GET", "POST"))
def enrol(request: PageRequest, person_id: int) -> HttpResponse:
    viewer, kind = request.viewer, shown.kind_of(request)
    person = registry.get_person_card(viewer, person_id)
    form = helper_form(request, kind, shown.home_of(viewer.org_id))
    if request.method == "POST" and form.is_valid():
        try:
            helper_id = actions.enrol(viewer=viewer, person_id=person_id, facts=form.facts(), now=timezone.now())
        except WrongAnswers as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("已登记。"))
            return redirect("volunteers:helper", helper_id)
    context = {"form": form, "kind": kind, "name": person.name}
    return show(request, "volunteers/enrol.html", context, status=422 if form.errors else 200)


@page("volunteers.manage", methods=("GET", "POST"))
def change(request: PageRequest, helper_id: int) -> HttpResponse:
    watch(request, f"helper:{helper_id}")
    viewer = request.viewer
    card = queries.get_helper(viewer, helper_id)
    registry.get_person_card(viewer, card.person_id)
    form = helper_form(request, queries.kind_of(card.kind), card.home, card)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_helper(
                viewer=viewer, helper_id=helper_id, facts=form.facts(), from_step=card.step, now=timezone.now()
            )
        except WrongAnswers as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("已改好。"))
            return redirect("volunteers:helper", helper_id)
    context = {"form": form, "kind": queries.kind_of(card.kind), "name": card.name, "card": card}
    return show(request, "volunteers/enrol.html", context, status=422 if form.errors else 200)


@page("volunteers.manage")
def template(request: PageRequest) -> HttpResponse:
    kind = shown.kind_of(request)
    file = helpers_workbook.template(kind.id)
    name = f"{_('能人名册')}-{_('模板')}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=WORKBOOK)  # type: ignore[return-value]


@page("volunteers.manage", methods=("GET", "POST"))
def take_in(request: PageRequest) -> HttpResponse:
    """A workbook of helpers: all of it or nothing, with what is wrong by row."""
    kind = shown.kind_of(request)
    file, read, status = request.FILES.get("file"), None, 200
    if request.method == "POST":
        content = file.read() if file is not None and (file.size or 0) <= helpers_workbook.LARGEST_BYTES else b""
        read = helpers_workbook.take_in(
            viewer=request.viewer, kind=kind.id, name=file.name or "" if file is not None else "", content=content, now=timezone.now()
        )  # fmt: skip
        status = 422 if read.wrong else 200
    context = {"kind": kind, "kinds": queries.kinds().values(), "read": read, "wrong": read.wrong[:50] if read else ()}
    return show(request, "volunteers/import.html", context, status=status)
