"""The bus: its days and sites, the plan worked out beside the request, moved by hand, planned anew around what is fixed, and published."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.bookings import actions as bookings
from niangjia.apps.bookings import queries, touring
from niangjia.apps.bookings.queries.tours import TourCard
from niangjia.apps.bookings.types import SiteFacts, StopFacts, TourFacts
from niangjia.apps.organizations import calendar as work_days
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.places import queries as places
from niangjia.jobs import plan_tour
from niangjia.kernel.problems import Refusal
from niangjia.portals.design.forms import Form
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest, whole
from niangjia.portals.design.showing import deployment, show
from niangjia.portals.design.staleness import watch
from niangjia.portals.services.bookings.forms import PublishForm, SiteForm, TourForm, id_of, micro, said_by_tour
from niangjia.portals.services.bookings.offering import program_choices
from niangjia.portals.services.bookings.tour_map import map_of

ROWS = 25
MOST_PLACES = 500


class StopUnreadable(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "停靠没有填全，或读不懂。请选站点，日期写 2023-11-20，时间写 09:30，人数至少 1。",
            "A stop is not complete or cannot be read. Choose a site, write 2023-11-20, 09:30 and at least 1 person.",
        )


@page("bookings.view", methods=("GET", "POST"))
def tours(request: PageRequest) -> HttpResponse:
    viewer: Viewer = request.viewer
    form = TourForm(request.POST or None)
    key = request.POST.get("key", "")[:36] or str(uuid.uuid4())
    if request.method == "POST" and form.is_valid():
        made = bookings.make_tour(viewer=viewer, facts=_facts(viewer, form), key=key, now=timezone.now())
        messages.success(request, _("已开一份排班。接着添加站点和人数。"))
        return redirect("bookings:tour", made)
    rows = Paginator(queries.list_tours(viewer), ROWS).get_page(request.GET.get("page"))
    may = permissions.may(viewer, "bookings.manage")
    context = {"rows": rows, "form": form if may else None, "key": key}
    return show(request, "bookings/tours.html", context, status=422 if form.errors else 200)


def _facts(viewer: Viewer, form: TourForm) -> TourFacts:
    told = form.cleaned_data
    union = organizations.get_union(viewer.org_id)
    span = range((told["last_day"] - told["first_day"]).days + 1)
    days = [told["first_day"] + timedelta(days=number) for number in span]
    working = tuple(day for day in days if work_days.is_working_day(day)) or (told["first_day"],)
    return TourFacts(
        title=told["title"], org_id=union.id, area=union.area, days=working, leaves=told["leaves"], returns=told["returns"],
        latitude=micro(told["latitude"]), longitude=micro(told["longitude"]), lanes=told["lanes"], minutes_each=told["minutes_each"],
        buses=told["buses"], kmh=told["kmh"],
    )  # fmt: skip


@page("bookings.view")
def tour(request: PageRequest, tour_id: int) -> HttpResponse:
    watch(request, f"tour:{tour_id}")
    return show(request, "bookings/tour.html", _context(request, tour_id))


def _context(
    request: PageRequest,
    tour_id: int,
    *,
    site_form: Form | None = None,
    publish_form: Form | None = None,
    tour_form: Form | None = None,
) -> dict[str, Any]:
    viewer: Viewer = request.viewer
    card = queries.get_tour(viewer, tour_id)
    sent = request.POST if request.method == "POST" else QueryDict()
    first = touring.days_of(card.tour)[0]
    start = timezone.localtime(timezone.now()).replace(minute=0, second=0, microsecond=0)
    wanted = {"opens_at": start, "closes_at": datetime.combine(first, time(), tzinfo=timezone.get_current_timezone())}
    proposal = plan_tour.find(deployment(), viewer, tour_id)
    by_id = {str(one.pk): one for one in card.sites}
    found = proposal.plan if proposal else None
    return {
        "card": card,
        "tour": card.tour,
        "days": touring.days_of(card.tour),
        "may": card.is_own and permissions.may(viewer, "bookings.manage") and not card.is_published,
        "lines": [_Line.of(number, one, sent, card.faults) for number, one in enumerate(card.stops, start=1)],
        "waiting": [(one, card.waiting[one.pk]) for one in card.sites if one.pk in card.waiting],
        "over": [(one, card.over[one.pk]) for one in card.sites if one.pk in card.over],
        "map": map_of(card) if card.sites else None,
        "kilometres": card.metres // 1000,
        "proposal": proposal,
        "found": found,
        "found_people": sum(one.people for one in found.sessions) if found else 0,
        "found_waiting": [(by_id[site].name, people) for site, people in found.waiting.items() if site in by_id] if found else [],
        "found_kilometres": found.metres // 1000 if found else 0,
        "site_form": site_form or SiteForm(auto_id="site_%s", places=_places(viewer)),
        "publish_form": publish_form or _publish_form(viewer, card, proposal, initial=wanted),
        "tour_form": tour_form or TourForm(initial=said_by_tour(card), auto_id="tour_%s"),
        "new_stop": {name: sent.get(f"new-{name}", "") for name in ("site", "day", "hour", "people", "bus")},
    }  # fmt: skip


def _publish_form(viewer: Viewer, card: TourCard, proposal: plan_tour.Proposal | None, **given: Any) -> PublishForm:
    unfinished = _unfinished(card, proposal)
    return PublishForm(
        viewer=viewer, programs=program_choices(viewer), unfinished=unfinished, auto_id="publish_%s", **given
    )


def _unfinished(card: TourCard, proposal: plan_tour.Proposal | None) -> str:
    """What is left undone if the stops are published as they are; empty: nothing."""
    said = []
    if left := sum(card.waiting.values()):
        said.append(_("还有 %(count)s 人没有排上。") % {"count": left})
    if proposal and proposal.plan:
        people = sum(one.people for one in proposal.plan.sessions)
        said.append(_("排出的安排（%(count)s 人）还没有采用。") % {"count": people})
    return "".join(said)


class _Line:
    """A stop in the form: what was typed over what is kept, and what is wrong with it."""

    def __init__(self, number: int, stop: Any, typed: dict[str, str], is_fixed: bool, faults: list[Any]) -> None:
        self.number, self.stop, self.typed, self.is_fixed, self.faults = number, stop, typed, is_fixed, faults

    @classmethod
    def of(cls, number: int, stop: Any, sent: QueryDict, faults: Any) -> _Line:
        begins = timezone.localtime(stop.begins)
        kept = {
            "day": f"{begins:%Y-%m-%d}",
            "hour": f"{begins:%H:%M}",
            "people": str(stop.people),
            "bus": str(stop.bus),
        }
        typed = {name: sent.get(f"{name}-{stop.pk}", value) for name, value in kept.items()}
        is_sent = any(name.startswith("day-") for name in sent)
        is_fixed = f"fixed-{stop.pk}" in sent if is_sent else stop.is_fixed
        return cls(number, stop, typed, is_fixed, [one for one in faults if stop.pk in one.stop_ids])


def _places(viewer: Viewer) -> list[tuple[str, str]]:
    if not permissions.may(viewer, "places.view"):
        return []
    rows = places.list_stopping(viewer).values_list("pk", "name", "number")[:MOST_PLACES]
    return [(str(pk), f"{name} {number}") for pk, name, number in rows]


def _site_facts(viewer: Viewer, told: Mapping[str, Any]) -> SiteFacts:
    hours = {"people": told["people"], "opens": told["opens"], "closes": told["closes"]}
    if not told["place"]:
        return SiteFacts(told["name"], micro(told["latitude"]), micro(told["longitude"]), **hours)
    row = places.list_stopping(viewer).get(pk=told["place"])
    return SiteFacts(told["name"] or row.name[:40], row.latitude or 0, row.longitude or 0, place_id=row.pk, **hours)


@page("bookings.manage", methods=("POST",), shown_on=tour)
def change_tour(request: PageRequest, tour_id: int) -> HttpResponse:
    form = TourForm(request.POST, auto_id="tour_%s")
    if not form.is_valid():
        watch(request, f"tour:{tour_id}")
        return show(request, "bookings/tour.html", _context(request, tour_id, tour_form=form), status=422)
    facts = _facts(request.viewer, form)
    bookings.change_tour(viewer=request.viewer, tour_id=tour_id, facts=facts, now=timezone.now())
    messages.success(request, _("出车的安排已改。请看停靠有没有冲突，或重新排班。"))
    return redirect("bookings:tour", tour_id)


@page("bookings.manage", methods=("POST",), shown_on=tour)
def add_site(request: PageRequest, tour_id: int) -> HttpResponse:
    form = SiteForm(request.POST, auto_id="site_%s", places=_places(request.viewer))
    if not form.is_valid():
        watch(request, f"tour:{tour_id}")
        return show(request, "bookings/tour.html", _context(request, tour_id, site_form=form), status=422)
    facts = _site_facts(request.viewer, form.cleaned_data)
    bookings.add_site(viewer=request.viewer, tour_id=tour_id, facts=facts, now=timezone.now())
    messages.success(request, _("站点已记下。"))
    return redirect("bookings:tour", tour_id)


@page("bookings.manage", methods=("POST",), shown_on=tour)
def drop_site(request: PageRequest, tour_id: int, site_id: int) -> HttpResponse:
    bookings.drop_site(viewer=request.viewer, tour_id=tour_id, site_id=site_id, now=timezone.now())
    messages.success(request, _("站点已删去。"))
    return redirect("bookings:tour", tour_id)


@page("bookings.manage", methods=("POST",), shown_on=tour)
def set_stops(request: PageRequest, tour_id: int) -> HttpResponse:
    sent = request.POST
    changes: dict[int, StopFacts | None] = {}
    for stop in queries.get_tour(request.viewer, tour_id).stops:
        if f"day-{stop.pk}" not in sent:
            continue
        changes[stop.pk] = None if f"drop-{stop.pk}" in sent else _stop(sent, str(stop.pk), stop.site_id)
    is_new = any(sent.get(f"new-{name}", "").strip() for name in ("site", "day", "hour", "people", "bus"))
    new = [_stop(sent, "", whole(sent.get("new-site", "")), "new-")] if is_new else []
    bookings.set_stops(viewer=request.viewer, tour_id=tour_id, changes=changes, new=new, now=timezone.now())
    messages.success(request, _("安排已改。固定的停靠，重新排班时不动。"))
    return redirect("bookings:tour", tour_id)


def _stop(sent: QueryDict, number: str, site_id: int, prefix: str = "") -> StopFacts:
    def typed(name: str) -> str:
        return sent.get(f"{prefix}{name}" if prefix else f"{name}-{number}", "").strip()

    try:
        begins = datetime.combine(
            date.fromisoformat(typed("day")), time.fromisoformat(typed("hour")), tzinfo=timezone.get_current_timezone()
        )
    except ValueError:
        raise StopUnreadable from None
    people, bus = whole(typed("people")), whole(typed("bus"), 1)
    if not site_id or not people or begins.year < 2015:
        raise StopUnreadable
    is_fixed = bool(prefix) or f"fixed-{number}" in sent
    return StopFacts(site_id, bus or 1, begins, begins + timedelta(minutes=1), people, is_fixed)


@page("bookings.manage", methods=("POST",), shown_on=tour)
def act(request: PageRequest, tour_id: int, step: str) -> HttpResponse:
    if step not in _STEPS:
        raise Http404
    if said := _STEPS[step](request, tour_id):
        messages.success(request, said)
    return redirect("bookings:tour", tour_id)


def _plan(request: PageRequest, tour_id: int) -> str:
    plan_tour.start(deployment(), request.viewer, tour_id)
    return ""


def _stop_planning(request: PageRequest, tour_id: int) -> str:
    plan_tour.stop(deployment(), request.viewer, tour_id)
    return ""


def _take(request: PageRequest, tour_id: int) -> str:
    plan_tour.take(deployment(), request.viewer, tour_id, now=timezone.now())
    return _("已采用。可以再用手工改，或发布。")


_STEPS: dict[str, Callable[[PageRequest, int], str]] = {"plan": _plan, "stop": _stop_planning, "take": _take}


@page("bookings.manage", methods=("POST",), shown_on=tour)
def publish(request: PageRequest, tour_id: int) -> HttpResponse:
    card = queries.get_tour(request.viewer, tour_id)
    proposal = plan_tour.find(deployment(), request.viewer, tour_id)
    form = _publish_form(request.viewer, card, proposal, data=request.POST)
    if not form.is_valid():
        watch(request, f"tour:{tour_id}")
        return show(request, "bookings/tour.html", _context(request, tour_id, publish_form=form), status=422)
    told = form.cleaned_data
    offer_id = bookings.publish_tour(
        viewer=request.viewer, tour_id=tour_id, opens_at=told["opens_at"], closes_at=told["closes_at"], program=told["program"],
        campaign_id=id_of(told["campaign"]), now=timezone.now(),
    )  # fmt: skip
    messages.success(request, _("已发布，每个时段的名额都开放报名。"))
    return redirect("bookings:desk_offer", offer_id)
