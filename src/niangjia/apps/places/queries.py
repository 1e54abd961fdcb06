"""Reads: the register of the viewer's part of the tree, what is open nearby for anybody, use, and pairings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.places.access import get_visible, visible
from niangjia.apps.places.kinds import Kind, kind_of, kinds
from niangjia.apps.places.lifecycle import PlaceState, Step
from niangjia.apps.places.models import Measure, Pairing, Place, PlaceEvent
from niangjia.apps.places.nearest import boxes, is_open, metres_between
from niangjia.apps.places.types import (
    MICRO,
    EventRow,
    Hours,
    KindCount,
    MeasureRow,
    PairingRow,
    PlaceCard,
    Position,
    Violation,
)

__all__ = [
    "Kind", "count_by_kind", "get_place", "kind_of", "kinds", "list_history", "list_measures", "list_nearest", "list_pairings", "list_places",
    "list_public", "names_of", "recognises", "share_that_passed", "total_of", "verify",
]  # fmt: skip


def names_of(place_ids: Iterable[int]) -> dict[int, str]:
    """By id, without scope: for rows that the caller has bounded."""
    return dict(Place.objects.filter(pk__in=set(place_ids)).values_list("pk", "name"))


def get_place(viewer: Viewer, place_id: int, *, now: datetime) -> PlaceCard:
    """Raises NotAllowed, NoSuchPlace."""
    return card_of(get_visible(viewer, place_id), now)


def list_places(
    viewer: Viewer,
    *,
    kind: str = "",
    state: str = "",
    level: str = "",
    text: str = "",
    late_on: date | None = None,
) -> QuerySet[Place]:
    """Of the viewer's part of the tree, newest first. `late_on`: those whose inspection was due before that day. Raises NotAllowed."""
    rows = visible(viewer).select_related("org").order_by("-pk")
    told = {"kind": kind, "state": state, "level": level}
    rows = rows.filter(**{name: value for name, value in told.items() if value})
    if text:
        rows = rows.filter(Q(name__icontains=text) | Q(number=text) | Q(address__icontains=text))
    return rows.filter(_is_late(late_on)) if late_on else rows


def count_by_kind(viewer: Viewer, *, today: date) -> list[KindCount]:
    """In the order of the kinds; those that the viewer has none of are left out. Raises NotAllowed."""
    counts = {
        row["kind"]: row
        for row in visible(viewer)
        .values("kind")
        .annotate(
            applied=Count("pk", filter=Q(state=PlaceState.APPLIED)),
            listed=Count("pk", filter=Q(state=PlaceState.LISTED)),
            suspended=Count("pk", filter=Q(state=PlaceState.SUSPENDED)),
            late=Count("pk", filter=_is_late(today)),
        )  # fmt: skip
    }
    return [KindCount(**counts[name]) for name in kinds() if name in counts]


def _is_late(today: date) -> Q:
    return Q(state__in=[PlaceState.LISTED, PlaceState.SUSPENDED], inspect_by__lt=today)


def list_public(*, kind: str = "", area: str = "") -> QuerySet[Place]:
    """What anybody may see: listed places of public kinds, in a division (prefix of its code)."""
    rows = Place.objects.filter(state=PlaceState.LISTED, kind__in=_public(kind)).select_related("org")
    return (rows.filter(area__startswith=area) if area else rows).order_by("area", "name")


def _public(kind: str = "") -> list[str]:
    return [one.id for one in kinds().values() if one.is_public and (not kind or one.id == kind)]


def list_nearest(
    position: Position, *, kind: str = "", only_open: bool = False, most: int = 10, now: datetime
) -> list[PlaceCard]:
    """
    The nearest listed public places, with their distance, nearest first. `only_open`: those known to be open at `now`.

    Looks in growing rings, so that few rows are read where many places stand.
    """
    latitude, longitude = round(position.latitude * MICRO), round(position.longitude * MICRO)
    rows = Place.objects.filter(kind__in=_public(kind), state=PlaceState.LISTED)
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
    by_pk = Place.objects.select_related("org").in_bulk([pk for _, pk in nearest])
    return [card_of(by_pk[pk], now, metres) for metres, pk in nearest]


def list_history(viewer: Viewer, place_id: int) -> list[EventRow]:
    """Newest first. Raises NotAllowed, NoSuchPlace."""
    place = get_visible(viewer, place_id)
    rows = list(PlaceEvent.objects.filter(place=place).select_related("org").order_by("-step"))
    names = accounts.names_of({row.by_id for row in rows})
    return [
        EventRow(
            Step(row.kind), row.level, row.findings, row.reason, row.org.name, names.get(row.by_id, ""), row.at
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


def total_of(viewer: Viewer, *, kind: str, measure: str, first: date, last: date) -> Decimal:
    """The measure of all places of a kind that the viewer sees, over the months of these days. Raises NotAllowed."""
    rows = Measure.objects.filter(
        place__in=visible(viewer).filter(kind=kind), measure=measure, month__range=(first, last)
    )
    return rows.aggregate(total=Sum("value"))["total"] or Decimal("0.00")


def share_that_passed(viewer: Viewer, kind: str) -> tuple[int, int]:
    """
    How many listed places of a kind passed every check at their last inspection, and how many are listed: the rate of standard operation
    (E26: at least nine tenths by 2025). Raises NotAllowed, NoSuchKind.
    """
    asked = set(kind_of(kind).checks)
    listed = visible(viewer).filter(kind=kind, state=PlaceState.LISTED)
    last: dict[int, Mapping[str, bool]] = {}
    inspections = PlaceEvent.objects.filter(place__in=listed, kind=Step.INSPECT).order_by("step")
    for place_id, findings in inspections.values_list("place_id", "findings"):
        last[place_id] = findings
    passed = sum(all(findings.get(check) for check in asked) for findings in last.values())
    return passed, listed.count()


# --- unions that recognise each other ---


def list_pairings(viewer: Viewer) -> list[PairingRow]:
    """Those of the viewer's own union, newest first. Raises NotAllowed."""
    permissions.require(viewer, "places.view")
    rows = Pairing.objects.filter(Q(first_id=viewer.org_id) | Q(second_id=viewer.org_id))
    found = []
    for row in rows.select_related("first", "second").prefetch_related("sent").order_by("-since", "-pk"):
        other = row.second if row.first_id == viewer.org_id else row.first
        sent = {one.year: one.persons for one in row.sent.all() if one.sender_id == viewer.org_id}
        received = {one.year: one.persons for one in row.sent.all() if one.sender_id != viewer.org_id}
        found.append(PairingRow(row.pk, row.kind, other.name, row.since, row.until, row.paper, sent, received))
    return found


def recognises(org_id: int, other_id: int, kind: str, *, on: date) -> bool:
    """
    Whether workers of `org_id` may use places of that kind that `other_id` keeps: one stands above the other, or the two, or unions above
    them, recognised each other's on that day.
    """
    ours = {org_id, *(one.id for one in organizations.list_ancestors(org_id))}
    theirs = {other_id, *(one.id for one in organizations.list_ancestors(other_id))}
    if other_id in ours or org_id in theirs:
        return True
    rows = Pairing.objects.filter(Q(until__isnull=True) | Q(until__gte=on), kind=kind, since__lte=on)
    return rows.filter(
        Q(first_id__in=ours, second_id__in=theirs) | Q(first_id__in=theirs, second_id__in=ours)
    ).exists()  # fmt: skip


# --- as types ---


def hours_of(lines: Iterable[Mapping[str, Any]]) -> tuple[Hours, ...]:
    return tuple(
        Hours(tuple(one["days"]), time.fromisoformat(one["opens"]), time.fromisoformat(one["closes"])) for one in lines
    )


def card_of(row: Place, now: datetime, metres: int | None = None) -> PlaceCard:
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
    )  # fmt: skip


# --- what must always be so ---


def verify() -> Iterator[Violation]:
    """Every place whose standing is not that of its events, or that does not fit its kind; every measure its kind does not have."""
    leads = {
        Step.APPLY: PlaceState.APPLIED,
        Step.LIST: PlaceState.LISTED,
        Step.REFUSE: PlaceState.CLOSED,
        Step.SUSPEND: PlaceState.SUSPENDED,
    }
    leads |= {Step.REOPEN: PlaceState.LISTED, Step.CLOSE: PlaceState.CLOSED}
    steps: dict[int, list[Step]] = defaultdict(list)
    for place_id, kind in PlaceEvent.objects.order_by("place_id", "step").values_list("place_id", "kind").iterator():
        steps[place_id].append(Step(kind))
    for row in Place.objects.order_by("pk").iterator():
        told = [leads[step] for step in steps[row.pk] if step in leads]
        if not told or told[-1] != row.state:
            yield Violation(
                "PLACE_STATE", row.number, f"stands as {row.state}, its events say {told[-1] if told else 'nothing'}"
            )
        if row.kind not in kinds() or row.level not in kinds()[row.kind].levels:
            yield Violation("PLACE_KIND", row.number, f"is a {row.kind} of level {row.level}, which is none")
        elif (row.household_id is not None) != kinds()[row.kind].is_of_household:
            yield Violation("PLACE_HOUSEHOLD", row.number, f"is a {row.kind}, and its household is {row.household_id}")
    yield from _measures(kinds().values())


def _measures(all_kinds: Collection[Kind]) -> Iterator[Violation]:
    for one in all_kinds:
        strange = Measure.objects.filter(place__kind=one.id).exclude(measure__in=list(one.measures))
        for row in strange.select_related("place"):
            yield Violation(
                "PLACE_MEASURE", row.place.number, f"has {row.measure}, which a {one.id} is not measured by"
            )
