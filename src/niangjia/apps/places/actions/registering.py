"""A place put forward, what is told of it, and its photos."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation

from django.db import transaction

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.files import actions as files
from niangjia.apps.files.types import FileCard, FileContent
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope
from niangjia.apps.places.access import MOST_PHOTOS, PHOTOS, get_visible, owner_of
from niangjia.apps.places.actions.writing import advance, write_event
from niangjia.apps.places.kinds import Detail, Kind, kind_of
from niangjia.apps.places.lifecycle import PlaceState, Step
from niangjia.apps.places.models import Place
from niangjia.apps.places.problems import (
    DetailMissing,
    DetailUnread,
    EndsBefore,
    HouseholdOrNot,
    LevelUnknown,
    NoName,
    NoSuchPlace,
    NotPartOfKind,
    NotPossibleNow,
    Outside,
    WrongHours,
)
from niangjia.apps.places.types import MICRO, Hours, PlaceFacts, Position

SOUTH, NORTH, WEST, EAST = Decimal(26), Decimal(32), Decimal(117), Decimal(124)
MIDNIGHT = time(0)
LONGEST = {"text": 120, "long": 600}


def apply_for_place(*, viewer: Viewer, facts: PlaceFacts, key: str, now: datetime) -> int:
    """
    Put a place forward; return its id. It is in the register once a union above has accepted it.

    Safe to repeat: with the same `key` the place that was put forward is returned.

    Raises:
        NotAllowed; NoSuchKind; NoSuchPlace: its union is not the viewer's. WrongPlace: what does not fit its kind.
    """
    permissions.require(viewer, "places.manage")
    kind = kind_of(facts.kind)
    org = organizations.get_union(facts.org_id)
    if not scope.covers(viewer.org_path, org.path):
        raise NoSuchPlace(facts.name)
    columns = _columns(kind, facts)
    for_now = hashlib.sha256(key.encode()).hexdigest()[:24]  # until the row has an id
    with transaction.atomic():
        place, is_new = Place.objects.get_or_create(
            key=key, defaults=columns | {"number": for_now, "kind": kind.id, "state": PlaceState.APPLIED}
        )
        if not is_new:
            return place.pk
        place.number = f"CS{place.pk:07}"
        place.save(update_fields=["number"])
        write_event(place, Step.APPLY, viewer, now)
        detail = {"kind": kind.id, "number": place.number, "told_org": org.parent_id or org.id}
        audit.record(viewer, action="places.apply", object=f"place:{place.pk}", detail=detail, now=now)
        return place.pk


def check_place(facts: PlaceFacts) -> None:
    """Whether it could be put forward, as far as its kind goes. Writes nothing. Raises NoSuchKind, WrongPlace."""
    _columns(kind_of(facts.kind), facts)


def change_place(*, viewer: Viewer, place_id: int, facts: PlaceFacts, from_step: int, now: datetime) -> None:
    """
    Set what is told of a place anew; its kind, its level and who keeps it stay.

    Raises: NotAllowed, NoSuchPlace, NotPossibleNow: it was changed meanwhile; WrongPlace.
    """
    permissions.require(viewer, "places.manage")
    with transaction.atomic():
        place = get_visible(viewer, place_id)
        columns = _columns(kind_of(place.kind), facts)
        for kept in ("level", "org_id", "household_id"):
            del columns[kept]
        if place.state == PlaceState.CLOSED:
            raise NotPossibleNow(place.name, PlaceState(place.state).label, "更正")
        advance(place, from_step, "更正", columns)
        audit.record(viewer, action="places.change", object=f"place:{place.pk}", now=now)


# --- photos ---


def keep_photo(
    *, viewer: Viewer, place_id: int, content: bytes, key: uuid.UUID | None = None, now: datetime
) -> FileCard:
    """Raises NotAllowed, NoSuchPlace, NotPossibleNow, FileRefused."""
    permissions.require(viewer, "places.manage")
    place = get_visible(viewer, place_id)
    if place.state == PlaceState.CLOSED:
        raise NotPossibleNow(place.name, PlaceState(place.state).label, "添照片")
    return files.keep_file(
        viewer=viewer, owner=owner_of(place.pk), part=PHOTOS, content=content, key=key, most=MOST_PHOTOS, only_photos=True, now=now
    )  # fmt: skip


def drop_photo(*, viewer: Viewer, place_id: int, key: str, now: datetime) -> None:
    """Safe to repeat. Raises NotAllowed, NoSuchPlace."""
    permissions.require(viewer, "places.manage")
    place = get_visible(viewer, place_id)
    files.drop_file(viewer=viewer, owner=owner_of(place.pk), key=key, now=now)


def open_photo(*, viewer: Viewer, place_id: int, key: str, now: datetime, is_small: bool = False) -> FileContent:
    """For who sees the place, listed or not; on record. Raises NotAllowed, NoSuchPlace, NoSuchFile."""
    place = get_visible(viewer, place_id)
    return files.open_file(viewer=viewer, owner=owner_of(place.pk), key=key, is_small=is_small, now=now)


# --- as the table holds it ---


def _columns(kind: Kind, facts: PlaceFacts) -> dict[str, object]:
    """Raises WrongPlace."""
    if not facts.name.strip():
        raise NoName
    if (facts.household_id is not None) != kind.is_of_household:
        raise HouseholdOrNot(kind.title["zh"], kind.is_of_household)
    if facts.level not in kind.levels:
        raise LevelUnknown(facts.level, kind.levels)
    for piece in facts.equipment:
        if piece not in kind.equipment:
            raise NotPartOfKind("设备", piece, list(kind.equipment))
    latitude, longitude = _micro(facts.position)
    details = answers_to(kind.details, facts.details)
    return {
        "name": facts.name.strip(), "org_id": facts.org_id, "recommended_by_id": facts.recommended_by_id, "household_id": facts.household_id,
        "area": facts.area, "address": facts.address.strip(), "latitude": latitude, "longitude": longitude, "partner": facts.partner.strip(),
        "service_phone": facts.service_phone.strip(), "hours": [_line(one) for one in facts.hours], "equipment": sorted(set(facts.equipment)),
        "level": facts.level, "batch": facts.batch.strip(), "details": details,
    } | _period(kind, details)  # fmt: skip


def answers_to(asked: Mapping[str, Detail], told: Mapping[str, object]) -> dict[str, object]:
    """What was answered, by name: text, or true. Raises NotPartOfKind, DetailMissing, DetailUnread."""
    for name in told:
        if name not in asked:
            raise NotPartOfKind("说明", name, list(asked))
    found = {name: _answer(one, told.get(name)) for name, one in asked.items()}
    for name, one in asked.items():
        if one.is_needed and not found[name]:
            raise DetailMissing(one.title)
    return {name: value for name, value in found.items() if value}


def _period(kind: Kind, details: Mapping[str, object]) -> dict[str, object]:
    """Until when it is valid, where its kind asks that. Raises EndsBefore."""
    if not kind.valid_until:
        return {}
    first, last = (str(details.get(name, "")) for name in (kind.valid_from, kind.valid_until))
    if first and last and last < first:
        raise EndsBefore
    return {"valid_until": date.fromisoformat(last) if last else None}


def _answer(asked: Detail, told: object) -> object:
    if asked.type == "flag":
        return told is True
    text = "" if told is None else str(told).strip()
    if not text or asked.type in LONGEST:
        return text[: LONGEST.get(asked.type, 0)]
    try:
        if asked.type == "date":
            return date.fromisoformat(text).isoformat()
        number = Decimal(text)
    except (ValueError, InvalidOperation) as error:
        raise DetailUnread(asked.title, text[:20]) from error
    if not number.is_finite() or number < 0 or number >= 10**12:
        raise DetailUnread(asked.title, text[:20])
    return f"{number.normalize():f}"


def _micro(position: Position | None) -> tuple[int | None, int | None]:
    if position is None:
        return None, None
    if not (SOUTH <= position.latitude <= NORTH and WEST <= position.longitude <= EAST):
        raise Outside
    return round(position.latitude * MICRO), round(position.longitude * MICRO)


def _line(hours: Hours) -> dict[str, object]:
    """Midnight to midnight is the whole day. Raises WrongHours."""
    is_moment = hours.opens == hours.closes and hours.opens != MIDNIGHT
    if not hours.days or not set(hours.days) <= set(range(1, 8)) or is_moment:
        raise WrongHours(hours)
    return {"days": sorted(hours.days), "opens": f"{hours.opens:%H:%M}", "closes": f"{hours.closes:%H:%M}"}
