"""Reads: the register of the viewer's part of the tree, and what is open nearby for anybody; counts, aims and pairings from beside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.files import actions as file_actions
from niangjia.apps.files import queries as files
from niangjia.apps.files.problems import NoSuchFile
from niangjia.apps.files.types import FileCard, FileContent
from niangjia.apps.organizations import scope
from niangjia.apps.places import counted
from niangjia.apps.places.access import PHOTOS, get_visible, may_name, owner_of, visible
from niangjia.apps.places.counting import (
    ENDS_SOON,
    count_by_county,
    count_by_kind,
    count_public_by_county,
    is_ending,
    is_late,
    is_valid,
    list_aims,
    list_years,
    passes,
    share_that_passed,
    total_of,
    year_of,
)
from niangjia.apps.places.earning import list_earned
from niangjia.apps.places.hours import read_hours
from niangjia.apps.places.kinds import Aim, Detail, Kind, Piece, kind_of, kinds, public_kinds
from niangjia.apps.places.lifecycle import IN_USE, LOOKS, PlaceState, Step
from niangjia.apps.places.models import Measure, Place, PlaceEvent, Project
from niangjia.apps.places.nearest import bearing, boxes, is_open, metres_between
from niangjia.apps.places.pairing import lasting_of, list_pairings, list_usable, recognises
from niangjia.apps.places.problems import LEVELS, NoSuchKind, NoSuchPairing, NoSuchPlace
from niangjia.apps.places.types import (
    MICRO,
    EventRow,
    Hours,
    MeasureRow,
    PlaceCard,
    Position,
    ProjectCard,
    ProjectFacts,
)
from niangjia.apps.places.verifying import verify

places_to_count, levels_to_count, projects_to_count = counted.places, counted.levels, counted.projects

__all__ = [
    "ENDS_SOON", "IN_USE", "LEVELS", "LOOKS", "Aim", "Detail", "Kind", "NoSuchKind", "NoSuchPairing", "NoSuchPlace", "Piece",
    "cards_of", "find_arranged", "in_use_on", "count_by_county", "count_by_kind", "count_public_by_county", "find_by_name", "find_by_number", "find_public", "get_place", "get_public",
    "count_living_at", "kind_of", "kinds", "levels_for", "list_aims", "list_announced", "list_earned", "list_history", "list_measures", "list_nearest", "list_pairings", "list_photos", "list_projects", "list_stopping", "list_teaching", "list_usable",
    "list_places", "list_public", "list_told", "list_years", "names_of", "open_public_photo", "public_kinds", "read_hours", "recognises", "share_that_passed", "steps_for", "total_of", "verify",
    "year_of",
]  # fmt: skip


def names_of(place_ids: Iterable[int]) -> dict[int, str]:
    """By id, without scope: for rows that the caller has bounded."""
    return dict(Place.objects.filter(pk__in=set(place_ids)).values_list("pk", "name"))


def get_place(viewer: Viewer, place_id: int, *, now: datetime) -> PlaceCard:
    """Raises NotAllowed, NoSuchPlace."""
    return card_of(get_visible(viewer, place_id), now)


def find_by_number(viewer: Viewer, numbers: Iterable[str]) -> dict[str, tuple[int, str]]:
    """Id and kind of those the viewer sees, by their number. Raises NotAllowed."""
    rows = visible(viewer).filter(number__in=set(numbers))
    return {number: (pk, kind) for pk, number, kind in rows.values_list("pk", "number", "kind")}


def find_by_name(viewer: Viewer, names: Iterable[str]) -> set[tuple[str, str, str]]:
    """Kind, name and the code of the keeping union of those the viewer sees, closed ones left out. Raises NotAllowed."""
    rows = visible(viewer).filter(name__in=set(names)).exclude(state=PlaceState.CLOSED)
    return set(rows.values_list("kind", "name", "org__code"))


def list_told(viewer: Viewer, place_ids: Iterable[int]) -> list[tuple[str, str, str, Decimal]]:
    """Every figure of these places: number, month, measure, value. Raises NotAllowed."""
    rows = Measure.objects.filter(place__in=visible(viewer).filter(pk__in=list(place_ids)))
    found = rows.values_list("place__number", "month", "measure", "value")
    return [(number, f"{month:%Y-%m}", measure, value) for number, month, measure, value in found]


def list_places(
    viewer: Viewer,
    *,
    kind: str = "",
    state: str = "",
    level: str = "",
    text: str = "",
    area: str = "",
    attention: str = "",
    late_on: date | None = None,
) -> QuerySet[Place]:
    """
    Of the viewer's part of the tree, newest first. `attention` with `late_on`, today: ``late`` (inspection overdue), ``ending`` (validity over, or
    soon), ``mending`` (something to mend), ``waiting`` (not accepted yet); `late_on` alone is ``late``. Raises NotAllowed.
    """
    rows = visible(viewer).select_related("org", "recommended_by").order_by("-pk")
    told = {"kind": kind, "state": state, "level": level, "area__startswith": area}
    rows = rows.filter(**{name: value for name, value in told.items() if value})
    if text:
        rows = rows.filter(Q(name__icontains=text) | Q(number=text) | Q(address__icontains=text))
    if attention == "waiting":
        return rows.filter(state__in=[PlaceState.APPLIED, PlaceState.ANNOUNCED])
    if attention == "mending":
        return rows.filter(mend_by__isnull=False, state__in=IN_USE)
    if attention == "ending" and late_on:
        return rows.filter(is_ending(late_on))
    return rows.filter(is_late(late_on)) if late_on else rows


def steps_for(viewer: Viewer, card: PlaceCard) -> list[Step]:
    """What the viewer's post could do next with a place, as far as its standing and levels say; whether it may is asked when it is done."""
    kind, is_topmost = kind_of(card.kind), scope.is_whole_tree(viewer.org_path)
    fits = {
        Step.ANNOUNCE: kind.notice_days is not None,
        Step.LIST: kind.notice_days is None or card.state != PlaceState.APPLIED,
        Step.MEND: card.mend_by is not None,
        Step.INSPECT: bool(kind.asked) or kind.inspect_months is not None,
        Step.VISIT: bool(kind.asked),
        Step.RAISE: bool(levels_for(viewer, card, Step.RAISE)),
        Step.LOWER: bool(levels_for(viewer, card, Step.LOWER)),
    }
    return [
        step
        for step, rule in kind.steps.items()
        if card.state in rule.to
        and fits.get(step, True)
        and not (rule.from_above and viewer.org_id == card.org_id and not is_topmost)
        and not (step in (Step.ANNOUNCE, Step.LIST) and not may_name(viewer, card.level))
    ]


def levels_for(viewer: Viewer, card: PlaceCard, step: Step) -> list[str]:
    """The levels that the viewer's union may raise or lower a place to, lowest first."""
    levels = kind_of(card.kind).levels
    here = levels.index(card.level)
    if step is Step.RAISE:
        return [one for one in levels[here + 1 :] if may_name(viewer, one)]
    return list(levels[:here]) if may_name(viewer, card.level) else []


# --- for everybody ---


def in_use_on(place_ids: Iterable[int], *, on: date) -> set[int]:
    """Those of them that are listed, and valid that day. Without scope: for rows that the caller has bounded."""
    rows = Place.objects.filter(is_valid(on), pk__in=set(place_ids), state=PlaceState.LISTED)
    return set(rows.values_list("pk", flat=True))


def find_arranged(place_id: int | None) -> Place | None:
    """Where something was arranged, of a public kind, whatever its standing is by now; to read only."""
    return Place.objects.filter(pk=place_id, kind__in=_public()).first() if place_id else None


def list_public(*, kind: str = "", area: str = "", text: str = "", on: date) -> QuerySet[Place]:
    """What anybody may see: listed places of public kinds, valid that day, in a division (prefix of its code), by name or address."""
    rows = Place.objects.filter(is_valid(on), state=PlaceState.LISTED, kind__in=_public(kind)).select_related(
        "org", "recommended_by"
    )
    if text:
        rows = rows.filter(Q(name__icontains=text) | Q(address__icontains=text))
    return (rows.filter(area__startswith=area) if area else rows).order_by("area", "name", "pk")


def find_public(
    *, kind: str = "", area: str = "", text: str = "", is_open_now: bool = False, now: datetime
) -> Sequence[int]:
    """Ids of `list_public`, in its order; `is_open_now`: those known to be open."""
    rows = list_public(kind=kind, area=area, text=text, on=timezone.localdate(now))
    if not is_open_now:
        return list(rows.values_list("pk", flat=True))
    local = timezone.localtime(now)
    return [pk for pk, hours in rows.values_list("pk", "hours") if is_open(hours_of(hours), local)]


def list_announced(*, now: datetime) -> list[PlaceCard]:
    """Public kinds whose naming is announced just now, the one that ends first first."""
    rows = Place.objects.filter(
        state=PlaceState.ANNOUNCED, kind__in=_public(), announced_until__gte=timezone.localdate(now)
    )
    return [card_of(row, now) for row in rows.select_related("org", "recommended_by").order_by("announced_until", "pk")]


def get_public(number: str, *, now: datetime) -> PlaceCard:
    """A listed, suspended or announced place of a public kind, by its number. Raises NoSuchPlace."""
    states = (*IN_USE, PlaceState.ANNOUNCED)
    row = (
        Place.objects.filter(number=number, kind__in=_public(), state__in=states)
        .select_related("org", "recommended_by")
        .first()
    )
    if row is None:
        raise NoSuchPlace(number[:24])
    return card_of(row, now)


def _public(kind: str = "") -> list[str]:
    return [one for one in public_kinds() if kind in ("", one)]


def cards_of(ids: Sequence[int], now: datetime) -> list[PlaceCard]:
    """Of places the caller has found already, in that order."""
    rows = Place.objects.select_related("org", "recommended_by").in_bulk(list(ids))
    return [card_of(rows[pk], now) for pk in ids if pk in rows]


def list_photos(place_id: int) -> list[FileCard]:
    """The caller has shown the place."""
    return files.list_files(owner_of(place_id), part=PHOTOS)


def open_public_photo(number: str, key: str, *, is_small: bool, now: datetime) -> FileContent:
    """A photo of a place that anybody may see. Raises NoSuchPlace, NoSuchFile."""
    card = get_public(number, now=now)
    found = file_actions.show_public(owner=owner_of(card.id), key=key, is_small=is_small)
    if found.card.part != PHOTOS:
        raise NoSuchFile
    return found


def list_nearest(
    position: Position, *, kind: str = "", only_open: bool = False, most: int = 10, now: datetime
) -> list[PlaceCard]:
    """
    The nearest listed public places, with their distance, nearest first. `only_open`: those known to be open at `now`.

    Looks in growing rings, so that few rows are read where many places stand.
    """
    latitude, longitude = round(position.latitude * MICRO), round(position.longitude * MICRO)
    rows = Place.objects.filter(is_valid(timezone.localdate(now)), kind__in=_public(kind), state=PlaceState.LISTED)
    local = timezone.localtime(now)
    found: list[tuple[int, int]] = []
    for radius, north_south, east_west in boxes(latitude, longitude):
        near = rows.filter(latitude__range=north_south, longitude__range=east_west)
        found = []
        for pk, north, east, hours in near.values_list("pk", "latitude", "longitude", "hours"):
            metres = metres_between(latitude, longitude, north or 0, east or 0)  # the range leaves out who has none
            if metres <= radius and not (only_open and not is_open(hours_of(hours), local)):
                found.append((metres, pk))
        if len(found) >= most:
            break
    nearest = sorted(found)[:most]
    by_pk = Place.objects.select_related("org", "recommended_by").in_bulk([pk for _, pk in nearest])
    return [card_of(by_pk[pk], now, metres, (latitude, longitude)) for metres, pk in nearest]


def list_history(viewer: Viewer, place_id: int) -> list[EventRow]:
    """Newest first. Raises NotAllowed, NoSuchPlace."""
    seen = PlaceEvent.objects.filter(place__in=visible(viewer), place=place_id)
    rows = list(seen.select_related("org").order_by("-step"))
    if not rows:  # every place has events: it is not there, or not the viewer's
        raise NoSuchPlace(place_id)
    names = accounts.names_of({row.by_id for row in rows})
    return [
        EventRow(
            Step(row.kind), row.level, row.findings, row.reason, row.org.name, names.get(row.by_id, ""), row.at, row.mend_by
        )
        for row in rows
    ]  # fmt: skip


def list_measures(viewer: Viewer, place_id: int) -> list[MeasureRow]:
    """Newest month first. Raises NotAllowed, NoSuchPlace."""
    place = get_visible(viewer, place_id)
    return [
        MeasureRow(row.measure, row.month, row.value, row.was, row.source)
        for row in Measure.objects.filter(place=place).order_by("-month", "measure")
    ]


def list_projects(viewer: Viewer, place_id: int, *, today: date) -> list[ProjectCard]:
    """Those that run first, then newest first. Raises NotAllowed, NoSuchPlace."""
    place = get_visible(viewer, place_id)
    kind = kind_of(place.kind)
    rows = list(Project.objects.filter(place=place).order_by("-since", "-pk"))
    names = accounts.names_of({row.checked_by_id for row in rows if row.checked_by_id})
    cards = [
        ProjectCard(
            row.pk, ProjectFacts(row.name, row.partner, row.contract, row.since, row.until, row.details), row.findings,
            names.get(row.checked_by_id or 0, ""), row.checked_at, row.since <= today and (row.until is None or row.until >= today),
            passes(kind, row.findings),
        )
        for row in rows
    ]  # fmt: skip
    return sorted(cards, key=lambda card: not card.is_running)


# --- as types ---


def hours_of(lines: Iterable[Mapping[str, Any]]) -> tuple[Hours, ...]:
    return tuple(
        Hours(tuple(one["days"]), time.fromisoformat(one["opens"]), time.fromisoformat(one["closes"])) for one in lines
    )


def count_living_at(org_id: int, *, on: date) -> dict[str, int]:
    """Places that are not closed and agreements that last, of that very union. Without scope: for whoever changes unions."""
    kept = Place.objects.filter(org_id=org_id).exclude(state=PlaceState.CLOSED)
    return {"places": kept.count(), "pairings": lasting_of(org_id, on).count()}


def list_stopping(viewer: Viewer) -> QuerySet[Place]:
    """Places of the viewer's part of the tree that a bus can go to: in use, with a position, of a public kind; by name. Raises NotAllowed."""
    rows = visible(viewer).filter(state__in=IN_USE, latitude__isnull=False, kind__in=public_kinds())
    return rows.order_by("name", "pk")


def list_teaching(viewer: Viewer) -> QuerySet[Place]:
    """Listed places of the viewer's part of the tree that somebody who teaches may be named as one of, by name. Raises NotAllowed."""
    of_teachers = [one.id for one in kinds().values() if one.has_teachers]
    return visible(viewer).filter(state=PlaceState.LISTED, kind__in=of_teachers).order_by("name", "pk")


def card_of(
    row: Place, now: datetime, metres: int | None = None, seen_from: tuple[int, int] | None = None
) -> PlaceCard:
    position = None
    if row.latitude is not None and row.longitude is not None:
        position = Position(Decimal(row.latitude) / MICRO, Decimal(row.longitude) / MICRO)
    hours = hours_of(row.hours)
    is_in_use = row.state == PlaceState.LISTED
    return PlaceCard(
        id=row.pk, number=row.number, kind=row.kind, name=row.name, org_id=row.org_id, org_name=row.org.name, area=row.area, address=row.address,
        level=row.level, state=PlaceState(row.state), position=position, hours=hours, equipment=tuple(row.equipment),
        service_phone=row.service_phone, step=row.step, inspect_by=row.inspect_by, valid_until=row.valid_until,
        is_open=is_open(hours, timezone.localtime(now)) if is_in_use else None, metres=metres,
        bearing=bearing(*seen_from, row.latitude or 0, row.longitude or 0) if seen_from and metres is not None else "",
        recommended_by=row.recommended_by.name if row.recommended_by else "", recommended_by_id=row.recommended_by_id, partner=row.partner, batch=row.batch,
        household_id=row.household_id, details=row.details, listed_on=row.listed_on, announced_until=row.announced_until, mend_by=row.mend_by,
    )  # fmt: skip
