"""Places for everybody: the register with its filter and map, the nearest ones of a phone's position, one place."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, InvalidOperation

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from niangjia.apps.contests import queries as contests
from niangjia.apps.organizations import areas
from niangjia.apps.places import queries
from niangjia.apps.places.types import Position
from niangjia.kernel.problems import Refusal
from niangjia.portals.design.county_map import map_of
from niangjia.portals.design.pages import Access, page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import deployment, show
from niangjia.portals.design.tags import say
from niangjia.portals.design.uploads import hand_out, wants_small
from niangjia.portals.services.places.shown import all_shown, shown, unit_in_words
from niangjia.portals.services.places.sketch import sketch_of

ROWS, NEAREST, BESIDE = 20, 8, 3


class NoPosition(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "没有收到位置。请再按一次“用手机定位”，或者按地区、名称查找。",
            "No position arrived. Press “Use my position” once more, or look by area or name.",
        )


class NotNear(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "您的位置不在浙江一带，附近没有登记的场所。请按地区、名称查找。",
            "You are nowhere near Zhejiang, and nothing is registered around you. Look by area or name.",
        )


def _kinds() -> list[tuple[str, str]]:
    return [(one.id, say(dict(one.title))) for one in queries.kinds().values() if one.is_public]


@page(Access.PUBLIC)
def register(request: PageRequest) -> HttpResponse:
    now, given = timezone.now(), request.GET
    kinds = _kinds()
    kind = given.get("kind", "") if given.get("kind", "") in dict(kinds) else ""
    counties = areas.counties_of(deployment().home)
    area = given.get("area", "") if given.get("area", "") in {code for code, _name, _city in counties} else ""
    text, is_open_now = given.get("q", "").strip()[:60], given.get("open") == "1"
    ids = queries.find_public(kind=kind, area=area, text=text, is_open_now=is_open_now, now=now)
    rows = Paginator(ids, ROWS).get_page(given.get("page"))
    county_map = map_of(
        queries.count_public_by_county(kind, on=timezone.localdate()),
        area=deployment().home,
        unit=unit_in_words("count"),
        links={code: f"{reverse('places:register')}?area={code}&kind={kind}" for code, _name, _city in counties},
    )
    context = {
        "rows": rows,
        "listed": all_shown(queries.cards_of(list(rows.object_list), now)),
        "announced": all_shown(queries.list_announced(now=now)),
        "kinds": kinds,
        "counties": counties,
        "kind": kind,
        "area": area,
        "q": text,
        "is_open_now": is_open_now,
        "is_narrowed": bool(kind or area or text or is_open_now),
        "county_map": replace(county_map, approval=""),  # the official map's borders are read behind the sign-in
    }
    return show(request, "places/register.html", context)


@page(Access.PUBLIC, methods=("GET", "POST"), shown_on=register, changes_nothing=True)
def near(request: PageRequest) -> HttpResponse:
    """
    The nearest ones of a position that was sent, which is kept nowhere: it comes in the body, so that no log and no history has it. Without one
    the page says how to go on.
    """
    if request.method == "GET":
        return show(request, "places/near.html", {"kinds": _kinds(), "kind": "", "listed": None})
    now = timezone.now()
    position = _position(request.POST.get("latitude", ""), request.POST.get("longitude", ""))
    kind = request.POST.get("kind", "")
    is_open_now = request.POST.get("open") == "1"
    cards = queries.list_nearest(
        position, kind=kind if kind in dict(_kinds()) else "", only_open=is_open_now, most=NEAREST, now=now
    )
    context = {
        "kinds": _kinds(),
        "kind": kind,
        "is_open_now": is_open_now,
        "latitude": position.latitude,
        "longitude": position.longitude,
        "listed": all_shown(cards),
        "sketch": sketch_of(position, cards),
    }
    return show(request, "places/near.html", context)


def _position(latitude: str, longitude: str) -> Position:
    """Raises NoPosition, NotNear."""
    try:
        found = Position(Decimal(latitude.strip()), Decimal(longitude.strip()))
    except InvalidOperation as error:
        raise NoPosition from error
    if not (found.latitude.is_finite() and found.longitude.is_finite()):
        raise NoPosition
    if not (26 <= found.latitude <= 32 and 117 <= found.longitude <= 124):
        raise NotNear
    return found


@page(Access.PUBLIC)
def place(request: PageRequest, number: str) -> HttpResponse:
    now = timezone.now()
    card = queries.get_public(number, now=now)
    beside = []
    if card.position is not None:
        near_by = queries.list_nearest(card.position, kind=card.kind, most=BESIDE + 1, now=now)
        beside = [one for one in near_by if one.id != card.id][:BESIDE]
    context = {
        "place": shown(card),
        "honours": contests.list_honours(card.id),
        "photos": queries.list_photos(card.id),
        "beside": all_shown(beside),
        "sketch": sketch_of(card.position, beside) if beside and card.position is not None else None,
    }
    return show(request, "places/place.html", context)


@page(Access.PUBLIC)
def photo(request: PageRequest, number: str, key: str) -> HttpResponse:
    return hand_out(queries.open_public_photo(number, key, is_small=wants_small(request), now=timezone.now()))
