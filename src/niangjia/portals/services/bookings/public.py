"""For everybody: what is open, a draw with its seed, a certificate by its number, and a calendar by its secret."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.apps.bookings import queries
from niangjia.kernel.problems import Refusal
from niangjia.portals.design.forms import Form
from niangjia.portals.design.pages import Access, page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show
from niangjia.portals.design.tags import say
from niangjia.portals.services.bookings import icalendar
from niangjia.portals.services.bookings.parts import Shown, programmes_of, shown, sites_of


@page(Access.PUBLIC)
def open_offers(request: PageRequest) -> HttpResponse:
    found = [shown(card) for card in queries.list_public(now=timezone.now())]
    kind = request.GET.get("kind", "")
    kinds = sorted({(one.card.kind, one.kind) for one in found})
    context = {
        "listed": [one for one in found if not kind or one.card.kind == kind],
        "kinds": kinds,
        "kind": kind,
        "now": timezone.now(),
        "seasons": queries.list_seasons(today=timezone.localdate()),
    }
    return show(request, "bookings/open.html", context)


@page(Access.PUBLIC)
def season(request: PageRequest, campaign_id: int) -> HttpResponse:
    """What is on in a season, where and when; what is over stands below."""
    now = timezone.now()
    found, cards = queries.get_season(campaign_id)
    listed = [shown(card) for card in cards]
    context = {
        "campaign": found,
        "on": [one for one in listed if _is_to_come(one, now)],
        "over": [one for one in listed if not _is_to_come(one, now)],
        "programmes": programmes_of(cards),
        "sites": sites_of(cards, now),
        "now": now,
    }
    return show(request, "bookings/season.html", context)


def _is_to_come(one: Shown, now: datetime) -> bool:
    return any(slot.ends > now for slot in one.card.slots)


@page(Access.PUBLIC)
def draw(request: PageRequest, number: str) -> HttpResponse:
    """Seed, seal and order, for whoever wants to draw again; before the draw the seal alone."""
    card, lines = queries.get_draw(number)
    return show(request, "bookings/draw.html", {"one": shown(card), "card": card, "lines": lines})


class NumberForm(Form):
    number = forms.CharField(
        label=gettext_lazy("证明编号"),
        max_length=24,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )


@page(Access.PUBLIC)
def certificate(request: PageRequest) -> HttpResponse:
    form = NumberForm(request.GET) if request.GET.get("number") else NumberForm()
    context: dict[str, Any] = {"form": form}
    if form.is_bound and form.is_valid():
        try:
            found = queries.find_certificate(form.cleaned_data["number"])
            context |= {"found": found, "kind": say(dict(queries.kind_of(found.kind).title))}
        except Refusal as refusal:
            form.add_error("number", say(refusal))
            form.mark_errors()
    return show(request, "bookings/certificate_check.html", context)


@page(Access.PUBLIC)
def calendar(request: PageRequest, secret: str) -> HttpResponse:
    """Who has the secret reads the times; a wrong one is an address that does not exist."""
    found = queries.calendar_of(secret, now=timezone.now())
    if found is None:
        raise Http404
    response = HttpResponse(icalendar.calendar(found, name=_("我的预约")), content_type=icalendar.TYPE)
    response.headers["Content-Disposition"] = 'inline; filename="bookings.ics"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
