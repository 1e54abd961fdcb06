"""A worker's pages: what they may book, their seats with place in the line and code, certificates, the calendar's address."""

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
from niangjia.apps.bookings import actions as bookings
from niangjia.apps.bookings import queries
from niangjia.apps.bookings.types import BookingState, Giving
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest, whole
from niangjia.portals.design.showing import show
from niangjia.portals.design.tags import say
from niangjia.portals.services.bookings.parts import (
    by_day,
    chosen_in_words,
    picture_of,
    picture_of_certificate,
    place_words,
    shown,
    slot_of,
)

_GOING_ON = (BookingState.ASKED, BookingState.SEATED, BookingState.WAITING)


@page("own.view")
def mine(request: PageRequest) -> HttpResponse:
    viewer: Viewer = request.viewer
    own = queries.list_own(viewer)
    offers, may_ask = queries.offers_for(viewer, {one.offer_id for one in own}, now=timezone.now())
    lines = [(one, shown(offers[one.offer_id]), slot_of(offers[one.offer_id], one)) for one in own if one.offer_id in offers]  # fmt: skip
    taken = {one.offer_id for one in own if one.state in _GOING_ON}
    going_on = [line for line in lines if line[0].state in _GOING_ON]
    going_on.sort(key=lambda line: (line[2] is None, line[2].begins if line[2] else line[0].asked_at))
    context = {
        "going_on": going_on,
        "past": [line for line in lines if line[0].state not in _GOING_ON],
        "open": [shown(card) for card in may_ask if card.id not in taken],
        "now": timezone.now(),
        "seasons": queries.list_seasons(today=timezone.localdate()),
    }
    return show(request, "bookings/mine.html", context)


@page("own.view")
def offer(request: PageRequest, offer_id: int) -> HttpResponse:
    viewer: Viewer = request.viewer
    now = timezone.now()
    card = queries.get_offer(viewer, offer_id)
    sent = request.POST
    own = next((one for one in queries.list_own(viewer) if one.offer_id == offer_id and one.state in _GOING_ON), None)
    context = {
        "one": shown(card, place_words(card.place_id)),
        "card": card,
        "days": by_day(slot for slot in card.slots if slot.begins > now),
        "why_not": None if own else queries.why_not(viewer, offer_id, now=now),
        "own": own,
        "companions": range(card.most_companions + 1),
        "slot": sent.get("slot", ""),
        "with": whole(sent.get("companions", "")),
        "chosen": sent.getlist("extra"),
        "key": sent.get("key") or uuid.uuid4(),
        "is_draw": card.giving is Giving.DRAW,
    }
    return show(request, "bookings/offer.html", context)


@page("own.view", methods=("POST",), shown_on=offer)
def ask(request: PageRequest, offer_id: int) -> HttpResponse:
    viewer: Viewer = request.viewer
    sent = request.POST
    booking_id = bookings.ask(
        viewer=viewer, offer_id=offer_id, person_id=viewer.person_id or 0, key=f"own:{viewer.account_id}:{sent.get('key', '')}"[:64],
        companions=whole(sent.get("companions", "")), slot_id=whole(sent.get("slot", "")) or None,
        extras=sent.getlist("extra"), now=timezone.now(),
    )  # fmt: skip
    state = queries.get_booking(viewer, booking_id).state
    share = queries.why_waiting(viewer, booking_id, now=timezone.now())
    said = {
        BookingState.SEATED: _("报上了，已有名额。"),
        BookingState.WAITING: say(share) if share else _("名额已满，已为您排上候补；有人取消就按次序递补，并告诉您。"),
        BookingState.ASKED: _("报上了。报名结束后公开摇号，结果会告诉您。"),
    }
    messages.success(request, said.get(state, _("已经报过名。")))
    return redirect("bookings:booking", booking_id)


@page("own.view")
def booking(request: PageRequest, booking_id: int) -> HttpResponse:
    viewer: Viewer = request.viewer
    one = queries.get_booking(viewer, booking_id)
    card = queries.get_offer(viewer, one.offer_id)
    slot = slot_of(card, one)
    is_shown = one.state is BookingState.SEATED
    context: dict[str, Any] = {
        "booking": one,
        "one": shown(card, place_words(card.place_id)),
        "card": card,
        "slot": slot,
        "chosen": chosen_in_words(card, one),
        "picture": picture_of(request, one.code) if is_shown else "",
        "can_cancel": one.can_cancel(slot.begins if slot else None, timezone.now()),
        "share": queries.why_waiting(viewer, booking_id, now=timezone.now()),
        "now": timezone.now(),
        "lessons": queries.list_lessons(viewer, booking_id),
        "is_over": one.is_course_over(timezone.localdate()),
        "settlement": queries.own_settlement(viewer, booking_id),
    }
    return show(request, "bookings/booking.html", context)


@page("own.view", methods=("POST",), shown_on=booking)
def cancel(request: PageRequest, booking_id: int) -> HttpResponse:
    bookings.cancel(viewer=request.viewer, booking_id=booking_id, now=timezone.now())
    messages.success(request, _("已取消，名额让给了候补的人。需要时可以再报。"))
    return redirect("bookings:mine")


@page("own.view")
def certificate(request: PageRequest, booking_id: int) -> HttpResponse:
    found = queries.get_own_certificate(request.viewer, booking_id)
    context = {
        "found": found,
        "kind": say(dict(queries.kind_of(found.kind).title)),
        "picture": picture_of_certificate(request, found.number),
    }
    return show(request, "bookings/certificate.html", context)


@page("own.view", methods=("GET", "POST"))
def calendar(request: PageRequest) -> HttpResponse:
    """The secret stands on the page once, when it is made; nobody can read it afterwards, here neither."""
    address = ""
    if request.method == "POST":
        secret = bookings.make_feed(viewer=request.viewer, now=timezone.now())
        address = request.build_absolute_uri(reverse("bookings:feed", args=[secret]))
    context = {"address": address, "since": queries.has_feed(request.viewer)}
    return show(request, "bookings/own_calendar.html", context)


@page("own.view", methods=("POST",), shown_on=calendar)
def end_calendar(request: PageRequest) -> HttpResponse:
    bookings.end_feed(viewer=request.viewer, now=timezone.now())
    messages.success(request, _("已停用，原来的地址打不开了。"))
    return redirect("bookings:own_calendar")
