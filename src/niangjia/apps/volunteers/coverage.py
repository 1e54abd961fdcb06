"""What was done, by county and by field: every figure counted from rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, Substr

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.organizations import areas
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.volunteers.access import needs
from niangjia.apps.volunteers.kinds import kind_of
from niangjia.apps.volunteers.lifecycle import BOTH_SAID_YES, NeedState, PairState
from niangjia.apps.volunteers.models import Need, Pair, Visit
from niangjia.apps.volunteers.types import CoverageRow, Works

COUNTY = 6


def coverage(viewer: Viewer, kind: str, *, first: date, last: date) -> list[CoverageRow]:
    """Each county of the viewer's division, also where nothing was done: that is what coverage shows. Raises NotAllowed, NoSuchKind."""
    kind_of(kind)
    home = organizations.get_union(viewer.org_id).area
    counted = _by(needs(viewer).filter(kind=kind), "county", first, last)
    known = [code for code, _name, _city in areas.counties_of(home)]
    return [CoverageRow(code, counted.get(code, Works())) for code in [*known, *sorted(set(counted) - set(known))]]


def works_by_field(viewer: Viewer, kind: str, *, first: date, last: date) -> list[CoverageRow]:
    """Each field of the kind, in its order. Raises NotAllowed, NoSuchKind."""
    return _fields(needs(viewer).filter(kind=kind), kind, first, last)


def works_of(viewer: Viewer, kind: str, *, first: date, last: date) -> Works:
    """All of it. Raises NotAllowed."""
    return _by(needs(viewer).filter(kind=kind), "", first, last).get("", Works())


def public_works(kind: str, *, first: date, last: date) -> tuple[Works, list[CoverageRow], list[CoverageRow]]:
    """All of it, the counties where something was done, and each field: for everybody. Raises NoSuchKind."""
    rows = Need.objects.filter(kind=kind)
    by_county = [CoverageRow(code, works) for code, works in sorted(_by(rows, "county", first, last).items())]
    return _by(rows, "", first, last).get("", Works()), by_county, _fields(rows, kind, first, last)


def _fields(rows: QuerySet[Need], kind: str, first: date, last: date) -> list[CoverageRow]:
    counted = _by(rows, "field", first, last)
    return [CoverageRow(code, counted.get(code, Works())) for code in kind_of(kind).fields]


def _by(rows: QuerySet[Need], part: str, first: date, last: date) -> Mapping[str, Works]:
    """
    By county (six digits) or field; `part` empty = all under "". Needs count by the day they were filed, and done by the day they were closed,
    visits by their day, helpers and firms by a visit in that time. A need that was never published, or was withdrawn, counts nowhere.
    """
    found: dict[str, dict[str, int]] = {}
    held = rows.exclude(state=NeedState.WITHDRAWN)
    published = Q(steps__place=1)
    filed = held.filter(published, filed_at__date__range=(first, last))
    done = held.filter(state=NeedState.DONE, closed_at__date__range=(first, last))
    pairs = Pair.objects.filter(need__in=rows.values("pk"), state__in=(*BOTH_SAID_YES, PairState.WITHDRAWN))
    logged = Visit.objects.filter(pair__in=pairs.values("pk"), on__range=(first, last), voided_at__isnull=True)
    _add(found, filed, part, "", needs=Count("pk", distinct=True))
    _add(found, done, part, "", done=Count("pk", distinct=True))
    _add(
        found, logged, part, "pair__need__", visits=Count("pk"), minutes=Coalesce(Sum("minutes"), 0), beneficiaries=Coalesce(Sum("beneficiaries"), 0),
        helpers=Count("pair__helper", distinct=True), firms=Count("pair__need__firm", distinct=True),
    )  # fmt: skip
    names = {one.name for one in fields(Works)}
    return {code: Works(**{name: told[name] for name in names & set(told)}) for code, told in found.items()}


def _add(found: dict[str, dict[str, int]], rows: QuerySet, part: str, prefix: str, **counts: object) -> None:
    if not part:
        told = rows.order_by().aggregate(**counts)
        found.setdefault("", {}).update(told)
        return
    code = Substr(f"{prefix}area", 1, COUNTY) if part == "county" else Substr(f"{prefix}field", 1, 24)
    for row in rows.order_by().annotate(code=code).values("code").annotate(**counts):
        found.setdefault(row["code"], {}).update({name: row[name] for name in counts})
