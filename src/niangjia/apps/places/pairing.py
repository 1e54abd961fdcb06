"""Unions that recognise each other's places and send each other their workers."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope
from niangjia.apps.places.counting import is_valid
from niangjia.apps.places.kinds import public_kinds
from niangjia.apps.places.lifecycle import PairingState, PlaceState
from niangjia.apps.places.models import Pairing, Place
from niangjia.apps.places.types import ExchangeYear, PairingRow


def list_pairings(viewer: Viewer) -> list[PairingRow]:
    """Those of the viewer's own union: what waits for an answer first, then newest first, what was declined last. Raises NotAllowed."""
    permissions.require(viewer, "places.view")
    rows = Pairing.objects.filter(Q(first_id=viewer.org_id) | Q(second_id=viewer.org_id))
    found = rows.select_related("first", "second").prefetch_related("sent").order_by("-since", "-pk")
    return sorted((_row(row, viewer.org_id) for row in found), key=lambda row: _ORDER.index(row.state))


_ORDER = (PairingState.PROPOSED, PairingState.CONFIRMED, PairingState.DECLINED)


def other_of(row: Pairing, own: int) -> int | None:
    """The other union of an agreement; null = it is not in this house."""
    return row.second_id if row.first_id == own else row.first_id


def _row(row: Pairing, own: int) -> PairingRow:
    other = row.second if row.first_id == own else row.first
    told = {(one.year, one.sender_id == own, one.counted_by_id == own): one.persons for one in row.sent.all()}
    years = tuple(
        ExchangeYear(
            year,
            sent=told.get((year, True, True)),
            arrived=told.get((year, True, False)),
            received=told.get((year, False, True)),
            came=told.get((year, False, False)),
        )
        for year in sorted({year for year, _sender, _counter in told}, reverse=True)
    )
    return PairingRow(
        id=row.pk, kind=row.kind, with_id=other.pk if other else None, with_name=other.name if other else row.outside, since=row.since, until=row.until, paper=row.paper, years=years,
        state=PairingState(row.state), is_ours=row.proposed_by_id == own, is_outside=other is None, confirmed_by=row.confirmed_by,
        is_answered_by_us=row.answered_by_id == own, reason=row.reason,
    )  # fmt: skip


def lasting_of(org_id: int, on: date) -> QuerySet[Pairing]:
    """Agreements of that very union, proposed ones too, that last beyond that day. Without scope: for whoever changes unions."""
    of_union = Q(first_id=org_id) | Q(second_id=org_id)
    rows = Pairing.objects.filter(of_union).exclude(state=PairingState.DECLINED)
    return rows.filter(Q(until__isnull=True) | Q(until__gt=on))


def recognises(org_id: int, other_id: int, kind: str, *, on: date) -> bool:
    """
    Whether workers of `org_id` may use places of that kind that `other_id` keeps: one stands above the other, or the two, or unions above
    them, had agreed on that day to recognise each other's.
    """
    ours, theirs = _with_those_above(org_id), _with_those_above(other_id)
    if other_id in ours or org_id in theirs:
        return True
    rows = _in_force(on).filter(kind=kind)
    return rows.filter(
        Q(first_id__in=ours, second_id__in=theirs) | Q(first_id__in=theirs, second_id__in=ours)
    ).exists()  # fmt: skip


def list_usable(org_id: int, *, on: date) -> QuerySet[Place]:
    """
    Where that union may bring its workers together on a day: listed places of public kinds, valid that day, that it, a union above or below it, or one that it
    `recognises` for that kind keeps. Nobody's home and nothing that is let is among them; what anybody may see, so without scope.
    """
    ours = _with_those_above(org_id)
    kept = Q(org_id__in=ours) | scope.inside("org", organizations.get_union(org_id).path)
    for one in _in_force(on).filter(Q(first_id__in=ours) | Q(second_id__in=ours)).select_related("first", "second"):
        other = one.second if one.first_id in ours else one.first
        if other is not None:  # one outside this house keeps nothing in its register
            kept |= Q(kind=one.kind) & scope.inside("org", other.path or "")
    return Place.objects.filter(kept, is_valid(on), state=PlaceState.LISTED, kind__in=public_kinds()).order_by(
        "name", "pk"
    )


def _with_those_above(org_id: int) -> set[int]:
    return {org_id, *(one.id for one in organizations.list_ancestors(org_id))}


def _in_force(on: date) -> QuerySet[Pairing]:
    return Pairing.objects.filter(Q(until__isnull=True) | Q(until__gte=on), since__lte=on, state=PairingState.CONFIRMED)
