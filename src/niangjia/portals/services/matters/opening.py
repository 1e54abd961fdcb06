"""A union begins a matter: what it may begin, the first stage's form, and the code that hangs at a site."""

from __future__ import annotations

import uuid

import segno
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.matters import actions as matters
from niangjia.apps.matters import queries
from niangjia.apps.matters.problems import NobodyChosen
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.registry import actions as registry
from niangjia.jobs import roster_kinds
from niangjia.kernel.problems import Refusal
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show
from niangjia.portals.design.tags import say
from niangjia.portals.design.uploads import key_of
from niangjia.portals.officer.applications import union_names
from niangjia.portals.services import rosters
from niangjia.portals.services.matters.forms import fields, refused, typed

LONGEST_NUMBER = 20


@page("matters.handle")
def kinds(request: PageRequest) -> HttpResponse:
    """What this union begins, what it may fill in for a worker, and what anybody may bring to it."""
    viewer: Viewer = request.viewer
    today = timezone.localdate()
    context = {
        "kinds": queries.list_openable(viewer, today=today),
        "registers": queries.list_registers(viewer, today=today),
        "open": [one for one in queries.list_begun_by_workers(today=today) if one.pack.entry == "open"],
    }
    return show(request, "matters/desk.html", context)


@page("matters.handle", methods=("GET", "POST"))
def new(request: PageRequest, program: str) -> HttpResponse:
    """The first stage's form; of what is about a worker with their number, which is looked up and kept nowhere."""
    viewer: Viewer = request.viewer
    begun = queries.get_openable(viewer, program, today=timezone.localdate())
    key = key_of(request.POST.get("key", "")) or uuid.uuid4()
    number = request.POST.get("number", "")[:LONGEST_NUMBER]
    refusal, status = None, 200
    if request.method == "POST":
        try:
            person_id = person_of(viewer, number) if begun.is_about_people else None
            card = matters.open_by_union(
                viewer=viewer, program=program, answers=typed(request, begun.questions), key=key, person_id=person_id,
                now=timezone.now(),
            )  # fmt: skip
        except Refusal as wrong:
            refusal, status = wrong, refused(request, wrong)
        else:
            if begun.is_roster:
                messages.success(
                    request, _("已列入名册，编号 %(number)s。可以接着加下一位。") % {"number": card.number}
                )
                return redirect("matters:new", program)
            messages.success(request, _("已立件，编号 %(number)s。") % {"number": card.number})
            return redirect("officer:application", card.id)
    context = {
        "pack": begun.published.pack,
        "is_about_people": begun.is_about_people,
        "is_roster": begun.is_roster,
        "roster": getattr(request, "report", None),
        "fields": fields(request, begun.questions, refusal),
        "number": number,
        "wrong_number": say(refusal) if isinstance(refusal, (NobodyChosen, registry.NoNumber)) else "",
        "key": key.hex,
        "unions": union_names(viewer) if any(one.kind == "union" for one in begun.questions) else (),
    }
    return show(request, "matters/new.html", context, status=status)


@page("matters.handle", methods=("POST",), shown_on=new, changes_nothing=True)
def look_at_roster(request: PageRequest, program: str) -> HttpResponse:
    """What a workbook of people would do; confirmed, all of it is done or nothing."""
    request.report = rosters.look(request, roster_kinds.of_program(request.viewer, program, now=timezone.now()))
    return _beside(request, program)


@page("matters.handle", methods=("POST",), shown_on=new)
def take_roster(request: PageRequest, program: str, number: str) -> HttpResponse:
    roster = roster_kinds.of_program(request.viewer, program, now=timezone.now())
    request.report = rosters.confirm(request, roster, number)
    return _beside(request, program)


@page("matters.handle")
def roster_template(request: PageRequest, program: str) -> HttpResponse:
    return rosters.template(roster_kinds.of_program(request.viewer, program, now=timezone.now()), program)


@page("matters.handle", methods=("POST",), shown_on=new, changes_nothing=True)
def roster_marked(request: PageRequest, program: str, number: str) -> HttpResponse:
    return rosters.marked(request, roster_kinds.about_program(program), number)


def _beside(request: PageRequest, program: str) -> HttpResponse:
    """The form for one person as it stands empty, under what became of the workbook."""
    request.method = "GET"
    return new.unguarded(request, program)


def person_of(viewer: Viewer, number: str) -> int:
    """By ID number or phone, in the viewer's part of the tree. Raises NobodyChosen, TooManySearches."""
    found = registry.find_person(viewer=viewer, number=number, now=timezone.now())
    if found is None:
        raise NobodyChosen
    return found.id


@page("matters.handle")
def code(request: PageRequest, program: str) -> HttpResponse:
    """A sheet to hang at a site: whoever points a phone at its picture reports there, with this union filled in."""
    viewer: Viewer = request.viewer
    union = organizations.get_union(viewer.org_id)
    begun = queries.get_open_to_all(program, area=union.area, today=timezone.localdate())
    one = begun.published
    named = next((field.id for field in one.pack.form if field.type == "union"), "")
    path = reverse("matters:report", args=[one.pack.area, program])
    address = request.build_absolute_uri(f"{path}?f-{named}={union.code}" if named else path)
    picture = segno.make(address, error="m").svg_inline(
        border=2, dark="#1d2939", light="#fff", svgclass="qr", omitsize=True
    )
    context = {
        "pack": one.pack,
        "begun": begun,
        "union": union,
        "address": address,
        "picture": mark_safe(picture),
    }  # drawn by segno
    return show(request, "matters/code.html", context)
