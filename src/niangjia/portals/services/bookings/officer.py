"""The desk: what is offered in one's part of the tree, its calendar, the year's counts, campaigns and teachers."""

from __future__ import annotations

import calendar as months
import uuid
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.bookings import actions as bookings
from niangjia.apps.bookings import queries
from niangjia.apps.bookings.types import CampaignFacts, OfferState, Session, TeacherFacts
from niangjia.kernel.months import Month
from niangjia.portals.design import words
from niangjia.portals.design.forms import FIRST_DAY, LAST_DAY
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest, whole
from niangjia.portals.design.showing import show
from niangjia.portals.design.tags import say
from niangjia.portals.officer.exporting import Column, Listing, export_of, word
from niangjia.portals.services.bookings.forms import CampaignForm, TeacherForm
from niangjia.portals.services.bookings.parts import programmes_of, shown, sites_of

ROWS = 25
FILTERS = ("state", "kind")


def found(request: PageRequest) -> QuerySet[Any]:
    state, kind = (request.GET.get(name, "")[:24] for name in FILTERS)
    return queries.list_offers(request.viewer, state=state, kind=kind)


@page("bookings.view")
def desk(request: PageRequest) -> HttpResponse:
    viewer: Viewer = request.viewer
    rows = Paginator(found(request), ROWS).get_page(request.GET.get("page"))
    context = {
        "rows": rows,
        "listed": [shown(queries.offer_card(row)) for row in rows],
        "given": {name: request.GET.get(name, "") for name in FILTERS},
        "states": words.choices("offer_state"),
        "kinds": kind_choices(),
        "can_manage": permissions.may(viewer, "bookings.manage"),
    }
    return show(request, "bookings/desk.html", context)


def kind_choices() -> list[tuple[str, str]]:
    return [(one.id, say(dict(one.title))) for one in queries.kinds().values()]


OFFERS = Listing(
    name="bookings",
    title=gettext_lazy("活动与预约"),
    found=found,
    columns=lambda request: [
        Column(_("编号"), lambda one: one.card.number),
        Column(_("名称"), lambda one: one.card.title, 28),
        Column(_("种类"), lambda one: one.kind, 18),
        Column(_("工会"), lambda one: one.card.org_name, 22),
        Column(_("状态"), lambda one: word("offer_state", one.card.state)),
        Column(_("第一场"), lambda one: one.first.begins if one.first else None, 18),
        Column(_("名额"), lambda one: one.card.seats),
        Column(_("已给"), lambda one: one.card.taken),
    ],
    lines=lambda request, rows: [shown(queries.offer_card(row)) for row in rows],
    filters=FILTERS,
)
export_offers = export_of(OFFERS, desk)


@page("bookings.view")
def calendar(request: PageRequest) -> HttpResponse:
    """A month of sessions, week by week; on a phone a list of days."""
    first = month_of(request.GET.get("month", ""))
    until = (first + timedelta(days=32)).replace(day=1)
    by_day: dict[date, list[Session]] = {}
    for one in queries.list_sessions_between(request.viewer, midnight(first), midnight(until)):
        by_day.setdefault(timezone.localdate(one.begins), []).append(one)
    weeks = months.Calendar().monthdatescalendar(first.year, first.month)
    month = Month.of(first)
    context = {
        "month": month,
        "before": month.previous(),
        "after": month.next(),
        "weeks": [[(day, day.month == first.month, _several(by_day.get(day, []))) for day in week] for week in weeks],
        "days": [(day, _several(several)) for day, several in sorted(by_day.items())],
        "weekdays": [_("一"), _("二"), _("三"), _("四"), _("五"), _("六"), _("日")],
        "today": timezone.localdate(),
    }
    return show(request, "bookings/calendar.html", context)


def _several(sessions: list[Session]) -> list[Session]:
    """Sessions of one offer and label on one day as one line, from the first to the last, seats taken of all; a lesson is its own."""
    found: dict[tuple[int, str, int], list[Session]] = {}
    for one in sessions:
        found.setdefault((one.offer_id, one.label, one.lesson), []).append(one)
    return [
        replace(several[0], ends=several[-1].ends, taken=sum(one.taken for one in several), seats=sum(one.seats for one in several))
        for several in found.values()
    ]  # fmt: skip


def month_of(text: str) -> date:
    try:
        day = Month(text).first_day
    except ValueError:
        day = date.min
    return day if FIRST_DAY <= day <= LAST_DAY else timezone.localdate().replace(day=1)


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=timezone.get_current_timezone())


@page("bookings.view")
def report(request: PageRequest) -> HttpResponse:
    """What took place in a year, by kind: persons and person-times apart."""
    this = timezone.localdate().year
    year = whole(request.GET.get("year", ""), this)
    year = year if 2015 <= year <= this + 1 else this
    context = {
        "year": year,
        "years": range(this - 3, this + 1),
        "reach": queries.course_reach(request.viewer, year=year, now=timezone.now()),
        **_counted(request.viewer, date(year, 1, 1), date(year, 12, 31)),
    }
    return show(request, "bookings/report.html", context)


def _counted(viewer: Viewer, first: date, last: date, campaign_id: int | None = None) -> dict[str, Any]:
    rows = queries.tally(viewer, first=first, last=last, campaign_id=campaign_id)
    kinds = queries.kinds()
    return {
        "counts": [(say(dict(kinds[one.kind].title)) if one.kind in kinds else one.kind, one) for one in rows],
        "times": sum(one.times for one in rows),
    }


@page("bookings.view", methods=("GET", "POST"))
def campaigns(request: PageRequest) -> HttpResponse:
    viewer: Viewer = request.viewer
    form = CampaignForm(request.POST or None)
    may = permissions.may(viewer, "bookings.manage")
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        facts = CampaignFacts(told["title"], viewer.org_id, told["starts_on"], told["ends_on"], told["partners"], told["note"])  # fmt: skip
        found = bookings.start_campaign(viewer=viewer, facts=facts, key=_key(request), now=timezone.now())
        messages.success(request, _("服务季已开，可以在活动里选它。"))
        return redirect("bookings:campaign", found)
    rows = Paginator(queries.list_campaigns(viewer), ROWS).get_page(request.GET.get("page"))
    context = {"rows": rows, "form": form if may else None, "key": _key(request), "today": timezone.localdate()}
    return show(request, "bookings/campaigns.html", context, status=422 if form.errors else 200)


def _key(request: PageRequest) -> str:
    return request.POST.get("key", "")[:36] or str(uuid.uuid4())


@page("bookings.view")
def campaign(request: PageRequest, campaign_id: int) -> HttpResponse:
    found, cards = queries.get_campaign(request.viewer, campaign_id)
    context = {
        "campaign": found,
        "listed": [shown(card) for card in cards],
        "is_public": any(card.state in (OfferState.OPEN, OfferState.CLOSED) for card in cards),
        "programmes": programmes_of(cards),
        "sites": sites_of((card for card in cards if card.state is not OfferState.CANCELLED), timezone.now()),
        **_counted(request.viewer, found.starts_on, found.ends_on, campaign_id),
    }
    return show(request, "bookings/campaign.html", context)


@page("bookings.view", methods=("GET", "POST"))
def teachers(request: PageRequest) -> HttpResponse:
    viewer: Viewer = request.viewer
    form = TeacherForm(request.POST or None, viewer=viewer)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        facts = TeacherFacts(
            told["name"], viewer.org_id, told["honour"], told["field"], told["studio"], whole(told["place"]) or None
        )
        bookings.name_teacher(viewer=viewer, facts=facts, key=_key(request), now=timezone.now())
        messages.success(request, _("讲师已登记，可以在课程里选。"))
        return redirect("bookings:teachers")
    rows = Paginator(queries.list_teachers(viewer), ROWS).get_page(request.GET.get("page"))
    may = permissions.may(viewer, "bookings.manage")
    context = {"rows": rows, "form": form if may else None, "key": _key(request)}
    return show(request, "bookings/teachers.html", context, status=422 if form.errors else 200)
