"""Writes: each one transaction, safe to repeat, recorded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope
from niangjia.apps.places.access import get_visible, require_step
from niangjia.apps.places.kinds import Kind, kind_of
from niangjia.apps.places.lifecycle import IN_CHINESE, RULES, PlaceState, Step
from niangjia.apps.places.models import Measure, Pairing, Place, PlaceEvent, Sent
from niangjia.apps.places.problems import (
    HouseholdOrNot,
    LevelUnknown,
    MonthToCome,
    NeedsReason,
    NegativeMeasure,
    NoSuchPlace,
    NotHigher,
    NotOneself,
    NotPartOfKind,
    NotPossibleNow,
    Outside,
    WrongHours,
)
from niangjia.apps.places.types import MICRO, Hours, PlaceFacts, Position
from niangjia.kernel.months import Month

SOUTH, NORTH, WEST, EAST = Decimal(26), Decimal(32), Decimal(117), Decimal(124)


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
    with transaction.atomic():
        place, is_new = Place.objects.get_or_create(
            key=key, defaults=columns | {"number": key, "kind": kind.id, "state": PlaceState.APPLIED}
        )
        if not is_new:
            return place.pk
        Place.objects.filter(pk=place.pk).update(number=f"CS{place.pk:07}")
        _event(place, Step.APPLY, viewer, now)
        audit.record(viewer, action="places.apply", object=f"place:{place.pk}", detail={"kind": kind.id}, now=now)
        return place.pk


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
        _advance(place, from_step, "更正", columns)
        audit.record(viewer, action="places.change", object=f"place:{place.pk}", now=now)


def take_step(
    *,
    viewer: Viewer,
    place_id: int,
    step: Step,
    from_step: int,
    reason: str = "",
    level: str = "",
    findings: Mapping[str, bool] | None = None,
    valid_until: date | None = None,
    now: datetime,
) -> None:
    """
    List, inspect, suspend, reopen, raise, lower or close a place. `level` with RAISE and LOWER; `findings` with INSPECT, by what the kind is
    checked for and must have: whatever is not said was not found, and then a reason says what has to be mended, and the next inspection is not
    put off. `valid_until` with LIST.

    Raises:
        NotAllowed, NoSuchPlace; OwnPlace: for a union above; NeedsReason; NotPossibleNow: its standing does not allow it, or has changed since
        `from_step`; NotPartOfKind; LevelUnknown, NotHigher.
    """
    rule, word = RULES[step], IN_CHINESE[step]
    with transaction.atomic():
        place = get_visible(viewer, place_id)
        kind = kind_of(place.kind)
        require_step(viewer, place, step, rule, word)
        if place.state not in rule.to:
            raise NotPossibleNow(place.name, PlaceState(place.state).label, word)
        found = _found(kind, findings or {}) if step is Step.INSPECT else {}
        if (rule.needs_reason or not all(found.values())) and not reason.strip():
            raise NeedsReason(word)
        today = timezone.localdate(now)
        changes: dict[str, object] = {"state": rule.to[PlaceState(place.state)]}
        if step in (Step.RAISE, Step.LOWER):
            changes["level"] = _level(kind, place.level, level, upward=step is Step.RAISE)
        if step is Step.LIST:
            changes |= {"listed_on": today, "valid_until": valid_until, "inspect_by": _next_inspection(kind, today)}
        if step is Step.INSPECT and all(found.values()):
            changes["inspect_by"] = _next_inspection(kind, today)
        _advance(place, from_step, word, changes)
        _event(place, step, viewer, now, reason=reason.strip(), findings=found)
        detail = {"state": place.state, "level": place.level}
        audit.record(viewer, action=f"places.{step.value.lower()}", object=f"place:{place.pk}", detail=detail, now=now)


def hand_over(*, viewer: Viewer, place_id: int, to_org_id: int, from_step: int, reason: str, now: datetime) -> None:
    """
    Another union of the viewer's part of the tree keeps the place from now on. Raises as `take_step`.
    """
    word = IN_CHINESE[Step.HAND_OVER]
    with transaction.atomic():
        place = get_visible(viewer, place_id)
        require_step(viewer, place, Step.HAND_OVER, RULES[Step.HAND_OVER], word)
        other = organizations.get_union(to_org_id)
        if not scope.covers(viewer.org_path, other.path) or not other.is_active:
            raise NoSuchPlace(to_org_id)
        if place.state not in RULES[Step.HAND_OVER].to:
            raise NotPossibleNow(place.name, PlaceState(place.state).label, word)
        if not reason.strip():
            raise NeedsReason(word)
        _advance(place, from_step, word, {"org_id": other.id})
        _event(place, Step.HAND_OVER, viewer, now, reason=reason.strip())
        detail = {"to": other.id}
        audit.record(viewer, action="places.hand_over", object=f"place:{place.pk}", detail=detail, now=now)


def record_measure(
    *, viewer: Viewer, place_id: int, measure: str, month: Month, value: Decimal, source: str, now: datetime
) -> None:
    """
    What a place was used, or brought in, in a month. Said again it is corrected, and what stood there before is kept. A yearly measure stands
    in January.

    Raises: NotAllowed, NoSuchPlace, NotPartOfKind, NegativeMeasure, MonthToCome.
    """
    permissions.require(viewer, "places.manage")
    with transaction.atomic():
        place = get_visible(viewer, place_id)
        kind = kind_of(place.kind)
        if measure not in kind.measures:
            raise NotPartOfKind("用量", measure, list(kind.measures))
        piece = kind.measures[measure]
        if value < 0:
            raise NegativeMeasure(piece.title["zh"])
        if month.first_day > timezone.localdate(now):
            raise MonthToCome(month.text)
        first = month.first_day.replace(month=1) if piece.is_yearly else month.first_day
        said = {"value": value, "source": source, "by_id": viewer.account_id, "at": now}
        row, is_new = Measure.objects.select_for_update().get_or_create(
            place=place, measure=measure, month=first, defaults=said
        )
        if not is_new and row.value == value:
            return
        if not is_new:
            Measure.objects.filter(pk=row.pk).update(was=row.value, **said)
        detail = {"measure": measure, "month": first.isoformat(), "value": str(value)}
        audit.record(viewer, action="places.measure", object=f"place:{place.pk}", detail=detail, now=now)


def pair(
    *,
    viewer: Viewer,
    kind: str,
    with_org_id: int,
    since: date,
    until: date | None = None,
    paper: str = "",
    now: datetime,
) -> int:
    """
    The viewer's union and another recognise each other's places of a kind and send each other workers; return the pairing's id. Safe to repeat.

    Raises: NotAllowed, NoSuchKind, NotOneself.
    """
    permissions.require(viewer, "places.manage")
    if with_org_id == viewer.org_id:
        raise NotOneself
    first, second = sorted((viewer.org_id, organizations.get_union(with_org_id).id))
    with transaction.atomic():
        row, is_new = Pairing.objects.get_or_create(
            kind=kind_of(kind).id, first_id=first, second_id=second, since=since, defaults={"until": until, "paper": paper}
        )  # fmt: skip
        if is_new:
            detail = {"kind": kind, "with": with_org_id}
            audit.record(viewer, action="places.pair", object=f"pairing:{row.pk}", detail=detail, now=now)
        return row.pk


def record_sent(*, viewer: Viewer, pairing_id: int, year: int, persons: int, source: str, now: datetime) -> None:
    """How many workers the viewer's union sent to the other's places in a year. Said again it is corrected. Raises NotAllowed, NoSuchPlace."""
    permissions.require(viewer, "places.manage")
    with transaction.atomic():
        pairing = Pairing.objects.select_for_update().filter(pk=pairing_id).first()
        if pairing is None or viewer.org_id not in (pairing.first_id, pairing.second_id):
            raise NoSuchPlace(pairing_id)
        row, is_new = Sent.objects.get_or_create(
            pairing=pairing, sender_id=viewer.org_id, year=year, defaults={"persons": persons, "source": source}
        )
        if not is_new and row.persons == persons:
            return
        if not is_new:
            Sent.objects.filter(pk=row.pk).update(was=row.persons, persons=persons, source=source)
        detail = {"year": year, "persons": persons}
        audit.record(viewer, action="places.sent", object=f"pairing:{pairing.pk}", detail=detail, now=now)


# --- what the steps share ---


def _columns(kind: Kind, facts: PlaceFacts) -> dict[str, object]:
    """As the table holds it. Raises WrongPlace."""
    if (facts.household_id is not None) != kind.is_of_household:
        raise HouseholdOrNot(kind.title["zh"], kind.is_of_household)
    if facts.level not in kind.levels:
        raise LevelUnknown(facts.level, kind.levels)
    for piece in facts.equipment:
        if piece not in kind.equipment:
            raise NotPartOfKind("设备", piece, list(kind.equipment))
    latitude, longitude = _micro(facts.position)
    return {
        "name": facts.name.strip(), "org_id": facts.org_id, "recommended_by_id": facts.recommended_by_id, "household_id": facts.household_id,
        "area": facts.area, "address": facts.address.strip(), "latitude": latitude, "longitude": longitude, "partner": facts.partner.strip(),
        "service_phone": facts.service_phone.strip(), "hours": [_line(one) for one in facts.hours], "equipment": sorted(set(facts.equipment)),
        "level": facts.level, "batch": facts.batch.strip(),
    }  # fmt: skip


def _micro(position: Position | None) -> tuple[int | None, int | None]:
    if position is None:
        return None, None
    if not (SOUTH <= position.latitude <= NORTH and WEST <= position.longitude <= EAST):
        raise Outside
    return round(position.latitude * MICRO), round(position.longitude * MICRO)


def _line(hours: Hours) -> dict[str, object]:
    if not hours.days or not set(hours.days) <= set(range(1, 8)) or hours.opens == hours.closes:
        raise WrongHours(hours)
    return {"days": sorted(hours.days), "opens": f"{hours.opens:%H:%M}", "closes": f"{hours.closes:%H:%M}"}


def _found(kind: Kind, findings: Mapping[str, bool]) -> dict[str, bool]:
    asked = [*kind.checks, *(one.id for one in kind.equipment.values() if one.is_needed)]
    for name in findings:
        if name not in asked:
            raise NotPartOfKind("复验项", name, asked)
    return {name: findings.get(name, False) for name in asked}


def _level(kind: Kind, now: str, wanted: str, *, upward: bool) -> str:
    if wanted not in kind.levels:
        raise LevelUnknown(wanted, kind.levels)
    if (kind.levels.index(wanted) > kind.levels.index(now)) != upward or wanted == now:
        raise NotHigher(now)
    return wanted


def _next_inspection(kind: Kind, today: date) -> date | None:
    if kind.inspect_months is None:
        return None
    return Month.of(today).plus(kind.inspect_months).last_day


def _advance(place: Place, from_step: int, word: str, changes: Mapping[str, object]) -> None:
    """The change, unless somebody made another one from the same step. `place` is then as the table has it."""
    made = Place.objects.filter(pk=place.pk, step=from_step).update(step=from_step + 1, **changes)
    place.refresh_from_db()
    if not made:
        raise NotPossibleNow(place.name, PlaceState(place.state).label, word)


def _event(
    place: Place,
    step: Step,
    viewer: Viewer,
    now: datetime,
    *,
    reason: str = "",
    findings: Mapping[str, bool] | None = None,
) -> None:
    PlaceEvent.objects.create(
        place=place, step=place.step, kind=step, level=place.level, findings=dict(findings or {}), reason=reason,
        org_id=viewer.org_id, by_id=viewer.account_id, at=now,
    )  # fmt: skip
