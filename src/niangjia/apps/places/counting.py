"""Counts, sums and aims over the viewer's places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.places.access import visible
from niangjia.apps.places.kinds import Aim, Kind, kind_of, kinds
from niangjia.apps.places.lifecycle import IN_USE, LOOKS, PlaceState, Step
from niangjia.apps.places.models import Measure, Place, PlaceEvent, Project
from niangjia.apps.places.types import AimRow, KindCount, YearOfMeasure
from niangjia.kernel.months import Month

ENDS_SOON = timedelta(days=60)
"""How long before its validity ends a place stands among the warnings: an inspection and a notice fit in."""


def count_by_kind(viewer: Viewer, *, today: date) -> list[KindCount]:
    """In the order of the kinds; those that the viewer has none of are left out. Raises NotAllowed."""
    counts = {
        row["kind"]: row
        for row in visible(viewer)
        .values("kind")
        .annotate(
            applied=Count("pk", filter=Q(state__in=[PlaceState.APPLIED, PlaceState.ANNOUNCED])),
            listed=Count("pk", filter=Q(state=PlaceState.LISTED)),
            suspended=Count("pk", filter=Q(state=PlaceState.SUSPENDED)),
            late=Count("pk", filter=is_late(today)),
            mending=Count("pk", filter=Q(state__in=IN_USE, mend_by__isnull=False)),
            ending=Count("pk", filter=is_ending(today)),
        )  # fmt: skip
    }
    return [KindCount(**counts[name]) for name in kinds() if name in counts]


def is_late(today: date) -> Q:
    return Q(state__in=IN_USE, inspect_by__lt=today)


def is_ending(today: date) -> Q:
    return Q(state__in=IN_USE, valid_until__lt=today + ENDS_SOON)


def is_valid(day: date) -> Q:
    """Without end, or until that day at least."""
    return Q(valid_until__isnull=True) | Q(valid_until__gte=day)


def count_by_county(viewer: Viewer, kind: str) -> dict[str, int]:
    """Listed places of a kind by county code, among those the viewer sees. Raises NotAllowed."""
    return _by_county(visible(viewer).filter(kind=kind, state=PlaceState.LISTED))


def count_public_by_county(kind: str = "", *, on: date) -> dict[str, int]:
    """What anybody may see, by county code."""
    public = [one.id for one in kinds().values() if one.is_public and (not kind or one.id == kind)]
    return _by_county(Place.objects.filter(is_valid(on), kind__in=public, state=PlaceState.LISTED))


def _by_county(rows: QuerySet[Place]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for area, count in rows.order_by().values_list("area").annotate(count=Count("pk")):
        counts[area[:6]] += count
    return dict(counts)


# --- measures ---


def total_of(viewer: Viewer, *, kind: str, measure: str, first: date, last: date) -> Decimal:
    """The measure of all places of a kind that the viewer sees, over the months of these days. Raises NotAllowed."""
    rows = Measure.objects.filter(
        place__in=visible(viewer).filter(kind=kind), measure=measure, month__range=(first, last)
    )
    return rows.aggregate(total=Sum("value"))["total"] or Decimal("0.00")


def year_of(viewer: Viewer, kind: str, year: int) -> list[YearOfMeasure]:
    """Each measure of a kind over the viewer's places, month by month; of a rate the mean. Raises NotAllowed, NoSuchKind."""
    rows = Measure.objects.filter(place__in=visible(viewer).filter(kind=kind_of(kind).id), month__year=year)
    rates = {name for name, one in kind_of(kind).measures.items() if one.is_rate}
    sums = {
        (measure, month.month): round(total / count, 4) if measure in rates else total
        for measure, month, total, count in rows.order_by().values_list("measure", "month").annotate(total=Sum("value"), count=Count("pk"))
    }  # fmt: skip
    return [
        YearOfMeasure(name, tuple(sums.get((name, month)) for month in range(1, 13)), is_rate=name in rates)
        for name in kind_of(kind).measures
    ]


def list_years(viewer: Viewer, kind: str) -> list[int]:
    """Years in which anything was measured, newest first. Raises NotAllowed."""
    rows = Measure.objects.filter(place__in=visible(viewer).filter(kind=kind))
    return sorted({day.year for day in rows.dates("month", "year")}, reverse=True)


# --- aims ---


def share_that_passed(viewer: Viewer, kind: str, *, today: date) -> tuple[int, int]:
    """
    How many passed every check when somebody last looked, of how many: of the running projects of listed places where the kind runs some with
    partners (E26: at least nine tenths by 2025), else of the listed places. Raises NotAllowed, NoSuchKind.
    """
    one = kind_of(kind)
    listed = visible(viewer).filter(kind=kind, state=PlaceState.LISTED)
    if one.projects is None:
        passed = sum(all(findings.get(check) for check in one.checks) for findings in last_looks(listed).values())
        return passed, listed.count()
    found = list(running(today).filter(place__in=listed).values_list("findings", flat=True))
    return sum(passes(one, findings) for findings in found), len(found)


def running(today: date) -> QuerySet[Project]:
    return Project.objects.filter(Q(until__isnull=True) | Q(until__gte=today), since__lte=today)


def passes(kind: Kind, findings: Mapping[str, bool]) -> bool:
    """Whether a project of this kind's places was found to pass every check."""
    return kind.projects is not None and all(findings.get(check) for check in kind.projects.checks)


def last_looks(places: QuerySet[Place]) -> dict[int, Mapping[str, bool]]:
    """Of each place that was ever looked at what was found the last time, by check."""
    last: dict[int, Mapping[str, bool]] = {}
    looks = PlaceEvent.objects.filter(place__in=places, kind__in=[*LOOKS, Step.ANNOUNCE, Step.LIST]).order_by("step")
    for place_id, findings in looks.values_list("place_id", "findings"):
        last[place_id] = findings or last.get(place_id, {})
    return last


def list_aims(viewer: Viewer, kind: str, *, today: date) -> list[AimRow]:
    """What the papers ask of a kind and where the viewer's places stand. Raises NotAllowed, NoSuchKind."""
    one = kind_of(kind)
    return [_TELL[aim.what](viewer, one, aim, today) for aim in one.aims]


def _passed(viewer: Viewer, kind: Kind, aim: Aim, today: date) -> AimRow:
    passed, listed = share_that_passed(viewer, kind.id, today=today)
    return AimRow(aim, Decimal(passed) / listed if listed else None, listed)


def _listed_in(viewer: Viewer, kind: Kind, aim: Aim, today: date) -> AimRow:
    count = visible(viewer).filter(kind=kind.id, listed_on__year=aim.year or today.year).count()
    return AimRow(aim, Decimal(count), count)


def _of_level(viewer: Viewer, kind: Kind, aim: Aim, today: date) -> AimRow:
    reached = PlaceEvent.objects.filter(
        place__in=visible(viewer).filter(kind=kind.id), kind__in=[Step.LIST, Step.RAISE], level=kind.levels[-1], at__year=aim.year or today.year
    )  # fmt: skip
    count = reached.values("place_id").distinct().count()
    return AimRow(aim, Decimal(count), count)


def _mean_year(viewer: Viewer, kind: Kind, aim: Aim, today: date) -> AimRow:
    """Over the twelve months that ended last, of the places that told each of them: of the others nobody knows their year."""
    last = Month.of(today).previous()
    rows = Measure.objects.filter(
        place__in=visible(viewer).filter(kind=kind.id, state=PlaceState.LISTED), measure=aim.measure,
        month__range=(last.plus(-11).first_day, last.first_day),
    )  # fmt: skip
    whole = [
        total
        for _place, total, months in rows.order_by()
        .values("place_id")
        .annotate(total=Sum("value"), months=Count("pk"))
        .values_list("place_id", "total", "months")
        if months == 12
    ]
    return AimRow(aim, sum(whole, Decimal(0)) / len(whole) if whole else None, len(whole))


_TELL: Mapping[str, Callable[[Viewer, Kind, Aim, date], AimRow]] = {
    "passed": _passed, "listed_in": _listed_in, "of_level": _of_level, "mean_year": _mean_year,
}  # fmt: skip
