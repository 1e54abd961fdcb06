"""An offer from its draft to its end: sessions, quotas, publishing, the draw, calling off, who missed, certificates."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.bookings import actions as bookings
from niangjia.apps.bookings import queries
from niangjia.apps.bookings.queries import NoSuchOffer
from niangjia.apps.bookings.types import Giving, OfferCard, OfferState
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope
from niangjia.apps.programs import published
from niangjia.kernel.problems import Refusal
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest, whole
from niangjia.portals.design.showing import show
from niangjia.portals.design.staleness import watch
from niangjia.portals.design.tags import say
from niangjia.portals.services.bookings.choosing import PlaceChoice
from niangjia.portals.services.bookings.forms import OfferForm, QuotaForm, SessionsForm, said_by
from niangjia.portals.services.bookings.parts import place_words, shown


def program_choices(viewer: Viewer) -> list[tuple[str, str]]:
    """Programmes in force where the viewer's union is that say something of seats, or that a kind of offers goes by."""
    area = organizations.get_union(viewer.org_id).area
    found = published.list_in_area(area=area, asof=timezone.localdate())
    packs = [one.pack for one in found if queries.has_seat_rules(one.pack.id, one.pack.parameters)]
    return [(pack.id, say(dict(pack.title))) for pack in packs]


@page("bookings.manage", methods=("GET", "POST"))
def new(request: PageRequest) -> HttpResponse:
    viewer: Viewer = request.viewer
    today = timezone.localtime(timezone.now()).replace(hour=9, minute=0, second=0, microsecond=0)
    initial = {"opens_at": today, "closes_at": today + timedelta(days=14), "most_companions": 0}
    form = OfferForm(request.POST or None, viewer=viewer, programs=program_choices(viewer), initial=initial)
    key = request.POST.get("key", "")[:36] or str(uuid.uuid4())
    if request.method == "POST" and form.is_valid():
        made = bookings.make_offer(viewer=viewer, facts=form.facts(), key=key, now=timezone.now())
        messages.success(request, _("已存为未发布的活动。接着排场次和名额，再发布。"))
        return redirect("bookings:desk_offer", made)
    return show(request, "bookings/new.html", {"form": form, "key": key}, status=422 if form.errors else 200)


@page("bookings.manage", methods=("GET", "POST"))
def change(request: PageRequest, offer_id: int) -> HttpResponse:
    """A draft in all that it says; what is published in what nobody booked by."""
    viewer: Viewer = request.viewer
    watch(request, f"offer:{offer_id}")
    card = queries.get_offer(viewer, offer_id)
    if not _is_own(viewer, card.org_id):
        raise NoSuchOffer(card.number)
    place = PlaceChoice(card.org_id).now_at(card.place_id)
    form = OfferForm(
        request.POST or None, viewer=viewer, programs=program_choices(viewer), initial=said_by(card, place)
    )
    form.to_change(card)
    if request.method == "POST" and form.is_valid():
        is_new = bookings.change_offer(viewer=viewer, offer_id=offer_id, facts=form.changed(card), now=timezone.now())
        messages.success(request, _("已改，改前改后都有记录；报过名的会收到消息。") if is_new else _("没有改动。"))
        return redirect("bookings:desk_offer", offer_id)
    context = {"form": form, "card": card, "is_draft": card.state is OfferState.DRAFT}
    return show(request, "bookings/change.html", context, status=422 if form.errors else 200)


@page("bookings.view")
def offer(request: PageRequest, offer_id: int) -> HttpResponse:
    watch(request, f"offer:{offer_id}")
    return show(request, "bookings/desk_offer.html", _context(request, offer_id))


def _context(request: PageRequest, offer_id: int) -> dict[str, Any]:
    viewer, now = request.viewer, timezone.now()
    card = queries.get_offer(viewer, offer_id)
    attendance = queries.attendance_of(viewer, offer_id)
    is_over = bool(card.slots) and now >= max(slot.ends for slot in card.slots)
    may = permissions.may(viewer, "bookings.manage") and _is_own(viewer, card.org_id)
    return {
        "card": card,
        "one": shown(card, place_words(card.place_id)),
        "attendance": attendance,
        "asked": card.giving is Giving.DRAW and not card.seed,
        "quotas": queries.list_quotas(viewer, offer_id),
        "teacher": queries.list_teachers(viewer).filter(pk=card.teacher_id).first() if card.teacher_id else None,
        "campaign": queries.list_campaigns(viewer).filter(pk=card.campaign_id).first() if card.campaign_id else None,
        "is_own": may,
        "extras": _extras(request, card),
        "sessions_form": getattr(request, "sessions_form", None) or SessionsForm(),
        "quota_form": getattr(request, "quota_form", None) or QuotaForm(auto_id="quota_%s"),
        "can_publish": card.state is OfferState.DRAFT and bool(card.slots),
        "can_draw": card.giving is Giving.DRAW and not card.seed and card.state is OfferState.OPEN and now >= card.closes_at,
        "can_call_off": card.state is OfferState.DRAFT
        or card.state is not OfferState.CANCELLED and not is_over and not attendance.persons,
        "is_over": is_over,
        "now": now,
        "has_begun": bool(card.slots) and now >= min(slot.begins for slot in card.slots),
        "reason": request.POST.get("reason", "") if request.method == "POST" else "",
    }  # fmt: skip


@dataclass(frozen=True)
class _Extra:
    """One that the kind has: `price` as it is typed or told, `chosen` by so many who asked, `came` of them."""

    id: str
    title: str
    is_on: bool
    price: str
    chosen: int
    came: int


def _extras(request: PageRequest, card: OfferCard) -> list[_Extra]:
    """With what was typed over what is kept."""
    counts = queries.count_chosen(request.viewer, card.id) if card.extras else {}
    kept = {name: "" if price is None else f"{price}" for name, price in card.extras.items()}
    ticked, typed = set(kept), dict(kept)
    if "extras" in request.POST:
        ticked = set(request.POST.getlist("extra"))
        typed = {one.id: request.POST.get(f"price-{one.id}", "") for one in shown(card).of_kind}
    return [
        _Extra(one.id, one.title, one.id in ticked, typed.get(one.id, ""), *counts.get(one.id, (0, 0)))
        for one in shown(card).of_kind
    ]


def _is_own(viewer: Viewer, org_id: int) -> bool:
    return scope.covers(viewer.org_path, organizations.get_union(org_id).path)


@page("bookings.manage", methods=("POST",), shown_on=offer)
def add_sessions(request: PageRequest, offer_id: int) -> HttpResponse:
    form = SessionsForm(request.POST)
    if not form.is_valid():
        request.sessions_form = form  # type: ignore[attr-defined]
        watch(request, f"offer:{offer_id}")
        return show(request, "bookings/desk_offer.html", _context(request, offer_id), status=422)
    slots = form.slots()
    bookings.add_slots(viewer=request.viewer, offer_id=offer_id, slots=slots, now=timezone.now())
    messages.success(request, _("已排 %(count)s 场。") % {"count": len(slots)})
    return redirect("bookings:desk_offer", offer_id)


@page("bookings.manage", methods=("POST",), shown_on=offer)
def set_seats(request: PageRequest, offer_id: int) -> HttpResponse:
    sent = request.POST
    bookings.set_seats(
        viewer=request.viewer, slot_id=whole(sent.get("slot", "")), seats=whole(sent.get("seats", "")), now=timezone.now()
    )  # fmt: skip
    messages.success(request, _("名额已改，候补的按次序递补。"))
    return redirect("bookings:desk_offer", offer_id)


@page("bookings.manage", methods=("POST",), shown_on=offer)
def set_quota(request: PageRequest, offer_id: int) -> HttpResponse:
    form = QuotaForm(request.POST, auto_id="quota_%s")
    if not form.is_valid():
        request.quota_form = form  # type: ignore[attr-defined]
        watch(request, f"offer:{offer_id}")
        return show(request, "bookings/desk_offer.html", _context(request, offer_id), status=422)
    told = form.cleaned_data
    bookings.set_quota(
        viewer=request.viewer, offer_id=offer_id, org_id=told.get("org_id"), group=told["group"], seats=told["seats"], now=timezone.now()
    )  # fmt: skip
    messages.success(request, _("名额已分。没有分到名额的工会和群体不能报名。"))
    return redirect("bookings:desk_offer", offer_id)


@page("bookings.manage", methods=("POST",), shown_on=offer)
def call_off_slot(request: PageRequest, offer_id: int, slot_id: int) -> HttpResponse:
    reason = request.POST.get("slot-reason", "")[:200]
    bookings.call_off_slot(viewer=request.viewer, slot_id=slot_id, reason=reason, now=timezone.now())
    messages.success(request, _("这一场已去掉；报了它的人会收到消息。"))
    return redirect("bookings:desk_offer", offer_id)


@page("bookings.manage", methods=("POST",), shown_on=offer)
def drop_quota(request: PageRequest, offer_id: int, quota_id: int) -> HttpResponse:
    bookings.drop_quota(viewer=request.viewer, offer_id=offer_id, quota_id=quota_id, now=timezone.now())
    messages.success(request, _("不再分给他们；已有名额的不变。"))
    return redirect("bookings:desk_offer", offer_id)


class PriceUnread(Refusal):
    def __init__(self, said: str) -> None:
        super().__init__(
            f"价格“{said}”读不懂。请填每人多少元，例如 180.00，或留空。",
            f"The price {said!r} cannot be read. Type yuan a person such as 180.00, or leave it blank.",
        )


@page("bookings.manage", methods=("POST",), shown_on=offer)
def set_extras(request: PageRequest, offer_id: int) -> HttpResponse:
    sent = request.POST
    extras = {name: _price(sent.get(f"price-{name}", "")) for name in sent.getlist("extra")}
    bookings.set_extras(viewer=request.viewer, offer_id=offer_id, extras=extras, now=timezone.now())
    messages.success(request, _("已定下报名时可另选的项目。"))
    return redirect("bookings:desk_offer", offer_id)


def _price(said: str) -> Decimal | None:
    """Null for nothing. Raises PriceUnread."""
    said = said.strip()
    if not said:
        return None
    try:
        price = round(Decimal(said), 2)
    except InvalidOperation as error:
        raise PriceUnread(said[:20]) from error
    if not price.is_finite() or not 0 <= price < 10**6:
        raise PriceUnread(said[:20])
    return price


@page("bookings.manage", methods=("POST",), shown_on=offer)
def act(request: PageRequest, offer_id: int, step: str) -> HttpResponse:
    if step not in _STEPS:
        raise Http404
    messages.success(request, _STEPS[step](request, offer_id))
    return redirect("bookings:desk_offer", offer_id)


def _publish(request: PageRequest, offer_id: int) -> str:
    bookings.publish(viewer=request.viewer, offer_id=offer_id, now=timezone.now())
    return _("已发布，职工到时间就可以报名。")


def _draw(request: PageRequest, offer_id: int) -> str:
    bookings.draw(viewer=request.viewer, offer_id=offer_id, now=timezone.now())
    return _("已摇号，种子和次序都公开了，任何人可以核对。")


def _call_off(request: PageRequest, offer_id: int) -> str:
    reason = request.POST.get("reason", "")[:200]
    bookings.call_off(viewer=request.viewer, offer_id=offer_id, reason=reason, now=timezone.now())
    return _("已取消，报过名的都会收到消息。")


def _missed(request: PageRequest, offer_id: int) -> str:
    count = bookings.mark_missed(viewer=request.viewer, offer_id=offer_id, now=timezone.now())
    return _("记下 %(count)s 人未到场；补签到的会改过来。") % {"count": count}


def _close(request: PageRequest, offer_id: int) -> str:
    bookings.close_offer(viewer=request.viewer, offer_id=offer_id, now=timezone.now())
    return _("活动已结束，到场和未到场都已记下。")


def _certify(request: PageRequest, offer_id: int) -> str:
    count = bookings.certify(viewer=request.viewer, offer_id=offer_id, now=timezone.now())
    return _("发了 %(count)s 份证明，本人会收到消息。") % {"count": count}


_STEPS: dict[str, Callable[[PageRequest, int], str]] = {
    "publish": _publish, "draw": _draw, "call-off": _call_off, "missed": _missed, "close": _close, "certify": _certify,
}  # fmt: skip
