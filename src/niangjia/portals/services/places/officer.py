"""The officers' register: what waits, what is late, what ends; and one place with its history."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.bookings import queries as bookings
from niangjia.apps.contests import queries as contests
from niangjia.apps.places import actions as places
from niangjia.apps.places import queries
from niangjia.apps.places.types import EventRow, PlaceCard
from niangjia.portals.design import words
from niangjia.portals.design.pages import page
from niangjia.portals.design.people import household_names, record_seen
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show
from niangjia.portals.design.staleness import watch
from niangjia.portals.design.tags import area_name, say
from niangjia.portals.design.uploads import hand_out, wants_small
from niangjia.portals.officer.exporting import Column, Listing, export_of, word
from niangjia.portals.services.places.nights import nights_of
from niangjia.portals.services.places.parts import (
    doors_for,
    may_check,
    months_of,
    photo_field,
    projects_of,
    series_of,
    tilts_of,
    units_of,
    years_of,
)
from niangjia.portals.services.places.shown import hours_in_words, listed, pieces_of, shown, warnings

ROWS = 25
FILTERS = ("kind", "state", "level", "attention", "q")
ATTENTION = ("waiting", "late", "mending", "ending")


def found(request: PageRequest) -> QuerySet[Any]:
    given = {name: request.GET.get(name, "").strip()[:60] for name in FILTERS}
    return queries.list_places(
        request.viewer,
        kind=given["kind"],
        state=given["state"],
        level=given["level"],
        text=given["q"],
        attention=given["attention"],
        late_on=timezone.localdate() if given["attention"] in ("late", "ending") else None,
    )


@page("places.view")
def desk(request: PageRequest) -> HttpResponse:
    viewer: Viewer = request.viewer
    now, today = timezone.now(), timezone.localdate()
    rows = Paginator(found(request), ROWS).get_page(request.GET.get("page"))
    cards = [queries.card_of(row, now) for row in rows]
    kinds = queries.kinds()
    context = {
        "rows": rows,
        "listed": [(shown(card, for_everybody=False), warnings(card, today)) for card in cards],
        "given": {name: request.GET.get(name, "") for name in FILTERS},
        "counts": [(say(dict(kinds[one.kind].short)), one) for one in queries.count_by_kind(viewer, today=today)],
        "kinds": [(one.id, say(dict(one.short))) for one in kinds.values()],
        "states": words.choices("place_state"),
        "levels": words.choices("place_level"),
        "attentions": words.choices("place_attention"),
        "can_write": permissions.may(viewer, "places.manage"),
        "can_import": permissions.may(viewer, "imports.send"),
    }
    return show(request, "places/desk.html", context)


@page("places.view")
def place(request: PageRequest, place_id: int) -> HttpResponse:
    """One place. A household's is seen only by who may see what was found there, and is on record."""
    viewer: Viewer = request.viewer
    watch(request, f"place:{place_id}")
    now = timezone.now()
    card = queries.get_place(viewer, place_id, now=now)
    kind = queries.kind_of(card.kind)
    home = ""
    if card.household_id is not None:
        record_seen(viewer, card.household_id, "place", now)
        home = household_names([card.household_id])[card.household_id].name
    can_write = permissions.may(viewer, "places.manage")
    measures = queries.list_measures(viewer, place_id)
    context = {
        "place": shown(card, for_everybody=False),
        "honours": contests.list_honours(place_id),
        "kind": kind,
        "home": home,
        "warnings": warnings(card, timezone.localdate()),
        "photos": queries.list_photos(place_id),
        "upload": photo_field(card) if can_write and card.state != "CLOSED" else None,
        "doors": doors_for(viewer, card) if can_write else [],
        "history": [_told(row, kind) for row in queries.list_history(viewer, place_id)],
        "can_write": can_write and card.state != "CLOSED",
        "tilts": tilts_of(card, kind),
        "has_use": bool(kind.measures) and (card.state in queries.IN_USE or bool(measures)),
        "projects": projects_of(viewer, card, kind, timezone.localdate()),
        "project_key": uuid.uuid4().hex,
        "may_check": can_write and may_check(viewer, card),
        "held": bookings.list_held_at(place_id, now=now) if kind.is_public else [],
        "nights": nights_of(card, kind, timezone.localdate()),
        "series": series_of(kind),
        "units": units_of(series_of(kind)),
        "yearly": series_of(kind, is_yearly=True),
        "months": months_of(measures, kind),
        "years": years_of(measures, kind),
    }
    return show(request, "places/desk_place.html", context)


def _told(row: EventRow, kind: queries.Kind) -> tuple[EventRow, str]:
    """A line of history with what was missing, in words."""
    pieces = pieces_of(kind)
    return row, listed(pieces.get(name, name) for name in row.missing)


@page("places.view")
def photo(request: PageRequest, place_id: int, key: str) -> HttpResponse:
    opened = places.open_photo(
        viewer=request.viewer, place_id=place_id, key=key, is_small=wants_small(request), now=timezone.now()
    )
    return hand_out(opened)


# --- the list as a workbook ---


def _cards(request: PageRequest, rows: list[Any]) -> list[PlaceCard]:
    now = timezone.now()
    return [queries.card_of(row, now) for row in rows]


PLACES = Listing(
    "places",
    gettext_lazy("场所"),
    found,
    lambda request: (
        Column(gettext_lazy("编号"), lambda card: card.number, 12),
        Column(gettext_lazy("种类"), lambda card: say(dict(queries.kind_of(card.kind).short)), 16),
        Column(gettext_lazy("名称"), lambda card: card.name, 28),
        Column(gettext_lazy("状态"), lambda card: word("place_state", card.state), 10),
        Column(gettext_lazy("级别"), lambda card: word("place_level", card.level), 9),
        Column(gettext_lazy("批次"), lambda card: card.batch, 14),
        Column(gettext_lazy("谁管理"), lambda card: card.org_name, 26),
        Column(gettext_lazy("谁推荐"), lambda card: card.recommended_by or card.org_name, 26),
        Column(gettext_lazy("合作单位"), lambda card: card.partner, 20),
        Column(gettext_lazy("地区"), lambda card: area_name(card.area), 16),
        Column(gettext_lazy("地址"), lambda card: card.address, 30),
        Column(gettext_lazy("开放时间"), lambda card: listed(hours_in_words(one) for one in card.hours), 26),
        Column(gettext_lazy("入册"), lambda card: card.listed_on, 12),
        Column(gettext_lazy("有效期至"), lambda card: card.valid_until, 12),
        Column(gettext_lazy("下次复验"), lambda card: card.inspect_by, 12),
        Column(gettext_lazy("整改期限"), lambda card: card.mend_by, 12),
    ),
    lines=_cards,
    filters=FILTERS,
)
export_places = export_of(PLACES, desk)
