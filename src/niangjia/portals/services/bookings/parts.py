"""What several of these pages need: kinds and places in words, the picture of a code, sessions by day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import segno
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from niangjia.apps.bookings import queries
from niangjia.apps.bookings.types import BookingCard, OfferCard, SlotCard
from niangjia.apps.places import queries as places
from niangjia.apps.programs import published
from niangjia.portals.design import words
from niangjia.portals.design.tags import say


@dataclass(frozen=True)
class ExtraShown:
    """Something that may be chosen beside the seat. `price` in yuan a person; null = not told."""

    id: str
    title: str
    price: Decimal | None


@dataclass(frozen=True)
class Shown:
    """An offer with its kind in words. `needs_grant`: for whom a matter of its programme was granted. `place` empty: none was named. `extras`: what this offer has to choose, `of_kind`: what it could have."""

    card: OfferCard
    kind: str
    is_health: bool
    is_trip: bool
    gives_certificate: bool
    needs_grant: bool
    place: str
    first: SlotCard | None
    extras: tuple[ExtraShown, ...]
    of_kind: tuple[ExtraShown, ...]


def shown(card: OfferCard, place: str = "") -> Shown:
    kind = queries.kinds().get(card.kind)
    return Shown(
        card, say(dict(kind.title)) if kind else card.kind, bool(kind and kind.is_health), bool(kind and kind.is_trip),
        bool(kind and kind.gives_certificate), queries.grant_of(card.kind, card.program) is not None, place, card.slots[0] if card.slots else None,
        tuple(ExtraShown(name, extra_in_words(card, name), price) for name, price in card.extras.items()),
        tuple(ExtraShown(name, say(dict(one.title)), card.extras.get(name)) for name, one in kind.extras.items()) if kind else (),
    )  # fmt: skip


def extra_in_words(card: OfferCard, name: str) -> str:
    kind = queries.kinds().get(card.kind)
    return say(dict(kind.extras[name].title)) if kind and name in kind.extras else name


def chosen_in_words(card: OfferCard, booking: BookingCard) -> str:
    """What was chosen beside the seat; nothing for nothing."""
    return _("、").join(extra_in_words(card, name) for name in booking.extras)


def place_words(place_id: int | None) -> str:
    """Name and address, and why nothing can be booked there where it is so; nothing for none."""
    row = places.find_arranged(place_id)
    if row is None:
        return ""
    said = f"{row.name} {row.address}".strip()
    if places.in_use_on([row.pk], on=timezone.localdate()):
        return said
    why = _("有效期已过") if row.state == "LISTED" else words.word("place_state", row.state)[0]
    return _("%(place)s（%(why)s，不能再报名）") % {"place": said, "why": why}


@dataclass(frozen=True)
class Site:
    """Where something of a season is on: `sessions` in all; `next` null: none is to come."""

    name: str
    titles: tuple[str, ...]
    sessions: int
    next: SlotCard | None


def sites_of(cards: Iterable[OfferCard], now: datetime) -> list[Site]:
    """A session's place is what its own line says, else that of its offer; sessions without either are left out. In the order of their names."""
    cards = list(cards)
    named = {
        row.pk: row.name
        for row in places.list_public(on=timezone.localdate(now)).filter(pk__in={one.place_id for one in cards})
    }
    found: dict[str, list[tuple[SlotCard, str]]] = {}
    for card in cards:
        for slot in card.slots:
            if name := slot.label or named.get(card.place_id or 0, ""):
                found.setdefault(name, []).append((slot, card.title))
    return [
        Site(name, tuple(dict.fromkeys(title for _slot, title in held)), len(held), min((slot for slot, _ in held if slot.begins > now), key=lambda one: one.begins, default=None))
        for name, held in sorted(found.items())
    ]  # fmt: skip


def programmes_of(cards: Iterable[OfferCard]) -> list[str]:
    """The programmes that offers go by, in words, each once."""
    asked = {(one.program, one.area) for one in cards if one.program}
    found = [published.find_published(program, area=area, asof=timezone.localdate()) for program, area in sorted(asked)]
    return list(dict.fromkeys(say(dict(one.pack.title)) for one in found if one))


@dataclass(frozen=True)
class Day:
    """Sessions of one day at one place (their label)."""

    on: date
    label: str
    slots: tuple[SlotCard, ...]


def by_day(slots: Iterable[SlotCard]) -> list[Day]:
    found: dict[tuple[date, str], list[SlotCard]] = {}
    for one in slots:
        found.setdefault((timezone.localdate(one.begins), one.label), []).append(one)
    return [Day(on, label, tuple(several)) for (on, label), several in sorted(found.items())]


def slot_of(card: OfferCard, booking: BookingCard) -> SlotCard | None:
    return next((one for one in card.slots if one.id == booking.slot_id), None)


def picture_of(request: HttpRequest, code: str) -> SafeString:
    """The QR of the address where an officer checks this code in; drawn here, no other server hears of it."""
    address = request.build_absolute_uri(reverse("bookings:check_in_code", args=[code]))
    return mark_safe(_drawn(address))  # made of digits and path letters by segno


def picture_of_certificate(request: HttpRequest, number: str) -> SafeString:
    address = request.build_absolute_uri(f"{reverse('bookings:certificate_check')}?number={number}")
    return mark_safe(_drawn(address))


def _drawn(address: str) -> str:
    return segno.make(address, error="m").svg_inline(
        border=3, dark="#1d2939", light="#fff", svgclass="qr", omitsize=True
    )  # fmt: skip
