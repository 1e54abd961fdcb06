"""The steps of a place's standing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.organizations import calendar, scope
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.places.access import get_visible, require_level, require_step
from niangjia.apps.places.actions.writing import advance, write_event
from niangjia.apps.places.kinds import Kind, kind_of
from niangjia.apps.places.lifecycle import IN_CHINESE, LOOKS, PlaceState, Rule, Step
from niangjia.apps.places.models import Place, PlaceEvent
from niangjia.apps.places.problems import (
    LevelUnknown,
    NeedsMendBy,
    NeedsReason,
    NoSuchPlace,
    NotAllFound,
    NotHigher,
    NothingToMend,
    NoticeFirst,
    NotPartOfKind,
    NotPossibleNow,
    StillAnnounced,
    ValidityIsPast,
)
from niangjia.kernel.months import Month


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
    mend_by: date | None = None,
    now: datetime,
) -> None:
    """
    Announce, list, inspect, visit, mend, suspend, reopen, raise, lower or close a place. `level` with RAISE and LOWER; `findings` with INSPECT and
    VISIT, and where its kind asks for them before a place is announced or listed: by what the kind is checked for and must have; whatever is
    not said was not found. Where an inspection or a visit finds something missing, a reason says what, `mend_by` until when, and the next
    inspection is not put off. `valid_until` with LIST, and with an INSPECT that found everything.

    Raises:
        NotAllowed, NoSuchPlace; OwnPlace: for a union above; NotYourLevel; NeedsReason, NeedsMendBy, NothingToMend; NotAllFound; NoticeFirst,
        StillAnnounced; NotPossibleNow: its standing does not allow it, or has changed since `from_step`; NotPartOfKind; LevelUnknown, NotHigher;
        ValidityIsPast.
    """
    word, today = IN_CHINESE[step], timezone.localdate(now)
    with transaction.atomic():
        place = get_visible(viewer, place_id)
        kind = kind_of(place.kind)
        rule = _rule(kind, place, step)
        require_step(viewer, place, step, rule, word)
        if place.state not in rule.to or (step is Step.ANNOUNCE and kind.notice_days is None):
            raise NotPossibleNow(place.name, PlaceState(place.state).label, word)
        found = _looked(kind, place, step, findings or {})
        is_lacking = not all(found.values())
        if (rule.needs_reason or is_lacking) and not reason.strip():
            raise NeedsReason(word)
        if is_lacking and (mend_by is None or mend_by < today):
            raise NeedsMendBy
        _require_notice(kind, place, step, today)
        changes: dict[str, object] = {"state": rule.to[PlaceState(place.state)]}
        changes |= _changes(kind, place, step, level, is_lacking, today)
        if step in LOOKS:
            changes["mend_by"] = mend_by if is_lacking else None
        if valid_until is not None and (step is Step.LIST or (step is Step.INSPECT and not is_lacking)):
            if valid_until < today:
                raise ValidityIsPast(valid_until)
            changes["valid_until"] = valid_until
        if rule.names_level:
            require_level(viewer, str(changes.get("level", place.level)) if step is Step.RAISE else place.level)
        advance(place, from_step, word, changes)
        asked = mend_by if is_lacking else None
        write_event(place, step, viewer, now, reason=reason.strip(), findings=found, mend_by=asked)
        detail = {"state": place.state, "level": place.level, "number": place.number, "org": place.org_id}
        detail |= {"lacking": is_lacking} if step in LOOKS else {}
        detail |= {"told_org": _who_looked(place)} if step is Step.MEND else {}
        audit.record(viewer, action=f"places.{step.value.lower()}", object=f"place:{place.pk}", detail=detail, now=now)


def _rule(kind: Kind, place: Place, step: Step) -> Rule:
    """Raises NotPossibleNow: a place of this kind has no such step."""
    if step not in kind.steps:
        raise NotPossibleNow(place.name, PlaceState(place.state).label, IN_CHINESE[step])
    return kind.steps[step]


def hand_over(*, viewer: Viewer, place_id: int, to_org_id: int, from_step: int, reason: str, now: datetime) -> None:
    """
    Another union of the viewer's part of the tree keeps the place from now on. Raises as `take_step`.
    """
    word = IN_CHINESE[Step.HAND_OVER]
    with transaction.atomic():
        place = get_visible(viewer, place_id)
        rule = _rule(kind_of(place.kind), place, Step.HAND_OVER)
        require_step(viewer, place, Step.HAND_OVER, rule, word)
        other = organizations.get_union(to_org_id)
        if not scope.covers(viewer.org_path, other.path) or not other.is_active:
            raise NoSuchPlace(to_org_id)
        if place.state not in rule.to:
            raise NotPossibleNow(place.name, PlaceState(place.state).label, word)
        if not reason.strip():
            raise NeedsReason(word)
        advance(place, from_step, word, {"org_id": other.id})
        write_event(place, Step.HAND_OVER, viewer, now, reason=reason.strip())
        detail = {"to": other.id, "org": other.id, "number": place.number}
        audit.record(viewer, action="places.hand_over", object=f"place:{place.pk}", detail=detail, now=now)


def rehome_places(*, viewer: Viewer, from_id: int, to_id: int, reason: str, now: datetime) -> int:
    """
    What a union that ends kept, its successor keeps; return how many. What was closed stays with who kept it. Safe to repeat. For the journey that has
    changed the tree and asked for the right.
    """
    went = list(Place.objects.filter(org_id=from_id).exclude(state=PlaceState.CLOSED).order_by("pk"))
    for place in went:
        advance(place, place.step, IN_CHINESE[Step.HAND_OVER], {"org_id": to_id})
        write_event(place, Step.HAND_OVER, viewer, now, reason=reason[:300])
        detail = {"to": to_id, "org": to_id, "number": place.number}
        audit.record(viewer, action="places.hand_over", object=f"place:{place.pk}", detail=detail, now=now)
    return len(went)


def _looked(kind: Kind, place: Place, step: Step, findings: Mapping[str, bool]) -> dict[str, bool]:
    """What was found, by everything that had to be; nothing for a step at which nobody looks. Raises NotPartOfKind, NotAllFound."""
    is_first = place.state == PlaceState.APPLIED and step in (Step.ANNOUNCE, Step.LIST)
    if step not in LOOKS and not (is_first and kind.needs_checks):
        return {}
    for name in findings:
        if name not in kind.asked:
            raise NotPartOfKind("复验项", name, kind.asked)
    found = {name: bool(findings.get(name, False)) for name in kind.asked}
    missing = [name for name, is_there in found.items() if not is_there]
    if missing and step not in LOOKS:
        pieces = {**kind.checks, **kind.equipment}
        raise NotAllFound(
            missing, [pieces[one].title["zh"] for one in missing], [pieces[one].title["en"] for one in missing]
        )
    return found


def _require_notice(kind: Kind, place: Place, step: Step, today: date) -> None:
    """Raises NoticeFirst, StillAnnounced; NothingToMend."""
    if step is Step.LIST and kind.notice_days is not None:
        if place.state == PlaceState.APPLIED:
            raise NoticeFirst(kind.notice_days)
        if place.announced_until is not None and today <= place.announced_until:
            raise StillAnnounced(place.announced_until)
    if step is Step.MEND and place.mend_by is None:
        raise NothingToMend(place.name)


def _changes(kind: Kind, place: Place, step: Step, level: str, is_lacking: bool, today: date) -> dict[str, object]:
    """Of the table's columns, beside its state. Raises LevelUnknown, NotHigher."""
    if step in (Step.RAISE, Step.LOWER):
        return {"level": _level(kind, place.level, level, upward=step is Step.RAISE)}
    if step is Step.ANNOUNCE:
        return {"announced_until": calendar.add_working_days(today, kind.notice_days or 0)}
    if step is Step.LIST:
        return {"listed_on": today, "inspect_by": _next_inspection(kind, today)}
    if step is Step.INSPECT and not is_lacking:
        return {"inspect_by": _next_inspection(kind, today)}
    return {"mend_by": None} if step is Step.MEND else {}


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


def _who_looked(place: Place) -> int:
    """The union whose officer asked for what was mended."""
    asked = PlaceEvent.objects.filter(place=place, mend_by__isnull=False).order_by("-step").first()
    return asked.org_id if asked else place.org_id
