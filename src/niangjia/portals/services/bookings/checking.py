"""Who booked, who waits, who came: the list of an offer, in and out as a workbook, and the check-in on a phone."""

from __future__ import annotations

import contextlib
import uuid
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.bookings import actions as bookings
from niangjia.apps.bookings import queries
from niangjia.apps.bookings.types import BookingCard, BookingState, OfferCard, SlotCard
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.registry import actions as registry
from niangjia.jobs import roster_kinds
from niangjia.kernel.problems import Refusal
from niangjia.portals.design import words
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest, whole
from niangjia.portals.design.showing import show
from niangjia.portals.design.tags import say
from niangjia.portals.officer.exporting import Column, Listing, export_of, word
from niangjia.portals.services import rosters
from niangjia.portals.services.bookings.parts import chosen_in_words, place_words, shown, slot_of

Row = tuple[BookingCard, SlotCard | None, str, bool, bool, str, bool]
"""
Booking, its time, the union, whether it can be checked in today, whether it cannot for its course is over, what was chosen beside the seat, and
whether it can still be cancelled.
"""


class NobodyFound(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "在您的范围内没有这个证件号的会员。请核对号码，或先登记会员。",
            "There is no member with this ID number in your part of the tree. Check it, or register them first.",
        )


def found(request: PageRequest, offer_id: int) -> list[BookingCard]:
    state = request.GET.get("state", "")
    return queries.list_bookings(request.viewer, offer_id=offer_id, state=state if state in BookingState.values else "")


def _rows(card: OfferCard, rows: list[BookingCard]) -> list[Row]:
    unions = organizations.get_unions({one.org_id for one in rows})
    now, today = timezone.now(), timezone.localdate()
    return [
        (
            one, slot, unions[one.org_id].name if one.org_id in unions else "", one.can_check_in(today), _is_too_late(one, today),
            chosen_in_words(card, one), one.can_cancel(slot.begins if slot else None, now),
        )
        for one, slot in ((one, slot_of(card, one)) for one in rows)
    ]  # fmt: skip


def _is_too_late(one: BookingCard, today: date) -> bool:
    return one.is_course_over(today) and one.state in (BookingState.SEATED, BookingState.MISSED)


@page("bookings.view")
def people(request: PageRequest, offer_id: int) -> HttpResponse:
    """One list for a desk and for a phone at the door: by time, each with its step."""
    viewer: Viewer = request.viewer
    card = queries.get_offer(viewer, offer_id)
    rows = found(request, offer_id)
    context = {
        "card": card,
        "one": shown(card),
        "rows": _rows(card, rows),
        "state": request.GET.get("state", ""),
        "states": words.choices("booking_state"),
        "attendance": queries.attendance_of(viewer, offer_id),
        "can_manage": permissions.may(viewer, "bookings.manage"),
        "key": uuid.uuid4(),
        "roster": getattr(request, "report", None),
        "companions": range(card.most_companions + 1),
    }
    return show(request, "bookings/people.html", context)


PEOPLE = Listing(
    name="bookings-people",
    title=gettext_lazy("报名名单"),
    found=found,
    columns=lambda request: [
        Column(_("编号"), lambda row: row[0].number),
        Column(_("姓名"), lambda row: row[0].name),
        Column(_("工会"), lambda row: row[2], 22),
        Column(_("群体"), lambda row: word("worker_group", row[0].group)),
        Column(_("时间"), lambda row: row[1].begins if row[1] else None, 18),
        Column(_("场地或班次"), lambda row: row[1].label if row[1] else "", 18),
        Column(_("人数"), lambda row: row[0].seats),
        Column(_("另选"), lambda row: row[5], 18),
        Column(_("状态"), lambda row: word("booking_state", row[0].state)),
        Column(_("候补次序"), lambda row: row[0].line),
        Column(_("签到"), lambda row: row[0].checked_in_at, 18),
    ],
    lines=lambda request, rows: _rows(queries.get_offer(request.viewer, rows[0].offer_id), rows) if rows else [],
    filters=("state",),
)
export_people = export_of(PEOPLE, people)


@page("bookings.manage", methods=("POST",), shown_on=people)
def ask_for(request: PageRequest, offer_id: int) -> HttpResponse:
    """For a member who does not do it themselves, by ID number, which stands in no address."""
    sent = request.POST
    person = registry.find_person(viewer=request.viewer, number=sent.get("id_number", ""), now=timezone.now())
    if person is None:
        raise NobodyFound
    booking_id = bookings.ask(
        viewer=request.viewer, offer_id=offer_id, person_id=person.id, key=f"desk:{sent.get('key', '')}"[:64], companions=whole(sent.get("companions", "")),
        slot_id=whole(sent.get("slot", "")) or None,
        extras=sent.getlist("extra"), now=timezone.now(),
    )  # fmt: skip
    state = queries.get_booking(request.viewer, booking_id).state
    share = queries.why_waiting(request.viewer, booking_id, now=timezone.now())
    told = _("已代为报名：%(state)s。") % {"state": words.word("booking_state", state)[0]}
    messages.success(request, f"{told}{say(share)}" if share else told)
    return redirect("bookings:people", offer_id)


@page("bookings.manage", methods=("POST",), shown_on=people)
def cancel(request: PageRequest, offer_id: int, booking_id: int) -> HttpResponse:
    bookings.cancel(
        viewer=request.viewer, booking_id=booking_id, reason=request.POST.get("reason", ""), now=timezone.now()
    )
    messages.success(request, _("已取消这一份报名，候补的按次序递补。"))
    return redirect("bookings:people", offer_id)


@page("bookings.manage")
def template(request: PageRequest, offer_id: int) -> HttpResponse:
    card = queries.get_offer(request.viewer, offer_id)
    return rosters.template(roster_kinds.of_offer(request.viewer, offer_id, now=timezone.now()), card.number)


@page("bookings.manage", methods=("POST",), shown_on=people, changes_nothing=True)
def import_people(request: PageRequest, offer_id: int) -> HttpResponse:
    """What a workbook of people would do; confirmed, all of it is done or nothing."""
    request.report = rosters.look(request, roster_kinds.of_offer(request.viewer, offer_id, now=timezone.now()))
    return people.unguarded(request, offer_id)


@page("bookings.manage", methods=("POST",), shown_on=people)
def confirm_people(request: PageRequest, offer_id: int, number: str) -> HttpResponse:
    roster = roster_kinds.of_offer(request.viewer, offer_id, now=timezone.now())
    request.report = rosters.confirm(request, roster, number)
    return people.unguarded(request, offer_id)


@page("bookings.manage", methods=("POST",), shown_on=people, changes_nothing=True)
def marked(request: PageRequest, offer_id: int, number: str) -> HttpResponse:
    return rosters.marked(request, roster_kinds.about_offer(offer_id), number)


@page("bookings.manage", methods=("GET", "POST"))
def check_in(request: PageRequest, code: str = "") -> HttpResponse:
    """
    What the QR leads to, and the page where its code is typed. Looking changes nothing: one button says that they are here. From a list it
    goes back to the list.
    """
    if request.method == "POST":
        return _check_in(request, request.POST.get("code", "") or code)
    asked = code or request.GET.get("code", "")
    context: dict[str, Any] = {"code": asked}
    if asked:
        try:
            context |= _looked_up(request.viewer, asked)
        except Refusal as refusal:
            request.refusal = refusal
    return show(request, "bookings/check_in.html", context)


def _looked_up(viewer: Viewer, code: str) -> dict[str, Any]:
    booking = queries.find_booking_by_code(viewer, code)
    card = queries.get_offer(viewer, booking.offer_id)
    return {
        "booking": booking,
        "card": card,
        "one": shown(card, place_words(card.place_id)),
        "slot": slot_of(card, booking),
        "can_check_in": booking.can_check_in(timezone.localdate()),
        "is_too_late": _is_too_late(booking, timezone.localdate()),
    }


def _check_in(request: PageRequest, code: str) -> HttpResponse:
    try:
        booking_id = bookings.check_in(viewer=request.viewer, code=code, now=timezone.now())
    except Refusal as refusal:
        request.refusal = refusal
        context: dict[str, Any] = {"code": code}
        with contextlib.suppress(Refusal):
            context |= _looked_up(request.viewer, code)
        return show(request, "bookings/check_in.html", context, status=409)
    booking = queries.get_booking(request.viewer, booking_id)
    messages.success(request, _("%(name)s 已签到，共 %(count)s 人。") % {"name": booking.name, "count": booking.seats})
    if request.POST.get("from") == "people":
        return redirect(f"{reverse('bookings:people', args=[booking.offer_id])}#b-{booking.id}")
    return redirect("bookings:check_in")
